"""Answers of two groups to items of which some may be harder for one of them."""

import numpy as np

from assessor.psychometrics.care.dif.contrasts import Contrast
from assessor.psychometrics.care.dif.matching import Matching, NumberCorrect
from assessor.psychometrics.measuring.response_models import Array, ItemParameters, log_probability_table
from assessor.psychometrics.measuring.responses import MISSING, Responses

THETA = np.linspace(-5, 5, 61)


def people(
    seed: int, english: int, arabic: int, items: int = 20, impact: float = 0.5
) -> tuple[np.random.Generator, Array, list[str], Array]:
    """A generator, abilities (the second group is less able), group names, and difficulties."""
    rng = np.random.default_rng(seed)
    theta = np.concatenate([rng.normal(0, 1, english), rng.normal(-impact, 1, arabic)])
    return rng, theta, ["en"] * english + ["ar"] * arabic, rng.normal(-0.3, 1, items)


def fixed_form(
    seed: int,
    english: int = 400,
    arabic: int = 400,
    harder: dict[int, float] | None = None,
    flatter: int | None = None,
) -> Responses:
    """Answers to 20 items, some of which are harder, or one flatter, in the Arabic version."""
    rng, theta, group, b = people(seed, english, arabic)
    is_arabic = np.array(group) == "ar"
    difficulty = np.tile(b, (len(theta), 1))
    slope = np.full_like(difficulty, 1.2)
    for item, by in (harder or {}).items():
        difficulty[is_arabic, item] += by
    if flatter is not None:
        slope[is_arabic, flatter] = 0.2
        difficulty[:, flatter] = -0.25
    right = rng.random(difficulty.shape) < 1 / (1 + np.exp(-slope * (theta[:, np.newaxis] - difficulty)))
    return Responses.from_matrix(right.astype(int), groups=group)


def adaptive(seed: int, harder: float = 0.0, each: int = 700) -> tuple[Responses, Array]:
    """Answers to 16 of 60 items near each person, and EAP estimates; the item `i1` may be harder in Arabic."""
    rng, theta, group, b = people(seed, each, each, items=60, impact=1.0)
    difficulty = np.tile(b, (2 * each, 1))
    difficulty[each:, 0] += harder
    right = rng.random(difficulty.shape) < 1 / (1 + np.exp(-1.2 * (theta[:, np.newaxis] - difficulty)))
    distance = np.abs(theta[:, np.newaxis] + rng.normal(0, 0.5, (2 * each, 1)) - b) + rng.uniform(0, 1.5, right.shape)
    distance[:, 0] -= 0.7
    asked = np.argsort(distance, axis=1)[:, :16]
    scores = np.full(right.shape, MISSING)
    np.put_along_axis(scores, asked, np.take_along_axis(right, asked, axis=1).astype(int), axis=1)
    table = log_probability_table([ItemParameters(1.2, place) for place in b], THETA)
    log_posterior = (scores == 1) @ table[:, 1] + (scores == 0) @ table[:, 0] - THETA**2 / 2
    posterior = np.exp(log_posterior - log_posterior.max(axis=1, keepdims=True))
    estimates = posterior @ THETA / posterior.sum(axis=1)
    return Responses.from_matrix(scores, groups=group), estimates


def by_number_correct(responses: Responses) -> tuple[Contrast, Matching]:
    """Arabic against the rest, matched by number-correct."""
    contrast = Contrast.between(responses, "ar")
    return contrast, NumberCorrect.over(contrast)
