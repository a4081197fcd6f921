"""Answers of people who follow a model, on fixed and on adaptive tests: small, and for statistics of fit only."""

from collections.abc import Sequence

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from assessor.psychometrics.measuring.response_models import Array, ItemParameters, log_probability_table
from assessor.psychometrics.measuring.responses import MISSING, Scores

POINTS = np.linspace(-5, 5, 51)


def bank(number: int, rng: Generator) -> list[ItemParameters]:
    """A 2PL bank."""
    return [
        ItemParameters(a, b) for a, b in zip(rng.lognormal(0.1, 0.25, number), rng.normal(size=number), strict=True)
    ]


def answers(items: Sequence[ItemParameters], theta: Array, rng: Generator) -> Scores:
    """Everybody's scores on all items, (persons, items)."""
    below = np.exp(log_probability_table(items, theta, uncertain=False)).cumsum(axis=1)
    drawn = rng.random((len(items), 1, len(theta)))
    return np.asarray((drawn > below[:, :-1]).sum(axis=1).T, dtype=np.int8)


def adaptive_answers(
    items: Sequence[ItemParameters], would_score: Scores, length: int, rng: Generator
) -> tuple[Scores, NDArray[np.intp]]:
    """Scores of an adaptive test, `MISSING` where an item was not shown, and the items in the order shown.

    `would_score` is what each person scores on each item if it is shown; 0/1 items, nearly maximum information.
    """
    log = log_probability_table(items, POINTS, uncertain=False)
    slopes = np.array([[item.a] for item in items])
    information = np.square(slopes) * np.exp(log.sum(axis=1))
    everybody = np.arange(len(would_score))
    log_posterior = np.tile(-0.5 * np.square(POINTS), (len(would_score), 1))
    seen, order = (
        np.full(would_score.shape, MISSING, dtype=np.int8),
        np.empty((len(would_score), length), dtype=np.intp),
    )
    for position in range(length):
        nearest = np.abs(POINTS - eap(log_posterior)[:, np.newaxis]).argmin(axis=1)
        worth = information[:, nearest].T * rng.lognormal(0, 0.3, would_score.shape)
        shown = np.where(seen == MISSING, worth, -1).argmax(axis=1)
        score = would_score[everybody, shown]
        seen[everybody, shown], order[:, position] = score, shown
        log_posterior += log[shown, score]
    return seen, order


def estimates(items: Sequence[ItemParameters], scores: Scores) -> Array:
    """EAP of everybody, whatever items they had; 0/1 items."""
    log = log_probability_table(items, POINTS, uncertain=False)
    return eap((scores == 1) @ log[:, 1] + (scores == 0) @ log[:, 0] - 0.5 * np.square(POINTS))


def eap(log_posterior: Array) -> Array:
    """Posterior means."""
    weights = np.exp(log_posterior - log_posterior.max(axis=1, keepdims=True))
    return np.asarray((weights @ POINTS) / weights.sum(axis=1))
