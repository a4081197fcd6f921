"""The items a test may draw from, and everything about them that does not depend on the person.

    >>> pool = Pool([PoolItem("phone-update", ItemParameters(1.2, -1.75), competence="4.1", band=Band.BASIC)])
    >>> len(pool)
    1

A pool belongs to an immutable release: it is built once and shared by all sittings. Nothing about a sitting,
such as how often an item was shown, is ever kept in it. What it keeps beyond the items are tables, filled when they
are first asked for: the same whoever asks.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from assessor.psychometrics.adaptive.criteria import strata_by_slope
from assessor.psychometrics.measuring.ability import Grid
from assessor.psychometrics.measuring.derivatives import Curves, logistic_halves, proportion
from assessor.psychometrics.measuring.response_models import (
    Array,
    Curve,
    ItemParameters,
    effective_slope,
    log_probability_table,
)
from assessor.psychometrics.standards.bands import Band

Indices = NDArray[np.intp]
Mask = NDArray[np.bool_]
Scalar = TypeVar("Scalar", bound=np.generic)

# An item is chosen among the 64 sharpest of its stretch of theta: rating 50,000 for one choice would take a hundred
# times as long, and the first of them is nearly always the first of all.
_SHARPEST = 64
_STRETCH = 0.05

_STEEPEST, _FURTHEST = 20.0, 40.0


class PoolNotUsable(ValueError):
    """Items that cannot stand together in one pool."""


class HistoryNotOfPool(ValueError):
    """Answers this pool cannot have produced: an unknown item, one asked twice, a score that it does not have."""


@dataclass(frozen=True)
class PoolItem:
    """One item as adaptive testing sees it.

    family        items of one idea share it and a person meets at most one of them; None = on its own
    enemies       items that give this one away; naming one of the two is enough
    reading_load  0 pictures only · 1 up to 8 words · 2 up to 20 · 3 up to 40
    media         what the item is made of, such as "text", "picture", "simulation" or "sound"
    devices       devices it can be shown on; empty = any
    languages     languages in which it may be certified; empty = any
    """

    id: str
    parameters: ItemParameters
    competence: str
    band: Band
    family: str | None = None
    enemies: frozenset[str] = frozenset()
    reading_load: int = 1
    media: str = "text"
    devices: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Administered:
    """An item that was asked, and its score: 0 for wrong or "I don't know yet", up to the item's highest score."""

    item_id: str
    score: int


@dataclass(frozen=True, eq=False)
class Candidates:
    """Some items, in the order of the pool, with what rating them needs.

    positions     of the items
    half, offset  a / 2 and a b / 2, with effective slopes
    c, d          shares who are right by guessing, and of those who know; None where nobody guesses or slips
    outside       most information that any item that is not among them has; 0 when there are no others
    """

    positions: Indices
    half: Array
    offset: Array
    c: Array | None = None
    d: Array | None = None
    outside: float = 0.0

    @cached_property
    def slots(self) -> Mapping[int, int]:
        """Position in the pool → place among these items."""
        return {position: at for at, position in enumerate(self.positions.tolist())}

    def logistic_information(self, theta: float) -> Array:
        """Return the information of logistic items at theta, the same as `information.item_information`.

        Without guessing it is a² p (1 - p), written as (a / 2)² / cosh²(a (theta - b) / 2): few operations and no
        overflow. Guessing and slipping take from it the shares of right answers that come from knowing, and of wrong
        ones from not knowing. Slopes above 20 count as 20.
        """
        distance = self.half * theta - self.offset
        ratio = self.half / np.cosh(distance)
        if self.c is None or self.d is None:
            return np.asarray(ratio * ratio)
        knows, does_not = logistic_halves(2 * distance)
        rising = self.d - self.c
        return np.asarray(ratio**2 * proportion(knows * rising, self.c) * proportion(does_not * rising, 1 - self.d))


