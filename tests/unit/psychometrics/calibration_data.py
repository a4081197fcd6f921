"""Answers of made-up people to made-up items, for the tests of calibration."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from assessor.psychometrics.measuring.response_models import Array, ItemParameters, probability
from assessor.psychometrics.measuring.responses import MISSING, Responses, Scores


def bank(items: int, seed: int = 3) -> list[ItemParameters]:
    """Return right-or-wrong items with log-normal slopes and difficulties as in the population."""
    rng = np.random.default_rng(seed)
    slopes, difficulties = np.exp(rng.normal(0.18, 0.25, items)), rng.normal(0, 1, items)
    return [ItemParameters(a, b) for a, b in zip(slopes.tolist(), difficulties.tolist(), strict=True)]


def people(number: int, seed: int = 4, mean: float = 0.0, deviation: float = 1.0) -> Array:
    """Return abilities from a normal population."""
    return np.random.default_rng(seed).normal(mean, deviation, number)


def answers(items: Sequence[ItemParameters], theta: Array, seed: int = 5, missing: float = 0.0) -> Scores:
    """Return scores, persons × items, some of them `MISSING` at random."""
    rng = np.random.default_rng(seed)
    a, b, c, d = np.array([(item.a, item.b, item.c, item.d) for item in items]).T
    scores = (rng.random((len(theta), len(items))) < probability(theta[:, np.newaxis], a, b, c, d)).astype(np.int8)
    scores[rng.random(scores.shape) < missing] = MISSING
    return scores


def as_sparse(responses: Responses) -> Responses:
    """Return the same answers as long rows; everybody must have answered something."""
    person, item = np.nonzero(responses.dense() != MISSING)
    names = [responses.groups[group] for group in responses.group.tolist()] if responses.groups else []
    return Responses.from_rows(person, item, responses.dense()[person, item], responses.items, names)


@dataclass(frozen=True)
class Elsewhere:
    """A shard that is not in memory until it is loaded."""

    seed: int
    items: int
    persons: int

    def load(self) -> Responses:
        """Make the answers up anew, always the same."""
        return Responses.from_matrix(answers(bank(self.items), people(self.persons, self.seed), self.seed))
