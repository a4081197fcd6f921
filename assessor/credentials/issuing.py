"""From an award to what the holder takes along: the signed badge, its pictures, the paper.

The job signs once and stores the bytes; whatever is handed out later is those bytes, a drawing that carries them, or
the same statement signed in another way, with the same place in the status list.
"""

import secrets
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Literal

import resvg_py
from sqlalchemy.orm import Session

from assessor.certificates import checking, qr
from assessor.certificates import number as numbers
from assessor.certificates.trust import Bundle
from assessor.config import Settings, key_secrets
from assessor.credentials import (
    achievements,
    adopted,
    awarding,
    endorsing,
    issuer,
    keys,
    measurement,
    papers,
    profiles,
    publishing,
    signers,
    status,
    summarising,
    wording,
)
from assessor.credentials.models import Award, Credential
from assessor.errors import Conflict, Invalid
from assessor.jobs import job
from assessor.openbadges.achievement import NOT_ENDORSED, Endorsed
from assessor.openbadges.baking import bake_png, bake_svg
from assessor.openbadges.credential import AchievementCredential, Evidence, IdentityObject
from assessor.openbadges.credential import issue as issue_badge
from assessor.openbadges.exits import Statement, as_jcs, as_jwt, as_rdfc
from assessor.openbadges.multikey import Signer

#: Signs a statement with a proof: `as_rdfc` or `as_jcs`.
Prove = Callable[[Statement, Signer, str, datetime], bytes]

PICTURE_WIDTH = 600  # pixels of the baked PNG
SALT_BYTES = 16  # of a holder's hash: 128 bits
FORMS = {
    "json": "application/vc+ld+json",
    "jcs": "application/vc+ld+json",
    "jwt": "application/vc+jwt",
    "png": "image/png",
    "svg": "image/svg+xml",
    "pdf": "application/pdf",
}


class NotSignedYet(Conflict):
    """The award is decided, and its badge is being signed."""

    title = "In a moment"


class CodeNotGenuine(Conflict):
    """The code of the paper would not be believed by a verifier, so nothing was issued."""


@dataclass(frozen=True)
class Exported:
    """One form of a certificate, as a file."""

    content: bytes
    content_type: str
    file_name: str


@job(awarding.SIGN)
def sign_job(session: Session, payload: dict[str, Any], settings: Settings, now: datetime) -> None:
    """Sign the badge of an award. Run twice, it gives one credential."""
    award = session.get_one(Award, (uuid.UUID(payload["organisation"]), uuid.UUID(payload["award"])))
    if credential_of(session, award) is None:
        session.add(sign(session, award, settings, now))


def credential_of(session: Session, award: Award) -> Credential | None:
    """The signed badge of an award, or None while it is not signed yet."""
    return session.get(Credential, (award.organisation_id, award.id))


def signed_of(session: Session, award: Award) -> Credential:
    """The signed badge of an award. Raises `NotSignedYet`."""
    credential = credential_of(session, award)
    if credential is None:
        raise NotSignedYet("The certificate is being made. Try again in a minute.")
    return credential


@dataclass(frozen=True)
class Signing:
    """What the awards of one badge that were decided in one second are signed with: read once, for one or for many.

    ``settings``: `profiles.as_awarded`. ``endorsed``: `endorsing.carried`.
    """

    settings: Settings
    template: achievements.Template
    badge_key: signers.Signer
    badge_key_address: str
    code_key: signers.Signer
    endorsed: Mapping[str, Endorsed]
    bundle: Bundle


def prepare(session: Session, award: Award, settings: Settings, now: datetime) -> Signing:
    """What this award, and those like it, are signed with.

    Raises `adopted.KeyNotNamed` while the bundle that is served does not name the key of the code: then it waits.
    """
    settings = profiles.as_awarded(award, settings)
    passphrase = key_secrets(settings)
    badge_key = keys.signer(session, "badge", passphrase)
    code_key = keys.signer(session, "certificate", passphrase, award.awarded_at)
    adopted.check_named(session, code_key.public_key, "certificate", award.awarded_at)
    return Signing(
        settings,
        achievements.find(session, award.achievement_code, settings),
        badge_key,
        issuer.key_address(settings, badge_key.public_key, "Multikey"),
        code_key,
        endorsing.carried(session, now),
        publishing.own_bundle(session, settings, now),
    )


def sign(session: Session, award: Award, settings: Settings, now: datetime) -> Credential:
    """Compose, sign, check and bake the badge of an award; sign and check the summary of its QR code.

    Raises `CodeNotGenuine`, or `InvalidBadge`: what a stranger's check would refuse is not issued.
    """
    return sign_with(prepare(session, award, settings, now), award, now)


def sign_with(signing: Signing, award: Award, now: datetime) -> Credential:
    """The same with what was prepared; asks no database. Raises as `sign`."""
    [credential] = sign_many(signing, [award], now)
    return credential


def sign_many(signing: Signing, awards: Sequence[Award], now: datetime) -> list[Credential]:
    """The same for several awards. Raises as `sign`; then none of them is signed."""
    # Step by step for all of them: a processor is a quarter faster at one step a hundred times than at all in turn.
    badges = [compose(award, signing.template, signing.settings, signing.endorsed) for award in awards]
    bodies = [
        issue_badge(badge, signing.badge_key, signing.badge_key_address, max(award.awarded_at, signing.badge_key.since))
        for award, badge in zip(awards, badges, strict=True)
    ]
    codes = [qr.sign_summary(summarising.summary(award), signing.code_key) for award in awards]
    believed = [_believed(code, signing.bundle, signing.settings, now) for code in codes]
    pictures = [signing.template.picture(award.level) for award in awards]
    return [
        Credential(
            organisation_id=award.organisation_id,
            award_id=award.id,
            award=award,
            body=body,
            summary=summary,
            png=bake_png(_picture(picture), body),
            svg=bake_svg(picture.encode(), body),
            signed_at=now,
        )
        for award, body, summary, picture in zip(awards, bodies, believed, pictures, strict=True)
    ]


