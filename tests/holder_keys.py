"""Keys of wallets in tests, and the proofs that wallets make with them, written from the standard alone."""

import base64
import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from assessor.openbadges.multikey import base58_encode

Private = Ed25519PrivateKey | ec.EllipticCurvePrivateKey


def base64url(data: bytes) -> str:
    """Without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@dataclass(frozen=True)
class WalletKey:
    """A key pair of a wallet and how it is named in proofs."""

    private: Private
    algorithm: str

    @property
    def jwk(self) -> dict[str, str]:
        """The public half as JSON Web Key."""
        if isinstance(self.private, Ed25519PrivateKey):
            raw = self.private.public_key().public_bytes_raw()
            return {"kty": "OKP", "crv": "Ed25519", "x": base64url(raw)}
        numbers = self.private.public_key().public_numbers()
        x, y = (base64url(number.to_bytes(32)) for number in (numbers.x, numbers.y))
        return {"kty": "EC", "crv": "P-256", "x": x, "y": y}

    @property
    def did_key(self) -> str:
        """The did:key of the public half."""
        if isinstance(self.private, Ed25519PrivateKey):
            return "did:key:z" + base58_encode(b"\xed\x01" + self.private.public_key().public_bytes_raw())
        point = self.private.public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
        return "did:key:z" + base58_encode(b"\x80\x24" + point)

    @property
    def did_jwk(self) -> str:
        """The did:jwk of the public half, its members in the order of the alphabet."""
        written = json.dumps(self.jwk, separators=(",", ":"), sort_keys=True)
        return "did:jwk:" + base64url(written.encode())

    def named(self, how: str) -> dict[str, Any]:
        """The members of a proof's header that name this key: jwk, did:key or did:jwk."""
        if how == "jwk":
            return {"jwk": self.jwk}
        if how == "did:jwk":
            return {"kid": f"{self.did_jwk}#0"}
        return {"kid": f"{self.did_key}#{self.did_key.removeprefix('did:key:')}"}

    def sign(self, data: bytes) -> bytes:
        """The signature as JWTs carry it."""
        if isinstance(self.private, Ed25519PrivateKey):
            return self.private.sign(data)
        r, s = decode_dss_signature(self.private.sign(data, ec.ECDSA(SHA256())))
        return r.to_bytes(32) + s.to_bytes(32)


def key(algorithm: str = "EdDSA", seed: str = "Ada's phone") -> WalletKey:
    """The key of a wallet; the same seed gives the same key."""
    raw = hashlib.sha256(seed.encode()).digest()
    if algorithm == "EdDSA":
        return WalletKey(Ed25519PrivateKey.from_private_bytes(raw), algorithm)
    return WalletKey(ec.derive_private_key(int.from_bytes(raw) >> 8, ec.SECP256R1()), algorithm)


def proof(
    holder: WalletKey,
    audience: str,
    nonce: str,
    now: datetime,
    *,
    how: str = "did:key",
    header: dict[str, Any] | None = None,
    claims: dict[str, Any] | None = None,
    signer: WalletKey | None = None,
) -> str:
    """A proof of possession (OpenID4VCI 1.0, appendix F.1). ``header`` and ``claims`` change it; None takes away."""
    heading = {"typ": "openid4vci-proof+jwt", "alg": holder.algorithm, **holder.named(how), **(header or {})}
    body = {"aud": audience, "iat": int(now.timestamp()), "nonce": nonce, **(claims or {})}
    parts = [
        base64url(json.dumps({name: value for name, value in part.items() if value is not None}).encode())
        for part in (heading, body)
    ]
    signed = ".".join(parts)
    return f"{signed}.{base64url((signer or holder).sign(signed.encode()))}"
