"""From an award to what the holder takes along: the signed badge, its pictures, the paper.

The job signs once and stores the bytes; whatever is handed out later is those bytes, a drawing that carries them, or
the same statement signed in another way, with the same place in the status list.
"""

import uuid
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import resvg_py
import structlog
from babel.dates import format_date
from sqlalchemy.orm import Session

from assessor.certificates import attachment, checking, qr
from assessor.certificates import number as numbers
from assessor.certificates.certificate import AreaScore, CertificateContent, substituted_characters
from assessor.certificates.pdf import certificate_pdf
from assessor.config import Settings, key_passphrase
from assessor.credentials import achievements, awarding, issuer, keys, measurement, publishing, status, wording
from assessor.credentials.models import Award, Credential
from assessor.errors import Conflict, Invalid
from assessor.jobs import job
from assessor.openbadges.achievement import Profile
from assessor.openbadges.baking import bake_png, bake_svg
from assessor.openbadges.credential import AchievementCredential, Evidence, IdentityObject, Result
from assessor.openbadges.credential import issue as issue_badge
from assessor.openbadges.exits import Statement, as_jcs, as_jwt
from assessor.psychometrics.standards.bands import NOT_ASSESSED, score_at

_log = structlog.get_logger("assessor.credentials")

PICTURE_WIDTH = 600  # pixels of the baked PNG
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


def sign(session: Session, award: Award, settings: Settings, now: datetime) -> Credential:
    """Compose, sign, check and bake the badge of an award; sign and check the summary of its QR code.

    Raises `CodeNotGenuine`, or `InvalidBadge`: what a stranger's check would refuse is not issued.
    """
    settings = as_awarded(award, settings)
    passphrase = key_passphrase(settings)
    badge_key = keys.signer(session, "badge", passphrase)
    template = achievements.find(session, award.achievement_code, settings)
    body = issue_badge(
        compose(award, template, settings),
        badge_key,
        issuer.key_address(settings, badge_key.public_key, "Multikey"),
        award.awarded_at,
    )
    svg = template.picture(award.level)
    return Credential(
        organisation_id=award.organisation_id,
        award_id=award.id,
        award=award,
        body=body,
        summary=_sign_summary(session, award, settings, now),
        png=bake_png(bytes(resvg_py.svg_to_bytes(svg_string=svg, width=PICTURE_WIDTH)), body),
        svg=bake_svg(svg.encode(), body),
        signed_at=now,
    )


def as_awarded(award: Award, settings: Settings) -> Settings:
    """Our settings, with the issuer's name, project and address as the award fixed them."""
    return replace(settings, organisation=award.issuer_name, project=award.project, public_url=award.public_url)


def _sign_summary(session: Session, award: Award, settings: Settings, now: datetime) -> bytes:
    signer = keys.signer(session, "certificate", key_passphrase(settings), award.awarded_at)
    signed = qr.sign_summary(awarding.summary(award), signer)
    # Lists are not asked: what they say changes, what was signed does not.
    checked = checking.check_summary(
        signed, publishing.bundle(session, settings, now), {}, {}, now, settings.verification_prefix
    )
    if checked.result not in (checking.GENUINE, checking.NOT_CHECKED):
        reasons = [check.reason for check in checked.checks if check.state == "failed"]
        raise CodeNotGenuine("The code of this certificate would not be genuine: %(why)s", why=" ".join(reasons))
    return signed


def compose(award: Award, template: achievements.Template, settings: Settings) -> AchievementCredential:
    """What the badge says. ``settings``: `as_awarded`."""
    url = issuer.credential_url(settings, award.credential_id)
    measured = tuple(measurement.described_results(award, url))
    promised = template.badge.result_descriptions
    badge = replace(template.badge, result_descriptions=(*promised, *(description for description, _ in measured)))
    return AchievementCredential(
        id=url,
        issuer=Profile(id=issuer.did(settings), name=settings.organisation, url=settings.public_url),
        achievement=badge,
        valid_from=award.awarded_at,
        results=(*_results(award, template), *(result for _, result in measured)),
        evidence=(
            Evidence(
                id=f"{url}#evidence",
                name=wording.evidence_name("en"),
                narrative=wording.evidence(award, "en"),
            ),
        ),
        identifiers=(IdentityObject.printed_name(award.holder_name),),
        valid_until=award.valid_until,
        status=status.entry(settings, award.status_list, award.status_index),
    )


