"""One active key for each use, whoever makes it; and what verifiers are told of keys and withdrawals."""

import contextlib
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from assessor.certificates.trust import number_hash
from assessor.config import Settings
from assessor.credentials import awarding, issuing, keys, publishing
from assessor.credentials.models import SigningKey
from tests import factories
from tests.databases import meanwhile
from tests.factories import NOW
from tests.fixtures import PASSPHRASE

Sessions = sessionmaker[Session]
LATER = NOW + timedelta(hours=30)


def test_a_use_has_one_active_key(session: Session) -> None:
    with pytest.raises(keys.KeyMadeMeanwhile, match="badge"):
        keys.make(session, "badge", PASSPHRASE, NOW)
    session.add(SigningKey(kid="00", use="badge", state="active", public_key=b"", created_at=NOW))
    with pytest.raises(IntegrityError):
        session.flush()


def test_a_key_that_is_missing_for_two_is_made_once(session: Session, sessions: Sessions) -> None:
    for key in session.scalars(select(SigningKey).where(SigningKey.use == "badge")):
        key.state = "destroyed"
    session.commit()

    def make(own: Session) -> list[str]:
        return [key.use for key in keys.make_missing(own, PASSPHRASE, NOW)]

    assert meanwhile(sessions, make, make) == []
    assert len(session.scalars(select(SigningKey).where(SigningKey.state == "active")).all()) == len(keys.USES)


def test_rotating_while_another_rotates_leaves_one_active_key(session: Session, sessions: Sessions) -> None:
    session.commit()

    def rotate(own: Session) -> str:
        return keys.rotate(own, "status", PASSPHRASE, LATER).kid

    with contextlib.suppress(keys.KeyMadeMeanwhile):  # PostgreSQL tells the second; SQLite lets it wait and rotate
        meanwhile(sessions, rotate, rotate)

    active = select(SigningKey).where(SigningKey.use == "status", SigningKey.state == "active")
    assert len(session.scalars(active).all()) == 1


def test_nothing_is_signed_for_a_time_without_a_key(session: Session) -> None:
    with pytest.raises(keys.NoKeyThen, match="certificate"):
        keys.signer(session, "certificate", PASSPHRASE, NOW - timedelta(days=1))


def test_a_stolen_key_signs_nothing_that_waited(session: Session, settings: Settings) -> None:
    award = factories.award(session, settings)
    old = keys.signer(session, "certificate", PASSPHRASE).kid
    keys.rotate(session, "certificate", PASSPHRASE, LATER)
    session.get_one(SigningKey, old).state = "compromised"

    with pytest.raises(keys.NoKeyThen):
        issuing.sign(session, award, settings, LATER)


def test_the_root_key_is_read_without_a_passphrase(session: Session) -> None:
    assert publishing.root_key(session) == keys.signer(session, "root", PASSPHRASE).public_key


# What verifiers trust


def test_a_rotated_key_has_a_bundle_of_its_own_number(session: Session, settings: Settings) -> None:
    now = NOW + timedelta(minutes=1)
    before = publishing.bundle(session, settings, now)

    keys.rotate(session, "certificate", PASSPHRASE, now)

    after = publishing.bundle(session, settings, now)
    assert after.version > before.version
    assert len(after.issuers[0].keys) == len(before.issuers[0].keys) + 1


def test_a_bundle_is_the_same_until_something_changes_and_never_ends(session: Session, settings: Settings) -> None:
    day = (NOW + timedelta(days=200)).replace(hour=0, minute=0, second=0)

    morning, evening = (publishing.signed_bundle(session, settings, day + timedelta(hours=at)) for at in (1, 23))

    assert morning == evening
    assert publishing.bundle(session, settings, day).expires > day + timedelta(days=60)


def test_withdrawals_are_dated_by_the_newest_one(session: Session, settings: Settings) -> None:
    one, two = (factories.award(session, settings, source=source) for source in ("one", "two"))
    awarding.revoke(session, one, "mistake", settings, LATER)

    first = publishing.withdrawals(session, settings)
    again = publishing.withdrawals(session, settings)
    awarding.revoke(session, two, "other", settings, LATER + timedelta(hours=1))
    second = publishing.withdrawals(session, settings)

    assert first.issued == LATER
    assert again is first
    assert second.issued == LATER + timedelta(hours=1)
    assert set(second.entries) == {number_hash(one.number), number_hash(two.number)}
    assert publishing.signed_withdrawals(session, settings) == publishing.signed_withdrawals(session, settings)
