"""Bands, levels and area scores: what a result is called, and how sure one must be to say it.

    >>> [band.name for band in Band]
    ['BASIC', 'INTERMEDIATE', 'ADVANCED', 'HIGHLY_ADVANCED']

A band is awarded when the person has probably reached it (P >= .90), not when the estimate happens to lie in
it: a certificate is read by people who cannot see its standard error.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from assessor.psychometrics.ability import Estimate
from assessor.psychometrics.rules import Rule

NOT_ASSESSED = 255
"""Area score of an area with too few items: one byte that is no score."""

MINIMUM_ITEMS_OF_AN_AREA = 3

CUTS = (-2.0, -1.0, 0.0, 1.0)
"""Lower cut of Basic, Intermediate, Advanced and Highly advanced, in theta."""


class Band(IntEnum):
    """Proficiency bands in ascending order; each holds two of the eight levels. None = Basic not reached."""

    BASIC = 1
    INTERMEDIATE = 2
    ADVANCED = 3
    HIGHLY_ADVANCED = 4

    @classmethod
    def of_level(cls, level: int) -> "Band":
        """Return the band that holds level 1 to 8. Raises ValueError outside."""
        return cls((level + 1) // 2)


@dataclass(frozen=True)
class Bands(Rule):
    """Cut scores and the certainty an award needs.

    cuts           lower cut of each band, ascending, in theta
    certainty      least P(theta >= cut) for an award
    minimum_items  a band is out of reach unless the release has this many items of it or of a band above
    """

    cuts: tuple[float, ...] = CUTS
    certainty: float = 0.90
    minimum_items: int = 8

    def __post_init__(self) -> None:
        numbers = all(isinstance(cut, int | float) and not isinstance(cut, bool) for cut in self.cuts)
        self.check(numbers and len(self.cuts) == len(Band), f"cuts must be {len(Band)} numbers, one a band")
        self.check(bool(np.all(np.diff(self.cuts) > 0)), "cuts must rise from band to band")
        self.check_number("certainty", 0.5, 0.999)
        self.check_number("minimum_items", 1, 1000, whole=True)

    def highest_awardable(self, bands_of_items: Iterable[Band]) -> Band | None:
        """Return the highest band with enough items, given each item's band; None = no award is possible."""
        bands = list(bands_of_items)
        return max((band for band in Band if bands.count(band) >= self.minimum_items), default=None)

    def relevant_cuts(self, highest: Band | None) -> tuple[float, ...]:
        """Return the cuts that an award up to `highest` depends on."""
        return self.cuts[: highest or 0]

    def is_decided(self, estimate: Estimate, highest: Band | None) -> bool:
        """Whether it is certain of every relevant cut that it is reached, or that it is not.

        With no band to award there is nothing to decide, and the answer is False.
        """
        cuts = self.relevant_cuts(highest)
        return bool(cuts) and all(
            self._is_reached(estimate, cut) or estimate.probability_at_least(cut) <= 1 - self.certainty for cut in cuts
        )

    def awarded_band(self, estimate: Estimate, highest: Band | None) -> Band | None:
        """Return the highest band up to `highest` whose lower cut is certainly reached; None = no award."""
        cuts = zip(Band, self.relevant_cuts(highest), strict=False)
        return max((band for band, cut in cuts if self._is_reached(estimate, cut)), default=None)

    def awarded_level(self, estimate: Estimate, highest: Band | None) -> int | None:
        """Return the level 1 to 8: the upper of the band's two when its midpoint is certainly reached too."""
        band = self.awarded_band(estimate, highest)
        if band is None:
            return None
        return 2 * band if self._is_reached(estimate, self.midpoint(band)) else 2 * band - 1

    def midpoint(self, band: Band) -> float:
        """Return the theta halfway through the band; the top band is taken as wide as the one below it."""
        lower = self.cuts[band - 1]
        upper = self.cuts[band] if band < len(self.cuts) else 2 * lower - self.cuts[band - 2]
        return (lower + upper) / 2

    def band_at(self, theta: float, highest: Band | None) -> Band | None:
        """Return the band, up to `highest`, in which a known theta lies; None = below Basic."""
        cuts = zip(Band, self.relevant_cuts(highest), strict=False)
        return max((band for band, cut in cuts if theta >= cut), default=None)

    def _is_reached(self, estimate: Estimate, cut: float) -> bool:
        # P(theta >= -2) is .98 before the first question. A prior is not an achievement: without one right
        # answer nothing is awarded, however hard the items were.
        return estimate.rests_on_success and estimate.probability_at_least(cut) >= self.certainty


def area_score(estimate: Estimate | None) -> int:
    """Return the posterior mean as a score from 0 to 100, or `NOT_ASSESSED` where there is no estimate."""
    return NOT_ASSESSED if estimate is None else score_at(estimate.theta)


def score_at(theta: float) -> int:
    """Return the score from 0 to 100 of a theta.

    Piecewise linear: the cuts above Basic lie at 25, 50 and 75, and the ends two standard deviations outside
    them, so that theta -3, -1, 0, 1, 3 become 0, 25, 50, 75, 100. Halves round up.
    """
    _, *inner = CUTS
    anchors = [inner[0] - 2, *inner, inner[-1] + 2]
    return int(np.floor(np.interp(theta, anchors, [0, 25, 50, 75, 100]) + 0.5))
