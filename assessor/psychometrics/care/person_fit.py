"""How well a person's answers agree with the model: lz and lz*, sums over the course of a test, and rapid guesses.

    >>> items = [ItemParameters(1.2, b) for b in (-2.0, -1.0, 0.0, 1.0, 2.0)]
    >>> answers = Responses.from_matrix([[1, 1, 1, 0, 0], [0, 0, 1, 1, 1]])
    >>> person_fit(answers, items, theta=[0.3, 0.3]).lz.round(1).tolist()
    [0.9, -5.2]

These numbers show that an answer path is unusual, never why: a copied answer, a misread language, a lucky guess and
a gap in somebody's schooling look alike. They are given with words for a person to weigh, and change no score.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike, NDArray

from assessor.psychometrics.measuring.derivatives import Curves
from assessor.psychometrics.measuring.response_models import Array, ItemParameters, log_probability_table
from assessor.psychometrics.measuring.responses import MISSING, Responses

Flags = NDArray[np.bool_]

NORMATIVE_SHARE = 0.10
"""Share of an item's median time below which an answer counts as a rapid guess; .10 to .15 is usual."""

LONGEST_THRESHOLD = 10.0
"""Seconds above which nothing counts as rapid, however long an item takes: Wise and Ma 2012."""


class PathsNotUsable(ValueError):
    """Paths through a test, or times, that cannot be computed with."""


class Agreement(StrEnum):
    """How a person's answers agree with the model, in words for the person who looks at them."""

    SURPRISING = "more surprising answers than the model expects"
    USUAL = "as many surprising answers as the model expects"
    TOO_REGULAR = "fewer surprising answers than the model expects"
    UNKNOWN = "too few answers to tell"


@dataclass(frozen=True, eq=False)
class PersonFit:
    """Fit of each person; every array has one value per person.

    answered        answers given
    log_likelihood  of the answers at theta
    lz              log-likelihood standardised as if theta were known; nan = no answer that could have been otherwise
    lz_star         standardised for theta estimated from the same answers, about N(0, 1) for people who follow the
                    model; nan = fewer than two such answers
    """

    answered: NDArray[np.int64]
    log_likelihood: Array
    lz: Array
    lz_star: Array

    def in_words(self, limit: float = 1.96) -> tuple[Agreement, ...]:
        """Return what lz* says about each person; `limit` is how far it may be from 0 to be usual."""
        return tuple(_agreement(float(value), limit) for value in self.lz_star)


