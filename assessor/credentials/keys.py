"""The life of signing keys: made, published, used, retired, destroyed, and compromised when somebody else has one.

Nothing that was signed stops being genuine because a key changes: verifiers are shown every key that signs or signed,
and a new one before it signs, so that those who looked lately know it already. The exception is a compromised key.
"""

import contextlib
from collections.abc import Sequence
from datetime import datetime

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from assessor.certificates import cose
from assessor.credentials import signers
from assessor.credentials.models import SigningKey
from assessor.credentials.signers import (
    ALGORITHMS,
    Algorithm,
    AlgorithmNotForUse,
    KeyIsDestroyed,
    KeyNotOpened,
    Secrets,
    Signer,
)
from assessor.errors import Conflict, Invalid, NotFound
from assessor.openbadges.jwt import TokenKey
from assessor.openbadges.multikey import KEY_BYTES
from assessor.openbadges.rsa import RsaPublicKey, RsaSigner

__all__ = ["ALGORITHMS", "Algorithm", "AlgorithmNotForUse", "KeyIsDestroyed", "KeyNotOpened", "Secrets", "Signer"]

#: What each key signs. ``badge`` the Open Badges, ``jwt`` the same badges as tokens, ``certificate`` the QR codes with
#: their catalogue and withdrawals, ``status`` the status list, ``root`` the trust bundle. The seal is in `sealing`.
USES = ("badge", "jwt", "certificate", "status", "root")


class NoActiveKey(NotFound):
    """There is no key for this use yet."""


class NoKeyThen(NotFound):
    """No key that is still trusted was in use at that time, so nothing can be signed for it."""


class UnknownKey(NotFound):
    """There is no key with this id."""


class KeyMadeMeanwhile(Conflict):
    """Somebody else made a key for the same use at the same moment. One is enough."""


class NotTheNextStep(Conflict):
    """A key in this state cannot do that."""


class TheftToCome(Invalid):
    """A key is not stolen in the future."""


# Making and changing


def make_missing(session: Session, secrets: Secrets, now: datetime) -> list[SigningKey]:
    """Make a key for every use that has no active one. Returns the new keys."""
    active = set(session.scalars(select(SigningKey.use).where(SigningKey.state == "active")))
    made = []
    for use in USES:
        if use not in active:
            with contextlib.suppress(KeyMadeMeanwhile):  # then it is not missing any more
                made.append(make(session, use, secrets, now))
    return made


def make(
    session: Session,
    use: str,
    secrets: Secrets,
    now: datetime,
    algorithm: Algorithm = "EdDSA",
    *,
    in_token: bool = False,
) -> SigningKey:
    """Make a key that is published and signs at once.

    Raises `KeyMadeMeanwhile` where the use has an active key, `AlgorithmNotForUse` for RS256 outside of tokens.
    """
    key = _new(use, secrets, now, algorithm, in_token=in_token)
    key.state, key.published_at, key.activated_at = "active", key.created_at, key.created_at
    try:
        with session.begin_nested():
            session.add(key)
    except IntegrityError as error:
        signers.destroy(key, secrets)
        raise KeyMadeMeanwhile(
            "There is a new key for %(use)s already. Look at it: assessor keys list", use=use
        ) from error
    return key


def create(
    session: Session,
    use: str,
    secrets: Secrets,
    now: datetime,
    algorithm: Algorithm = "EdDSA",
    *,
    in_token: bool = False,
) -> SigningKey:
    """Make a key that nobody else knows of yet. Raises as `make`, without `KeyMadeMeanwhile`."""
    key = _new(use, secrets, now, algorithm, in_token=in_token)
    session.add(key)
    session.flush()
    return key


def publish(session: Session, kid: str, now: datetime) -> SigningKey:
    """Show a created key to verifiers. It does not sign yet. Raises `UnknownKey` or `NotTheNextStep`."""
    key = _locked(session, kid)
    if key.state != "published":
        _allow(key, "created", "published")
        key.state, key.published_at = "published", now.replace(microsecond=0)
    return key


def activate(session: Session, kid: str, now: datetime) -> SigningKey:
    """Let a published key sign; the one that signed until now is retired.

    Raises `UnknownKey`, `NotTheNextStep`, or `KeyMadeMeanwhile` when somebody else activates one at the same moment.
    """
    key = _locked(session, kid)
    if key.state != "active":
        if key.state == "created":
            raise NotTheNextStep(
                "Verifiers do not know the key %(kid)s yet. Publish it first: assessor keys publish %(kid)s", kid=kid
            )
        _allow(key, "published", "active")
        _retire_active(session, key.use, now)
        try:
            with session.begin_nested():
                key.state, key.activated_at = "active", now.replace(microsecond=0)
        except IntegrityError as error:
            raise KeyMadeMeanwhile(
                "There is a new key for %(use)s already. Look at it: assessor keys list", use=key.use
            ) from error
    return key


