"""The E-step: how many people are expected at each theta with each score on each item (Bock and Aitkin 1981).

One shard of people is one unit of work. It gives the same bits in this process and in any other, and the shards are
added up in their order, so that one worker and eight agree to the last bit; only the threads that a matrix product
uses (OPENBLAS_NUM_THREADS) must be the same everywhere. How people are cut into shards, and whether a shard is a table
or sparse, changes nothing but rounding.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial, reduce
from typing import Any, Protocol

import numpy as np

from assessor.psychometrics.calibration.rows import Rows
from assessor.psychometrics.measuring.response_models import Array

FAINTEST = -200.0
"""Lowest log posterior against the highest. What is smaller changes no sum; below 1e-308 processors turn slow."""


class Map(Protocol):
    """`map`, or the method of a pool of processes or of a cluster that does the same and keeps the order."""

    def __call__(self, function: Callable[[Any], Any], units: Iterable[Any], /) -> Iterable[Any]:
        """Return the function's result for each unit, in order."""
        ...


@dataclass(frozen=True, eq=False)
class ExpectedCounts:
    """What one E-step knows; sums over people, so the counts of two shards add up.

    scores          expected people by item, score and node: (items, categories, nodes)
    nodes           expected people by group and node: (groups, nodes)
    log_likelihood  natural logarithm of the probability of all answers
    """

    scores: Array
    nodes: Array
    log_likelihood: float

    def __add__(self, other: "ExpectedCounts") -> "ExpectedCounts":
        return ExpectedCounts(
            self.scores + other.scores, self.nodes + other.nodes, self.log_likelihood + other.log_likelihood
        )


def expected_counts(units: Iterable[Rows], table: Array, log_weights: Array, map: Map = map) -> ExpectedCounts:
    """Return the expected counts of all people: one E-step.

    Parameters
    ----------
    units
        The shards, from `rows.unit_of_work`.
    table
        log P of each score, (items, categories, nodes); -inf where an item does not have a score.
    log_weights
        Log of each group's population at the nodes, (groups, nodes).
    map
        Where the shards are counted.
    """
    of_unit = partial(_counts_of, table=without_missing(table), log_weights=log_weights)
    counts: Iterable[ExpectedCounts] = map(of_unit, units)
    return reduce(ExpectedCounts.__add__, counts)


def without_missing(table: Array) -> Array:
    """Return the table with 0 for scores that an item does not have: in a product 0 × -inf would not be 0."""
    return np.where(np.isneginf(table), 0.0, table)


def posteriors(log_posterior: Array) -> tuple[Array, Array]:
    """Return probabilities of the nodes, (rows, nodes), and log-likelihoods, (rows,). Overwrites its argument."""
    highest = log_posterior.max(axis=1)
    log_posterior -= highest[:, np.newaxis]
    np.maximum(log_posterior, FAINTEST, out=log_posterior)
    likelihood = np.exp(log_posterior, out=log_posterior)
    summed = likelihood.sum(axis=1)
    likelihood /= summed[:, np.newaxis]
    return likelihood, highest + np.log(summed)


def _counts_of(unit: Rows, table: Array, log_weights: Array) -> ExpectedCounts:
    scores, nodes, total = np.zeros_like(table), np.zeros_like(log_weights), 0.0
    for block in unit.blocks():
        posterior, log_likelihood = posteriors(block.log_likelihood(table) + log_weights[block.group])
        posterior *= block.weight[:, np.newaxis]
        scores += block.counts(posterior, table.shape[1])
        total += float(block.weight @ log_likelihood)
        for group in range(len(nodes)):
            nodes[group] += (posterior if len(nodes) == 1 else posterior[block.group == group]).sum(axis=0)
    return ExpectedCounts(scores, nodes, total)
