"""What the QR code of a certificate says: ten fields, a number and two dates (`spec/qr.md`, the table).

Every limit is refused here, with a sentence, both when we issue and when we read.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import IntEnum

from assessor.certificates.number import NUMBER_BYTES
from assessor.certificates.printable import has_control

MAX_NAME = 96
MAX_SECOND_SPELLING = 64
MAX_ACHIEVEMENT = 24
MAX_TITLE = 48
MAX_AREAS = 16
MAX_LANGUAGES = 16
STATUS_PLACES = 1 << 20
_LANGUAGES = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*(\+[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*)?")


class SummaryRefused(ValueError):
    """The summary breaks a limit of the form; the subclass names which."""


class TextNotPrintable(SummaryRefused):
    """A text is empty, too long, not in NFC, or holds control characters."""


class AchievementCodeNotValid(SummaryRefused):
    """The achievement code is not 1 to 24 of `A-Z 0-9 . -`."""


class LevelNotValid(SummaryRefused):
    """The level is not one of 1 to 8."""


class AreaScoresNotValid(SummaryRefused):
    """More than 16 area scores, or one that is not 0 to 100."""


class StatusPlaceNotValid(SummaryRefused):
    """Status list and index are not both given or both absent, or lie outside the list."""


class ConditionsNotValid(SummaryRefused):
    """The three bytes of the conditions cannot be written or read."""


class LanguagesNotValid(SummaryRefused):
    """The languages are not one tag, or two tags joined by `+`."""


class NumberNotValid(SummaryRefused):
    """The certificate number is not eight bytes."""


class TimesNotValid(SummaryRefused):
    """A time has no zone or a fraction of a second, or the end lies before the beginning."""


class PayloadNotASummary(SummaryRefused):
    """Signed bytes hold something else than a summary of this form."""


class Device(IntEnum):
    """What the person worked on."""

    PHONE = 0
    TABLET = 1
    COMPUTER = 2
    UNKNOWN = 255


@dataclass(frozen=True, slots=True)
class Conditions:
    """How the test was taken. A summary without conditions says "conditions not stated"."""

    items: int
    device: Device = Device.UNKNOWN
    supervised: bool = False
    helper: bool = False
    paper: bool = False
    home_language_help: bool = False
    sound: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.items <= 255:
            raise ConditionsNotValid(f"{self.items} items cannot be written; 255 is the most.")

    def packed(self) -> bytes:
        """Flags, device and number of items, one byte each."""
        flags = (self.supervised, self.helper, self.paper, self.home_language_help, self.sound)
        return bytes([sum(flag << bit for bit, flag in enumerate(flags)), self.device, self.items])

    @classmethod
    def unpacked(cls, packed: bytes) -> "Conditions":
        """Read the three bytes; flags that are not defined yet are left alone."""
        if len(packed) != 3:
            raise ConditionsNotValid("The conditions need three bytes.")
        flags, device, items = packed
        supervised, helper, paper, home_language_help, sound = (bool(flags >> bit & 1) for bit in range(5))
        known = Device(device) if device in set(Device) else Device.UNKNOWN
        return cls(items, known, supervised, helper, paper, home_language_help, sound)


@dataclass(frozen=True, slots=True)
class Summary:
    """What the paper says and the code repeats. `None` means: not stated, and then not printed either.

    `area_scores` run from 0 to 100 in the order of the catalogue's areas, `None` for one not assessed.
    `languages` is the test's language, with `+` and the help language if one was used (`en+ar`).
    """

    number: bytes
    issued: datetime
    name: str
    achievement: str
    expires: datetime | None = None
    second_spelling: str | None = None
    title: str | None = None
    level: int | None = None
    area_scores: tuple[int | None, ...] | None = None
    status_list: int | None = None
    status_index: int | None = None
    conditions: Conditions | None = None
    languages: str | None = None

    def __post_init__(self) -> None:
        _check_text("name", self.name, MAX_NAME)
        for field, text, limit in (
            ("second spelling", self.second_spelling, MAX_SECOND_SPELLING),
            ("title", self.title, MAX_TITLE),
        ):
            if text is not None:
                _check_text(field, text, limit)
        self._check_codes()
        self._check_status_place()
        self._check_times()

    @property
    def test_language(self) -> str | None:
        """The language the test was taken in."""
        return self.languages.partition("+")[0] if self.languages else None

    @property
    def help_language(self) -> str | None:
        """The language that was shown beside it, if any."""
        return self.languages.partition("+")[2] or None if self.languages else None

    def _check_codes(self) -> None:
        if not re.fullmatch(rf"[A-Z0-9.-]{{1,{MAX_ACHIEVEMENT}}}", self.achievement):
            raise AchievementCodeNotValid(
                f"The achievement code {self.achievement!r} must be 1 to {MAX_ACHIEVEMENT} of A-Z, 0-9, dot and dash."
            )
        if len(self.number) != NUMBER_BYTES:
            raise NumberNotValid(f"A certificate number has {NUMBER_BYTES} bytes, not {len(self.number)}.")
        if self.level is not None and not 1 <= self.level <= 8:
            raise LevelNotValid(f"Level {self.level} does not exist; levels run from 1 to 8.")
        scores = self.area_scores or ()
        if len(scores) > MAX_AREAS or any(score is not None and not 0 <= score <= 100 for score in scores):
            raise AreaScoresNotValid(f"At most {MAX_AREAS} area scores of 0 to 100 can be written.")
        if self.languages is not None and (
            len(self.languages) > MAX_LANGUAGES or not _LANGUAGES.fullmatch(self.languages)
        ):
            raise LanguagesNotValid(f"{self.languages!r} is not a language, or two with + between them.")

    def _check_status_place(self) -> None:
        if (self.status_list is None) != (self.status_index is None):
            raise StatusPlaceNotValid("Status list and index belong together: give both, or neither.")
        if self.status_index is not None and not 0 <= self.status_index < STATUS_PLACES:
            raise StatusPlaceNotValid(f"Status index {self.status_index} lies outside the list.")
        if self.status_list is not None and not 0 <= self.status_list < 1 << 32:
            raise StatusPlaceNotValid(f"Status list {self.status_list} cannot be written.")

    def _check_times(self) -> None:
        for moment in (self.issued, self.expires):
            if moment is not None and (moment.utcoffset() is None or moment.microsecond):
                raise TimesNotValid("Times need a zone and whole seconds.")
        if self.issued < datetime(1970, 1, 1, tzinfo=UTC):
            raise TimesNotValid("A certificate is not issued before 1970.")
        if self.expires is not None and self.expires <= self.issued:
            raise TimesNotValid("The certificate would end before it begins.")


def _check_text(field: str, text: str, limit: int) -> None:
    if not text.strip():
        raise TextNotPrintable(f"The {field} is empty.")
    if has_control(text) or not unicodedata.is_normalized("NFC", text):
        raise TextNotPrintable(f"The {field} is not plain printable text. Pass it through printable() first.")
    if (size := len(text.encode())) > limit:
        raise TextNotPrintable(f"The {field} needs {size} bytes and {limit} is the most. Cut it with printable().")
