"""A corrected certificate: the same address, a new number and place, the old one withdrawn in the same moment."""

import json
from collections.abc import Callable
from dataclasses import replace as with_changes
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from assessor import demo, jobs
from assessor.certificates import checking
from assessor.certificates.trust import number_hash
from assessor.config import Settings
from assessor.credentials import awarding, finding, issuing, publishing, status
from assessor.credentials.models import Award, AwardEvent, Credential
from assessor.credentials.names import NameNotUsable
from assessor.errors import Invalid, NotFound
from assessor.jobs import Job
from assessor.openbadges.strict_json import read_json
from assessor.sittings import awarding as sitting_awards
from assessor.sittings import giving
from assessor.sittings.models import Invigilation
from assessor.verification import verifying
from tests import factories
from tests.console import Run
from tests.databases import meanwhile
from tests.factories import NOW

Sessions = sessionmaker[Session]
LATER = NOW + timedelta(hours=5)
CORRECT = awarding.Holder("Ada King", "آدا")


def signed(session: Session, settings: Settings, award: Award, now: datetime = NOW) -> Credential:
    """The award's badge, signed now."""
    credential = issuing.sign(session, award, settings, now)
    session.add(credential)
    session.flush()
    return credential


def replaced(
    session: Session, settings: Settings, old: Award, holder: awarding.Holder = CORRECT, now: datetime = LATER
) -> Award:
    """Its replacement."""
    return awarding.replace(session, old, holder, settings, now)


def checked(session: Session, settings: Settings, award: Award, now: datetime = LATER) -> checking.CheckedSummary:
    """What the verification page says about the number of an award."""
    found = verifying.check_number(session, award.number, settings, now).answer
    assert found is not None
    return found


def said(award: Award) -> dict[str, Any]:
    """Everything of an award that a correction of the name leaves as it is."""
    names = (
        *("organisation_id", "credential_id", "learner_id", "achievement_code", "level", "area_scores", "results"),
        *("conditions", "issuer_name", "project", "public_url", "issuer_details", "assessed_by", "valid_until"),
    )
    return {name: getattr(award, name) for name in names}


# What is new and what stays


def test_a_replacement_says_the_same_of_the_same_person_under_the_right_name(
    session: Session, settings: Settings
) -> None:
    old = factories.award(session, settings)

    new = replaced(session, settings, old)

    assert said(new) == said(old)
    assert (new.holder_name, new.second_name) == ("Ada King", "آدا")
    assert (new.first_award, old.replaced_by) == (old.id, new.id)
    assert new.number != old.number
    assert (new.status_list, new.status_index) != (old.status_list, old.status_index)
    assert new.awarded_at == LATER > old.awarded_at


def test_the_badge_has_the_old_address_and_a_later_date(session: Session, settings: Settings) -> None:
    old = factories.award(session, settings)
    before = read_json(signed(session, settings, old).body)
    new = replaced(session, settings, old)

    after = read_json(signed(session, settings, new, LATER).body)

    assert after["id"] == before["id"]
    assert after["validFrom"] > before["validFrom"]
    assert after["validUntil"] == before["validUntil"]
    assert after["credentialStatus"]["id"] != before["credentialStatus"]["id"]
    assert after["credentialSubject"]["result"] == before["credentialSubject"]["result"]


def test_the_old_one_is_withdrawn_at_once_and_the_new_one_genuine(session: Session, settings: Settings) -> None:
    old = factories.award(session, settings)
    body = signed(session, settings, old).body
    new = replaced(session, settings, old)
    signed(session, settings, new, LATER)

    answer = checked(session, settings, old)

    assert (answer.result, answer.withdrawal_reason) == (checking.WITHDRAWN, "replaced")
    assert checked(session, settings, new).result == checking.GENUINE
    own = verifying.own_data(session, settings, LATER)
    report = verifying.verify_badge(body, own.trust, own.lists, LATER)
    assert report.verdict == "no longer valid"
    assert publishing.withdrawals(session, settings).entries[number_hash(old.number)].reason == "replaced"


@pytest.mark.parametrize("times", [1, 3])
def test_replaced_within_the_same_second_the_newer_one_is_dated_later(
    times: int, session: Session, settings: Settings
) -> None:
    newest = factories.award(session, settings)
    dates = [newest.awarded_at]

    for turn in range(times):
        newest = replaced(session, settings, newest, awarding.Holder(f"Ada {turn}"), NOW)
        dates.append(newest.awarded_at)

    assert dates == [NOW + timedelta(seconds=turn) for turn in range(times + 1)]
    signed(session, settings, newest)
    assert checked(session, settings, newest, NOW).result == checking.GENUINE


