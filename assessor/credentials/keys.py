"""Signing keys: made once, sealed at rest, used through `Signer.sign` only.

A private key is stored as encrypted PKCS #8, so a restored database and the passphrase are all that is needed.
"""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Literal

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from assessor.certificates import cose
from assessor.credentials.models import SigningKey
from assessor.errors import Conflict, Invalid, NotFound
from assessor.openbadges.jwt import TokenKey
from assessor.openbadges.multikey import KEY_BYTES
from assessor.openbadges.rsa import RsaPublicKey, RsaSigner

#: What each key signs. ``badge`` the Open Badges, ``jwt`` the same badges as tokens, ``certificate`` the QR codes with
#: their catalogue and withdrawals, ``status`` the status list, ``root`` the trust bundle.
USES = ("badge", "jwt", "certificate", "status", "root")

#: How a key signs. RS256 is an issuer's choice for tokens alone, for verifiers that know nothing else.
Algorithm = Literal["EdDSA", "RS256"]
ALGORITHMS: tuple[Algorithm, ...] = ("EdDSA", "RS256")
RSA_BITS = 3072  # as strong as the other keys (NIST SP 800-57, part 1, table 2)


class KeyNotOpened(Conflict):
    """The passphrase does not open a key."""

    title = "The signing keys cannot be opened"


class NoActiveKey(NotFound):
    """There is no key for this use yet."""


class NoKeyThen(NotFound):
    """No key that is still trusted was in use at that time, so nothing can be signed for it."""


class AlgorithmNotForUse(Invalid):
    """Only tokens can be signed in this way."""


class KeyMadeMeanwhile(Conflict):
    """Somebody else made a key for the same use at the same moment. One is enough."""


@dataclass(frozen=True)
class Signer:
    """An opened key: it signs, and shows only its public half. ``since``: when it was made."""

    kid: str
    public_key: bytes
    since: datetime
    _private: Ed25519PrivateKey

    def sign(self, data: bytes) -> bytes:
        """The Ed25519 signature of ``data``, 64 bytes."""
        return self._private.sign(data)


def make_missing(session: Session, passphrase: str, now: datetime) -> list[SigningKey]:
    """Make a key for every use that has no active one. Returns the new keys."""
    active = set(session.scalars(select(SigningKey.use).where(SigningKey.state == "active")))
    made = []
    for use in USES:
        if use not in active:
            with contextlib.suppress(KeyMadeMeanwhile):  # then it is not missing any more
                made.append(make(session, use, passphrase, now))
    return made


def make(session: Session, use: str, passphrase: str, now: datetime, algorithm: Algorithm = "EdDSA") -> SigningKey:
    """Make a key pair and store it sealed.

    Raises `KeyMadeMeanwhile` where the use has an active key, `AlgorithmNotForUse` for RS256 outside of tokens.
    """
    private, public = _pair(use, algorithm)
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
    try:
        with session.begin_nested():
            session.add(key)
    except IntegrityError as error:
        raise KeyMadeMeanwhile(
            "There is a new key for %(use)s already. Look at it: assessor keys list", use=use
        ) from error
    return key


def rotate(session: Session, use: str, passphrase: str, now: datetime, algorithm: Algorithm = "EdDSA") -> SigningKey:
    """Make a new key for ``use`` and retire the old one, which stays published so that old signatures hold.

    Raises `KeyMadeMeanwhile` when somebody else rotates it at the same moment, `AlgorithmNotForUse` as `make`.
    """
    active = select(SigningKey).where(SigningKey.use == use, SigningKey.state == "active")
    for old in session.scalars(active.with_for_update()):
        old.state, old.retired_at = "retired", now.replace(microsecond=0)
    return make(session, use, passphrase, now, algorithm)


def published(session: Session) -> Sequence[SigningKey]:
    """All keys that signed anything which may still be checked, oldest first."""
    return session.scalars(
        select(SigningKey).where(SigningKey.state != "destroyed").order_by(SigningKey.created_at, SigningKey.kid)
    ).all()


