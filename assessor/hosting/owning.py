"""The badges that a learner earned here. They are with their awards; nothing of them is copied."""

import uuid
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from assessor.accounts.models import Learner
from assessor.config import Settings
from assessor.credentials import issuer, profiles
from assessor.credentials.models import Award, Credential
from assessor.hosting.identity import identity


def dates(session: Session, learner: Learner) -> list[tuple[datetime, uuid.UUID, uuid.UUID]]:
    """When the signed badges of this learner that count were awarded, the end of their addresses, and their awards.

    One that was withdrawn, is on hold or was replaced by a newer one does not count.
    """
    found = session.execute(
        select(Award.awarded_at, func.coalesce(Award.first_award, Award.id), Award.id)
        .join(Credential.award)
        .where(
            Award.organisation_id == learner.organisation_id,
            Award.learner_id == learner.id,
            Award.revoked_at.is_(None),
            Award.suspended_at.is_(None),
            Award.replaced_by.is_(None),
        )
    )
    return [(moment, address, award) for moment, address, award in found]


def bodies(session: Session, learner: Learner, awards: Collection[uuid.UUID]) -> dict[uuid.UUID, bytes]:
    """The signed badges of these awards, by award."""
    found = session.execute(
        select(Credential.award_id, Credential.body).where(
            Credential.organisation_id == learner.organisation_id, Credential.award_id.in_(awards)
        )
    )
    return {one.award_id: one.body for one in found}


def is_of_another(session: Session, learner: Learner, badge: str) -> bool:
    """Whether a badge of ours, by its id, was awarded to somebody else who has a card.

    Whose it is that was awarded to somebody without a card nobody can say.
    """
    try:
        award_id = uuid.UUID(badge.rpartition("/")[2])
    except ValueError:
        return False
    award = session.scalar(select(Award).where(Award.id == award_id))
    if award is None or award.learner_id is None:
        return False
    return (award.organisation_id, award.learner_id) != (learner.organisation_id, learner.id)


def identities(session: Session, learner: Learner, settings: Settings) -> set[str]:
    """What says that a badge is one of these awards, whether it counts or not."""
    awards = session.scalars(
        select(Award).where(Award.organisation_id == learner.organisation_id, Award.learner_id == learner.id)
    )
    return {_identity(award, profiles.as_awarded(award, settings)) for award in awards}


def _identity(award: Award, as_awarded: Settings) -> str:
    return identity(issuer.did(as_awarded), issuer.credential_url(as_awarded, award.credential_id))
