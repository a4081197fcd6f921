"""Ed25519 public keys as text (Multikey, JWK), and the one door to private keys: `Signer`.

>>> from assessor.openbadges.multikey import MemorySigner, multikey
>>> multikey(MemorySigner.from_seed(bytes(32)).public_key)
'z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp'
"""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from assessor.openbadges.errors import InvalidKey, ProofInvalid

KEY_BYTES = 32
SIGNATURE_BYTES = 64
ED25519_PUBLIC = b"\xed\x01"  # multicodec, as in Controlled Identifiers 1.0, section 2.2.2

_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_PAIRS = [high + low for high in _ALPHABET for low in _ALPHABET]
_DIGIT = {sign: value for value, sign in enumerate(_ALPHABET)}
_PAIR = {pair: value for value, pair in enumerate(_PAIRS)}
_BASE64URL = re.compile(r"[A-Za-z0-9_-]*", re.ASCII)


class Signer(Protocol):
    """Signs bytes with one Ed25519 key that stays where it is: in memory, in a file, in a token."""

    @property
    def public_key(self) -> bytes:
        """The 32 bytes of the public key."""

    def sign(self, data: bytes, /) -> bytes:
        """The 64 bytes of the signature."""


@dataclass(frozen=True)
class MemorySigner:
    """A signer whose key lies in memory."""

    key: Ed25519PrivateKey
    public_key: bytes

    @classmethod
    def from_key(cls, key: Ed25519PrivateKey) -> Self:
        """A signer with a key that was made or loaded elsewhere."""
        return cls(key, key.public_key().public_bytes_raw())

    @classmethod
    def from_seed(cls, seed: bytes) -> Self:
        """A signer from the 32 bytes of a private key; the same seed gives the same key."""
        if len(seed) != KEY_BYTES:
            raise InvalidKey("A private key has 32 bytes.")
        return cls.from_key(Ed25519PrivateKey.from_private_bytes(seed))

    def sign(self, data: bytes, /) -> bytes:
        return self.key.sign(data)


@lru_cache(maxsize=64)
def _loaded(public_key: bytes) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(public_key)


def check_signature(public_key: bytes, signature: bytes, data: bytes) -> None:
    """Raise `ProofInvalid` unless the Ed25519 signature belongs to key and data (RFC 8032)."""
    if len(signature) != SIGNATURE_BYTES:
        raise ProofInvalid("The signature has the wrong length.")
    try:
        _loaded(public_key).verify(signature, data)
    except (InvalidSignature, ValueError) as error:
        raise ProofInvalid("The signature does not belong to this text.") from error


def base58_encode(data: bytes) -> str:
    """Base 58 in Bitcoin's alphabet, two signs at a time; each leading zero byte is one `1`."""
    zeros = len(data) - len(data.lstrip(b"\0"))
    number = int.from_bytes(data, "big")
    pairs = []
    while number:
        number, pair = divmod(number, 58 * 58)
        pairs.append(_PAIRS[pair])
    return "1" * zeros + "".join(reversed(pairs)).lstrip("1")


def base58_decode(text: str, *, max_length: int = 128) -> bytes:
    """The bytes of a base-58 text, two signs at a time; anything else, or more than `max_length`, is `InvalidKey`."""
    if len(text) > max_length:
        raise InvalidKey("The base-58 text is too long.")
    number = 0
    try:
        for start in range(0, len(text) - 1, 2):
            number = number * (58 * 58) + _PAIR[text[start : start + 2]]
        if len(text) % 2:
            number = number * 58 + _DIGIT[text[-1]]
    except KeyError as error:
        raise InvalidKey("The text is not base 58.") from error
    zeros = len(text) - len(text.lstrip("1"))
    return bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8, "big")


def base64url_encode(data: bytes) -> str:
    """Base64url without padding (RFC 7515, section 2)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def base64url_decode(text: str) -> bytes:
    """The bytes of a base64url text without padding; a second spelling of the same bytes is `InvalidKey`."""
    if _BASE64URL.fullmatch(text) is None:
        raise InvalidKey("The text is not base64url.")
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error as error:
        raise InvalidKey("The text is not base64url.") from error
    # Only the last signs can be written in two ways: some of their bits belong to no byte.
    rest = len(text) % 4
    if rest and base64url_encode(data[1 - rest :]) != text[-rest:]:
        raise InvalidKey("The base64url text is not in its only allowed form.")
    return data


def multikey(public_key: bytes) -> str:
    """The `publicKeyMultibase` of an Ed25519 key: `z6Mk…`."""
    if len(public_key) != KEY_BYTES:
        raise InvalidKey("An Ed25519 public key has 32 bytes.")
    return "z" + base58_encode(ED25519_PUBLIC + public_key)


def read_multikey(text: str) -> bytes:
    """The 32 bytes of an Ed25519 `publicKeyMultibase`; another kind of key is `InvalidKey`."""
    data = base58_decode(text[1:]) if text.startswith("z") else b""
    if not data.startswith(ED25519_PUBLIC) or len(data) != len(ED25519_PUBLIC) + KEY_BYTES:
        raise InvalidKey("The key is not an Ed25519 Multikey (z6Mk…).")
    return data[len(ED25519_PUBLIC) :]


def jwk(public_key: bytes) -> dict[str, str]:
    """The key as a JSON Web Key (RFC 8037, section 2)."""
    return {"kty": "OKP", "crv": "Ed25519", "x": base64url_encode(public_key)}


def read_jwk(value: Any) -> bytes:
    """The 32 bytes of an Ed25519 JSON Web Key; another kind of key, or a private one, is `InvalidKey`."""
    if not isinstance(value, dict) or value.get("kty") != "OKP" or value.get("crv") != "Ed25519" or "d" in value:
        raise InvalidKey("The key is not a public Ed25519 JSON Web Key.")
    x = value.get("x")
    data = base64url_decode(x) if isinstance(x, str) else b""
    if len(data) != KEY_BYTES:
        raise InvalidKey("The key is not a public Ed25519 JSON Web Key.")
    return data


def jwk_thumbprint(public_key: bytes) -> str:
    """RFC 7638: SHA-256 over the required members in order, as base64url."""
    key = jwk(public_key)
    text = f'{{"crv":"{key["crv"]}","kty":"{key["kty"]}","x":"{key["x"]}"}}'
    return base64url_encode(hashlib.sha256(text.encode()).digest())