def rotate(
    session: Session,
    use: str,
    secrets: Secrets,
    now: datetime,
    algorithm: Algorithm = "EdDSA",
    *,
    in_token: bool | None = None,
) -> SigningKey:
    """Make a new key for ``use`` and retire the old one, which stays published so that old signatures hold.

    ``in_token`` None: where the old one is. Raises `KeyMadeMeanwhile` when somebody else rotates it at the same moment,
    `AlgorithmNotForUse` as `make`.
    """
    old = _retire_active(session, use, now)
    if in_token is None:
        in_token = old is not None and old.token_object is not None
    return make(session, use, secrets, now, algorithm, in_token=in_token)


def retire(session: Session, kid: str, secrets: Secrets, now: datetime) -> SigningKey:
    """Take a key out of use; it stays published. If it is the one that signs, the use does not stay without a key:

    the one that was published first takes its place, or a new one of the same kind. Raises `UnknownKey`,
    `NotTheNextStep`.
    """
    key = _locked(session, kid)
    if key.state == "retired":
        return key
    if key.state == "created":
        raise NotTheNextStep("Nobody knows the key %(kid)s yet. Destroy it: assessor keys destroy %(kid)s", kid=kid)
    if key.state == "published":
        key.state, key.retired_at = "retired", now.replace(microsecond=0)
        return key
    _allow(key, "active", "retired")
    waiting = session.scalar(_of(key.use, "published").order_by(SigningKey.published_at, SigningKey.kid).limit(1))
    if waiting is not None:
        activate(session, waiting.kid, now)
    else:
        rotate(session, key.use, secrets, now, _algorithm(key))
    return key


def destroy(session: Session, kid: str, secrets: Secrets, now: datetime) -> SigningKey:
    """Wipe the private half of a key that signs no more, or was never used; what it signed stays as it is.

    Raises `UnknownKey`, `NotTheNextStep`.
    """
    key = _locked(session, kid)
    if key.destroyed_at is None:
        if key.state in ("published", "active"):
            raise NotTheNextStep(
                "The key %(kid)s is %(state)s. Retire it first: assessor keys retire %(kid)s", kid=kid, state=key.state
            )
        key.state, key.destroyed_at = "destroyed", now.replace(microsecond=0)
        session.flush()
        signers.destroy(key, secrets)  # last: what a token has destroyed no database brings back
    return key


def mark_compromised(session: Session, kid: str, since: datetime, secrets: Secrets, now: datetime) -> SigningKey:
    """Somebody else may sign with this key since ``since``: verifiers are told so, and trust nothing that it signed.

    If it signed until now, a new key of the same kind takes its place at once. The key that then signs speaks for the
    time of the stolen one too: it signs again what was signed with it. A second report counts if it names an earlier
    time. Raises `UnknownKey`, `TheftToCome`.
    """
    if since > now:
        raise TheftToCome(
            "%(since)s is in the future. Give the time when the key may have been stolen.",
            since=f"{since:%Y-%m-%d %H:%M} UTC",
        )
    key = _locked(session, kid)
    if key.compromised_since is not None and key.compromised_since <= since:
        return key
    key.compromised_since, key.reported_at = since.replace(microsecond=0), now.replace(microsecond=0)
    key.retired_at = key.retired_at or key.reported_at
    if key.state != "destroyed":
        key.state = "compromised"
    session.flush()
    if key.activated_at is not None:
        successor = session.scalar(_of(key.use, "active")) or make(
            session, key.use, secrets, now, _algorithm(key), in_token=key.token_object is not None
        )
        successor.speaks_from = min(valid_from(successor), valid_from(key))
        session.flush()
    return key


# Looking at keys


def everything(session: Session) -> Sequence[SigningKey]:
    """All keys, oldest first."""
    return session.scalars(select(SigningKey).order_by(SigningKey.created_at, SigningKey.kid)).all()


