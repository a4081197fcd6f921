"""Criteria for the next item: each tells, for every candidate at once, what asking it would be worth.

    >>> from assessor.psychometrics.measuring.response_models import ItemParameters
    >>> bank = Curves.of([ItemParameters(1.2, -1.0), ItemParameters(1.2, 0.1)])
    >>> theta = np.linspace(-4, 4, 81)
    >>> posterior = np.exp(-0.5 * theta**2)
    >>> choice = Choice(bank, 0.0, theta, likelihood=np.ones(81), posterior=posterior)
    >>> CRITERIA["information"].value(choice).round(2).tolist()
    [0.26, 0.36]

A criterion is a pure function of a `Choice` and returns one finite value per candidate, (candidates,), so that an audit
sees by how much the chosen item was better. Information is in units of 1 / theta², a variance in theta², a distance in
theta, a Kullback-Leibler value in nats. `CRITERIA` names those that need nothing else, and knows for which of them the
smallest value is best. Sums over theta are weighted by the caller: a likelihood or posterior times the weights of any
quadrature rule, on any scale. Where it is a scale that adds up to 1, the values are averages.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike, NDArray

from assessor.psychometrics.measuring.derivatives import Curves, LogDerivatives
from assessor.psychometrics.measuring.information import most_informative_theta
from assessor.psychometrics.measuring.response_models import Array, Curve


class StrataNotUsable(ValueError):
    """A number of strata that these items cannot be divided into, or a stage without a stratum."""


@dataclass(frozen=True, eq=False)
class Choice:
    """One choice of an item: the candidates, and what the answers so far say about theta.

    candidates         curves of the items that may be asked, for a pool `Curves.take`
    estimate           theta as it is estimated now
    theta              (points,)
    likelihood         (points,) of the answers so far, without the prior; ones before the first
    posterior          (points,) likelihood times prior
    known_log_table    (candidates, scores, points) log P(score | theta), if a pool has it already
    known_information  (candidates, points), if a pool has it already
    """

    candidates: Curves
    estimate: float
    theta: Array
    likelihood: Array
    posterior: Array
    known_log_table: Array | None = None
    known_information: Array | None = None

    @cached_property
    def at_estimate(self) -> LogDerivatives:
        """The candidates' curves at the estimate, tables of one point."""
        return self.candidates.derivatives([self.estimate])

    @cached_property
    def log_table(self) -> Array:
        """log P(score | theta), (candidates, scores, points)."""
        return self._tables.log_probability if self.known_log_table is None else self.known_log_table

    @cached_property
    def information(self) -> Array:
        """Information of each candidate, (candidates, points)."""
        return self._tables.information if self.known_information is None else self.known_information

    @cached_property
    def _tables(self) -> LogDerivatives:
        return self.candidates.derivatives(self.theta)


def information(choice: Choice) -> Array:
    """Return the Fisher information at the estimate: largest is best (MFI; Lord 1980, chapter 10)."""
    return np.asarray(choice.at_estimate.information[:, 0])


def nearest_difficulty(choice: Choice) -> Array:
    """Return |b - estimate|: smallest is best (Urry 1970). The mean threshold counts where there are several."""
    return np.asarray(np.abs(choice.candidates.difficulty - choice.estimate))


def nearest_optimum(choice: Choice) -> Array:
    """Return the distance from the estimate to the theta where an item tells most: smallest is best.

    That theta is exact for logistic items; for others it is the best of `choice.theta`.
    """
    optimum = choice.theta[choice.information.argmax(axis=1)]
    for group in choice.candidates.groups:
        if group.curve is Curve.LOGISTIC:
            optimum[group.at] = most_informative_theta(group.a, group.b, group.c, group.d)[:, 0]
    return np.asarray(np.abs(optimum - choice.estimate))


def likelihood_weighted_information(choice: Choice) -> Array:
    """Return the sum of information times likelihood: largest is best (MLWI; Veerkamp and Berger 1997)."""
    return np.asarray(choice.information @ choice.likelihood)


def weighted_information(choice: Choice) -> Array:
    """Return the sum of information times posterior: largest is best (MPWI; van der Linden 1998)."""
    return np.asarray(choice.information @ choice.posterior)


