"""Bands, levels and area scores: what a result is called, and how sure one must be to say it.

    >>> [band.name for band in Band]
    ['BASIC', 'INTERMEDIATE', 'ADVANCED', 'HIGHLY_ADVANCED']

A band is awarded when the person has probably reached it (P >= .90), not when the estimate happens to lie in
it: a certificate is read by people who cannot see its standard error. A band that is neither reached nor ruled out is
borderline, and is called so.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import accumulate, pairwise
from typing import Any

import numpy as np

from assessor.psychometrics.measuring.ability import Estimate, normal_below
from assessor.psychometrics.measuring.response_models import Array
from assessor.psychometrics.rules import Rule, is_finite_number

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
class Standing:
    """Where a person stands: what a result says, with how sure it is.

    probabilities  of below Basic, Basic, Intermediate, Advanced and Highly advanced; they sum to 1
    reached        the highest band whose lower cut is reached with the certainty that an award needs; None = none
    borderline     bands whose lower cut is neither reached nor ruled out with that certainty
    certainty      that certainty
    """

    probabilities: tuple[float, ...]
    reached: Band | None
    borderline: tuple[Band, ...]
    certainty: float

    def to_json(self) -> dict[str, Any]:
        """Return the standing as JSON; probabilities rounded to what a certificate may say."""
        return {
            "probabilities": [round(probability, 3) for probability in self.probabilities],
            "reached": None if self.reached is None else int(self.reached),
            "borderline": [int(band) for band in self.borderline],
            "certainty": self.certainty,
        }


@dataclass(frozen=True)
class Bands(Rule):
    """Cut scores and the certainty an award needs.

    cuts           lower cut of each band, ascending, in theta
    cut_sds        how far panels that set the cuts would differ (SD of each cut); carried into every probability.
                   Empty = the cuts are agreed, not estimated
    certainty      least P(theta >= cut) for an award
    minimum_items  a band is out of reach unless the release has this many items of it or of a band above
    """

    cuts: tuple[float, ...] = CUTS
    certainty: float = 0.90
    minimum_items: int = 8
    cut_sds: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        self.check(_are_numbers(self.cuts) and len(self.cuts) == len(Band), f"cuts must be {len(Band)} numbers")
        self.check(bool(np.all(np.diff(self.cuts) > 0)), "cuts must rise from band to band")
        self.check(_are_numbers(self.cut_sds), "cut_sds must be numbers")
        self.check(len(self.cut_sds) in (0, len(Band)), f"cut_sds must be empty or {len(Band)} numbers")
        self.check(all(0 <= sd <= 2 for sd in self.cut_sds), "cut_sds must be from 0 to 2")
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
        bands = _up_to(highest)
        return bool(bands) and not self._undecided(estimate, bands)

    def level_probabilities(self, estimate: Estimate) -> tuple[float, ...]:
        """Return the probabilities of below Basic and of each band; they sum to 1."""
        return tuple(here - above for here, above in pairwise((1.0, *self._reached(estimate), 0.0)))

    def certainties(self, means: Array, sds: Array) -> Array:
        """Return the probability of the likeliest level of each normal posterior; shapes (K,)."""
        spread = np.sqrt(np.square(sds)[:, np.newaxis] + np.square(self.cut_sds or (0.0,) * len(self.cuts)))
        distance = (means[:, np.newaxis] - self.cuts) / spread
        reached = np.array([normal_below(z) for z in distance.ravel().tolist()]).reshape(distance.shape)
        at_least = np.minimum.accumulate(np.pad(reached, ((0, 0), (1, 0)), constant_values=1.0), axis=1)
        return np.asarray((at_least - np.pad(at_least[:, 1:], ((0, 0), (0, 1)))).max(axis=1))

    def standing(self, estimate: Estimate, highest: Band | None) -> Standing:
        """Return what may be said of an estimate when bands up to `highest` can be awarded."""
        reached = self.awarded_band(estimate, highest)
        borderline = self._undecided(estimate, _up_to(highest))
        return Standing(self.level_probabilities(estimate), reached, borderline, self.certainty)

    def probability_reached(self, estimate: Estimate, band: Band) -> float:
        """Return P(theta >= the band's lower cut), with the uncertainty of the cut."""
        return self._reached(estimate)[band - 1]

    def sd_of(self, band: Band) -> float:
        """Return how uncertain the band's lower cut is."""
        return self.cut_sds[band - 1] if self.cut_sds else 0.0

    def awarded_band(self, estimate: Estimate, highest: Band | None) -> Band | None:
        """Return the highest band up to `highest` whose lower cut is certainly reached; None = no award."""
        return max((band for band in _up_to(highest) if self._is_reached(estimate, band)), default=None)

    def awarded_level(self, estimate: Estimate, highest: Band | None) -> int | None:
        """Return the level 1 to 8: the upper of the band's two when its midpoint is certainly reached too."""
        band = self.awarded_band(estimate, highest)
        if band is None:
            return None
        upper_half = estimate.probability_at_least(self.midpoint(band), self.sd_of(band)) >= self.certainty
        return 2 * band if upper_half else 2 * band - 1

    def midpoint(self, band: Band) -> float:
        """Return the theta halfway through the band; the top band is taken as wide as the one below it."""
        lower = self.cuts[band - 1]
        upper = self.cuts[band] if band < len(self.cuts) else 2 * lower - self.cuts[band - 2]
        return (lower + upper) / 2

    def band_at(self, theta: float, highest: Band | None) -> Band | None:
        """Return the band, up to `highest`, in which a known theta lies; None = below Basic."""
        cuts = zip(Band, self.relevant_cuts(highest), strict=False)
        return max((band for band, cut in cuts if theta >= cut), default=None)

    def _reached(self, estimate: Estimate) -> tuple[float, ...]:
        """Return P(theta >= cut) of every band. Cuts known with different precision could cross; they may not here."""
        each = (estimate.probability_at_least(cut, self.sd_of(band)) for band, cut in zip(Band, self.cuts, strict=True))
        return tuple(accumulate(each, min))

    def _is_reached(self, estimate: Estimate, band: Band) -> bool:
        # P(theta >= -2) is .98 before the first question. A prior is not an achievement: without one right
        # answer nothing is awarded, however hard the items were.
        return estimate.rests_on_success and self.probability_reached(estimate, band) >= self.certainty

    def _undecided(self, estimate: Estimate, bands: Sequence[Band]) -> tuple[Band, ...]:
        """Return the bands whose lower cut is neither reached nor ruled out."""
        chances, ruled_out = self._reached(estimate), 1 - self.certainty
        least = self.certainty if estimate.rests_on_success else math.inf
        return tuple(band for band in bands if ruled_out < chances[band - 1] < least)


def _up_to(highest: Band | None) -> tuple[Band, ...]:
    return tuple(band for band in Band if band <= (highest or 0))


def _are_numbers(values: object) -> bool:
    return isinstance(values, tuple) and all(is_finite_number(value) for value in values)


def area_score(estimate: Estimate | None) -> int:
    """Return the posterior mean as a score from 0 to 100, or `NOT_ASSESSED` where there is no estimate."""
    return NOT_ASSESSED if estimate is None else score_at(estimate.theta)


def score_at(theta: float) -> int:
    """Return the score from 0 to 100 of a theta, on the scale that all certificates share: that of the usual `CUTS`.

    Piecewise linear: the cuts above Basic lie at 25, 50 and 75, and the ends two standard deviations outside
    them, so that theta -3, -1, 0, 1, 3 become 0, 25, 50, 75, 100. Halves round up.
    """
    _, *inner = CUTS
    anchors = [inner[0] - 2, *inner, inner[-1] + 2]
    return int(np.floor(np.interp(theta, anchors, [0, 25, 50, 75, 100]) + 0.5))
