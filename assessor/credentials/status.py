"""The status lists: a random place for every award, a bit for "withdrawn" and one for "on hold", signed after changes.

Each number names two lists over the same places: the revocation list, which badges name, and the suspension list, which
the trust bundle names. Both are signed together and served from their stored bytes. Places are drawn at random among
all that are no decoys (`decoys`), so an index tells neither the number nor the order of awards.
"""

import re
import secrets
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import Select, func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import InstrumentedAttribute, Session

from assessor.config import Settings, key_secrets
from assessor.credentials import decoys, keys
from assessor.credentials.issuer import did, key_address
from assessor.credentials.models import Award, StatusList
from assessor.errors import NotFound
from assessor.openbadges import jwt, proof
from assessor.openbadges.status_list import BitstringStatusList, Purpose, StatusEntry, status_list_credential
from assessor.openbadges.strict_json import write_json

ENTRIES = 131_072
#: A list is full for us at half: a quarter are decoys, and a random free place is still found at once.
FULL = ENTRIES // 2
#: The place that needs the most room in a QR code: what fits with it fits with any place that is drawn.
WIDEST = (0xFFFF, ENTRIES - 1)
#: List numbers are 32-bit integers in the database.
HIGHEST = 2**31 - 1
VALID = timedelta(days=7)
SIGN_AGAIN = timedelta(days=1)
#: How long a copy may be believed without asking again.
TIME_TO_LIVE = timedelta(days=2)

SignedColumn = InstrumentedAttribute[bytes | None]
Form = Literal["json", "jwt"]

_COLUMNS: dict[tuple[Purpose, Form], SignedColumn] = {
    ("revocation", "json"): StatusList.signed_json,
    ("revocation", "jwt"): StatusList.signed_jwt,
    ("suspension", "json"): StatusList.suspension_json,
    ("suspension", "jwt"): StatusList.suspension_jwt,
}
_ADDRESS = re.compile(r".*/status/(\d{1,10})(-suspension)?", re.ASCII)
_rng = secrets.SystemRandom()


class UnknownStatusList(NotFound):
    """There is no list with this number."""


class ListNotSignedYet(NotFound):
    """The list was begun, and its signature is being made."""


def place_for_award(session: Session, settings: Settings, now: datetime) -> tuple[int, int]:
    """A list with room and a free random index in it; the caller stores both in the same transaction."""
    found = _newest(session)
    if found is None or found.decoy_secret is None or _used(session, found.number) >= FULL:
        found = add_list(session, settings, now)
    while True:
        index = secrets.randbelow(ENTRIES)
        if _is_free(session, found, index):
            return found.number, index


def places_for_awards(session: Session, count: int, settings: Settings, now: datetime) -> list[tuple[int, int]]:
    """So many places, all different, each as `place_for_award` draws one; lists are begun as they are needed."""
    places: list[tuple[int, int]] = []
    found = _newest(session)
    while len(places) < count:
        if found is None or found.decoy_secret is None or (room := FULL - _used(session, found.number)) <= 0:
            found = add_list(session, settings, now)
            continue
        indexes = _free_indexes(session, found, min(room, count - len(places)))
        places += [(found.number, index) for index in indexes]
        found = None
    return places


def add_list(session: Session, settings: Settings, now: datetime) -> StatusList:
    """Begin the next list, signed, with no award in it; one that was begun at the same moment serves as well."""
    number = (session.scalar(select(func.max(StatusList.number))) or 0) + 1
    empty, secret = BitstringStatusList.empty(ENTRIES), secrets.token_bytes(decoys.SECRET_BYTES)
    added = StatusList(
        number=number,
        bits=decoys.begin(empty, secret, _rng).bits,
        suspended=decoys.begin(empty, secret, _rng).bits,
        decoy_secret=secret,
        begun_at=now.replace(microsecond=0),
    )
    try:
        with session.begin_nested():
            session.add(added)
    except IntegrityError:
        return find(session, number)
    sign(session, added, settings, now)
    return added


def set_withdrawn(session: Session, number: int, index: int, settings: Settings, now: datetime) -> None:
    """Set the bit and sign the lists anew in the caller's transaction: the answer changes at once."""
    [found] = _locked(session, select(StatusList).where(StatusList.number == number))
    found.bits = BitstringStatusList(found.bits).with_bit(index).bits
    sign(session, found, settings, now)


