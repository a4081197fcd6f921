"""Signing keys: sealed at rest, rotated without breaking what they signed."""

import base64
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy.orm import Session, sessionmaker

from assessor import jobs
from assessor.certificates import checking
from assessor.config import Settings
from assessor.credentials import issuer, issuing, keys, signers, status
from assessor.credentials.models import Award, SigningKey
from assessor.verification import verifying
from tests import factories
from tests.factories import NOW
from tests.fixtures import PASSPHRASE

LATER = NOW + timedelta(hours=1)


def signed_award(session: Session, settings: Settings, source: str = "a test", now: datetime = NOW) -> Award:
    """An award with its badge."""
    award = factories.award(session, settings, now, source=source)
    session.add(issuing.sign(session, award, settings, now))
    session.flush()
    return award


def verdicts(session: Session, settings: Settings, award: Award, now: datetime) -> tuple[str, int]:
    """What the badge's check and the paper's check say."""
    own = verifying.own_data(session, settings, now)
    credential = issuing.credential_of(session, award)
    assert credential is not None
    badge = verifying.verify_badge(credential.body, verifying.trust_of(own.did_document), own.lists, now)
    paper = verifying.check_number(session, award.number, settings, now).answer
    assert paper is not None
    return badge.verdict, paper.result


def private_half(signer: keys.Signer) -> bytes:
    """The 32 bytes that nobody may see."""
    assert isinstance(signer, signers.OpenedKey)
    assert isinstance(signer._private, Ed25519PrivateKey)
    return signer._private.private_bytes_raw()


@pytest.mark.parametrize("use", ["badge", "certificate", "status"])
def test_after_a_rotation_old_and_new_certificates_are_genuine(use: str, session: Session, settings: Settings) -> None:
    old = signed_award(session, settings)

    keys.rotate(session, use, PASSPHRASE, LATER)
    status.sign_all(session, settings, LATER)
    new = signed_award(session, settings, "after the rotation", LATER)

    assert verdicts(session, settings, old, LATER) == ("genuine", checking.GENUINE)
    assert verdicts(session, settings, new, LATER) == ("genuine", checking.GENUINE)


def test_a_rotated_key_is_retired_and_stays_published(session: Session, settings: Settings) -> None:
    old = keys.signer(session, "badge", PASSPHRASE)

    new = keys.rotate(session, "badge", PASSPHRASE, LATER)

    assert session.get_one(SigningKey, old.kid).state == "retired"
    assert keys.signer(session, "badge", PASSPHRASE).kid == new.kid
    methods = {method["id"] for method in issuer.document(session, settings)["verificationMethod"]}
    assert issuer.key_address(settings, old.public_key, "Multikey") in methods
    assert issuer.key_address(settings, new.public_key, "Multikey") in methods


def test_an_award_that_waited_while_keys_changed_is_genuine(
    session: Session, sessions: sessionmaker[Session], settings: Settings
) -> None:
    award = factories.award(session, settings, NOW)
    keys.rotate(session, "badge", PASSPHRASE, LATER)
    keys.rotate(session, "certificate", PASSPHRASE, LATER)
    session.commit()

    jobs.run_all(sessions, settings, LATER)

    assert verdicts(session, settings, award, LATER) == ("genuine", checking.GENUINE)


def test_the_wrong_passphrase_is_a_clear_refusal(session: Session, settings: Settings) -> None:
    award = factories.award(session, settings)

    with pytest.raises(keys.KeyNotOpened, match="ASSESSOR_KEY_PASSPHRASE"):
        issuing.sign(session, award, replace(settings, key_passphrase="another"), NOW)


def test_a_use_without_a_key_is_a_clear_refusal(session: Session) -> None:
    with pytest.raises(keys.NoActiveKey, match="assessor migrate"):
        keys.signer(session, "seal", PASSPHRASE)


def test_missing_keys_are_made_once(session: Session) -> None:
    assert keys.make_missing(session, PASSPHRASE, NOW) == []


def test_no_private_key_and_no_passphrase_lie_in_the_database(session: Session) -> None:
    secrets = [PASSPHRASE.encode()]
    for use in keys.USES:
        raw = private_half(keys.signer(session, use, PASSPHRASE))
        secrets += [raw, raw.hex().encode(), base64.b64encode(raw), base64.urlsafe_b64encode(raw).rstrip(b"=")]

    stored = factories.everything_in(session)

    assert len(stored) > 10_000
    assert [secret for secret in secrets if secret in stored] == []


def test_an_opened_key_does_not_show_its_private_half(session: Session) -> None:
    signer = keys.signer(session, "root", PASSPHRASE)

    raw = private_half(signer)

    assert raw.hex() not in repr(signer)
    assert repr(raw) not in repr(signer)
