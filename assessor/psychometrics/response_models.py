"""The probability of a right answer: two-parameter logistic model, optionally with a guessing floor.

    >>> item = ItemParameters(a=1.2, b=-0.75)
    >>> round(float(probability(0.0, item.a, item.b)), 3)
    0.711

All values are on the logistic metric with D = 1. Logarithms of probabilities are computed directly, never as
the log of a rounded probability, so that the most surprising answer still has a finite likelihood.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


class ParametersOutOfRange(ValueError):
    """Item parameters that no response model can use."""


@dataclass(frozen=True, slots=True)
class ItemParameters:
    """Parameters of one item, with what is not known about them.

    a     slope (discrimination), above 0; usually .5 to 2.5
    b     difficulty: the theta at which half of those who do not guess are right; usually -3 to 3
    se_a  standard error of a; 0 means a is taken as known
    se_b  standard error of b; 0 means b is taken as known
    c     share who are right by guessing alone; 0 means the two-parameter model
    """

    a: float
    b: float
    se_a: float = 0.0
    se_b: float = 0.0
    c: float = 0.0

    def __post_init__(self) -> None:
        if not all(math.isfinite(value) for value in (self.a, self.b, self.se_a, self.se_b, self.c)):
            raise ParametersOutOfRange(f"Item parameters must be finite numbers: {self}.")
        if self.a <= 0:
            raise ParametersOutOfRange(f"The slope a must be above 0, not {self.a}. Check the scoring key.")
        if self.se_a < 0 or self.se_b < 0:
            raise ParametersOutOfRange(f"Standard errors cannot be negative: se_a {self.se_a}, se_b {self.se_b}.")
        if not 0 <= self.c < 1:
            raise ParametersOutOfRange(f"The guessing share c must be at least 0 and below 1, not {self.c}.")

    def to_json(self) -> dict[str, float]:
        """Return the parameters as JSON, to be stored beside the answer they scored."""
        return {"a": self.a, "b": self.b, "se_a": self.se_a, "se_b": self.se_b, "c": self.c}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """Read what `to_json` wrote."""
        return cls(**{name: float(value) for name, value in document.items()})


def effective_slope(a: ArrayLike, se_b: ArrayLike) -> Array:
    """Return the slope that remains when the difficulty is only known as N(b, se_b²).

    Averaging the logistic curve over that normal gives, by the probit approximation, a logistic curve with
    slope a / sqrt(1 + (pi / 8) a² se_b²): MacKay 1992, "The evidence framework applied to classification
    networks".
    """
    slope = np.asarray(a, dtype=np.float64)
    variance = np.square(np.asarray(se_b, dtype=np.float64))
    return np.asarray(slope / np.sqrt(1 + (np.pi / 8) * slope**2 * variance), dtype=np.float64)


def probability(theta: ArrayLike, a: ArrayLike, b: ArrayLike, c: ArrayLike = 0.0) -> Array:
    """Return P(right | theta) = c + (1 - c) / (1 + exp(-a (theta - b))). Arguments broadcast."""
    guessing = np.asarray(c, dtype=np.float64)
    return np.asarray(guessing + (1 - guessing) * np.exp(_log_expit(_logit(theta, a, b))), dtype=np.float64)


def log_probabilities(theta: ArrayLike, a: ArrayLike, b: ArrayLike, c: ArrayLike = 0.0) -> tuple[Array, Array]:
    """Return (log P(wrong | theta), log P(right | theta)), both finite. Arguments broadcast."""
    logit = _logit(theta, a, b)
    guessing = np.broadcast_to(np.asarray(c, dtype=np.float64), logit.shape)
    log_wrong = _log_expit(-logit) + np.log1p(-guessing)
    log_right = _log_expit(logit)
    if np.any(guessing > 0):
        with np.errstate(divide="ignore"):  # log 0 = -inf is the right start for an item nobody guesses
            log_right = np.logaddexp(np.log(guessing), np.log1p(-guessing) + log_right)
    return np.asarray(log_wrong, dtype=np.float64), np.asarray(log_right, dtype=np.float64)


def _logit(theta: ArrayLike, a: ArrayLike, b: ArrayLike) -> Array:
    difference = np.asarray(theta, dtype=np.float64) - np.asarray(b, dtype=np.float64)
    return np.asarray(np.asarray(a, dtype=np.float64) * difference, dtype=np.float64)


def _log_expit(logit: Array) -> Array:
    """Return log(1 / (1 + exp(-x))) without overflow; numpy alone, since a web process starts with every import."""
    return np.asarray(-np.logaddexp(0.0, -logit), dtype=np.float64)
