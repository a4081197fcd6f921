"""Answers of many people to many items, in the two forms that computing with them needs.

    >>> answers = Responses.from_matrix([[1, 0], [1, -1]], items=["phone", "mail"])
    >>> answers.persons, answers.answered.tolist()
    (2, [2, 1])

An item that a person was not asked is missing: it has no row in the sparse form and `MISSING` in the dense one, and
never takes part in a sum. Which form is held does not change any result.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from assessor.psychometrics.response_models import Array

Scores = NDArray[np.int8]
Indices = NDArray[np.intp]

MISSING = -1
"""Score of an item that was not asked."""

SHARD = 20_000
"""People in one unit of work. It is fixed, because the order of a sum decides its last bit."""


class ResponsesNotUsable(ValueError):
    """Answers that cannot be computed with; the message names what is wrong and what to do."""


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
        """Return the answers of a persons × items matrix of whole scores from 0, `MISSING` where not asked.

        groups  the group's name of each person; () = one population

        Raises `ResponsesNotUsable` for another shape, scores below `MISSING` or above 127, or group names that do
        not match the persons.
        """
        matrix = np.asarray(scores)
        if matrix.ndim != 2 or not matrix.size:
            raise ResponsesNotUsable(f"Responses must be a persons × items table, not of shape {matrix.shape}.")
        if not np.all(np.isfinite(matrix)) or np.any(matrix != np.round(matrix)):
            raise ResponsesNotUsable("Scores must be whole numbers; write an item not asked as -1.")
        if matrix.min() < MISSING or matrix.max() > np.iinfo(np.int8).max:
            raise ResponsesNotUsable("Scores must lie between 0 and 127; write an item not asked as -1.")
        persons, width = matrix.shape
        names = tuple(items) or tuple(f"i{number}" for number in range(1, width + 1))
        if len(names) != width or len(set(names)) < width:
            raise ResponsesNotUsable(f"{width} columns need {width} different item ids.")
        known, of_person = _groups(groups, persons)
        weights = np.ones(persons) if weight is None else np.asarray(weight, dtype=np.float64)
        return cls(names, np.ascontiguousarray(matrix, dtype=np.int8), weights, known, of_person)

    @classmethod
    def from_rows(
        cls, person: ArrayLike, item: ArrayLike, score: ArrayLike, items: Sequence[str], groups: Sequence[str] = ()
    ) -> Self:
        """Return the answers of long rows: person number from 0, item number from 0, score.

        Raises `ResponsesNotUsable` when a person has two answers to one item, or numbers are out of range.
        """
        of, what = np.asarray(person, dtype=np.intp), np.asarray(item, dtype=np.int64)
        value = np.asarray(score, dtype=np.int64)
        if not len(of) == len(what) == len(value) or not len(of):
            raise ResponsesNotUsable("Each row needs a person, an item and a score, and there must be a row.")
        if of.min() < 0 or what.min() < 0 or what.max() >= len(items) or value.min() < 0 or value.max() > 127:
            raise ResponsesNotUsable("Person and item numbers start at 0; scores lie between 0 and 127.")
        order = np.lexsort((what, of))
        of, what, value = of[order], what[order], value[order]
        if np.any((np.diff(of) == 0) & (np.diff(what) == 0)):
            raise ResponsesNotUsable("A person answered one item twice. Keep one answer, for instance the first.")
        persons = int(of[-1]) + 1
        start = np.concatenate(([0], np.cumsum(np.bincount(of, minlength=persons))))
        known, of_person = _groups(groups, persons)
        sparse = Sparse(start, what.astype(np.int32), value.astype(np.int8))
        return cls(tuple(items), sparse, np.ones(persons), known, of_person)

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


def _groups(names: Sequence[str], persons: int) -> tuple[tuple[str, ...], Indices]:
    if not names:
        return (), np.empty(0, dtype=np.intp)
    if len(names) != persons:
        raise ResponsesNotUsable(f"There are {persons} people and {len(names)} group names.")
    known, of_person = np.unique(np.asarray(names, dtype=str), return_inverse=True)
    return tuple(known.tolist()), of_person.astype(np.intp)