def set_suspended(
    session: Session, number: int, index: int, settings: Settings, now: datetime, *, on_hold: bool
) -> None:
    """Set or clear the bit of the suspension list and sign the lists anew in the caller's transaction."""
    [found] = _locked(session, select(StatusList).where(StatusList.number == number))
    found.suspended = _places(found, "suspension").with_bit(index, value=on_hold).bits
    sign(session, found, settings, now)


def is_withdrawn(session: Session, number: int, index: int) -> bool:
    """Whether the list says that this place is withdrawn. Raises `UnknownStatusList`."""
    return _places(find(session, number), "revocation").bit(index)


def find(session: Session, number: int) -> StatusList:
    """The lists with this number. Raises `UnknownStatusList`."""
    found = session.get(StatusList, number)
    if found is None:
        raise UnknownStatusList("There is no status list with this number.")
    return found


def signed_json(session: Session, number: int, purpose: Purpose = "revocation") -> bytes:
    """The signed list as a credential with a proof. Raises `UnknownStatusList`, `ListNotSignedYet`."""
    found = find(session, number)
    return _signed(found.signed_json if purpose == "revocation" else found.suspension_json)


def signed_jwt(session: Session, number: int, purpose: Purpose = "revocation") -> bytes:
    """The signed list as a VC-JWT. Raises `UnknownStatusList`, `ListNotSignedYet`."""
    found = find(session, number)
    return _signed(found.signed_jwt if purpose == "revocation" else found.suspension_jwt)


def sign(session: Session, found: StatusList, settings: Settings, now: datetime) -> None:
    """Sign both lists as they stand, with a few decoys more, and keep the bytes to be served as they are.

    Always both: which of the two changed is nobody's business.
    """
    if found.decoy_secret is not None:
        found.bits = decoys.more(_places(found, "revocation"), found.decoy_secret, _rng).bits
        found.suspended = decoys.moved(_places(found, "suspension"), found.decoy_secret, _rng).bits
    moment = now.replace(microsecond=0)
    found.signed_json, found.signed_jwt = _sign_one(session, found, "revocation", settings, moment)
    found.suspension_json, found.suspension_jwt = _sign_one(session, found, "suspension", settings, moment)
    found.signed_at = moment


def sign_due(session: Session, settings: Settings, now: datetime) -> int:
    """Sign every list whose signature is a day old, so that no verifier meets an ended one. Returns how many.

    And those that the active key did not sign: a list that was being begun while its key was reported as stolen.
    """
    is_due = or_(
        StatusList.signed_at.is_(None),
        StatusList.signed_at < now - SIGN_AGAIN,
        StatusList.suspension_jwt.is_(None),  # of before there were suspension lists
        StatusList.number.in_(_signed_by_another_key(session, settings)),
    )
    due = _locked(session, select(StatusList).where(is_due))
    for found in due:
        sign(session, found, settings, now)
    return len(due)


def sign_all(session: Session, settings: Settings, now: datetime) -> None:
    """Sign every list anew, with the status key that is active now."""
    for found in _locked(session, select(StatusList)):
        sign(session, found, settings, now)


def list_url(settings: Settings, number: int, purpose: Purpose = "revocation") -> str:
    """The address of a list: its id in every badge, or in the bundle, that names it.

    A suspension list stands beside its sister and not below it, so that both can be files of a static copy.
    """
    return f"{settings.public_url}/status/{number}{'-suspension' if purpose == 'suspension' else ''}"


def entry(settings: Settings, number: int, index: int) -> StatusEntry:
    """The place of an award as its badge names it."""
    return StatusEntry(list_url(settings, number), index)


def signed_lists(session: Session) -> Iterator[tuple[int, Purpose, bytes, bytes]]:
    """Every signed list: number, purpose, as a credential with a proof, and as a VC-JWT."""
    purposes: tuple[Purpose, ...] = ("revocation", "suspension")
    for purpose in purposes:
        signed = _COLUMNS[purpose, "json"], _COLUMNS[purpose, "jwt"]
        for number, as_json, as_jwt in session.execute(select(StatusList.number, *signed).order_by(StatusList.number)):
            if as_json is not None and as_jwt is not None:
                yield number, purpose, as_json, as_jwt


