"""Signing keys: made once, sealed at rest, used through `Signer.sign` only.

A private key is stored as encrypted PKCS #8, so a restored database and the passphrase are all that is needed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from assessor.certificates import cose
from assessor.credentials.models import SigningKey
from assessor.errors import Conflict, NotFound

#: What each key signs. ``badge`` the Open Badges, ``jwt`` their JWT form, ``certificate`` the QR codes with their
#: catalogue and withdrawals, ``status`` the status list, ``root`` the trust bundle.
USES = ("badge", "jwt", "certificate", "status", "root")


class KeyNotOpened(Conflict):
    """The passphrase does not open a key."""

    title = "The signing keys cannot be opened"


class NoActiveKey(NotFound):
    """There is no key for this use yet."""


@dataclass(frozen=True)
class Signer:
    """An opened key: it signs, and shows only its public half."""

    kid: str
    public_key: bytes
    _private: Ed25519PrivateKey

    def sign(self, data: bytes) -> bytes:
        """The Ed25519 signature of ``data``, 64 bytes."""
        return self._private.sign(data)


def make_missing(session: Session, passphrase: str, now: datetime) -> list[SigningKey]:
    """Make a key for every use that has no active one. Returns the new keys."""
    active = {key.use for key in session.scalars(select(SigningKey).where(SigningKey.state == "active"))}
    return [make(session, use, passphrase, now) for use in USES if use not in active]


def make(session: Session, use: str, passphrase: str, now: datetime) -> SigningKey:
    """Make a key pair and store it sealed."""
    private = Ed25519PrivateKey.generate()
    public = private.public_key().public_bytes_raw()
    key = SigningKey(
        kid=cose.key_id(public).hex(),
        use=use,
        state="active",
        public_key=public,
        sealed_key=private.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(passphrase.encode()),
        ),
        created_at=now.replace(microsecond=0),
    )
    session.add(key)
    session.flush()
    return key


def rotate(session: Session, use: str, passphrase: str, now: datetime) -> SigningKey:
    """Make a new key for ``use`` and retire the old one, which stays published so that old signatures hold."""
    for old in session.scalars(select(SigningKey).where(SigningKey.use == use, SigningKey.state == "active")):
        old.state, old.retired_at = "retired", now.replace(microsecond=0)
    return make(session, use, passphrase, now)


def published(session: Session) -> Sequence[SigningKey]:
    """All keys that signed anything which may still be checked, oldest first."""
    return session.scalars(
        select(SigningKey).where(SigningKey.state != "destroyed").order_by(SigningKey.created_at, SigningKey.kid)
    ).all()


def signer(session: Session, use: str, passphrase: str, at: datetime | None = None) -> Signer:
    """The active key for ``use``, opened. Raises `NoActiveKey` or `KeyNotOpened`.

    ``at``: the key that was in use then. What waited while keys changed is signed with it, because verifiers compare
    the date in a signed summary with the term of its key.
    """
    known = select(SigningKey).where(SigningKey.use == use).order_by(SigningKey.created_at.desc()).limit(1)
    key = None
    if at is not None:
        in_term = or_(SigningKey.retired_at.is_(None), SigningKey.retired_at >= at)
        trusted = SigningKey.state.in_(("active", "retired"))
        key = session.scalar(known.where(trusted, SigningKey.created_at <= at, in_term))
    key = key or session.scalar(known.where(SigningKey.state == "active"))
    if key is None or key.sealed_key is None:
        raise NoActiveKey("There is no signing key for %(use)s yet. Run: assessor migrate", use=use)
    return _open(key.kid, key.public_key, key.sealed_key, passphrase)


@lru_cache(maxsize=32)
def _open(kid: str, public_key: bytes, sealed: bytes, passphrase: str) -> Signer:
    """Opening costs a key derivation; a process does it once for each key."""
    try:
        private = serialization.load_pem_private_key(sealed, passphrase.encode())
    except ValueError as error:
        raise KeyNotOpened("The passphrase does not open the signing keys. Look at ASSESSOR_KEY_PASSPHRASE.") from error
    if not isinstance(private, Ed25519PrivateKey):
        raise KeyNotOpened("The key %(kid)s is not an Ed25519 key.", kid=kid)
    return Signer(kid, public_key, private)
