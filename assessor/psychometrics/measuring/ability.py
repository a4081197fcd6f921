"""What a person's answers say about their ability: a posterior, and what is read from it.

    >>> estimate = Estimator().estimate(np.zeros(121))   # nothing answered yet: the prior
    >>> round(estimate.probability_at_least(-1.0), 2)
    0.84

A single ability is kept on a grid, exactly. A sum of several abilities is normal (`hierarchy`). Both answer the same
questions, so bands and stopping rules do not ask which they were given. The grid is wide (-6 to 6) because a narrow
one makes the standard error collapse at its edge.
"""

import math
from dataclasses import dataclass, field
from functools import cache, cached_property
from statistics import NormalDist
from typing import Protocol

import numpy as np

from assessor.psychometrics.measuring.response_models import Array
from assessor.psychometrics.rules import Rule

_SQRT_2 = math.sqrt(2)


@dataclass(frozen=True)
class Grid:
    """Evenly spaced points of theta."""

    lowest: float
    highest: float
    points: int

    @cached_property
    def theta(self) -> Array:
        """The points, ascending."""
        return np.linspace(self.lowest, self.highest, self.points)

    @cached_property
    def edges(self) -> Array:
        """Borders of the cells around the points: one more than there are points."""
        half_a_step = (self.highest - self.lowest) / (self.points - 1) / 2
        return np.linspace(self.lowest - half_a_step, self.highest + half_a_step, self.points + 1)

    @cached_property
    def powers(self) -> Array:
        """1, theta and theta² at each point, shape (points, 3): a density times this gives its three moments."""
        return np.stack([np.ones(self.points), self.theta, np.square(self.theta)], axis=1)

    @cached_property
    def step(self) -> float:
        """Distance of two neighbouring points."""
        return (self.highest - self.lowest) / (self.points - 1)

    def moments(self, log_density: Array) -> tuple[float, float, Array]:
        """Return mean, variance and the weights of the points for a log-density, (points,), up to a constant.

        A grid cannot tell what happens between two points, so the variance is never below that of a value spread
        evenly over one cell: step² / 12.
        """
        weights = np.exp(log_density - log_density[log_density.argmax()])
        total, first, second = (weights @ self.powers).tolist()
        mean = first / total
        return mean, max(second / total - mean * mean, self.step**2 / 12), weights


class Estimate(Protocol):
    """Ability as far as the answers tell: what bands, stopping rules and reports ask of it.

    theta             posterior mean (EAP)
    standard_error    posterior standard deviation
    rests_on_success  whether the answers alone, without the prior, speak for more than the lowest ability. Never so
                      when nothing was right, nor when nothing was asked
    """

    @property
    def theta(self) -> float: ...
    @property
    def standard_error(self) -> float: ...
    @property
    def rests_on_success(self) -> bool: ...

    def probability_at_least(self, cut: float, cut_sd: float = 0.0) -> float:
        """Return P(theta >= cut), for a cut known as N(cut, cut_sd²)."""
        ...

    def quantile(self, share: float) -> float:
        """Return the theta below which `share` (0 to 1) of the posterior lies."""
        ...

    def log_likelihood_at(self, theta: float) -> float:
        """Return the log-likelihood of the answers at theta, without the prior, up to a constant."""
        ...

    def most_likely(self) -> float:
        """Return the theta at which the answers are likeliest, without the prior."""
        ...

    def central_range(self, share: float = 0.90) -> tuple[float, float]:
        """Return the two thetas between which `share` of the posterior lies, as much below as above."""
        ...


class _WithQuantiles:
    """What follows from quantiles alone."""

    def quantile(self, share: float) -> float:
        raise NotImplementedError

    def central_range(self, share: float = 0.90) -> tuple[float, float]:
        """Return the two thetas between which `share` of the posterior lies, as much below as above."""
        tail = (1 - share) / 2
        return self.quantile(tail), self.quantile(1 - tail)


