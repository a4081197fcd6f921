"""Bitstring Status Lists: one signed bit for every credential, so that asking about one tells nobody which.

>>> from assessor.openbadges.status_list import BitstringStatusList
>>> places = BitstringStatusList.empty().with_bit(94567)
>>> BitstringStatusList.decode(places.encode()).bit(94567)
True
"""

import gzip
import zlib
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Self

from assessor.openbadges.contexts import CREDENTIALS_V2
from assessor.openbadges.errors import InvalidBadge, InvalidKey, StatusUnavailable
from assessor.openbadges.grammar import required_iri, timestamp
from assessor.openbadges.multikey import base64url_decode, base64url_encode
from assessor.openbadges.strict_json import JsonObject

MIN_ENTRIES = 131_072  # Bitstring Status List 1.0, section 6.1: smaller lists would give holders away
MAX_ENTRIES = 8 * 1024 * 1024

Purpose = Literal["revocation", "suspension"]


@dataclass(frozen=True)
class BitstringStatusList:
    """The places of a list; place 0 is the highest bit of the first byte (section 3.2)."""

    bits: bytes

    @classmethod
    def empty(cls, entries: int = MIN_ENTRIES) -> Self:
        """A list with all places 0; `entries` is a multiple of 8, at least 131,072."""
        if entries % 8 or not MIN_ENTRIES <= entries <= MAX_ENTRIES:
            raise InvalidBadge(f"A status list has {MIN_ENTRIES:,} to {MAX_ENTRIES:,} places, in eights.")
        return cls(bytes(entries // 8))

    @classmethod
    def decode(cls, encoded: str) -> Self:
        """Read an `encodedList`; raises `StatusUnavailable` unless it is multibase, gzip and of a sane size.

        Older lists without the multibase `u` are not read. Unpacking stops at 1 MiB, whatever the text
        promises.
        """
        if not encoded.startswith("u"):
            raise StatusUnavailable("The status list is not in base64url.")
        unpacker = zlib.decompressobj(wbits=31)
        try:
            packed = base64url_decode(encoded[1:])
            bits = unpacker.decompress(packed, MAX_ENTRIES // 8 + 1)
        except (InvalidKey, zlib.error) as error:
            raise StatusUnavailable("The status list cannot be unpacked.") from error
        if len(bits) > MAX_ENTRIES // 8:
            raise StatusUnavailable("The status list is too large when unpacked.")
        if not unpacker.eof or unpacker.unused_data:
            raise StatusUnavailable("The status list is cut off or has something after its end.")
        if len(bits) * 8 < MIN_ENTRIES:
            raise StatusUnavailable(f"The status list has fewer than {MIN_ENTRIES:,} places.")
        return cls(bits)

    def encode(self) -> str:
        """The `encodedList`: gzip without a date, then multibase base64url; equal lists give equal text."""
        return "u" + base64url_encode(gzip.compress(self.bits, 9, mtime=0))

    def __len__(self) -> int:
        return len(self.bits) * 8

    def bit(self, index: int) -> bool:
        """Whether the place is set; a place outside is `StatusUnavailable`."""
        if not 0 <= index < len(self):
            raise StatusUnavailable(f"The status list has no place {index}.")
        return bool(self.bits[index // 8] & (0x80 >> index % 8))

    def with_bit(self, index: int, *, value: bool = True) -> Self:
        """The list with one place set (or cleared)."""
        return self.with_bits({index: value})

    def with_bits(self, values: dict[int, bool]) -> Self:
        """The list with several places set or cleared at once; a place outside is `InvalidBadge`."""
        bits = bytearray(self.bits)
        for index, value in values.items():
            if not 0 <= index < len(self):
                raise InvalidBadge(f"The status list has no place {index}.")
            mask = 0x80 >> index % 8
            bits[index // 8] = bits[index // 8] | mask if value else bits[index // 8] & ~mask
        return type(self)(bytes(bits))


@dataclass(frozen=True)
class StatusEntry:
    """The place of one credential: list address, index, and what a set bit means."""

    list_url: str
    index: int
    purpose: Purpose = "revocation"

    def document(self) -> JsonObject:
        """The `credentialStatus` of a credential (section 2.1)."""
        if not 0 <= self.index < MAX_ENTRIES:
            raise InvalidBadge(f"{self.index} is not a place in a status list.")
        return {
            "id": f"{required_iri(self.list_url, 'The address of the status list')}#{self.index}",
            "type": "BitstringStatusListEntry",
            "statusPurpose": self.purpose,
            "statusListIndex": str(self.index),
            "statusListCredential": self.list_url,
        }


def status_list_credential(
    places: BitstringStatusList,
    *,
    url: str,
    issuer: str,
    valid_from: datetime,
    valid_until: datetime,
    ttl_seconds: int,
    purpose: Purpose = "revocation",
) -> JsonObject:
    """The unsigned credential of a list (section 2.2): sign it with `proof.sign_document` or `jwt.sign`.

    `ttl_seconds`: how long a copy may be believed without asking again (written in milliseconds).
    `valid_until`: when every copy ends; both times in whole seconds.
    """
    if not valid_from < valid_until or ttl_seconds <= 0:
        raise InvalidBadge("A status list needs an end after its beginning and a positive time to live.")
    return {
        "@context": [CREDENTIALS_V2],
        "id": required_iri(url, "The address of the status list"),
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": required_iri(issuer, "The issuer"),
        "validFrom": timestamp(valid_from),
        "validUntil": timestamp(valid_until),
        "credentialSubject": {
            "id": f"{url}#list",
            "type": "BitstringStatusList",
            "statusPurpose": purpose,
            "encodedList": places.encode(),
            "ttl": ttl_seconds * 1000,
        },
    }
