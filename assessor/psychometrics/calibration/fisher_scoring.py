"""One M-step for items with any number of scores: Fisher scoring on expected counts, all items at once.

Each item's objective is the sum of counts × log P plus its log prior. Near the maximum a single scoring step gains as
much for EM as a maximum found to the last digit (Lange 1995, the EM gradient algorithm), so only steps that are still
long are followed by another.
"""

from typing import Protocol

import numpy as np

from assessor.psychometrics.measuring.response_models import Array

_MOST_STEPS = 5
_LONG = 0.1  # change of a working parameter that calls for another step
_LONGEST = 1.0  # a step from afar can be absurd
_HALVINGS = 12
_ROUNDING = 1e-12  # lower by this share is not lower


class Scorable(Protocol):
    """Items whose expected log-posterior can be climbed; shapes as in `ItemModel`."""

    def table_and_gradient(self, values: Array) -> tuple[Array, Array]:
        """Return log P (items, scores, nodes) and its gradient (items, parameters, scores, nodes)."""
        ...

    def log_probability_table(self, values: Array) -> Array:
        """Return log P alone."""
        ...

    def log_prior_by_item(self, values: Array) -> Array:
        """Return the log prior of each item up to a constant: (items,)."""
        ...

    def prior_score(self, values: Array) -> tuple[Array, Array]:
        """Return the gradient (items, parameters) of the log prior, and its information with no negative eigenvalue."""
        ...

    def within_bounds(self, values: Array) -> Array:
        """Return the nearest values that the model allows."""
        ...


def climb(items: Scorable, values: Array, counts: Array) -> Array:
    """Return values at which no item's expected log-posterior is lower than before.

    Parameters
    ----------
    items
        The response model.
    values
        Working parameters, shape (items, parameters).
    counts
        Expected number of people by item, score and node, shape (items, scores, nodes).

    Returns
    -------
    Array
        A step that would lower an item's objective is halved, at last to nothing; other items do not wait for it.
    """
    current = items.within_bounds(values)
    for _ in range(_MOST_STEPS):
        table, gradient = items.table_and_gradient(current)
        step = _scoring_step(items, current, table, gradient, counts)
        objective = _objective(items, current, table, counts)
        current = _best_part(items, current, objective, step, counts)
        if np.abs(step).max(initial=0.0) < _LONG:
            break
    return current


def _objective(items: Scorable, values: Array, table: Array, counts: Array) -> Array:
    finite = np.where(np.isneginf(table), 0.0, table)  # scores an item does not have are nobody's
    return np.asarray(np.einsum("ikq,ikq->i", counts, finite) + items.log_prior_by_item(values), dtype=np.float64)


def _scoring_step(items: Scorable, values: Array, table: Array, gradient: Array, counts: Array) -> Array:
    """Return information⁻¹ × score of each item, shortened so that no component exceeds `_LONGEST`."""
    rows, parameters = values.shape
    flat = gradient.reshape(rows, parameters, -1)
    expected = (np.exp(table) * counts.sum(axis=1, keepdims=True)).reshape(rows, 1, -1)
    score, information = items.prior_score(values)
    score = score + (flat @ counts.reshape(rows, -1, 1))[:, :, 0]
    # Parameters that an item does not have show neither score nor information; the ridge makes their step 0.
    information = information + (flat * expected) @ flat.transpose(0, 2, 1) + 1e-9 * np.eye(parameters)
    step = np.linalg.solve(information, score[:, :, np.newaxis])[:, :, 0]
    longest = np.maximum(np.abs(step).max(axis=1, keepdims=True), _LONGEST)
    return np.asarray(step * (_LONGEST / longest), dtype=np.float64)


def _best_part(items: Scorable, values: Array, objective: Array, step: Array, counts: Array) -> Array:
    """Return the values after the longest of step, step / 2, step / 4, … that lowers nothing."""
    part = np.ones((len(values), 1))
    for _ in range(_HALVINGS):
        candidate = items.within_bounds(values + part * step)
        reached = _objective(items, candidate, items.log_probability_table(candidate), counts)
        is_lower = ~(reached >= objective - _ROUNDING * np.abs(objective))
        if not is_lower.any():
            return candidate
        part[is_lower] /= 2
    return np.where(is_lower[:, np.newaxis], values, candidate)
