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

from assessor.certificates import signed_data
from assessor.certificates.svg_drawing import DrawingInvalid, parse_svg
from assessor.certificates.template import Template as CertificateTemplate
from assessor.certificates.template_reading import read_template, whole
from assessor.certificates.toml_reading import TemplateInvalid, parsed, read_file
from assessor.certificates.trust import AchievementText
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
ENVELOPE = 1024  # bytes of the catalogue around its achievements


class BrokenTemplate(Invalid):
    """A badge template cannot be used; the message names the file and what is wrong."""


class LevelNotThere(Invalid):
    """The badge is not made for this level: its paper would not say what a person at it can do."""


class LanguageNotThere(Invalid):
    """The certificate has no words in this language."""


class TooManyBadges(Conflict):
    """What verifiers read of all badges together would be too long."""


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

    def texts(self, languages: Sequence[str] = ()) -> dict[str, AchievementText]:
        """The words of the achievement by language, as verifiers show them; in all that it has if none is named."""
        return {language: self.text(language) for language in languages or self.certificate.languages}

    def text(self, language: str) -> AchievementText:
        """The same in one language."""
        certificate = self.certificate
        return AchievementText(
            title=certificate.title[language],
            areas=tuple(area.name[language] for area in certificate.areas),
            tasks={level: certificate.tasks_at(level, language) for level in certificate.tasks},
            not_tested=certificate.not_tested[language],
        )

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

    Raises `BrokenTemplate`, `TooManyBadges`, or `TemplateInUse` when the promise of a code that somebody holds has
    changed.
    """
    files = {"achievement.json": _read(folder / "achievement.json"), "certificate.toml": _whole(folder)}
    template = _parse(files["achievement.json"], files["certificate.toml"], settings.public_url, folder.name)
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
    _refuse_too_many(session, settings)
    return achievement, True


def find(session: Session, code: str, settings: Settings) -> Template:
    """The template of an achievement code. Raises `NotFound`."""
    row = session.get(Achievement, code) if can_be_code(code) else None
    if row is None:
        raise NotFound("There is no badge with the code “%(code)s”.", code=code[:40])
    kept = _parse(row.achievement_json, row.certificate_toml, settings.public_url, row.folder)
    return Template(row.code, kept.badge, kept.certificate, dict(row.pictures))


def find_named(session: Session, code: str, settings: Settings) -> Template:
    """As `find`, for an operator who types a code: the refusal names those that there are."""
    try:
        return find(session, code, settings)
    except NotFound as error:
        known = ", ".join(session.scalars(select(Achievement.code).order_by(Achievement.code)))
        raise NotFound(
            "There is no badge with the code “%(code)s”. There are: %(known)s.", code=code[:40], known=known
        ) from error


def refuse_doubles(folders: Sequence[Path]) -> None:
    """Two folders with one code would overwrite each other. Raises `BrokenTemplate`."""
    named: dict[str, str] = {}
    for folder in folders:
        file = f"{folder.name}/certificate.toml"
        try:
            code = str(parsed(read_file(folder / "certificate.toml", file), file).get("code"))
        except TemplateInvalid:
            continue  # loading it says what is wrong
        if code in named:
            raise BrokenTemplate(
                "The folders %(one)s and %(other)s both have the code %(code)s. Give one of them a code of its own.",
                one=named[code],
                other=folder.name,
                code=code[:40],
            )
        named[code] = folder.name


def everything(session: Session, settings: Settings) -> Sequence[Template]:
    """All achievements of this installation, by code."""
    codes = session.scalars(select(Achievement.code).order_by(Achievement.code)).all()
    return [find(session, code, settings) for code in codes]


def _refuse_too_many(session: Session, settings: Settings) -> None:
    """Verifiers read one catalogue of all badges in all languages, and no larger one than they bound."""
    texts = {template.code: template.texts() for template in everything(session, settings)}
    most = signed_data.MAX_CATALOGUE - ENVELOPE
    if (size := signed_data.achievements_size(texts)) > most:
        raise TooManyBadges(
            "With this badge the list of all badges has %(size)s kB, and verifiers read at most %(most)s kB. "
            "Leave this one out, or give the badges fewer languages.",
            size=size // 1024,
            most=most // 1024,
        )


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
    before = _parse(known.achievement_json, known.certificate_toml, settings.public_url, known.folder)
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
def _parse(achievement_json: bytes, certificate_toml: bytes, public_url: str, folder: str) -> _Parsed:
    try:
        certificate = read_template(certificate_toml.decode("utf-8"), f"{folder}/certificate.toml")
    except (TemplateInvalid, UnicodeDecodeError) as error:
        raise BrokenTemplate("%(why)s", why=str(error)) from error
    url = achievement_url(public_url, certificate.code)
    try:
        badge = load_achievement(achievement_json, url=url, image_url=f"{url}/badge.svg")
    except (InvalidBadge, UnicodeDecodeError) as error:
        raise BrokenTemplate("%(path)s: %(why)s", path=f"{folder}/achievement.json", why=str(error)) from error
    if badge.human_code != certificate.code:
        raise BrokenTemplate(
            "%(folder)s: achievement.json says the code is “%(one)s”, certificate.toml says “%(other)s”.",
            folder=folder,
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
    pictures = {band: _picture(folder / f"badge-{band}.svg") for band in BANDS}
    pictures[WHOLE] = _picture(folder / "badge.svg")
    return pictures | {EMBLEM + name: _picture(folder / name, LARGEST_EMBLEM) for name in certificate.emblems}


def _picture(path: Path, most: int = LARGEST_FILE) -> str:
    """An SVG that a paper can show."""
    source = _read(path, most).decode()
    try:
        parse_svg(source)
    except DrawingInvalid as error:
        raise BrokenTemplate("%(path)s: %(why)s", path=str(path), why=str(error)) from error
    return source


def _read(path: Path, most: int = LARGEST_FILE) -> bytes:
    try:
        if path.stat().st_size > most:
            raise BrokenTemplate("%(path)s: %(why)s", path=str(path), why=f"It is larger than {most // 1024} kB.")
        return path.read_bytes()
    except OSError as error:
        raise BrokenTemplate("%(path)s cannot be read: %(why)s.", path=str(path), why=error.strerror or "") from error
