"""What many people's answers say about several abilities each: the arithmetic of `hierarchy`, for all at once.

    >>> grid = Grid(-6, 6, 121)
    >>> nothing = settle(grid, np.zeros((3, 2, 121)), np.zeros(2), np.array([[1.0, 0.6], [0.6, 1.0]]))
    >>> nothing.mean.tolist(), nothing.covariance[0].tolist()
    ([[0.0, 0.0], [0.0, 0.0], [0.0, 0.0]], [[1.0, 0.6], [0.6, 1.0]])

A sitting needs the posterior of one person after each answer; a calibration that of thousands after the last.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assessor.psychometrics.measuring.ability import Grid
from assessor.psychometrics.measuring.response_models import Array
from assessor.psychometrics.measuring.responses import Indices

_SETTLED, _MOST_SWEEPS = 1e-8, 60


@dataclass(frozen=True, eq=False)
class Abilities:
    """Posteriors of N people, each of K abilities.

    mean, covariance         of the normal posterior: (N, K), (N, K, K)
    others_mean, others_sd   of each ability by all answers but those to it, a normal: (N, K)
    """

    mean: Array
    covariance: Array
    others_mean: Array
    others_sd: Array

    def log_posterior(self, people: Indices, ability: int, grid: Grid, log_likelihood: Array) -> Array:
        """Return the log posterior of one ability of some people on the grid, up to a constant: (people, points).

        log_likelihood  of their answers to it, which count exactly: (people, points)
        """
        mean, sd = self.others_mean[people, ability, np.newaxis], self.others_sd[people, ability, np.newaxis]
        return np.asarray(log_likelihood - 0.5 * np.square((grid.theta - mean) / sd))


def settle(grid: Grid, log_likelihood: Array, mean: Array, covariance: Array) -> Abilities:
    """Return the posteriors of many people by expectation propagation, as `hierarchy.Posterior.settled` does for one.

    Parameters
    ----------
    grid
        Theta.
    log_likelihood
        Of each person's answers to each ability, (N, K, points); a row of zeros = nothing was answered.
    mean, covariance
        The prior, (K,) and (K, K).
    """
    people, abilities, _ = log_likelihood.shape
    is_answered: NDArray[np.bool_] = np.any(log_likelihood != 0, axis=2)
    precision, shift = np.zeros((people, abilities)), np.zeros((people, abilities))
    mean, covariance = np.tile(mean, (people, 1)), np.tile(covariance, (people, 1, 1))
    for _ in range(_MOST_SWEEPS if abilities > 1 else 1):
        before = mean.copy()
        for at in range(abilities):
            own_mean, own_sd = _others(mean[:, at], covariance[:, at, at], precision[:, at], shift[:, at])
            more_precision, more_shift = _site(grid, log_likelihood[:, at], own_mean, own_sd)
            more_precision = np.where(is_answered[:, at], more_precision - precision[:, at], 0.0)
            more_shift = np.where(is_answered[:, at], more_shift - shift[:, at], 0.0)
            precision[:, at] += more_precision
            shift[:, at] += more_shift
            column = covariance[:, :, at].copy()
            scale = 1 / (1 + more_precision * column[:, at])
            moved = scale * (more_shift - more_precision * mean[:, at])
            mean += column * moved[:, np.newaxis]
            covariance -= column[:, :, np.newaxis] * (column * (scale * more_precision)[:, np.newaxis])[:, np.newaxis]
        if np.abs(mean - before).max(initial=0) < _SETTLED:
            break
    diagonal = np.diagonal(covariance, axis1=1, axis2=2)
    return Abilities(mean, covariance, *_others(mean, diagonal, precision, shift))


def _others(mean: Array, variance: Array, precision: Array, shift: Array) -> tuple[Array, Array]:
    """Return mean and SD of an ability without its own site."""
    rest = 1 / variance - precision
    return (mean / variance - shift) / rest, 1 / np.sqrt(rest)


def _site(grid: Grid, log_likelihood: Array, mean: Array, sd: Array) -> tuple[Array, Array]:
    """Return precision and shift of the normal factor with the same effect as these answers."""
    log_posterior = log_likelihood - 0.5 * np.square((grid.theta - mean[:, np.newaxis]) / sd[:, np.newaxis])
    weights = np.exp(log_posterior - log_posterior.max(axis=1, keepdims=True))
    total, first, second = (weights @ grid.powers).T
    new_mean = first / total
    precision = np.maximum(1 / (second / total - new_mean * new_mean) - 1 / sd**2, 0.0)
    return precision, new_mean * (precision + 1 / sd**2) - mean / sd**2
