"""How often a level is right, how often a second test would give it again, and whether stated certainty is true.

    >>> stated = level_probabilities([0.4, 1.5], [0.3, 0.3], cuts=[-1.0, 0.0, 1.0])
    >>> round(accuracy(stated), 2), round(consistency(stated).agreement, 2)
    (0.92, 0.85)
    >>> round(stated_and_real([0.9, 0.9, 0.9, 0.9, 0.9], [True, True, True, True, False]).difference, 2)
    0.1

The first two are what the measurement itself claims, from its standard errors. `agreement` and `stated_and_real` hold
such claims against what really happened: true levels in a simulation, a second sitting, a later judgement.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr

from assessor.psychometrics.measuring.response_models import Array

Levels = NDArray[np.intp]


class NotClassified(ValueError):
    """Probabilities or levels that cannot be compared."""


@dataclass(frozen=True, slots=True)
class Consistency:
    """Two classifications of the same people.

    agreement  share with the same level twice, 0 to 1
    chance     the agreement of two tests with these shares of levels that measured nothing
    kappa      (agreement - chance) / (1 - chance): Cohen 1960; nan = chance alone agrees always
    """

    agreement: float
    chance: float
    kappa: float


@dataclass(frozen=True, slots=True)
class CertaintyBin:
    """Statements of about the same certainty: how many (weighted), their mean, and the share that came true."""

    statements: float
    stated: float
    observed: float


@dataclass(frozen=True, slots=True)
class StatedAndReal:
    """Whether stated probabilities are kept.

    difference        mean stated minus share that came true; above 0 = overconfident
    largest           largest difference of a bin that holds a twentieth of all statements or more, by absolute value
    mean_difference   mean of the bins' absolute differences, weighted: expected calibration error
    brier             mean squared distance of stated probability and what happened, 0 best: Brier 1950
    bins              ascending in certainty, without empty ones: the reliability diagram
    """

    difference: float
    largest: float
    mean_difference: float
    brier: float
    bins: tuple[CertaintyBin, ...]


def level_probabilities(theta: ArrayLike, standard_errors: ArrayLike, cuts: Sequence[float]) -> Array:
    """Return P(level) of each person for normal errors, (persons, cuts + 1): Rudner 2001, equation 2.

    For estimates without a posterior. Where there is one, its own masses between the cuts are better.
    """
    ladder = np.asarray(cuts, dtype=np.float64)
    if ladder.ndim != 1 or not len(ladder) or np.any(np.diff(ladder) <= 0):
        raise NotClassified(f"Cuts must be one or more rising numbers, not {list(cuts)}.")
    estimates, errors = np.asarray(theta, dtype=np.float64), np.asarray(standard_errors, dtype=np.float64)
    if estimates.ndim != 1 or estimates.shape != errors.shape or np.any(errors <= 0):
        raise NotClassified("Give each person one estimate and one standard error above 0.")
    below = ndtr((ladder - estimates[:, np.newaxis]) / errors[:, np.newaxis])
    ends = np.zeros((len(estimates), 1)), np.ones((len(estimates), 1))
    return np.asarray(np.diff(np.concatenate([ends[0], below, ends[1]], axis=1), axis=1), dtype=np.float64)


def accuracy(probabilities: ArrayLike, levels: ArrayLike | None = None, weight: ArrayLike | None = None) -> float:
    """Return the expected share of right levels, 0 to 1: Rudner 2005, Lee 2010.

    It is the mean probability of the level given, of the most probable one unless told otherwise. It is as true as the
    probabilities are: check them with `stated_and_real`.

    Parameters
    ----------
    probabilities
        P(level) of each person, (persons, levels), rows adding up to 1.
    levels
        The level given to each person, from 0, (persons,).
    weight
        People that each row stands for.
    """
    table = _checked(probabilities)
    given = table.argmax(axis=1) if levels is None else _levels(levels, table)
    right = np.take_along_axis(table, given[:, np.newaxis], axis=1)[:, 0]
    return float(np.average(right, weights=_weights(weight, table)))


def consistency(probabilities: ArrayLike, weight: ArrayLike | None = None) -> Consistency:
    """Return the expected agreement of two equivalent tests: Lee 2010, equations 9 to 12.

    The chance that two independent tests agree on a person is the sum of squared probabilities, where these say which
    level a test gives to somebody of that ability. The probabilities of `level_probabilities` serve for that; those of
    a posterior are a good approximation.

    Parameters
    ----------
    probabilities
        P(level) of each person, (persons, levels), rows adding up to 1.
    weight
        People that each row stands for.
    """
    table = _checked(probabilities)
    people = _weights(weight, table)
    shares = np.average(table, axis=0, weights=people)
    agreed = float(np.average(np.square(table).sum(axis=1), weights=people))
    return _consistency(agreed, float(np.square(shares).sum()))


def agreement(first: ArrayLike, second: ArrayLike, weight: ArrayLike | None = None) -> Consistency:
    """Return how well two classifications of the same people agree, such as true and awarded levels.

    Parameters
    ----------
    first, second
        Levels as whole numbers, (persons,); "no level" is one of them.
    weight
        People that each row stands for.
    """
    one, two = np.asarray(first), np.asarray(second)
    if one.ndim != 1 or one.shape != two.shape or not len(one):
        raise NotClassified("Give two levels for each of the same people, at least one.")
    known = np.unique(np.concatenate([one, two]))
    people = _weights(weight, one)
    shares = [np.bincount(np.searchsorted(known, side), people, len(known)) / people.sum() for side in (one, two)]
    return _consistency(float(np.average(one == two, weights=people)), float(shares[0] @ shares[1]))


def stated_and_real(
    stated: ArrayLike, came_true: ArrayLike, *, bins: int = 10, weight: ArrayLike | None = None
) -> StatedAndReal:
    """Compare stated probabilities with how often what they stated was so.

    Parameters
    ----------
    stated
        Probability of each statement, 0 to 1, (statements,): that a level is reached, or that the level given is right.
    came_true
        Whether it was so, same shape.
    bins
        Equally wide pieces of [0, 1]; 2 to 100.
    weight
        How often each statement was made.

    References
    ----------
    Brier 1950; Murphy and Winkler 1977 (reliability diagram); Naeini, Cooper and Hauskrecht 2015 (expected error).
    """
    claims, facts = np.asarray(stated, dtype=np.float64), np.asarray(came_true, dtype=np.float64)
    if claims.ndim != 1 or claims.shape != facts.shape or not len(claims):
        raise NotClassified("Give each stated probability with whether it came true, at least one.")
    if not ((claims >= 0) & (claims <= 1)).all() or not np.isin(facts, (0, 1)).all():
        raise NotClassified("Stated probabilities lie from 0 to 1, and what came true is yes or no.")
    if not 2 <= bins <= 100:
        raise NotClassified(f"Between 2 and 100 bins can be drawn, not {bins}.")
    count = _weights(weight, claims)
    place = np.minimum((claims * bins).astype(np.intp), bins - 1)
    amounts = np.bincount(place, count, bins).astype(np.float64)
    used = amounts > 0
    amounts = amounts[used]
    said, true = (np.bincount(place, count * values, bins)[used] / amounts for values in (claims, facts))
    apart, total = np.abs(said - true), amounts.sum()
    return StatedAndReal(
        difference=float(amounts @ (said - true) / total),
        largest=float(apart[amounts >= total / 20].max()),
        mean_difference=float(amounts @ apart / total),
        brier=float(np.average(np.square(claims - facts), weights=count)),
        bins=tuple(CertaintyBin(*map(float, row)) for row in zip(amounts, said, true, strict=True)),
    )


def _checked(probabilities: ArrayLike) -> Array:
    table = np.asarray(probabilities, dtype=np.float64)
    if table.ndim != 2 or not table.size:
        raise NotClassified(f"Probabilities must be a persons × levels table, not of shape {table.shape}.")
    if not (table >= -1e-9).all() or not np.allclose(table.sum(axis=1), 1, atol=1e-6):
        raise NotClassified("Each person's probabilities of the levels must add up to 1.")
    return table


def _levels(levels: ArrayLike, table: Array) -> Levels:
    given = np.asarray(levels, dtype=np.intp)
    if given.shape != (len(table),) or given.min() < 0 or given.max() >= table.shape[1]:
        raise NotClassified(f"Give each person a level from 0 to {table.shape[1] - 1}.")
    return given


def _weights(weight: ArrayLike | None, of: NDArray[Any]) -> Array:
    """Return a weight for each row; none given = every row is one person."""
    return np.ones(len(of)) if weight is None else np.asarray(weight, dtype=np.float64)


def _consistency(agreed: float, chance: float) -> Consistency:
    kappa = (agreed - chance) / (1 - chance) if chance < 1 else float("nan")
    return Consistency(agreed, chance, kappa)
