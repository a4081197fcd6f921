"""The keys with which holders prove that a badge is theirs, as JSON Web Key, did:key or did:jwk.

>>> from assessor.openbadges.holder_key import HolderKey
>>> HolderKey.from_did_url("did:key:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp").algorithms
('EdDSA', 'Ed25519')
"""

import json
from dataclasses import dataclass
from typing import Any, Self

from assessor.openbadges.elliptic import EcPublicKey
from assessor.openbadges.errors import InvalidKey, Unreadable
from assessor.openbadges.multikey import base64url_decode, base64url_encode, check_signature, read_jwk
from assessor.openbadges.strict_json import read_json
from assessor.openbadges.trust import read_proof_key

MAX_DID = 1024
DID_KEY, DID_JWK = "did:key:", "did:jwk:"

#: What makes a public key, by its type (RFC 7638, section 3.2; RFC 8037, section 2).
_MEMBERS = {"OKP": ("crv", "kty", "x"), "EC": ("crv", "kty", "x", "y")}


@dataclass(frozen=True)
class HolderKey:
    """A public key of a holder, and the DID that is made of nothing but this key.

    ``key``: the 32 bytes of an Ed25519 key, or a key on P-256 or P-384. ``did``: in the form in which the holder named
    it; a key that came as JSON Web Key is named by its did:jwk.
    """

    key: bytes | EcPublicKey
    did: str

    @property
    def algorithms(self) -> tuple[str, ...]:
        """The names of the signatures that this key makes (RFC 8037, RFC 9864; RFC 7518)."""
        return ("EdDSA", "Ed25519") if isinstance(self.key, bytes) else (self.key.algorithm,)

    @classmethod
    def from_jwk(cls, value: Any) -> Self:
        """The key of a public JSON Web Key; `InvalidKey` for another kind, or a private one."""
        key = _read_key(value)
        written = json.dumps({name: value[name] for name in _MEMBERS[value["kty"]]}, separators=(",", ":"))
        return cls(key, DID_JWK + base64url_encode(written.encode()))

    @classmethod
    def from_did_url(cls, text: str) -> Self:
        """The one key of a did:key or did:jwk, named with its fragment or without; `InvalidKey` for anything else."""
        if len(text) > MAX_DID:
            raise InvalidKey("The address of the key is too long.")
        did, _, fragment = text.partition("#")
        if did.startswith(DID_KEY):
            name = did.removeprefix(DID_KEY)
            key = read_proof_key(name)
        elif did.startswith(DID_JWK):
            name = "0"
            key = _read_key(_read_members(did.removeprefix(DID_JWK)))
        else:
            raise InvalidKey("The address of the key is neither a did:key nor a did:jwk.")
        if fragment not in ("", name):
            raise InvalidKey("The address names a key that this DID does not have.")
        return cls(key, did)

    def check(self, signature: bytes, data: bytes) -> None:
        """Raise `ProofInvalid` unless this key made the signature over these bytes."""
        if isinstance(self.key, bytes):
            check_signature(self.key, signature, data)
        else:
            self.key.check(signature, data)


def _read_members(text: str) -> Any:
    try:
        return read_json(base64url_decode(text), max_bytes=MAX_DID)
    except Unreadable as error:
        raise InvalidKey("The did:jwk does not hold a JSON Web Key.") from error


def _read_key(value: Any) -> bytes | EcPublicKey:
    if isinstance(value, dict) and value.get("kty") == "EC":
        return EcPublicKey.from_jwk(value)
    return read_jwk(value)
