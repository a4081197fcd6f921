"""The mirrored files of partners, for those who check, and as they are served. `mirroring` fetches them."""

import re
from collections.abc import Callable, Mapping
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from assessor.certificates import merkle, signed_data
from assessor.certificates.trust import Bundle, Catalogue, IssuedPlace, Issuer, Withdrawals
from assessor.config import Settings
from assessor.credentials import foreign, partner_files
from assessor.credentials.models import MirroredDocument
from assessor.credentials.newest import Newest
from assessor.errors import NotFound

Found = TypeVar("Found")

PLACE = re.compile(r"[0-9a-f]{16}")
NAME = re.compile(r"catalogue|withdrawals|issued/[0-9a-f]{16}|status/\d{1,10}(-suspension)?\.jwt", re.ASCII)

#: Of lists of what was issued; each has up to 32 MB.
_lists: Newest[merkle.IssuedList | None] = Newest(4)


class NotMirrored(NotFound):
    """There is no such file of a partner here."""


def document(session: Session, place: str, name: str) -> MirroredDocument:
    """The file as it is served. Raises `NotMirrored`."""
    found = None
    if PLACE.fullmatch(place) and NAME.fullmatch(name):
        found = session.get(MirroredDocument, (place, name))
    if found is None:
        raise NotMirrored("There is no such file of a partner here.")
    return found


def addresses(bundle: Bundle, settings: Settings) -> Mapping[str, tuple[str, str]]:
    """Of every status list of a partner: its address → where it is mirrored."""
    return {
        one.url.removesuffix(".jwt"): (one.place, one.name)
        for partner in partner_files.partners(bundle, settings)
        for one in partner_files.status_lists(partner)
    }


def token(session: Session, place: str, name: str) -> str | None:
    """A mirrored status list, not checked yet; None: there is none."""
    found = session.get(MirroredDocument, (place, name))
    return found.body.decode("ascii", "replace") if found else None


def withdrawals(session: Session, partner: Issuer) -> Withdrawals | None:
    """The mirrored withdrawals of a partner, checked; None: there are none that hold."""
    return _read(session, partner, "withdrawals", signed_data.read_withdrawals)


def catalogue(session: Session, partner: Issuer) -> Catalogue | None:
    """The mirrored catalogue of a partner, checked; None: there is none that holds."""
    return _read(session, partner, "catalogue", signed_data.read_catalogue)


def _read(session: Session, partner: Issuer, name: str, read: Callable[[bytes, Issuer], Found]) -> Found | None:
    found = session.get(MirroredDocument, (foreign.place_of(partner.id), name))
    try:
        return read(found.body, partner) if found else None
    except ValueError:
        return None


def issued_list(session: Session, bundle: Bundle, settings: Settings, root: bytes) -> merkle.IssuedList | None:
    """The mirrored list under this root, checked; None: there is none that holds."""
    for partner in partner_files.partners(bundle, settings):
        for key in partner.keys:
            if key.issued is not None and key.issued.root == root:
                return _checked(session, foreign.place_of(partner.id), partner_files.issued_name(key), key.issued)
    return None


def _checked(session: Session, place: str, name: str, named: IssuedPlace) -> merkle.IssuedList | None:
    """Reading a long list and hashing it takes a second, so a process does it once."""
    here = MirroredDocument.place == place, MirroredDocument.name == name
    fetched_at = session.scalar(select(MirroredDocument.fetched_at).where(*here))

    def read() -> merkle.IssuedList | None:
        body = session.scalar(select(MirroredDocument.body).where(*here))
        try:
            return merkle.read_list(body or b"", named.root, named.count)
        except merkle.NotTheIssuedList:
            return None

    return None if fetched_at is None else _lists.kept((named.root, named.count, fetched_at), read)
