"""Who may do what in which organisation."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from assessor.errors import NotFound
from assessor.organisations.models import Membership, Organisation


def found(session: Session, code: str, name: str, country: str, project: str, now: datetime) -> Organisation:
    """Found an organisation, or give back the one that has this code."""
    if known := session.scalar(select(Organisation).where(Organisation.code == code)):
        return known
    organisation = Organisation(code=code, name=name, country=country, project=project, created_at=now)
    session.add(organisation)
    session.flush()
    return organisation


def grant(session: Session, organisation_id: uuid.UUID, account_id: uuid.UUID, roles: Sequence[str]) -> None:
    """Give an account these roles; roles that it has already stay."""
    for role in roles:
        if session.get(Membership, (organisation_id, account_id, role)) is None:
            session.add(Membership(organisation_id=organisation_id, account_id=account_id, role=role))
    session.flush()


def organisation_for(session: Session, code: str, account_id: uuid.UUID, role: str) -> Organisation:
    """The organisation of this code, if the account has the role there.

    Raises `NotFound` in every other case: a stranger does not even learn whether the organisation exists.
    """
    organisation = session.scalar(
        select(Organisation)
        .join(Membership, Membership.organisation_id == Organisation.id)
        .where(Organisation.code == code, Membership.account_id == account_id, Membership.role == role)
    )
    if organisation is None:
        raise NotFound("There is nothing here for you. Go back to the start page.")
    return organisation


def roles_of(session: Session, organisation_id: uuid.UUID, account_id: uuid.UUID) -> frozenset[str]:
    """The roles that an account has in an organisation."""
    return frozenset(
        session.scalars(
            select(Membership.role).where(
                Membership.organisation_id == organisation_id, Membership.account_id == account_id
            )
        )
    )


def organisations_of(session: Session, account_id: uuid.UUID) -> Sequence[Organisation]:
    """The organisations in which this account has any role, by name."""
    return session.scalars(
        select(Organisation)
        .join(Membership, Membership.organisation_id == Organisation.id)
        .where(Membership.account_id == account_id)
        .distinct()
        .order_by(Organisation.name)
    ).all()
