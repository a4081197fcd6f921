"""Badge templates as data: folders that designers edit, loaded as achievements.

What a code promises never changes once somebody holds it: its criteria, alignment, results, areas, tasks and title.
A changed promise needs a new code. Pictures, layout and the fixed words of the paper may change, and languages may be
added: badges keep the bytes that were signed, and papers drawn from then on show the new ones.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from assessor.certificates.svg_drawing import DrawingInvalid, parse_svg
from assessor.certificates.template import Template as CertificateTemplate
from assessor.certificates.template_reading import read_template, whole
from assessor.certificates.toml_reading import TemplateInvalid
from assessor.config import Settings
from assessor.credentials.issuer import achievement_url, can_be_code
from assessor.credentials.models import Achievement, Award
from assessor.errors import Conflict, Invalid, NotFound
from assessor.openbadges.achievement import Achievement as BadgeAchievement
from assessor.openbadges.achievement import load_achievement
from assessor.openbadges.errors import InvalidBadge

BANDS = ("basic", "intermediate", "advanced", "highly-advanced")
#: The picture of the achievement itself, whatever the band.
WHOLE = "badge"
#: Before the file name of an emblem, among the pictures.
EMBLEM = "emblem:"
LARGEST_FILE = 256 * 1024
LARGEST_EMBLEM = 64 * 1024


class BrokenTemplate(Invalid):
    """A badge template cannot be used; the message names the file and what is wrong."""


class LevelNotThere(Invalid):
    """The badge is not made for this level: its paper would not say what a person at it can do."""


class LanguageNotThere(Invalid):
    """The certificate has no words in this language."""


class TemplateInUse(Conflict):
    """Awards name this code already, so what it promises cannot change; the message names what did."""


@dataclass(frozen=True)
class Template:
    """A loaded template: what the badge says, what the paper says, the picture of each band."""

    code: str
    badge: BadgeAchievement
    certificate: CertificateTemplate
    pictures: dict[str, str]

    def language(self, wanted: str) -> str:
        """The wanted language if the certificate has words in it, else English, else the first that it has."""
        return next(one for one in (wanted, "en", *self.certificate.languages) if one in self.certificate.languages)

    def check_level(self, level: int) -> None:
        """Whether the paper says what a person at this level can do. Raises `LevelNotThere`."""
        if level not in self.certificate.tasks:
            raise LevelNotThere(
                "%(badge)s has no level %(level)s. It has: %(known)s.",
                badge=self.code,
                level=level,
                known=", ".join(map(str, sorted(self.certificate.tasks))),
            )

    def check_language(self, language: str) -> None:
        """Whether the paper has words in this language. Raises `LanguageNotThere`."""
        if language not in self.certificate.languages:
            raise LanguageNotThere(
                "The certificate has no words in “%(code)s”. It has: %(known)s.",
                code=language[:20],
                known=", ".join(self.certificate.languages),
            )

    def emblems(self) -> tuple[tuple[str, str], ...]:
        """The emblems on the paper: SVG text, and what it reads as."""
        return tuple((self.pictures[EMBLEM + name], text) for name, text in self.certificate.emblems.items())

    def picture(self, level: int) -> str:
        """The SVG of the band that holds this level (1–8)."""
        return self.pictures[BANDS[(level - 1) // 2]]

    def end_of(self, moment: datetime, usual_years: int) -> datetime | None:
        """Until when an award of this moment is valid, None = for ever; a badge may have a time of its own."""
        own = self.certificate.valid_years
        return _years_later(moment, usual_years if own is None else own)

    @property
    def whole_picture(self) -> str:
        """The SVG of the badge whatever the band; templates loaded by the first version have none of their own."""
        return self.pictures.get(WHOLE, self.pictures[BANDS[0]])


@dataclass(frozen=True)
class _Parsed:
    code: str
    badge: BadgeAchievement
    certificate: CertificateTemplate


def load(session: Session, folder: Path, settings: Settings, now: datetime) -> tuple[Achievement, bool]:
    """Store the template of a folder. The same content changes nothing and gives False.

    Raises `BrokenTemplate`, or `TemplateInUse` when the promise of a code that somebody holds has changed.
    """
    files = {"achievement.json": _read(folder / "achievement.json"), "certificate.toml": _whole(folder)}
    template = _parse(files["achievement.json"], files["certificate.toml"], settings.public_url)
    pictures = _pictures(folder, template.certificate)
    digest = hashlib.sha256(b"\0".join([*files.values(), *(text.encode() for text in pictures.values())])).hexdigest()
    known = session.get(Achievement, template.code)
    if known is not None and known.digest == digest:
        return known, False
    if known is not None:
        _refuse_broken_promise(session, known, template, settings)
    achievement = known or Achievement(code=template.code)
    achievement.folder, achievement.digest, achievement.loaded_at = folder.name, digest, now
    achievement.achievement_json = files["achievement.json"]
    achievement.certificate_toml = files["certificate.toml"]
    achievement.pictures = pictures
    session.add(achievement)
    session.flush()
    return achievement, True


def find(session: Session, code: str, settings: Settings) -> Template:
    """The template of an achievement code. Raises `NotFound`."""
    row = session.get(Achievement, code) if can_be_code(code) else None
    if row is None:
        raise NotFound("There is no badge with the code “%(code)s”.", code=code[:40])
    parsed = _parse(row.achievement_json, row.certificate_toml, settings.public_url)
    return Template(row.code, parsed.badge, parsed.certificate, dict(row.pictures))


def everything(session: Session, settings: Settings) -> Sequence[Template]:
    """All achievements of this installation, by code."""
    codes = session.scalars(select(Achievement.code).order_by(Achievement.code)).all()
    return [find(session, code, settings) for code in codes]


def paragraphs(narrative: str) -> list[str]:
    """A narrative as people read it: a text in a badge has no lines, so each part begins with its word, “Method:”."""
    return re.split(r"(?<=[.!?]) (?=\w+:)", narrative)


def _years_later(moment: datetime, years: int) -> datetime | None:
    if years == 0:
        return None
    try:
        return moment.replace(year=moment.year + years)
    except ValueError:  # 29 February
        return moment.replace(year=moment.year + years, day=28)


def _refuse_broken_promise(session: Session, known: Achievement, template: _Parsed, settings: Settings) -> None:
    before = _parse(known.achievement_json, known.certificate_toml, settings.public_url)
    languages = before.certificate.languages
    promised, now_promised = _promise(before, languages), _promise(template, languages)
    broken = [part for part in promised if promised[part] != now_promised[part]]
    if broken and session.scalar(select(Award.id).where(Award.achievement_code == known.code).limit(1)):
        raise TemplateInUse(
            "People hold %(code)s already, and its %(part)s must stay. Give the changed template a new code.",
            code=known.code,
            part=broken[0],
        )


def _promise(template: _Parsed, languages: Sequence[str]) -> dict[str, object]:
    """What somebody holds who holds this code, in these languages; None stands for a text that is not there."""
    badge, certificate = template.badge, template.certificate

    def said(texts: Mapping[str, str]) -> list[str | None]:
        return [texts.get(language) for language in languages]

    return {
        "criteria": badge.criteria,
        "alignment": badge.alignment,
        "results": badge.result_descriptions,
        "title": (badge.name, said(certificate.title), said(certificate.short_title)),
        "areas": [(area.competence, said(area.name)) for area in certificate.areas],
        "tasks": {
            level: [(task.competences, said(task.text)) for task in tasks] for level, tasks in certificate.tasks.items()
        },
    }


@lru_cache(maxsize=64)
def _parse(achievement_json: bytes, certificate_toml: bytes, public_url: str) -> _Parsed:
    try:
        certificate = read_template(certificate_toml.decode("utf-8"))
        url = achievement_url(public_url, certificate.code)
        badge = load_achievement(achievement_json, url=url, image_url=f"{url}/badge.svg")
    except (InvalidBadge, TemplateInvalid, UnicodeDecodeError) as error:
        raise BrokenTemplate(str(error)) from error
    if badge.human_code != certificate.code:
        raise BrokenTemplate(
            "achievement.json says the code is “%(one)s”, certificate.toml says “%(other)s”.",
            one=badge.human_code,
            other=certificate.code,
        )
    return _Parsed(certificate.code, badge, certificate)


def _whole(folder: Path) -> bytes:
    try:
        return whole(folder).encode()
    except TemplateInvalid as error:
        raise BrokenTemplate("%(why)s", why=str(error)) from error


def _pictures(folder: Path, certificate: CertificateTemplate) -> dict[str, str]:
    """The pictures of the bands and of the badge, and the emblems that stand on its paper."""
    pictures = {band: _read(folder / f"badge-{band}.svg").decode() for band in BANDS}
    pictures[WHOLE] = _read(folder / "badge.svg").decode()
    for name in certificate.emblems:
        source = _read(folder / name, LARGEST_EMBLEM).decode()
        try:
            parse_svg(source)
        except DrawingInvalid as error:
            raise BrokenTemplate("%(path)s: %(why)s", path=str(folder / name), why=str(error)) from error
        pictures[EMBLEM + name] = source
    return pictures


def _read(path: Path, most: int = LARGEST_FILE) -> bytes:
    try:
        if path.stat().st_size > most:
            raise BrokenTemplate("%(path)s: %(why)s", path=str(path), why=f"It is larger than {most // 1024} kB.")
        return path.read_bytes()
    except OSError as error:
        raise BrokenTemplate("%(path)s cannot be read: %(why)s.", path=str(path), why=error.strerror or "") from error
