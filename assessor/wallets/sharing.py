"""Links with which a holder shows a certificate: made, looked up, ended."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from assessor.config import Settings
from assessor.credentials.models import Award
from assessor.database import new_id
from assessor.errors import Conflict, NotFound
from assessor.wallets import derived, holding
from assessor.wallets.choice import Choice
from assessor.wallets.models import Share

Kind = Literal["link", "linkedin"]
MOST_OPEN = 20


class NoSuchLink(NotFound):
    """No open link has this secret: it never was, or its holder ended it."""

    title = "Nothing to see here"


class TooManyLinks(Conflict):
    """The holder has so many open links that none could be overlooked."""

    title = "Too many links"


def share(session: Session, award: Award, kind: Kind, shows: Choice, key: str, now: datetime) -> Share:
    """Open a link to the certificate at this address. Raises `DoesNotCount`, `NotSignedYet`, `TooManyLinks`.

    An open link of the same kind that shows the same is given again: a second tap makes no second link.
    """
    holding.signed_alone(session, award)
    mine = open_of(session, award)
    for known in mine:
        if known.kind == kind and known.shows == shows and _digest(known.id, key) == known.secret_digest:
            return known
    if len(mine) >= MOST_OPEN:
        raise TooManyLinks("There are many open links. End one of them first.")
    share_id = new_id()
    opened = Share(
        organisation_id=award.organisation_id,
        id=share_id,
        credential_id=award.credential_id,
        kind=kind,
        secret_digest=_digest(share_id, key),
        shows=shows,
        created_at=now,
    )
    session.add(opened)
    session.flush()
    return opened


def end(found: Share, now: datetime) -> None:
    """Nobody sees anything under this link any more. Ending it twice is ending it."""
    found.ended_at = found.ended_at or now


def open_of(session: Session, award: Award) -> Sequence[Share]:
    """The open links to the certificate at this address, newest first."""
    return session.scalars(
        select(Share)
        .where(
            Share.organisation_id == award.organisation_id,
            Share.credential_id == award.credential_id,
            Share.ended_at.is_(None),
        )
        .order_by(Share.created_at.desc(), Share.id)
    ).all()


def widest_of(session: Session, award: Award) -> Choice | None:
    """What the one open link shows that shows most, of several such the newest; None: no link is open.

    Never what links show together: each was made for somebody, who was to see this and no more.
    """
    return max((link.shows for link in open_of(session, award)), key=lambda choice: choice.width, default=None)


def find(session: Session, award: Award, share_id: uuid.UUID) -> Share:
    """A link of this certificate, by its id. Raises `NoSuchLink`."""
    found = session.get(Share, (award.organisation_id, share_id))
    if found is None or found.credential_id != award.credential_id:
        raise NoSuchLink("This link is not open. Look at your list of links.")
    return found


def find_open(session: Session, secret: str) -> tuple[Share, Award]:
    """The link with this secret and what it leads to now. Raises `NoSuchLink`."""
    found = session.scalar(select(Share).where(Share.secret_digest == derived.digest(secret.lower())))
    award = holding.at_address(session, found.credential_id) if found is not None and found.ended_at is None else None
    if found is None or award is None:
        raise NoSuchLink("The person who gave you this link has ended it, or the address is not complete.")
    return found, award


def address(found: Share, key: str, settings: Settings) -> str:
    """The whole address of an open link; empty when the secret key of this installation is another one by now."""
    if _digest(found.id, key) != found.secret_digest:
        return ""
    return f"{settings.public_url}/s/{derived.secret('share', found.id, key)}"


def _digest(share_id: uuid.UUID, key: str) -> str:
    return derived.digest(derived.secret("share", share_id, key))
