"""After the theft of a certificate key: a list of what we issued in its term, so that papers printed before stay true.

A thief can date a signature back, so no date tells ours from theirs. The list does: it is made in the transaction that
reports the theft and named by the bundle. What the stolen key signs and the list does not hold is believed by nobody.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from assessor.certificates import cose, merkle
from assessor.certificates.trust import IssuedPlace
from assessor.config import Settings
from assessor.credentials import keys
from assessor.credentials.models import Award, Credential, IssuedList, SigningKey
from assessor.errors import NotFound

ROWS = 1000  # read at a time


class UnknownIssuedList(NotFound):
    """No key with this id was stolen."""


def write_down(session: Session, key: SigningKey, now: datetime) -> None:
    """Publish what was issued in the term of a stolen key. Called again it adds what was missing, and drops nothing.

    Raises `merkle.TooManyIssued` beyond a million.
    """
    known = session.get(IssuedList, key.kid)
    before = merkle.IssuedList(known.leaves, known.root).entries() if known else []
    listed = merkle.IssuedList.of([*before, *_leaves(session, key)])
    if known is None:
        known = IssuedList(kid=key.kid)
        session.add(known)
    if known.root != listed.root:
        known.root, known.count, known.leaves = listed.root, len(listed), listed.leaves
        known.made_at = now.replace(microsecond=0)
        session.flush()


def write_missing(session: Session, now: datetime) -> None:
    """The same for keys that were reported before such lists were kept."""
    stolen = select(SigningKey).where(
        SigningKey.use == "certificate",
        SigningKey.compromised_since.is_not(None),
        SigningKey.activated_at.is_not(None),
        SigningKey.kid.not_in(select(IssuedList.kid)),
    )
    for key in session.scalars(stolen).all():
        write_down(session, key, now)


def places(session: Session, settings: Settings) -> Mapping[str, IssuedPlace]:
    """What the bundle says of every list: id of the key → address, root and length."""
    rows = session.execute(select(IssuedList.kid, IssuedList.root, IssuedList.count)).all()
    return {kid: IssuedPlace(address(settings, kid), root, count) for kid, root, count in rows}


def address(settings: Settings, kid: str) -> str:
    """Where the list of a key is read."""
    return f"{settings.public_url}/c/trust/issued/{kid}"


def leaves(session: Session, kid: str) -> bytes:
    """The list as it is served. Raises `UnknownIssuedList`."""
    found = session.scalar(select(IssuedList.leaves).where(IssuedList.kid == kid))
    if found is None:
        raise UnknownIssuedList("There is no list for this key.")
    return found


def with_root(session: Session, root: bytes) -> merkle.IssuedList | None:
    """Our list under this root, None if it is not one of ours."""
    found = session.scalar(select(IssuedList.leaves).where(IssuedList.root == root))
    return None if found is None else merkle.IssuedList(found, root)


def _leaves(session: Session, key: SigningKey) -> Iterator[bytes]:
    """Of every code of the key's term, whichever key signs it now: all of them are ours."""
    found = select(Credential.summary).join(Credential.award).where(Award.awarded_at >= keys.valid_from(key))
    if key.retired_at is not None:
        found = found.where(Award.awarded_at <= key.retired_at)
    found = found.execution_options(yield_per=ROWS)
    for summary in session.scalars(found):
        yield merkle.leaf(cose.read_sign1(summary).payload)
