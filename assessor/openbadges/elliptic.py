"""ECDSA keys on P-256 and P-384: for the proofs `ecdsa-rdfc-2019` and `ecdsa-jcs-2019`, and ES256 and ES384 tokens.

Badges of ours are not signed with them; other people's are read.

>>> from assessor.openbadges.elliptic import EcPublicKey
>>> EcPublicKey.from_multikey("zDnaepBuvsQ8cpsWrVKw8fbpGpvPeNSjVPTWoq6cRqaYzBKVP").algorithm
'ES256'
"""

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from assessor.openbadges.errors import InvalidKey, ProofInvalid
from assessor.openbadges.multikey import base58_decode, base64url_decode


@dataclass(frozen=True)
class _Curve:
    """What belongs to a curve. `multicodec`: Controlled Identifiers 1.0, section 2.2.2; `size`: bytes of a number."""

    name: str
    algorithm: str
    multicodec: bytes
    size: int
    curve: ec.EllipticCurve
    digest: hashes.HashAlgorithm


_CURVES = (
    _Curve("P-256", "ES256", b"\x80\x24", 32, ec.SECP256R1(), hashes.SHA256()),
    _Curve("P-384", "ES384", b"\x81\x24", 48, ec.SECP384R1(), hashes.SHA384()),
)


@dataclass(frozen=True)
class EcPublicKey:
    """A public key: the name of its curve, and its point in compressed form (SEC 1, section 2.3.3)."""

    curve: str
    point: bytes

    @classmethod
    def from_multikey(cls, text: str) -> Self:
        """The key of a `publicKeyMultibase` (`zDn…`, `z82…`); another kind of key is `InvalidKey`."""
        data = base58_decode(text[1:]) if text.startswith("z") else b""
        for curve in _CURVES:
            if data.startswith(curve.multicodec):
                return cls._checked(curve, data[len(curve.multicodec) :])
        raise InvalidKey("The key is not a Multikey on P-256 or P-384.")

    @classmethod
    def from_jwk(cls, value: Any) -> Self:
        """The key of a JSON Web Key (RFC 7518, section 6.2); another kind, or a private one, is `InvalidKey`."""
        if not isinstance(value, dict) or value.get("kty") != "EC" or "d" in value:
            raise InvalidKey("The key is not a public EC JSON Web Key.")
        curve = next((curve for curve in _CURVES if curve.name == value.get("crv")), None)
        if curve is None or value.get("use", "sig") != "sig" or value.get("alg", curve.algorithm) != curve.algorithm:
            raise InvalidKey("The EC key is for another use than signatures on P-256 or P-384.")
        x, y = (_number(value.get(name), curve.size) for name in "xy")
        return cls._checked(curve, bytes([2 + y[-1] % 2]) + x, y)

    @property
    def algorithm(self) -> str:
        """The one algorithm of this key in tokens (RFC 7518, section 3.4)."""
        return _curve(self.curve).algorithm

    def digest(self, data: bytes) -> bytes:
        """The hash that goes with the curve in proofs (vc-di-ecdsa, section 3.2.4): SHA-256 or SHA-384."""
        return hashlib.new(_curve(self.curve).digest.name, data).digest()

    def check(self, signature: bytes, data: bytes) -> None:
        """Raise `ProofInvalid` unless this key made this signature: two numbers of equal length, no DER."""
        curve = _curve(self.curve)
        if len(signature) != 2 * curve.size:
            raise ProofInvalid("The signature has the wrong length.")
        numbers = (int.from_bytes(part, "big") for part in (signature[: curve.size], signature[curve.size :]))
        try:
            _loaded(self).verify(encode_dss_signature(*numbers), data, ec.ECDSA(curve.digest))
        except (InvalidSignature, ValueError) as error:
            raise ProofInvalid("The signature does not belong to this text.") from error

    @classmethod
    def _checked(cls, curve: _Curve, point: bytes, y: bytes | None = None) -> Self:
        key = cls(curve.name, point)
        if len(point) != curve.size + 1 or point[0] not in (2, 3):
            raise InvalidKey("The EC key has the wrong length or form.")
        try:
            whole = _loaded(key).public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        except ValueError as error:
            raise InvalidKey("The EC key is not a point of its curve.") from error
        if y is not None and whole[1 + curve.size :] != y:
            raise InvalidKey("The EC key is not a point of its curve.")
        return key


def _curve(name: str) -> _Curve:
    return next(curve for curve in _CURVES if curve.name == name)


def _number(text: Any, size: int) -> bytes:
    number = base64url_decode(text) if isinstance(text, str) and len(text) <= 2 * size else b""
    if len(number) != size:
        raise InvalidKey("A number of the EC key is missing or has the wrong length.")
    return number


@lru_cache(maxsize=64)
def _loaded(key: EcPublicKey) -> ec.EllipticCurvePublicKey:
    return ec.EllipticCurvePublicKey.from_encoded_point(_curve(key.curve).curve, key.point)
