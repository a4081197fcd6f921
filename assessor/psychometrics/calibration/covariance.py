"""How far estimates may be from the truth: the covariance of the values that EM found.

The information in the answers is that of people whose theta is known, minus what is lost because it is not
(Louis 1982): I = B - sum over people of Cov(s), with B the curvature of the expected log-likelihood and Cov(s) the
covariance, over the person's posterior of theta, of the gradient s of the log probability of all their answers.

Cov(s) is added up along the polynomials of theta that are orthonormal under each person's posterior: the first holds
what is linear in theta, and after a few of them nothing visible is left. So one pass of matrix products gives
the full matrix, items and populations together. Where it would be too large, each item is treated alone, and the error
that all share, that of the scale, is added.
"""

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial, reduce

import numpy as np

from assessor.psychometrics.calibration.em import Problem, State
from assessor.psychometrics.calibration.expected_counts import ExpectedCounts, Map, posteriors, without_missing
from assessor.psychometrics.calibration.item_model import ItemModel, Model
from assessor.psychometrics.calibration.populations import variances_of_scale
from assessor.psychometrics.calibration.rows import CELLS, Block, Rows
from assessor.psychometrics.measuring.response_models import Array
from assessor.psychometrics.measuring.responses import MISSING, Indices

POLYNOMIALS_OF_SHORT_TESTS, SHORT_TEST, POLYNOMIALS = 8, 40, 3
"""Up to 40 items the posteriors are so wide that 8 polynomials keep three digits of a standard error; then 3 do."""

MOST_PARAMETERS = 2_000
MOST_PRODUCTS = 1e9
"""Beyond so many parameters or multiplications each item is treated alone: within 1 % of the whole from 50 items on."""

DIFFERENCE = 1e-4  # of the values, for the curvature of the expected log-likelihood
LEAST_INFORMATION = 1e-6  # about any value; where the answers hold less, its standard error is 1,000


