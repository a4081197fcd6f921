"""What two hands do to status lists at once, and a list without a signature."""

import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from assessor.certificates.status import read_status_list
from assessor.config import Settings
from assessor.credentials import awarding, decoys, keys, status
from assessor.credentials.models import Award, StatusList
from assessor.jobs import Job
from tests import factories
from tests.databases import meanwhile
from tests.factories import NOW

Sessions = sessionmaker[Session]
LATER = NOW + timedelta(hours=30)


def listed_as_withdrawn(session: Session, settings: Settings, award: Award) -> bool:
    """What the signed list says of an award."""
    known = [key.public_key for key in keys.published(session) if key.use == "status"]
    url = status.list_url(settings, award.status_list)
    token = status.signed_jwt(session, award.status_list).decode()
    return read_status_list(token, known, url=url, purpose="revocation").is_set(award.status_index)


@pytest.mark.parametrize("sign", [status.sign_due, status.sign_all])
def test_a_withdrawal_while_lists_are_signed_stays_in_the_signed_list(
    sign: Callable[[Session, Settings, Any], object], session: Session, sessions: Sessions, settings: Settings
) -> None:
    award = factories.award(session, settings)
    session.commit()

    meanwhile(
        sessions,
        lambda own: awarding.revoke(own, awarding.find(own, award.id), "other", settings, LATER),
        lambda own: sign(own, settings, LATER + status.SIGN_AGAIN * 2),
    )

    assert listed_as_withdrawn(session, settings, award)


def test_lists_that_were_signed_meanwhile_are_not_signed_again(
    session: Session, sessions: Sessions, settings: Settings
) -> None:
    session.commit()

    again = meanwhile(
        sessions,
        lambda own: status.sign_all(own, settings, LATER),
        lambda own: status.sign_due(own, settings, LATER),
    )

    assert again == 0


def test_a_list_that_two_begin_at_once_is_one_list(
    session: Session, sessions: Sessions, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    factories.award(session, settings)
    session.commit()
    monkeypatch.setattr(status, "FULL", 1)

    def give(source: str) -> Callable[[Session], int]:
        return lambda own: factories.award(own, settings, source=source).status_list

    second = meanwhile(sessions, give("one"), give("two"))

    assert second >= 2
    numbers = session.scalars(select(StatusList.number).order_by(StatusList.number)).all()
    assert list(numbers) == list(range(1, len(numbers) + 1))


def test_a_place_that_two_draw_at_once_is_given_to_one(
    session: Session, sessions: Sessions, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decoys, "is_decoy", lambda _secret, _index: False)
    found = status.find(session, 1)
    found.bits = found.suspended = bytes(len(found.bits))
    session.commit()
    draws = iter([7, 7, 7, 8, 9])
    monkeypatch.setattr(secrets, "randbelow", lambda _below: next(draws))

    def give(source: str) -> Callable[[Session], int]:
        return lambda own: factories.award(own, settings, source=source).status_index

    second = meanwhile(sessions, give("one"), give("two"))

    assert second in (8, 9)
    assert sorted(session.scalars(select(Award.status_index))) == [7, second]
    assert session.scalar(select(func.count()).select_from(Job)) == 2


def test_a_list_without_a_signature_is_not_handed_out(session: Session) -> None:
    found = status.find(session, 1)
    found.signed_json = found.signed_jwt = None

    with pytest.raises(status.ListNotSignedYet):
        status.signed_json(session, 1)
    with pytest.raises(status.ListNotSignedYet):
        status.signed_jwt(session, 1)


# Withdrawing


def test_of_two_who_withdraw_at_once_the_second_is_told(
    session: Session, sessions: Sessions, settings: Settings
) -> None:
    award = factories.award(session, settings)
    session.commit()

    def withdraw(own: Session, reason: str) -> None:
        awarding.revoke(own, awarding.find(own, award.id), reason, settings, NOW)

    def second(own: Session) -> None:
        own.get_one(Award, (award.organisation_id, award.id))  # read before the first one commits
        withdraw(own, "misuse")

    with pytest.raises(awarding.AlreadyWithdrawn):
        meanwhile(sessions, lambda own: withdraw(own, "mistake"), second)

    session.expire_all()
    assert awarding.find(session, award.id).revoked_reason == "mistake"
