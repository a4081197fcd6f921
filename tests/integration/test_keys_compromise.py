"""A stolen key is trusted no more at once; what is refused, and the command."""

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from assessor import jobs
from assessor.certificates import checking
from assessor.config import Settings
from assessor.credentials import issuer, issuing, keys, publishing, resigning, rotation, status
from assessor.credentials.models import SigningKey
from assessor.jobs import Job
from assessor.openbadges.checks import Result
from assessor.openbadges.strict_json import read_json
from assessor.verification import verifying
from tests.console import Run
from tests.factories import NOW
from tests.fixtures import PASSPHRASE
from tests.integration.theft import (
    AFTER,
    THEFT,
    TOLD,
    Sessions,
    answers,
    badge_answer,
    issue,
    steal,
)

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


def test_files_of_before_are_refused_with_the_reason_and_the_cure(session: Session, settings: Settings) -> None:
    [credential] = issue(session, settings)
    body = credential.body
    steal(session, settings, "badge")

    own = verifying.own_data(session, settings, AFTER)
    badge = verifying.verify_badge(body, verifying.trust_of(own.did_document), None, AFTER)

    assert badge.result is Result.NOT_GENUINE
    told = [check.reason for check in verifying.with_cure(session, settings, badge).failed]
    assert [reason for reason in told if "is not a key of the issuer" in reason and "take it again" in reason]
    assert f"reported as stolen on {TOLD:%Y-%m-%d}" in told[0]


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
