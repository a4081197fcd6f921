"""Older ways to say that a badge is withdrawn, read where other people's badges name them.

`StatusList2021` is a Bitstring Status List under other names (`withdrawal` reads both). `1EdTechRevocationList` is a
plain list of ids without a signature: it counts only where it stands on the issuer's own host, and says whose it is.
"""

from dataclasses import dataclass
from typing import Any

from assessor.openbadges.did_web import url_of_did
from assessor.openbadges.documents import host_of
from assessor.openbadges.errors import InvalidDid, StatusUnavailable
from assessor.openbadges.jwt import issuer_of
from assessor.openbadges.strict_json import JsonObject, read_json

REVOCATION_LIST = "1EdTechRevocationList"
MAX_LIST_BYTES = 2 * 1024 * 1024
_ENTRIES = ("revokedCredential", "revokedCredentials")  # the standard's word, and that of its own validator


@dataclass(frozen=True)
class ListKind:
    """What a list of bits calls itself: the type of its credential and of its subject.

    `prefix`: what its text lacks to be multibase (Bitstring Status List 1.0, section 3.2).
    """

    credential: str
    subject: str
    prefix: str = ""


#: Type of a status entry → what its list must be.
LISTS_OF_BITS = {
    "BitstringStatusListEntry": ListKind("BitstringStatusListCredential", "BitstringStatusList"),
    "StatusList2021Entry": ListKind("StatusList2021Credential", "StatusList2021", "u"),
}


def is_revoked(data: bytes, document: JsonObject, address: str) -> bool:
    """Whether an issuer's list of revoked credentials, as its address gave it, names this badge.

    Raises `StatusUnavailable` for a list that proves nothing about it.
    """
    listed = read_json(data, max_bytes=MAX_LIST_BYTES)
    if issuer_of(listed) != issuer_of(document) or listed.get("id", address) != address:
        raise StatusUnavailable("The list of revoked badges is of another issuer than the badge.")
    if not (host := _host_of_issuer(issuer_of(document))) or host != host_of(address):
        raise StatusUnavailable("The list of revoked badges is not signed, and stands on another host than its issuer.")
    named = [listed[name] for name in _ENTRIES if name in listed]
    if not named or not all(isinstance(entries, list) for entries in named):
        raise StatusUnavailable("What the issuer's address gave is not a list of revoked badges.")
    return any(_names(entry, document.get("id")) for entries in named for entry in entries)


def _names(entry: Any, badge: Any) -> bool:
    if isinstance(entry, str):
        return bool(entry == badge)
    named: Any = entry.get("id") if isinstance(entry, dict) else None
    return named is not None and named == badge and entry.get("revoked", True) is not False


def _host_of_issuer(issuer: str) -> str:
    try:
        return host_of(url_of_did(issuer) if issuer.startswith("did:") else issuer)
    except InvalidDid:
        return ""
