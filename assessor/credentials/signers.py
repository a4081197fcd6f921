"""The one door to private keys, `Signer.sign`, and the two places behind it: the sealed database, or a token.

A key in the database is stored as encrypted PKCS #8, so a restored database and the passphrase are all that is needed.
A key in a token never leaves it; the database names it.
"""

from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Literal, Protocol

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from assessor.config import HardwareToken, KeySecrets
from assessor.credentials import hardware
from assessor.credentials.models import SigningKey
from assessor.errors import Conflict, Invalid
from assessor.openbadges.rsa import RsaSigner

#: How a key signs. RS256 is an issuer's choice for tokens alone, for verifiers that know nothing else.
Algorithm = Literal["EdDSA", "RS256"]
ALGORITHMS: tuple[Algorithm, ...] = ("EdDSA", "RS256")
RSA_BITS = 3072  # as strong as the other keys (NIST SP 800-57, part 1, table 2)

#: What opens keys; a text is the passphrase, where no key is in a token.
Secrets = str | KeySecrets

_Private = Ed25519PrivateKey | rsa.RSAPrivateKey


class KeyNotOpened(Conflict):
    """The passphrase does not open a key."""

    title = "The signing keys cannot be opened"


class KeyIsDestroyed(KeyNotOpened):
    """The private half is gone."""


class AlgorithmNotForUse(Invalid):
    """Only tokens can be signed in this way."""


class Signer(Protocol):
    """An opened key: it signs, and shows only its public half. ``since``: when it was made."""

    @property
    def kid(self) -> str:
        """Its id here."""

    @property
    def public_key(self) -> bytes:
        """The 32 bytes of the Ed25519 public key."""

    @property
    def since(self) -> datetime:
        """When it was made."""

    def sign(self, data: bytes, /) -> bytes:
        """The Ed25519 signature of ``data``, 64 bytes."""


class Signs(Protocol):
    """A private half, wherever it is."""

    def sign(self, data: bytes, /) -> bytes:
        """The Ed25519 signature of ``data``, 64 bytes."""


@dataclass(frozen=True)
class OpenedKey:
    """A `Signer` with its private half in memory or in a token."""

    kid: str
    public_key: bytes
    since: datetime
    _private: Signs = field(repr=False)

    def sign(self, data: bytes) -> bytes:
        """The Ed25519 signature of ``data``, 64 bytes."""
        return self._private.sign(data)


@dataclass(frozen=True)
class NewKey:
    """A key that was made: the public half as it is stored, and the sealed private half or its name in the token."""

    public_key: bytes
    sealed_key: bytes | None = None
    token_object: str | None = None


def make(use: str, secrets: Secrets, algorithm: Algorithm, *, in_token: bool) -> NewKey:
    """Make a key pair. Raises `AlgorithmNotForUse` for RS256 outside of tokens, `TokenNotUsable`."""
    if algorithm == "RS256" and use != "jwt":
        raise AlgorithmNotForUse("%(algorithm)s is for keys of the use jwt only.", algorithm=algorithm)
    if algorithm == "RS256" and in_token:
        raise AlgorithmNotForUse(
            "%(algorithm)s keys are made in the database only: leave --hsm away, or add --database.",
            algorithm=algorithm,
        )
    if in_token:
        name, public = hardware.opened(_token(secrets)).make(f"assessor {use}")
        return NewKey(public, token_object=name.hex())
    private, public = _pair(algorithm)
    sealed = private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(_passphrase(secrets).encode()),
    )
    return NewKey(public, sealed_key=sealed)


def open_key(key: SigningKey, secrets: Secrets) -> Signer | RsaSigner:
    """The key of a row, opened. Raises `KeyNotOpened`, `KeyIsDestroyed` or `TokenNotUsable`."""
    if key.token_object is not None:
        held = hardware.TokenKey(hardware.opened(_token(secrets)), bytes.fromhex(key.token_object))
        return OpenedKey(key.kid, key.public_key, key.created_at, held)
    if key.sealed_key is None:
        raise KeyIsDestroyed("The private half of the key %(kid)s is destroyed. It signs nothing more.", kid=key.kid)
    private = _unsealed(key.kid, key.sealed_key, _passphrase(secrets))
    if isinstance(private, rsa.RSAPrivateKey):
        return RsaSigner.from_key(private)
    return OpenedKey(key.kid, key.public_key, key.created_at, private)


def destroy(key: SigningKey, secrets: Secrets) -> None:
    """Destroy the private half: in the token, in the row, and where this process had opened it."""
    if key.token_object is not None:
        hardware.opened(_token(secrets)).destroy(bytes.fromhex(key.token_object))
    key.sealed_key = key.token_object = None
    _unsealed.cache_clear()


def _token(secrets: Secrets) -> HardwareToken:
    if isinstance(secrets, KeySecrets) and secrets.token is not None:
        return secrets.token
    raise hardware.TokenNotUsable(
        "This key belongs into a token, and none is set. Set ASSESSOR_PKCS11_MODULE, ASSESSOR_PKCS11_TOKEN and "
        "ASSESSOR_PKCS11_PIN_FILE."
    )


def _passphrase(secrets: Secrets) -> str:
    return secrets.passphrase if isinstance(secrets, KeySecrets) else secrets


def _pair(algorithm: Algorithm) -> tuple[_Private, bytes]:
    """A new private key and its public half as it is stored: 32 bytes, or the DER of an RSA key."""
    if algorithm == "EdDSA":
        private = Ed25519PrivateKey.generate()
        return private, private.public_key().public_bytes_raw()
    wide = rsa.generate_private_key(public_exponent=65537, key_size=RSA_BITS)
    return wide, wide.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )


@lru_cache(maxsize=32)
def _unsealed(kid: str, sealed: bytes, passphrase: str) -> _Private:
    """Opening costs a key derivation; a process does it once for each key."""
    try:
        private = serialization.load_pem_private_key(sealed, passphrase.encode())
    except ValueError as error:
        raise KeyNotOpened("The passphrase does not open the signing keys. Look at ASSESSOR_KEY_PASSPHRASE.") from error
    if not isinstance(private, _Private):
        raise KeyNotOpened("The key %(kid)s is of a kind that is not used here.", kid=kid)
    return private
