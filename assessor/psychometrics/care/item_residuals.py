"""Whether an item of an adaptive test behaves as its curve says: residuals weighted by everybody's posterior.

    >>> answers = Responses.from_rows([0, 0, 1, 1], [0, 1, 0, 2], [1, 0, 0, 1], items=["phone", "mail", "map"])
    >>> fits = residual_fit(answers, [ItemParameters(1.2, b) for b in (-1.0, 0.0, 1.0)])
    >>> [(fit.item, fit.answers, fit.p) for fit in fits][0]        # two answers are shown, not tested
    ('phone', 2.0, None)

On an adaptive test nobody had the same items, and sum scores cannot be compared. People are grouped by what all their
answers say about theta, each with the whole of their posterior and not with one uncertain estimate: grouping by
estimates would put a person who guessed this item well into a higher group because of that very guess.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.special import chdtrc

from assessor.psychometrics.measuring.response_models import (
    FURTHEST,
    SLOPES,
    Array,
    Curve,
    ItemParameters,
    graded_log_probabilities,
    log_probability_table,
    partial_credit_log_probabilities,
)
from assessor.psychometrics.measuring.responses import MISSING, ItemsDoNotMatch, Responses, Sparse

FEWEST_ANSWERS = 50
"""Answers below which an item's residuals are shown but not tested."""

VARIANCE_PER_BIN = 5.0
"""Least variance of the answers in an ability bin, scores taken from 0 to 1: about 5 right and 5 wrong ones. With less
the chi-square distribution is a poor approximation."""

PARAMETERS = ("a", "b", "c", "d")

RESOLVED = 0.10
"""Least share of its variance with theta known that a pattern of residuals must keep to be tested."""

_STEP = 1e-5


@dataclass(frozen=True, slots=True)
class Bin:
    """People of similar ability who answered an item.

    theta     mean of their ability
    people    how many of them are expected in the bin: their posterior mass, weighted
    observed  their mean score
    expected  the mean score that the item's curve gives them
    z         observed minus expected in standard errors; 0 where nothing can vary
    """

    theta: float
    people: float
    observed: float
    expected: float
    z: float


@dataclass(frozen=True, slots=True)
class ResidualFit:
    """Posterior-weighted residuals of one item.

    item        id of the item
    answers     people who answered it (weighted)
    statistic   chi-square distributed under the model; None = fewer than `FEWEST_ANSWERS` answers, or hardly any
                that could have been otherwise
    df          patterns over the bins that posteriors are sharp enough to tell apart, at most as many as bins, minus
                kinds of parameters estimated from the same answers; 0 = not tested
    p           probability of a value as large under the model; None = not tested
    rmsd        root mean square of observed minus expected over people, in score points. With many answers look at
                this first, since p then finds differences that matter to nobody. 0 without answers
    bins        ascending in theta; () without answers
    """

    item: str
    answers: float
    statistic: float | None
    df: int
    p: float | None
    rmsd: float
    bins: tuple[Bin, ...]


def residual_fit(
    responses: Responses,
    items: Sequence[ItemParameters],
    *,
    free: Sequence[str] = (),
    mean: float = 0.0,
    variance: float = 1.0,
    bins: int = 6,
    nodes: int = 121,
) -> tuple[ResidualFit, ...]:
    """Compare observed with expected scores of people of similar ability; works on adaptive and sparse answers.

    Person p has the posterior h_p(theta) given all their answers, this item's included, and gives bin B the residual
    u_pB = sum over theta in B of h_p(theta) (x_p - E(x | theta)). Under the model its expectation is 0 in every bin,
    however the items were chosen. With U = sum of u_p and V = sum of u_p u_p', U' V⁻¹ U is chi-square distributed.
    Posteriors wider than the bins blur neighbours into one another; only patterns whose variance in V is at least
    `RESOLVED` of that with theta known are tested, and their number is df. Where parameters were estimated from the
    same answers, their likelihood scores are first projected out of u_p, which also holds for estimates with a
    prior, and each kind of parameter takes one from df. That the other items' parameters are estimates too is not
    counted.

    Simulated with true parameters (adaptive, 15 of 60 items, 1,500 people) 5.3 % of the items had p < .05 and 1.2 %
    p < .01. With a and b of all items estimated from the same answers it was 5.2 and 1.7 %; 4.2 and .9 % with 20 of
    60 items and 3,000 people; 6.4 and 1.1 % with 30 fixed items and 1,000 people.

    Parameters
    ----------
    responses
        Answers, dense with gaps or sparse; weights count as people.
    items
        The parameters, in the order of the columns.
    free
        What was estimated for the items from these same answers: of "a", "b" (with all thresholds), "c" and "d".
        () = parameters known from elsewhere.
    mean, variance
        Of theta in the population, a normal distribution.
    bins
        At most this many, each with the same variance of the answers; fewer where that is small (`VARIANCE_PER_BIN`).
    nodes
        Points of [-6, 6] on which posteriors are kept.

    Raises
    ------
    ItemsDoNotMatch
        Another number of parameters than items, scores above an item's highest, or a parameter in `free` that
        items do not have.

    References
    ----------
    Haberman, Sinharay and Chon 2013 (residuals weighted by the posterior); Chalmers and Ng 2017 (PV-Q1, the same idea
    with random draws); Glas 1999 (parameters estimated from the same answers).
    """
    responses.check_items(items)
    if not set(free) <= set(PARAMETERS):
        raise ItemsDoNotMatch(f"Items have the parameters {', '.join(PARAMETERS)}; {free} names another.")
    theta = np.linspace(-6.0, 6.0, nodes)
    table = log_probability_table(items, theta, uncertain=False)
    prior = -0.5 * np.square(theta - mean) / variance
    crowd = np.zeros((len(items), nodes))
    for shard in responses.shards():
        asked = _scores(shard)
        asked.data[:] = np.repeat(shard.weight, np.diff(asked.indptr))
        crowd += asked.T @ _posteriors(shard, table, prior)
    studied = [_Studied(item, theta, row, bins, free) for item, row in zip(items, crowd, strict=True)]
    for shard in responses.shards():
        posterior = _posteriors(shard, table, prior)
        for at, item in enumerate(studied):
            who, score = shard.of_item(at)
            if len(who):
                item.add(posterior[who], score.astype(np.int64), shard.weight[who])
    return tuple(item.result(name) for name, item in zip(responses.items, studied, strict=True))


