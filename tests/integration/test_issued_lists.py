"""After the theft of a certificate key: what was printed before stays genuine, and what the thief signs does not."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import delete
from sqlalchemy.orm import Session

from assessor import jobs
from assessor.certificates import checking, cose, merkle, qr
from assessor.config import Settings
from assessor.credentials import issued, keys, mirroring, publishing, resigning, rotation
from assessor.credentials.models import IssuedList, SigningKey
from assessor.fetching.fetcher import Fetcher
from tests.fixtures import PASSPHRASE
from tests.integration.theft import AFTER, THEFT, TOLD, Sessions, code_answer, issue, steal


def named(session: Session, settings: Settings, kid: str) -> IssuedList | None:
    """The list that the bundle names for a key, as it is published; None: it names none."""
    [key] = [key for key in publishing.own_issuer(session, settings).keys if key.kid.hex() == kid]
    if key.issued is None:
        return None
    row = session.get_one(IssuedList, kid, populate_existing=True)
    assert merkle.read_list(row.leaves, key.issued.root, key.issued.count).root == row.root
    return row


def test_papers_printed_before_are_genuine_before_and_after_the_worker_signed_again(
    session: Session, sessions: Sessions, settings: Settings
) -> None:
    credentials = issue(session, settings, 3)
    printed = [credential.summary for credential in credentials]
    stolen = steal(session, settings, "certificate")

    at_once = [code_answer(session, settings, summary, AFTER) for summary in printed]
    session.commit()
    jobs.run_all(sessions, settings, AFTER)
    session.expire_all()

    afterwards = [code_answer(session, settings, summary, AFTER) for summary in printed]
    assert {checked.result for checked in at_once + afterwards} == {checking.GENUINE}
    [why] = [check.reason for check in at_once[0].checks if check.name == "issued"]
    assert "The key was stolen" in why
    assert "that list decided" in why
    assert printed[0] != credentials[0].summary
    assert cose.read_sign1(printed[0]).payload == cose.read_sign1(credentials[0].summary).payload
    assert named(session, settings, stolen) is not None


def test_nothing_that_the_thief_signs_is_believed(session: Session, settings: Settings) -> None:
    [credential] = issue(session, settings)
    thief = keys.signer(session, "certificate", PASSPHRASE)
    ours = qr.read_payload(cose.read_sign1(credential.summary).payload)
    steal(session, settings, "certificate")

    forged = [replace(ours, number=bytes(8)), replace(ours, level=8), replace(ours, name="Eve")]
    answers = [code_answer(session, settings, qr.sign_summary(one, thief), AFTER) for one in forged]

    assert {(checked.result, checked.cause) for checked in answers} == {(checking.ALTERED, "key_stolen")}
    assert all("not among what the issuer signed" in str(checked.checks) for checked in answers)


def test_an_award_that_was_being_signed_while_the_theft_was_told_is_listed_in_the_second_round(
    session: Session, sessions: Sessions, settings: Settings
) -> None:
    issue(session, settings)
    thief = keys.signer(session, "certificate", PASSPHRASE)
    stolen = steal(session, settings, "certificate")
    before = publishing.bundle(session, settings, TOLD)
    [late] = issue(session, settings, now=THEFT)
    payload = cose.read_sign1(late.summary).payload
    late.summary = cose.sign1(payload, context=qr.CONTEXT, signer=thief)
    summary = late.summary
    session.commit()

    jobs.run_all(sessions, settings, TOLD + resigning.SECOND_ROUND)

    session.expire_all()
    listed = named(session, settings, stolen)
    assert listed is not None
    assert listed.count == 2
    assert publishing.bundle(session, settings, AFTER).version > before.version
    assert code_answer(session, settings, summary, AFTER).result == checking.GENUINE


def test_a_later_theft_of_the_new_key_leaves_the_first_list_as_it_is(session: Session, settings: Settings) -> None:
    [credential] = issue(session, settings)
    printed = credential.summary
    first = steal(session, settings, "certificate")
    second = steal(session, settings, "certificate", since=TOLD, told=AFTER)

    assert first != second
    assert code_answer(session, settings, printed, AFTER).result == checking.GENUINE


def test_reported_twice_the_list_stays_the_same(session: Session, settings: Settings) -> None:
    issue(session, settings, 2)
    stolen = steal(session, settings, "certificate")
    before = publishing.signed_bundle(session, settings, TOLD)

    issued.write_down(session, session.get_one(SigningKey, stolen), AFTER)

    assert publishing.signed_bundle(session, settings, TOLD) == before


def test_a_key_of_earlier_versions_gets_its_list_from_the_worker(
    session: Session, sessions: Sessions, settings: Settings
) -> None:
    [credential] = issue(session, settings)
    printed = credential.summary
    stolen = steal(session, settings, "certificate")
    session.execute(delete(IssuedList))
    session.commit()
    assert code_answer(session, settings, printed, AFTER).cause == "key_stolen"
    session.commit()

    assert mirroring.refresh(sessions, settings, AFTER, lambda _most, _seconds: Fetcher()) == []

    assert named(session, settings, stolen) is not None
    assert code_answer(session, settings, printed, AFTER).result == checking.GENUINE


def test_a_key_with_more_certificates_than_a_list_holds_is_stolen_all_the_same(
    session: Session, sessions: Sessions, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    [credential, _, _] = issue(session, settings, 3)
    printed = credential.summary
    monkeypatch.setattr(merkle, "MAX_LEAVES", 2)

    stolen = steal(session, settings, "certificate")
    jobs.run_all(sessions, settings, AFTER)

    session.expire_all()
    assert named(session, settings, stolen) is None
    assert code_answer(session, settings, printed, AFTER).cause == "key_stolen"
    assert code_answer(session, settings, credential.summary, AFTER).result == checking.GENUINE


def test_a_long_list_is_read_once(session: Session, settings: Settings) -> None:
    issue(session, settings)
    stolen = steal(session, settings, "certificate")
    root = issued.root_of(session, stolen)

    assert issued.with_root(session, root) is issued.with_root(session, root)
    assert issued.with_root(session, bytes(32)) is None


@pytest.mark.parametrize("use", ["badge", "jwt", "status", "root"])
def test_other_keys_have_no_list(use: str, session: Session, settings: Settings) -> None:
    issue(session, settings)

    stolen = steal(session, settings, use)

    assert session.get(IssuedList, stolen) is None


def test_a_key_that_never_signed_has_no_list(session: Session, settings: Settings) -> None:
    issue(session, settings)
    unused = keys.create(session, "certificate", PASSPHRASE, THEFT)
    keys.publish(session, unused.kid, THEFT)

    resigning.report_stolen(session, unused.kid, THEFT, settings, TOLD)

    assert named(session, settings, unused.kid) is None


def test_only_what_was_issued_in_its_term_is_listed(session: Session, settings: Settings) -> None:
    issue(session, settings)
    old = keys.signer(session, "certificate", PASSPHRASE).kid
    rotation.rotate(session, "certificate", settings, THEFT)
    issue(session, settings, 2, now=TOLD)

    resigning.report_stolen(session, old, THEFT, settings, TOLD + timedelta(minutes=1))

    listed = named(session, settings, old)
    assert listed is not None
    assert listed.count == 1