def signer(session: Session, use: str, passphrase: str, at: datetime | None = None) -> Signer:
    """The active key for ``use``, opened. Raises `NoActiveKey`, `NoKeyThen` or `KeyNotOpened`.

    ``at``: the key that was in use then. What waited while keys changed is signed with it, because verifiers compare
    the date in a signed summary with the term of its key.
    """
    key = _active(session, use) if at is None else _in_use(session, use, at)
    private = _private_half(key, passphrase)
    if not isinstance(private, Ed25519PrivateKey):
        raise KeyNotOpened("The key %(kid)s is not an Ed25519 key.", kid=key.kid)
    return Signer(key.kid, key.public_key, key.created_at, private)


def token_signer(session: Session, passphrase: str) -> Signer | RsaSigner:
    """The active key for badges as JWT, opened: Ed25519, or RSA where the issuer chose RS256. Raises as `signer`."""
    key = _active(session, "jwt")
    private = _private_half(key, passphrase)
    if isinstance(private, rsa.RSAPrivateKey):
        return RsaSigner.from_key(private)
    return Signer(key.kid, key.public_key, key.created_at, private)


def public_half(key: SigningKey) -> TokenKey:
    """The public key of a row: the 32 bytes of an Ed25519 key, or an RSA key."""
    if len(key.public_key) == KEY_BYTES:
        return key.public_key
    loaded = serialization.load_der_public_key(key.public_key)
    if not isinstance(loaded, rsa.RSAPublicKey):
        raise KeyNotOpened("The key %(kid)s is of a kind that is not used here.", kid=key.kid)
    return RsaPublicKey.of(loaded)


def public_key(session: Session, use: str) -> bytes:
    """The public half of the active key for ``use``; needs no passphrase. Raises `NoActiveKey`."""
    return _active(session, use).public_key


def _active(session: Session, use: str) -> SigningKey:
    key = session.scalar(select(SigningKey).where(SigningKey.use == use, SigningKey.state == "active"))
    if key is None:
        raise NoActiveKey("There is no signing key for %(use)s yet. Run: assessor migrate", use=use)
    return key


def _in_use(session: Session, use: str, at: datetime) -> SigningKey:
    key = session.scalar(
        select(SigningKey)
        .where(
            SigningKey.use == use,
            SigningKey.state.in_(("active", "retired")),
            SigningKey.created_at <= at,
            or_(SigningKey.retired_at.is_(None), SigningKey.retired_at >= at),
        )
        .order_by(SigningKey.created_at.desc())
        .limit(1)
    )
    if key is None:
        raise NoKeyThen(
            "No key for %(use)s that is still trusted was in use on %(date)s.", use=use, date=f"{at:%Y-%m-%d}"
        )
    return key


def _pair(use: str, algorithm: Algorithm) -> tuple[Ed25519PrivateKey | rsa.RSAPrivateKey, bytes]:
    """A new private key and its public half as it is stored: 32 bytes, or the DER of an RSA key."""
    if algorithm == "EdDSA":
        private = Ed25519PrivateKey.generate()
        return private, private.public_key().public_bytes_raw()
    if use != "jwt":
        raise AlgorithmNotForUse("%(algorithm)s is for keys of the use jwt only.", algorithm=algorithm)
    wide = rsa.generate_private_key(public_exponent=65537, key_size=RSA_BITS)
    return wide, wide.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def _private_half(key: SigningKey, passphrase: str) -> Ed25519PrivateKey | rsa.RSAPrivateKey:
    if key.sealed_key is None:
        raise NoActiveKey("There is no signing key for %(use)s yet. Run: assessor migrate", use=key.use)
    return _opened(key.kid, key.sealed_key, passphrase)


@lru_cache(maxsize=32)
def _opened(kid: str, sealed: bytes, passphrase: str) -> Ed25519PrivateKey | rsa.RSAPrivateKey:
    """Opening costs a key derivation; a process does it once for each key."""
    try:
        private = serialization.load_pem_private_key(sealed, passphrase.encode())
    except ValueError as error:
        raise KeyNotOpened("The passphrase does not open the signing keys. Look at ASSESSOR_KEY_PASSPHRASE.") from error
    if not isinstance(private, Ed25519PrivateKey | rsa.RSAPrivateKey):
        raise KeyNotOpened("The key %(kid)s is of a kind that is not used here.", kid=kid)
    return private
