"""Answers in the form that matrix products need: in blocks of people, as a table or as the given answers alone."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from scipy import sparse

from assessor.psychometrics.measuring.response_models import Array
from assessor.psychometrics.measuring.responses import MISSING, Indices, Responses, Scores, Shard, Sparse

CELLS = 2_000_000
"""People × items in one matrix product over a table, which then takes 16 MB."""

SPARSE_BLOCK = 20_000
"""People in one sparse product, which needs no table."""

FEW_ITEMS = 12
"""Up to so many items equal rows are counted once."""

DENSE_SHARE = 0.2
"""From this share of cells on, a product over all cells is faster than one over the answers alone."""


class Block(Protocol):
    """Some people. `table` is always by item, score and node, (items, categories, nodes), and finite."""

    @property
    def weight(self) -> Array:
        """How many people each row stands for, (rows,)."""
        ...

    @property
    def group(self) -> Indices:
        """The number of each row's group, (rows,)."""
        ...

    def log_likelihood(self, table: Array) -> Array:
        """Return log P of each row's answers at each node, (rows, nodes)."""
        ...

    def counts(self, posterior: Array, categories: int) -> Array:
        """Return the sum of the posteriors, (rows, nodes), by item and score: (items, categories, nodes)."""
        ...

    def scores(self) -> Scores:
        """Return the scores as int8 (rows, items), `MISSING` where not asked."""
        ...


@dataclass(frozen=True, eq=False)
class DenseBlock:
    """People whose scores are cells of a table."""

    cells: Scores
    weight: Array
    group: Indices

    @cached_property
    def _asked(self) -> Array | None:
        """1 where asked, (rows, items); None = everybody was asked everything."""
        if self.cells.min(initial=0) > MISSING:
            return None
        return np.asarray(self.cells != MISSING, dtype=np.float64)

    def log_likelihood(self, table: Array) -> Array:
        """Start from score 0 everywhere, then add the difference where the score is higher."""
        lowest = table[:, 0].sum(axis=0) if self._asked is None else self._asked @ table[:, 0]
        total = np.broadcast_to(lowest, (len(self.weight), table.shape[2])).copy()
        for score in range(1, table.shape[1]):
            total += self._got(score) @ (table[:, score] - table[:, 0])
        return total

    def counts(self, posterior: Array, categories: int) -> Array:
        """Count all who were asked as score 0, then move those whose score is higher."""
        asked = posterior.sum(axis=0) if self._asked is None else self._asked.T @ posterior
        counts = np.zeros((self.cells.shape[1], categories, posterior.shape[1]))
        counts[:, 0] = asked
        for score in range(1, categories):
            counts[:, score] = self._got(score).T @ posterior
            counts[:, 0] -= counts[:, score]
        np.maximum(counts[:, 0], 0.0, out=counts[:, 0])  # a difference of equal numbers may round below 0
        return counts

    def scores(self) -> Scores:
        """Return the cells."""
        return self.cells

    @cached_property
    def _right(self) -> Array:
        return np.asarray(self.cells == 1, dtype=np.float64)

    def _got(self, score: int) -> Array:
        """Return 1 where this was the score; the one of right-or-wrong items is kept for the second product."""
        return self._right if score == 1 else np.asarray(self.cells == score, dtype=np.float64)


@dataclass(frozen=True, eq=False)
class SparseBlock:
    """People who each answered few of the items: row × (item × categories + score), 1 where that was the answer."""

    answers: sparse.csr_array
    items: int
    weight: Array
    group: Indices

    def log_likelihood(self, table: Array) -> Array:
        """Add up the given answers."""
        return np.asarray(self.answers @ table.reshape(-1, table.shape[2]), dtype=np.float64)

    def counts(self, posterior: Array, categories: int) -> Array:
        """Add up the given answers."""
        counts = np.asarray(self.answers.T @ posterior, dtype=np.float64)
        return counts.reshape(self.items, categories, -1)

    def scores(self) -> Scores:
        """Fill a table with the answers."""
        categories = self.answers.shape[1] // self.items
        row = np.repeat(np.arange(len(self.weight)), np.diff(self.answers.indptr))
        table = np.full((len(self.weight), self.items), MISSING, dtype=np.int8)
        table[row, self.answers.indices // categories] = self.answers.indices % categories
        return table


@dataclass(frozen=True, eq=False)
class DenseRows:
    """A shard whose scores are cells of a table."""

    cells: Scores
    weight: Array
    group: Indices

    def blocks(self, size: int | None = None) -> Iterator[Block]:
        """Return the people in blocks."""
        size = size or max(CELLS // self.cells.shape[1], 1)
        for first in range(0, len(self.weight), size):
            rows = slice(first, first + size)
            yield DenseBlock(self.cells[rows], self.weight[rows], self.group[rows])


@dataclass(frozen=True, eq=False)
class SparseRows:
    """A shard of people who each answered few of the items; `answers` as in `SparseBlock`."""

    answers: sparse.csr_array
    items: int
    weight: Array
    group: Indices

    def blocks(self, size: int | None = None) -> Iterator[Block]:
        """Return the people in blocks."""
        size = size or SPARSE_BLOCK
        for first in range(0, len(self.weight), size):
            rows = slice(first, first + size)
            yield SparseBlock(self.answers[rows], self.items, self.weight[rows], self.group[rows])


@dataclass(frozen=True)
class LazyRows:
    """A shard that is loaded where and when it is counted, so that it need not fit into this process."""

    shard: Shard
    categories: int

    def blocks(self, size: int | None = None) -> Iterator[Block]:
        """Load the shard, and return its people in blocks."""
        return rows_of(self.shard.load(), self.categories).blocks(size)


Rows = DenseRows | SparseRows | LazyRows
"""One shard, as a unit of work."""


def unit_of_work(shard: Shard, categories: int) -> Rows:
    """Return what one E-step of a shard is computed from; answers already in memory are prepared once."""
    return rows_of(shard, categories) if isinstance(shard, Responses) else LazyRows(shard, categories)


def rows_of(responses: Responses, categories: int) -> DenseRows | SparseRows:
    """Return answers in the form in which they are counted fastest; equal rows of short tests become one."""
    scores, items = responses.scores, len(responses.items)
    if isinstance(scores, Sparse) and len(scores.item) < DENSE_SHARE * responses.persons * items:
        columns = scores.item.astype(np.int64) * categories + scores.score
        shape = (responses.persons, items * categories)
        answers = sparse.csr_array((np.ones(len(columns)), columns, scores.start), shape=shape)
        return SparseRows(answers, items, responses.weight, _group_numbers(responses))
    rows = responses.patterns() if items <= FEW_ITEMS else responses
    return DenseRows(rows.dense(), rows.weight, _group_numbers(rows))


def _group_numbers(responses: Responses) -> Indices:
    return responses.group if responses.groups else np.zeros(responses.persons, dtype=np.intp)
