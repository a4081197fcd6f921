"""Which items a sitting may use at which ability, so that no item is met by more than a given share of people.

    >>> Eligibility.of_everything(edges=(0.0,)).to_json()
    {'edges': [0.0], 'ineligible': {}}

At the start of a sitting it is drawn which items it may use (`exposure_counts.draw`): an item that too many earlier
people met is held back more often. This is the item-eligibility method of van der Linden and Veldkamp 2004 and 2007.
Where the draw leaves nothing to ask, items come back one at a time, in an order that is drawn as well. The draw is
stored with the sitting, which is then replayed without knowing what other people met.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike

from assessor.psychometrics.adaptive.pool import Indices, Mask, Pool
from assessor.psychometrics.rules import Rule

EDGES = (-1.5, -0.5, 0.5, 1.5)
"""Borders of the usual five ability intervals, in theta."""


class EligibilityNotReadable(ValueError):
    """A stored draw of eligible items, or stored counts, that this version cannot follow."""


class Condition(StrEnum):
    """Whose exposure is kept to the maximum, besides that over all people.

    PASSED  of the people whose estimate passed through an interval: the share who met the item in it. What the
            estimate passed earlier does not count, so people of one ability can meet an item far more often
    ENDED   of the people whose estimate ended in an interval: the share who met the item at all. The draw is the same
            in all intervals. Stricter: keeps an item from being known to everybody of one ability, for up to one
            question more in ten
    """

    PASSED = "passed"
    ENDED = "ended"


@dataclass(frozen=True)
class ExposureControl(Rule):
    """How often an item may be met.

    maximum     share of people who may meet one item, over all and in each ability interval. Where the bank is too
                small for it (`exposure_feasibility`), all items of a competence are met about equally often
    edges       ascending borders of the ability intervals, in theta
    condition   "passed" or "ended": see `Condition`
    forgetting  what one more person leaves of the counts before them: with .999 the last thousand people count most,
                so that the control follows a changing bank; with 1 everybody counts alike
    """

    maximum: float = 0.25
    edges: tuple[float, ...] = EDGES
    condition: str = Condition.ENDED
    forgetting: float = 0.999

    def __post_init__(self) -> None:
        self.check_number("maximum", 0.01, 1)
        self.check_number("forgetting", 0.9, 1)
        self.check(self.condition in list(Condition), f"condition must be one of {', '.join(Condition)}")
        self.check(isinstance(self.edges, tuple) and len(self.edges) <= 50, "edges must be a list of at most 50")
        numbers = all(isinstance(edge, int | float) and not isinstance(edge, bool) for edge in self.edges)
        self.check(numbers and all(low < high for low, high in pairwise(self.edges)), "edges must be ascending numbers")


@dataclass(frozen=True)
class Eligibility:
    """Which items a sitting may use at which ability, drawn once at its start.

    edges       ascending borders of the ability intervals, in theta; a border belongs to the interval below it
    ineligible  ids of the items that are held back, for each interval: one more than there are edges
    order       ids of the same items, in the order in which they come back where the draw leaves nothing to ask; empty
                when they come back all at once
    """

    edges: tuple[float, ...]
    ineligible: tuple[frozenset[str], ...]
    order: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_edges(self.edges)
        if len(self.ineligible) != len(self.edges) + 1:
            raise EligibilityNotReadable(f"{len(self.edges)} edges make {len(self.edges) + 1} ability intervals.")
        if self.order and sorted(self.order) != self._held_back_anywhere():
            raise EligibilityNotReadable("The order in which items come back must name each that is held back once.")

    @classmethod
    def of_everything(cls, edges: Sequence[float] = EDGES) -> Self:
        """Return the eligibility of a sitting from which nothing is held back."""
        return cls(tuple(edges), (frozenset(),) * (len(edges) + 1))

    def allowed(self, pool: Pool, theta: ArrayLike) -> Mask:
        """Return which items of the pool may be asked, shape (items,).

        theta  the estimate; or, where items measure different abilities, one estimate for each item of the pool
        """
        interval = np.broadcast_to(np.searchsorted(self.edges, np.asarray(theta, dtype=np.float64)), (len(pool),))
        allowed = np.ones(len(pool), dtype=np.bool_)
        for at in np.unique(interval):
            held_back = [pool.position[item] for item in self.ineligible[at] if item in pool.position]
            allowed[held_back] &= interval[held_back] != at
        return allowed

    def first_back(self, pool: Pool, is_open: Mask, candidates: Indices) -> Mask:
        """Return the one item that comes back first, shape (items,); none if no order was drawn.

        is_open     what may still be asked, shape (items,)
        candidates  positions of what should come next, of which all that is open is held back

        A draw that leaves nothing would end the test, so it cannot hold for that step. One item comes back and not
        all, of which the best would be asked: it is held back because it is asked too often.
        """
        could_be, first = np.zeros((2, len(pool)), dtype=np.bool_)
        could_be[candidates] = is_open[candidates]
        ordered = (pool.position[item] for item in self.order if item in pool.position)
        found = next((at for at in ordered if could_be[at]), None)
        if found is not None:
            first[found] = True
        return first

    def to_json(self) -> dict[str, Any]:
        """Return the draw as JSON.

        Each item held back anywhere is named once, by id, with its intervals from 0 up. The order in which they come
        back is given by their places in that list; it is left out where none was drawn.
        """
        intervals: dict[str, list[int]] = {item: [] for item in self._held_back_anywhere()}
        for at, items in enumerate(self.ineligible):
            for item in items:
                intervals[item].append(at)
        document: dict[str, Any] = {"edges": list(self.edges), "ineligible": intervals}
        if self.order:
            place = {item: at for at, item in enumerate(intervals)}
            document["order"] = [place[item] for item in self.order]
        return document

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """Read what `to_json` wrote. Raises `EligibilityNotReadable`."""
        try:
            edges = tuple(float(edge) for edge in document["edges"])
            held_back: list[set[str]] = [set() for _ in range(len(edges) + 1)]
            for item, intervals in document["ineligible"].items():
                for at in intervals:
                    held_back[range(len(held_back)).index(at)].add(str(item))
            items = sorted(map(str, document["ineligible"]))
            order = tuple(items[range(len(items)).index(place)] for place in document.get("order", ()))
        except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
            raise EligibilityNotReadable(f"This is not a stored draw of eligible items: {error!r}.") from error
        return cls(edges, tuple(frozenset(items) for items in held_back), order)

    def _held_back_anywhere(self) -> list[str]:
        return sorted(frozenset[str]().union(*self.ineligible))


def check_edges(edges: Sequence[float]) -> None:
    """Raise `EligibilityNotReadable` unless these can be the borders of ability intervals."""
    if not np.all(np.isfinite(edges)) or any(low >= high for low, high in pairwise(edges)):
        raise EligibilityNotReadable(f"The borders of ability intervals must be finite and ascend: {list(edges)}.")
