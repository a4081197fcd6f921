"""Classical test statistics: difficulty, discrimination and reliability, without a response model.

    >>> sheet = Responses.from_matrix([[1, 1, 1], [1, 1, 0], [1, 0, 0], [0, 0, 0]])
    >>> [round(item.mean, 2) for item in item_statistics(sheet)]
    [0.75, 0.5, 0.25]
    >>> round(reliability(sheet).alpha, 2)
    0.75

Answers missing by design (several forms, adaptive tests) are supported: every mean is over the people who had the
item, every covariance over those who had both. Everything below follows from the table of these covariances, so that
complete data give the textbook values. Where two items were never shown to the same person, a whole test of all
items has no reliability to state; `marginal_reliability` then speaks for the estimates of ability instead.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.linalg import eigh

from assessor.psychometrics.measuring.response_models import Array
from assessor.psychometrics.measuring.responses import MISSING, Responses

LEAST_AGREEMENT = 1e-9
"""1 + r of two halves of a test below which they are exact opposites: the formula divides by it."""


class NothingInCommon(ValueError):
    """Items that too few people had together: their sum score has no variance to divide up."""


@dataclass(frozen=True, slots=True)
class ItemStatistics:
    """What one item's scores show.

    item              id of the item
    answers           people who answered it (weighted)
    mean              mean score; for 0/1 items the share who were right, the p-value
    difficulty        mean as a share of the highest score seen, 0 (nobody) to 1 (everybody)
    sd                standard deviation of the score (n - 1)
    rest_correlation  correlation with the sum of all other items, the item itself left out; -1 to 1; nan = not
                      known, since the item does not vary or shares too few people with others
    alpha_without     Cronbach's alpha of the other items; above the alpha of all, the item weakens the test; nan =
                      not known
    """

    item: str
    answers: float
    mean: float
    difficulty: float
    sd: float
    rest_correlation: float
    alpha_without: float


@dataclass(frozen=True, slots=True)
class Reliability:
    """How well the sum score would agree with that of an equivalent test, 0 to 1.

    alpha                       Cronbach 1951; a lower bound
    kuder_richardson_20         the same number under its older name; None = not all items are scored 0/1
    lambda_2                    Guttman 1945; a lower bound, never below alpha
    split_half                  odd against even items, stepped up by the Spearman-Brown formula; nan = it cannot be
                                computed, since a half does not vary or the halves are exact opposites
    omega                       McDonald 1999, total, from one common factor; None = the items have no common factor
    sd                          standard deviation of the sum score
    standard_error_of_measurement   sd sqrt(1 - alpha), in score points
    """

    alpha: float
    kuder_richardson_20: float | None
    lambda_2: float
    split_half: float
    omega: float | None
    sd: float
    standard_error_of_measurement: float


@dataclass(frozen=True, eq=False)
class _Moments:
    """Pairwise moments. people (items, items) who had both; mean (items,); covariance (items, items), nan = unknown."""

    people: Array
    mean: Array
    covariance: Array


def item_statistics(responses: Responses, ability: ArrayLike | None = None) -> tuple[ItemStatistics, ...]:
    """Return the classical statistics of every item.

    Parameters
    ----------
    responses
        Scores; weights count as people; missing answers are left out of each sum.
    ability
        Each person's estimate, (persons,). Given for adaptive tests: `rest_correlation` is then the correlation of
        score and estimate over the people who had the item. It is a little too high, for the estimate rests on this
        item too, and lower than on a fixed test, for people who had an item are alike. None = the other items' sum.

    References
    ----------
    Lord and Novick 1968, section 15.
    """
    moments = _moments(responses)
    covariance = moments.covariance
    total = covariance.sum()
    with_all = covariance.sum(axis=0)
    variance = np.diag(covariance)
    rest_variance = total - 2 * with_all + variance
    alone = _correlation(with_all - variance, variance, rest_variance)
    if ability is not None:
        alone = _with_ability(responses, np.asarray(ability, dtype=np.float64))
    others = len(variance) - 1
    without = np.full(len(variance), np.nan)
    if others > 1:
        share = np.divide(variance.sum() - variance, rest_variance, out=without.copy(), where=rest_variance > 0)
        without = others / (others - 1) * (1 - share)
    highest = np.maximum(responses.highest_score, 1)
    columns = (np.diag(moments.people), moments.mean, moments.mean / highest, np.sqrt(variance), alone, without)
    rows = zip(*columns, strict=True)
    return tuple(ItemStatistics(item, *map(float, row)) for item, row in zip(responses.items, rows, strict=True))


def reliability(responses: Responses) -> Reliability:
    """Return the reliability of the sum score over all items.

    Raises
    ------
    NothingInCommon
        There is one item only, two items were never answered by the same two people, or all sum scores are equal.

    References
    ----------
    Cronbach 1951; Kuder and Richardson 1937, formula 20; Guttman 1945, lambda 2; McDonald 1999, equation 6.20.
    """
    covariance = _moments(responses).covariance
    number, total = len(covariance), float(covariance.sum())
    if number < 2:
        raise NothingInCommon("One item has no reliability. Give the answers to at least two.")
    if np.isnan(total):
        raise NothingInCommon(
            "Some items were never answered by the same people, so their sum score cannot be judged. "
            "Choose items of one form, or use `marginal_reliability`."
        )
    if total <= 0:
        raise NothingInCommon("All sum scores are equal. Give the answers of people who differ.")
    variances = float(np.trace(covariance))
    apart = covariance - np.diag(np.diag(covariance))
    alpha = number / (number - 1) * (1 - variances / total)
    lambda_2 = (total - variances + np.sqrt(number / (number - 1) * np.square(apart).sum())) / total
    binary = bool(responses.highest_score.max() <= 1)
    error = float(np.sqrt(total * max(1 - alpha, 0.0)))
    return Reliability(
        alpha,
        alpha if binary else None,
        float(lambda_2),
        _split_half(covariance),
        _omega(covariance),
        float(np.sqrt(total)),
        error,
    )


def marginal_reliability(theta: ArrayLike, standard_errors: ArrayLike, weight: ArrayLike | None = None) -> float:
    """Return the reliability of estimates of ability, 0 to 1, for tests in which everybody has other items.

    EAP estimates: Var(theta) / (Var(theta) + mean SE²), since the variance of people is that of their estimates plus
    what the estimates do not know. It equals 1 - mean SE² / Var(people).

    Parameters
    ----------
    theta, standard_errors
        EAP estimates and posterior standard deviations, (persons,).
    weight
        People that each row stands for.

    Raises
    ------
    NothingInCommon
        There are fewer than two people.

    References
    ----------
    Green, Bock, Humphreys, Linn and Reckase 1984.
    """
    estimates, errors = np.asarray(theta, dtype=np.float64), np.asarray(standard_errors, dtype=np.float64)
    if estimates.size < 2 or estimates.shape != errors.shape:
        raise NothingInCommon("Give the estimate and the standard error of at least two people.")
    people = np.ones_like(estimates) if weight is None else np.asarray(weight, dtype=np.float64)
    mean = float(np.average(estimates, weights=people))
    known = float(np.average(np.square(estimates - mean), weights=people))
    unknown = float(np.average(np.square(errors), weights=people))
    return known / (known + unknown) if known > 0 else 0.0


def _moments(responses: Responses) -> _Moments:
    """Add up, shard by shard, the sums over people who had both items of each pair."""
    items = len(responses.items)
    people, sums, products = (np.zeros((items, items)) for _ in range(3))
    for shard in responses.shards():
        scores = shard.dense().astype(np.float64)
        had = (scores != MISSING).astype(np.float64)
        scores *= had
        people += had.T @ (had * shard.weight[:, np.newaxis])
        sums += scores.T @ (had * shard.weight[:, np.newaxis])
        products += scores.T @ (scores * shard.weight[:, np.newaxis])
    both = people > 1
    product = np.divide(sums * sums.T, people, out=np.zeros_like(sums), where=both)
    covariance = np.divide(products - product, people - 1, out=np.full_like(sums, np.nan), where=both)
    alone = np.diag(people)
    mean = np.divide(np.diag(sums), alone, out=np.full(items, np.nan), where=alone > 0)
    return _Moments(people, mean, covariance)


def _correlation(covariance: Array, first: Array, second: Array) -> Array:
    spread = np.sqrt(np.maximum(first * second, 0.0))
    unknown = np.full_like(spread, np.nan)
    return np.asarray(np.divide(covariance, spread, out=unknown, where=spread > 1e-12), dtype=np.float64)


def _with_ability(responses: Responses, ability: Array) -> Array:
    """Return the correlation of score and ability over the people who had each item."""
    sums = np.zeros((6, len(responses.items)))
    first = 0
    for shard in responses.shards():
        theta = ability[first : first + shard.persons]
        first += shard.persons
        scores = shard.dense().astype(np.float64)
        had = (scores != MISSING).astype(np.float64)
        scores *= had
        weighted = theta * shard.weight
        sums += [
            shard.weight @ had,
            shard.weight @ scores,
            shard.weight @ np.square(scores),
            weighted @ had,
            (weighted * theta) @ had,
            weighted @ scores,
        ]
    people, score, score_2, theta_1, theta_2, both = sums
    people = np.maximum(people, 1)
    return _correlation(
        both - score * theta_1 / people, score_2 - np.square(score) / people, theta_2 - np.square(theta_1) / people
    )


def _split_half(covariance: Array) -> float:
    """Return 2 r / (1 + r), r the correlation of the sums of odd and of even items; nan where r is -1."""
    odd, even = covariance[::2, ::2].sum(), covariance[1::2, 1::2].sum()
    across = covariance[::2, 1::2].sum()
    if odd * even <= 0:
        return float("nan")
    r = float(across / np.sqrt(odd * even))
    return 2 * r / (1 + r) if 1 + r > LEAST_AGREEMENT else float("nan")


def _omega(covariance: Array, steps: int = 200) -> float | None:
    """Return (sum of loadings)² over the variance of the sum, by principal axes of one factor."""
    loadings = np.zeros(len(covariance))
    reduced = covariance.copy()
    common = np.abs(covariance - np.diag(np.diag(covariance))).max(axis=0)
    for _ in range(steps):
        np.fill_diagonal(reduced, np.minimum(common, np.diag(covariance)))
        (value,), vectors = eigh(reduced, subset_by_index=[len(reduced) - 1, len(reduced) - 1])
        if value <= 0:
            return None
        before, loadings = loadings, vectors[:, 0] * np.sqrt(value)
        common = np.square(loadings)
        if np.abs(np.abs(loadings) - np.abs(before)).max() < 1e-9:
            break
    unique = np.maximum(np.diag(covariance) - common, 0).sum()
    general = float(loadings.sum() ** 2)
    return general / (general + float(unique))
