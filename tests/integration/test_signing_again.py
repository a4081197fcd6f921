"""What a stolen key signed is signed again by the job, without a change of a word."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from assessor import jobs
from assessor.certificates import attachment, checking, cose, qr
from assessor.config import Settings
from assessor.credentials import awarding, issuing, keys, papers, resigning, rotation
from assessor.credentials.models import Credential
from assessor.jobs import Job
from assessor.openbadges.baking import unbake_png, unbake_svg
from assessor.openbadges.checks import Result
from assessor.openbadges.errors import UnsafeDocument
from assessor.openbadges.strict_json import read_json
from tests import factories
from tests.factories import NOW
from tests.fixtures import PASSPHRASE
from tests.integration.theft import (
    AFTER,
    THEFT,
    TOLD,
    Sessions,
    answers,
    badge_answer,
    code_answer,
    issue,
    kids,
    statement,
    steal,
)


def test_after_the_job_every_badge_verifies_and_says_the_same(
    session: Session, sessions: Sessions, settings: Settings
) -> None:
    credentials = issue(session, settings, 3)
    before = [(one.body, one.summary) for one in credentials]
    stolen = steal(session, settings, "badge")

    jobs.run_all(sessions, settings, AFTER)

    for one, (body, summary) in zip(credentials, before, strict=True):
        session.refresh(one)
        assert answers(session, settings, one, AFTER) == (Result.GENUINE, checking.GENUINE)
        assert statement(one.body) == statement(body)
        assert one.summary == summary
        assert read_json(one.body)["proof"][0]["created"] == f"{AFTER:%Y-%m-%dT%H:%M:%SZ}"
        assert (unbake_png(one.png), unbake_svg(one.svg)) == (one.body, one.body)
        assert one.signed_at == AFTER
    session.commit()
    assert stolen not in kids(session, settings, "badge")


def test_after_the_job_every_code_verifies_and_says_the_same(
    session: Session, sessions: Sessions, settings: Settings
) -> None:
    credentials = issue(session, settings, 3)
    before = [(one.body, one.summary) for one in credentials]
    stolen = steal(session, settings, "certificate")

    jobs.run_all(sessions, settings, AFTER)

    for one, (body, summary) in zip(credentials, before, strict=True):
        session.refresh(one)
        assert answers(session, settings, one, AFTER) == (Result.GENUINE, checking.GENUINE)
        assert one.body == body
        assert cose.read_sign1(one.summary).payload == cose.read_sign1(summary).payload
        text = papers.qr_text(one, settings)
        assert qr.read_text(text).cose == one.summary
    session.commit()
    assert stolen not in kids(session, settings, "certificate")


def test_the_paper_drawn_afterwards_carries_the_new_badge(
    session: Session, sessions: Sessions, settings: Settings
) -> None:
    [credential] = issue(session, settings)
    steal(session, settings, "badge")

    jobs.run_all(sessions, settings, AFTER)

    session.refresh(credential)
    paper = issuing.export(session, credential.award, "pdf", settings).content
    assert attachment.attached_credential(paper) == credential.body


def test_withdrawn_and_expired_certificates_are_signed_again_and_stay_what_they_are(
    session: Session, sessions: Sessions, settings: Settings
) -> None:
    [withdrawn] = issue(session, settings)
    awarding.revoke(session, withdrawn.award, "mistake", settings, NOW)
    [expired] = issue(session, replace(settings, certificate_years=1), now=NOW + timedelta(seconds=1))
    late = NOW + timedelta(days=400)
    stolen = {use: steal(session, settings, use, told=late) for use in ("badge", "certificate")}

    jobs.run_all(sessions, settings, late)

    assert {use: kid in kids(session, settings, use) for use, kid in stolen.items()} == {
        "badge": False,
        "certificate": False,
    }
    for one, said in ((withdrawn, Result.WITHDRAWN), (expired, Result.EXPIRED)):
        session.refresh(one)
        assert code_answer(session, settings, one.summary, late).result == said
    session.commit()


def test_badges_of_other_keys_are_left_alone(session: Session, sessions: Sessions, settings: Settings) -> None:
    [old] = issue(session, settings)
    body = old.body
    rotation.rotate(session, "badge", settings, THEFT)
    issue(session, settings, now=THEFT)
    steal(session, settings, "badge")

    jobs.run_all(sessions, settings, AFTER)

    session.refresh(old)
    assert old.body == body


def test_a_key_that_was_retired_long_ago_may_be_stolen_too(
    session: Session, sessions: Sessions, settings: Settings
) -> None:
    credentials = issue(session, settings, 2)
    old = {use: keys.signer(session, use, PASSPHRASE).kid for use in ("badge", "certificate")}
    for use in old:
        rotation.rotate(session, use, settings, THEFT)
    in_use = {use: keys.signer(session, use, PASSPHRASE).kid for use in old}

    for kid in old.values():
        resigning.report_stolen(session, kid, NOW, settings, TOLD)
    session.commit()
    jobs.run_all(sessions, settings, AFTER)

    assert {use: keys.signer(session, use, PASSPHRASE).kid for use in old} == in_use
    for one in credentials:
        session.refresh(one)
        assert answers(session, settings, one, AFTER) == (Result.GENUINE, checking.GENUINE)


def test_after_two_thefts_in_a_row_everything_verifies(
    session: Session, sessions: Sessions, settings: Settings
) -> None:
    [credential] = issue(session, settings)

    for told in (TOLD, TOLD + timedelta(days=30)):
        for use in ("badge", "certificate", "status"):
            steal(session, settings, use, told=told)
        jobs.run_all(sessions, settings, told)

    session.refresh(credential)
    assert answers(session, settings, credential, TOLD + timedelta(days=30)) == (Result.GENUINE, checking.GENUINE)


def test_an_award_that_waited_while_its_key_was_stolen_is_signed(
    session: Session, sessions: Sessions, settings: Settings
) -> None:
    award = factories.award(session, settings, NOW)
    steal(session, settings, "certificate")
    steal(session, settings, "badge")

    jobs.run_all(sessions, settings, AFTER)

    credential = issuing.credential_of(session, award)
    assert credential is not None
    assert answers(session, settings, credential, AFTER) == (Result.GENUINE, checking.GENUINE)


def test_the_work_is_done_in_chunks_and_a_chunk_that_was_cut_off_is_done_again(
    session: Session, sessions: Sessions, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resigning, "CHUNK_SIZE", 3)
    issue(session, settings, 8)
    stolen = steal(session, settings, "badge")
    signed: list[bytes] = []
    renew = resigning._renew_badge

    def counted(own: Session, credential: Credential, *rest: Any) -> None:
        renew(own, credential, *rest)
        signed.append(credential.award.number)
        if len(signed) == 5:
            raise MemoryError("the machine is gone in the middle of the second chunk")

    monkeypatch.setattr(resigning, "_renew_badge", counted)

    jobs.run_all(sessions, settings, AFTER)
    assert stolen in kids(session, settings, "badge")
    jobs.run_all(sessions, settings, AFTER + timedelta(minutes=1))

    assert stolen not in kids(session, settings, "badge")
    assert len(signed) == 8 + 2  # the two of the chunk that was cut off are done again, no others
    done = session.scalars(select(Job.state).where(Job.kind == resigning.CHUNK, Job.run_after <= AFTER)).all()
    assert set(done) <= {"done"}


def test_twice_is_once(session: Session, sessions: Sessions, settings: Settings) -> None:
    [credential] = issue(session, settings)
    stolen = steal(session, settings, "badge")
    jobs.run_all(sessions, settings, AFTER)
    session.refresh(credential)
    body = credential.body
    in_use = keys.signer(session, "badge", PASSPHRASE).kid

    resigning.report_stolen(session, stolen, THEFT, settings, AFTER)
    resigning.chunk_job(session, {"kid": stolen, "round": 1, "after": None}, settings, AFTER + timedelta(hours=1))
    session.commit()

    session.refresh(credential)
    assert credential.body == body
    assert keys.signer(session, "badge", PASSPHRASE).kid == in_use


def test_what_was_being_signed_while_the_theft_was_told_is_found_in_the_second_round(
    session: Session, sessions: Sessions, settings: Settings
) -> None:
    [late] = issue(session, settings)
    session.expunge(late)
    session.rollback()
    issue(session, settings)
    stolen_body = late.body
    session.commit()
    steal(session, settings, "badge")
    jobs.run_all(sessions, settings, AFTER)

    [credential] = session.scalars(select(Credential)).all()
    credential.body = stolen_body  # committed after the first round had gone past it
    session.commit()
    jobs.run_all(sessions, settings, AFTER + resigning.SECOND_ROUND)

    session.refresh(credential)
    assert credential.body != stolen_body


@pytest.mark.parametrize("why", [UnsafeDocument("a newer version is stricter"), keys.NoKeyThen("no key then")])
def test_one_that_cannot_be_signed_again_holds_up_no_other_and_is_told(
    why: Exception, session: Session, sessions: Sessions, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, *good = issue(session, settings, 3)
    number = bad.award.number
    steal(session, settings, "badge")
    renew = resigning._renew_badge

    def refusing(own: Session, credential: Credential, *rest: Any) -> None:
        if credential.award.number == number:
            raise why
        renew(own, credential, *rest)

    monkeypatch.setattr(resigning, "_renew_badge", refusing)

    jobs.run_all(sessions, settings, AFTER)

    for one in good:
        session.refresh(one)
        assert answers(session, settings, one, AFTER) == (Result.GENUINE, checking.GENUINE)
    [told] = session.scalars(select(Job).where(Job.kind == resigning.ONE)).all()
    assert (told.state, str(bad.award_id) in told.key) == ("waiting", True)
    assert told.last_error is not None
    assert type(why).__name__ in told.last_error or str(why) in told.last_error
    session.commit()

    monkeypatch.setattr(resigning, "_renew_badge", renew)
    jobs.run_all(sessions, settings, AFTER + timedelta(minutes=5))
    session.refresh(bad)
    assert answers(session, settings, bad, AFTER) == (Result.GENUINE, checking.GENUINE)


def test_a_wrong_passphrase_stops_the_work_and_loses_none_of_it(
    session: Session, sessions: Sessions, settings: Settings
) -> None:
    [credential] = issue(session, settings)
    steal(session, settings, "badge")

    jobs.run_all(sessions, replace(settings, key_passphrase="another"), AFTER)
    assert session.scalars(select(Job).where(Job.kind == resigning.ONE)).all() == []
    session.commit()
    jobs.run_all(sessions, settings, AFTER + timedelta(minutes=5))

    session.refresh(credential)
    assert badge_answer(session, settings, credential.body, AFTER + timedelta(minutes=5)) is Result.GENUINE
