"""One ability from one pattern of scores, for items of any curve: ML, WLE, MAP and EAP with standard errors.

    >>> items = [ItemParameters(1.2, -1.0), ItemParameters(1.0, 0.0), ItemParameters(1.5, 1.0)]
    >>> result = score(items, [1, 1, 0], Method.EAP)
    >>> round(result.theta, 2), round(result.standard_error, 2)
    (0.26, 0.74)

`score` and `score_all` run the same code, so that one person and a million get the same numbers. Sittings report EAP;
the other methods are for research, for export and for people without a prior.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from assessor.psychometrics.measuring.derivatives import Curves, LogDerivatives
from assessor.psychometrics.measuring.response_models import Array, ItemParameters
from assessor.psychometrics.measuring.responses import MISSING

_MOST_POINTS = 10_001
_CELLS = 2**18
"""Numbers in one working table: 2 MB, so that memory does not grow with the number of people."""

_CLOSE = 1e-11
"""Change of theta below which an iteration has arrived."""

_MOST_STEPS = 100

_NUDGE = 1e-4
"""Step of theta in the one derivative that is taken numerically."""


class PatternNotOfTest(ValueError):
    """Scores these items cannot have."""


class ScaleNotUsable(ValueError):
    """A range, grid or prior on which nobody can be scored."""


class Method(StrEnum):
    """How theta is estimated.

    ML    maximum of the likelihood; biased outwards, and at a bound of the range for all right and all wrong
    WLE   weighted likelihood, which removes the first-order bias of ML: Warm 1989; finite for every pattern
    MAP   maximum of the posterior (Bayes modal)
    EAP   mean of the posterior: Bock and Mislevy 1982
    """

    ML = "ml"
    WLE = "wle"
    MAP = "map"
    EAP = "eap"


class Curvature(StrEnum):
    """What the standard error of ML, WLE and MAP is the inverse square root of.

    OBSERVED   minus the second derivative, at the estimate, of the function that was maximised, as in R mirt
    EXPECTED   the Fisher information at the estimate, with 1 / prior_sd² added for MAP, as in R catR
    """

    OBSERVED = "observed"
    EXPECTED = "expected"


@dataclass(frozen=True)
class Scale:
    """The thetas that are possible, and how likely they are before anybody has answered.

    lowest, highest       range of theta
    points                even points on it, the ends included
    prior_mean, prior_sd  normal prior of MAP and EAP; ML and WLE do not use it

    Raises `ScaleNotUsable` for an empty range, fewer than 3 points, or a prior without width.
    """

    lowest: float = -6.0
    highest: float = 6.0
    points: int = 121
    prior_mean: float = 0.0
    prior_sd: float = 1.0

    def __post_init__(self) -> None:
        numbers = (self.lowest, self.highest, self.prior_mean, self.prior_sd)
        if not np.all(np.isfinite(numbers)) or self.lowest >= self.highest:
            raise ScaleNotUsable(f"Theta must run from a lower to a higher number: {self.lowest} to {self.highest}.")
        if not 3 <= self.points <= _MOST_POINTS:
            raise ScaleNotUsable(f"The grid needs 3 to {_MOST_POINTS} points, not {self.points}.")
        if self.prior_sd <= 0:
            raise ScaleNotUsable(f"The prior's standard deviation must be above 0, not {self.prior_sd}.")

    @cached_property
    def theta(self) -> Array:
        """The points, ascending, (points,)."""
        return np.linspace(self.lowest, self.highest, self.points)

    @cached_property
    def log_prior(self) -> Array:
        """Logarithm of the prior's density at the points, up to a constant, (points,)."""
        return np.asarray(-0.5 * np.square((self.theta - self.prior_mean) / self.prior_sd))


STANDARD = Scale()
"""The population N(0, 1) on 121 points of [-6, 6]."""


@dataclass(frozen=True)
class Score:
    """Ability of one person.

    theta           nan if ML or WLE had no answer to go by
    standard_error  posterior standard deviation (EAP), or from the curvature; inf if nothing is known
    at_bound        the maximum lies at an end of the range, so that theta only says "at least" or "at most"
    """

    theta: float
    standard_error: float
    method: Method
    at_bound: bool = False


@dataclass(frozen=True, eq=False)
class ScoreTable:
    """Abilities of many people, in their order: the fields of `Score`, each of shape (persons,)."""

    theta: Array
    standard_error: Array
    method: Method
    at_bound: NDArray[np.bool_]


def score(
    items: Sequence[ItemParameters],
    scores: Sequence[int],
    method: Method = Method.EAP,
    scale: Scale = STANDARD,
    *,
    uncertain: bool = True,
    curvature: Curvature = Curvature.OBSERVED,
) -> Score:
    """Return the ability of one person; `scores` has one whole score or `MISSING` per item. See `score_all`."""
    table = score_all(items, np.reshape(scores, (1, -1)), method, scale, uncertain=uncertain, curvature=curvature)
    return Score(float(table.theta[0]), float(table.standard_error[0]), method, bool(table.at_bound[0]))