def kullback_leibler(choice: Choice) -> Array:
    """Return the Kullback-Leibler information, weighted by the likelihood: largest is best (KL).

    The sum over theta of likelihood times sum over scores of P(estimate) log(P(estimate) / P(theta)): how well the item
    tells the estimate from the other thetas that are still likely. Chang and Ying 1996, Applied Psychological
    Measurement 20, 213-229, with a likelihood in place of their interval.
    """
    return _divergence(choice, choice.likelihood)


def posterior_kullback_leibler(choice: Choice) -> Array:
    """Return the Kullback-Leibler information, weighted by the posterior: largest is best (KLP)."""
    return _divergence(choice, choice.posterior)


def discrimination(choice: Choice) -> Array:
    """Return the variance of the item's curve under the likelihood: largest is best (GDI).

    Kaplan, de la Torre and Barrada 2015, Applied Psychological Measurement 39, 167-188. The curve is the expected score
    as a share of the highest, P(right) of a logistic item.
    """
    return _variance_of_curve(choice, choice.likelihood)


def posterior_discrimination(choice: Choice) -> Array:
    """Return the variance of the item's curve under the posterior: largest is best (GDIP)."""
    return _variance_of_curve(choice, choice.posterior)


def expected_information(choice: Choice, *, at_estimate: bool = False) -> Array:
    """Return the information expected at the estimate after the answer: largest is best (MEI).

    For each score the observed information of the item at the new posterior mean, weighted by the score's probability.

    Parameters
    ----------
    choice
        The candidates and what is known of theta.
    at_estimate
        Take that probability at the estimate, as R catR does, and not averaged over the posterior.

    Returns
    -------
    (candidates,), in units of 1 / theta²; below 0 where a guess may have been lucky.

    References
    ----------
    van der Linden 1998, Psychometrika 63, 201-216.
    """
    forecast, mean, _ = _after_each_score(choice, at_estimate)
    observed = -np.diagonal(choice.candidates.derivatives(mean).second, axis1=1, axis2=2)
    return np.asarray((forecast * observed).sum(axis=1))


def expected_posterior_variance(choice: Choice, *, at_estimate: bool = False) -> Array:
    """Return the posterior variance of theta expected after the answer: smallest is best (MEPV).

    The sum over scores of P(score) Var(theta | answers so far, score). Averaged over the posterior it is never above
    the variance now.

    Parameters
    ----------
    choice
        The candidates and what is known of theta.
    at_estimate
        Take the scores' probabilities at the estimate, as R catR does, and not averaged over the posterior.

    Returns
    -------
    (candidates,), above 0, in units of theta².

    References
    ----------
    Owen 1975; van der Linden 1998, Psychometrika 63, 201-216.
    """
    forecast, _, variance = _after_each_score(choice, at_estimate)
    return np.asarray((forecast * variance).sum(axis=1))


