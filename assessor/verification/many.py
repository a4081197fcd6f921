"""Many certificates checked at once: a list of numbers or texts of codes, one on each line, and an answer for each."""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy.orm import Session

from assessor.certificates import checking
from assessor.certificates import number as numbers
from assessor.certificates.qr import MAX_TEXT
from assessor.config import Settings
from assessor.credentials import finding
from assessor.verification.verifying import OwnData, is_qr_text, own_data

MOST = 500
#: The results in the order of trouble, the gravest first.
TROUBLE = (
    *(checking.ALTERED, checking.FOREIGN_ADDRESS, checking.WITHDRAWN, checking.SUSPENDED),
    *(checking.ISSUER_UNKNOWN, checking.NOT_READ, checking.OTHER_KIND),
    *(checking.EXPIRED, checking.NOT_CHECKED, checking.GENUINE),
)
_WORD_OR_DIGIT = re.compile(r"[^\W_]")

NumberCause = Literal["not_found", "mistyped"]


class TooManyLines(ValueError):
    """The list is longer than what is checked at once; nothing of it was. ``count``: its lines."""

    def __init__(self, count: int) -> None:
        super().__init__(f"The list has {count} lines, and {MOST} are the most.")
        self.count = count


class NotAText(ValueError):
    """The file is something else than text. The page has words of its own for it, in its languages."""


@dataclass(frozen=True)
class Line:
    """One line of a list: its place from 1, empty ones counted, and the number or code in it."""

    place: int
    text: str


@dataclass(frozen=True)
class Answer:
    """The answer to one line. ``checked`` None: it holds no number of a certificate, and ``cause`` says why.

    ``same_as``: the place of the first line with the same certificate, or the same text; None = this is the first.
    """

    line: Line
    checked: checking.CheckedSummary | None
    cause: NumberCause | None = None
    same_as: int | None = None

    @property
    def result(self) -> int:
        """One of the ten; a number that is not there could not be read."""
        return self.checked.result if self.checked else checking.NOT_READ


def text_of(content: bytes) -> str:
    """The text of a file as spreadsheets and editors write it. Raises `NotAText`."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    if b"\0" in content or content.startswith(b"%PDF"):
        raise NotAText("This is no text file.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")  # numbers and codes are ASCII; only names beside them suffer


def lines_of(text: str) -> list[Line]:
    """The lines that hold something. Raises `TooManyLines`.

    A first line without any digit is the head of a table, unless it is one of the few numbers without digits.
    """
    filled = [(place, line.strip()) for place, line in enumerate(text.splitlines(), 1) if _WORD_OR_DIGIT.search(line)]
    if len(filled) > 1 and _is_head(filled[0][1]):
        del filled[0]
    if len(filled) > MOST:
        raise TooManyLines(len(filled))
    return [Line(place, _wanted(line)) for place, line in filled]


def check(session: Session, lines: Sequence[Line], settings: Settings, now: datetime) -> list[Answer]:
    """The answers, those that need a person first. Our keys, lists and all numbers are read once."""
    own = own_data(session, settings, now)
    typed = {line: number for line in lines if (number := _number(line.text))}
    summaries = finding.summaries(session, set(typed.values()))

    def answer(line: Line) -> Answer:
        if is_qr_text(line.text.encode("utf-8", "replace")):
            return Answer(line, own.check(line.text, now))
        if line not in typed:
            return Answer(line, None, "mistyped")
        return _of_number(line, summaries.get(typed[line]), own, settings, now)

    answers = [*_with_repeated(map(answer, lines))]
    return sorted(answers, key=lambda one: (TROUBLE.index(one.result), one.cause or "", one.line.place))


def _of_number(line: Line, summary: bytes | None, own: OwnData, settings: Settings, now: datetime) -> Answer:
    if summary is None:
        return Answer(line, None, "not_found")
    return Answer(line, own.check(summary, now, settings.verification_prefix))


def _with_repeated(answers: Iterable[Answer]) -> Iterator[Answer]:
    first: dict[str, int] = {}
    for answer in answers:
        known = (answer.checked and answer.checked.number) or answer.line.text
        same_as = first.setdefault(known, answer.line.place)
        yield Answer(answer.line, answer.checked, answer.cause, None if same_as == answer.line.place else same_as)


def _is_head(line: str) -> bool:
    return not any(sign.isdecimal() for sign in line) and _number(_wanted(line)) is None


def _wanted(line: str) -> str:
    """The line, or that cell of it that is a number or a code; else the first cell."""
    cells = [line[: MAX_TEXT + 1], *_cells(line)]
    for cell in cells:
        if _number(cell) or is_qr_text(cell.encode("utf-8", "replace")):
            return cell
    return cells[1] if len(cells) > 1 else cells[0]


def _cells(line: str) -> list[str]:
    separator = next((sign for sign in "\t;," if sign in line), ",")
    try:
        [cells] = csv.reader([line[: 2 * MAX_TEXT]], delimiter=separator)
    except (csv.Error, ValueError):
        return []
    return [cell.strip() for cell in cells if cell.strip()]


def _number(text: str) -> bytes | None:
    try:
        return numbers.read(text)
    except numbers.NumberNotRead:
        return None
