"""Log-probabilities of the scores of stepwise items, and how they change with each step's logit.

A step's logit is a (theta - b_j) = a theta + c_j. Both families of polytomous models are functions of these logits
alone, so every parameter's gradient is this module's times the chain rule (Muraki 1992; Samejima 1969).

A step that an item does not have is never taken: its logit is -inf. The scores beyond it have log-probability -inf
and gradient 0, so that items with different numbers of scores share one array.
"""

import numpy as np

from assessor.psychometrics.measuring.response_models import Array


def partial_credit_curves(steps: Array) -> tuple[Array, Array]:
    """Return log P(score) and its gradient of partial credit items, by adjacent scores.

    Parameters
    ----------
    steps
        Logit of each step, shape (items, steps, points); -inf where an item has no such step.

    Returns
    -------
    log_probabilities
        Shape (items, steps + 1, points).
    gradient
        d log P(k) / d logit_j = [j <= k] - P(score >= j): shape (items, steps, steps + 1, points).
    """
    reached = np.concatenate([np.zeros_like(steps[:, :1]), np.cumsum(steps, axis=1)], axis=1)
    reached -= reached.max(axis=1, keepdims=True)
    log_p = reached - np.log(np.exp(reached).sum(axis=1, keepdims=True))
    at_least = np.cumsum(np.exp(log_p)[:, :0:-1], axis=1)[:, ::-1]
    count = steps.shape[1]
    taken = np.arange(1, count + 1)[:, np.newaxis] <= np.arange(count + 1)
    gradient = taken[np.newaxis, :, :, np.newaxis] - at_least[:, :, np.newaxis]
    return log_p, _without_missing(gradient, log_p)


def graded_curves(steps: Array) -> tuple[Array, Array]:
    """Return log P(score) and its gradient of graded items, by cumulative scores.

    Arguments and shapes as in `partial_credit_curves`; the logits of an item must fall from step to step.
    P(k) = S(x) - S(y), S the logistic function, x and y the logits of steps k and k + 1. With S(x) - S(y) =
    S(x) S(-y) (1 - exp(y - x)), neither P nor its gradient loses digits where the two are nearly equal.
    """
    edge = np.full_like(steps[:, :1], np.inf)
    above, below = np.concatenate([edge, steps], axis=1), np.concatenate([steps, -edge], axis=1)
    with np.errstate(invalid="ignore"):  # -inf minus -inf, at scores that do not exist and are overwritten below
        apart = -np.expm1(below - above)
        log_p = _log_expit(above) + _log_expit(-below) + np.log(apart)
        gains = np.exp(_log_expit(-above) - _log_expit(-below)) / apart
        loses = np.exp(_log_expit(below) - _log_expit(above)) / apart
    log_p = np.where(np.isneginf(above), -np.inf, log_p)
    items, count, points = steps.shape
    gradient = np.zeros((items, count, count + 1, points))
    step = np.arange(count)
    gradient[:, step, step + 1] = gains[:, 1:]
    gradient[:, step, step] = -loses[:, :-1]
    return log_p, _without_missing(gradient, log_p)


def _without_missing(gradient: Array, log_p: Array) -> Array:
    """Return the gradient with 0 at scores that an item does not have."""
    return np.where(np.isneginf(log_p)[:, np.newaxis], 0.0, gradient)


def _log_expit(logit: Array) -> Array:
    return np.asarray(-np.logaddexp(0.0, -logit), dtype=np.float64)
