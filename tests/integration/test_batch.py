"""Awards by the thousand: all rows are looked at first, chunks are whole, and the same table again awards nothing."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from assessor import demo
from assessor.certificates import checking
from assessor.config import Settings
from assessor.credentials import achievements, batch, decoys, issuing, status
from assessor.credentials.models import Award, Credential, StatusList
from assessor.credentials.table import MAX_BYTES, Table, TableNotUsable
from assessor.jobs import Job
from assessor.openbadges import canonical, second_opinion
from assessor.openbadges.strict_json import JsonObject
from assessor.verification import verifying
from tests import factories
from tests.console import Run
from tests.factories import NOW

THREE = (
    "name,second,level,results,language,named\n"
    "Ada Lovelace,,2,1.1=64 4.2=58,en,yes\n"
    '"Haddad, Léila",ليلى حداد,3,,ar,\n'
    "\n"
    "Grace Hopper,,4,,,no\n"
)


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two awards a transaction."""
    monkeypatch.setattr(batch, "CHUNK", 2)


def _table(session: Session, settings: Settings, text: str = THREE) -> Table:
    return Table(text.encode(), achievements.find(session, demo.ACHIEVEMENT, settings), "en")


def _award(session: Session, settings: Settings, text: str = THREE) -> list[batch.Awarded]:
    table = _table(session, settings, text)
    batch.look(session, table, settings, NOW)
    awarded = []
    for chunk in batch.award(session, factories.organisation(session).id, table, settings, lambda: NOW):
        session.commit()
        awarded += chunk
    return awarded


def _count(session: Session, model: Any) -> int:
    return session.scalar(select(func.count()).select_from(model)) or 0


def _people(count: int) -> str:
    return "name,level\n" + "".join(f"Ada {number},3\n" for number in range(count))


def test_every_row_becomes_a_signed_award(session: Session, settings: Settings) -> None:
    done = _award(session, settings)

    awards = {award.holder_name: award for award in session.scalars(select(Award))}
    assert [(one.line, one.name) for one in done] == [(2, "Ada Lovelace"), (3, "Haddad, Léila"), (5, "Grace Hopper")]
    assert [(awards[one.name].level, awards[one.name].language) for one in done] == [(2, "en"), (3, "ar"), (4, "en")]
    assert awards["Ada Lovelace"].results == {"1.1": {"score": 64}, "4.2": {"score": 58}}
    assert awards["Haddad, Léila"].second_name == "ليلى حداد"
    assert [awards[one.name].named_in_badge for one in done] == [True, False, False]
    assert (_count(session, Credential), _count(session, Job)) == (3, 0)


def test_what_was_awarded_is_genuine_in_every_form_and_says_so_in_the_list_of_results(
    session: Session, settings: Settings
) -> None:
    done = _award(session, settings)

    own = verifying.own_data(session, settings, NOW)
    trust, source = verifying.trust_of(own.did_document), own.lists
    for award, one in zip(session.scalars(select(Award).order_by(Award.level)), done, strict=True):
        verdicts = {
            verifying.verify_badge(issuing.export(session, award, form, settings).content, trust, source, NOW).verdict
            for form in ("json", "png", "svg")
        }
        assert verdicts == {"genuine"}
        body = json.loads(session.get_one(Credential, (award.organisation_id, award.id)).body)
        assert body["id"] == one.id
        checked = verifying.check_number(session, award.number, settings, NOW).answer
        assert checked is not None
        assert (checked.result, checked.number) == (checking.GENUINE, one.number)


@pytest.mark.usefixtures("small_chunks")
def test_the_same_table_again_awards_nothing(session: Session, settings: Settings) -> None:
    first = _award(session, settings, _people(5))

    second = _award(session, settings, _people(5))

    assert [(one.id, one.number) for one in second] == [(one.id, one.number) for one in first]
    assert [one.is_new for one in first + second] == [True] * 5 + [False] * 5
    assert _count(session, Award) == 5


