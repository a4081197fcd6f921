"""A small world of trust for tests: a root, one issuer with its keys, its lists and its certificates."""

import base64
import gzip
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from assessor.certificates import qr
from assessor.certificates.checking import CheckedSummary, check_summary
from assessor.certificates.summary import Conditions, Device, Summary
from assessor.certificates.trust import Bundle, Issuer, Key, KeyUse, StatusListPlace, Withdrawals

NOW = datetime(2026, 11, 21, 14, 2, tzinfo=UTC)
DAY = timedelta(days=1)
PREFIX = "https://v.badges.example/c"
LIST = "https://v.badges.example/status/3"
HOLD_LIST = "https://v.badges.example/status/3-hold"
WITHDRAWN_PLACE, HELD_PLACE, GOOD_PLACE = 7, 8, 40961


class MemorySigner:
    """A key that lives in a test."""

    def __init__(self, secret: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(secret)
        self.public_key = self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    def sign(self, message: bytes, /) -> bytes:
        return self._key.sign(message)


SPEC_KEY = MemorySigner(bytes(range(32)))  # of the test vectors in spec/qr.md
ROOT, CERTIFICATE, STATUS, CATALOGUE, STRANGER = (MemorySigner(bytes([n]) * 32) for n in range(1, 6))


def key(signer: MemorySigner, *uses: KeyUse, **terms: Any) -> Key:
    return Key(signer.public_key, uses, **{"valid_from": NOW - 400 * DAY, **terms})


def issuer(certificate_key: Key | None = None, **changes: Any) -> Issuer:
    values: dict[str, Any] = {
        "id": "open-door",
        "names": {"en": "Open Door", "ar": "الباب المفتوح"},
        "country": "MT",
        "did": "did:web:v.badges.example",
        "keys": (
            certificate_key or key(CERTIFICATE, "certificate"),
            key(STATUS, "status"),
            key(CATALOGUE, "catalogue", "withdrawals"),
        ),
        "prefixes": (PREFIX,),
        "status_lists": (StatusListPlace(3, LIST, HOLD_LIST),),
    }
    return Issuer(**(values | changes))


def bundle(*issuers: Issuer, expires: datetime = NOW + 90 * DAY, version: int = 4) -> Bundle:
    return Bundle(version=version, issued=NOW - DAY, expires=expires, issuers=issuers or (issuer(),))


def summary(**changes: Any) -> Summary:
    values: dict[str, Any] = {
        "number": bytes.fromhex("3a7c19e4b05d62f1"),
        "issued": NOW - 9 * DAY,
        "expires": NOW + 1800 * DAY,
        "name": "Samira Haddad",
        "second_spelling": "سميرة حداد",
        "achievement": "DCW-KITCHEN",
        "title": "Digital skills: kitchen work",
        "level": 3,
        "area_scores": (34, 41, 22, 46, None),
        "status_list": 3,
        "status_index": GOOD_PLACE,
        "conditions": Conditions(14, Device.PHONE, supervised=True, home_language_help=True),
        "languages": "en+ar",
    }
    return Summary(**(values | changes))


def text(signer: MemorySigner = CERTIFICATE, prefix: str = PREFIX, **changes: Any) -> str:
    return qr.symbol_text(prefix, qr.sign_summary(summary(**changes), signer))


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def status_token(
    url: str = LIST,
    purpose: str = "revocation",
    places: tuple[int, ...] = (),
    *,
    signer: MemorySigner = STATUS,
    signed_at: datetime = NOW,
    header: dict[str, Any] | None = None,
    bits: bytes | None = None,
    **subject: Any,
) -> str:
    """A status list as VC-JWT; everything can be made wrong."""
    raw = bytearray(16384)
    for place in places:
        raw[place >> 3] |= 0x80 >> (place & 7)
    credential = {
        "id": url,
        "validFrom": signed_at.strftime("%Y-%m-%dT%H:%M:%SZ").zfill(20),
        "credentialSubject": {
            "type": "BitstringStatusList",
            "statusPurpose": purpose,
            "ttl": 3_600_000,
            "encodedList": "u" + base64url(gzip.compress(bytes(raw) if bits is None else bits)),
        }
        | subject,
    }
    parts = ({"alg": "EdDSA", "typ": "vc+jwt"} if header is None else header, credential)
    signed = ".".join(base64url(json.dumps(part).encode()) for part in parts)
    return f"{signed}.{base64url(signer.sign(signed.encode()))}"


def both_lists(signed_at: datetime = NOW) -> dict[str, str]:
    return {
        LIST: status_token(places=(WITHDRAWN_PLACE,), signed_at=signed_at),
        HOLD_LIST: status_token(HOLD_LIST, "suspension", (HELD_PLACE,), signed_at=signed_at),
    }


@dataclass
class Checker:
    """An employer's device: what it trusts and what it could fetch."""

    trusted: Bundle | None = field(default_factory=bundle)
    status: dict[str, str] = field(default_factory=both_lists)
    withdrawals: dict[str, Withdrawals] = field(default_factory=dict)
    now: datetime = NOW

    def check(self, found: str | bytes, prefix: str | None = None) -> CheckedSummary:
        return check_summary(found, self.trusted, self.status, self.withdrawals, self.now, prefix)
