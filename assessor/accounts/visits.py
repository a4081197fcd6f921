"""Begin, find and end visits. The caller keeps the token in a cookie; we keep its digest."""

import hashlib
import secrets
import uuid
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from assessor.accounts.models import Account, Learner, Visit

LEARNER_VISIT = timedelta(hours=12)
STAFF_VISIT = timedelta(hours=12)
#: A visit is written again only when it was last seen this long ago: most requests then only read.
SEEN_STEP = timedelta(minutes=10)


def begin_for_learner(session: Session, learner: Learner, now: datetime) -> str:
    """Begin a learner's visit and end the one on any other phone. Returns the token for the cookie."""
    end_of_learner(session, learner.organisation_id, learner.id)
    token = secrets.token_urlsafe(32)
    session.add(
        Visit(
            token_digest=_digest(token),
            organisation_id=learner.organisation_id,
            learner_id=learner.id,
            last_seen=now,
            expires_at=now + LEARNER_VISIT,
        )
    )
    return token


def begin_for_staff(session: Session, account: Account, now: datetime) -> str:
    """Begin a visit of a member of staff. Returns the token for the cookie."""
    session.execute(delete(Visit).where(Visit.expires_at < now))
    token = secrets.token_urlsafe(32)
    session.add(Visit(token_digest=_digest(token), account_id=account.id, last_seen=now, expires_at=now + STAFF_VISIT))
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


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
