"""The items a test may draw from, and everything about them that does not depend on the person.

    >>> pool = Pool([PoolItem("phone-update", ItemParameters(1.2, -1.75), competence="4.1", band=Band.BASIC)])
    >>> len(pool)
    1

A pool belongs to an immutable release: it is built once and shared by all sittings. Nothing about a sitting,
such as how often an item was shown, is ever kept in it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from assessor.psychometrics.ability import Grid
from assessor.psychometrics.bands import Band
from assessor.psychometrics.response_models import Array, ItemParameters, effective_slope, log_probabilities

Indices = NDArray[np.intp]
Mask = NDArray[np.bool_]
Scalar = TypeVar("Scalar", bound=np.generic)


class PoolNotUsable(ValueError):
    """Items that cannot stand together in one pool."""


class HistoryNotOfPool(ValueError):
    """Answers this pool cannot have produced: an unknown item, one asked twice, a score not 0 or 1."""


@dataclass(frozen=True)
class PoolItem:
    """One item as adaptive testing sees it.

    family        items of one idea share it and a person meets at most one of them; None = on its own
    enemies       items that give this one away; naming one of the two is enough
    reading_load  0 pictures only · 1 up to 8 words · 2 up to 20 · 3 up to 40
    """

    id: str
    parameters: ItemParameters
    competence: str
    band: Band
    family: str | None = None
    enemies: frozenset[str] = frozenset()
    reading_load: int = 1


@dataclass(frozen=True)
class Administered:
    """An item that was asked, and its score: 1 right, 0 wrong or "I don't know yet"."""

    item_id: str
    score: int


@dataclass(frozen=True)
class History:
    """Answers as positions in the pool: `items` and `scores` in the order in which they were asked."""

    items: Indices
    scores: Indices

    def __len__(self) -> int:
        return len(self.items)

    @property
    def has_success(self) -> bool:
        """Whether any answer was right."""
        return bool(self.scores.any())


class Pool:
    """An immutable set of items, ordered by id, with arrays over them and tables of log-probabilities.

    Raises `PoolNotUsable` for no items at all or two with one id.
    """

    def __init__(self, items: Iterable[PoolItem]) -> None:
        self.items: tuple[PoolItem, ...] = tuple(sorted(items, key=lambda item: item.id))
        self.position: Mapping[str, int] = MappingProxyType({item.id: at for at, item in enumerate(self.items)})
        if not self.items:
            raise PoolNotUsable("A pool needs at least one item.")
        if len(self.position) < len(self.items):
            raise PoolNotUsable("Two items of the pool have the same id. Item ids must be unique.")
        self.competences: tuple[str, ...] = tuple(sorted({item.competence for item in self.items}))
        at = {competence: index for index, competence in enumerate(self.competences)}
        self.competence: Indices = _frozen(np.array([at[item.competence] for item in self.items], dtype=np.intp))
        self.reading_load: Indices = _frozen(np.array([item.reading_load for item in self.items], dtype=np.intp))
        parameters = [item.parameters for item in self.items]
        self.slope: Array = _frozen(effective_slope([p.a for p in parameters], [p.se_b for p in parameters]))
        self.difficulty: Array = _frozen(np.array([p.b for p in parameters], dtype=np.float64))
        self.guessing: Array = _frozen(np.array([p.c for p in parameters], dtype=np.float64))
        self._tables: dict[Grid, Array] = {}

    def __len__(self) -> int:
        return len(self.items)

    def __reduce__(self) -> tuple[type["Pool"], tuple[tuple[PoolItem, ...]]]:
        # Tables are many times larger than the items and are quickly made again on the other side.
        return Pool, (self.items,)

    def log_probabilities(self, grid: Grid) -> Array:
        """Return log P(score | theta), shape (items, 2, grid points); index 1 of the middle axis is a right
        answer.

        Made once per grid, with the effective slope, so that uncertain difficulties count for less.
        """
        if grid not in self._tables:
            column = [values[:, np.newaxis] for values in (self.slope, self.difficulty, self.guessing)]
            wrong, right = log_probabilities(grid.theta, *column)
            self._tables[grid] = _frozen(np.stack([wrong, right], axis=1))
        return self._tables[grid]

    def log_likelihood(self, grid: Grid, history: History) -> Array:
        """Return the log-likelihood of the answers at the grid points; zeros when there are none."""
        return np.asarray(self.log_probabilities(grid)[history.items, history.scores].sum(axis=0))

    @cached_property
    def excluded_by(self) -> tuple[Indices, ...]:
        """For each item, the positions it rules out once asked: itself, its family and its enemies."""
        families: dict[str, list[int]] = {}
        excluded: list[set[int]] = [{at} for at in range(len(self))]
        for at, item in enumerate(self.items):
            if item.family is not None:
                families.setdefault(item.family, []).append(at)
            for enemy in item.enemies & self.position.keys():
                excluded[at].add(self.position[enemy])
                excluded[self.position[enemy]].add(at)
        for members in families.values():
            for at in members:
                excluded[at].update(members)
        return tuple(_frozen(np.array(sorted(positions), dtype=np.intp)) for positions in excluded)

    def history(self, administered: Sequence[Administered]) -> History:
        """Translate answers into positions of this pool. Raises `HistoryNotOfPool`."""
        try:
            items = [self.position[answer.item_id] for answer in administered]
        except KeyError as unknown:
            raise HistoryNotOfPool(f"Item {unknown} is not in this pool. Was another release meant?") from None
        scores = [answer.score for answer in administered]
        if len(set(items)) < len(items):
            raise HistoryNotOfPool("An item was administered twice. Each item counts once in a sitting.")
        if not set(scores) <= {0, 1}:
            raise HistoryNotOfPool("Scores must be 0 or 1.")
        return History(np.array(items, dtype=np.intp), np.array(scores, dtype=np.intp))


def _frozen(array: NDArray[Scalar]) -> NDArray[Scalar]:
    array.setflags(write=False)
    return array
