"""The status list: a random place for every award, one bit that says "withdrawn", signed again after every change.

The list is served from its stored, signed bytes. Places are drawn at random among all, so an index tells neither the
number nor the order of awards.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Select, func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from assessor.config import Settings, key_passphrase
from assessor.credentials import keys
from assessor.credentials.issuer import did, key_address
from assessor.credentials.models import Award, StatusList
from assessor.errors import NotFound
from assessor.openbadges import jwt, proof
from assessor.openbadges.status_list import BitstringStatusList, StatusEntry, status_list_credential
from assessor.openbadges.strict_json import write_json

ENTRIES = 131_072
#: A list is full for us at half, so that a random free place is found at once and places say nothing.
FULL = ENTRIES // 2
#: The place that needs the most room in a QR code: what fits with it fits with any place that is drawn.
WIDEST = (0xFFFF, ENTRIES - 1)
#: List numbers are 32-bit integers in the database.
HIGHEST = 2**31 - 1
VALID = timedelta(days=7)
SIGN_AGAIN = timedelta(days=1)
#: How long a copy may be believed without asking again.
TIME_TO_LIVE = timedelta(days=2)


class UnknownStatusList(NotFound):
    """There is no list with this number."""


class ListNotSignedYet(NotFound):
    """The list was begun, and its signature is being made."""


def place_for_award(session: Session, settings: Settings, now: datetime) -> tuple[int, int]:
    """A list with room and a free random index in it; the caller stores both in the same transaction."""
    number = session.scalar(select(func.max(StatusList.number)))
    if number is None or _used(session, number) >= FULL:
        number = add_list(session, settings, now).number
    while True:
        index = secrets.randbelow(ENTRIES)
        taken = select(Award.id).where(Award.status_list == number, Award.status_index == index)
        if session.scalar(taken) is None:
            return number, index


def add_list(session: Session, settings: Settings, now: datetime) -> StatusList:
    """Begin the next list, signed, with nothing withdrawn; one that was begun at the same moment serves as well."""
    number = (session.scalar(select(func.max(StatusList.number))) or 0) + 1
    bits = BitstringStatusList.empty(ENTRIES).bits
    added = StatusList(number=number, bits=bits, begun_at=now.replace(microsecond=0))
    try:
        with session.begin_nested():
            session.add(added)
    except IntegrityError:
        return find(session, number)
    sign(session, added, settings, now)
    return added


def set_withdrawn(session: Session, number: int, index: int, settings: Settings, now: datetime) -> None:
    """Set the bit and sign the list anew in the caller's transaction: the answer changes at once."""
    [found] = _locked(session, select(StatusList).where(StatusList.number == number))
    found.bits = BitstringStatusList(found.bits).with_bit(index).bits
    sign(session, found, settings, now)


def find(session: Session, number: int) -> StatusList:
    """The list with this number. Raises `UnknownStatusList`."""
    found = session.get(StatusList, number)
    if found is None:
        raise UnknownStatusList("There is no status list with this number.")
    return found


def signed_json(session: Session, number: int) -> bytes:
    """The signed list as a credential with a proof. Raises `UnknownStatusList`, `ListNotSignedYet`."""
    return _signed(find(session, number).signed_json)


def signed_jwt(session: Session, number: int) -> bytes:
    """The signed list as a VC-JWT. Raises `UnknownStatusList`, `ListNotSignedYet`."""
    return _signed(find(session, number).signed_jwt)


def sign(session: Session, found: StatusList, settings: Settings, now: datetime) -> None:
    """Sign the list as it stands, with a proof and as a JWT, and keep both forms to be served as they are."""
    moment = now.replace(microsecond=0)
    signer = keys.signer(session, "status", key_passphrase(settings))
    document = status_list_credential(
        BitstringStatusList(found.bits),
        url=list_url(settings, found.number),
        issuer=did(settings),
        valid_from=moment,
        valid_until=moment + VALID,
        ttl_seconds=int(TIME_TO_LIVE.total_seconds()),
    )
    signed = proof.sign_document(document, signer, key_address(settings, signer.public_key, "Multikey"), moment)
    found.signed_json = write_json(signed)
    found.signed_jwt = jwt.sign(document, signer, key_address(settings, signer.public_key, "JsonWebKey")).encode()
    found.signed_at = moment


def sign_due(session: Session, settings: Settings, now: datetime) -> int:
    """Sign every list whose signature is a day old, so that no verifier meets an ended one. Returns how many."""
    is_due = or_(StatusList.signed_at.is_(None), StatusList.signed_at < now - SIGN_AGAIN)
    due = _locked(session, select(StatusList).where(is_due))
    for found in due:
        sign(session, found, settings, now)
    return len(due)


def sign_all(session: Session, settings: Settings, now: datetime) -> None:
    """Sign every list anew, with the status key that is active now."""
    for found in _locked(session, select(StatusList)):
        sign(session, found, settings, now)


def list_url(settings: Settings, number: int) -> str:
    """The address of a list: its id in every badge that names it."""
    return f"{settings.public_url}/status/{number}"


def entry(settings: Settings, number: int, index: int) -> StatusEntry:
    """The place of an award as its badge names it."""
    return StatusEntry(list_url(settings, number), index)


def _used(session: Session, number: int) -> int:
    return session.scalar(select(func.count()).where(Award.status_list == number)) or 0


def _locked(session: Session, lists: Select[StatusList]) -> Sequence[StatusList]:
    """These lists as they are now, kept from others until the end: a withdrawal meanwhile would lose its signature."""
    locked = lists.order_by(StatusList.number).with_for_update().execution_options(populate_existing=True)
    return session.scalars(locked).all()


def _signed(body: bytes | None) -> bytes:
    if body is None:
        raise ListNotSignedYet("This status list is being signed. Try again in a minute.")
    return body
