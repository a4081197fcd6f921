"""What a person's answers say about their ability: a posterior on a fixed grid, and what is read from it.

    >>> estimate = Estimator().estimate(np.zeros(121))   # nothing answered yet: the prior
    >>> round(estimate.probability_at_least(-1.0), 2)
    0.84

The grid is wide (-6 to 6) because a narrow one makes the standard error collapse at its edge.
"""

from dataclasses import dataclass, field
from functools import cache, cached_property

import numpy as np

from assessor.psychometrics.response_models import Array
from assessor.psychometrics.rules import Rule


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


@dataclass(frozen=True)
class Estimate:
    """Ability as far as the answers tell.

    theta           posterior mean (EAP)
    standard_error  posterior standard deviation
    posterior       probability mass of each grid point; sums to 1
    log_likelihood  of the answers alone, without the prior, up to a constant; equal to zero when nothing is
                    answered

    Two estimates are equal when theta, standard error and grid are.
    """

    theta: float
    standard_error: float
    grid: Grid
    posterior: Array = field(compare=False, repr=False)
    log_likelihood: Array = field(compare=False, repr=False)

    def probability_at_least(self, cut: float) -> float:
        """Return P(theta >= cut)."""
        # Each point's mass is spread evenly over its cell: a cut on a grid point halves that point's mass,
        # where counting it whole would overstate the probability by up to .05 at a standard error of .4.
        return float(1 - np.interp(cut, self.grid.edges, self._cumulative))

    @property
    def rests_on_success(self) -> bool:
        """Whether the answers alone, without the prior, speak for more than the lowest ability.

        Never so when nothing was right, nor when nothing was asked.
        """
        return bool(self.log_likelihood.argmax() > 0)

    def quantile(self, share: float) -> float:
        """Return the theta below which `share` (0 to 1) of the posterior lies."""
        return float(np.interp(share, self._cumulative, self.grid.edges))

    def central_range(self, share: float = 0.90) -> tuple[float, float]:
        """Return the two thetas between which `share` of the posterior lies, as much below as above."""
        tail = (1 - share) / 2
        return self.quantile(tail), self.quantile(1 - tail)

    @cached_property
    def _cumulative(self) -> Array:
        """Probability below each cell edge, from exactly 0 to exactly 1."""
        below = np.concatenate(([0.0], np.cumsum(self.posterior)))
        return np.asarray(below / below[-1], dtype=np.float64)


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

    @cached_property
    def grid(self) -> Grid:
        """The points at which the posterior is kept."""
        return Grid(float(self.lowest), float(self.highest), self.points)

    def estimate(self, log_likelihood: Array) -> Estimate:
        """Return the estimate for the log-likelihood of the answers at the grid points."""
        grid = self.grid
        log_posterior = log_likelihood + _log_prior(grid, self.prior_mean, self.prior_sd)
        posterior = np.exp(log_posterior - log_posterior.max())
        posterior /= posterior.sum()
        theta = float(posterior @ grid.theta)
        variance = float(posterior @ np.square(grid.theta - theta))
        return Estimate(theta, variance**0.5, grid, posterior, log_likelihood)


@cache
def _log_prior(grid: Grid, mean: float, sd: float) -> Array:
    log_prior = -0.5 * np.square((grid.theta - mean) / sd)
    log_prior.setflags(write=False)
    return np.asarray(log_prior)
