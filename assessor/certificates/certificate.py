"""What stands on a certificate, as values; `pdf` draws it.

Title, name, level and dates are those that were signed. Dates come as the reader's words, such as
"12 November 2026": whoever knows the locale wrote them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from assessor.certificates.font_choice import missing_characters
from assessor.certificates.layout import Layout, shipped
from assessor.certificates.number import NumberNotRead, read
from assessor.certificates.template import Signature
from assessor.certificates.words import WORDING

MAX_TEXT = 400  # characters in any one value; far above what fits, so that layout stays cheap
MAX_AREAS = 16
MAX_TASKS = 8
MAX_EMBLEMS = 3
MAX_SIGNATURES = 2


class CertificateUnprintable(ValueError):
    """The values cannot become a certificate; the message says which and what to change."""


class PageTooFull(CertificateUnprintable):
    """The texts do not fit at this scale."""


@dataclass(frozen=True)
class AreaScore:
    """One area on page 2, 0 to 100, with its 90 % range.

    `score` None: it was not assessed. `low` and `high` None beside a score: how uncertain it is was not stated.
    """

    name: str
    score: int | None = None
    low: int | None = None
    high: int | None = None


@dataclass(frozen=True)
class Emblem:
    """The sign of an organisation: an SVG picture, and what it reads as."""

    svg: str
    reads_as: str


@dataclass(frozen=True)
class CertificateContent:
    """Everything that is printed, already in one language.

    `second_spelling` None: the holder has one spelling. `level` None: no level was awarded, and neither level
    nor band is printed. `valid_until` None: it does not expire. `labels` are the wording of the template in
    `language`. `symbol` is the QR matrix, True is dark. `created` (aware) dates the file, not the reader.
    `certainty`: how sure the level is at least, such as “90 %”; None: not stated.
    `partners` are named below the project. `reviewed` False: the paper says that nobody checked its translation.
    `translation`: the same certificate in a second language, which becomes page 3; `language_name` in that language.
    """

    language: str
    holder: str
    second_spelling: str | None
    title: str
    level: int | None
    tasks: tuple[str, ...]
    conditions: str
    not_tested: str
    areas: tuple[AreaScore, ...]
    issuer: str
    project: str | None
    issued: str
    valid_until: str | None
    number: str
    host: str
    symbol: tuple[tuple[bool, ...], ...]
    badge_svg: str
    labels: Mapping[str, str]
    created: datetime
    demonstration: bool = False
    layout: Layout = field(default_factory=lambda: shipped("classic"))
    certainty: str | None = None
    partners: str | None = None
    emblems: tuple[Emblem, ...] = ()
    signatures: tuple[Signature, ...] = ()
    reviewed: bool = True
    language_name: str = ""
    translation: "CertificateContent | None" = None

    def __post_init__(self) -> None:
        """Refuse what cannot be printed, before anything is drawn. Raises `CertificateUnprintable`."""
        if missing := WORDING.keys() - self.labels.keys():
            raise CertificateUnprintable(f"The wording lacks {', '.join(sorted(missing))}.")
        if self.created.tzinfo is None:
            raise CertificateUnprintable("The time of creation needs a time zone.")
        if self.level is not None and not 1 <= self.level <= 8:
            raise CertificateUnprintable(f"Level {self.level} is not between 1 and 8.")
        try:
            read(self.number)
        except NumberNotRead as error:
            raise CertificateUnprintable(f"The number {self.number[:40]!r} is not valid: {error}") from error
        if not self.holder.strip():
            raise CertificateUnprintable("A certificate needs the holder's name.")
        if len(self.tasks) > MAX_TASKS or len(self.areas) > MAX_AREAS:
            raise CertificateUnprintable(f"At most {MAX_TASKS} tasks and {MAX_AREAS} areas fit on the paper.")
        if len(self.emblems) > MAX_EMBLEMS or len(self.signatures) > MAX_SIGNATURES:
            raise CertificateUnprintable(f"At most {MAX_EMBLEMS} emblems and {MAX_SIGNATURES} signatures fit.")
        for area in self.areas:
            _check_area(area)
        values = (
            self.holder, self.second_spelling, self.title, self.conditions, self.not_tested, self.issuer,
            self.project, self.partners, self.issued, self.valid_until, self.number, self.host, *self.tasks,
            *(text for one in self.signatures for text in (one.name, one.role)),
        )  # fmt: skip
        for value in values:
            if value is not None and len(value) > MAX_TEXT:
                raise CertificateUnprintable(f"“{value[:40]}…” is longer than {MAX_TEXT} characters.")

    @property
    def band(self) -> int | None:
        """Basic 1, Intermediate 2, Advanced 3, Highly advanced 4: two levels each (DigComp 3.0)."""
        return None if self.level is None else (self.level + 1) // 2


def substituted_characters(content: CertificateContent) -> tuple[str, ...]:
    """Return the characters of names printed as U+FFFD because no shipped font has them; log these."""
    signing = (text for one in content.signatures for text in (one.name, one.role))
    names = (content.holder, content.second_spelling, content.issuer, content.project, content.partners, *signing)
    return tuple(dict.fromkeys(c for name in names if name for c in missing_characters(name)))


def _check_area(area: AreaScore) -> None:
    if (area.low is None) != (area.high is None) or (area.score is None and area.low is not None):
        raise CertificateUnprintable(f"The area “{area.name[:40]}” has half a range, or a range without a score.")
    score = area.score or 0
    low, high = (score if end is None else end for end in (area.low, area.high))
    if not 0 <= low <= score <= high <= 100:
        raise CertificateUnprintable(f"The area “{area.name[:40]}” needs 0 ≤ low ≤ score ≤ high ≤ 100.")