def published(session: Session) -> Sequence[SigningKey]:
    """All keys that verifiers hear of, oldest first: those that sign or will, those that signed, and compromised ones.

    A destroyed key is among them for ever: what it signed is still checked, if only to say that it expired.
    """
    shown = or_(
        SigningKey.state.in_(("published", "active", "retired", "compromised")),
        and_(SigningKey.state == "destroyed", SigningKey.published_at.is_not(None)),
    )
    return session.scalars(select(SigningKey).where(shown).order_by(SigningKey.created_at, SigningKey.kid)).all()


def believed(session: Session) -> Sequence[SigningKey]:
    """Those of them whose signatures hold."""
    return [key for key in published(session) if key.state != "compromised" and key.compromised_since is None]


def valid_from(key: SigningKey) -> datetime:
    """The earliest date of a certificate that this key may sign."""
    return key.speaks_from or key.created_at


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


# Opening


def signer(session: Session, use: str, secrets: Secrets, at: datetime | None = None) -> Signer:
    """The active key for ``use``, opened. Raises `NoActiveKey`, `NoKeyThen`, `KeyNotOpened` or `TokenNotUsable`.

    ``at``: the key that was in use then. What waited while keys changed is signed with it, because verifiers compare
    the date in a signed summary with the term of its key.
    """
    key = _active(session, use) if at is None else _in_use(session, use, at)
    opened = signers.open_key(key, secrets)
    if isinstance(opened, RsaSigner):
        raise KeyNotOpened("The key %(kid)s is not an Ed25519 key.", kid=key.kid)
    return opened


def token_signer(session: Session, secrets: Secrets) -> Signer | RsaSigner:
    """The active key for badges as JWT, opened: Ed25519, or RSA where the issuer chose RS256. Raises as `signer`."""
    return signers.open_key(_active(session, "jwt"), secrets)


def _of(use: str, state: str) -> Select[SigningKey]:
    return select(SigningKey).where(SigningKey.use == use, SigningKey.state == state)


def _locked(session: Session, kid: str) -> SigningKey:
    key = session.get(SigningKey, kid, with_for_update=True, populate_existing=True)
    if key is None:
        raise UnknownKey("There is no key %(kid)s. See: assessor keys list", kid=kid[:40])
    if key.use not in USES:
        raise NotTheNextStep("This key is the one of the seal. Take it away: assessor keys seal --remove")
    return key


def _allow(key: SigningKey, before: str, after: str) -> None:
    if key.state != before:
        raise NotTheNextStep(
            "The key %(kid)s is %(state)s. Only a key that is %(before)s can become %(after)s.",
            kid=key.kid,
            state=key.state,
            before=before,
            after=after,
        )


def _algorithm(key: SigningKey) -> Algorithm:
    return "EdDSA" if len(key.public_key) == KEY_BYTES else "RS256"


def _new(use: str, secrets: Secrets, now: datetime, algorithm: Algorithm, *, in_token: bool) -> SigningKey:
    made = signers.make(use, secrets, algorithm, in_token=in_token)
    return SigningKey(
        kid=cose.key_id(made.public_key).hex(),
        use=use,
        state="created",
        public_key=made.public_key,
        sealed_key=made.sealed_key,
        token_object=made.token_object,
        created_at=now.replace(microsecond=0),
    )


def _retire_active(session: Session, use: str, now: datetime) -> SigningKey | None:
    """Retire the key that signs for a use. It is written before another one may be active."""
    old = session.scalar(_of(use, "active").with_for_update().execution_options(populate_existing=True))
    if old is not None:
        old.state, old.retired_at = "retired", now.replace(microsecond=0)
        session.flush()
    return old


def _active(session: Session, use: str) -> SigningKey:
    key = session.scalar(_of(use, "active"))
    if key is None:
        raise NoActiveKey("There is no signing key for %(use)s yet. Run: assessor migrate", use=use)
    return key


def _in_use(session: Session, use: str, at: datetime) -> SigningKey:
    """Of the keys that may sign for then, the one that did: it was retired first, while later ones came."""
    key = session.scalar(
        select(SigningKey)
        .where(
            SigningKey.use == use,
            SigningKey.state.in_(("active", "retired")),
            func.coalesce(SigningKey.speaks_from, SigningKey.created_at) <= at,
            or_(SigningKey.retired_at.is_(None), SigningKey.retired_at > at),
        )
        .order_by(SigningKey.retired_at.is_(None), SigningKey.retired_at)
        .limit(1)
    )
    if key is None:
        raise NoKeyThen(
            "No key for %(use)s that is still trusted was in use on %(date)s.", use=use, date=f"{at:%Y-%m-%d}"
        )
    return key
