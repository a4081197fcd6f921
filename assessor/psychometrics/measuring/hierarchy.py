"""Several competences at once: each answer says something about all of them.

    >>> hierarchy = Hierarchy({"1.1": "1", "1.2": "1", "4.1": "4"})
    >>> hierarchy.covariance(("1.1", "1.2", "4.1")).round(2).tolist()
    [[1.0, 0.7, 0.55], [0.7, 1.0, 0.55], [0.55, 0.55, 1.0]]

An ability is a sum of a general factor, an area's and its own: theta_k = sqrt(g) G + sqrt(r) A_area + sqrt(1-g-r) S_k.
So all competences have one Gaussian prior, and a test of one competence narrows its neighbours too: 21 competences
need half the items of 21 separate tests.

Each item belongs to one competence. The answers to competence k are kept exactly, as a log-likelihood L_k on the grid;
what they mean for the *other* competences is passed on as a normal factor (a site), chosen so that mean and variance
of competence k are those of its neighbours' normal times the exact L_k (the variance only where the answers narrow it:
a surprise under guessing can widen it, and a site never does). One answer is one sum over the grid and one
rank-1 update of the covariance. Going round all sites until nothing changes (`Posterior.settled`) is expectation
propagation (Minka 2001) and forgets the order in which the answers came. With a single competence the neighbours'
normal is the prior and everything is exact.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import ArrayLike

from assessor.psychometrics.measuring.ability import Grid, GridEstimate, NormalEstimate
from assessor.psychometrics.measuring.response_models import Array
from assessor.psychometrics.rules import Rule

_SETTLED, _MOST_SWEEPS = 1e-12, 200


class NotSettled(ArithmeticError):
    """Expectation propagation that does not converge."""


@dataclass(frozen=True)
class Hierarchy(Rule):
    """How competences hang together.

    areas    competence → its area; a competence without one is an area of its own
    general  share of an ability's variance that all competences have in common
    area     share that competences of one area have in common beyond that
    """

    areas: Mapping[str, str] = field(default_factory=dict)
    general: float = 0.55
    area: float = 0.15

    def __post_init__(self) -> None:
        texts = isinstance(self.areas, Mapping) and all(isinstance(name, str) for name in self.areas.values())
        self.check(texts, "areas must be an object: competence → area")
        self.check_number("general", 0, 0.95)
        self.check_number("area", 0, 0.95)
        self.check(self.general + self.area <= 0.95, "general and area together must leave .05 to each competence")

    def covariance(self, competences: Sequence[str]) -> Array:
        """Return the prior covariance of these competences, shape (K, K), with 1 on the diagonal."""
        area = np.array([self.areas.get(code, f"{code} alone") for code in competences])
        covariance = self.general + self.area * (area[:, np.newaxis] == area)
        np.fill_diagonal(covariance, 1.0)
        return np.asarray(covariance, dtype=np.float64)

    @classmethod
    def from_correlations(
        cls, correlations: ArrayLike, competences: Sequence[str], areas: Mapping[str, str], shrinkage: float = 0.85
    ) -> "Hierarchy":
        """Return the hierarchy nearest to correlations seen in data, drawn towards 0.

        general is the mean correlation across areas, area what is added within one. Both are multiplied by
        `shrinkage`: a prior that is too weak costs under 1 point of accuracy, one too strong claims a certainty that
        it does not have.
        """
        seen, code = np.asarray(correlations, dtype=np.float64), list(competences)
        area = np.array([areas.get(name, f"{name} alone") for name in code])
        pair = ~np.eye(len(code), dtype=bool)
        same = area[:, np.newaxis] == area
        across, within = seen[pair & ~same], seen[pair & same]
        general = float(np.clip(across.mean() if across.size else within.mean(), 0, 0.8))
        shared = float(np.clip(within.mean() - general, 0, 0.9 - general)) if within.size else 0.0
        return cls(dict(areas), general * shrinkage, shared * shrinkage)


@dataclass(frozen=True, eq=False)
class Posterior:
    """What is known of all competences together.

    prior_mean, prior_covariance   (K,), (K, K)
    log_likelihood                 of the answers to each competence at the grid points: (K, points)
    precision, shift               the sites: exp(shift theta - precision theta² / 2), each (K,)
    mean, covariance               of the normal posterior: (K,), (K, K)
    """

    grid: Grid
    prior_mean: Array
    prior_covariance: Array
    log_likelihood: Array
    precision: Array
    shift: Array
    mean: Array
    covariance: Array

    @classmethod
    def before(cls, grid: Grid, mean: Array, covariance: Array) -> "Posterior":
        """Return the posterior before anything was answered: the prior N(mean, covariance)."""
        count = len(mean)
        nothing = np.zeros(count)
        return cls(grid, mean, covariance, np.zeros((count, grid.points)), nothing, nothing, mean, covariance)

    def answered(self, competence: int, log_probability: Array) -> "Posterior":
        """Return the posterior after one more answer.

        log_probability  log P(this score | theta) at the grid points
        """
        log_likelihood = self.log_likelihood.copy()
        log_likelihood[competence] += log_probability
        return replace(self, log_likelihood=log_likelihood)._with_site_of(competence)

    def settled(self, log_likelihood: Array) -> "Posterior":
        """Return the posterior in which every site agrees with all others, whatever the order of the answers.

        log_likelihood  of all answers to each competence: (K, points)

        Raises `NotSettled` when going round does not come to an end, which no answers to items of slope 20 or less
        have been seen to do.
        """
        answered = [k for k, row in enumerate(log_likelihood) if row.any()]
        fresh = Posterior.before(self.grid, self.prior_mean, self.prior_covariance)
        now = replace(fresh, log_likelihood=log_likelihood)
        for _ in range(_MOST_SWEEPS):
            before = now
            for competence in answered:
                now = now._with_site_of(competence)
            moved = max(np.abs(now.mean - before.mean).max(), np.abs(now.covariance - before.covariance).max())
            if moved < _SETTLED:
                return now
        raise NotSettled(f"After {_MOST_SWEEPS} rounds the abilities still moved by {moved:.1e}.")

    def competence(self, competence: int) -> GridEstimate:
        """Return the estimate of one competence: its own answers exactly, the others through the prior."""
        mean, sd = self._without(competence)
        log_prior = -0.5 * np.square((self.grid.theta - mean) / sd)
        return GridEstimate.from_log_likelihood(self.grid, self.log_likelihood[competence], log_prior)

    def combination(self, weights: Array) -> NormalEstimate:
        """Return the estimate of a weighted sum of the competences, such as the mean of an area; weights (K,).

        It rests on success when the answers to the competences that it counts do.
        """
        prior_sd = math.sqrt(weights @ self.prior_covariance @ weights)
        return NormalEstimate(
            float(weights @ self.mean),
            math.sqrt(weights @ self.covariance @ weights),
            bool(self.log_likelihood[weights > 0].sum(axis=0).argmax() > 0),
            float(weights @ self.prior_mean),
            prior_sd,
        )

    def general(self, covariance: float, variance: float = 1.0) -> NormalEstimate:
        """Return the estimate of the general factor G.

        covariance  of G with every competence: sqrt(general) times the SDs of both
        variance    of G before any answer

        G given theta is normal with mean c' V⁻¹ (theta - prior mean) and variance v - c' V⁻¹ c.
        """
        loadings = np.full(len(self.mean), covariance)
        weights = np.linalg.solve(self.prior_covariance, loadings)
        mean = float(weights @ (self.mean - self.prior_mean))
        unexplained = variance - float(loadings @ weights)
        sd = math.sqrt(unexplained + weights @ self.covariance @ weights)
        is_success = bool(self.log_likelihood.sum(axis=0).argmax() > 0)
        return NormalEstimate(mean, sd, is_success, prior_sd=math.sqrt(variance))

    def _without(self, competence: int) -> tuple[float, float]:
        """Return mean and SD of a competence by all but its own answers."""
        variance = float(self.covariance[competence, competence])
        precision = 1 / variance - float(self.precision[competence])
        shift = float(self.mean[competence]) / variance - float(self.shift[competence])
        return shift / precision, math.sqrt(1 / precision)

    def _with_site_of(self, competence: int) -> "Posterior":
        """Return the posterior after this competence's site was fitted to its answers anew: a rank-1 update."""
        mean, sd = self._without(competence)
        log_cavity = -0.5 * np.square((self.grid.theta - mean) / sd)
        new_mean, new_variance, _ = self.grid.moments(self.log_likelihood[competence] + log_cavity)
        # An answer that surprises under guessing can widen the posterior. A site of negative precision could make the
        # others' normal improper; one of precision 0 passes on the shift alone.
        precision = max(1 / new_variance - 1 / sd**2, 0.0)
        shift = new_mean * (precision + 1 / sd**2) - mean / sd**2

        more_precision = precision - float(self.precision[competence])
        more_shift = shift - float(self.shift[competence])
        column = self.covariance[:, competence]
        scale = 1 / (1 + more_precision * float(column[competence]))
        moved = scale * (more_shift - more_precision * float(self.mean[competence]))
        return Posterior(
            self.grid,
            self.prior_mean,
            self.prior_covariance,
            self.log_likelihood,
            _changed(self.precision, competence, precision),
            _changed(self.shift, competence, shift),
            self.mean + column * moved,
            self.covariance - column[:, np.newaxis] * column * (scale * more_precision),
        )


def _changed(array: Array, at: int, value: float) -> Array:
    copy = array.copy()
    copy[at] = value
    return copy