def test_the_job_that_signs_is_there_with_the_replacement(
    session: Session, sessions: Sessions, settings: Settings
) -> None:
    old = factories.award(session, settings)
    new = replaced(session, settings, old)
    waiting = session.scalar(select(func.count()).select_from(Job).where(Job.kind == awarding.SIGN))
    session.commit()

    jobs.run_all(sessions, settings, LATER)

    assert waiting == 2
    assert issuing.credential_of(session, new) is not None


def test_a_replacement_that_fails_leaves_everything_as_it_was(
    session: Session, sessions: Sessions, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = factories.award(session, settings)
    session.commit()

    def broken(*_given: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(awarding, "enqueue", broken)
    with pytest.raises(OSError, match="full"), sessions.begin() as own:
        replaced(own, settings, awarding.find(own, old.id))

    session.expire_all()
    assert session.scalars(select(Award)).one().revoked_at is None
    assert not status.is_withdrawn(session, old.status_list, old.status_index)


def test_only_the_newest_is_found_at_its_address_and_every_paper_by_its_number(
    session: Session, settings: Settings
) -> None:
    first = factories.award(session, settings)
    second = replaced(session, settings, first)
    third = replaced(session, settings, second, awarding.Holder("Ada Byron"))

    assert awarding.newest(session, first.id) is third
    assert finding.award_named(session, f"http://localhost:8000/credentials/{first.id}") is third
    assert awarding.find_by_source(session, first.organisation_id, "a test") is third
    assert [finding.find_by_number(session, one.number) for one in (first, second, third)] == [first, second, third]
    assert list(finding.of_address(session, second)) == [third, second, first]
    with pytest.raises(NotFound):
        awarding.newest(session, factories.organisation(session).id)


def test_the_same_source_awarded_again_is_the_replacement(session: Session, settings: Settings) -> None:
    new = replaced(session, settings, factories.award(session, settings))

    assert factories.award(session, settings) is new


def test_a_sitting_gives_the_newest_paper(session: Session, settings: Settings) -> None:
    sitting = factories.confirmed_sitting(session)
    old = factories.award_of_sitting(session, settings, sitting)
    signed(session, settings, old)
    new = replaced(session, settings, old, awarding.Holder("Ada King"))
    invigilation = session.get_one(Invigilation, (sitting.organisation_id, sitting.invigilation_id))

    [waiting] = giving.finishers(session, invigilation)
    signed(session, settings, new, LATER)
    [ready] = giving.finishers(session, invigilation)

    assert sitting_awards.award_of(session, sitting) is new
    assert [(one.stage, one.award) for one in (waiting, ready)] == [("signing", new), ("ready", new)]
    assert giving.papers(session, invigilation, settings).startswith(b"%PDF")


@pytest.mark.parametrize("change", [{"named_in_badge": True}, {"second": ""}, {"name": "Ada Byron"}])
def test_one_part_is_changed_and_the_others_stay(change: dict[str, Any], session: Session, settings: Settings) -> None:
    old = factories.award(session, settings, second="آدا")
    holder = with_changes(awarding.holder_of(old), **change)

    new = replaced(session, settings, old, holder)

    assert awarding.holder_of(new) == holder


def test_the_paper_may_be_in_another_language(session: Session, settings: Settings) -> None:
    old = factories.award(session, settings)

    new = awarding.replace(session, old, awarding.holder_of(old), settings, LATER, language="es")

    assert (old.language, new.language) == ("en", "es")
    assert new.title != old.title


def test_a_replacement_names_the_issuer_as_it_was(session: Session, settings: Settings) -> None:
    old = factories.award(session, settings)
    moved = with_changes(settings, organisation="Another Centre", project="P2", certificate_years=1)

    new = replaced(session, moved, old)

    assert said(new) == said(old)


def test_the_preview_says_what_the_replacement_prints(session: Session, settings: Settings) -> None:
    old = factories.award(session, settings)

    printed = awarding.preview_replacement(session, old, CORRECT, settings, LATER)

    assert old.revoked_at is None
    new = replaced(session, settings, old)
    assert (printed.name, printed.second, printed.title) == (new.holder_name, new.second_name, new.title)


# What is refused


def test_what_was_withdrawn_is_not_replaced(session: Session, settings: Settings) -> None:
    old = factories.award(session, settings)
    awarding.revoke(session, old, "mistake", settings, NOW)

    with pytest.raises(awarding.AlreadyWithdrawn, match="withdrawn before"):
        replaced(session, settings, old)


def test_what_was_replaced_is_neither_replaced_nor_withdrawn_again(session: Session, settings: Settings) -> None:
    old = factories.award(session, settings)
    replaced(session, settings, old)

    with pytest.raises(awarding.AlreadyReplaced, match="newer one"):
        replaced(session, settings, old)
    with pytest.raises(awarding.AlreadyWithdrawn):
        awarding.revoke(session, old, "mistake", settings, LATER)


def test_what_is_on_hold_is_not_replaced(session: Session, settings: Settings) -> None:
    old = factories.award(session, settings)
    awarding.suspend(session, old, settings, NOW)

    with pytest.raises(awarding.OnHold, match="End that first"):
        replaced(session, settings, old)


def test_what_has_ended_is_not_replaced(session: Session, settings: Settings) -> None:
    old = factories.award(session, settings)
    assert old.valid_until is not None

    with pytest.raises(awarding.HasEnded):
        replaced(session, settings, old, now=old.valid_until)


@pytest.mark.parametrize("name", ["", "\u202e", "Ada +356 7912 3456"])
def test_a_name_that_cannot_be_printed_replaces_nothing(name: str, session: Session, settings: Settings) -> None:
    old = factories.award(session, settings)

    with pytest.raises(NameNotUsable):
        replaced(session, settings, old, awarding.Holder(name))

    assert (old.revoked_at, old.replaced_by) == (None, None)


# Two at once


def test_of_two_who_replace_at_once_the_second_is_told(
    session: Session, sessions: Sessions, settings: Settings
) -> None:
    old = factories.award(session, settings)
    session.commit()

    def give(name: str) -> Callable[[Session], Award]:
        return lambda own: replaced(own, settings, awarding.find(own, old.id), awarding.Holder(name))

    with pytest.raises(awarding.AlreadyReplaced):
        meanwhile(sessions, give("Ada King"), give("Ada Byron"))

    assert session.scalars(select(Award.holder_name).where(Award.first_award == old.id)).all() == ["Ada King"]


def test_two_certificates_replaced_at_once_have_places_of_their_own(
    session: Session, sessions: Sessions, settings: Settings
) -> None:
    olds = [factories.award(session, settings, source=source) for source in ("one", "two")]
    session.commit()

    def give(old: Award) -> Callable[[Session], Award]:
        return lambda own: replaced(own, settings, awarding.find(own, old.id))

    meanwhile(sessions, give(olds[0]), give(olds[1]))

    session.expire_all()
    places = session.execute(select(Award.status_list, Award.status_index)).all()
    assert len(set(places)) == len(places) == 4
    assert [status.is_withdrawn(session, one.status_list, one.status_index) for one in olds] == [True, True]


# What is kept of it


def test_a_correction_is_noted_with_who_and_when_and_never_why_in_words(session: Session, settings: Settings) -> None:
    old, olu = factories.award(session, settings), factories.olu(session)

    new = awarding.replace(session, old, CORRECT, settings, LATER, by=olu.id)

    [event] = session.scalars(select(AwardEvent)).all()
    assert (event.kind, event.reason, event.done_by, event.at) == ("replaced", None, olu.id, LATER)
    assert [(step.kind, step.by) for step in finding.story(session, old)] == [("awarded", ""), ("replaced", olu.name)]
    assert [(step.kind, step.by) for step in finding.story(session, new)] == [("awarded again", olu.name)]
    assert old.revoked_reason == "replaced"


@pytest.mark.parametrize("reason", ["She asked for it by phone", "", "Mistake"])
def test_a_reason_in_ones_own_words_is_not_stored(reason: str, session: Session, settings: Settings) -> None:
    award = factories.award(session, settings)

    with pytest.raises(Invalid, match="one of these reasons"):
        awarding.revoke(session, award, reason, settings, NOW)

    assert award.revoked_reason is None
    assert session.scalars(select(AwardEvent)).all() == []


# The command


def test_the_command_prints_the_old_address_and_the_new_number(run: Run, tmp_path: Path) -> None:
    made = run("award", demo.ACHIEVEMENT, "--name", "Ada Lovelase", "--level", 3, "--json").document
    old, new = tmp_path / "old.json", tmp_path / "new.json"
    run("export", made["id"], "--format", "json", "--out", old)

    ended = run("replace", made["id"], "--name", "Ada Lovelace", "--named", "--json")

    assert ended.code == 0
    assert (ended.document["id"], set(ended.document)) == (made["id"], {"id", "number"})
    assert ended.document["number"] != made["number"]
    run("export", made["id"], "--format", "json", "--out", new)
    assert [run("verify", file).code for file in (old, new)] == [1, 0]
    [holder] = json.loads(new.read_text())["credentialSubject"]["identifier"]
    assert (holder["identityHash"], holder["hashed"]) == ("Ada Lovelace", False)


def test_the_command_wants_a_change_and_one_that_can_be_made(run: Run) -> None:
    made = run("award", demo.ACHIEVEMENT, "--name", "Ada", "--level", 3, "--json").document

    nothing, phone = run("replace", made["id"]), run("replace", made["id"], "--name", "+356 7912 3456")
    run("revoke", made["number"], "--reason", "request")
    late = run("replace", made["id"], "--name", "Ada King")

    assert (nothing.code, phone.code, late.code) == (64, 1, 1)
    assert late.err.strip() == "This certificate was withdrawn before."
