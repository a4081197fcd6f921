"""Badges of other issuers that an app may bring."""

from datetime import UTC, datetime, timedelta
from typing import Any

from assessor.openbadges.achievement import Profile
from assessor.openbadges.credential import issue, issue_jwt
from assessor.openbadges.did_web import PublishedKey
from assessor.openbadges.multikey import MemorySigner, multikey
from tests.unit.openbadges import badges

FROM = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
SCHOOL = badges.SCHOOL
KEY = multikey(SCHOOL.public_key)
#: An issuer whose name is its key: everybody can check what it signed.
DID = f"did:key:{KEY}"
EVE = MemorySigner.from_seed(b"eve" + bytes(29))


def badge(number: int = 1, later: timedelta = timedelta(), signer: MemorySigner = SCHOOL, **changes: Any) -> bytes:
    """A badge of an issuer whose name is its key. ``later``: a newer edition."""
    return issue(_said(number, later, changes), signer, f"{DID}#{KEY}", FROM)


def token(number: int = 1, later: timedelta = timedelta(), **changes: Any) -> bytes:
    """The same as compact JWT."""
    return issue_jwt(_said(number, later, changes), SCHOOL, f"{DID}#{KEY}")


def of_a_stranger(number: int = 1) -> bytes:
    """A badge of an issuer whose keys would have to be asked for."""
    said = badges.credential(id=f"urn:example:stranger:{number}", valid_from=FROM, valid_until=None, status=None)
    return issue(said, SCHOOL, PublishedKey(SCHOOL.public_key, fragment="badge-1").id(badges.DID), FROM)


def _said(number: int, later: timedelta, changes: dict[str, Any]) -> Any:
    said = {
        "id": f"urn:example:badge:{number}",
        "issuer": Profile(DID, "Sewing school"),
        "valid_from": FROM + later,
        "valid_until": None,
        "status": None,
    }
    return badges.credential(**(said | changes))
