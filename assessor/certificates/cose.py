"""COSE_Sign1 (RFC 9052) with Ed25519, the envelope of everything `spec/qr.md` signs.

One algorithm, an empty unprotected map, and a four-letter context as external data, so that a signed
catalogue can never be read as a signed certificate.

    sealed = sign1(payload, context=b"obq1", signer=key)
    envelope = read_sign1(sealed)
    envelope.check(trusted_public_key, context=b"obq1")
"""

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from assessor.certificates import cbor

ED25519 = -19  # RFC 9864
EDDSA = -8  # RFC 9053: the older name of the same algorithm, read but not written
KID_BYTES = 8
ENVELOPE_BYTES = 84
"""What the envelope adds to a payload of 24 to 255 bytes; larger ones cost one byte more."""


class NotASignedEnvelope(ValueError):
    """The bytes are not a COSE_Sign1 of the one form that is accepted."""


class SignatureDoesNotHold(ValueError):
    """This key did not sign these bytes in this context."""


class Signer(Protocol):
    """Holds a private Ed25519 key; tells only its 32 public bytes and signatures."""

    @property
    def public_key(self) -> bytes: ...

    def sign(self, message: bytes, /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Sign1:
    """An envelope as read. Nothing in it may be believed before `check` returned."""

    kid: bytes
    protected: bytes
    payload: bytes
    signature: bytes

    def check(self, public_key: bytes, *, context: bytes) -> None:
        """Raise `SignatureDoesNotHold` unless the holder of `public_key` (32 bytes) signed this."""
        try:
            _loaded(public_key).verify(self.signature, _signed_bytes(self.protected, context, self.payload))
        except (InvalidSignature, ValueError) as error:
            raise SignatureDoesNotHold("The signature does not fit the content.") from error


@lru_cache(maxsize=64)
def _loaded(public_key: bytes) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(public_key)


def key_id(public_key: bytes) -> bytes:
    """The first eight bytes of the key's COSE thumbprint (RFC 9679). A hint, never a proof."""
    return hashlib.sha256(cbor.encode({1: 1, -1: 6, -2: public_key})).digest()[:KID_BYTES]


def sign1(payload: bytes, *, context: bytes, signer: Signer) -> bytes:
    """Sign a payload; the same payload, context and key always give the same bytes."""
    protected = cbor.encode({1: ED25519, 4: key_id(signer.public_key)})
    signature = signer.sign(_signed_bytes(protected, context, payload))
    return cbor.encode([protected, {}, payload, signature])


def read_sign1(data: bytes, *, max_bytes: int = cbor.MAX_BYTES) -> Sign1:
    """Read an envelope without believing it; raises `NotASignedEnvelope`."""
    try:
        match cbor.decode(data, max_bytes=max_bytes):
            case [bytes() as protected, dict() as unprotected, bytes() as payload, bytes() as signature] if (
                not unprotected and len(signature) == 64
            ):
                kid = _kid(cbor.decode(protected))
                return Sign1(kid, protected, payload, signature)
    except cbor.NotDeterministicCBOR as error:
        raise NotASignedEnvelope(f"The signed bytes are damaged: {error}") from error
    raise NotASignedEnvelope("The bytes are well formed, but not a signed envelope.")


def _kid(header: cbor.Value) -> bytes:
    match header:
        case {1: -19 | -8, 4: bytes() as kid, **rest} if not rest and len(kid) == KID_BYTES:
            return kid
    raise NotASignedEnvelope("The envelope names another algorithm, or no key.")


def _signed_bytes(protected: bytes, context: bytes, payload: bytes) -> bytes:
    return cbor.encode(["Signature1", protected, context, payload])  # RFC 9052, section 4.4
