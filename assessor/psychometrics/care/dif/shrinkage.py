"""Steadying the deltas of small groups: an item's delta is drawn towards those of all items, the more so the less
is known of it.

    >>> [round(item.delta, 2) for item in shrink([-0.9, 0.1, 0.6, 2.5], [0.2, 0.2, 0.2, 1.5])]
    [-0.86, 0.1, 0.58, 0.88]
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import brentq
from scipy.special import ndtr

from assessor.psychometrics.measuring.response_models import Array

MODERATE = 1.0
LARGE = 1.5
"""Sizes of delta at which the ETS speaks of moderate and of large DIF."""


@dataclass(frozen=True, slots=True)
class Shrunken:
    """The posterior N(delta, sd²) of an item's true delta.

    probability_moderate  P(1 <= |true delta| < 1.5)
    probability_large     P(|true delta| >= 1.5)
    """

    delta: float
    sd: float
    probability_moderate: float
    probability_large: float

    @property
    def probability_negligible(self) -> float:
        """P(|true delta| < 1)."""
        return 1 - self.probability_moderate - self.probability_large


def shrink(deltas: ArrayLike, standard_errors: ArrayLike) -> tuple[Shrunken, ...]:
    """Return the posterior of each item's true delta under N(mu, tau²), both estimated from these items.

    With W = tau² / (s² + tau²) the posterior is N(W delta + (1 - W) mu, W s²): Zwick, Thayer and Lewis 1999. They
    take tau² as the variance of the deltas less the mean squared error. In adaptive data errors differ much from
    item to item, and one that few have seen would make that 0. Here tau² is the value at which the squared
    standardised deltas sum to items - 1 (Paule and Mandel 1982), the same number where errors are equal. mu and tau²
    are then taken as known, which with a few dozen items makes the posterior somewhat too narrow.

    deltas, standard_errors  (items,). A delta that is nan gets the prior, the best guess where nothing is known. A
                             single delta stays as it is, since there is nothing to learn a prior from.
    """
    delta = np.asarray(deltas, dtype=np.float64)
    variance = np.maximum(np.square(np.asarray(standard_errors, dtype=np.float64)), _SMALLEST_SD**2)
    known = np.isfinite(delta) & np.isfinite(variance)
    centre, spread = _prior(delta[known], variance[known])
    mean, sd = _posterior(np.where(known, delta, centre), np.where(known, variance, np.inf), centre, spread)
    below = [ndtr((limit - mean) / np.maximum(sd, _SMALLEST_SD)) for limit in (-LARGE, -MODERATE, MODERATE, LARGE)]
    large = below[0] + (1 - below[3])
    moderate = below[1] - below[0] + below[3] - below[2]
    rows = zip(mean, sd, moderate, large, strict=True)
    return tuple(Shrunken(*(float(value) for value in row)) for row in rows)


_SMALLEST_SD = 1e-12


def _prior(delta: Array, variance: Array) -> tuple[float, float]:
    """Return mu and tau²; tau² is infinite, a flat prior, for fewer than two items."""
    if len(delta) < 2:
        return 0.0, np.inf

    def centre(spread: float) -> float:
        return float(np.average(delta, weights=1 / (variance + spread)))

    def excess(spread: float) -> float:
        return float((np.square(delta - centre(spread)) / (variance + spread)).sum()) - (len(delta) - 1)

    # Where tau² is the whole sum of squares the standardised ones sum to less than 1, so a root lies below it.
    highest = float(np.square(delta - delta.mean()).sum())
    spread = float(brentq(excess, 0.0, highest)) if excess(0.0) > 0 else 0.0
    return centre(spread), spread


def _posterior(delta: Array, variance: Array, centre: float, spread: float) -> tuple[Array, Array]:
    """Return mean and SD of the posteriors; either variance may be infinite, though not both at a place."""
    if spread == np.inf:
        return delta, np.sqrt(variance)
    with np.errstate(invalid="ignore"):
        trust = np.where(spread > 0, spread / (variance + spread), 0.0)
        remains = np.where(np.isinf(variance), spread, trust * variance)
    return trust * delta + (1 - trust) * centre, np.sqrt(remains)