class Table:
    """log P(score | theta) of the items of a pool on one grid, with effective slopes; rows are made when asked for.

    A bank of 50,000 items would fill 100 MB, and a test needs 20 rows.
    """

    def __init__(self, pool: "Pool", grid: Grid) -> None:
        self.pool, self.grid = pool, grid
        self._rows: dict[int, Array] = {}

    def row(self, position: int) -> Array:
        """Return one item's row, shape (scores, points)."""
        row = self._rows.get(position)
        if row is None:
            parameters = self.pool.items[position].parameters
            row = self._rows[position] = _frozen(log_probability_table([parameters], self.grid.theta)[0])
        return row

    def rows(self, positions: Indices) -> Array:
        """Return several items' rows, shape (items, scores, points); -inf for scores that an item does not have."""
        rows = [self.row(position) for position in positions.tolist()]
        table = np.full((len(rows), max(len(row) for row in rows), self.grid.points), -np.inf)
        for at, row in enumerate(rows):
            table[at, : len(row)] = row
        return table


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
        self.competence_of: tuple[int, ...] = tuple(self.competence.tolist())
        self.reading_load: Indices = _frozen(np.array([item.reading_load for item in self.items], dtype=np.intp))
        parameters = [item.parameters for item in self.items]
        self.slope: Array = _frozen(effective_slope([p.a for p in parameters], [p.se_b for p in parameters]))
        self.difficulty: Array = _frozen(np.array([p.b for p in parameters], dtype=np.float64))
        self.guessing: Array = _frozen(np.array([p.c for p in parameters], dtype=np.float64))
        self.upper: Array = _frozen(np.array([p.d for p in parameters], dtype=np.float64))
        self._nearest: dict[tuple[int | None, int, float], Candidates] = {}
        self._strata: dict[int, Indices] = {}
        self._highest_score = tuple(p.highest_score for p in parameters)
        self._highest_scores: Array = np.array(self._highest_score, dtype=np.float64)
        self._is_logistic = all(p.curve is Curve.LOGISTIC for p in parameters)
        self._guesses = bool(self.guessing.any() or (self.upper < 1).any())
        self._tables: dict[Grid, Table] = {}
        self._sharpest: dict[tuple[int | None, int], Candidates] = {}

    def __len__(self) -> int:
        return len(self.items)

    def __reduce__(self) -> tuple[type["Pool"], tuple[tuple[PoolItem, ...]]]:
        # Tables are many times larger than the items and are quickly made again on the other side.
        return Pool, (self.items,)

    def table(self, grid: Grid) -> "Table":
        """Return log P(score | theta) of the items at the points of a grid; always the same table for one grid."""
        if grid not in self._tables:
            self._tables[grid] = Table(self, grid)
        return self._tables[grid]

    def information(self, theta: float, candidates: Candidates) -> Array:
        """Return the information of these items at theta, with their effective slopes."""
        if self._is_logistic:
            return candidates.logistic_information(theta)
        return np.asarray(self.curves.take(candidates.positions).derivatives([theta]).information[:, 0])

    def success(self, theta: float, positions: Indices) -> Array:
        """Return the expected share of the highest score at theta; for a logistic item the chance of being right."""
        chance = np.exp(self.curves.take(positions).derivatives([theta]).log_probability[:, :, 0])
        expected = chance @ np.arange(chance.shape[1], dtype=np.float64)
        return np.asarray(expected / self._highest_scores[positions])

    def strata(self, count: int) -> Indices:
        """Return the stratum of each item, from the flattest 0 up; see `criteria.strata_by_slope`."""
        if count not in self._strata:
            self._strata[count] = _frozen(strata_by_slope(self.slope, count))
        return self._strata[count]

    def sharpest(self, theta: float, competence: int | None = None) -> Candidates:
        """Return the most informative items near theta, of one competence (an index) or of all."""
        key = competence, round(theta / _STRETCH)
        found = self._sharpest.get(key)
        if found is None:
            found = self._sharpest[key] = self._find_sharpest(key[1] * _STRETCH, self.of_competence(competence))
        return found

    def sharpest_information(self, theta: float, competence: int | None = None) -> float:
        """Return the information of the best item at theta, of one competence (an index) or of all."""
        return float(self.information(theta, self.sharpest(theta, competence)).max())

    def nearest(self, theta: float, success: float, competence: int | None = None) -> Candidates:
        """Return the items whose chance of a right answer near theta is nearest to `success`."""
        key = competence, round(theta / _STRETCH), success
        found = self._nearest.get(key)
        if found is None:
            everyone = self.of_competence(competence)
            found = everyone
            if len(everyone.positions) > _SHARPEST:
                away = np.abs(self.success(key[1] * _STRETCH, everyone.positions) - success)
                found = self._candidates(np.sort(everyone.positions[np.argpartition(away, _SHARPEST)[:_SHARPEST]]))
            self._nearest[key] = found
        return found

    def of_competence(self, competence: int | None) -> Candidates:
        """Return the items of one competence (an index), or of all."""
        return self._everything if competence is None else self._by_competence[competence]

    def has_any_of(self, mask: Mask) -> Mask:
        """Return whether each competence has an item in the mask, shape (competences,)."""
        return np.asarray(np.logical_or.reduceat(mask[self._by_order], self._first_of_competence))

    @cached_property
    def shut_out_by(self) -> tuple[frozenset[int], ...]:
        """For each item, what cannot follow it: itself, its family and its enemies. Families share one set."""
        own = {family: frozenset(positions.tolist()) for family, positions in self.families.items()}
        return tuple(
            (frozenset((at,)) if item.family is None else own[item.family]).union(self.enemies[at].tolist())
            if item.family is None or len(self.enemies[at])
            else own[item.family]
            for at, item in enumerate(self.items)
        )

    @cached_property
    def families(self) -> Mapping[str, Indices]:
        """Family → the positions of its items."""
        members: dict[str, list[int]] = {}
        for at, item in enumerate(self.items):
            if item.family is not None:
                members.setdefault(item.family, []).append(at)
        return {family: _frozen(np.array(positions, dtype=np.intp)) for family, positions in members.items()}

    @cached_property
    def enemies(self) -> tuple[Indices, ...]:
        """The positions of each item's enemies, whichever of the two names the other."""
        enemies: list[set[int]] = [set() for _ in self.items]
        for at, item in enumerate(self.items):
            for enemy in item.enemies & self.position.keys():
                enemies[at].add(self.position[enemy])
                enemies[self.position[enemy]].add(at)
        return tuple(_frozen(np.array(sorted(positions), dtype=np.intp)) for positions in enemies)

    def position_of(self, answer: Administered) -> int:
        """Return where the item of this answer stands. Raises `HistoryNotOfPool`."""
        position = self.position.get(answer.item_id)
        if position is None:
            raise HistoryNotOfPool(f"Item {answer.item_id!r} is not in this pool. Was another release meant?")
        highest = self._highest_score[position]
        if type(answer.score) is not int or not 0 <= answer.score <= highest:
            raise HistoryNotOfPool(f"The score of item {answer.item_id!r} must be 0 to {highest}, not {answer.score}.")
        return position

    @cached_property
    def _by_order(self) -> Indices:
        """Positions, competence after competence."""
        return np.argsort(self.competence, kind="stable")

    @cached_property
    def _first_of_competence(self) -> Indices:
        return np.searchsorted(self.competence[self._by_order], np.arange(len(self.competences)))

    @cached_property
    def curves(self) -> Curves:
        """The curves of all items, with effective slopes."""
        return Curves.of([item.parameters for item in self.items])

    @cached_property
    def _everything(self) -> Candidates:
        return self._candidates(np.arange(len(self)))

    @cached_property
    def _by_competence(self) -> tuple[Candidates, ...]:
        return tuple(self._candidates(np.flatnonzero(self.competence == at)) for at in range(len(self.competences)))

    def _candidates(self, positions: Indices, outside: float = 0.0) -> Candidates:
        # What calibration makes of a hopeless item (a slope of 50, a difficulty of 3,000) must not overflow a rating.
        half = _frozen(np.minimum(self.slope[positions], _STEEPEST) / 2)
        offset = _frozen(half * np.clip(self.difficulty[positions], -_FURTHEST, _FURTHEST))
        c, d = (_frozen(self.guessing[positions]), _frozen(self.upper[positions])) if self._guesses else (None, None)
        return Candidates(_frozen(positions), half, offset, c, d, outside)

    def _find_sharpest(self, theta: float, everyone: Candidates) -> Candidates:
        if len(everyone.positions) <= _SHARPEST:
            return everyone
        ends = theta - _STRETCH / 2, theta, theta + _STRETCH / 2
        information = np.max([self.information(end, everyone) for end in ends], axis=0)
        order = np.argpartition(-information, _SHARPEST)
        best = np.sort(everyone.positions[order[:_SHARPEST]])
        return self._candidates(best, float(information[order[_SHARPEST:]].max()))


def _frozen(array: NDArray[Scalar]) -> NDArray[Scalar]:
    array.setflags(write=False)
    return array
