"""What verifiers trust, signed: the bundle of issuers, the catalogue of achievements, the withdrawals.

All three are made from what the database holds now. The root key signs the bundle, the certificate key the rest. Each
is dated by the last change in it, not by the clock, so what has not changed is the same bytes, and what has is newer.
Where a root key elsewhere has signed a bundle, that one is served as it is (`adopted`).
"""

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from assessor.certificates import signed_data
from assessor.certificates.trust import (
    REASON_CLASSES,
    Bundle,
    Catalogue,
    IssuedPlace,
    Issuer,
    Key,
    KeyUse,
    ReasonClass,
    StatusListPlace,
    Withdrawal,
    Withdrawals,
    number_hash,
)
from assessor.config import Settings, key_secrets
from assessor.credentials import achievements, adopted, foreign, issued, issuer, keys, status
from assessor.credentials.models import Achievement, Award, IssuedList, SigningKey, StatusList, TrustedIssuer
from assessor.credentials.newest import Newest

#: What the key of a use may sign in the eyes of a verifier.
USES: dict[str, tuple[KeyUse, ...]] = {
    "certificate": ("certificate", "catalogue", "withdrawals"),
    "status": ("status",),
}
BUNDLE_LIVES = timedelta(days=90)


def root_key(session: Session) -> bytes:
    """The public root key that the verification page pins."""
    elsewhere = adopted.current(session)
    return elsewhere.root if elsewhere else keys.public_key(session, "root")


def bundle(session: Session, settings: Settings, now: datetime) -> Bundle:
    """The bundle that is served: our own, or the adopted one."""
    elsewhere = adopted.current(session)
    if elsewhere is not None:
        return signed_data.read_bundle(elsewhere.bundle, elsewhere.root)
    return own_bundle(session, settings, now)


def own_bundle(session: Session, settings: Settings, now: datetime) -> Bundle:
    """This installation as the first issuer of its bundle, and after it the partners that it trusts.

    Dated and numbered by the second of the last change in it, and anew every day (UTC), so that it does not end while
    we live.
    """
    issued = max(_last_change(session), now.replace(hour=0, minute=0, second=0, microsecond=0))
    return Bundle(
        version=int(issued.timestamp()),
        issued=issued,
        expires=issued + BUNDLE_LIVES,
        issuers=(own_issuer(session, settings), *foreign.issuers(session)),
    )


def signed_bundle(session: Session, settings: Settings, now: datetime) -> bytes:
    """The bundle that is served, signed by the root key that the page pins."""
    elsewhere = adopted.current(session)
    if elsewhere is not None:
        return elsewhere.bundle
    signer = keys.signer(session, "root", key_secrets(settings))
    return signed_data.sign_bundle(own_bundle(session, settings, now), signer)


def signed_catalogue(session: Session, settings: Settings, language: str = "") -> bytes:
    """What every achievement code means: in one language, or without one in every language of its template."""
    issued = _last_change(session)
    catalogue = Catalogue(
        issuer=issuer.did(settings),
        version=int(issued.timestamp()),
        issued=issued,
        achievements={
            template.code: template.texts([template.language(language)] if language else ())
            for template in achievements.everything(session, settings)
        },
    )
    return signed_data.sign_catalogue(catalogue, keys.signer(session, "certificate", key_secrets(settings)))


def withdrawals(session: Session, settings: Settings) -> Withdrawals:
    """Every withdrawn certificate by the hash of its number, with the date and the class of reason."""
    as_of = _withdrawals_as_of(session)
    return _withdrawals.kept((settings, as_of), lambda: _read_withdrawals(session, settings, as_of[1]))


def signed_withdrawals(session: Session, settings: Settings) -> bytes:
    """The withdrawals, signed."""
    signer = keys.signer(session, "certificate", key_secrets(settings))
    return _signed_withdrawals.kept(
        (settings, signer.kid, _withdrawals_as_of(session)),
        lambda: signed_data.sign_withdrawals(withdrawals(session, settings), signer),
    )


_withdrawals: Newest[Withdrawals] = Newest()
_signed_withdrawals: Newest[bytes] = Newest()


def _withdrawals_as_of(session: Session) -> tuple[int, datetime]:
    """How many there are and when the last change was: both the same, nothing was withdrawn meanwhile."""
    withdrawn = select(func.count(), func.max(Award.revoked_at)).where(Award.revoked_at.is_not(None))
    count, newest = session.execute(withdrawn).one()
    changed = _last_change(session)
    return count, max(newest or changed, changed)


def _read_withdrawals(session: Session, settings: Settings, issued: datetime) -> Withdrawals:
    withdrawn = select(Award.number, Award.revoked_at, Award.revoked_reason).where(Award.revoked_at.is_not(None))
    return Withdrawals(
        issuer=issuer.did(settings),
        issued=issued,
        entries={
            number_hash(number): Withdrawal(date, _reason(reason))
            for number, date, reason in session.execute(withdrawn)
            if date
        },
    )


def _last_change(session: Session) -> datetime:
    """When a key, a status list, an achievement or a partner last came or changed."""
    moments = [
        *session.execute(
            select(
                func.max(SigningKey.created_at),
                func.max(SigningKey.published_at),
                func.max(SigningKey.retired_at),
                func.max(SigningKey.reported_at),
            )
        ).one(),
        session.scalar(select(func.max(StatusList.begun_at))),
        session.scalar(select(func.max(Achievement.loaded_at))),
        session.scalar(select(func.max(IssuedList.made_at))),
        session.scalar(select(func.max(TrustedIssuer.changed_at))),
    ]
    known = [moment.replace(microsecond=0) for moment in moments if moment is not None]
    if not known:
        raise keys.NoActiveKey("There are no signing keys yet. Run: assessor migrate")
    return max(known)


def own_issuer(session: Session, settings: Settings) -> Issuer:
    """This installation as its bundle names it."""
    listed = issued.places(session, settings)
    lists = session.scalars(select(StatusList.number).order_by(StatusList.number)).all()
    return Issuer(
        id=issuer.did(settings),
        names={"en": settings.organisation},
        country=settings.country,
        did=issuer.did(settings),
        keys=tuple(_key(key, listed.get(key.kid)) for key in keys.published(session) if key.use in USES),
        prefixes=(settings.verification_prefix,),
        status_lists=tuple(
            StatusListPlace(number, status.list_url(settings, number), status.list_url(settings, number, "suspension"))
            for number in lists
        ),
        url=settings.public_url,
        project={"en": settings.project} if settings.project else {},
        catalogue_url=f"{settings.public_url}/c/trust/catalogue",
        withdrawals_url=f"{settings.public_url}/c/trust/withdrawals",
    )


def _key(key: SigningKey, listed: IssuedPlace | None) -> Key:
    return Key(
        public_key=key.public_key,
        uses=USES[key.use],
        valid_from=keys.valid_from(key),
        valid_until=key.retired_at,
        compromised_since=key.compromised_since,
        issued=listed,
    )


def _reason(stored: str | None) -> ReasonClass:
    return next((reason for reason in REASON_CLASSES if reason == stored), "other")
