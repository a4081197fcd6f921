"""Changing keys in daily life: what follows when one is activated, retired or destroyed, and activation on a later day.

A new key is best published days before it signs: verifiers keep copies of our documents, and know it then.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from assessor.config import Settings, key_secrets
from assessor.credentials import adopted, keys, publishing, status
from assessor.credentials.models import Award, Credential, SigningKey
from assessor.errors import Conflict
from assessor.jobs import enqueue, job

ACTIVATE = "activate key"


class SuccessorNotNamed(Conflict):
    """A root key elsewhere signs the bundle, and has not signed one with the key that would sign from now on."""


class StillNeeded(Conflict):
    """Something that only this key can sign waits to be signed."""


def activate(session: Session, kid: str, settings: Settings, now: datetime) -> SigningKey:
    """Let a published key sign from now on. Raises as `keys.activate`, or `SuccessorNotNamed`."""
    key = keys.activate(session, kid, now)
    _check_named(session, key.use, now)
    _sign_lists(session, key, settings, now)
    return key


def activate_later(session: Session, kid: str, days: int, now: datetime) -> datetime:
    """Let a published key sign when it will have been known for so many days. Returns when that is."""
    at = now + timedelta(days=days)
    enqueue(session, ACTIVATE, kid, {"kid": kid}, at)
    return at


@job(ACTIVATE)
def activate_job(session: Session, payload: dict[str, Any], settings: Settings, now: datetime) -> None:
    """Activate a key whose day has come, if it still waits: it may have been activated, retired or stolen meanwhile."""
    if session.get_one(SigningKey, payload["kid"]).state == "published":
        activate(session, payload["kid"], settings, now)


def rotate(
    session: Session,
    use: str,
    settings: Settings,
    now: datetime,
    algorithm: keys.Algorithm = "EdDSA",
    *,
    in_token: bool | None = None,
) -> SigningKey:
    """A new key that signs at once, without a time in which it is only known.

    Raises as `keys.rotate`, or `SuccessorNotNamed`.
    """
    key = keys.rotate(session, use, key_secrets(settings), now, algorithm, in_token=in_token)
    _check_named(session, use, now)
    _sign_lists(session, key, settings, now)
    return key


def retire(session: Session, kid: str, settings: Settings, now: datetime) -> SigningKey:
    """Take a key out of use. Raises as `keys.retire`, or `SuccessorNotNamed`."""
    found = session.get(SigningKey, kid)
    was_active = found is not None and found.state == "active"
    key = keys.retire(session, kid, key_secrets(settings), now)
    if was_active:
        _check_named(session, key.use, now)
    _sign_lists(session, key, settings, now)
    return key


def destroy(session: Session, kid: str, settings: Settings, now: datetime) -> SigningKey:
    """Wipe a private half that nothing needs any more. Raises as `keys.destroy`, or `StillNeeded`."""
    key = session.get(SigningKey, kid)
    if key is not None and key.use == "certificate" and key.state == "retired" and _any_waits(session, key):
        raise StillNeeded(
            "Certificates of the time of the key %(kid)s wait to be signed with it. See: assessor jobs list", kid=kid
        )
    return keys.destroy(session, kid, key_secrets(settings), now)


def _any_waits(session: Session, key: SigningKey) -> bool:
    """Whether an award of the term of a retired key is not signed yet: its code needs the key of its date."""
    signed = exists().where(Credential.organisation_id == Award.organisation_id, Credential.award_id == Award.id)
    term = Award.awarded_at.between(keys.valid_from(key), key.retired_at)
    return session.scalar(select(Award.id).where(term, ~signed).limit(1)) is not None


def _check_named(session: Session, use: str, now: datetime) -> None:
    try:
        for meant in publishing.USES.get(use, ()):
            adopted.check_named(session, keys.public_key(session, use), meant, now)
    except adopted.KeyNotNamed as error:
        raise SuccessorNotNamed(
            "A root key elsewhere signs the bundle, and verifiers would not know the new key. So: assessor keys "
            "create, keys publish, trust init --out, trust sign, trust publish, and then keys activate."
        ) from error


def _sign_lists(session: Session, key: SigningKey, settings: Settings, now: datetime) -> None:
    if key.use == "status":
        status.sign_all(session, settings, now)
