"""Reads the issuer's status list: a Bitstring Status List as VC-JWT, the very list of the badges.

The library `openbadges` writes these lists and reads many kinds. A checker of paper needs one kind, from
a key it knows already, with strict bounds: https://www.w3.org/TR/vc-bitstring-status-list/, section 3.2.
"""

import base64
import binascii
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from assessor.certificates.json_fields import FieldNotValid, Fields

MAX_TOKEN = 512 << 10
MIN_LIST = 131_072 // 8  # the least the standard allows
MAX_LIST = (1 << 20) // 8
DEFAULT_TTL = 300_000  # milliseconds
#: Dates beyond are taken for these, so that every sum with them is a date too.
FIRST, LAST = datetime(1970, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)


class StatusListNotReadable(ValueError):
    """It is not a status list, not this one, or not signed by a key of the issuer."""


@dataclass(frozen=True, slots=True)
class StatusList:
    """One bit a certificate, as it was at `signed_at`; to be asked again after `stale_after`."""

    bits: bytes
    signed_at: datetime
    stale_after: datetime

    def is_set(self, index: int) -> bool:
        """The bit at `index`, counted from the left. Raises `StatusListNotReadable` outside the list."""
        if not 0 <= index < 8 * len(self.bits):
            raise StatusListNotReadable("The certificate's place lies outside the list.")
        return bool(self.bits[index >> 3] & 0x80 >> (index & 7))


def read_status_list(token: str, keys: Iterable[bytes], *, url: str, purpose: str) -> StatusList:
    """Check the token against the issuer's keys for status lists, and read the list `url` for `purpose`."""
    claims = _checked_claims(token, keys)
    try:
        credential = claims.document("vc") if "vc" in claims else claims
        credential.expect("id", url)
        subject = credential.document("credentialSubject")
        subject.expect("type", "BitstringStatusList")
        subject.expect("statusPurpose", purpose)
        signed_at = _time(claims, credential, ("iat", "nbf"), "validFrom")
        if signed_at is None:
            raise StatusListNotReadable("The status list does not say when it was made.")
        ttl = subject.integer("ttl") if "ttl" in subject else DEFAULT_TTL
        stale_after = signed_at + timedelta(milliseconds=min(ttl, 10**11))
        end = _time(claims, credential, ("exp",), "validUntil")
        bits = _bits(subject.text("encodedList"))
    except FieldNotValid as error:
        raise StatusListNotReadable(f"This is not the status list: {error}") from error
    return StatusList(bits, signed_at, stale_after if end is None else min(end, stale_after))


def _checked_claims(token: str, keys: Iterable[bytes]) -> Fields:
    parts = token.strip().split(".")
    if len(token) > MAX_TOKEN or len(parts) != 3 or not token.isascii():
        raise StatusListNotReadable("This is not a signed status list.")
    head, body, signature = parts
    try:
        header = Fields.parse(_base64url(head))
        if header.text("alg") not in ("EdDSA", "Ed25519") or "crit" in header:
            raise StatusListNotReadable("The status list is signed in another way.")
        signed, proof = f"{head}.{body}".encode(), _base64url(signature)
        if not any(_holds(key, proof, signed) for key in keys):
            raise StatusListNotReadable("No key of the issuer signed this status list.")
        return Fields.parse(_base64url(body))
    except FieldNotValid as error:
        raise StatusListNotReadable(f"This is not a status list: {error}") from error


def _holds(key: bytes, signature: bytes, message: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def _bits(encoded: str) -> bytes:
    if not encoded.startswith("u"):
        raise StatusListNotReadable("The list is not written in base64url.")
    unpacking = zlib.decompressobj(wbits=31)
    try:
        bits = unpacking.decompress(_base64url(encoded[1:]), MAX_LIST)
    except zlib.error as error:
        raise StatusListNotReadable("The list cannot be unpacked.") from error
    if not unpacking.eof or len(bits) < MIN_LIST:
        raise StatusListNotReadable("The list is too long, too short or cut off.")
    return bits


def _base64url(text: str) -> bytes:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise StatusListNotReadable("The status list is damaged.") from error


def _time(claims: Fields, credential: Fields, numbers: tuple[str, ...], text: str) -> datetime | None:
    for name in numbers:
        if name in claims:
            return min(claims.moment(name), LAST)
    if text not in credential:
        return None
    try:
        moment = datetime.fromisoformat(credential.text(text))
    except ValueError as error:
        raise StatusListNotReadable("A date of the status list cannot be read.") from error
    zoned = moment.replace(tzinfo=UTC) if moment.utcoffset() is None else moment
    return max(FIRST, min(zoned, LAST))
