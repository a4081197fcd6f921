"""Begin, find and end visits. The caller keeps the token in a cookie; we keep its digest."""

import hashlib
import secrets
import uuid
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from assessor.accounts.models import Account, Learner, Visit

LEARNER_VISIT = timedelta(hours=12)
STAFF_VISIT = timedelta(hours=12)


def begin_for_learner(session: Session, learner: Learner, now: datetime) -> str:
    """Begin a learner's visit and end the one on any other phone. Returns the token for the cookie."""
    _remove_expired(session, now)
    try:
        return _replace_visit(session, learner, now)
    except IntegrityError:  # another phone scanned the card at the same moment: now we see its visit, and end it
        return _replace_visit(session, learner, now)


def begin_for_staff(session: Session, account: Account, now: datetime) -> str:
    """Begin a visit of a member of staff. Returns the token for the cookie."""
    _remove_expired(session, now)
    token = secrets.token_urlsafe(32)
    session.add(Visit(token_digest=_digest(token), account_id=account.id, expires_at=now + STAFF_VISIT))
    return token


def find(session: Session, token: str, now: datetime) -> Visit | None:
    """The living visit of a cookie's token, or None."""
    visit = session.get(Visit, _digest(token))
    return visit if visit is not None and visit.expires_at > now else None


def end(session: Session, token: str) -> None:
    """End the visit of this token."""
    session.execute(delete(Visit).where(Visit.token_digest == _digest(token)))


def end_of_learner(session: Session, organisation_id: uuid.UUID, learner_id: uuid.UUID) -> None:
    """End every visit of a learner, on whatever phone."""
    session.execute(delete(Visit).where(Visit.organisation_id == organisation_id, Visit.learner_id == learner_id))


def end_of_account(session: Session, account_id: uuid.UUID) -> None:
    """End every visit of a member of staff."""
    session.execute(delete(Visit).where(Visit.account_id == account_id))


def _replace_visit(session: Session, learner: Learner, now: datetime) -> str:
    """In a savepoint, so that the caller's transaction survives the unique index of a learner's visit."""
    token = secrets.token_urlsafe(32)
    with session.begin_nested():
        end_of_learner(session, learner.organisation_id, learner.id)
        session.add(
            Visit(
                token_digest=_digest(token),
                organisation_id=learner.organisation_id,
                learner_id=learner.id,
                expires_at=now + LEARNER_VISIT,
            )
        )
    return token


def _remove_expired(session: Session, now: datetime) -> None:
    """Those that somebody else removes at this moment are left to them: nobody waits for tidying."""
    expired = select(Visit.token_digest).where(Visit.expires_at < now).with_for_update(skip_locked=True)
    session.execute(delete(Visit).where(Visit.token_digest.in_(expired)))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