@dataclass(frozen=True, eq=False)
class Gradients:
    """What the loss of some people is computed from.

    nodes        theta, (nodes,)
    table        log P of all items, finite, (all items, categories, nodes)
    log_weights  of the populations, (groups, nodes)
    positions    the free items among all items
    items        d log P / d values of the free items, (free items, parameters, categories, nodes)
    populations  d log density / d (means, log deviations), (groups, 2 × groups, nodes)
    """

    nodes: Array
    table: Array
    log_weights: Array
    positions: Indices
    items: Array
    populations: Array

    @classmethod
    def at(cls, problem: Problem, state: State) -> "Gradients":
        """Return the gradients at a state."""
        nodes, populations = problem.items.nodes, state.populations
        groups = len(populations.mean)
        z = (nodes - populations.mean[:, np.newaxis]) / populations.deviation[:, np.newaxis]
        of_populations = np.zeros((groups, 2 * groups, len(nodes)))
        own = np.arange(groups)
        of_populations[own, own] = z / populations.deviation[:, np.newaxis]
        of_populations[own, groups + own] = z**2 - 1
        table = without_missing(problem.table(state.values))
        of_items = problem.items.gradient_table(state.values)
        return cls(nodes, table, populations.log_weights(nodes), problem.free, of_items, of_populations)

    @property
    def polynomials(self) -> int:
        """Degree up to which the loss is added up."""
        return POLYNOMIALS_OF_SHORT_TESTS if len(self.table) <= SHORT_TEST else POLYNOMIALS

    @property
    def size(self) -> int:
        """Number of all parameters: those of the items, in the order parameter, item; then the populations'."""
        items, width = self.items.shape[:2]
        return int(items * width + self.populations.shape[1])

    @property
    def rows(self) -> int:
        """People in one block, so that it needs little memory however many items there are."""
        return max(CELLS // self.items[:, :, 0, 0].size, 1)

    def posterior(self, block: Block) -> Array:
        """Return the probabilities of the nodes for each person, (rows, nodes)."""
        return posteriors(block.log_likelihood(self.table) + self.log_weights[block.group])[0]

    def of_items(self, block: Block, weights: Array) -> Array:
        """Return sums over nodes of weights, (rows, nodes), × gradients: (rows, parameters × free items)."""
        scores = block.scores()[:, self.positions]
        items, width, categories, nodes = self.items.shape
        by_score = self.items.transpose(2, 1, 0, 3).reshape(categories, width * items, nodes)
        total = weights @ by_score[0].T
        if scores.min(initial=0) == MISSING:
            total *= np.tile(scores != MISSING, width)
        for score in range(1, categories):
            total += np.tile(scores == score, width) * (weights @ (by_score[score] - by_score[0]).T)
        return np.asarray(total, dtype=np.float64)

    def of_populations(self, block: Block, weights: Array) -> Array:
        """Return the same for the populations: (rows, 2 × groups)."""
        return np.asarray(np.einsum("rq,rpq->rp", weights, self.populations[block.group]), dtype=np.float64)


def covariance_of(problem: Problem, state: State, counts: ExpectedCounts, map: Map) -> Array:
    """Return the covariance of the free items' values, (items, parameters, parameters).

    Parameters
    ----------
    state, counts
        Where EM ended, and its last expected counts.
    """
    gradients = Gradients.at(problem, state)
    curvature = complete_information(problem.items, state.values, problem.of_free(counts))
    curvature = curvature + problem.items.prior_information(state.values)
    products = gradients.polynomials * float(counts.nodes.sum()) * float(gradients.size) ** 2
    if gradients.size > MOST_PARAMETERS or products > MOST_PRODUCTS:
        return _item_by_item(problem, state, counts, gradients, curvature, map)
    lost = _summed(map(partial(_lost, gradients=gradients), problem.units))
    complete = _with_blocks(curvature, _population_information(problem, state, counts))
    directions = _free_directions(problem, gradients)
    whole = directions @ _inverse(directions.T @ (complete - lost) @ directions) @ directions.T
    return _blocks(whole, *state.values.shape)


def _item_by_item(
    problem: Problem, state: State, counts: ExpectedCounts, gradients: Gradients, curvature: Array, map: Map
) -> Array:
    """Return each item's covariance as if theta's scale were known, plus what the scale's own error adds.

    The scale is that of the reference group, whose mean and log deviation have variances 1 / n and 1 / (2 n); or that
    of the experts, which is as certain as their levels together.
    """
    squares = np.einsum("ikq,ipkq,irkq->ipr", problem.of_free(counts), gradients.items, gradients.items, optimize=True)
    squared_means = _summed(map(partial(_squared_means, gradients=gradients), problem.units))
    covariance = _inverse_by_item(curvature - (squares - squared_means), problem)
    if problem.is_anchored:
        return covariance
    moved, stretched = (
        (problem.items.rescaled(state.values, *above) - problem.items.rescaled(state.values, *below)) / (2 * DIFFERENCE)
        for above, below in (
            ((DIFFERENCE, 1.0), (-DIFFERENCE, 1.0)),
            ((0.0, 1.0 + DIFFERENCE), (0.0, 1.0 - DIFFERENCE)),
        )
    )
    of_mean, of_deviation = _scale_variances(problem, state, counts)
    covariance += of_mean * moved[:, :, np.newaxis] * moved[:, np.newaxis]
    if not problem.model.slope_is_fixed:
        covariance += of_deviation * stretched[:, :, np.newaxis] * stretched[:, np.newaxis]
    return covariance


def _scale_variances(problem: Problem, state: State, counts: ExpectedCounts) -> tuple[float, float]:
    """Return the variances of the scale's mean and log deviation."""
    if problem.is_placed:
        return variances_of_scale(partial(problem.log_prior_renamed, state))
    people = float(counts.nodes[0].sum())
    return 1 / people, 1 / (2 * people)


def complete_information(items: ItemModel, values: Array, counts: Array) -> Array:
    """Return minus the second derivatives of the expected log-likelihood: (items, parameters, parameters).

    Central differences of the gradient, so exact for every model up to about 1e-8 of itself.
    """
    width = values.shape[1]
    columns = []
    for parameter in range(width):
        step = np.zeros(width)
        step[parameter] = DIFFERENCE
        above, below = (np.einsum("ikq,ipkq->ip", counts, items.gradient_table(values + s)) for s in (step, -step))
        columns.append((below - above) / (2 * DIFFERENCE))
    information = np.stack(columns, axis=2)
    return np.asarray((information + information.transpose(0, 2, 1)) / 2, dtype=np.float64)


def orthonormal(nodes: Array, posterior: Array, degree: int) -> Iterator[Array]:
    """Return posterior × polynomial at the nodes, (rows, nodes), of degree 1, 2, … `degree`.

    The polynomials are orthonormal under each row's posterior.

    By the three-term recurrence of Stieltjes: Gautschi 2004, "Orthogonal Polynomials", section 2.2.
    """
    before, current, norm = np.zeros_like(posterior), np.ones_like(posterior), np.zeros((len(posterior), 1))
    for _ in range(degree):
        following = nodes * current
        overlap = (posterior * following * current).sum(axis=1, keepdims=True)
        following -= overlap * current + norm * before
        norm = np.sqrt((posterior * following**2).sum(axis=1, keepdims=True))
        before, current = current, following / np.maximum(norm, 1e-12)
        yield posterior * current


def _lost(unit: Rows, gradients: Gradients) -> Array:
    """Return the sum over people of the covariance of their gradients: (all parameters, all parameters)."""
    total = np.zeros((gradients.size, gradients.size))
    for block in unit.blocks(gradients.rows):
        posterior = gradients.posterior(block)
        for weights in orthonormal(gradients.nodes, posterior, gradients.polynomials):
            along = np.concatenate(
                [gradients.of_items(block, weights), gradients.of_populations(block, weights)], axis=1
            )
            total += along.T @ (block.weight[:, np.newaxis] * along)
    return total


def _squared_means(unit: Rows, gradients: Gradients) -> Array:
    """Return the sum over people of the squares of their mean gradients, item by item: (items, values, values)."""
    items, width = gradients.items.shape[:2]
    total = np.zeros((items, width, width))
    for block in unit.blocks(gradients.rows):
        weights = gradients.posterior(block) * np.sqrt(block.weight)[:, np.newaxis]
        means = gradients.of_items(block, weights).reshape(-1, width, items)
        for first, second in itertools.combinations_with_replacement(range(width), 2):
            product = np.einsum("ri,ri->i", means[:, first], means[:, second])
            total[:, first, second] += product
            total[:, second, first] += product if first != second else 0.0
    return total


def _summed(parts: Iterable[Array]) -> Array:
    """Add up in the order of the shards."""
    return reduce(np.add, parts)


def _population_information(problem: Problem, state: State, counts: ExpectedCounts) -> Array:
    """Return minus the second derivatives by (means, log deviations) where theta is known, plus those of the prior."""
    mean, deviation = state.populations.mean, state.populations.deviation
    centred = (problem.items.nodes - mean[:, np.newaxis]) / deviation[:, np.newaxis]
    people = counts.nodes.sum(axis=1)
    by_mean = people / deviation**2 + problem.priors.group_mean.precision
    by_both = 2 * (counts.nodes * centred).sum(axis=1) / deviation
    by_deviation = 2 * (counts.nodes * centred**2).sum(axis=1) + problem.priors.group_log_sd.precision
    return np.block([[np.diag(by_mean), np.diag(by_both)], [np.diag(by_both), np.diag(by_deviation)]])


def _with_blocks(of_items: Array, of_populations: Array) -> Array:
    """Return the matrix that has these blocks on its diagonal, in the order parameter, item; then the populations."""
    items, width, _ = of_items.shape
    matrix = np.zeros((items * width + len(of_populations),) * 2)
    own = np.arange(items)
    for first, second in np.ndindex(width, width):
        matrix[first * items + own, second * items + own] = of_items[:, first, second]
    matrix[items * width :, items * width :] = of_populations
    return matrix


def _blocks(matrix: Array, items: int, width: int) -> Array:
    """Undo `_with_blocks` for the items: (items, parameters, parameters)."""
    by_item = matrix[: items * width, : items * width].reshape(width, items, width, items)
    return np.asarray(by_item[:, np.arange(items), :, np.arange(items)], dtype=np.float64)


def _free_directions(problem: Problem, gradients: Gradients) -> Array:
    """Return the directions in which all parameters can move, as columns: (all parameters, free parameters)."""
    items, width = gradients.items.shape[:2]
    groups = len(gradients.populations)
    is_free = np.ones(gradients.size, dtype=bool)
    is_free[: items * width] = gradients.items.any(axis=(2, 3)).T.ravel()  # not every item uses every column
    if not (problem.is_anchored or problem.is_placed):
        is_free[items * width] = False
        is_free[items * width + groups] = problem.model.slope_is_fixed
    if problem.model is not Model.ONE_PL:
        return np.eye(gradients.size)[:, is_free]
    is_free[:items] = False  # the slopes move together, or not at all
    together = np.zeros((gradients.size, 0 if problem.is_anchored else 1))
    together[:items] = 1.0
    return np.concatenate([np.eye(gradients.size)[:, is_free], together], axis=1)


def _inverse(information: Array) -> Array:
    """Return the inverse of symmetric matrices, with at least `LEAST_INFORMATION` in every direction."""
    eigenvalues, vectors = np.linalg.eigh(information)
    scaled = vectors / np.maximum(eigenvalues, LEAST_INFORMATION)[..., np.newaxis, :]
    return np.asarray(scaled @ np.swapaxes(vectors, -1, -2), dtype=np.float64)


def _inverse_by_item(information: Array, problem: Problem) -> Array:
    """Return the inverse of each item's own block; the information about a slope in common is that of all items."""
    if problem.model is not Model.ONE_PL:
        return _inverse(information)
    of_d = np.maximum(information[:, 1, 1], LEAST_INFORMATION)
    coupling = information[:, 0, 1] / of_d
    of_slope = float((information[:, 0, 0] - coupling * information[:, 0, 1]).sum())
    variance = 0.0 if problem.is_anchored else 1 / max(of_slope, LEAST_INFORMATION)
    by_slope = np.stack([np.ones_like(coupling), -coupling], axis=1)
    covariance = variance * by_slope[:, :, np.newaxis] * by_slope[:, np.newaxis]
    covariance[:, 1, 1] += 1 / of_d
    return covariance