def export(session: Session, award: Award, form: str, settings: Settings) -> Exported:
    """The certificate in one of `FORMS`. Raises `NotSignedYet`, or `Invalid` for another form."""
    if form not in FORMS:
        raise Invalid("There is no such form. Forms are: %(forms)s.", forms=", ".join(FORMS))
    credential = credential_of(session, award)
    if credential is None:
        raise NotSignedYet("The certificate is being made. Try again in a minute.")
    content = {
        "json": lambda: credential.body,
        "jcs": lambda: _with_other_proof(session, award, credential, settings),
        "jwt": lambda: _as_token(session, award, credential, settings),
        "png": lambda: credential.png,
        "svg": lambda: credential.svg,
        "pdf": lambda: paper(session, award, credential, settings),
    }[form]()
    ending = "jcs.json" if form == "jcs" else form
    return Exported(content, FORMS[form], f"certificate-{numbers.written(award.number)}.{ending}")


def _as_token(session: Session, award: Award, credential: Credential, settings: Settings) -> bytes:
    """What the stored badge says, as JWT. Not stored: the same key gives the same bytes again."""
    signer = keys.token_signer(session, key_passphrase(settings))
    address = issuer.key_address(as_awarded(award, settings), signer.public_key, "JsonWebKey")
    return as_jwt(Statement.stored(credential.body), signer, address)


def _with_other_proof(session: Session, award: Award, credential: Credential, settings: Settings) -> bytes:
    """What the stored badge says, with a proof over its JSON. Dated like the award, or by its key if that is newer."""
    signer = keys.signer(session, "badge", key_passphrase(settings))
    address = issuer.key_address(as_awarded(award, settings), signer.public_key, "Multikey")
    return as_jcs(Statement.stored(credential.body), signer, address, max(award.awarded_at, signer.since))


def paper(session: Session, award: Award, credential: Credential, settings: Settings) -> bytes:
    """The certificate to print, with the signed badge attached. The same award gives the same bytes.

    (Until a template gets another picture or layout: papers are drawn with the newest.)
    """
    settings = as_awarded(award, settings)
    template = achievements.find(session, award.achievement_code, settings)
    content = paper_content(award, template, qr_text(credential, settings), settings)
    if missing := substituted_characters(content):
        _log.warning("characters without a font", award=str(award.id), signs=[f"U+{ord(sign):04X}" for sign in missing])
    return attachment.attach_credential(certificate_pdf(content), credential.body, award.awarded_at)


def paper_content(award: Award, template: achievements.Template, text: str, settings: Settings) -> CertificateContent:
    """What the paper says, in the award's language; of two spellings only the signed. ``settings``: `as_awarded`."""
    language, certificate = award.language, template.certificate
    return CertificateContent(
        language=language,
        holder=award.holder_name,
        second_spelling=award.second_name,
        title=award.title or certificate.title[language],
        level=award.level,
        tasks=certificate.tasks_at(award.level, language),
        conditions=f"{wording.conditions(award, language)} {wording.certainty(award, language)}".rstrip(),
        not_tested=certificate.not_tested[language],
        areas=tuple(
            _area(area.name[language], score, award.results.get(area.competence))
            for area, score in zip(certificate.areas, award.area_scores, strict=True)
        ),
        issuer=settings.organisation,
        project=settings.project or None,
        issued=_date(award.awarded_at, language),
        valid_until=_date(award.valid_until, language) if award.valid_until else None,
        number=numbers.written(award.number),
        host=settings.host,
        symbol=qr.symbol(text),
        badge_svg=template.picture(award.level),
        labels=certificate.wording[language],
        created=award.awarded_at,
        demonstration=settings.demonstration,
    )


def qr_text(credential: Credential, settings: Settings) -> str:
    """The text of the QR code: the address of the verification page and the signed summary behind ``#``."""
    return qr.symbol_text(as_awarded(credential.award, settings).verification_prefix, credential.summary)


def _results(award: Award, template: achievements.Template) -> tuple[Result, ...]:
    base = template.badge.id
    band = achievements.BANDS[(award.level - 1) // 2]
    scores = [
        Result(f"{base}#competence-{area.competence}", str(score))
        for area, score in zip(template.certificate.areas, award.area_scores, strict=True)
        if score != NOT_ASSESSED
    ]
    return (Result(f"{base}#band", str(award.level), f"{base}#band-{band}"), *scores)


def _area(name: str, score: int, result: dict[str, Any] | None) -> AreaScore:
    if score == NOT_ASSESSED or result is None:
        return AreaScore(name)
    if "low" not in result:
        return AreaScore(name, score, score, score)  # a score that came from elsewhere, without its range
    return AreaScore(name, score, score_at(result["low"]), score_at(result["high"]))


def _date(moment: datetime, language: str) -> str:
    return format_date(moment.date(), "d MMMM y", locale=language)