def strata_by_slope(slope: ArrayLike, strata: int) -> NDArray[np.intp]:
    """Return the stratum of each item of a bank: by rising a, in equal parts.

    Flat items are for the beginning, when theta is hardly known, so that sharp ones are left for the end.

    Parameters
    ----------
    slope
        a of each item, (items,). Equal ones are taken in the order of the items.
    strata
        1 to the number of items.

    Returns
    -------
    0 to strata - 1, (items,); sizes differ by one at most.

    Raises
    ------
    StrataNotUsable
        There are fewer items than strata.

    References
    ----------
    Chang and Ying 1999, Applied Psychological Measurement 23, 211-222.
    """
    a = np.asarray(slope, dtype=np.float64)
    if not 1 <= strata <= len(a):
        raise StrataNotUsable(f"{len(a)} items can be divided into 1 to {len(a)} strata, not {strata}.")
    rank = np.empty(len(a), dtype=np.intp)
    rank[np.argsort(a, kind="stable")] = np.arange(len(a))
    return np.asarray(rank * strata // len(a), dtype=np.intp)


def stage_of(asked: int, length: int, strata: int) -> int:
    """Return the stage of the next item, when a test goes through the strata in equal stages.

    Parameters
    ----------
    asked
        Items so far, 0 or more; after the last the last stage goes on.
    length
        Items of the whole test, 1 or more.
    strata
        How many stages there are, 1 or more.

    Returns
    -------
    0 to strata - 1.

    Raises
    ------
    StrataNotUsable
        A number out of range.
    """
    if length < 1 or strata < 1 or asked < 0:
        raise StrataNotUsable(f"A test of {length} items has no {strata} stages after {asked} items.")
    return min(asked * strata // length, strata - 1)


def _divergence(choice: Choice, weight: Array) -> Array:
    now = choice.at_estimate.log_probability[:, :, 0]
    p = np.exp(now)
    entropy = (p * _finite(now)).sum(axis=1)
    return np.asarray(entropy * weight.sum() - (p * (_finite(choice.log_table) @ weight)).sum(axis=1))


def _variance_of_curve(choice: Choice, weight: Array) -> Array:
    share = weight / weight.sum()
    curve = np.einsum("ik,ikp->ip", _share_of_score(choice.candidates), np.exp(choice.log_table))
    return np.asarray(np.square(curve - (curve @ share)[:, np.newaxis]) @ share)


def _after_each_score(choice: Choice, at_estimate: bool) -> tuple[Array, Array, Array]:
    """Return probability, new posterior mean and variance for each score, each (candidates, scores)."""
    # Around the estimate, so that the variance does not lose its digits as a difference of large numbers.
    away = choice.theta - choice.estimate
    moments = np.exp(choice.log_table) @ (choice.posterior * np.stack([np.ones_like(away), away, away**2])).T
    mass = moments[:, :, 0]
    possible = mass > 0
    first, second = (np.where(possible, moments[:, :, n] / np.where(possible, mass, 1.0), 0.0) for n in (1, 2))
    forecast = np.exp(choice.at_estimate.log_probability[:, :, 0]) if at_estimate else mass / choice.posterior.sum()
    return forecast, choice.estimate + first, second - np.square(first)


def _share_of_score(curves: Curves) -> Array:
    """Return each score as a share of the item's highest, (items, scores); 0 for scores it does not have."""
    score = np.arange(curves.scores, dtype=np.float64)
    shares = np.zeros((curves.items, curves.scores))
    for group in curves.groups:
        shares[group.at, : group.scores] = score[: group.scores] / (group.scores - 1)
    return shares


def _finite(log_probability: Array) -> Array:
    """Put 0 for the -inf of scores that do not exist: their probability of 0 then counts for nothing."""
    return np.where(np.isneginf(log_probability), 0.0, log_probability)


def _as_it_is(_: Choice, values: Array) -> Array:
    return np.asarray(np.maximum(values, 0))


def _variance_saved(choice: Choice, values: Array) -> Array:
    share = choice.posterior / choice.posterior.sum()
    now = share @ np.square(choice.theta - share @ choice.theta)
    return np.asarray(np.maximum(now - values, 0))


def _closeness(_: Choice, values: Array) -> Array:
    return np.asarray(1 / (1 + values))


@dataclass(frozen=True)
class Criterion:
    """A criterion that needs nothing but the choice.

    value     returns its value for every candidate, (candidates,)
    smallest  the smallest value is best, not the largest
    worth     makes merits of these values: see `merit`
    """

    value: Callable[[Choice], Array]
    smallest: bool = False
    worth: Callable[[Choice, Array], Array] = _as_it_is

    def merit(self, choice: Choice) -> Array:
        """Return what asking each candidate is worth, (candidates,): at least 0, the largest is best.

        On this scale "90 % of the best" and a weight for content have a meaning: the variance that is saved, or
        1 / (1 + distance); otherwise the value itself.
        """
        return self.worth(choice, self.value(choice))


CRITERIA: Mapping[str, Criterion] = MappingProxyType(
    {
        "information": Criterion(information),
        "weighted information": Criterion(weighted_information),
        "likelihood weighted information": Criterion(likelihood_weighted_information),
        "expected information": Criterion(expected_information),
        "expected posterior variance": Criterion(expected_posterior_variance, smallest=True, worth=_variance_saved),
        "kullback-leibler": Criterion(kullback_leibler),
        "posterior kullback-leibler": Criterion(posterior_kullback_leibler),
        "discrimination": Criterion(discrimination),
        "posterior discrimination": Criterion(posterior_discrimination),
        "nearest difficulty": Criterion(nearest_difficulty, smallest=True, worth=_closeness),
        "nearest optimum": Criterion(nearest_optimum, smallest=True, worth=_closeness),
    }
)
"""The criteria by the names that designs use."""
