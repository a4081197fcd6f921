"""The badges that a learner earned here. They are with their awards; nothing of them is copied."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager

from assessor.accounts.models import Learner
from assessor.config import Settings
from assessor.credentials import issuer, issuing
from assessor.credentials.models import Award, Credential
from assessor.hosting.identity import identity


def signed(session: Session, learner: Learner) -> Sequence[Credential]:
    """The signed badges of this learner that count: neither withdrawn nor replaced by newer ones."""
    of_learner = (Award.organisation_id == learner.organisation_id, Award.learner_id == learner.id)
    return session.scalars(
        select(Credential)
        .join(Credential.award)
        .options(contains_eager(Credential.award))
        .where(*of_learner, Award.revoked_at.is_(None), Award.replaced_by.is_(None))
    ).all()


def identities(session: Session, learner: Learner, settings: Settings) -> set[str]:
    """What says that a badge is one of these awards, whether it counts or not."""
    awards = session.scalars(
        select(Award).where(Award.organisation_id == learner.organisation_id, Award.learner_id == learner.id)
    )
    return {_identity(award, issuing.as_awarded(award, settings)) for award in awards}


def _identity(award: Award, as_awarded: Settings) -> str:
    return identity(issuer.did(as_awarded), issuer.credential_url(as_awarded, award.credential_id))
