"""A table as a file that any spreadsheet opens, whose cells are never taken for formulas."""

import csv
import io
from collections.abc import Iterable, Sequence

#: What a spreadsheet takes for the beginning of a formula, the wide forms of East Asian keyboards included.
_FORMULA = tuple("=+-@＝＋－＠\t\r\n")


def as_csv(rows: Iterable[Sequence[str]]) -> bytes:
    """The rows in UTF-8 with the mark at the beginning without which spreadsheets guess another encoding.

    >>> as_csv([["name"], ["=1+1"]]).decode("utf-8-sig").splitlines()
    ['"name"', '"\\'=1+1"']
    """
    file = io.StringIO(newline="")
    csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows(map(_safe, row) for row in rows)
    return file.getvalue().encode("utf-8-sig", "replace")


def _safe(cell: str) -> str:
    """An apostrophe in front says to spreadsheets that this is a text."""
    text = " ".join(cell.split())
    return f"'{text}" if text.startswith(_FORMULA) else text
