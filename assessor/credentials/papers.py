"""The certificate on paper: from an award to what `certificates` draws.

The same award with the same options gives the same bytes, until its template gets another picture, layout or wording,
or the installation another seal.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import structlog
from babel.dates import format_date
from sqlalchemy.orm import Session

from assessor.certificates import number as numbers
from assessor.certificates import qr
from assessor.certificates.certificate import (
    AreaScore,
    CertificateContent,
    CertificateUnprintable,
    Emblem,
    substituted_characters,
)
from assessor.certificates.layout import SHIPPED, Layout, shipped
from assessor.certificates.pdf import certificate_pdf, certificates_pdf
from assessor.config import Settings
from assessor.credentials import achievements, profiles, sealing, wording
from assessor.credentials.models import Award, Credential
from assessor.errors import Invalid
from assessor.psychometrics.standards.bands import NOT_ASSESSED, score_at

_log = structlog.get_logger("assessor.credentials")


class LayoutNotThere(Invalid):
    """There is no layout of this name."""


@dataclass(frozen=True)
class PaperOptions:
    """What the holder may choose. ``layout`` None: the template's own. ``second_language`` None: two pages only."""

    layout: str | None = None
    second_language: str | None = None


#: Nothing was chosen.
USUAL = PaperOptions()


def chosen(values: Mapping[str, str]) -> PaperOptions:
    """What the fields `layout` and `second` of a form ask for; empty, or not there: nothing."""
    return PaperOptions(values.get("layout") or None, values.get("second") or None)


@dataclass(frozen=True)
class Choices:
    """What may be chosen for the paper of an award beside what is usual: names of layouts, languages."""

    layouts: tuple[str, ...]
    second_languages: tuple[str, ...]


def choices(session: Session, award: Award, settings: Settings) -> Choices:
    """What the form that `chosen` reads offers."""
    certificate = achievements.find(session, award.achievement_code, settings).certificate
    return Choices(
        (*SHIPPED, *(name for name in certificate.layouts if name not in SHIPPED)),
        tuple(language for language in certificate.languages if language != award.language),
    )


def paper(
    session: Session,
    award: Award,
    credential: Credential,
    settings: Settings,
    *,
    layout: str | None = None,
    second_language: str | None = None,
) -> bytes:
    """The certificate to print, with the signed badge attached, and sealed where there is a seal.

    Raises `LayoutNotThere`, `LanguageNotThere`.
    """
    content = _content_of(session, award, credential, settings, layout)
    if second_language and second_language != content.language:
        template = achievements.find(session, award.achievement_code, settings)
        template.check_language(second_language)
        content = replace(content, translation=_in_language(content, award, template, second_language))
    return certificate_pdf(content, credential.body, sealing.seal_of(session, award, settings))


def print_file(session: Session, signed: Sequence[Credential], settings: Settings) -> bytes:
    """The papers of several certificates one after the other, to print them; nothing is attached."""
    return certificates_pdf([_content_of(session, one.award, one, settings, None) for one in signed])


def can_be_drawn(session: Session, signed: Credential, settings: Settings) -> bool:
    """Whether the paper has room for what it says."""
    try:
        print_file(session, [signed], settings)
    except CertificateUnprintable:
        return False
    return True


def _content_of(
    session: Session, award: Award, credential: Credential, settings: Settings, layout: str | None
) -> CertificateContent:
    settings = profiles.as_awarded(award, settings)
    template = achievements.find(session, award.achievement_code, settings)
    content = paper_content(award, template, qr_text(credential, settings), settings, layout=layout)
    if missing := substituted_characters(content):
        _log.warning("characters without a font", award=str(award.id), signs=[f"U+{ord(sign):04X}" for sign in missing])
    return content


def paper_content(
    award: Award, template: achievements.Template, text: str, settings: Settings, *, layout: str | None = None
) -> CertificateContent:
    """What the paper says, in the award's language; of two spellings only the signed.

    ``settings``: `profiles.as_awarded`. ``layout`` replaces the template's own. Raises `LayoutNotThere`.
    """
    language, certificate = template.language(award.language), template.certificate
    return CertificateContent(
        holder=award.holder_name,
        second_spelling=award.second_name,
        level=award.level,
        certainty=wording.stated_certainty(award),
        issuer=settings.organisation,
        project=settings.project or None,
        partners=_partners(settings.partners),
        number=numbers.written(award.number),
        host=settings.host,
        symbol=qr.symbol(text),
        badge_svg=template.picture(award.level),
        created=award.awarded_at,
        demonstration=settings.demonstration,
        layout=_layout(template, layout) if layout else certificate.layout,
        emblems=tuple(Emblem(svg, reads_as) for svg, reads_as in template.emblems()),
        signatures=certificate.signatures,
        **{**_said(award, template, language), "title": award.title or certificate.title[language]},
    )


def _in_language(
    content: CertificateContent, award: Award, template: achievements.Template, language: str
) -> CertificateContent:
    """The same in another language."""
    return replace(content, **_said(award, template, language))


def _said(award: Award, template: achievements.Template, language: str) -> dict[str, Any]:
    """What a certificate says in words of a language."""
    certificate, words = template.certificate, template.certificate.wording[language]
    sentences = (wording.conditions(award, language, words), wording.certainty(award, language, words))
    return {
        "language": language,
        "language_name": wording.language_name(language, language),
        "title": certificate.title[language],
        "tasks": certificate.tasks_at(award.level, language),
        "conditions": " ".join(sentence for sentence in sentences if sentence),
        "not_tested": certificate.not_tested[language],
        "areas": tuple(
            _area(area.name[language], score, award.results.get(area.competence))
            for area, score in zip(certificate.areas, award.area_scores, strict=True)
        ),
        "issued": date_in_words(award.awarded_at, language),
        "valid_until": date_in_words(award.valid_until, language) if award.valid_until else None,
        "labels": words,
        "reviewed": language in certificate.reviewed,
    }


def qr_text(credential: Credential, settings: Settings) -> str:
    """The text of the QR code: the address of the verification page and the signed summary behind ``#``."""
    return qr.symbol_text(profiles.as_awarded(credential.award, settings).verification_prefix, credential.summary)


def _layout(template: achievements.Template, name: str) -> Layout:
    own = template.certificate.layouts
    if name not in own and name not in SHIPPED:
        raise LayoutNotThere(
            "There is no layout “%(name)s”. There are: %(known)s.", name=name[:40], known=", ".join((*SHIPPED, *own))
        )
    return own[name] if name in own else shipped(name)


def _partners(names: str) -> str | None:
    """The partners as they are printed, with a sign between them that every script reads alike."""
    return " · ".join(name for one in names.split(";") if (name := one.strip())) or None


def _area(name: str, score: int, result: dict[str, Any] | None) -> AreaScore:
    if score == NOT_ASSESSED or result is None:
        return AreaScore(name)
    if "low" not in result:
        return AreaScore(name, score)  # it came from elsewhere, without its range
    return AreaScore(name, score, score_at(result["low"]), score_at(result["high"]))


def date_in_words(moment: datetime, language: str) -> str:
    """A day as people of a language write it, of the Gregorian calendar and with the figures 0 to 9."""
    return format_date(moment.date(), "d MMMM y" if language == "en" else "long", locale=language)