@pytest.mark.usefixtures("small_chunks")
def test_after_a_crash_half_way_it_goes_on_without_doubles(
    session: Session, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign = issuing.sign_many
    signed: list[Any] = []

    def dying(*arguments: Any) -> list[Credential]:
        if signed:
            raise KeyboardInterrupt
        signed.append(arguments)
        return sign(*arguments)

    monkeypatch.setattr(issuing, "sign_many", dying)
    with pytest.raises(KeyboardInterrupt):
        _award(session, settings, _people(6))
    session.rollback()
    before = set(session.scalars(select(Award.id)))
    monkeypatch.setattr(issuing, "sign_many", sign)

    done = _award(session, settings, _people(6))

    assert len(before) == 2  # the chunk that was under way is not there at all
    assert [one.is_new for one in done] == [False, False, True, True, True, True]
    assert (_count(session, Award), _count(session, Credential)) == (6, 6)
    assert before < set(session.scalars(select(Award.id)))


def test_all_rows_that_cannot_be_awarded_are_named_before_anything_is_written(
    session: Session, settings: Settings
) -> None:
    text = (
        "name,level,results,language,named\n"
        "Ada,3,,,\n"
        '"two\nlines",3,,,\n'
        ",3,,,\n"
        "Ada,9,,,\n"
        "Ada,3,9.9=1,,\n"
        "Ada,3,1.1=64 1.1=65,,\n"
        "Ada,3,1.1=200,,\n"
        "Ada,3,,xx,\n"
        "Ada,3,,,maybe\n"
        "call 079 555 1234,3,,,\n"
    )

    with pytest.raises(TableNotUsable) as refused:
        _award(session, settings, text)

    lines = str(refused.value).splitlines()
    assert [line.partition(":")[0] for line in lines] == [
        *(f"line {number}" for number in (5, 6, 7, 8, 9, 10, 11, 12)),
        "Nothing was awarded.",
    ]
    assert "no score for “9.9”" in lines[2]
    assert "no words in “xx”" in lines[5]
    assert (_count(session, Award), _count(session, Credential)) == (0, 0)


def test_of_many_wrong_rows_the_first_are_named(session: Session, settings: Settings) -> None:
    with pytest.raises(TableNotUsable, match="… and 80 more rows"):
        _award(session, settings, "name,level\n" + "Ada,0\n" * 100)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"", "no column “name”"),
        (b"name,level\n", "no rows"),
        (b"name\nAda\n", "no column “level”"),
        (b"name,level,phone\nAda,3,1\n", "column “phone”"),
        (b"name,level,name\nAda,3,Ada\n", "twice"),
        (b"name,level\nLovelace, Ada,3\n", "line 2 has 3 cells"),
        (b'name,level\n"Ada,3\n', "line 2: this is not CSV"),
        (b"name,level\nL\xe9ila,3\n", "not UTF-8"),
        (b"name,level\n" + b" " * MAX_BYTES, "larger than 16 MB"),
    ],
)
def test_a_file_that_is_no_table_is_refused(text: bytes, reason: str, session: Session, settings: Settings) -> None:
    badge = achievements.find(session, demo.ACHIEVEMENT, settings)

    with pytest.raises(TableNotUsable, match=reason):
        batch.look(session, Table(text, badge, "en"), settings, NOW)


def test_rows_of_which_the_code_has_no_room_are_named(session: Session, settings: Settings) -> None:
    text = f"name,second,level\nAda,,3\n{'Ada ' * 22}King,{'ا' * 30},3\n"

    looked = batch.look(session, _table(session, settings, text), settings, NOW)

    assert looked.rows == 2
    assert [(one.line, one.parts) for one in looked.dropped] == [(3, ("second_spelling",))]


def test_scores_that_hardly_fit_the_level_are_named(session: Session, settings: Settings) -> None:
    text = "name,level,results\nAda,1,1.1=95 4.2=50\nGrace,1,1.1=49\nOlu,4,1.1=99 4.1=0\n"

    looked = batch.look(session, _table(session, settings, text), settings, NOW)

    assert looked.doubtful == ((2, ("1.1", "4.2")), (4, ("1.1",)))