@dataclass(frozen=True, eq=False)
class Course:
    """Sums of residuals over the course of a test: where in it somebody's answers left the model.

    upper  after each answer, (persons, positions), never below 0: more right than expected so far
    lower  the same, never above 0: fewer right than expected so far. After the last answer both stay
    """

    upper: Array
    lower: Array

    @property
    def highest(self) -> Array:
        """The highest sum of each person."""
        return np.asarray(self.upper.max(axis=1), dtype=np.float64)

    @property
    def lowest(self) -> Array:
        """The lowest sum of each person."""
        return np.asarray(self.lower.min(axis=1), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class CourseLimits:
    """Bounds that people who follow the model seldom cross.

    lower, upper  a person is pointed out when the lowest sum is below `lower` or the highest above `upper`
    false_alarms  share of people who follow the model and are pointed out all the same, as simulated
    """

    lower: float
    upper: float
    false_alarms: float

    def crossed(self, course: Course) -> Flags:
        """Return for each person whether a bound was crossed."""
        return np.asarray((course.highest > self.upper) | (course.lowest < self.lower))


def person_fit(responses: Responses, items: Sequence[ItemParameters], theta: ArrayLike) -> PersonFit:
    """Standardise each person's log-likelihood: lz (Drasgow, Levine and Williams 1985) and lz* (Snijders 2001).

    lz = (l - E l) / sqrt(Var l) with l the log-likelihood at theta; any number of scores.

    An estimate follows the answers, so that lz spreads too little and lies too high. lz* takes the part of l out that
    moves theta: with g the derivative of l, c = Cov(l, g) / Var(g), lz* = (l - E l - c g) / sqrt(Var l - c Cov(l, g)).
    For ML, MAP and WLE this is Snijders' formula: his r0, which is 0, (mean - theta) / variance and J / (2 I), is -g
    at the estimate by the very equation the estimate solves. EAP solves no such equation; the same expression is
    taken at it. Simulated with 20 and with 60 fixed items, 5.2 to 5.7 % of people who follow the model lie below
    -1.645, alike for EAP, MAP and ML. Adaptive tests leave fewer surprises to find: there 1.9 % (20 items) and 3.5 %
    (40) lie below, so that lz* overlooks more than it says. See `course` for them.

    Parameters
    ----------
    responses
        Dense with gaps or sparse.
    items
        The parameters, in the order of the columns.
    theta
        Each person's estimate, (persons,), by whichever method.

    Raises
    ------
    ItemsDoNotMatch
        Another number of parameters than items, or scores above an item's highest.
    PathsNotUsable
        Not one finite theta for each person.

    References
    ----------
    Snijders 2001, equations 14 to 20; Magis, Raîche and Béland 2012; Sinharay 2016 for more than two scores.
    """
    responses.check_items(items)
    at = _per_person(theta, responses.persons)
    # Sums over each person's answers: l - E l, Var l, g, Cov(l, g), Var g, l.
    sums = np.zeros((6, responses.persons))
    answered = np.zeros(responses.persons, dtype=np.int64)
    for column, item in enumerate(items):
        who, score = responses.of_item(column)
        if not len(who):
            continue
        curves = Curves.of([item], uncertain=False).derivatives(at[who])
        log, slope = curves.log_probability[0], curves.first[0]
        share, given_scores = np.exp(log), score[np.newaxis].astype(np.intp)
        given, mean = np.take_along_axis(log, given_scores, axis=0)[0], (share * log).sum(axis=0)
        variance = (share * np.square(log - mean)).sum(axis=0)
        toward = np.take_along_axis(slope, given_scores, axis=0)[0]
        together, information = (share * log * slope).sum(axis=0), (share * np.square(slope)).sum(axis=0)
        sums[:, who] += [given - mean, variance, toward, together, information, given]
        answered[who] += 1
    surplus, variance, toward, together, information, likelihood = sums
    share = np.divide(together, information, out=np.zeros_like(together), where=information > 0)
    lz = _standardised(surplus, variance)
    lz_star = _standardised(surplus - share * toward, variance - share * together)
    return PersonFit(answered, likelihood, lz, np.where(answered > 1, lz_star, np.nan))


def course(residuals: ArrayLike) -> Course:
    """Add residuals up over a test, in both directions: van Krimpen-Stoop and Meijer 2000, the statistic T1.

    With T = (x - E(x | theta)) / n, n the number of answers: upper(k) = max(0, upper(k - 1) + T) and lower(k) =
    min(0, lower(k - 1) + T). A run of right answers to hard items raises the one, a run of careless mistakes lowers
    the other.

    Parameters
    ----------
    residuals
        (persons, positions), in the order in which items were shown, from -1 to 1; nan after the last answer. See
        `residuals_in_order`.
    """
    table = np.asarray(residuals, dtype=np.float64)
    if table.ndim != 2 or not table.shape[1]:
        raise PathsNotUsable(f"Residuals must be a persons × positions table, not of shape {table.shape}.")
    missing = np.isnan(table)
    length = np.maximum((~missing).sum(axis=1, keepdims=True), 1)
    steps = np.where(missing, 0.0, table) / length
    # A sum that restarts at 0 is the distance of the running total from its lowest (highest) point so far.
    running = np.concatenate([np.zeros_like(steps[:, :1]), np.cumsum(steps, axis=1)], axis=1)
    upper = running - np.minimum.accumulate(running, axis=1)
    lower = running - np.maximum.accumulate(running, axis=1)
    return Course(upper[:, 1:], lower[:, 1:])


def residuals_in_order(items: Sequence[ItemParameters], shown: ArrayLike, scores: ArrayLike, theta: ArrayLike) -> Array:
    """Return (score - expected score) / highest score along each person's path, nan where nothing was shown.

    Parameters
    ----------
    items
        Parameters of the bank.
    shown
        Position in `items` of the item shown, (persons, positions); -1 after the last.
    scores
        The scores, same shape; `MISSING` = not answered.
    theta
        Each person's final estimate, (persons,).
    """
    path, given = np.asarray(shown, dtype=np.intp), np.asarray(scores, dtype=np.int64)
    if path.ndim != 2 or path.shape != given.shape or path.max(initial=-1) >= len(items):
        raise PathsNotUsable("Items shown and scores must be tables of one shape, with positions in the list of items.")
    at = _per_person(theta, len(path))
    residuals = np.full(path.shape, np.nan)
    for number in np.unique(path[(path >= 0) & (given > MISSING)]):
        here = (path == number) & (given > MISSING)
        highest = items[number].highest_score
        shares = np.exp(log_probability_table([items[number]], at[np.nonzero(here)[0]], uncertain=False)[0])
        residuals[here] = (given[here] - np.arange(highest + 1) @ shares) / highest
    return residuals


def course_limits(follow_the_model: Course, false_alarms: float = 0.05, check: Course | None = None) -> CourseLimits:
    """Return the bounds that this share of simulated people cross, half of it on either side.

    Parameters
    ----------
    follow_the_model
        The course of simulated people whose answers come from the model, on the same test: bank, rules and length.
        The bounds depend on all of these, so there is no table of them.
    false_alarms
        Share of such people to be pointed out, 0 to 1; half of it on either side.
    check
        The course of other such people, by whom the stated share is counted; None = counted on the same people.
    """
    upper = float(np.quantile(follow_the_model.highest, 1 - false_alarms / 2))
    lower = float(np.quantile(follow_the_model.lowest, false_alarms / 2))
    counted = CourseLimits(lower, upper, 0.0).crossed(check or follow_the_model)
    return CourseLimits(lower, upper, float(counted.mean()))


def ideal_course(length: int, people: int, rng: Generator, a: float = 1.2) -> Course:
    """Simulate the course of people who follow the model, on an adaptive test with an item for every theta.

    Each 2PL item has slope `a` and the difficulty of the current EAP estimate; residuals are taken at the last
    estimate. Good enough for limits before a bank's own simulation is there.

    Limits found so with 20,000 people, a = 1.2: ±.215 (10 items), ±.164 (20) and ±.139 (30) for 5 % false alarms,
    ±.242, ±.184 and ±.157 for 1 %; 20,000 others crossed those for 5 % in 4.6 to 5.0 %. Of a single bank's
    own items and rules they are an approximation; slopes from .8 to 1.6 move them by .02 or less at 20 items.
    """
    points = np.linspace(-5.0, 5.0, 81)
    theta, difficulty, right = rng.normal(size=people), np.zeros((people, length)), np.zeros((people, length))
    log_posterior = np.tile(-0.5 * np.square(points), (people, 1))
    for position in range(length):
        difficulty[:, position] = _means(log_posterior, points)
        chance = 1 / (1 + np.exp(-a * (theta - difficulty[:, position])))
        right[:, position] = rng.random(people) < chance
        sign = np.where(right[:, position] > 0, -1.0, 1.0)[:, np.newaxis]
        log_posterior -= np.logaddexp(0.0, sign * a * (points - difficulty[:, position, np.newaxis]))
    estimate = _means(log_posterior, points)[:, np.newaxis]
    return course(right - 1 / (1 + np.exp(-a * (estimate - difficulty))))


def rapid_guesses(seconds: ArrayLike, usual_seconds: ArrayLike, share: float = NORMATIVE_SHARE) -> Flags:
    """Return which answers came too fast to have been thought about; for looking at, never for scoring.

    An answer is rapid below `share` of the item's usual time, but never above `LONGEST_THRESHOLD` seconds.

    Parameters
    ----------
    seconds
        Time of each answer; nan = not known, which is never rapid.
    usual_seconds
        Median time of the item, broadcast against `seconds`; see `usual_times`.
    share
        Share of the usual time, .10 to .15.

    References
    ----------
    Wise and Ma 2012 (normative threshold), with the median for their mean: one forgotten tab moves a mean.
    """
    threshold = np.minimum(share * np.asarray(usual_seconds, dtype=np.float64), LONGEST_THRESHOLD)
    return np.asarray(np.asarray(seconds, dtype=np.float64) < threshold)


def usual_times(seconds: ArrayLike) -> Array:
    """Return each item's median time, (items,), of a persons × items table; nan where nobody has a time."""
    table = np.asarray(seconds, dtype=np.float64)
    usual = np.full(table.shape[1], np.nan)
    timed = ~np.isnan(table).all(axis=0)
    usual[timed] = np.nanmedian(table[:, timed], axis=0)
    return usual


def _agreement(value: float, limit: float) -> Agreement:
    if np.isnan(value):
        return Agreement.UNKNOWN
    if abs(value) <= limit:
        return Agreement.USUAL
    return Agreement.SURPRISING if value < 0 else Agreement.TOO_REGULAR


def _per_person(theta: ArrayLike, persons: int) -> Array:
    at = np.asarray(theta, dtype=np.float64)
    if at.shape != (persons,) or not np.all(np.isfinite(at)):
        raise PathsNotUsable(f"theta must be one finite number for each of {persons} people.")
    return at


def _standardised(surplus: Array, variance: Array) -> Array:
    out = np.full(len(surplus), np.nan)
    return np.asarray(np.divide(surplus, np.sqrt(np.maximum(variance, 0)), out=out, where=variance > 1e-12))


def _means(log_posterior: Array, points: Array) -> Array:
    weights = np.exp(log_posterior - log_posterior.max(axis=1, keepdims=True))
    return np.asarray((weights @ points) / weights.sum(axis=1), dtype=np.float64)
