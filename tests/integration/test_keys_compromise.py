"""A stolen key: trusted no more at once, and what it signed is signed again without a change of a word."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from assessor import jobs
from assessor.certificates import attachment, checking, cose, qr
from assessor.config import Settings
from assessor.credentials import awarding, issuer, issuing, keys, publishing, resigning, rotation, status
from assessor.credentials.models import Credential, SigningKey
from assessor.jobs import Job
from assessor.openbadges.baking import unbake_png, unbake_svg
from assessor.openbadges.checks import Result
from assessor.openbadges.errors import UnsafeDocument
from assessor.openbadges.strict_json import read_json
from assessor.verification import verifying
from tests import factories
from tests.console import Run
from tests.factories import NOW
from tests.fixtures import PASSPHRASE

THEFT = NOW + timedelta(hours=2)
TOLD = NOW + timedelta(hours=4)
AFTER = TOLD + timedelta(hours=1)
Sessions = sessionmaker[Session]


def issue(session: Session, settings: Settings, count: int = 1, now: datetime = NOW) -> list[Credential]:
    """Awards of one day with their badges."""
    made = []
    for number in range(count):
        award = factories.award(session, settings, now, source=f"{now} {number}", name=f"Ada {'I' * (number % 9)}")
        made.append(issuing.sign(session, award, settings, now))
    session.add_all(made)
    session.flush()
    return made


def steal(session: Session, settings: Settings, use: str, since: datetime = THEFT, told: datetime = TOLD) -> str:
    """Report the active key of a use as stolen; gives its id."""
    kid = keys.signer(session, use, PASSPHRASE).kid
    resigning.report_stolen(session, kid, since, settings, told)
    session.commit()
    return kid


def kids(session: Session, settings: Settings, use: str) -> set[str]:
    """The ids of the keys that signed the stored badges, or the stored codes."""
    rows = session.execute(select(Credential.body, Credential.summary)).all()
    known = {
        issuer.key_address(settings, key.public_key, "Multikey"): key.kid
        for key in keys.everything(session)
        if key.use == "badge"
    }
    session.commit()
    if use == "certificate":
        return {cose.read_sign1(summary).kid.hex() for _body, summary in rows}
    return {known[proof["verificationMethod"]] for body, _ in rows for proof in read_json(body)["proof"]}


def answers(session: Session, settings: Settings, credential: Credential, now: datetime) -> tuple[Any, Any]:
    """What verifiers say of the stored badge and of the stored code."""
    return badge_answer(session, settings, credential.body, now), code_answer(
        session, settings, credential.summary, now
    ).result


def badge_answer(session: Session, settings: Settings, body: bytes, now: datetime) -> Result:
    """What a verifier of badges says."""
    own = verifying.own_data(session, settings, now)
    trust, source = verifying.trust_of(own.did_document), own.lists
    return verifying.verify_badge(body, trust, source, now).result


def code_answer(session: Session, settings: Settings, summary: bytes, now: datetime) -> checking.CheckedSummary:
    """What a verifier of codes says."""
    own = verifying.own_data(session, settings, now)
    return checking.check_summary(summary, own.bundle, own.status_jwts, own.withdrawals, now)


def statement(body: bytes) -> dict[str, Any]:
    """A badge without its proof."""
    return {name: value for name, value in read_json(body).items() if name != "proof"}


# At once


def test_a_stolen_badge_key_leaves_the_document_and_another_signs_in_the_same_act(
    session: Session, settings: Settings
) -> None:
    before = {method["id"] for method in issuer.document(session, settings)["verificationMethod"]}
    old = keys.signer(session, "badge", PASSPHRASE)

    steal(session, settings, "badge")

    new = keys.signer(session, "badge", PASSPHRASE)
    address = {key: issuer.key_address(settings, key, "Multikey") for key in (old.public_key, new.public_key)}
    after = {method["id"] for method in issuer.document(session, settings)["verificationMethod"]}
    assert after == before - {address[old.public_key]} | {address[new.public_key]}
    row = session.get_one(SigningKey, old.kid)
    assert (row.state, row.compromised_since, row.reported_at) == ("compromised", THEFT, TOLD)


def test_the_bundle_says_since_when_a_certificate_key_is_stolen_and_is_newer(
    session: Session, settings: Settings
) -> None:
    before = publishing.bundle(session, settings, TOLD - timedelta(hours=1))

    old = session.get_one(SigningKey, steal(session, settings, "certificate"))

    after = publishing.bundle(session, settings, TOLD)
    found = {key.public_key: key for key in after.issuers[0].keys}
    assert found[old.public_key].compromised_since == THEFT
    assert after.version > before.version


def test_files_of_before_are_refused_with_the_reason(session: Session, settings: Settings) -> None:
    [credential] = issue(session, settings)
    body, summary = credential.body, credential.summary
    steal(session, settings, "badge")
    steal(session, settings, "certificate")

    own = verifying.own_data(session, settings, AFTER)
    badge = verifying.verify_badge(body, verifying.trust_of(own.did_document), None, AFTER)
    code = code_answer(session, settings, summary, AFTER)

    assert badge.result is Result.NOT_GENUINE
    assert [check.reason for check in badge.failed if "is not a key of the issuer" in check.reason]
    assert (code.result, code.cause) == (checking.ALTERED, "key_stolen")
    assert "The key was stolen" in {check.name: check.reason for check in code.checks}["issued"]


def test_the_status_lists_are_signed_with_the_new_key_at_once(session: Session, settings: Settings) -> None:
    [credential] = issue(session, settings)

    steal(session, settings, "status")

    assert answers(session, settings, credential, TOLD) == (Result.GENUINE, checking.GENUINE)


@pytest.mark.parametrize("use", ["jwt", "root"])
def test_what_is_signed_when_it_is_asked_for_needs_no_job(use: str, session: Session, settings: Settings) -> None:
    [credential] = issue(session, settings)
    old = keys.public_key(session, use)

    steal(session, settings, use)

    assert keys.public_key(session, use) != old
    assert session.scalars(select(Job).where(Job.kind == resigning.CHUNK)).all() == []
    token = issuing.export(session, credential.award, "jwt", settings).content
    assert badge_answer(session, settings, token, AFTER) is Result.GENUINE


def test_a_list_that_was_being_begun_while_the_theft_was_told_is_signed_again_in_the_second_round(
    session: Session, sessions: Sessions, settings: Settings
) -> None:
    begun = status.add_list(session, settings, TOLD)
    columns = ("signed_json", "signed_jwt", "suspension_json", "suspension_jwt")
    with_stolen = {name: getattr(begun, name) for name in columns}
    steal(session, settings, "status")
    for name, signed in with_stolen.items():
        setattr(begun, name, signed)  # committed after the theft was told
    session.commit()

    jobs.run_all(sessions, settings, TOLD)
    session.refresh(begun)
    assert begun.signed_json == with_stolen["signed_json"]
    session.commit()
    jobs.run_all(sessions, settings, TOLD + resigning.SECOND_ROUND)

    session.refresh(begun)
    address = issuer.key_address(settings, keys.signer(session, "status", PASSPHRASE).public_key, "Multikey")
    assert read_json(begun.signed_json or b"")["proof"][0]["verificationMethod"] == address
    assert begun.signed_at == TOLD + resigning.SECOND_ROUND


def test_lists_of_the_active_key_are_not_due_before_their_day_is_over(session: Session, settings: Settings) -> None:
    status.sign_all(session, settings, TOLD)

    assert status.sign_due(session, settings, AFTER) == 0
    keys.rotate(session, "status", PASSPHRASE, AFTER)
    assert status.sign_due(session, settings, AFTER) == 1


# By the job


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
        text = issuing.qr_text(one, settings)
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


# What is refused, and the command


def test_a_second_report_counts_when_it_names_an_earlier_time(session: Session, settings: Settings) -> None:
    stolen = steal(session, settings, "badge")

    resigning.report_stolen(session, stolen, TOLD, settings, AFTER)
    assert session.get_one(SigningKey, stolen).compromised_since == THEFT
    resigning.report_stolen(session, stolen, NOW, settings, AFTER)

    assert session.get_one(SigningKey, stolen).compromised_since == NOW


def test_no_key_is_stolen_in_the_future(session: Session, settings: Settings) -> None:
    kid = keys.signer(session, "badge", PASSPHRASE).kid

    with pytest.raises(keys.TheftToCome, match="future"):
        resigning.report_stolen(session, kid, TOLD + timedelta(days=1), settings, TOLD)


def test_a_destroyed_key_may_have_been_copied_before(session: Session, sessions: Sessions, settings: Settings) -> None:
    [credential] = issue(session, settings)
    old = keys.signer(session, "badge", PASSPHRASE).kid
    rotation.rotate(session, "badge", settings, THEFT)
    rotation.destroy(session, old, settings, THEFT)

    resigning.report_stolen(session, old, NOW, settings, TOLD)
    session.commit()
    jobs.run_all(sessions, settings, AFTER)

    session.refresh(credential)
    assert session.get_one(SigningKey, old).state == "destroyed"
    assert old not in {key.kid for key in keys.believed(session)}
    assert answers(session, settings, credential, AFTER) == (Result.GENUINE, checking.GENUINE)


def test_destroying_a_stolen_key_does_not_make_it_believed(session: Session, settings: Settings) -> None:
    stolen = steal(session, settings, "certificate")

    rotation.destroy(session, stolen, settings, AFTER)

    bundle = publishing.bundle(session, settings, AFTER)
    [key] = [key for key in bundle.issuers[0].keys if key.kid.hex() == stolen]
    assert key.compromised_since == THEFT


def test_the_command_tells_what_follows_and_the_worker_does_it(
    run: Run, sessions: Sessions, settings: Settings, tmp_path: Path
) -> None:
    address = run("award", "DIGI-FIRST-STEPS", "--name", "Ada", "--level", 3).out.strip()
    before, after = tmp_path / "before.json", tmp_path / "after.json"
    run("export", address, "--format", "json", "--out", before)
    kid = next(row["kid"] for row in run("keys", "list", "--json").document if row["use"] == "badge")

    told = run("keys", "compromised", kid, "--since", "2026-01-01")
    assert run("verify", before).code == 1
    jobs.run_all(sessions, settings, datetime.now(NOW.tzinfo))
    run("export", address, "--format", "json", "--out", after)

    assert told.code == 0
    assert "trusted no more" in told.out
    assert "jobs list" in told.out
    assert run("verify", after).code == 0
    assert run("verify", before).code == 1
    assert json.loads(before.read_text())["id"] == json.loads(after.read_text())["id"]