@pytest.mark.usefixtures("small_chunks")
def test_places_are_free_and_different_and_a_full_list_is_followed_by_the_next(
    session: Session, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(status, "FULL", 3)

    _award(session, settings, _people(8))

    places = session.execute(select(Award.status_list, Award.status_index)).all()
    counts = [sum(number == found for found, _ in places) for number in sorted({number for number, _ in places})]
    assert counts == [3, 3, 2]
    assert len(set(places)) == 8
    for number, index in places:
        listed = session.get_one(StatusList, number)
        assert listed.decoy_secret is not None
        assert not decoys.is_decoy(listed.decoy_secret, index)
        assert not status.is_withdrawn(session, number, index)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The ids of the badges for which the general path was asked, from the first of their release on."""
    ids: list[str] = []

    def counting(document: JsonObject) -> bytes:
        if "credentialSubject" in document:
            ids.append(document["id"])
        return canonical.canonical_form(document)

    opinion = second_opinion.SecondOpinion()
    monkeypatch.setattr(second_opinion, "canonical_form", counting)
    monkeypatch.setattr(second_opinion.USUAL, "_seen", opinion._seen)
    return ids


def test_the_general_path_looks_over_the_first_badge_of_a_release_and_one_in_a_hundred(
    asked: list[str], session: Session, settings: Settings
) -> None:
    done = _award(session, settings, _people(60))

    bodies = {body["id"]: body for body in map(json.loads, session.scalars(select(Credential.body)))}
    due = [one.id for one in done if second_opinion.USUAL.is_due(bodies[one.id])]  # whatever its release
    assert asked[0] == done[0].id
    assert asked[1:] == [found for found in due if found != done[0].id]


def test_an_award_that_is_signed_by_a_job_is_looked_over_too(
    asked: list[str], session: Session, settings: Settings
) -> None:
    award = factories.award(session, settings)

    issuing.sign_job(session, {"organisation": str(award.organisation_id), "award": str(award.id)}, settings, NOW)

    assert [found.rpartition("/")[2] for found in asked] == [str(award.id)]


def test_the_command_writes_what_became_of_each_row(run: Run, settings: Settings, tmp_path: Path) -> None:
    table, out = tmp_path / "people.csv", tmp_path / "awarded.csv"
    table.write_text(THREE, encoding="utf-8-sig")

    first = run("award", demo.ACHIEVEMENT, "--from", table, "--out", out, "--json")
    written = out.read_bytes()
    again = run("award", demo.ACHIEVEMENT, "--from", table, "--out", out)

    assert (first.code, first.document["rows"], first.document["new"]) == (0, 3, 3)
    rows = list(csv.DictReader(written.decode().splitlines()))
    assert [(row["line"], row["name"]) for row in rows] == [
        ("2", "Ada Lovelace"),
        ("3", "Haddad, Léila"),
        ("5", "Grace Hopper"),
    ]
    assert all(row["id"].startswith(f"{settings.public_url}/credentials/") for row in rows)
    assert again.out == f"0 awarded, 3 were awarded before: {out}\n"
    assert out.read_bytes() == written


def test_a_score_that_hardly_fits_the_level_is_told(run: Run) -> None:
    ended = run("award", demo.ACHIEVEMENT, "--name", "Ada", "--level", "1", "--result", "1.1=95", "--result", "4.2=40")

    assert ended.code == 0
    assert ended.err == "Level 1 hardly fits 1.1, two bands or more away. Revoke a mistake.\n"


def test_an_unknown_badge_is_refused_with_those_that_there_are(run: Run) -> None:
    ended = run("award", "digital-first-steps", "--name", "Ada", "--level", "1")

    assert ended.err == (f"There is no badge with the code “digital-first-steps”. There are: {demo.ACHIEVEMENT}.\n")


def test_the_command_names_bad_rows_and_writes_no_file(run: Run, tmp_path: Path) -> None:
    table, out = tmp_path / "people.csv", tmp_path / "awarded.csv"
    table.write_text("name,level\nAda,3\nGrace,none\n")

    ended = run("award", demo.ACHIEVEMENT, "--from", table, "--out", out)

    assert ended.code == 1
    assert ended.err == "line 3: the level is “none”. Write a number from 1 to 8.\nNothing was awarded.\n"
    assert not out.exists()


@pytest.mark.parametrize(
    "words", [(), ("--name", "Ada"), ("--from", "{table}"), ("--from", "{table}", "--out", "x", "--name", "Ada")]
)
def test_one_award_or_a_table_not_both(words: tuple[str, ...], run: Run, tmp_path: Path) -> None:
    table = tmp_path / "people.csv"
    table.write_text("name,level\nAda,3\n")

    ended = run("award", demo.ACHIEVEMENT, *(word.format(table=table) for word in words))

    assert ended.code == 64