def numbers(session: Session) -> Sequence[int]:
    """The numbers of the lists that are signed for both purposes."""
    signed = StatusList.signed_jwt.is_not(None), StatusList.suspension_jwt.is_not(None)
    return session.scalars(select(StatusList.number).where(*signed).order_by(StatusList.number)).all()


def at_address(session: Session, address: str, form: Form, settings: Settings) -> bytes | None:
    """The signed list of this address. None: it is no address of a list of ours, or the list is not signed yet."""
    named = _ADDRESS.fullmatch(address)
    if named is None:
        return None
    number = int(named[1])
    purpose: Purpose = "suspension" if named[2] else "revocation"
    if number > HIGHEST or list_url(settings, number, purpose) != address:
        return None
    return session.scalar(select(_COLUMNS[purpose, form]).where(StatusList.number == number))


def _signed_by_another_key(session: Session, settings: Settings) -> list[int]:
    signed = session.execute(select(StatusList.number, StatusList.signed_json)).all()
    if not signed:
        return []
    active = key_address(settings, keys.public_key(session, "status"), "Multikey").encode()
    return [number for number, as_json in signed if as_json is not None and active not in as_json]


def _sign_one(
    session: Session, found: StatusList, purpose: Purpose, settings: Settings, moment: datetime
) -> tuple[bytes, bytes]:
    signer = keys.signer(session, "status", key_secrets(settings))
    document = status_list_credential(
        _places(found, purpose),
        url=list_url(settings, found.number, purpose),
        issuer=did(settings),
        valid_from=moment,
        valid_until=moment + VALID,
        ttl_seconds=int(TIME_TO_LIVE.total_seconds()),
        purpose=purpose,
    )
    signed = proof.sign_document(document, signer, key_address(settings, signer.public_key, "Multikey"), moment)
    token = jwt.sign(document, signer, key_address(settings, signer.public_key, "JsonWebKey"))
    return write_json(signed), token.encode()


def _newest(session: Session) -> StatusList | None:
    return session.scalar(select(StatusList).order_by(StatusList.number.desc()).limit(1))


def _is_free(session: Session, found: StatusList, index: int) -> bool:
    """A set place counts as used even where no award is left that had it."""
    if found.decoy_secret is None or decoys.is_decoy(found.decoy_secret, index):
        return False
    if any(_places(found, purpose).bit(index) for purpose in ("revocation", "suspension")):
        return False
    taken = select(Award.id).where(Award.status_list == found.number, Award.status_index == index)
    return session.scalar(taken) is None


def _free_indexes(session: Session, found: StatusList, count: int) -> list[int]:
    """So many free random indexes of a list; as `_is_free`, asked of the database at once."""
    taken = set(session.scalars(select(Award.status_index).where(Award.status_list == found.number)))
    revoked, suspended = (_places(found, purpose) for purpose in ("revocation", "suspension"))
    indexes: list[int] = []
    while len(indexes) < count:
        index = secrets.randbelow(ENTRIES)
        is_set = revoked.bit(index) or suspended.bit(index)
        if index not in taken and not is_set and not decoys.is_decoy(found.decoy_secret or b"", index):
            taken.add(index)
            indexes.append(index)
    return indexes


def _places(found: StatusList, purpose: Purpose) -> BitstringStatusList:
    if purpose == "revocation":
        return BitstringStatusList(found.bits)
    return BitstringStatusList(found.suspended) if found.suspended else BitstringStatusList.empty(ENTRIES)


def _used(session: Session, number: int) -> int:
    return session.scalar(select(func.count()).where(Award.status_list == number)) or 0


def _locked(session: Session, lists: Select[StatusList]) -> Sequence[StatusList]:
    """These lists as they are now, kept from others until the end: a withdrawal meanwhile would lose its signature.

    Awards that only name a list are not held up (`key_share`), nor do they hold up one another's withdrawal.
    """
    locked = lists.order_by(StatusList.number).with_for_update(key_share=True)
    return session.scalars(locked.execution_options(populate_existing=True)).all()


def _signed(body: bytes | None) -> bytes:
    if body is None:
        raise ListNotSignedYet("This status list is being signed. Try again in a minute.")
    return body
