"""What the columns of a response file are, told from its header.

    wide   one row a person. The first column may name the person (`person`, `id`, …); every other column is an item
    long   one row an answer: columns `person`, `item` and `score`

In both forms a group's column is the one that the caller names; other columns may be left out by name.
"""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from assessor.calibration.csv_tables import MOST_COLUMNS
from assessor.calibration.score_cells import is_score
from assessor.calibration.unusable import FileNotUsable, listed, shown

PERSON = (
    *("person", "learner", "candidate", "student", "participant", "respondent", "user", "pseudonym", "id"),
    *("person_id", "learner_id", "candidate_id", "student_id", "participant_id", "respondent_id", "user_id"),
)
ITEM = ("item", "item_id", "question", "question_id")
SCORE = ("score", "points")

LONGEST_NAME = 200


@dataclass(frozen=True)
class Wide:
    """One row a person; `columns` are the positions of `items`, and of the group or None."""

    items: tuple[str, ...]
    columns: tuple[int, ...]
    group: int | None


@dataclass(frozen=True)
class Long:
    """One row an answer: positions of its columns; `without` are items to pass over."""

    person: int
    item: int
    score: int
    group: int | None
    without: frozenset[str]


Layout = Wide | Long


def recognise(path: Path, header: tuple[str, ...], group: str | None = None, without: Collection[str] = ()) -> Layout:
    """Tell what the columns are.

    group    name of the column that says which group a person belongs to; None = one population
    without  items to leave out

    Raises `FileNotUsable` for a header that names no items, names one twice, or does not have `group` or `without`.
    """
    _refuse_scores(path, header)
    lowered = [name.lower() for name in header]
    person, item, score = (_position(lowered, names) for names in (PERSON, ITEM, SCORE))
    of_group = None if group is None else _named(path, header, group, "--group")
    if person is not None and item is not None and score is not None:
        return Long(person, item, score, of_group, frozenset(without))
    left_out = {_named(path, header, name, "--without") for name in without}
    if lowered[0] in ("", *PERSON):  # a nameless first column is what statistics programmes write for row names
        left_out.add(0)
    columns = tuple(at for at in range(len(header)) if at != of_group and at not in left_out)
    _check_items(path, header, columns)
    return Wide(tuple(header[at] for at in columns), columns, of_group)


def check_item_name(path: Path, name: str, row: int) -> None:
    """Refuse names that no table can show. Raises `FileNotUsable`."""
    if not name:
        raise FileNotUsable(path, "the item has no name. Give every item a name.", row=row)
    if len(name) > LONGEST_NAME or not name.isprintable():
        why = f"{shown(name)!r} cannot be an item's name: up to {LONGEST_NAME} letters, digits and signs."
        raise FileNotUsable(path, why, row=row)


def _check_items(path: Path, header: tuple[str, ...], columns: tuple[int, ...]) -> None:
    if not columns:
        raise FileNotUsable(
            path,
            "there are no items. Write one row a person with a column for each item, or one row an answer with "
            "the columns person, item and score.",
            row=1,
        )
    for at in columns:
        if not header[at]:
            raise FileNotUsable(path, f"column {at + 1} has no name. Name its item, or delete the column.", row=1)
        check_item_name(path, header[at], 1)
    twice = [name for name, times in Counter(header[at] for at in columns).items() if times > 1]
    if twice:
        raise FileNotUsable(path, f"the header names {listed(twice)} more than once. Give each item its own.", row=1)


def _refuse_scores(path: Path, header: tuple[str, ...]) -> None:
    if all(is_score(name) for name in header):
        raise FileNotUsable(path, "the first row holds scores. Put a row above it that names the items.", row=1)
    if len(header) > MOST_COLUMNS:
        raise FileNotUsable(path, f"there are {len(header)} columns; {MOST_COLUMNS} are the most.", row=1)


def _position(lowered: list[str], names: tuple[str, ...]) -> int | None:
    return next((lowered.index(name) for name in names if name in lowered), None)


def _named(path: Path, header: tuple[str, ...], name: str, option: str) -> int:
    if name not in header:
        raise FileNotUsable(path, f"there is no column {shown(name)} for {option}. There are: {listed(header)}.", row=1)
    return header.index(name)
