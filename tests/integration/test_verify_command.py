"""``assessor verify`` for the badges of anybody: what it asks for, what it says, and what it keeps to itself."""

import socket
from pathlib import Path
from typing import Any

import pytest

from assessor.openbadges.documents import Fetch
from assessor.openbadges.strict_json import write_json
from assessor.verification import commands
from tests.console import Run
from tests.integration.test_commands import awarded, exported
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
    award = run("award", "DIGI-FIRST-STEPS", "--name", "Ada Lovelace", "--named", "--level", 5, "--json").document
    file = exported(run, award["id"], "png", tmp_path)

    told = run("verify", file, "--recipient", "Ada Lovelace")
    run("revoke", award["id"], "--reason", "mistake")
    withdrawn = run("verify", file)

    assert told.code == 0
    assert "holder: Ada Lovelace" in told.out
    assert "Advanced (5)" in told.out
    assert withdrawn.code == 1
    assert "Ada Lovelace" not in withdrawn.out
