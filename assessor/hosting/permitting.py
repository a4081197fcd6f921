"""What a learner lets an application do: said yes to, listed, ended, forgotten when it has run out."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, exists, func, select
from sqlalchemy.orm import Session, joinedload

from assessor.accounts.models import Learner
from assessor.errors import NotFound
from assessor.hosting.models import Application, AuthorizationCode, Permission, Token

#: How long the browser may need to carry a code to the application.
CODE = timedelta(minutes=5)
#: An application that nobody permits anything is forgotten so long after its last code or token could be used.
UNUSED_APPLICATION = timedelta(days=30)


class UnknownPermission(NotFound):
    """This learner permits nothing under this id, or does no more."""


class UnknownApplication(NotFound):
    """No application has this id."""


def give(
    session: Session, learner: Learner, application: Application, scopes: Sequence[str], now: datetime
) -> Permission:
    """The learner said yes. What the application was allowed before ends; a code must follow while it is fresh.

    Raises `UnknownApplication`.
    """
    lock(session, learner)
    # Kept from others too: it may be forgotten, as not used, at this very moment.
    locked = {"key_share": True}
    if session.get(Application, application.id, with_for_update=locked, populate_existing=True) is None:
        raise UnknownApplication("There is no app %(id)s. See: assessor apps list", id=application.id)
    session.execute(
        delete(Permission).where(
            Permission.organisation_id == learner.organisation_id,
            Permission.learner_id == learner.id,
            Permission.application_id == application.id,
        )
    )
    permission = Permission(
        organisation_id=learner.organisation_id,
        learner_id=learner.id,
        application_id=application.id,
        scopes=list(scopes),
        given_at=now,
        expires_at=now + CODE,
    )
    session.add(permission)
    session.flush()
    use_until(permission, now + CODE)
    return permission


def lock(session: Session, learner: Learner) -> None:
    """Whoever changes what this learner permits or holds waits here: of two at once, the second sees the first."""
    key = (learner.organisation_id, learner.id)
    session.get(Learner, key, with_for_update={"key_share": True})


def use_until(permission: Permission, end: datetime) -> None:
    """A code or a token of this permission was handed out and can be used until ``end``."""
    application = permission.application
    permission.expires_at = end
    application.permitted_until = max(application.permitted_until, end)


def given(session: Session, learner: Learner, now: datetime) -> Sequence[Permission]:
    """What this learner permits at this moment, the newest first."""
    return session.scalars(
        select(Permission)
        .options(joinedload(Permission.application))
        .where(
            Permission.organisation_id == learner.organisation_id,
            Permission.learner_id == learner.id,
            Permission.expires_at > now,
        )
        .order_by(Permission.given_at.desc(), Permission.id)
    ).all()


def end(session: Session, learner: Learner, permission_id: uuid.UUID) -> Application:
    """End a permission of this learner, with its codes and tokens. Raises `UnknownPermission`."""
    permission = session.get(Permission, (learner.organisation_id, permission_id))
    if permission is None or permission.learner_id != learner.id:
        raise UnknownPermission("This app has no permission any more.")
    application = permission.application
    forget(session, permission)
    return application


def end_all(session: Session, learner: Learner, _now: datetime) -> None:
    """No application may do anything for this learner any more: their card was lost."""
    lock(session, learner)
    session.execute(
        delete(Permission).where(
            Permission.organisation_id == learner.organisation_id, Permission.learner_id == learner.id
        )
    )


def applications(session: Session) -> Sequence[tuple[Application, int]]:
    """Every application, the oldest first, and how many people permit it something."""
    permissions = func.count(Permission.id)
    found = session.execute(
        select(Application, permissions)
        .join(Permission, Permission.application_id == Application.id, isouter=True)
        .group_by(Application.id)
        .order_by(Application.registered_at, Application.id)
    )
    return [(application, number) for application, number in found]


def remove_application(session: Session, application_id: str) -> Application:
    """Remove an application; the database removes what it was permitted. Raises `UnknownApplication`."""
    application = session.get(Application, application_id)
    if application is None:
        raise UnknownApplication("There is no app %(id)s. See: assessor apps list", id=application_id)
    session.delete(application)
    session.flush()
    return application


def forget(session: Session, permission: Permission) -> None:
    """Delete a permission; the database deletes its codes and tokens."""
    session.execute(
        delete(Permission).where(
            Permission.organisation_id == permission.organisation_id, Permission.id == permission.id
        )
    )


def remove_expired(session: Session, now: datetime) -> None:
    """Forget permissions, codes and tokens that have run out, and applications that nobody permits anything."""
    for kind in (AuthorizationCode, Token):
        gone = select(kind.digest).where(kind.expires_at < now).with_for_update(skip_locked=True)
        session.execute(delete(kind).where(kind.digest.in_(gone)))
    session.execute(delete(Permission).where(Permission.expires_at < now))
    remove_unused(session, now - UNUSED_APPLICATION)


def count_unused(session: Session) -> int:
    """How many applications nobody permits anything."""
    return session.scalar(select(func.count()).select_from(Application).where(_UNUSED)) or 0


def remove_unused(session: Session, before: datetime) -> None:
    """Forget applications that nobody permits anything, and whose last code or token ended before a time.

    Of one that never got any, the time of its registration counts.
    """
    session.execute(delete(Application).where(Application.permitted_until < before, _UNUSED))


_UNUSED = ~exists().where(Permission.application_id == Application.id)
