"""What ends with a lost card: whoever found it may have opened links and offered badges to a wallet of their own.

Nobody knows on which day a card was lost, so everything that is open ends; the learner opens it again with a tap.
"""

from datetime import datetime

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from assessor.accounts.models import Learner
from assessor.credentials.models import Award
from assessor.wallets.models import Offer, Share


def end_links(session: Session, learner: Learner, now: datetime) -> None:
    """Nobody sees anything under the links to this learner's certificates any more."""
    addresses = select(func.coalesce(Award.first_award, Award.id)).where(*_of(learner))
    session.execute(
        update(Share)
        .where(
            Share.organisation_id == learner.organisation_id,
            Share.credential_id.in_(addresses),
            Share.ended_at.is_(None),
        )
        .values(ended_at=now)
    )


def end_offers(session: Session, learner: Learner, now: datetime) -> None:
    """No wallet gets this learner's badges for the codes and tokens that are about."""
    session.execute(
        update(Offer)
        .where(
            Offer.organisation_id == learner.organisation_id,
            Offer.award_id.in_(select(Award.id).where(*_of(learner))),
            Offer.ended_at.is_(None),
            Offer.expires_at > now,
        )
        .values(ended_at=now, token_digest=None)
    )


def _of(learner: Learner) -> tuple[ColumnElement[bool], ...]:
    return Award.organisation_id == learner.organisation_id, Award.learner_id == learner.id