@lru_cache(maxsize=64)
def _picture(svg: str) -> bytes:
    """The PNG without a badge: drawing takes longer than everything else together, and is the same for every holder."""
    return bytes(resvg_py.svg_to_bytes(svg_string=svg, width=PICTURE_WIDTH))


def believed_code(session: Session, signed: bytes, settings: Settings, now: datetime) -> bytes:
    """The signed summary of a code, after a verifier's check. Raises `CodeNotGenuine`.

    ``settings``: `profiles.as_awarded`.
    """
    return _believed(signed, publishing.own_bundle(session, settings, now), settings, now)


def _believed(signed: bytes, bundle: Bundle, settings: Settings, now: datetime) -> bytes:
    # Lists are not asked: what they say changes, what was signed does not.
    checked = checking.check_summary(signed, bundle, {}, {}, now, settings.verification_prefix)
    if checked.result not in (checking.GENUINE, checking.NOT_CHECKED, checking.EXPIRED):
        reasons = [check.reason for check in checked.checks if check.state == "failed"]
        raise CodeNotGenuine("The code of this certificate would not be genuine: %(why)s", why=" ".join(reasons))
    return signed


def compose(
    award: Award,
    template: achievements.Template,
    settings: Settings,
    endorsed: Mapping[str, Endorsed] = MappingProxyType({}),
) -> AchievementCredential:
    """What the badge says. ``settings``: `profiles.as_awarded`. ``endorsed``: `endorsing.carried`."""
    url = issuer.credential_url(settings, award.credential_id)
    measured = tuple(measurement.described_results(award, url))
    promised = template.badge.result_descriptions
    badge = replace(template.badge, result_descriptions=(*promised, *(description for description, _ in measured)))
    by, assessor = profiles.of_issuer(settings), profiles.read(award.assessed_by)
    return AchievementCredential(
        id=url,
        issuer=replace(by, endorsed=endorsed.get(by.id, NOT_ENDORSED)),
        achievement=replace(badge, endorsed=endorsed.get(badge.id, NOT_ENDORSED)),
        valid_from=award.awarded_at,
        results=(*measurement.promised_results(award, template), *(result for _, result in measured)),
        evidence=(
            Evidence(
                id=f"{url}#evidence",
                name=wording.evidence_name("en"),
                narrative=wording.evidence(award, "en"),
            ),
        ),
        identifiers=(_holder(award),),
        valid_until=award.valid_until,
        status=status.entry(settings, award.status_list, award.status_index),
        source=replace(assessor, endorsed=endorsed.get(assessor.id, NOT_ENDORSED)) if assessor else None,
    )


def _holder(award: Award) -> IdentityObject:
    """The name with consent, else its salted hash. The salt is new for every badge, so two of one person differ."""
    if award.named_in_badge:
        return IdentityObject.printed_name(award.holder_name)
    return IdentityObject.salted(award.holder_name, "name", secrets.token_urlsafe(SALT_BYTES))


def export(
    session: Session, award: Award, form: str, settings: Settings, options: papers.PaperOptions = papers.USUAL
) -> Exported:
    """The certificate in one of `FORMS`; `options` are of the paper. Raises `NotSignedYet`, or `Invalid`."""
    if form not in FORMS:
        raise Invalid("There is no such form. Forms are: %(forms)s.", forms=", ".join(FORMS))
    credential = signed_of(session, award)
    content = {
        "json": lambda: credential.body,
        "jcs": lambda: _proved(session, award, Statement.stored(credential.body), settings, as_jcs),
        "jwt": lambda: _as_token(session, award, Statement.stored(credential.body), settings),
        "png": lambda: credential.png,
        "svg": lambda: credential.svg,
        "pdf": lambda: papers.paper(session, award, credential, settings, **vars(options)),
    }[form]()
    ending = "jcs.json" if form == "jcs" else form
    return Exported(content, FORMS[form], f"certificate-{numbers.written(award.number)}.{ending}")


def held_by(session: Session, award: Award, holder: str, form: Literal["json", "jwt"], settings: Settings) -> bytes:
    """What the stored badge says, said of the holder with this DID: same id, same date, same place in the status list.

    Not stored here. Raises `NotSignedYet`.
    """
    credential = signed_of(session, award)
    statement = Statement.stored(credential.body).held_by(holder)
    if form == "jwt":
        return _as_token(session, award, statement, settings)
    return _proved(session, award, statement, settings, as_rdfc)


def _as_token(session: Session, award: Award, statement: Statement, settings: Settings) -> bytes:
    """A statement as JWT. The same key gives the same bytes again."""
    signer = keys.token_signer(session, key_secrets(settings))
    address = issuer.key_address(profiles.as_awarded(award, settings), signer.public_key, "JsonWebKey")
    return as_jwt(statement, signer, address)


def _proved(session: Session, award: Award, statement: Statement, settings: Settings, prove: Prove) -> bytes:
    """A statement with its proof, dated like the award, or by its key if that is newer."""
    signer = keys.signer(session, "badge", key_secrets(settings))
    address = issuer.key_address(profiles.as_awarded(award, settings), signer.public_key, "Multikey")
    return prove(statement, signer, address, max(award.awarded_at, signer.since))
