"""How evenly a test uses its bank: what is asked too often, what never, and what two people have in common.

>>> report = exposure_report([["phone", "mail"], ["phone", "web"]], ["phone", "mail", "web", "video"])
>>> report.maximum, report.unused, report.overlap
(1.0, 0.25, 0.5)

Memory grows with the answers, not with people times items or with pairs of people.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from assessor.psychometrics.adaptive.exposure import EDGES
from assessor.psychometrics.adaptive.pool import Indices
from assessor.psychometrics.measuring.response_models import Array


class PathsNotUsable(ValueError):
    """Sittings from which no exposure can be computed: none at all, unknown items, one item twice."""


@dataclass(frozen=True)
class ExposureReport:
    """How a test used its bank.

    people       who took it
    mean_length  items that they met
    maximum      share of people who met the most used item
    unused       share of the items that nobody met
    chi_square   unevenness of the exposure rates: 0 when all are equal
    overlap      share of their items that two people have in common, on average
    conditional  for each ability interval, the share of its people who met the item most used there; None = nobody
                 was there
    """

    people: int
    mean_length: float
    maximum: float
    unused: float
    chi_square: float
    overlap: float
    conditional: tuple[float | None, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the report as JSON."""
        return {**vars(self), "conditional": list(self.conditional)}


def exposure_report(
    paths: Sequence[Sequence[str]], items: Sequence[str], theta: ArrayLike = (), edges: Sequence[float] = EDGES
) -> ExposureReport:
    """Return the report on sittings.

    Parameters
    ----------
    paths
        The item ids of each sitting.
    items
        The ids of the whole bank.
    theta
        Each person's ability, true or as finally estimated; left out, the report has no conditional rates.
    edges
        Borders of the ability intervals.

    Raises
    ------
    PathsNotUsable
        No sitting, an item outside the bank or twice in a sitting, or another number of thetas than of sittings.
    """
    met = _met(paths, items)
    rates = met.rates
    by_interval = met.conditional(theta, edges) if np.size(theta) else []
    return ExposureReport(
        people=len(paths),
        mean_length=float(met.lengths.mean()),
        maximum=float(rates.max()),
        unused=float((rates == 0).mean()),
        chi_square=chi_square(rates),
        overlap=overlap_from_rates(rates, len(paths)) if len(paths) > 1 else 0.0,
        conditional=tuple(None if here is None else float(here.max()) for here in by_interval),
    )


def exposure_rates(paths: Sequence[Sequence[str]], items: Sequence[str]) -> Array:
    """Return the share of sittings that met each item, shape (items,). Raises `PathsNotUsable`."""
    return _met(paths, items).rates


def conditional_rates(
    paths: Sequence[Sequence[str]], items: Sequence[str], theta: ArrayLike, edges: Sequence[float] = EDGES
) -> Array:
    """Return the exposure rates among the people of each interval, shape (intervals, items); NaN where nobody is.

    theta  each person's ability, true or as finally estimated. Raises `PathsNotUsable`.
    """
    found = _met(paths, items).conditional(theta, edges)
    return np.array([np.full(len(items), np.nan) if rates is None else rates for rates in found])


def chi_square(rates: ArrayLike) -> float:
    """Return sum (r - L / n)² / (L / n) over the exposure rates r of n items, of which a person meets L.

    0 for perfectly even use, n - L when everybody meets the same L items: Chang and Ying 1999.
    """
    exposure = np.asarray(rates, dtype=np.float64)
    even = exposure.mean()
    return float(np.square(exposure - even).sum() / even) if even > 0 else 0.0


def overlap_from_rates(rates: ArrayLike, people: int | None = None) -> float:
    """Return the mean share of items that two people have in common, from the exposure rates of a bank of n.

    With tests of length L and rates of variance S², it is n S² / L + L / n: Chen, Ankenmann and Spray 2003. That
    counts the chance that the two are one and the same; `people` takes it out, as comparing all pairs does.
    """
    exposure = np.asarray(rates, dtype=np.float64)
    length = exposure.sum()
    if length <= 0:
        return 0.0
    same = float(np.square(exposure).sum() / length)
    return same if people is None else (people * same - 1) / (people - 1)


def overlap(paths: Sequence[Sequence[str]], items: Sequence[str]) -> float:
    """Return the mean share of items that two sittings have in common, over all pairs.

    Common items are divided by the mean length of the two, so that tests of different lengths can be compared. Raises
    `PathsNotUsable`, also for a single sitting.
    """
    met = _met(paths, items)
    if len(paths) < 2:
        raise PathsNotUsable("The overlap of sittings needs two of them.")
    # All pairs of two lengths are divided by the same mean, so they need not be looked at one by one.
    lengths, group = np.unique(met.lengths, return_inverse=True)
    each = np.bincount(group[met.person] * len(items) + met.item, minlength=len(lengths) * len(items))
    counts = each.reshape(len(lengths), len(items)).astype(np.float64)
    common, mean_length = counts @ counts.T, (lengths[:, np.newaxis] + lengths) / 2
    total = float(np.divide(common, mean_length, out=np.zeros_like(common), where=mean_length > 0).sum())
    with_itself = float((met.lengths > 0).sum())
    return (total - with_itself) / (len(paths) * (len(paths) - 1))


@dataclass(frozen=True, eq=False)
class _Met:
    """Who met what: the number of a person and of an item for each answer, and how many each person has."""

    person: Indices
    item: Indices
    lengths: Indices
    items: int

    @property
    def rates(self) -> Array:
        return np.asarray(np.bincount(self.item, minlength=self.items) / len(self.lengths))

    def conditional(self, theta: ArrayLike, edges: Sequence[float]) -> list[Array | None]:
        """Return the rates among the people of each interval; None where nobody is."""
        ability = np.asarray(theta, dtype=np.float64)
        if ability.shape != self.lengths.shape:
            raise PathsNotUsable(f"{len(self.lengths)} sittings need as many thetas, not {ability.size}.")
        interval = np.searchsorted(np.asarray(edges, dtype=np.float64), ability)
        people = np.bincount(interval, minlength=len(edges) + 1)
        met = np.bincount(interval[self.person] * self.items + self.item, minlength=len(people) * self.items)
        rows = met.reshape(len(people), self.items)
        return [np.asarray(row / here) if here else None for row, here in zip(rows, people.tolist(), strict=True)]


def _met(paths: Sequence[Sequence[str]], items: Sequence[str]) -> _Met:
    position = {item: at for at, item in enumerate(items)}
    if not paths or not position:
        raise PathsNotUsable("Exposure needs at least one sitting and one item.")
    lengths = np.fromiter(map(len, paths), dtype=np.intp, count=len(paths))
    found = (position.get(item, -1) for item in chain.from_iterable(paths))
    item, person = (
        np.fromiter(found, dtype=np.intp, count=int(lengths.sum())),
        np.repeat(np.arange(len(paths)), lengths),
    )
    if (item < 0).any():
        first = int(person[item < 0][0])
        unknown = ", ".join(sorted(set(paths[first]) - position.keys()))
        raise PathsNotUsable(f"Sitting {first + 1} has items that are not in the bank: {unknown}.")
    if len(np.unique(person * len(items) + item)) < len(item):
        raise PathsNotUsable("An item stands twice in a sitting. Each item counts once.")
    return _Met(person, item, lengths, len(items))
