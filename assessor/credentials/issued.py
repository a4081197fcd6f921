"""After the theft of a certificate key: a list of what we issued in its term, so that papers printed before stay true.

A thief can date a signature back, so no date tells ours from theirs. The list does: it is made in the transaction that
reports the theft and named by the bundle. What the stolen key signs and the list does not hold is believed by nobody.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

import structlog
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from assessor.certificates import cose, merkle
from assessor.certificates.trust import IssuedPlace
from assessor.config import Settings
from assessor.credentials import keys
from assessor.credentials.models import Award, Credential, IssuedList, SigningKey
from assessor.credentials.newest import Newest
from assessor.errors import NotFound

ROWS = 1000  # read at a time
KID = re.compile(r"[0-9a-f]{16}")

_log = structlog.get_logger("assessor.credentials")
#: A long list is 32 MB in the database, and every typed number may ask for it.
_newest: Newest[merkle.IssuedList] = Newest(2)


class UnknownIssuedList(NotFound):
    """No key with this id was stolen."""


def write_down(session: Session, key: SigningKey, now: datetime) -> None:
    """Publish what was issued in the term of a stolen key. Called again it adds what was missing, and drops nothing.

    Beyond a million there is no list, or it stays as it is: nothing else that the key signed is believed.
    """
    known = session.get(IssuedList, key.kid)
    try:
        listed = _listed(session, key, known)
    except merkle.TooManyIssued as error:
        _log.error("no list of what was issued", key=key.kid, reason=str(error))
        return
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


def root_of(session: Session, kid: str) -> bytes:
    """The root of the list of a key: another list has another. Raises `UnknownIssuedList`."""
    return _known(session.scalar(select(IssuedList.root).where(IssuedList.kid == kid)) if KID.fullmatch(kid) else None)


def leaves(session: Session, kid: str) -> bytes:
    """The list as it is served. Raises `UnknownIssuedList`."""
    found = select(IssuedList.leaves).where(IssuedList.kid == kid)
    return _known(session.scalar(found) if KID.fullmatch(kid) else None)


def kids(session: Session) -> Sequence[str]:
    """The keys that have a list."""
    return session.scalars(select(IssuedList.kid).order_by(IssuedList.kid)).all()


def with_root(session: Session, root: bytes) -> merkle.IssuedList | None:
    """Our list under this root, None if it is not one of ours. A process reads the newest ones once."""
    kid = session.scalar(select(IssuedList.kid).where(IssuedList.root == root).limit(1))
    return None if kid is None else _newest.kept(root, lambda: merkle.IssuedList(leaves(session, kid), root))


def _known(found: bytes | None) -> bytes:
    if found is None:
        raise UnknownIssuedList("There is no list for this key.")
    return found


def _listed(session: Session, key: SigningKey, known: IssuedList | None) -> merkle.IssuedList:
    count = session.scalar(select(func.count()).select_from(Credential).join(Credential.award).where(*_in_term(key)))
    if (count or 0) > merkle.MAX_LEAVES:
        raise merkle.TooManyIssued(f"{count} were issued; verifiers read at most {merkle.MAX_LEAVES}.")
    before = merkle.IssuedList(known.leaves, known.root).entries() if known else []
    return merkle.IssuedList.of([*before, *_leaves(session, key)])


def _leaves(session: Session, key: SigningKey) -> Iterator[bytes]:
    """Of every code of the key's term, whichever key signs it now: all of them are ours."""
    found = select(Credential.summary).join(Credential.award).where(*_in_term(key))
    for summary in session.scalars(found.execution_options(yield_per=ROWS)):
        yield merkle.leaf(cose.read_sign1(summary).payload)


def _in_term(key: SigningKey) -> list[ColumnElement[bool]]:
    since = Award.awarded_at >= keys.valid_from(key)
    return [since] if key.retired_at is None else [since, Award.awarded_at <= key.retired_at]
