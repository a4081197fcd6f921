"""What earlier people met, and from it how often each item may still be used.

    >>> counts = ExposureCounts.empty(["phone", "mail"])
    >>> draw(counts, 0.25, np.random.default_rng(1)) == Eligibility.of_everything()
    True

The counts learn from real sittings, so that a new item or a changed bank needs no simulation first: an item is held
back as much as its record asks for, and comes back when it has become rare.

The paper (van der Linden and Veldkamp 2007) controls ability intervals one at a time. A person passes through several,
so that an item kept to .25 in each of them can still reach .5 over whole sittings. Two things are added here: the
record of the whole sitting is kept to the maximum as well, and one random number per item serves all intervals, so
that an item withheld in one interval is not simply met in the next.

One thing is different. In the paper a draw that leaves nothing to ask is set aside for the whole test, and the share
n / phi of such draws makes every item rarer in the others. In a bank that is just large enough this feeds itself: rarer
items leave more draws with nothing, until all are set aside and nothing is controlled. Here items come back one at a
time (`Eligibility.first_back`), and one that came back counts as eligible. So every draw is feasible, n / phi is 1, and
no item is drawn more rarely than the maximum asks of one that is always met.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.random import Generator

from assessor.psychometrics.adaptive.exposure import EDGES, Condition, Eligibility, EligibilityNotReadable, check_edges
from assessor.psychometrics.adaptive.pool import Mask
from assessor.psychometrics.measuring.response_models import Array


class CountsDoNotMatch(ValueError):
    """Exposure counts of other items, intervals or conditions than those they are to be used with."""


class MaximumOutOfRange(ValueError):
    """A maximum exposure that is no share of people."""


@dataclass(frozen=True, slots=True)
class Visit:
    """An item that was asked, and the estimate of the ability it measures when it was chosen."""

    theta: float
    item_id: str


Path = Sequence[Visit]
"""A finished or running sitting: its items in the order in which they were asked, without unscored ones."""


@dataclass(frozen=True, eq=False)
class ExposureCounts:
    """What earlier sittings say about how often each item is met, and would have been.

    Rows are the ability intervals and, last, the whole sitting. Counts are people; they become fractions once old
    ones are forgotten.

    items      item ids, in the order of the columns
    edges      borders of the ability intervals
    condition  what belonging to an interval means
    dimension  which ability each item measures, 0 and up: people count for an item where their estimate of its
               ability was when an item of that ability was chosen. All 0 when there is one ability
    people     who came to the interval, shape (rows, dimensions)
    eligible   those of them for whom the item was eligible, or came back: epsilon, shape (rows, items)
    met        those who met the item: alpha, shape (rows, items)

    Counts of different people add up with `+`.
    """

    items: tuple[str, ...]
    edges: tuple[float, ...]
    condition: Condition
    dimension: tuple[int, ...]
    people: Array
    eligible: Array
    met: Array

    def __post_init__(self) -> None:
        check_edges(self.edges)
        if len(set(self.items)) < len(self.items):
            raise CountsDoNotMatch("Two items have the same id. Item ids must be unique.")
        if len(self.dimension) != len(self.items) or min(self.dimension, default=0) < 0:
            raise CountsDoNotMatch("Each item needs the number of the ability it measures, 0 or above.")
        rows, dimensions = len(self.edges) + 2, max(self.dimension, default=0) + 1
        for name, width in (("people", dimensions), ("eligible", len(self.items)), ("met", len(self.items))):
            _check_counts(name, getattr(self, name), (rows, width))

    @classmethod
    def empty(
        cls,
        items: Sequence[str],
        edges: Sequence[float] = EDGES,
        condition: str = Condition.ENDED,
        dimension: Sequence[int] = (),
    ) -> Self:
        """Return the counts before anybody has come; `dimension` may be left out when there is one ability."""
        abilities = tuple(dimension) or (0,) * len(items)
        rows, dimensions = len(edges) + 2, max(abilities, default=0) + 1
        eligible, met = np.zeros((2, rows, len(items)))
        people = np.zeros((rows, dimensions))
        return cls(tuple(items), tuple(edges), Condition(condition), abilities, people, eligible, met)

    @cached_property
    def position(self) -> Mapping[str, int]:
        """Item id → column."""
        return {item: at for at, item in enumerate(self.items)}

    @property
    def rates(self) -> Array:
        """Share of the people of each row who met each item, shape (rows, items); 0 where there are no people."""
        return _ratio(self.met, self.people[:, self.dimension], empty=0.0)

    def __add__(self, other: "ExposureCounts") -> "ExposureCounts":
        """Return the counts of both. Raises `CountsDoNotMatch`."""
        for name in ("items", "edges", "condition", "dimension"):
            if getattr(self, name) != getattr(other, name):
                raise CountsDoNotMatch(f"These counts differ in their {name}. Bring them to the same release first.")
        return replace(
            self,
            people=self.people + other.people,
            eligible=self.eligible + other.eligible,
            met=self.met + other.met,
        )

    def with_sitting(self, eligibility: Eligibility, path: Path, forgetting: float = 1.0) -> "ExposureCounts":
        """Return the counts with one more sitting.

        Parameters
        ----------
        eligibility
            Drawn at the start of the sitting.
        path
            Its items so far; count a sitting once.
        forgetting
            What is left of the counts of the rows that this person adds to, above 0 and at most 1. With 1 the order
            of people does not matter.

        Raises
        ------
        CountsDoNotMatch
            The path has an item that is not counted, or the draw has other intervals.
        """
        if not 0 < forgetting <= 1:
            raise CountsDoNotMatch(f"What is left of old counts is above 0 and at most 1, not {forgetting}.")
        came, eligible, met = self._one_sitting(eligibility, path)
        left = np.where(came, forgetting, 1.0)
        left_of_item = left[:, self.dimension]
        return replace(
            self,
            people=self.people * left + came,
            eligible=self.eligible * left_of_item + eligible,
            met=self.met * left_of_item + met,
        )

    def on(self, items: Sequence[str], dimension: Sequence[int] = ()) -> "ExposureCounts":
        """Return the counts for the items of another release: those it keeps stay, new ones begin at nothing.

        A new item has been eligible for nobody, so it is eligible for everybody until it has been met. Raises
        `CountsDoNotMatch` when there are more abilities than before.
        """
        fresh = ExposureCounts.empty(items, self.edges, self.condition, dimension)
        if fresh.people.shape[1] > self.people.shape[1]:
            raise CountsDoNotMatch("The new release measures abilities that were not counted. Begin with empty counts.")
        kept = [at for at, item in enumerate(fresh.items) if item in self.position]
        before = [self.position[fresh.items[at]] for at in kept]
        fresh.eligible[:, kept], fresh.met[:, kept] = self.eligible[:, before], self.met[:, before]
        return replace(fresh, people=self.people[:, : fresh.people.shape[1]])

    def _one_sitting(self, eligibility: Eligibility, path: Path) -> tuple[Mask, Mask, Mask]:
        """Return who came, what was eligible and what was met; 0 or 1 by row."""
        if eligibility.edges != self.edges:
            raise CountsDoNotMatch("The draw of this sitting has other ability intervals than the counts.")
        came: Mask = np.zeros_like(self.people, dtype=np.bool_)
        met: Mask = np.zeros_like(self.met, dtype=np.bool_)
        ended = np.zeros(max(self.dimension, default=0) + 1, dtype=np.intp)
        for visit in path:
            if visit.item_id not in self.position:
                raise CountsDoNotMatch(f"Item {visit.item_id!r} is not counted. Was another release meant?")
            interval, item = int(np.searchsorted(self.edges, visit.theta)), self.position[visit.item_id]
            ability = self.dimension[item]
            came[interval, ability] = met[interval, item] = True
            ended[ability] = interval
        # What was asked although it was held back had come back.
        eligible = came[:, self.dimension] & self._allowed(eligibility) | met
        for table in (came, eligible, met):
            table[-1] = table[:-1].any(axis=0)
        if self.condition is Condition.ENDED:
            is_end = np.arange(len(self.edges) + 1)[:, np.newaxis] == ended
            came[:-1] = came[-1] & is_end
            for table in (eligible, met):
                table[:-1] = table[-1] & is_end[:, self.dimension]
        return came, eligible, met

    def _allowed(self, eligibility: Eligibility) -> Mask:
        allowed = np.ones(self.met.shape, dtype=np.bool_)
        for interval, items in enumerate(eligibility.ineligible):
            allowed[interval, [self.position[item] for item in items if item in self.position]] = False
        return allowed

    def to_json(self) -> dict[str, Any]:
        """Return the counts as JSON."""
        arrays = {name: getattr(self, name).tolist() for name in ("people", "eligible", "met")}
        head = {"items": list(self.items), "edges": list(self.edges), "condition": str(self.condition)}
        return head | {"dimension": list(self.dimension)} | arrays

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """Read what `to_json` wrote. Raises `EligibilityNotReadable` or `CountsDoNotMatch`."""
        try:
            people, eligible, met = (
                np.asarray(document[name], dtype=np.float64) for name in ("people", "eligible", "met")
            )
            items, dimension = tuple(map(str, document["items"])), tuple(map(int, document["dimension"]))
            edges, condition = tuple(map(float, document["edges"])), Condition(document["condition"])
        except (KeyError, TypeError, ValueError) as error:
            raise EligibilityNotReadable(f"These are not stored exposure counts: {error!r}.") from error
        return cls(items, edges, condition, dimension, people, eligible, met)


def eligibility_probabilities(counts: ExposureCounts, maximum: float = 0.25) -> Array:
    """Return the probability with which each item is made eligible in each interval, shape (intervals, items).

    With epsilon people of an interval for whom the item was eligible and alpha who met it, ::

        P(eligible) = maximum * epsilon / alpha        at most 1, and never below the maximum

    which brings P(met) = P(met | eligible) P(eligible) to the maximum: van der Linden and Veldkamp 2007, where every
    draw is feasible. An item nobody has met yet has probability 1. No interval gives an item more than the whole
    sitting does.

    Raises
    ------
    MaximumOutOfRange
        `maximum` is not above 0 and at most 1.
    """
    if not 0 < maximum <= 1:
        raise MaximumOutOfRange(f"The maximum exposure is a share of people above 0 and at most 1, not {maximum}.")
    probability = np.minimum(maximum * _ratio(counts.eligible, counts.met, empty=np.inf), 1)
    if counts.condition is Condition.ENDED:
        # Nobody knows at the start where they will end, so an item must be rare enough for every end.
        return np.tile(probability.min(axis=0), (len(probability) - 1, 1))
    return np.asarray(np.minimum(probability[:-1], probability[-1]), dtype=np.float64)


def draw(counts: ExposureCounts, maximum: float, rng: Generator) -> Eligibility:
    """Draw which items a new sitting may use in each interval. Raises `MaximumOutOfRange`.

    Each item has one random number, which is compared with its probability in every interval. Items come back in the
    order of their number over their smallest probability: first the one that missed its chance most narrowly.
    """
    probability, chance = eligibility_probabilities(counts, maximum), rng.random(len(counts.items))
    held_back = chance >= probability
    ineligible = tuple(frozenset(counts.items[at] for at in np.flatnonzero(row)) for row in held_back)
    order = np.argsort(chance / probability.min(axis=0), kind="stable")
    back = order[np.asarray(held_back.any(axis=0))[order]]
    return Eligibility(counts.edges, ineligible, tuple(counts.items[at] for at in back))


def _ratio(numerator: Array, denominator: Array, *, empty: float) -> Array:
    """Return the ratio, and `empty` where the denominator is 0."""
    result = np.full(numerator.shape, empty)
    np.divide(numerator, denominator, out=result, where=denominator > 0)
    return result


def _check_counts(name: str, counts: Array, shape: tuple[int, int]) -> None:
    if counts.shape != shape:
        raise CountsDoNotMatch(
            f"The counts of {name} have shape {counts.shape}; these items and intervals need {shape}."
        )
    if not np.all(np.isfinite(counts)) or np.any(counts < 0):
        raise CountsDoNotMatch(f"The counts of {name} must be 0 or above.")
