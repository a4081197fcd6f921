"""Badges from elsewhere: what an application brings is checked with what is known here, and kept as it came.

Of two editions of one badge, the one with the newer ``validFrom`` takes the place of the other; the same or an older
one changes nothing.
"""

import enum
import re
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Literal

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from assessor.accounts.models import Learner
from assessor.config import Settings
from assessor.credentials import issuer, trust
from assessor.errors import Invalid, NotAllowed, NotFound
from assessor.hosting import owning, permitting
from assessor.hosting.identity import identity
from assessor.hosting.models import HeldCredential
from assessor.openbadges import jwt
from assessor.openbadges.contexts import CREDENTIALS_V2
from assessor.openbadges.errors import Unreadable
from assessor.openbadges.grammar import read_timestamp
from assessor.openbadges.jwt import issuer_of
from assessor.openbadges.reading import is_jwt
from assessor.openbadges.strict_json import JsonObject, read_json
from assessor.openbadges.verification import verify

#: A learner's shelf: so many badges, and so many bytes of all of them together.
MOST = 200
MOST_BYTES = 8 * 1024 * 1024

#: Checks that may fail: a badge that has run out or was taken back is still its holder's, and says so itself.
MAY_FAIL = frozenset({"refresh", "status", "validity window", "endorsements"})
LONGEST_REASON = 400
_IDENTITY = re.compile(r"[0-9a-f]{64}", re.ASCII)

Form = Literal["json", "jwt"]


class Outcome(enum.Enum):
    """What became of a badge that was brought."""

    CREATED = "created"
    REPLACED = "replaced"
    UNCHANGED = "unchanged"


class BadgeNotTaken(Invalid):
    """What was brought is no Open Badge 3.0, or is known to be false; the message says why."""


class ShelfFull(NotAllowed):
    """This learner holds as many badges from elsewhere as there is room for."""


class UnknownBadge(NotFound):
    """This learner holds no such badge."""


def receive(
    session: Session, learner: Learner, body: bytes, form: Form, settings: Settings, now: datetime
) -> tuple[Outcome, bytes]:
    """Keep a badge that an application brings. Returns what became of it, and the bytes that are kept.

    Raises `BadgeNotTaken` or `ShelfFull`.
    """
    text = body.strip()
    try:
        document = _read(text, form)
    except Unreadable as error:
        raise BadgeNotTaken("%(why)s", why=str(error)) from error
    # Nobody is asked: only we are believed, and only our own lists are looked at.
    ourselves, lists = trust.in_ourselves(session, settings), trust.own_lists(session, settings, now)
    report = verify(text, ourselves, now, status=lists)
    against = [check.reason for check in report.failed if check.name not in MAY_FAIL]
    if against:
        raise BadgeNotTaken("%(why)s", why=" ".join(against)[:LONGEST_REASON])
    badge = str(document.get("id", ""))
    if issuer_of(document) == issuer.did(settings) and owning.is_of_another(session, learner, badge):
        raise BadgeNotTaken("This badge belongs to the card of somebody else.")
    brought = HeldCredential(
        organisation_id=learner.organisation_id,
        learner_id=learner.id,
        identity=identity(issuer_of(document), badge),
        form=form,
        body=text,
        valid_from=_valid_from(document),
        result=int(report.result),
        received_at=now,
    )
    return _keep(session, learner, brought, settings), text


def held(session: Session, learner: Learner) -> Sequence[HeldCredential]:
    """The badges from elsewhere that this learner holds, the newest first."""
    return session.scalars(
        select(HeldCredential).where(*_of(learner)).order_by(HeldCredential.received_at.desc(), HeldCredential.identity)
    ).all()


def dates(session: Session, learner: Learner) -> list[tuple[datetime, str, Form]]:
    """Since when the badges from elsewhere are valid, their identities and forms."""
    found = session.execute(
        select(HeldCredential.valid_from, HeldCredential.identity, HeldCredential.form).where(*_of(learner))
    )
    return [(moment, badge, "jwt" if form == "jwt" else "json") for moment, badge, form in found]


def bodies(session: Session, learner: Learner, badges: Collection[str]) -> dict[str, bytes]:
    """These badges from elsewhere as they came, by identity."""
    found = session.execute(
        select(HeldCredential.identity, HeldCredential.body).where(*_of(learner), HeldCredential.identity.in_(badges))
    )
    return {one.identity: one.body for one in found}


def remove(session: Session, learner: Learner, badge: str) -> None:
    """The learner does not want to hold this one any more. Raises `UnknownBadge`."""
    found = None
    if _IDENTITY.fullmatch(badge):
        found = session.get(HeldCredential, (learner.organisation_id, learner.id, badge))
    if found is None:
        raise UnknownBadge("This badge is not here any more.")
    session.delete(found)


def document_of(kept: HeldCredential) -> JsonObject:
    """What a badge that is kept says."""
    return jwt.read(kept.body).credential if kept.form == "jwt" else read_json(kept.body)


def _read(text: bytes, form: Form) -> JsonObject:
    if (form == "jwt") != is_jwt(text):
        raise BadgeNotTaken("The body is not of the kind that its Content-Type says.")
    document = jwt.read(text).credential if form == "jwt" else read_json(text)
    contexts = document.get("@context")
    if not isinstance(contexts, list) or contexts[:1] != [CREDENTIALS_V2]:
        raise BadgeNotTaken("This is no Open Badge of version 3.0.")  # older ones cannot be handed on by this API
    return document


def _valid_from(document: JsonObject) -> datetime:
    moment = read_timestamp(document.get("validFrom"))
    if moment is None:
        raise BadgeNotTaken("The badge does not say from when on it is valid.")
    return moment


def _keep(session: Session, learner: Learner, brought: HeldCredential, settings: Settings) -> Outcome:
    permitting.lock(session, learner)
    if brought.identity in owning.identities(session, learner, settings):
        return Outcome.UNCHANGED  # an award of ours, whose badge is kept with it and is always the newest
    known = session.get(HeldCredential, (learner.organisation_id, learner.id, brought.identity), populate_existing=True)
    if known is not None and brought.valid_from <= known.valid_from:
        return Outcome.UNCHANGED
    _check_room(session, brought, known)
    session.merge(brought)
    return Outcome.CREATED if known is None else Outcome.REPLACED


def _of(learner: Learner) -> tuple[ColumnElement[bool], ...]:
    return HeldCredential.organisation_id == learner.organisation_id, HeldCredential.learner_id == learner.id


def _check_room(session: Session, brought: HeldCredential, replaced: HeldCredential | None) -> None:
    shelf = select(func.count(), func.coalesce(func.sum(func.length(HeldCredential.body)), 0)).where(
        HeldCredential.organisation_id == brought.organisation_id, HeldCredential.learner_id == brought.learner_id
    )
    count, size = session.execute(shelf).one()
    if replaced is not None:
        count, size = count - 1, size - len(replaced.body)
    if count >= MOST or size + len(brought.body) > MOST_BYTES:
        raise ShelfFull("There is no room for more badges of this person. They can remove some on their page of apps.")