@dataclass(frozen=True)
class GridEstimate(_WithQuantiles):
    """A posterior kept on a grid.

    weights         of the grid points, not yet divided by their sum
    log_likelihood  of the answers alone, up to a constant; zeros when nothing is answered

    Two estimates are equal when theta, standard error and grid are.
    """

    theta: float
    standard_error: float
    grid: Grid
    weights: Array = field(compare=False, repr=False)
    log_likelihood: Array = field(compare=False, repr=False)

    @classmethod
    def from_log_likelihood(cls, grid: Grid, log_likelihood: Array, log_prior: Array) -> "GridEstimate":
        """Return the posterior of a log-likelihood and a log-prior, both at the grid points."""
        theta, variance, weights = grid.moments(log_likelihood + log_prior)
        return cls(theta, math.sqrt(variance), grid, weights, log_likelihood)

    @property
    def rests_on_success(self) -> bool:
        """Whether the answers alone, without the prior, speak for more than the lowest ability."""
        return bool(self.log_likelihood.argmax() > 0)

    @cached_property
    def posterior(self) -> Array:
        """Probability mass of each grid point; sums to 1."""
        return np.asarray(self.weights / self.weights.sum(), dtype=np.float64)

    def probability_at_least(self, cut: float, cut_sd: float = 0.0) -> float:
        """Return P(theta >= cut), for a cut known as N(cut, cut_sd²)."""
        # Each point's mass is spread evenly over its cell: a cut on a grid point halves that point's mass,
        # where counting it whole would overstate the probability by up to .05 at a standard error of .4.
        if not cut_sd:
            return float(1 - np.interp(cut, self.grid.edges, self._cumulative))
        above = [normal_below((theta - cut) / cut_sd) for theta in self.grid.theta.tolist()]
        return float(self.posterior @ np.array(above))

    def quantile(self, share: float) -> float:
        """Return the theta below which `share` (0 to 1) of the posterior lies."""
        return float(np.interp(share, self._cumulative, self.grid.edges))

    def log_likelihood_at(self, theta: float) -> float:
        """Return the log-likelihood of the answers at theta, without the prior, up to a constant."""
        return float(np.interp(theta, self.grid.theta, self.log_likelihood))

    def most_likely(self) -> float:
        """Return the grid point at which the answers are likeliest, without the prior."""
        return float(self.grid.theta[self.log_likelihood.argmax()])

    @cached_property
    def _cumulative(self) -> Array:
        """Probability below each cell edge, from exactly 0 to exactly 1."""
        below = np.concatenate(([0.0], np.cumsum(self.weights)))
        return np.asarray(below / below[-1], dtype=np.float64)


@dataclass(frozen=True)
class NormalEstimate(_WithQuantiles):
    """A normal posterior N(theta, standard_error²) that came from the prior N(prior_mean, prior_sd²)."""

    theta: float
    standard_error: float
    rests_on_success: bool
    prior_mean: float = 0.0
    prior_sd: float = 1.0

    def probability_at_least(self, cut: float, cut_sd: float = 0.0) -> float:
        """Return P(theta >= cut), for a cut known as N(cut, cut_sd²)."""
        return normal_below((self.theta - cut) / math.hypot(self.standard_error, cut_sd))

    def quantile(self, share: float) -> float:
        """Return the theta below which `share` (0 to 1) of the posterior lies."""
        return NormalDist(self.theta, self.standard_error).inv_cdf(share)

    def log_likelihood_at(self, theta: float) -> float:
        """Return log posterior minus log prior at theta, up to a constant."""
        prior = ((theta - self.prior_mean) / self.prior_sd) ** 2
        return (prior - ((theta - self.theta) / self.standard_error) ** 2) / 2

    def most_likely(self) -> float:
        """Return the theta at which posterior and prior differ most; 6 SD of the prior away at most."""
        own, prior = self.standard_error**-2, self.prior_sd**-2
        if own - prior <= prior / 36:
            return self.prior_mean + math.copysign(6 * self.prior_sd, self.theta - self.prior_mean)
        peak = (self.theta * own - self.prior_mean * prior) / (own - prior)
        bound = 6 * self.prior_sd
        return min(max(peak, self.prior_mean - bound), self.prior_mean + bound)


@dataclass(frozen=True)
class Estimator(Rule):
    """Expected a posteriori (EAP) with a normal prior on an even grid: Bock and Mislevy 1982.

    The defaults are the population N(0, 1) on 121 points of [-6, 6]. The prior never moves during a sitting.
    """

    lowest: float = -6.0
    highest: float = 6.0
    points: int = 121
    prior_mean: float = 0.0
    prior_sd: float = 1.0

    def __post_init__(self) -> None:
        self.check_number("lowest", -20, 20)
        self.check_number("highest", -20, 20)
        self.check(self.lowest < self.highest, "lowest must be below highest")
        self.check_number("points", 11, 2001, whole=True)
        self.check_number("prior_mean", self.lowest, self.highest)
        self.check_number("prior_sd", 0.05, 10)
        step = (self.highest - self.lowest) / (self.points - 1)
        self.check(step <= self.prior_sd / 2, f"points must lie at most half a prior_sd apart, not {step:.2g}")

    @cached_property
    def grid(self) -> Grid:
        """The points at which the posterior is kept."""
        return Grid(float(self.lowest), float(self.highest), self.points)

    @cached_property
    def log_prior(self) -> Array:
        """The log-density of the prior at the grid points, up to a constant."""
        return log_normal(self.grid, self.prior_mean, self.prior_sd)

    def estimate(self, log_likelihood: Array) -> GridEstimate:
        """Return the estimate for the log-likelihood of the answers at the grid points."""
        return GridEstimate.from_log_likelihood(self.grid, log_likelihood, self.log_prior)


def normal_below(z: float) -> float:
    """Return the probability that a standard normal lies below z; `math`, so that no web process loads scipy."""
    return math.erfc(-z / _SQRT_2) / 2


@cache
def log_normal(grid: Grid, mean: float, sd: float) -> Array:
    """Return the log-density of N(mean, sd²) at the grid points, up to a constant; kept, and read-only."""
    density = -0.5 * np.square((grid.theta - mean) / sd)
    density.setflags(write=False)
    return np.asarray(density)
