"""Items on which abler people do worse: a wrong key, a reversed scale, a trick question.

No response model here has curves that fall, so such an item shows as one that hardly discriminates. What tells is its
correlation with the rest: with theta estimated from the person's other answers. Sum scores would not do for adaptive
and incomplete data.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial, reduce

import numpy as np

from assessor.psychometrics.calibration.em import Problem, State
from assessor.psychometrics.calibration.expected_counts import ExpectedCounts, Map, posteriors, without_missing
from assessor.psychometrics.calibration.rows import CELLS, Rows
from assessor.psychometrics.measuring.response_models import Array
from assessor.psychometrics.measuring.responses import MISSING, Indices

CLEARLY_NEGATIVE = -3.0
"""Standard errors below 0 at which an item is named."""

FLAT_CURVE = 0.3
"""Slopes below this are looked into, even if the answers fit them."""


@dataclass(frozen=True, eq=False)
class Moments:
    """Sums over the people who answered each item: of 1, score, rest, score², score × rest, rest²: (items, 6)."""

    sums: Array

    def __add__(self, other: "Moments") -> "Moments":
        return Moments(self.sums + other.sums)

    @property
    def standardised(self) -> Array:
        """Correlation of score and rest times the root of the number of people: near N(0, 1) if there is none."""
        number, score, rest, score_square, product, rest_square = self.sums.T
        number = np.maximum(number, 1.0)
        covariance = product / number - score * rest / number**2
        variances = (score_square / number - (score / number) ** 2) * (rest_square / number - (rest / number) ** 2)
        return np.asarray(np.sqrt(number) * covariance / np.sqrt(np.maximum(variances, 1e-12)), dtype=np.float64)


def falling_items(problem: Problem, state: State, counts: ExpectedCounts, map: Map) -> Indices:
    """Return the positions of items whose scores clearly fall as the rest rises.

    Parameters
    ----------
    state, counts
        Where EM ended, and its last expected counts.
    """
    table = without_missing(problem.table(state.values))
    suspects = _suspects(problem, state, counts, table)
    if not len(suspects):
        return suspects
    log_weights = state.populations.log_weights(problem.items.nodes)
    of_unit = partial(_moments_of, table=table, log_weights=log_weights, nodes=problem.items.nodes, suspects=suspects)
    parts: Iterable[Moments] = map(of_unit, problem.units)
    return suspects[reduce(Moments.__add__, parts).standardised < CLEARLY_NEGATIVE]


def _suspects(problem: Problem, state: State, counts: ExpectedCounts, table: Array) -> Indices:
    """Return items that are nearly flat, or flatter than the model (a common slope, a prior) makes them.

    The last step's counts, which are at hand, give the score test for a slope around the centre of those who answered.
    """
    nodes, free = problem.items.nodes, problem.free
    steepness = np.gradient(table[free], nodes, axis=2)
    people = counts.scores[free].sum(axis=1)
    centred = nodes - (people @ nodes / np.maximum(people.sum(axis=1), 1e-12))[:, np.newaxis]
    score = np.einsum("ikq,ikq,iq->i", counts.scores[free], steepness, centred)
    information = np.einsum("iq,ikq,ikq,iq->i", people, np.exp(table[free]), steepness**2, centred**2)
    is_flatter = score < CLEARLY_NEGATIVE * np.sqrt(information)
    slopes = np.array([item.a for item in problem.items.to_parameters(state.values, None)])
    return np.asarray(free[is_flatter | (slopes < FLAT_CURVE)], dtype=np.intp)


def _moments_of(unit: Rows, table: Array, log_weights: Array, nodes: Array, suspects: Indices) -> Moments:
    sums = np.zeros((len(suspects), 6))
    for block in unit.blocks(max(CELLS // len(table), 1)):
        posterior, _ = posteriors(block.log_likelihood(table) + log_weights[block.group])
        scores = block.scores()
        for place, item in enumerate(suspects.tolist()):
            rows = np.flatnonzero(scores[:, item] != MISSING)
            score, weight = scores[rows, item], block.weight[rows]
            # Dividing by the probability of this answer leaves the posterior from all the others.
            without = posterior[rows] * np.exp(-table[item, score])
            rest = without @ nodes / without.sum(axis=1)
            columns = np.stack([np.ones(len(rows)), score, rest, score.astype(float) ** 2, score * rest, rest**2])
            sums[place] += columns @ weight
    return Moments(sums)
