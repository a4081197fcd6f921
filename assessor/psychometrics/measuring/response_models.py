"""The probability of each score on an item: logistic, partial credit and graded response models.

    >>> item = ItemParameters(a=1.2, b=-0.75)
    >>> round(float(probability(0.0, item.a, item.b)), 3)
    0.711

All values are on the logistic metric with D = 1. Logarithms of probabilities are computed directly, never as
the log of a rounded probability, so that the most surprising answer still has a finite likelihood.

Every model has one table form: log P(score | theta) by item, score and grid point (`log_probability_table`). What
estimates, selects or simulates from that table does not ask which model made it.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

SLOPES = (0.001, 60.0)
FURTHEST = 4000.0
"""Least and largest a, and largest |b|, of an item: what the bounds of every calibration here (log a of -4 to 4,
intercepts of -60 to 60) can lead to. Beyond, logits lose their digits and then overflow."""

SMALLEST_GAP = 1e-7
"""Least distance of two thresholds of a graded item, in theta: the score between them has then a probability of its
own, though nobody will ever get it. Equal ones leave it none."""


class ParametersOutOfRange(ValueError):
    """Item parameters that no response model can use."""


class Curve(StrEnum):
    """The shape of an item's curves.

    LOGISTIC        scores 0 and 1: Rasch, 1PL, 2PL, 3PL and 4PL are this curve with some parameters fixed
    PARTIAL_CREDIT  scores 0 to m by adjacent categories: PCM (a = 1) and GPCM, Masters 1982, Muraki 1992
    GRADED          scores 0 to m by cumulative categories: GRM, Samejima 1969
    """

    LOGISTIC = "logistic"
    PARTIAL_CREDIT = "partial credit"
    GRADED = "graded"


@dataclass(frozen=True, slots=True)
class ItemParameters:
    """Parameters of one item, with what is not known about them.

    a           slope (discrimination), in `SLOPES`; usually .5 to 2.5
    b           difficulty: the theta at which half of those who do not guess are right; usually -3 to 3. The mean
                of the thresholds where there are any
    se_a        standard error of a; 0 means a is taken as known
    se_b        standard error of b; 0 means b is taken as known
    c           share who are right by guessing alone; 0 means nobody guesses
    d           share of those who know that are right; 1 means nobody slips
    thresholds  theta of each step from one score to the next; empty for a logistic item
    curve       which curves these are the parameters of
    """

    a: float
    b: float
    se_a: float = 0.0
    se_b: float = 0.0
    c: float = 0.0
    d: float = 1.0
    thresholds: tuple[float, ...] = ()
    curve: Curve = Curve.LOGISTIC

    def __post_init__(self) -> None:
        numbers = (self.a, self.b, self.se_a, self.se_b, self.c, self.d, *self.thresholds)
        if not all(math.isfinite(value) for value in numbers):
            raise ParametersOutOfRange(f"Item parameters must be finite numbers: {self}.")
        if self.a <= 0:
            raise ParametersOutOfRange(f"The slope a must be above 0, not {self.a}. Check the scoring key.")
        if not SLOPES[0] <= self.a <= SLOPES[1]:
            raise ParametersOutOfRange(
                f"The slope a must lie from {SLOPES[0]} to {SLOPES[1]:g}, not be {self.a:g}. Usual are .5 to 2.5: "
                "calibrate with priors, or leave the item out."
            )
        if any(abs(place) > FURTHEST for place in (self.b, *self.thresholds)):
            raise ParametersOutOfRange(
                f"b and thresholds must lie from {-FURTHEST:g} to {FURTHEST:g}: {self}. Usual are -3 to 3: "
                "give them on the scale of theta, where the population is N(0, 1)."
            )
        if self.se_a < 0 or self.se_b < 0:
            raise ParametersOutOfRange(f"Standard errors cannot be negative: se_a {self.se_a}, se_b {self.se_b}.")
        if not 0 <= self.c < 1:
            raise ParametersOutOfRange(f"The guessing share c must be at least 0 and below 1, not {self.c}.")
        if not self.c < self.d <= 1:
            raise ParametersOutOfRange(f"The upper share d must be above c ({self.c}) and at most 1, not {self.d}.")
        self._check_thresholds()

    def _check_thresholds(self) -> None:
        if self.curve is Curve.LOGISTIC:
            if self.thresholds:
                raise ParametersOutOfRange("A logistic item has no thresholds. Name its curve, or leave them out.")
            return
        if not self.thresholds:
            raise ParametersOutOfRange(f"A {self.curve} item needs the threshold of each step.")
        if (self.c, self.d) != (0.0, 1.0):
            raise ParametersOutOfRange(f"A {self.curve} item has no guessing and no slipping share.")
        if abs(self.b - sum(self.thresholds) / len(self.thresholds)) > 1e-6:
            raise ParametersOutOfRange(f"b ({self.b}) must be the mean of the thresholds {self.thresholds}.")
        if self.curve is Curve.GRADED and any(np.diff(self.thresholds) < SMALLEST_GAP):
            raise ParametersOutOfRange(
                f"Thresholds of a graded item must rise by {SMALLEST_GAP:g} or more: {self.thresholds}. "
                "Count a score that nobody gets together with the one beside it."
            )

    @classmethod
    def stepwise(
        cls, curve: Curve, a: float, thresholds: Sequence[float], se_a: float = 0.0, se_b: float = 0.0
    ) -> Self:
        """Return a partial credit or graded item; b is the mean of its thresholds."""
        steps = tuple(float(threshold) for threshold in thresholds)
        return cls(a, sum(steps) / max(len(steps), 1), se_a, se_b, thresholds=steps, curve=curve)

    @property
    def highest_score(self) -> int:
        """The highest score one can get: 1, or the number of thresholds."""
        return len(self.thresholds) or 1

    @property
    def effective_a(self) -> float:
        """The slope that scoring uses: see `effective_slope`."""
        return float(effective_slope(self.a, self.se_b))

    def to_json(self) -> dict[str, Any]:
        """Return the parameters as JSON, to be stored beside the answer they scored."""
        document: dict[str, Any] = {"a": self.a, "b": self.b, "se_a": self.se_a, "se_b": self.se_b, "c": self.c}
        if self.d != 1:
            document["d"] = self.d
        if self.thresholds:
            document |= {"thresholds": list(self.thresholds), "curve": str(self.curve)}
        return document

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """Read what `to_json` wrote."""
        numbers = {name: float(document[name]) for name in ("a", "b", "se_a", "se_b", "c", "d") if name in document}
        thresholds = tuple(float(threshold) for threshold in document.get("thresholds", ()))
        return cls(**numbers, thresholds=thresholds, curve=Curve(document.get("curve", Curve.LOGISTIC)))


def effective_slope(a: ArrayLike, se_b: ArrayLike) -> Array:
    """Return the slope that remains when the difficulty is only known as N(b, se_b²).

    Averaging the logistic curve over that normal gives, by the probit approximation, a logistic curve with slope
    a / sqrt(1 + (pi / 8) a² se_b²).

    The error of a slope is left out. It widens the curve far from b only, and adaptive tests ask near it: simulated
    with log a known to ±.25 (.4) and 20 adaptive items, stated errors were 1.007 (1.013) of the real ones without it,
    1.006 (1.010) when a was integrated out, and 1.017 (1.037) with a slope flattened for it, which makes a test longer
    than it need be. On 20 items at random the figures were .976 (.955), .988 (.982) and .981 (.966): who scores fixed
    forms with slopes known so badly understates errors by 2 to 4 %, and flattening would mend a quarter of that.

    Parameters
    ----------
    a
        Slope, above 0.
    se_b
        Standard error of the difficulty, in theta, 0 or above. Broadcasts with `a`.

    Returns
    -------
    The slope to score with, above 0 and at most `a`, in the shape that both broadcast to.

    References
    ----------
    MacKay 1992, "The evidence framework applied to classification networks".
    """
    slope, error = np.asarray(a, dtype=np.float64), np.asarray(se_b, dtype=np.float64)
    return np.asarray(slope / np.hypot(1.0, math.sqrt(math.pi / 8) * slope * error), dtype=np.float64)


def probability(theta: ArrayLike, a: ArrayLike, b: ArrayLike, c: ArrayLike = 0.0, d: ArrayLike = 1.0) -> Array:
    """Return the probability of a right answer to a logistic item.

    P(right | theta) = c + (d - c) / (1 + exp(-a (theta - b))): Birnbaum 1968; Barton and Lord 1981 for d.

    Parameters
    ----------
    theta, a, b, c, d
        Ability and item parameters as in `ItemParameters`; they broadcast.

    Returns
    -------
    From c to d, in the shape that all broadcast to.
    """
    lower, upper = np.asarray(c, dtype=np.float64), np.asarray(d, dtype=np.float64)
    return np.asarray(lower + (upper - lower) * np.exp(_log_expit(_logit(theta, a, b))), dtype=np.float64)


def log_probabilities(
    theta: ArrayLike, a: ArrayLike, b: ArrayLike, c: ArrayLike = 0.0, d: ArrayLike = 1.0
) -> tuple[Array, Array]:
    """Return the logarithms of the probabilities of a wrong and of a right answer to a logistic item.

    Parameters
    ----------
    theta, a, b, c, d
        As in `probability`; they broadcast.

    Returns
    -------
    (log P(wrong | theta), log P(right | theta)), each at most 0 and finite, in the shape that all broadcast to. Their
    exponentials add up to 1.
    """
    logit = _logit(theta, a, b)
    knows, does_not = _log_expit(logit), _log_expit(-logit)
    lower, upper = np.asarray(c, dtype=np.float64), np.asarray(d, dtype=np.float64)
    with np.errstate(divide="ignore"):  # log 0 = -inf says that nobody guesses, or that nobody slips
        guesses, slips = np.log(lower), np.log1p(-upper)
    right, wrong = knows + np.log(upper), does_not + np.log1p(-lower)
    if np.any(lower > 0):
        right = np.logaddexp(guesses + does_not, right)
    if np.any(upper < 1):
        wrong = np.logaddexp(slips + knows, wrong)
    return np.asarray(wrong, dtype=np.float64), np.asarray(right, dtype=np.float64)


def partial_credit_log_probabilities(theta: ArrayLike, a: ArrayLike, thresholds: ArrayLike) -> Array:
    """Return the log probability of each score of partial credit items that have the same number of steps.

    log P(k) = sum over j <= k of a (theta - b_j), minus the log of the sum of the exponentials over all k.

    Parameters
    ----------
    theta
        Abilities, (points,); or (items, 1, points), each item at points of its own.
    a
        Slopes, (items,).
    thresholds
        b_j, where the scores j - 1 and j are equally likely, in any order: (items, steps).

    Returns
    -------
    log P(score | theta), at most 0 and finite: (items, steps + 1, points).

    References
    ----------
    Masters 1982 (a = 1); Muraki 1992, equation 4.
    """
    steps = _steps(theta, a, thresholds)
    numerator = np.concatenate([np.zeros_like(steps[:, :1]), np.cumsum(steps, axis=1)], axis=1)
    top = numerator.max(axis=1, keepdims=True)
    return np.asarray(numerator - top - np.log(np.exp(numerator - top).sum(axis=1, keepdims=True)), dtype=np.float64)


def graded_log_probabilities(theta: ArrayLike, a: ArrayLike, thresholds: ArrayLike) -> Array:
    """Return the log probability of each score of graded items with the same number of rising thresholds.

    P(k) = S(x) - S(y), with S the logistic function and x = a (theta - b_k), y = a (theta - b_(k+1)) the logits of
    reaching k and k + 1. That difference is S(x) S(-y) (1 - exp(y - x)), which keeps its digits where the two are
    nearly equal. y - x = a (b_k - b_(k+1)) does not depend on theta and is taken from the thresholds: the difference
    of two logits far from 0 would be 0 long before the thresholds are equal.

    Parameters
    ----------
    theta, a
        As in `partial_credit_log_probabilities`.
    thresholds
        b_k, where half reach k or more, rising by `SMALLEST_GAP` or more: (items, steps).

    Returns
    -------
    log P(score | theta), at most 0 and finite: (items, steps + 1, points).

    References
    ----------
    Samejima 1969.
    """
    reach = _steps(theta, a, thresholds)
    apart = np.asarray(a, dtype=np.float64)[:, np.newaxis] * np.diff(np.asarray(thresholds, dtype=np.float64), axis=1)
    gap = np.log(-np.expm1(-apart))[:, :, np.newaxis]
    lowest, highest = _log_expit(-reach[:, :1]), _log_expit(reach[:, -1:])
    between = _log_expit(reach[:, :-1]) + _log_expit(-reach[:, 1:]) + gap
    return np.asarray(np.concatenate([lowest, between, highest], axis=1), dtype=np.float64)


def log_probability_table(items: Sequence[ItemParameters], theta: ArrayLike, *, uncertain: bool = True) -> Array:
    """Return the log probability of every score of items of any curve at every point.

    Parameters
    ----------
    items
        n of them, of any curves and numbers of scores.
    theta
        (points,)
    uncertain
        Use the effective slope, so that items with an uncertain difficulty count for less.

    Returns
    -------
    log P(score | theta), (items, highest score of all + 1, points). Scores that an item does not have are -inf
    (probability 0); all others are finite.
    """
    points = np.atleast_1d(np.asarray(theta, dtype=np.float64))
    highest = max((item.highest_score for item in items), default=1)
    table = np.full((len(items), highest + 1, len(points)), -np.inf)
    alike: dict[tuple[Curve, int], list[int]] = {}
    for at, item in enumerate(items):
        alike.setdefault((item.curve, item.highest_score), []).append(at)
    for (curve, score), positions in alike.items():
        chosen = [items[at] for at in positions]
        a = np.array([item.effective_a if uncertain else item.a for item in chosen])
        table[positions, : score + 1] = _log_probabilities_of(curve, points, a, chosen)
    return table


def _log_probabilities_of(curve: Curve, theta: Array, a: Array, items: Sequence[ItemParameters]) -> Array:
    match curve:
        case Curve.LOGISTIC:
            b, c, d = (np.array([[getattr(item, name)] for item in items]) for name in ("b", "c", "d"))
            return np.stack(log_probabilities(theta, a[:, np.newaxis], b, c, d), axis=1)
        case Curve.PARTIAL_CREDIT:
            return partial_credit_log_probabilities(theta, a, [item.thresholds for item in items])
        case Curve.GRADED:
            return graded_log_probabilities(theta, a, [item.thresholds for item in items])


def _steps(theta: ArrayLike, a: ArrayLike, thresholds: ArrayLike) -> Array:
    """Return a (theta - b_k), shape (items, steps, points)."""
    slope = np.asarray(a, dtype=np.float64)[:, np.newaxis, np.newaxis]
    difference = np.asarray(theta, dtype=np.float64) - np.asarray(thresholds, dtype=np.float64)[:, :, np.newaxis]
    return np.asarray(slope * difference, dtype=np.float64)


def _logit(theta: ArrayLike, a: ArrayLike, b: ArrayLike) -> Array:
    difference = np.asarray(theta, dtype=np.float64) - np.asarray(b, dtype=np.float64)
    return np.asarray(np.asarray(a, dtype=np.float64) * difference, dtype=np.float64)


def _log_expit(logit: Array) -> Array:
    """Return log(1 / (1 + exp(-x))) without overflow; numpy alone, since a web process starts with every import."""
    return np.asarray(-np.logaddexp(0.0, -logit), dtype=np.float64)
