"""Reads a table of answers into memory, and says where a table cannot be read.

Every mistake is named where it is first met: row, column, what stands there, and what to write instead.
"""

from array import array
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from assessor.calibration.answers import Answers, in_memory
from assessor.calibration.csv_tables import Table
from assessor.calibration.layout import Layout, Long, Wide, check_item_name
from assessor.calibration.score_cells import ADVICE, NotAScore, read_score
from assessor.calibration.unusable import FileNotUsable, shown
from assessor.psychometrics.measuring.responses import MISSING, Indices, Responses, Scores

MOST_ITEMS = 10_000

MOST_GROUPS = 200

BLANKS = " \t\n\f\r"
"""What may stand around a name and is no part of it."""

# Ways to write a score that are remembered, so that a cell costs one look-up. Spaces make endlessly many.
MOST_SPELLINGS = 10_000


@dataclass(frozen=True)
class Names:
    """What the people and items of a long table are called, by number."""

    persons: list[str]
    items: list[str]


@dataclass(frozen=True)
class Answer:
    """A row of a long table; `score` is `MISSING` where the item was not asked."""

    row: int
    person: str
    item: str
    score: int
    group: str


def read(table: Table, layout: Layout) -> Answers:
    """Read all answers of a table into memory. Raises `FileNotUsable`."""
    return _read_wide(table, layout) if isinstance(layout, Wide) else _read_long(table, layout)


def check_cells(table: Table, layout: Layout) -> None:
    """Walk through a table of any size in little memory. Raises `FileNotUsable` at the first mistake in a cell."""
    rows = wide_rows(table, layout) if isinstance(layout, Wide) else long_rows(table, layout)
    for _ in rows:
        pass


def wide_rows(table: Table, layout: Wide) -> Iterator[tuple[bytes, str]]:
    """Yield of each person the scores, one byte an item (0 = not asked, 1 = score 0, 2 = score 1 …), and the group."""
    known: dict[str, int] = {}
    every_cell = layout.columns == tuple(range(len(table.header)))
    for row, cells in table.rows():
        own = cells if every_cell else [cells[at] for at in layout.columns]
        try:
            scores = bytes(map(known.__getitem__, own))
        except KeyError:
            scores = _learn(table, layout, row, own, known)
        yield scores, _group(table, row, cells, layout.group) if any(scores) else ""


def long_rows(table: Table, layout: Long) -> Iterator[Answer]:
    """Yield the answers of a table with one row each."""
    known: dict[str, int] = {}
    named: set[str] = set()
    for row, cells in table.rows():
        person, item, cell = cells[layout.person].strip(BLANKS), cells[layout.item].strip(BLANKS), cells[layout.score]
        if item in layout.without:
            continue
        if item not in named:
            check_item_name(table.path, item, row)
            named.add(item)
            if len(named) > MOST_ITEMS:
                raise FileNotUsable(table.path, f"there are more than {MOST_ITEMS} items.", row=row)
        if not person:
            why = "the person has no name. Write a number or a pseudonym, the same in all rows of a person."
            raise FileNotUsable(table.path, why, row=row, column=table.header[layout.person])
        score = _code(table, row, table.header[layout.score], cell, known) - 1
        yield Answer(row, person, item, score, _group(table, row, cells, layout.group) if score != MISSING else "")


def matrix_of(coded: bytearray, layout: Wide) -> Scores:
    """Return the scores of rows as `wide_rows` codes them: int8 (people, items)."""
    above_by_1 = np.frombuffer(coded, dtype=np.uint8).reshape(-1, len(layout.items)).astype(np.int8)
    return np.asarray(above_by_1 - np.int8(1), dtype=np.int8)


def _read_wide(table: Table, layout: Wide) -> Answers:
    coded, names, silent = bytearray(), list[str](), 0
    for scores, name in wide_rows(table, layout):
        if any(scores):
            coded += scores
            names.append(name)
        else:
            silent += 1
    _refuse_nobody(table, len(names))
    groups, group = _numbered_groups(table, layout, names)
    return in_memory(Responses(layout.items, matrix_of(coded, layout), np.ones(len(names)), groups, group), silent)


