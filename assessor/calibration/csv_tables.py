"""A CSV file as rows of cells: commas, semicolons or tabs, with or without a byte order mark, within limits."""

import csv
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from assessor.calibration.unusable import FileNotUsable

LONGEST_LINE = 1_000_000
"""Bytes of a row: 10,000 columns with names of a hundred letters."""

MOST_COLUMNS = 10_000

SEPARATORS = (",", ";", "\t")

OnBytes = Callable[[int], None]
"""Called now and then with the bytes read so far."""

_NOW_AND_THEN = 1_000  # rows

_BOM = b"\xef\xbb\xbf"


class Table(Protocol):
    """Rows of cells under a header."""

    @property
    def path(self) -> Path: ...

    @property
    def header(self) -> tuple[str, ...]: ...

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Yield (number of the row as a spreadsheet counts it, cells); every row is as long as the header."""
        ...


@dataclass(frozen=True)
class CsvTable:
    """A CSV file whose header has been read."""

    path: Path
    separator: str
    header: tuple[str, ...]
    on_bytes: OnBytes | None = None

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Yield the rows below the header; empty lines are passed over. Raises `FileNotUsable`."""
        with self.path.open("rb") as file:
            records = _records(self.path, file, self.separator)
            next(records, None)
            for row, cells in records:
                if len(cells) != len(self.header):
                    raise FileNotUsable(self.path, self._ragged(len(cells)), row=row)
                if self.on_bytes and row % _NOW_AND_THEN == 0:
                    self.on_bytes(file.tell())
                yield row, cells

    def _ragged(self, found: int) -> str:
        return (
            f"cells in this row: {found}, in the header: {len(self.header)}. Give every row a cell for every column, "
            "and leave it empty where an item was not asked."
        )


def open_csv(path: Path, on_bytes: OnBytes | None = None) -> CsvTable:
    """Read the header of a CSV file. Raises `FileNotUsable` for an empty file or a header without end."""
    with path.open("rb") as file:
        separator = _separator(next(_lines(path, file), ""))
        file.seek(0)
        for _, cells in _records(path, file, separator):
            if len(cells) > MOST_COLUMNS:
                raise FileNotUsable(path, f"the header names {len(cells)} columns; {MOST_COLUMNS} are the most.")
            return CsvTable(path, separator, tuple(cell.strip() for cell in cells), on_bytes)
    raise FileNotUsable(path, "the file is empty. Its first row names the columns; the rows below hold the answers.")


def _records(path: Path, file: BinaryIO, separator: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(_lines(path, file), delimiter=separator, strict=True)
    row = 0
    try:
        for row, cells in enumerate(reader, start=1):
            if cells:
                yield row, cells
    except csv.Error as error:
        raise FileNotUsable(path, f"this is not CSV: {error}.", row=row + 1) from error


def _lines(path: Path, file: BinaryIO) -> Iterator[str]:
    """Yield the lines of a UTF-8 file; none is read further than `LONGEST_LINE`."""
    number = 0
    while line := file.readline(LONGEST_LINE + 1):
        number += 1
        if number == 1:
            line = line.removeprefix(_BOM)
        if len(line) > LONGEST_LINE:
            raise FileNotUsable(path, f"the row is longer than {LONGEST_LINE:,} bytes. This is no table.", row=number)
        try:
            yield line.decode("utf-8")
        except UnicodeDecodeError as error:
            why = "the text is not in UTF-8. Save the file again as “CSV UTF-8”."
            raise FileNotUsable(path, why, row=number) from error


def _separator(header: str) -> str:
    """Return what stands between the names: the most frequent of comma, semicolon and tab outside of quotes."""
    unquoted = "".join(header.split('"')[::2])
    counted = Counter(letter for letter in unquoted if letter in SEPARATORS)
    return max(SEPARATORS, key=lambda separator: counted[separator])