def _scores(shard: Responses) -> sparse.csr_array:
    """Return the answers as a sparse matrix in which a score of 0 is an entry too."""
    if isinstance(shard.scores, Sparse):
        start, item, score = shard.scores.start, shard.scores.item, shard.scores.score
    else:
        asked = shard.scores != MISSING
        start, item = np.concatenate(([0], np.cumsum(asked.sum(axis=1)))), np.nonzero(asked)[1].astype(np.int32)
        score = shard.scores[asked]
    return sparse.csr_array((score.astype(np.float64), item, start), shape=(shard.persons, len(shard.items)))


def _posteriors(shard: Responses, table: Array, log_prior: Array) -> Array:
    """Return everybody's posterior, (persons, points), each adding up to 1."""
    scores, (items, categories, points) = _scores(shard), table.shape
    place = scores.indices * categories + scores.data.astype(np.int64)
    given = sparse.csr_array((np.ones(len(place)), place, scores.indptr), shape=(shard.persons, items * categories))
    log_posterior = given @ table.reshape(-1, points) + log_prior
    posterior = np.exp(log_posterior - log_posterior.max(axis=1, keepdims=True))
    return np.asarray(posterior / posterior.sum(axis=1, keepdims=True), dtype=np.float64)


class _Studied:
    """Sums over the people who answered one item."""

    def __init__(self, item: ItemParameters, theta: Array, crowd: Array, bins: int, free: Sequence[str]) -> None:
        highest = item.highest_score
        probability = np.exp(log_probability_table([item], theta, uncertain=False)[0, : highest + 1])
        score = np.arange(highest + 1, dtype=np.float64)
        mean = score @ probability
        variance = crowd * (np.square(score) @ probability - np.square(mean)) / highest**2
        self.people = float(crowd.sum())
        self.inside = _bins(variance, int(np.clip(variance.sum() // VARIANCE_PER_BIN, 1, bins)))
        self.known = highest**2 * variance @ self.inside
        self.theta, self.expected = self.inside * theta[:, np.newaxis], self.inside * mean[:, np.newaxis]
        # Only logistic items have guessing and slipping shares.
        estimated = sorted(set(free) if item.curve is Curve.LOGISTIC else set(free) - {"c", "d"})
        self.free, self.gradient = len(estimated), _gradient(item, theta, estimated)
        number = self.inside.shape[1]
        width = number + self.gradient.shape[2]
        self.moments, self.total, self.products = np.zeros((4, number)), np.zeros(width), np.zeros((width, width))

    def add(self, posterior: Array, score: NDArray[np.int64], weight: Array) -> None:
        """Add people: posterior (people, points), score and weight (people,)."""
        mass, expected = posterior @ self.inside, posterior @ self.expected
        residual = score[:, np.newaxis] * mass - expected
        scores = np.zeros((len(score), self.gradient.shape[2]))
        for value in np.unique(score):
            scores[score == value] = posterior[score == value] @ self.gradient[value]
        both = np.concatenate([residual, scores], axis=1)
        self.total += weight @ both
        self.products += both.T @ (both * weight[:, np.newaxis])
        self.moments += [
            weight @ mass,
            weight @ (posterior @ self.theta),
            weight @ (residual + expected),
            weight @ expected,
        ]

    def result(self, name: str) -> ResidualFit:
        """Return the fit from all people added."""
        if not self.people:
            return ResidualFit(name, 0.0, None, 0, None, 0.0, ())
        residual, variance = self._without_estimation()
        mass, theta, observed, expected = self.moments
        spread = np.sqrt(np.maximum(np.diag(variance), 0))
        z = np.divide(residual, spread, out=np.zeros_like(residual), where=spread > 1e-6 * np.sqrt(self.known))
        columns = (theta / mass, mass, observed / mass, expected / mass, z)
        bins = tuple(Bin(*(float(value) for value in row)) for row in zip(*columns, strict=True))
        rmsd = float(np.sqrt(np.square((observed - expected) / mass) @ mass / mass.sum()))
        patterns = _resolved(self.products[: len(bins), : len(bins)], self.known)
        df = patterns.shape[1] - self.free
        if self.people < FEWEST_ANSWERS or df < 1:
            return ResidualFit(name, self.people, None, 0, None, rmsd, bins)
        statistic = _quadratic_form(patterns.T @ residual, patterns.T @ variance @ patterns, df)
        return ResidualFit(name, self.people, statistic, df, float(chdtrc(df, statistic)), rmsd, bins)

    def _without_estimation(self) -> tuple[Array, Array]:
        """Return residuals and their covariance after the likelihood scores of estimated parameters are taken out."""
        bins = self.inside.shape[1]
        across = self.products[:bins, bins:] @ np.linalg.pinv(self.products[bins:, bins:], hermitian=True)
        residual = self.total[:bins] - across @ self.total[bins:]
        variance = self.products[:bins, :bins] - across @ self.products[bins:, :bins]
        return residual, variance


def _resolved(variance: Array, known: Array) -> Array:
    """Return patterns over the bins with unit variance that posteriors resolve, (bins, patterns).

    variance  covariance of the bins' residuals
    known     variance of each bin's residual if everybody's theta were known
    """
    scale = 1 / np.sqrt(np.maximum(known, 1e-12))
    kept, patterns = np.linalg.eigh(scale[:, np.newaxis] * variance * scale)
    sharp = kept > RESOLVED
    return np.asarray(scale[:, np.newaxis] * patterns[:, sharp] / np.sqrt(kept[sharp]), dtype=np.float64)


def _quadratic_form(residual: Array, variance: Array, df: int) -> float:
    """Return residual' variance⁻¹ residual in the `df` directions of most variance.

    Each estimated parameter leaves hardly any variance in one direction; a chi-square there would rest on rounding.
    """
    left, directions = np.linalg.eigh(variance)
    along = directions[:, -df:].T @ residual
    return float(np.square(along) @ (1 / np.maximum(left[-df:], 1e-9)))


def _bins(amount: Array, number: int) -> Array:
    """Return 1 where a point (row) lies in a bin (column); the bins hold about equal amounts."""
    if not amount.any():
        return np.ones((len(amount), 1))
    below = np.cumsum(amount) - amount / 2
    of = np.minimum((below / amount.sum() * number).astype(np.int64), number - 1)
    # Points where nobody is belong to the nearest bin that has people; a bin of nobody has no mean.
    peopled = np.flatnonzero(amount > 1e-9 * amount.sum())
    nearest = peopled[np.searchsorted(peopled, np.arange(len(amount))).clip(max=len(peopled) - 1)]
    _, of = np.unique(of[nearest], return_inverse=True)
    return np.asarray(of[:, np.newaxis] == np.arange(of.max() + 1), dtype=np.float64)


def _gradient(item: ItemParameters, theta: Array, free: Sequence[str]) -> Array:
    """Return d log P(score | theta) by each free parameter: (scores, points, parameters), by central differences."""
    columns = []
    for name in free:
        if name == "b" and item.curve is not Curve.LOGISTIC:
            columns += [_by_threshold(item, theta, at) for at in range(item.highest_score)]
        else:
            columns.append(_by_parameter(item, theta, name))
    shape = (item.highest_score + 1, len(theta), 0)
    return np.stack(columns, axis=2) if columns else np.zeros(shape)


def _by_parameter(item: ItemParameters, theta: Array, name: str) -> Array:
    """Return d log P by one parameter, (scores, points); from one side at the end of its range."""
    between = (item.c + item.d) / 2
    ranges = {"a": SLOPES, "b": (-FURTHEST, FURTHEST), "c": (0.0, between), "d": (between, 1.0)}
    value, (lowest, highest) = getattr(item, name), ranges[name]
    step = min(_STEP, item.a / 4) if name == "a" else _STEP
    low, high = max(value - step, lowest), min(value + step, highest)
    pair = [replace(item, **{name: low}), replace(item, **{name: high})]
    below, above = log_probability_table(pair, theta, uncertain=False)[:, : item.highest_score + 1]
    return np.asarray((above - below) / (high - low), dtype=np.float64)


def _by_threshold(item: ItemParameters, theta: Array, at: int) -> Array:
    """Return d log P by the threshold at this place, (scores, points)."""
    is_graded = item.curve is Curve.GRADED
    # Graded thresholds must not pass each other.
    gap = float(np.diff(item.thresholds).min()) if is_graded and item.highest_score > 1 else 1.0
    step = min(_STEP, gap / 4)
    moved = np.tile(item.thresholds, (2, 1))
    moved[:, at] += (-step, step)
    curve = graded_log_probabilities if is_graded else partial_credit_log_probabilities
    below, above = curve(theta, np.full(2, item.a), moved)
    return np.asarray((above - below) / (2 * step), dtype=np.float64)
