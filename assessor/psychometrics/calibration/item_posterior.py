"""What is known of an item between two nights: its parameters with their uncertainty, and how far they have moved.

>>> item = ItemPosterior.from_parameters(ItemParameters(a=1.2, b=0.5, se_a=0.3, se_b=0.5))
>>> movement(item, ItemParameters(a=1.2, b=0.5, se_a=0.3, se_b=0.5)).largest
0.0
"""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Self

from assessor.psychometrics.measuring.response_models import Curve, ItemParameters

RASCH_FIRST = 50
"""Answers below which only the difficulty of an item is published as changed."""

_LEAST_CHANCE = 0.01  # of the variance that was there
_ROWS = ("slope_before", "rasch", "offsets")  # fields that JSON has as lists


@dataclass(frozen=True, slots=True)
class ItemPosterior:
    """What is known of an item: (log a, b) is normal. Thresholds move with b; c and d stay.

    log_a, b            mean (the mode)
    variance_log_a, variance_b, covariance
    answers             number of answers it rests on
    slope_before        mean of log a before any answer, and its standard deviation
    rasch               mean of b and its variance if the slope were still that from before any answer; kept up to
                        date until there are `RASCH_FIRST` answers
    offsets             thresholds minus b; empty for a logistic item
    """

    log_a: float
    b: float
    variance_log_a: float
    variance_b: float
    covariance: float
    answers: int
    slope_before: tuple[float, float]
    rasch: tuple[float, float]
    c: float = 0.0
    d: float = 1.0
    offsets: tuple[float, ...] = ()
    curve: Curve = Curve.LOGISTIC

    @classmethod
    def from_parameters(cls, item: ItemParameters, answers: int = 0) -> Self:
        """Return an item known from a calibration, or from experts alone (`answers` = 0).

        Its a and b are taken as uncorrelated, since `ItemParameters` do not say. A standard error of 0 means that
        no answer will move that parameter.
        """
        log_a, deviation = math.log(item.a), item.se_a / item.a
        offsets = tuple(threshold - item.b for threshold in item.thresholds)
        return cls(
            log_a=log_a,
            b=item.b,
            variance_log_a=deviation**2,
            variance_b=item.se_b**2,
            covariance=0.0,
            answers=answers,
            slope_before=(log_a, deviation),
            rasch=(item.b, item.se_b**2),
            c=item.c,
            d=item.d,
            offsets=offsets,
            curve=item.curve,
        )

    @property
    def is_rasch_first(self) -> bool:
        """Whether too few people have answered for the slope to be published as changed."""
        return self.answers < RASCH_FIRST

    @property
    def with_slope_before(self) -> Self:
        """The item if its slope were known to be that from before any answer."""
        b, variance = self.rasch
        return replace(self, log_a=self.slope_before[0], b=b, variance_log_a=0.0, variance_b=variance, covariance=0.0)

    def to_parameters(self) -> ItemParameters:
        """Return the item as tests use it.

        Below `RASCH_FIRST` answers with the slope from before any answer, and the b that goes with it. What was
        learnt about the slope in the meantime is not lost.
        """
        if self.is_rasch_first:
            a = math.exp(self.slope_before[0])
            return self._with(a, self.rasch[0], a * self.slope_before[1], math.sqrt(self.rasch[1]))
        a = math.exp(self.log_a)
        return self._with(a, self.b, a * math.sqrt(self.variance_log_a), math.sqrt(self.variance_b))

    def widened(self, sd_b: float, sd_log_a: float = 0.0) -> Self:
        """Return the item as known after it may have drifted by N(0, sd²): call before an update, say per quarter."""
        return replace(
            self,
            variance_log_a=self.variance_log_a + sd_log_a**2,
            variance_b=self.variance_b + sd_b**2,
            rasch=(self.rasch[0], self.rasch[1] + sd_b**2),
        )

    def to_json(self) -> dict[str, Any]:
        """Return everything as JSON."""
        document = asdict(self)
        return document | {name: list(document[name]) for name in _ROWS}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """Read what `to_json` wrote."""
        rows = {name: tuple(document[name]) for name in _ROWS}
        return cls(**dict(document) | rows | {"curve": Curve(document["curve"])})

    def _with(self, a: float, b: float, se_a: float, se_b: float) -> ItemParameters:
        if self.curve is Curve.LOGISTIC:
            return ItemParameters(a, b, se_a, se_b, self.c, self.d)
        return ItemParameters.stepwise(self.curve, a, [b + offset for offset in self.offsets], se_a, se_b)


@dataclass(frozen=True, slots=True)
class Movement:
    """How far an item has moved from a stored version, in standard deviations of such a move by chance."""

    b: float
    log_a: float

    @property
    def largest(self) -> float:
        """The larger of the two, without sign; above 3 an item is watched."""
        return max(abs(self.b), abs(self.log_a))


def movement(item: ItemPosterior, stored: ItemParameters) -> Movement:
    """Return how far the item has moved since a version was stored, in SDs of a move by chance.

    Answers since then have made it better known. Were it unchanged, its mean would have moved by a normal whose
    variance is just what they took away, stored variance minus present (Hausman 1978, Econometrica 46, 1251-1271).
    A handful of answers takes away next to nothing, so chance is never taken for less than 1 % of what was unknown.

    Parameters
    ----------
    item
        What is known now.
    stored
        The version that tests use.

    Returns
    -------
    The moves of b and of log a, each over its SD; 0 for a parameter known exactly.

    See also `drift.shift`, which compares two calibrations where nothing is known of how the second came about.
    """
    now = item.to_parameters()
    of_b = _in_sd(now.b - stored.b, now.se_b, stored.se_b)
    return Movement(of_b, _in_sd(math.log(now.a / stored.a), now.se_a / now.a, stored.se_a / stored.a))


def _in_sd(move: float, se_now: float, se_stored: float) -> float:
    larger = max(se_now, se_stored) ** 2
    chance = max(abs(se_stored**2 - se_now**2), larger * _LEAST_CHANCE)
    return move / math.sqrt(chance) if chance else 0.0
