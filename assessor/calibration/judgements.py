"""A panel's sheet as a file: one row a judgement, by the Angoff or by the bookmark method.

competence,level,expert,item,probability    Angoff: the chance that a learner just at the level is right
competence,level,expert,bookmark            bookmark: pages of the booklet that such a learner masters

The column competence may be left out where there is one.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from assessor.calibration.csv_tables import open_csv
from assessor.calibration.unusable import FileNotUsable, listed, shown
from assessor.psychometrics.standards.bands import Band

MOST_JUDGEMENTS = 200_000
MOST_BOOKMARK = 9  # digits

_ANGOFF = ("level", "expert", "item", "probability")
_BOOKMARK = ("level", "expert", "bookmark")


@dataclass(frozen=True)
class Judgements:
    """The judgements of one level of one competence, in the order of the file.

    probabilities  by expert and item (Angoff)
    bookmarks      by expert (bookmark)
    """

    probabilities: dict[str, dict[str, float]] = field(default_factory=dict)
    bookmarks: dict[str, int] = field(default_factory=dict)


Panel = dict[str, dict[Band, Judgements]]
"""Competence → level → judgements; competences in the order of the file, "all" where it names none."""


def read_angoff(path: Path, items: Mapping[str, object]) -> Panel:
    """Read a sheet of probabilities; `items` are those with parameters. Raises `FileNotUsable`."""
    panel: Panel = {}
    for row, cells in _rows(path, _ANGOFF):
        judged = _of_row(path, panel, row, cells)
        item, expert = cells["item"], cells["expert"]
        if item not in items:
            why = f"item {shown(item)} has no parameters. Check its name, or calibrate it first."
            raise FileNotUsable(path, why, row=row, column="item")
        own = judged.probabilities.setdefault(expert, {})
        if item in own:
            why = f"{shown(expert)} has another judgement of item {shown(item)} above. Keep the one of the last round."
            raise FileNotUsable(path, why, row=row)
        if cells["probability"]:
            own[item] = _probability(path, row, cells["probability"])
    return panel


def read_bookmarks(path: Path) -> Panel:
    """Read a sheet of bookmarks. Raises `FileNotUsable`."""
    panel: Panel = {}
    for row, cells in _rows(path, _BOOKMARK):
        judged = _of_row(path, panel, row, cells)
        cell, expert = cells["bookmark"], cells["expert"]
        if not (cell.isascii() and cell.isdigit() and len(cell) <= MOST_BOOKMARK):
            why = f"{shown(cell)!r} is not a number of pages. Write how many pages of the booklet are mastered: 1, 2 …"
            raise FileNotUsable(path, why, row=row, column="bookmark")
        if expert in judged.bookmarks:
            why = f"{shown(expert)} has another bookmark for this level above. Keep the one of the last round."
            raise FileNotUsable(path, why, row=row)
        judged.bookmarks[expert] = int(cell)
    return panel


def _rows(path: Path, needed: tuple[str, ...]) -> Iterator[tuple[int, dict[str, str]]]:
    table = open_csv(path)
    columns = [name.lower() for name in table.header]
    if missing := [name for name in needed if name not in columns]:
        why = f"there is no column {listed(missing)}. There are: {listed(table.header)}."
        raise FileNotUsable(path, why, row=1)
    count = 0
    for row, values in table.rows():
        count += 1
        if count > MOST_JUDGEMENTS:
            raise FileNotUsable(path, f"there are more than {MOST_JUDGEMENTS:,} judgements. Split the sheet.", row=row)
        cells = {name: value.strip() for name, value in zip(columns, values, strict=True)}
        for name in ("expert", *(("competence",) if "competence" in columns else ())):
            if not cells[name]:
                raise FileNotUsable(path, f"the {name} is empty. Name it in every row.", row=row, column=name)
        yield row, cells
    if not count:
        raise FileNotUsable(path, "there are no judgements below the header.")


def _of_row(path: Path, panel: Panel, row: int, cells: Mapping[str, str]) -> Judgements:
    level = _band(path, row, cells["level"])
    return panel.setdefault(cells.get("competence", "all"), {}).setdefault(level, Judgements())


def _band(path: Path, row: int, cell: str) -> Band:
    name = cell.upper().replace(" ", "_").replace("-", "_")
    if name not in Band.__members__:
        why = f"{shown(cell)!r} is not one of {listed([name_of(band) for band in Band])}."
        raise FileNotUsable(path, why, row=row, column="level")
    return Band[name]


def name_of(band: Band) -> str:
    """Return what people call a band: `highly advanced`."""
    return band.name.lower().replace("_", " ")


def _probability(path: Path, row: int, cell: str) -> float:
    try:
        number = float(cell)
    except ValueError:
        number = -1.0
    if not 0 <= number <= 1:
        why = f"{shown(cell)!r} is not a probability. Write a number from 0 to 1, such as 0.7 for 70 of 100 learners."
        raise FileNotUsable(path, why, row=row, column="probability")
    return number
