"""What verifiers trust, signed: the bundle of issuers, the catalogue of achievements, the withdrawals.

All three are made from what the database holds now. The root key signs the bundle, the certificate key the rest.
"""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from assessor.certificates import signed_data
from assessor.certificates.trust import (
    REASON_CLASSES,
    AchievementText,
    Bundle,
    Catalogue,
    Issuer,
    Key,
    KeyUse,
    ReasonClass,
    StatusListPlace,
    Withdrawal,
    Withdrawals,
    number_hash,
)
from assessor.config import Settings, key_passphrase
from assessor.credentials import achievements, issuer, keys, status
from assessor.credentials.models import Award, SigningKey, StatusList

#: What the key of a use may sign in the eyes of a verifier.
USES: dict[str, tuple[KeyUse, ...]] = {
    "certificate": ("certificate", "catalogue", "withdrawals"),
    "status": ("status",),
}
BUNDLE_LIVES = timedelta(days=90)


def root_key(session: Session, settings: Settings) -> bytes:
    """The public root key that the verification page pins."""
    return keys.signer(session, "root", key_passphrase(settings)).public_key


def bundle(session: Session, settings: Settings, now: datetime) -> Bundle:
    """This installation as the one issuer of its bundle. Numbered by the hour, so that a new one is newer."""
    issued = now.replace(minute=0, second=0, microsecond=0)
    return Bundle(
        version=int(issued.timestamp()) // 3600,
        issued=issued,
        expires=issued + BUNDLE_LIVES,
        issuers=(_issuer(session, settings),),
    )


def signed_bundle(session: Session, settings: Settings, now: datetime) -> bytes:
    """The bundle, signed by the root key."""
    return signed_data.sign_bundle(
        bundle(session, settings, now), keys.signer(session, "root", key_passphrase(settings))
    )


def signed_catalogue(session: Session, settings: Settings, now: datetime) -> bytes:
    """What every achievement code means, in every language of its template."""
    issued = now.replace(minute=0, second=0, microsecond=0)
    catalogue = Catalogue(
        issuer=issuer.did(settings),
        version=int(issued.timestamp()) // 3600,
        issued=issued,
        achievements={
            template.code: {language: text_of(template, language) for language in template.certificate.languages}
            for template in achievements.everything(session, settings)
        },
    )
    return signed_data.sign_catalogue(catalogue, keys.signer(session, "certificate", key_passphrase(settings)))


def withdrawals(session: Session, settings: Settings, now: datetime) -> Withdrawals:
    """Every withdrawn certificate by the hash of its number, with the date and the class of reason."""
    rows = session.scalars(select(Award).where(Award.revoked_at.is_not(None)))
    return Withdrawals(
        issuer=issuer.did(settings),
        issued=now.replace(microsecond=0),
        entries={
            number_hash(row.number): Withdrawal(row.revoked_at, _reason(row.revoked_reason))
            for row in rows
            if row.revoked_at
        },
    )


def signed_withdrawals(session: Session, settings: Settings, now: datetime) -> bytes:
    """The withdrawals, signed."""
    return signed_data.sign_withdrawals(
        withdrawals(session, settings, now), keys.signer(session, "certificate", key_passphrase(settings))
    )


def _issuer(session: Session, settings: Settings) -> Issuer:
    lists = session.scalars(select(StatusList.number).order_by(StatusList.number)).all()
    return Issuer(
        id=issuer.did(settings),
        names={"en": settings.organisation},
        country=settings.country,
        did=issuer.did(settings),
        keys=tuple(_key(key) for key in keys.published(session) if key.use in USES),
        prefixes=(settings.verification_prefix,),
        status_lists=tuple(StatusListPlace(number, status.list_url(settings, number)) for number in lists),
        url=settings.public_url,
        project={"en": settings.project} if settings.project else {},
        catalogue_url=f"{settings.public_url}/c/trust/catalogue",
        withdrawals_url=f"{settings.public_url}/c/trust/withdrawals",
    )


def _key(key: SigningKey) -> Key:
    return Key(
        public_key=key.public_key,
        uses=USES[key.use],
        valid_from=key.created_at,
        valid_until=key.retired_at,
        compromised_since=key.compromised_since,
    )


def text_of(template: achievements.Template, language: str) -> AchievementText:
    """The words of an achievement in one language, as verifiers show them."""
    certificate = template.certificate
    return AchievementText(
        title=certificate.title[language],
        areas=tuple(area.name[language] for area in certificate.areas),
        tasks={level: certificate.tasks_at(level, language) for level in certificate.tasks},
        not_tested=certificate.not_tested[language],
    )


def _reason(stored: str | None) -> ReasonClass:
    return next((reason for reason in REASON_CLASSES if reason == stored), "other")
