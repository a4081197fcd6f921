"""Which certificates a learner holds. They are named by the address of their badge, which outlives a replacement."""

import uuid
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from assessor.accounts.models import Learner
from assessor.credentials import awarding, issuing
from assessor.credentials.models import Award, Credential
from assessor.errors import Conflict, NotFound


class NoCertificate(NotFound):
    """This learner has no such certificate."""

    title = "No certificate"


class DoesNotCount(Conflict):
    """The certificate was withdrawn, or is on hold: nothing new is handed out of it."""

    title = "Not now"


def of_learner(session: Session, learner: Learner) -> Sequence[Award]:
    """Everything that this learner holds, newest first; of what was replaced, the newest alone."""
    mine = (Award.organisation_id == learner.organisation_id, Award.learner_id == learner.id)
    return session.scalars(
        select(Award).where(*mine, Award.replaced_by.is_(None)).order_by(Award.awarded_at.desc(), Award.id)
    ).all()


def find(session: Session, learner: Learner, credential_id: uuid.UUID) -> Award:
    """The learner's certificate of this address. Raises `NoCertificate`."""
    found = at_address(session, credential_id)
    if found is None or (found.organisation_id, found.learner_id) != (learner.organisation_id, learner.id):
        raise NoCertificate("There is no such certificate of yours. Look at your list again.")
    return found


def at_address(session: Session, credential_id: uuid.UUID) -> Award | None:
    """What stands at the address of a badge now: the award, or the last that took its place; None = nothing."""
    try:
        found = awarding.newest(session, credential_id)
    except NotFound:
        return None
    return found if found.credential_id == credential_id else None


def signed_alone(session: Session, award: Award) -> Credential:
    """As `signed`, with the award kept from others until the end: of two taps at once the second sees what is there.

    What only names the award is not held up (`key_share`).
    """
    named = Award.organisation_id == award.organisation_id, Award.id == award.id
    locked = select(Award).where(*named).with_for_update(key_share=True)
    return signed(session, session.scalars(locked.execution_options(populate_existing=True)).one())


def signed(session: Session, award: Award) -> Credential:
    """The badge of an award that counts. Raises `DoesNotCount`, `NotSignedYet`."""
    if award.revoked_at is not None or award.suspended_at is not None or award.replaced_by is not None:
        raise DoesNotCount("This certificate does not count now. Ask your teacher.")
    credential = issuing.credential_of(session, award)
    if credential is None:
        raise issuing.NotSignedYet("The certificate is being made. Try again in a minute.")
    return credential
