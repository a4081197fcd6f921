"""Answers of many people to many items, in the two forms that computing with them needs.

    >>> answers = Responses.from_matrix([[1, 0], [1, -1]], items=["phone", "mail"])
    >>> answers.persons, answers.answered.tolist()
    (2, [2, 1])

An item that a person was not asked is missing: it has no row in the sparse form and `MISSING` in the dense one, and
never takes part in a sum. Which form is held does not change any result.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from assessor.psychometrics.measuring.response_models import Array, ItemParameters

Scores = NDArray[np.int8]
Indices = NDArray[np.intp]

MISSING = -1
"""Score of an item that was not asked."""

HIGHEST_SCORE = int(np.iinfo(np.int8).max)
"""The highest score that answers are kept with, 127."""

_SCORES = f"Scores must lie between 0 and {HIGHEST_SCORE}"

SHARD = 20_000
"""People in one unit of work. It is fixed, because the order of a sum decides its last bit."""


class ResponsesNotUsable(ValueError):
    """Answers that cannot be computed with; the message names what is wrong and what to do."""


class ItemsDoNotMatch(ValueError):
    """Item parameters that do not belong to these answers."""


class Shard(Protocol):
    """Some of the people of a response set: here, in a file, or on another machine."""

    def load(self) -> "Responses":
        """Return the answers. All shards of a set have the same items and groups in the same order."""
        ...


@dataclass(frozen=True)
class Sparse:
    """Answers one after the other, sorted by person: person p has those from start[p] to start[p + 1]."""

    start: Indices
    item: NDArray[np.int32]
    score: Scores


@dataclass(frozen=True, eq=False)
class Responses:
    """Scores of people on items.

    items    item ids, in the order of the columns
    scores   dense: int8 (persons, items) with `MISSING`; or sparse
    weight   how many people each row stands for, so that equal rows are kept once; float64 (persons,)
    groups   names of the groups that people belong to; () = one population
    group    index into `groups` of each row
    """

    items: tuple[str, ...]
    scores: Scores | Sparse
    weight: Array
    groups: tuple[str, ...] = ()
    group: Indices = field(default_factory=lambda: np.empty(0, dtype=np.intp))

    @classmethod
    def from_matrix(
        cls, scores: ArrayLike, items: Sequence[str] = (), groups: Sequence[str] = (), weight: ArrayLike | None = None
    ) -> Self:
        """Return the answers of a persons × items matrix.

        Parameters
        ----------
        scores
            Whole scores from 0 to 127, `MISSING` where not asked, (persons, items).
        items
            Ids of the items; () = i1, i2, …
        groups
            The group's name of each person; () = one population.
        weight
            How many people each row stands for, above 0, (persons,); None = one each.

        Raises
        ------
        ResponsesNotUsable
            Another shape, scores that are no such numbers, ids that are not there once for each column, or groups or
            weights that do not match the persons.
        """
        matrix = _table(scores, "Scores")
        if matrix.ndim != 2 or not matrix.size:
            raise ResponsesNotUsable(f"Responses must be a persons × items table, not of shape {matrix.shape}.")
        _check_range(matrix, MISSING, HIGHEST_SCORE, f"{_SCORES}; write an item not asked as -1.")
        persons, width = matrix.shape
        names = _item_ids(items or [f"i{number}" for number in range(1, width + 1)])
        if len(names) != width:
            raise ResponsesNotUsable(f"{width} columns need {width} item ids, not {len(names)}.")
        known, of_person = _groups(groups, persons)
        dense = np.ascontiguousarray(matrix, dtype=np.int8)
        return cls(names, dense, _weights(weight, persons), known, of_person)

    @classmethod
    def from_rows(
        cls, person: ArrayLike, item: ArrayLike, score: ArrayLike, items: Sequence[str], groups: Sequence[str] = ()
    ) -> Self:
        """Return the answers of long rows.

        Parameters
        ----------
        person
            Number of the person, from 0, (rows,). People without an answer may stand between others, but no number
            reaches the number of rows or, where there are groups, of people: memory follows what was given.
        item
            Number of the item, from 0, (rows,).
        score
            Whole scores from 0 to 127, (rows,).
        items
            Ids of the items.
        groups
            The group's name of each person; () = one population.

        Raises
        ------
        ResponsesNotUsable
            A person has two answers to one item, numbers are out of range, or an item id is there twice.
        """
        names = _item_ids(items)
        of, what, value = _table(person, "Person numbers"), _table(item, "Item numbers"), _table(score, "Scores")
        if not of.shape == what.shape == value.shape or of.ndim != 1 or not of.size:
            raise ResponsesNotUsable("Each row needs a person, an item and a score, and there must be a row.")
        people = len(groups) or len(of)
        _check_range(of, 0, people - 1, f"Person numbers start at 0 and end below {people}. Number people in a row.")
        _check_range(what, 0, len(names) - 1, f"Item numbers start at 0 and end below {len(names)}.")
        _check_range(value, 0, HIGHEST_SCORE, f"{_SCORES}; leave the row out where an item was not asked.")
        order = np.lexsort((what, of))
        of, what, value = of[order].astype(np.intp), what[order].astype(np.int32), value[order].astype(np.int8)
        if np.any((np.diff(of) == 0) & (np.diff(what) == 0)):
            raise ResponsesNotUsable("A person answered one item twice. Keep one answer, for instance the first.")
        persons = len(groups) or int(of[-1]) + 1
        start = np.concatenate(([0], np.cumsum(np.bincount(of, minlength=persons))))
        known, of_person = _groups(groups, persons)
        return cls(names, Sparse(start, what, value), np.ones(persons), known, of_person)

    @property
    def persons(self) -> int:
        """Number of rows; with weights each may stand for several people."""
        return len(self.weight)

    @cached_property
    def answered(self) -> NDArray[np.int64]:
        """People who answered each item (weighted, rounded): int64 (items,)."""
        if isinstance(self.scores, Sparse):
            of = np.repeat(self.weight, np.diff(self.scores.start))
            return np.rint(np.bincount(self.scores.item, of, minlength=len(self.items))).astype(np.int64)
        return np.asarray(np.rint(self.weight @ (self.scores != MISSING)), dtype=np.int64)

    @cached_property
    def highest_score(self) -> NDArray[np.int64]:
        """Highest score that anyone has on each item, -1 for one nobody answered: int64 (items,)."""
        if not isinstance(self.scores, Sparse):
            return np.asarray(self.scores.max(axis=0), dtype=np.int64)
        highest = np.full(len(self.items), MISSING, dtype=np.int64)
        np.maximum.at(highest, self.scores.item, self.scores.score)
        return highest

    @cached_property
    def is_complete(self) -> bool:
        """Whether everybody answered every item."""
        return not isinstance(self.scores, Sparse) and int(self.scores.min()) > MISSING

    def dense(self) -> Scores:
        """Return the int8 (persons, items) matrix; a sparse set is filled into a new one."""
        if not isinstance(self.scores, Sparse):
            return self.scores
        matrix = np.full((self.persons, len(self.items)), MISSING, dtype=np.int8)
        matrix[np.repeat(np.arange(self.persons), np.diff(self.scores.start)), self.scores.item] = self.scores.score
        return matrix

    def of_item(self, item: int) -> tuple[Indices, Scores]:
        """Return the rows of those who answered the item at this position, ascending, and their scores."""
        if isinstance(self.scores, Sparse):
            persons, start, values = self._by_item
            answers = slice(int(start[item]), int(start[item + 1]))
            return persons[answers], values[answers]
        person = np.flatnonzero(self.scores[:, item] != MISSING)
        return person, self.scores[person, item]

    def check_items(self, parameters: Sequence[ItemParameters]) -> None:
        """Check that these can be the parameters of the items, in their order.

        Raises `ItemsDoNotMatch` when there is another number of them, or a score above an item's highest.
        """
        if len(parameters) != len(self.items):
            raise ItemsDoNotMatch(f"There are {len(self.items)} items with answers and {len(parameters)} parameters.")
        for name, seen, item in zip(self.items, self.highest_score, parameters, strict=True):
            if seen > item.highest_score:
                raise ItemsDoNotMatch(
                    f"Item {name} has a score of {seen}; its parameters allow {item.highest_score}. "
                    "Calibrate it with these answers, or correct the scores."
                )

    def load(self) -> "Responses":
        """Return itself: answers in memory are a shard that is already there."""
        return self

    def shards(self, size: int = SHARD) -> Iterator["Responses"]:
        """Return the people in pieces of `size`, in order, without copying their scores."""
        for first in range(0, self.persons, size):
            yield self.rows(first, min(first + size, self.persons))

    def rows(self, first: int, last: int) -> "Responses":
        """Return the people from `first` up to, but without, `last`."""
        group = self.group[first:last]
        if not isinstance(self.scores, Sparse):
            return Responses(self.items, self.scores[first:last], self.weight[first:last], self.groups, group)
        start = self.scores.start[first : last + 1]
        inside = slice(int(start[0]), int(start[-1]))
        piece = Sparse(start - start[0], self.scores.item[inside], self.scores.score[inside])
        return Responses(self.items, piece, self.weight[first:last], self.groups, group)

    def patterns(self) -> "Responses":
        """Return equal rows once, with their weights added: far fewer rows for short tests. Dense data only."""
        keyed = np.column_stack([self.dense(), self.group]) if self.groups else self.dense()
        unique, which = np.unique(keyed, axis=0, return_inverse=True)
        weight = np.bincount(which.ravel(), self.weight).astype(np.float64)
        scores = np.ascontiguousarray(unique[:, : len(self.items)], dtype=np.int8)
        group = unique[:, -1].astype(np.intp) if self.groups else self.group
        return Responses(self.items, scores, weight, self.groups, group)

    @cached_property
    def _by_item(self) -> tuple[Indices, Indices, Scores]:
        """Sparse answers sorted by item: rows of people, where each item starts, scores."""
        assert isinstance(self.scores, Sparse)
        order = np.argsort(self.scores.item, kind="stable")
        of = np.repeat(np.arange(self.persons), np.diff(self.scores.start))
        counts = np.bincount(self.scores.item, minlength=len(self.items))
        return of[order], np.concatenate(([0], np.cumsum(counts))), self.scores.score[order]


def _table(values: ArrayLike, what: str) -> NDArray[Any]:
    """Return values as an array of whole numbers, in the shape and size of number that they have."""
    try:
        table = np.asarray(values)
    except ValueError as error:
        raise ResponsesNotUsable(f"{what} must be a table whose rows are equally long.") from error
    if table.dtype.kind not in "iubf":
        raise ResponsesNotUsable(f"{what} must be numbers. Turn text into numbers first.")
    if table.dtype.kind == "f" and not (np.isfinite(table) & (table == np.round(table))).all():
        raise ResponsesNotUsable(f"{what} must be whole numbers, without gaps.")
    return table


def _check_range(table: NDArray[Any], lowest: int, highest: int, message: str) -> None:
    if table.size and (table.min() < lowest or table.max() > highest):
        raise ResponsesNotUsable(message)


def _item_ids(items: Sequence[str]) -> tuple[str, ...]:
    names = tuple(items)
    if len(set(names)) < len(names):
        twice = next(name for name, times in Counter(names).items() if times > 1)
        raise ResponsesNotUsable(f"Two items have the id {twice}. Give each an id of its own.")
    return names


def _weights(weight: ArrayLike | None, persons: int) -> Array:
    if weight is None:
        return np.ones(persons)
    try:
        weights = np.asarray(weight, dtype=np.float64)
    except (ValueError, TypeError) as error:
        raise ResponsesNotUsable("Weights must be numbers.") from error
    if weights.shape != (persons,):
        raise ResponsesNotUsable(f"There are {persons} people and weights of shape {weights.shape}. Give each row one.")
    if not (np.isfinite(weights) & (weights > 0)).all():
        raise ResponsesNotUsable("Weights must be finite numbers above 0. Leave rows out that stand for nobody.")
    return weights


def _groups(names: Sequence[str], persons: int) -> tuple[tuple[str, ...], Indices]:
    if not names:
        return (), np.empty(0, dtype=np.intp)
    if len(names) != persons:
        raise ResponsesNotUsable(f"There are {persons} people and {len(names)} group names.")
    known, of_person = np.unique(np.asarray(names, dtype=str), return_inverse=True)
    return tuple(known.tolist()), of_person.astype(np.intp)
