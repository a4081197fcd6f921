"""A table of awards to make: a CSV file with one row for each holder, read without guessing.

    name,second,level,results,language,named
    Ada Lovelace,,3,1.1=64 2.1=70,en,yes

Only `name` and `level` are needed. `results` holds CODE=VALUE with spaces between; `named` is yes where the holder
agreed that the badge says the name. A column with another name is refused: it would be left out in silence.
"""

import csv
import hashlib
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from assessor.credentials import achievements
from assessor.credentials.awarding import Grounds, Holder
from assessor.errors import Invalid

#: Of a file: some 200,000 rows.
MAX_BYTES = 16 * 1024 * 1024
COLUMNS = ("name", "second", "level", "results", "language", "named")
REQUIRED = ("name", "level")
HIGHEST_LEVEL = 8
_ANSWERS: Mapping[str, bool] = {"": False, "no": False, "yes": True}


class TableNotUsable(Invalid):
    """Rows of the table cannot be awarded; the message names them. Nothing was awarded."""


class RowNotUsable(Invalid):
    """A row of the table cannot be awarded."""


@dataclass(frozen=True)
class Row:
    """A row as it is written. ``line``: where it begins in the file. ``cells``: by column, without spaces around."""

    line: int
    cells: Mapping[str, str]


class Table:
    """The rows of a file, for one badge. Raises `TableNotUsable` for a file that is no table of awards."""

    def __init__(self, content: bytes, badge: achievements.Template, language: str) -> None:
        if len(content) > MAX_BYTES:
            raise TableNotUsable("The table is larger than %(most)s MB. Make several of it.", most=MAX_BYTES >> 20)
        try:
            self._text = content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise TableNotUsable("The table is not UTF-8. Save it as “CSV UTF-8”.") from error
        self.badge = badge
        self._language = language
        self._digest = hashlib.sha256(badge.code.encode() + b"\0" + content).hexdigest()

    def rows(self) -> Iterator[Row]:
        """The rows that are not empty, in order. Raises `TableNotUsable`."""
        lines = csv.reader(io.StringIO(self._text, newline=""), strict=True)
        try:
            columns = [name.strip().lower() for name in next(lines, [])]
            _check_columns(columns)
            line = lines.line_num + 1
            for cells in lines:
                if any(cell.strip() for cell in cells):
                    yield Row(line, _by_column(line, columns, cells))
                line = lines.line_num + 1
        except csv.Error as error:
            raise TableNotUsable("line %(line)s: this is not CSV (%(why)s).", line=lines.line_num, why=error) from error

    def asked(self, row: Row) -> tuple[Holder, Grounds]:
        """What a row asks for. The same row of the same file has the same source.

        Raises `RowNotUsable`, `LevelNotThere`, `LanguageNotThere`.
        """
        level, language = _level(row.cells["level"]), row.cells.get("language") or self._language
        self.badge.check_level(level)
        self.badge.check_language(language)
        holder = Holder(row.cells["name"], row.cells.get("second", ""), _is_named(row.cells.get("named", "")))
        grounds = Grounds(
            source=f"table {self._digest} line {row.line}",
            achievement_code=self.badge.code,
            language=language,
            level=level,
            results=read_results(row.cells.get("results", "").split(), self.badge),
            conditions={},
        )
        return holder, grounds


def read_results(given: Sequence[str], badge: achievements.Template) -> dict[str, dict[str, float]]:
    """The scores by competence, from texts such as `1.1=64`.

    Each must be one that the badge has a place for: none is dropped silently. Raises `RowNotUsable`.
    """
    known = [area.competence for area in badge.certificate.areas]
    results: dict[str, dict[str, float]] = {}
    for code, score in map(_result, given):
        if code not in known:
            raise RowNotUsable(
                "%(badge)s has no score for “%(code)s”. It has: %(known)s.",
                badge=badge.code,
                code=code[:40],
                known=", ".join(known),
            )
        if code in results:
            raise RowNotUsable("“%(code)s” is given twice. Give one score.", code=code)
        results[code] = {"score": score}
    return results


def far_from_level(level: int, results: Mapping[str, Mapping[str, float]]) -> tuple[str, ...]:
    """The competences whose score lies two bands or more from that of the level: perhaps a slip of the pen."""
    band = (level - 1) // 2
    return tuple(code for code, given in results.items() if abs(min(int(given["score"]) // 25, 3) - band) >= 2)


def _result(text: str) -> tuple[str, int]:
    code, _, value = text.partition("=")
    if not code or not value.isascii() or not value.isdecimal() or len(value) > 3 or int(value) > 100:
        raise RowNotUsable("“%(text)s” is not CODE=VALUE with a value from 0 to 100.", text=text[:40])
    return code, int(value)


def _level(text: str) -> int:
    if len(text) != 1 or not text.isascii() or not text.isdecimal() or not 1 <= int(text) <= HIGHEST_LEVEL:
        raise RowNotUsable("the level is “%(text)s”. Write a number from 1 to 8.", text=text[:20])
    return int(text)


def _is_named(text: str) -> bool:
    if text.lower() not in _ANSWERS:
        raise RowNotUsable("named is “%(text)s”. Write yes or no.", text=text[:20])
    return _ANSWERS[text.lower()]


def _check_columns(columns: Sequence[str]) -> None:
    if len(columns) == 1 and ";" in columns[0]:
        raise TableNotUsable("The cells of the table stand between semicolons. Save it with commas between them.")
    if unknown := [name for name in columns if name not in COLUMNS]:
        raise TableNotUsable(
            "The table has a column “%(name)s”. Columns are: %(known)s.",
            name=unknown[0][:40],
            known=", ".join(COLUMNS),
        )
    if missing := [name for name in REQUIRED if name not in columns]:
        raise TableNotUsable("The table has no column “%(name)s” in its first line.", name=missing[0])
    if len(set(columns)) != len(columns):
        raise TableNotUsable("A column of the table stands there twice.")


def _by_column(line: int, columns: Sequence[str], cells: Sequence[str]) -> dict[str, str]:
    if len(cells) != len(columns):
        raise TableNotUsable(
            "line %(line)s has %(count)s cells, the first line %(columns)s. A comma in a name needs quotes around it.",
            line=line,
            count=len(cells),
            columns=len(columns),
        )
    return {name: cell.strip() for name, cell in zip(columns, cells, strict=True)}