def score_all(
    items: Sequence[ItemParameters],
    matrix: ArrayLike,
    method: Method = Method.EAP,
    scale: Scale = STANDARD,
    *,
    uncertain: bool = True,
    curvature: Curvature = Curvature.OBSERVED,
) -> ScoreTable:
    """Return the ability of each person.

    Parameters
    ----------
    items
        parameters of the test's items, of any curves, on the logistic metric with D = 1
    matrix
        (persons, items) whole scores from 0, `MISSING` where an item was not asked. Equal rows are scored each; for
        short tests keep them once with `Responses.patterns`
    method
        how theta is estimated
    scale
        EAP is the trapezoid rule at its points. The others are the highest maximum in its range, looked for at the
        points, since with guessing there may be several, and then refined to 1e-10
    uncertain
        use the effective slope, so that items known only with error count for less; no effect where se_b is 0
    curvature
        where the standard error of ML, WLE and MAP comes from

    Returns
    -------
    ScoreTable
        At a bound, and where the observed curvature is not positive, the standard error is that of the expected
        information there; at a bound it understates what is not known. Without any answer EAP and MAP give the prior,
        ML and WLE nan with an infinite standard error.

    Raises
    ------
    PatternNotOfTest
        another number of columns than items, or a score that its item does not have

    References
    ----------
    Warm 1989, Psychometrika 54, 427-450, for the weight J / (2 I); Samejima 1998 for more than two
    scores; Bock and Mislevy 1982, Applied Psychological Measurement 6, 431-444.
    """
    given = _checked(items, matrix)
    asked = np.flatnonzero((given != MISSING).any(axis=0)).tolist()
    given, curves = given[:, asked], Curves.of([items[at] for at in asked], uncertain=uncertain)
    at_points = curves.derivatives(scale.theta)
    size = max(1, _CELLS // max(curves.items * curves.scores, scale.points))
    parts = []
    for first in range(0, max(len(given), 1), size):
        people = _People(curves, given[first : first + size], scale, method)
        if method is Method.EAP:
            parts.append(_mean(people, at_points))
        else:
            parts.append(_maximum(people, at_points, curvature))
    theta, error, at_bound = (np.concatenate(part) for part in zip(*parts, strict=True))
    return ScoreTable(theta, error, method, at_bound.astype(np.bool_))


@dataclass(frozen=True)
class _People:
    """Some people's scores and the function whose maximum is their estimate."""

    curves: Curves
    scores: NDArray[np.intp]
    scale: Scale
    method: Method

    @cached_property
    def asked(self) -> Array:
        """1 where an answer was given, (persons, items)."""
        return np.asarray(self.scores != MISSING, dtype=np.float64)

    @cached_property
    def _answer(self) -> NDArray[np.intp]:
        return np.maximum(self.scores, 0).T[:, np.newaxis]

    def log_likelihood(self, at_points: LogDerivatives) -> Array:
        """Return the log-likelihood at the grid's points, (persons, points), by one matrix product per score."""
        total = np.zeros((len(self.scores), self.scale.points))
        for value in range(self.curves.scores):
            # A score an item does not have is -inf in the table, and nobody has it: 0 keeps 0 * inf out.
            log = at_points.log_probability[:, value]
            total += (self.scores == value).astype(np.float64) @ np.where(np.isneginf(log), 0.0, log)
        return total

    def objective(self, at_points: LogDerivatives) -> Array:
        """Return what is maximised at the grid's points, (persons, points), up to a constant."""
        total = self.log_likelihood(at_points)
        if self.method is Method.MAP:
            total += self.scale.log_prior
        if self.method is Method.WLE:
            weight = _ratio(self.asked @ at_points.warm, 2 * (self.asked @ at_points.information))
            steps = (weight[:, 1:] + weight[:, :-1]) / 2 * np.diff(self.scale.theta)
            total[:, 1:] += np.cumsum(steps, axis=1)
        return total

    def slope(self, theta: Array) -> Array:
        """Return the derivative of the objective, each person at their own theta, (persons,)."""
        tables = self.curves.derivatives(theta)
        slope = self._of_answers(tables.first)
        if self.method is Method.MAP:
            slope += (self.scale.prior_mean - theta) / self.scale.prior_sd**2
        if self.method is Method.WLE:
            slope += self._warm_weight(tables)
        return slope

    def precision(self, theta: Array, expected: NDArray[np.bool_]) -> Array:
        """Return the inverse of the squared standard error, from observed or expected curvature, (persons,)."""
        tables = self.curves.derivatives(theta)
        fisher = (self.asked.T * tables.information).sum(axis=0)
        observed = -self._of_answers(tables.second)
        if self.method is Method.WLE:
            above, below = (self._warm_weight(self.curves.derivatives(theta + step)) for step in (_NUDGE, -_NUDGE))
            observed -= (above - below) / (2 * _NUDGE)
        prior = 1 / self.scale.prior_sd**2 if self.method is Method.MAP else 0.0
        return np.asarray(np.where(expected | (observed + prior <= 0), fisher, observed) + prior)

    def _of_answers(self, table: Array) -> Array:
        """Return the sum over items of the entries of the given answers, (persons,)."""
        return np.asarray((np.take_along_axis(table, self._answer, axis=1)[:, 0] * self.asked.T).sum(axis=0))

    def _warm_weight(self, tables: LogDerivatives) -> Array:
        asked = self.asked.T
        return _ratio((asked * tables.warm).sum(axis=0), 2 * (asked * tables.information).sum(axis=0))


_Part = tuple[Array, Array, NDArray[np.bool_]]


def _mean(people: _People, at_points: LogDerivatives) -> _Part:
    theta = people.scale.theta
    log_posterior = people.log_likelihood(at_points) + people.scale.log_prior
    posterior = np.exp(log_posterior - log_posterior.max(axis=1, keepdims=True))
    posterior[:, [0, -1]] /= 2  # the trapezoid rule
    posterior /= posterior.sum(axis=1, keepdims=True)
    mean = posterior @ theta
    variance = (posterior * np.square(theta - mean[:, np.newaxis])).sum(axis=1)
    return mean, np.sqrt(variance), np.zeros(len(mean), dtype=np.bool_)


def _maximum(people: _People, at_points: LogDerivatives, curvature: Curvature) -> _Part:
    # 1. Find the highest point of the grid: a likelihood with guessing may have several maxima.
    grid = people.scale.theta
    best = people.objective(at_points).argmax(axis=1)
    low, high = grid[np.maximum(best - 1, 0)], grid[np.minimum(best + 1, len(grid) - 1)]

    # 2. Between its neighbours the slope changes sign once, unless the function still rises at an end of the range.
    theta = _falling_root(people.slope, low, high, grid[best])
    at_bound = (theta <= grid[0]) | (theta >= grid[-1])

    # 3. Say how sharp the maximum is.
    precision = people.precision(theta, at_bound | (curvature is Curvature.EXPECTED))
    with np.errstate(divide="ignore"):
        error = 1 / np.sqrt(precision)
    if people.method is not Method.MAP:
        nothing = ~people.asked.any(axis=1)
        theta, error, at_bound = np.where(nothing, np.nan, theta), np.where(nothing, np.inf, error), at_bound & ~nothing
    return theta, error, at_bound


def _falling_root(function: Callable[[Array], Array], low: Array, high: Array, otherwise: Array) -> Array:
    """Return where a falling function is 0 between low and high, `otherwise` where it has one sign: elementwise.

    Regula falsi with the Illinois rule (Dowell and Jarratt 1971): the bracket always holds the root, and the steps are
    nearly as fast as a secant's.
    """
    at_low, at_high = function(low), function(high)
    moving = (at_low > 0) & (at_high < 0)
    root, rose, fell = otherwise, np.zeros_like(moving), np.zeros_like(moving)
    for _ in range(_MOST_STEPS):
        fall = np.where(moving, at_low - at_high, 1.0)
        before, root = root, np.where(moving, low + (high - low) * at_low / fall, root)
        # Who has arrived stays, so that nobody's estimate depends on who is scored together with them.
        moving &= np.abs(root - before) > _CLOSE
        if not moving.any():
            break
        value = function(root)
        rises = value > 0
        # An end that stays for the second time counts half, so that it cannot stay for ever.
        at_low, at_high = (
            np.where(rises, value, np.where(fell, at_low / 2, at_low)),
            np.where(rises, np.where(rose, at_high / 2, at_high), value),
        )
        low, high = np.where(rises, root, low), np.where(rises, high, root)
        rose, fell = rises, ~rises
    return root


def _ratio(above: Array, below: Array) -> Array:
    """Return above / below, 0 where there is no information to divide by."""
    enough = below > np.finfo(np.float64).tiny
    return np.asarray(np.where(enough, above / np.where(enough, below, 1.0), 0.0))


def _checked(items: Sequence[ItemParameters], matrix: ArrayLike) -> NDArray[np.intp]:
    scores = np.asarray(matrix)
    if scores.ndim != 2 or scores.shape[1] != len(items):
        raise PatternNotOfTest(f"There are {len(items)} items; scores of shape {scores.shape} do not fit them.")
    if scores.dtype.kind not in "buif":
        raise PatternNotOfTest("Scores must be whole numbers.")
    whole = np.nan_to_num(np.asarray(scores, dtype=np.float64), nan=np.inf)
    highest = np.array([item.highest_score for item in items], dtype=np.float64)
    if np.any(whole != np.round(whole)) or np.any(whole < MISSING) or np.any(whole > highest):
        raise PatternNotOfTest("Scores run from 0 to the item's highest; write an item that was not asked as -1.")
    return whole.astype(np.intp)
