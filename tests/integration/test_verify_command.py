"""``assessor verify`` for the badges of anybody: what it asks for, what it says, and what it keeps to itself."""

import socket
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session, sessionmaker

from assessor.config import Settings
from assessor.openbadges.baking import bake_svg, unbake_svg
from assessor.openbadges.documents import Fetch
from assessor.openbadges.strict_json import write_json
from assessor.verification.commands import checking as commands
from tests.console import Run
from tests.integration.test_commands import awarded, exported, qr_text
from tests.unit.openbadges.older_badges import web
from tests.unit.openbadges.strangers import DID_KEY, FAR_DOCUMENT, WEB, proved, stranger

__all__ = ["awarded"]  # a fixture


class Web:
    """Stands in for the fetcher."""

    def together(self, _seconds: float) -> Fetch:
        return web(WEB)


@pytest.fixture
def outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """The far school can be looked up."""
    monkeypatch.setattr(commands, "Fetcher", Web)


@pytest.fixture
def nobody_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever looks up a name or opens a connection fails."""

    def refused(*args: object, **_options: object) -> Any:
        raise AssertionError(f"The network was asked for {args}.")

    monkeypatch.setattr(socket, "getaddrinfo", refused)


@pytest.fixture
def foreign(tmp_path: Path) -> Path:
    """A badge of the far school, as file."""
    file = tmp_path / "foreign.json"
    file.write_bytes(write_json(proved(stranger())))
    return file


@pytest.mark.usefixtures("outside")
def test_a_foreign_badge_is_told_whole_and_decided_by_nobody(run: Run, foreign: Path) -> None:
    told = run("verify", foreign)
    document = run("verify", foreign, "--json").document

    assert told.code == 2
    assert "is by the owner of far.example; whether to believe them is yours to decide." in told.out
    assert " 6 passed       proof: The signature (eddsa-rdfc-2022) holds" in told.out
    assert "holder: did:example:ada" in told.out
    assert (document["result"], document["verdict"]) == (6, "could not be checked")
    assert document["foreign_issuer"] == "far.example"
    assert document["says"]["title"] == "First steps"


@pytest.mark.usefixtures("outside")
def test_a_badge_of_a_bare_key_says_nothing(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "key.json"
    file.write_bytes(write_json(proved(stranger(by=DID_KEY), DID_KEY)))

    told = run("verify", file)

    assert told.code == 2
    assert "Nobody here says who that is" in told.out
    assert "It says" not in told.out


@pytest.mark.usefixtures("nobody_is_asked")
def test_offline_nobody_is_asked(run: Run, foreign: Path) -> None:
    assert run("verify", foreign, "--offline").code == 2
    assert run("verify", "https://far.example/badge", "--offline").code == 2


@pytest.mark.usefixtures("nobody_is_asked")
@pytest.mark.parametrize("form", ["json", "pdf", "ob2"])
def test_our_own_addresses_are_read_here(
    form: str, run: Run, awarded: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSESSOR_CONTACT_EMAIL", "olu@open-door.example")
    file = exported(run, awarded, form, tmp_path)

    told = run("verify", file)

    assert told.code == 0
    assert "Digital skills: first steps" in told.out


@pytest.mark.usefixtures("nobody_is_asked")
def test_an_issuer_in_a_file_is_believed_and_not_looked_up(run: Run, foreign: Path, tmp_path: Path) -> None:
    (tmp_path / "did.json").write_bytes(write_json(FAR_DOCUMENT))

    for whose, code in (("did:example:ada", 0), ("did:example:eve", 1), ("ada@example.org", 0)):
        assert run("verify", foreign, "--did", tmp_path / "did.json", "--recipient", whose).code == code


def test_the_badge_says_whom_it_is_about_and_how_well_when_it_may(run: Run, tmp_path: Path) -> None:
    award = run("award", "DIGI-FIRST-STEPS", "--name", "Ada Lovelace", "--named", "--level", 4, "--json").document
    file = exported(run, award["id"], "png", tmp_path)

    told = run("verify", file, "--recipient", "Ada Lovelace")
    run("revoke", award["id"], "--reason", "mistake")
    withdrawn = run("verify", file)

    assert told.code == 0
    assert "holder: Ada Lovelace" in told.out
    assert "Intermediate (4)" in told.out
    assert withdrawn.code == 1
    assert "Ada Lovelace" not in withdrawn.out


@pytest.mark.usefixtures("nobody_is_asked")
def test_the_address_that_award_prints_is_read_here(run: Run, awarded: str) -> None:
    assert awarded.startswith("http://")

    told = run("verify", awarded)

    assert told.code == 0
    assert "genuine (result 1, json)" in told.out


@pytest.mark.usefixtures("nobody_is_asked")
def test_a_replaced_badge_is_told_that_there_is_a_new_one(run: Run, awarded: str, tmp_path: Path) -> None:
    file = exported(run, awarded, "json", tmp_path)
    run("replace", awarded, "--name", "Ada King")
    replaced = run("verify", file)
    run("revoke", awarded, "--reason", "mistake")
    newest = run("verify", awarded)

    assert replaced.code == newest.code == 1
    assert "has withdrawn this badge; there is a new one in its place." in replaced.out
    assert "has withdrawn this badge: it holds a mistake." in newest.out


def test_what_is_too_large_could_not_be_checked(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "film"
    with file.open("wb") as content:
        content.truncate(commands.LARGEST_FILE + 1)

    ended = run("verify", file, "--json")

    assert (ended.code, ended.document["result"], ended.document["verdict"]) == (2, 10, "could not be checked")
    assert "larger than 16 MB" in ended.document["checks"][0]["reason"]


@pytest.mark.parametrize(
    ("option", "content", "said"),
    [
        ("--did", b"\x89PNG\xff", "is not a DID document: The text is not UTF-8."),
        ("--did", b"[" * 100_000, "is not a DID document"),
        ("--did", b"{}", "issuer's document cannot be used"),
    ],
)
def test_a_file_of_something_else_is_wrong_usage(
    option: str, content: bytes, said: str, run: Run, awarded: str, tmp_path: Path
) -> None:
    file = exported(run, awarded, "json", tmp_path)
    (tmp_path / "other").write_bytes(content)

    ended = run("verify", file, option, tmp_path / "other")

    assert (ended.code, ended.out) == (64, "")
    assert said in " ".join(ended.err.split())
    assert "codec" not in ended.err


def test_a_file_instead_of_a_status_list_leaves_the_status_unchecked(run: Run, awarded: str, tmp_path: Path) -> None:
    file = exported(run, awarded, "json", tmp_path)

    ended = run("verify", file, "--status", file, "--json")

    [status] = [check for check in ended.document["checks"] if check["name"] == "status"]
    assert (ended.code, ended.document["verdict"], status["state"]) == (2, "could not be checked", "not checked")
    assert "is not a status list" in status["reason"]


def test_a_pdf_is_called_one(run: Run, awarded: str, tmp_path: Path) -> None:
    told = run("verify", exported(run, awarded, "pdf", tmp_path))

    assert "The badge that is attached to the PDF was read." in told.out


def test_of_a_pdf_it_is_said_that_the_paper_was_not_looked_at_and_where_to_compare(run: Run, tmp_path: Path) -> None:
    award = run("award", "DIGI-FIRST-STEPS", "--name", "Ada Lovelace", "--level", 4, "--json").document
    paper, badge = (exported(run, award["id"], form, tmp_path) for form in ("pdf", "json"))

    told, document = run("verify", paper), run("verify", paper, "--json").document

    assert told.out.splitlines()[1].startswith("ONLY THE BADGE INSIDE WAS CHECKED, NOT THE PRINTED PAGES.")
    assert f"number {award['number']}." in told.out.splitlines()[1]
    assert document["not_checked"]["number"] == award["number"]
    assert "Its printed pages were not checked" in document["checks"][0]["reason"]
    assert "not_checked" not in run("verify", badge, "--json").document


def test_a_genuine_badge_of_another_name_is_told_as_both(run: Run, awarded: str, tmp_path: Path) -> None:
    file = exported(run, awarded, "json", tmp_path)

    other, same = run("verify", file, "--recipient", "Ada Lovelock"), run("verify", file, "--recipient", "ada lovelace")

    assert (other.code, same.code) == (1, 0)
    assert other.out.startswith("genuine, but not of the person you named (result 1, json)")
    assert "11 failed       recipient: The badge says another name, or writes this one otherwise." in other.out


def lists(run: Run, folder: Path, form: str = "--jwt") -> list[object]:
    """Both status lists of this installation as they are now, as options of `verify`."""
    files = {folder / f"withdrawn{form}": [], folder / f"on-hold{form}": ["--suspension"]}
    for file, kind in files.items():
        assert run("status-list", 1, *kind, *([form] if form else []), "--out", file).code == 0
    return [word for file in files for word in ("--status", file)]


@pytest.fixture
def code(run: Run, sessions: sessionmaker[Session], settings: Settings) -> str:
    """The text in the code of a certificate."""
    made = run("award", "DIGI-FIRST-STEPS", "--name", "Ada", "--level", 2, "--json").document
    return qr_text(sessions, settings, made["number"])


def states(report: Any) -> dict[str, str]:
    """How each check went."""
    return {check["name"]: check["state"] for check in report["checks"]}


def test_status_lists_from_files_are_as_good_as_asked_for_a_code(run: Run, code: str, tmp_path: Path) -> None:
    withdrawn, on_hold = (lists(run, tmp_path)[at : at + 2] for at in (0, 2))

    for options in ([*withdrawn, *on_hold], [*on_hold, *withdrawn], [*withdrawn, *on_hold, "--offline"]):
        checked = run("verify", code, *options, "--json")
        assert (checked.code, checked.document["verdict"], checked.err) == (0, "genuine", "")
        assert set(states(checked.document).values()) == {"passed"}


@pytest.mark.parametrize(("given", "lacking"), [(0, "suspension"), (2, "withdrawal")])
def test_a_status_list_that_no_file_holds_is_not_asked_for(
    given: int, lacking: str, run: Run, code: str, tmp_path: Path
) -> None:
    checked = run("verify", code, *lists(run, tmp_path)[given : given + 2], "--json")

    assert (checked.code, checked.document["result"]) == (2, 2)
    assert [name for name, state in states(checked.document).items() if state == "not checked"] == [lacking]


def test_a_file_says_what_was_put_on_hold_where_nobody_is_asked(
    run: Run, sessions: sessionmaker[Session], settings: Settings, tmp_path: Path
) -> None:
    number = run("award", "DIGI-FIRST-STEPS", "--name", "Ada", "--level", 2, "--json").document["number"]
    code, before = qr_text(sessions, settings, number), lists(run, tmp_path)
    earlier = run("verify", code, "--offline", *before, "--json")
    assert run("suspend", number).code == 0

    later = run("verify", code, "--offline", *lists(run, tmp_path), "--json")

    assert (earlier.document["result"], later.document["result"]) == (1, 4)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("as JSON", "assessor status-list N --jwt"),
        ("not a list", "is not a status list"),
        ("damaged", "is not a status list"),
        ("not there", "No such file"),
    ],
)
def test_a_file_that_a_code_cannot_be_checked_with_is_told(
    wrong: str, said: str, run: Run, code: str, tmp_path: Path
) -> None:
    (tmp_path / "damaged").write_text("eyJ.eyJ", encoding="utf-8")
    (tmp_path / "other").write_text("not a list", encoding="utf-8")
    options = {
        "as JSON": lists(run, tmp_path, ""),
        "not a list": ["--status", tmp_path / "other"],
        "damaged": ["--status", tmp_path / "damaged"],
        "not there": ["--status", tmp_path / "no such file"],
    }

    checked = run("verify", code, *options[wrong], "--json")

    assert (checked.code, checked.document["result"]) == (2, 2)
    assert str(options[wrong][1]) in checked.err
    assert said in checked.err


@pytest.mark.parametrize("form", ["", "--jwt"])
def test_both_status_lists_from_files_are_as_good_as_asked_for_a_badge(
    form: str, run: Run, awarded: str, tmp_path: Path
) -> None:
    file = exported(run, awarded, "json", tmp_path)
    withdrawn, on_hold = (lists(run, tmp_path, form)[at : at + 2] for at in (0, 2))

    both = [run("verify", file, "--offline", *options) for options in ([*withdrawn, *on_hold], [*on_hold, *withdrawn])]
    one = run("verify", file, "--offline", *withdrawn)

    assert [checked.code for checked in both] == [0, 0]
    assert (one.code, "The status list is" in one.out) == (2, True)


@pytest.mark.parametrize("form", ["pdf", "json"])
def test_a_demonstration_is_called_one(form: str, run: Run, awarded: str, tmp_path: Path) -> None:
    file = exported(run, awarded, form, tmp_path)

    assert "DEMONSTRATION. This is not a real certificate." in run("verify", file).out.splitlines()
    assert run("verify", file, "--json").document["demonstration"] is True


def test_a_real_badge_in_another_picture_is_told_as_that(run: Run, awarded: str, tmp_path: Path) -> None:
    file = exported(run, awarded, "svg", tmp_path)
    before = run("verify", file, "--json").document
    other = b"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 9 9'><path d='M0 0h9v9z'/></svg>"
    file.write_bytes(bake_svg(other, unbake_svg(file.read_bytes())))

    told = run("verify", file)

    assert "not_checked" not in before
    assert told.out.startswith("genuine")
    assert "ONLY THE BADGE INSIDE WAS CHECKED, NOT THE PICTURE." in told.out
