"""RSA keys for tokens signed with RS256, the least that Open Badges 3.0 asks every verifier of JWTs to know.

Proofs are never made with them, and every other use of a key is refused.

    >>> from assessor.openbadges.rsa import RsaPublicKey
    >>> RsaPublicKey(2**2047 + 1, 65537).jwk()["e"]
    'AQAB'
"""

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from assessor.openbadges.errors import InvalidKey, ProofInvalid
from assessor.openbadges.multikey import base64url_decode, base64url_encode

MIN_BITS = 2048  # RFC 7518, section 3.3
MAX_BITS = 8192  # what checking a signature may cost
MAX_EXPONENT = 2**32
_PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth"})  # RFC 7518, section 6.3.2


@dataclass(frozen=True)
class RsaPublicKey:
    """The public half of an RSA key: its two numbers."""

    modulus: int
    exponent: int

    def __post_init__(self) -> None:
        if not MIN_BITS <= self.modulus.bit_length() <= MAX_BITS or self.modulus % 2 == 0:
            raise InvalidKey(f"An RSA key has {MIN_BITS} to {MAX_BITS} bits.")
        if not 3 <= self.exponent < MAX_EXPONENT or self.exponent % 2 == 0:
            raise InvalidKey("The exponent of the RSA key is not one in use.")

    @classmethod
    def of(cls, key: rsa.RSAPublicKey) -> Self:
        """The key of a library's object."""
        numbers = key.public_numbers()
        return cls(numbers.n, numbers.e)

    @classmethod
    def from_jwk(cls, value: Any) -> Self:
        """The key of a JSON Web Key; another kind, another use, or a private one, is `InvalidKey`."""
        if not isinstance(value, dict) or value.get("kty") != "RSA" or _PRIVATE & value.keys():
            raise InvalidKey("The key is not a public RSA JSON Web Key.")
        if value.get("use", "sig") != "sig" or value.get("alg", "RS256") != "RS256":
            raise InvalidKey("The RSA key is for another use than RS256 signatures.")
        return cls(_number(value.get("n")), _number(value.get("e")))

    def jwk(self) -> dict[str, str]:
        """The key as a JSON Web Key (RFC 7518, section 6.3.1)."""
        return {"kty": "RSA", "n": _text(self.modulus), "e": _text(self.exponent)}

    def thumbprint(self) -> str:
        """RFC 7638: SHA-256 over the required members in order, as base64url."""
        text = f'{{"e":"{_text(self.exponent)}","kty":"RSA","n":"{_text(self.modulus)}"}}'
        return base64url_encode(hashlib.sha256(text.encode()).digest())

    def check(self, signature: bytes, data: bytes) -> None:
        """Raise `ProofInvalid` unless this key made this RS256 signature (RFC 7518, section 3.3)."""
        try:
            _loaded(self).verify(signature, data, padding.PKCS1v15(), hashes.SHA256())
        except (InvalidSignature, ValueError) as error:
            raise ProofInvalid("The signature does not belong to this text.") from error


@dataclass(frozen=True)
class RsaSigner:
    """Signs with RS256; the same text always gets the same signature."""

    key: rsa.RSAPrivateKey
    public_key: RsaPublicKey

    @classmethod
    def from_key(cls, key: rsa.RSAPrivateKey) -> Self:
        """A signer with a key that was made or loaded elsewhere."""
        return cls(key, RsaPublicKey.of(key.public_key()))

    def sign(self, data: bytes, /) -> bytes:
        """As many bytes as the key has."""
        return self.key.sign(data, padding.PKCS1v15(), hashes.SHA256())


@lru_cache(maxsize=64)
def _loaded(key: RsaPublicKey) -> rsa.RSAPublicKey:
    return rsa.RSAPublicNumbers(key.exponent, key.modulus).public_key()


def _number(text: Any) -> int:
    if not isinstance(text, str) or not text or len(text) > MAX_BITS // 4:
        raise InvalidKey("A number of the RSA key is missing or too large.")
    return int.from_bytes(base64url_decode(text), "big")


def _text(number: int) -> str:
    return base64url_encode(number.to_bytes((number.bit_length() + 7) // 8, "big"))