def _read_long(table: Table, layout: Long) -> Answers:
    persons, items = dict[str, int](), dict[str, int]()
    of, what, value, rows = array("q"), array("i"), array("b"), array("q")
    groups: list[str] = []
    everybody: set[str] = set()
    for answer in long_rows(table, layout):
        if answer.score == MISSING:
            everybody.add(answer.person)
            continue
        person = persons.setdefault(answer.person, len(persons))
        if person == len(groups):
            groups.append(answer.group)
        elif groups[person] != answer.group:
            raise FileNotUsable(table.path, two_groups(answer.person, groups[person], answer.group), row=answer.row)
        of.append(person)
        what.append(items.setdefault(answer.item, len(items)))
        value.append(answer.score)
        rows.append(answer.row)
    _refuse_nobody(table, len(persons))
    person_of, item_of = np.asarray(of, dtype=np.int64), np.asarray(what, dtype=np.int64)
    _refuse_twice(table, person_of, item_of, rows, Names(list(persons), list(items)))
    names, group = _numbered_groups(table, layout, groups)
    sparse = Responses.from_rows(person_of, item_of, np.asarray(value), tuple(items))
    return in_memory(replace(sparse, groups=names, group=group), len(everybody - persons.keys()))


def two_groups(person: str, first: str, second: str) -> str:
    """Say that one person is in two groups."""
    return (
        f"person {shown(person)} is in group {shown(first)} and in group {shown(second)}. A person belongs to one "
        "group: give the same one in all rows."
    )


def answered_twice(person: str, item: str) -> str:
    """Say that one person has two answers to one item."""
    return f"person {shown(person)} has another answer to item {shown(item)} above. Keep one, for instance the first."


def too_many_groups(column: str) -> str:
    """Say that a column is no group's."""
    return (
        f"column {shown(column)} tells more than {MOST_GROUPS} groups apart. Give --group a column with few values, "
        "such as the language."
    )


def nobody_answered() -> str:
    """Say that there are no answers."""
    return "there are no answers below the header. Every answer is a cell with 0, 1, 2 …"


def _learn(table: Table, layout: Wide, row: int, cells: list[str], known: dict[str, int]) -> bytes:
    """Return the codes of a row that holds a cell not seen before."""
    named = zip(layout.items, cells, strict=True)
    return bytes(_code(table, row, name, cell, known) for name, cell in named)


def _code(table: Table, row: int, column: str, cell: str, known: dict[str, int]) -> int:
    """Return one more than the score, so that 0 is not asked, and remember it."""
    if cell not in known:
        try:
            code = read_score(cell) + 1
        except NotAScore as error:
            why = f"{shown(cell)!r} is not a score. {ADVICE}"
            raise FileNotUsable(table.path, why, row=row, column=column) from error
        if len(known) >= MOST_SPELLINGS:
            return code
        known[cell] = code
    return known[cell]


def _group(table: Table, row: int, cells: list[str], column: int | None) -> str:
    if column is None:
        return ""
    if not (name := cells[column].strip(BLANKS)):
        why = "the group is empty. Give every person who answered something a group."
        raise FileNotUsable(table.path, why, row=row, column=table.header[column])
    return name


def _numbered_groups(table: Table, layout: Layout, names: list[str]) -> tuple[tuple[str, ...], Indices]:
    """Return the names in order, and the number of each person's."""
    if layout.group is None:
        return (), np.empty(0, dtype=np.intp)
    groups = sorted(set(names))
    if len(groups) > MOST_GROUPS:
        raise FileNotUsable(table.path, too_many_groups(table.header[layout.group]))
    number = {name: at for at, name in enumerate(groups)}
    return tuple(groups), np.array([number[name] for name in names], dtype=np.intp)


def _refuse_nobody(table: Table, people: int) -> None:
    if not people:
        raise FileNotUsable(table.path, nobody_answered())


def _refuse_twice(
    table: Table, person: NDArray[np.int64], item: NDArray[np.int64], rows: "array[int]", names: Names
) -> None:
    """Refuse a second answer of one person to one item, at the first row that holds one."""
    order = np.lexsort((item, person))  # stable: of two answers the later row comes second
    again = (np.diff(person[order]) == 0) & (np.diff(item[order]) == 0)
    if again.any():
        at = int(order[1:][again].min())
        why = answered_twice(names.persons[person[at]], names.items[item[at]])
        raise FileNotUsable(table.path, why, row=rows[at])
