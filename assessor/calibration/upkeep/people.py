"""Everybody's ability by the parameters on file, and the population that these people come from.

Who answers is seldom the population that the scale was made with. Tests of fit ask how many people of each ability
there were, so mean and spread are estimated from the answers first.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from assessor.psychometrics.measuring.response_models import Array, ItemParameters, log_probability_table
from assessor.psychometrics.measuring.responses import Responses

GRID = np.linspace(-6.0, 6.0, 121)
"""Points of theta that likelihoods are kept at."""

_CELLS = 2_000_000  # persons × items looked at together: 16 MB an array
_MOST_STEPS, _SETTLED = 200, 1e-5

# With everybody's answers alike a population would shrink to a point; nobody's abilities are that equal.
_SMALLEST_VARIANCE = 0.01


@dataclass(frozen=True, eq=False)
class Population:
    """A normal distribution of theta."""

    mean: float = 0.0
    variance: float = 1.0


@dataclass(frozen=True, eq=False)
class People:
    """EAP estimates of everybody, in the order of the answers.

    theta, standard_error  posterior mean and standard deviation, (persons,)
    population             the prior, estimated from the same answers
    """

    theta: Array
    standard_error: Array
    population: Population


def estimate_people(responses: Responses, items: Sequence[ItemParameters]) -> People:
    """Return everybody's ability, the population being estimated as well.

    items  in the order of the columns; their own uncertainty is left out, as the tests of fit leave it out
    """
    likelihood = likelihoods(responses, items)
    population = estimate_population(likelihood, responses.weight)
    theta, variance = moments(likelihood, population)
    return People(theta, np.sqrt(variance), population)


def estimate_population(likelihood: Array, weight: Array) -> Population:
    """Return mean and variance of theta by EM, the items' parameters held: Mislevy 1984.

    likelihood  as `likelihoods` returns it
    weight      people that each row stands for
    """
    population = Population()
    for _ in range(_MOST_STEPS):
        theta, variance = moments(likelihood, population)
        mean = float(np.average(theta, weights=weight))
        spread = float(np.average(variance + np.square(theta - mean), weights=weight))
        before, population = population, Population(mean, max(spread, _SMALLEST_VARIANCE))
        if abs(mean - before.mean) + abs(population.variance - before.variance) < _SETTLED:
            break
    return population


def moments(likelihood: Array, population: Population) -> tuple[Array, Array]:
    """Return mean and variance of everybody's posterior: (persons,) each."""
    weights = likelihood * np.exp(-0.5 * np.square(GRID - population.mean) / population.variance)
    total = weights.sum(axis=1)
    theta = weights @ GRID / total
    return theta, np.maximum(weights @ np.square(GRID) / total - np.square(theta), 0.0)


def likelihoods(responses: Responses, items: Sequence[ItemParameters]) -> Array:
    """Return the likelihood of everybody's answers at the grid, its highest value 1: (persons, points)."""
    table = log_probability_table(items, GRID, uncertain=False)
    table = np.where(np.isfinite(table), table, 0.0)  # nobody has a score that an item does not have
    return np.concatenate([_of_shard(shard, table) for shard in _pieces(responses)])


def _pieces(responses: Responses) -> Iterator[Responses]:
    return responses.shards(max(_CELLS // len(responses.items), 1))


def _of_shard(shard: Responses, table: Array) -> Array:
    scores = shard.dense()
    log = np.zeros((shard.persons, len(GRID)))
    for score in range(table.shape[1]):
        log += (scores == score).astype(np.float64) @ table[:, score]
    return np.asarray(np.exp(log - log.max(axis=1, keepdims=True)), dtype=np.float64)
