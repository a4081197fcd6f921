"""Conditional maximum likelihood for the Rasch model: difficulties without any assumption about who sat the test.

    >>> answers = Responses.from_matrix([[1, 0], [1, 0], [0, 1]], items=["phone", "mail"])
    >>> [round(float(b), 4) for b in conditional_rasch(answers).difficulty]  # half of log 2 either side of 0
    [-0.3466, 0.3466]

Given how many answers of a person are right, which ones are right depends on the difficulties alone (Rasch 1960,
Andersen 1972). So nothing has to be known of the population, and the difficulties stand on their own: they sum to 0.

The sums over all ways to reach a score, the elementary symmetric functions, are built up item by item. Every term is
positive and kept as a logarithm, so nothing cancels and nothing overflows, whatever the number of items. First and
second derivatives come out of the same chains, read forward and backward.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components

from assessor.psychometrics.measuring.response_models import Array
from assessor.psychometrics.measuring.responses import MISSING, Responses, ResponsesNotUsable

# Numbers held at once for the second derivatives: 32 MB.
_CHUNK = 4_000_000

_NAMED = 10


class DifficultiesNotDetermined(ValueError):
    """The answers leave a difficulty free; the message names the items and what to do."""


@dataclass(frozen=True, eq=False)
class ConditionalRasch:
    """Difficulties estimated by conditional maximum likelihood.

    items           item ids, in the order of the answers
    difficulty      b of each item on the logistic metric; they sum to 0; float64 (items,)
    standard_error  of each difficulty, under that sum; float64 (items,)
    covariance      of the difficulties; its rows sum to 0; float64 (items, items)
    log_likelihood  of the answers given each person's number right
    persons         people who told something: those with all right or all wrong do not
    steps           Newton steps taken
    converged       whether the last step was within the tolerance
    """

    items: tuple[str, ...]
    difficulty: Array
    standard_error: Array
    covariance: Array
    log_likelihood: float
    persons: float
    steps: int
    converged: bool


@dataclass(frozen=True, eq=False)
class _Sets:
    """People who were asked equally many items: sets of items, and how many people of each reached each score.

    items   which items each set has, in the order of the columns; (sets, size)
    counts  people by score 0 to size; (sets, size + 1)
    """

    items: NDArray[np.intp]
    counts: Array


@dataclass(frozen=True, eq=False)
class _Data:
    """What the likelihood depends on: right answers of each item, and the sets with their scores."""

    right: Array
    sets: tuple[_Sets, ...]
    persons: float


def conditional_rasch(responses: Responses, *, tolerance: float = 1e-9, maximum_steps: int = 100) -> ConditionalRasch:
    """Estimate the difficulties of a Rasch scale by conditional maximum likelihood.

    Parameters
    ----------
    responses
        scores 0 and 1; items not asked are missing by design. People are grouped by what they were asked, since the
        condition is the number right among those items. Groups of `responses` play no part: that is the point.
    tolerance
        largest change of a difficulty in the last Newton step
    maximum_steps
        steps after which the search ends unconverged; usual are 5 to 8

    Returns
    -------
    ConditionalRasch
        One Newton step costs (different sets of items) × (items in a set)³ operations.

    Raises
    ------
    ResponsesNotUsable
        fewer than two items, or a score above 1
    DifficultiesNotDetermined
        no maximum exists: an item that everybody got right or wrong, parts that never meet, or items that nobody
        got right without getting all others right too (Fischer 1981, "On the existence and uniqueness of maximum
        likelihood estimates in the Rasch model")

    References
    ----------
    Andersen 1972, "The numerical solution of a set of conditional estimation equations"; Fischer 1974.
    """
    _refuse_other_than_right_and_wrong(responses)
    matrix = responses.dense()
    told = _tells_something(matrix)
    if not told.any():
        raise DifficultiesNotDetermined(
            "Nobody has both a right and a wrong answer, so no item can be told easier than another. "
            "Collect answers from people for whom some items are hard."
        )
    matrix, weight = matrix[told], responses.weight[told]
    _refuse_separated(matrix, responses.items)
    data = _sufficient(matrix, weight)
    return _maximise(data, responses.items, tolerance, maximum_steps)


def _maximise(data: _Data, items: tuple[str, ...], tolerance: float, maximum_steps: int) -> ConditionalRasch:
    """Newton's method; the log-likelihood is concave, and a step that would lower it is halved."""
    centre = np.full((len(items), len(items)), 1 / len(items))  # fixes the free sum at 0 and keeps the rest
    difficulty = _centred(-np.log(data.right / (data.right.sum() - data.right)))
    value = _log_likelihood(data, difficulty)
    converged, steps = False, 0
    while not converged and steps < maximum_steps:
        expected, information = _moments(data, difficulty)
        step = _centred(np.linalg.solve(information + centre, expected - data.right))
        converged = float(np.abs(step).max()) <= tolerance
        while (reached := _log_likelihood(data, difficulty + step)) < value and not converged:
            step = step / 2
            converged = float(np.abs(step).max()) <= tolerance
        difficulty, value = _centred(difficulty + step), reached
        steps += 1
    _, information = _moments(data, difficulty)
    covariance = np.linalg.inv(information + centre) - centre
    error = np.sqrt(np.diag(covariance))
    return ConditionalRasch(items, difficulty, error, covariance, value, data.persons, steps, converged)


def _centred(values: Array) -> Array:
    return np.asarray(values - values.mean(), dtype=np.float64)


def _log_likelihood(data: _Data, difficulty: Array) -> float:
    """Return minus the sum of b over right answers, minus log gamma of each person's score."""
    value = -float(data.right @ difficulty)
    for some in (chunk for sets in data.sets for chunk in _chunks(sets)):
        log_gamma = _forward(-difficulty[some.items])[-1]
        value -= float(np.sum(some.counts * log_gamma))
    return value


def _moments(data: _Data, difficulty: Array) -> tuple[Array, Array]:
    """Return the expected right answers of each item (items,), and their covariance (items, items)."""
    items = len(difficulty)
    expected, information = np.zeros(items), np.zeros((items, items))
    for some in (chunk for sets in data.sets for chunk in _chunks(sets)):
        mean, covariance = _moments_of_sets(-difficulty[some.items], some.counts)
        np.add.at(expected, some.items, mean)
        np.add.at(information, (some.items[:, :, np.newaxis], some.items[:, np.newaxis, :]), covariance)
    return expected, information


def _chunks(sets: _Sets) -> Iterator[_Sets]:
    """Yield the sets in pieces whose second derivatives fit in memory."""
    size = sets.items.shape[1]
    together = max(1, _CHUNK // (size * (size + 1)))
    for first in range(0, len(sets.items), together):
        yield _Sets(sets.items[first : first + together], sets.counts[first : first + together])


def _moments_of_sets(easiness: Array, counts: Array) -> tuple[Array, Array]:
    """Return expected right answers (sets, size) and their covariance (sets, size, size) given the scores.

    `backward[k][s]` adds up, over all ways to answer the items from k on, the people per way who end at their score
    after s right so far. A chain in which one item is right, met by `backward` at a later one, is the expected number
    of people with both right; the same chain at its end is the probability of that item given the score.
    """
    forward = _forward(easiness)
    log_gamma = forward[-1]
    with np.errstate(divide="ignore"):  # nobody has this score
        backward = _backward(easiness, np.log(counts) - log_gamma)
    sets, size = easiness.shape
    pair = np.zeros((sets, size, size))
    with_one_right = np.empty((sets, 0, 1))
    for at in range(size):
        one, rest = easiness[:, at], backward[at + 1][:, 1:]
        pair[:, :at, at] = np.exp(with_one_right + (rest + one[:, np.newaxis])[:, np.newaxis]).sum(axis=2)
        pair[:, at, at] = np.exp(forward[at] + rest + one[:, np.newaxis]).sum(axis=1)
        first = _shifted(forward[at] + one[:, np.newaxis])
        with_one_right = np.concatenate([_with_item(with_one_right, one[:, np.newaxis]), first[:, np.newaxis]], axis=1)
    given_score = np.exp(with_one_right - log_gamma[:, np.newaxis])
    together = (given_score * counts[:, np.newaxis]) @ given_score.transpose(0, 2, 1)
    mean = np.diagonal(pair, axis1=1, axis2=2)
    upper = np.triu(pair, 1)
    return mean, upper + upper.transpose(0, 2, 1) + mean[:, :, np.newaxis] * np.eye(size) - together


def _forward(easiness: Array) -> list[Array]:
    """Return log gamma of the first 0, 1 … all items; each (sets, scores 0 to that number of items)."""
    chain = [np.zeros((len(easiness), 1))]
    for at in range(easiness.shape[1]):
        chain.append(_with_item(chain[-1], easiness[:, at]))
    return chain


def _backward(easiness: Array, log_weight: Array) -> list[Array]:
    """Return the chains read from the end, whose last link is `log_weight` (sets, scores)."""
    chain = [log_weight]
    for at in reversed(range(easiness.shape[1])):
        chain.append(np.logaddexp(chain[-1][:, :-1], easiness[:, at, np.newaxis] + chain[-1][:, 1:]))
    return chain[::-1]


def _with_item(log_gamma: Array, easiness: Array) -> Array:
    """Return gamma with one more item: gamma_s + exp(easiness) gamma_(s - 1), in logarithms."""
    wider = _shifted(log_gamma + easiness[..., np.newaxis])
    wider[..., :-1] = np.logaddexp(wider[..., :-1], log_gamma)
    return wider


def _shifted(log_gamma: Array) -> Array:
    """Return what is reached with one more right: nothing at score 0."""
    nothing = np.full((*log_gamma.shape[:-1], 1), -np.inf)
    return np.concatenate([nothing, log_gamma], axis=-1)


def _sufficient(matrix: NDArray[np.int8], weight: Array) -> _Data:
    """Group people by what they were asked, and count their scores."""
    asked = matrix != MISSING
    packed, which = np.unique(np.packbits(asked, axis=1), axis=0, return_inverse=True)
    kinds = np.unpackbits(packed, axis=1, count=matrix.shape[1]).astype(bool)
    score = np.sum(matrix == 1, axis=1)
    counts = np.zeros((len(kinds), matrix.shape[1] + 1))
    np.add.at(counts, (which.ravel(), score), weight)
    sizes = kinds.sum(axis=1)
    sets = []
    for size in np.unique(sizes):
        alike = sizes == size
        items = np.nonzero(kinds[alike])[1].reshape(-1, size)
        sets.append(_Sets(items, counts[alike, : size + 1]))
    return _Data(np.asarray(weight @ (matrix == 1), dtype=np.float64), tuple(sets), float(weight.sum()))


def _tells_something(matrix: NDArray[np.int8]) -> NDArray[np.bool_]:
    """Return who has a right and a wrong answer: the others' answers are certain, given their number right."""
    return np.asarray((matrix == 1).any(axis=1) & (matrix == 0).any(axis=1))


def _refuse_other_than_right_and_wrong(responses: Responses) -> None:
    if len(responses.items) < 2:
        raise ResponsesNotUsable("One item alone has no difficulty relative to others. Give at least two items.")
    above = np.nonzero(responses.highest_score > 1)[0]
    if len(above):
        names = _listed(responses.items, above)
        raise ResponsesNotUsable(f"Scores above 1 on {names}: this is for right and wrong. Calibrate PCM or GPCM.")


def _refuse_separated(matrix: NDArray[np.int8], items: tuple[str, ...]) -> None:
    """Refuse unless every item can be reached from every other by "one person had this right and that wrong"."""
    right, wrong = (matrix == 1).astype(np.float32), (matrix == 0).astype(np.float32)
    beats = right.T @ wrong > 0
    if len(stuck := np.nonzero(~(beats.any(axis=0) & beats.any(axis=1)))[0]):
        raise DifficultiesNotDetermined(
            f"Among people who had something right and something wrong, everybody answered {_listed(items, stuck)} "
            "alike, or nobody was asked. Leave these items out, or collect more answers."
        )
    parts, part = connected_components(beats, directed=True, connection="weak")
    if parts > 1:
        raise DifficultiesNotDetermined(
            f"The answers fall into {parts} parts that no person joins: {_listed(items, np.nonzero(part == 0)[0])} "
            "never meet the others. Calibrate the parts one by one, or collect answers to items of both."
        )
    parts, part = connected_components(beats, directed=True, connection="strong")
    if parts > 1:
        easier = np.nonzero(part == part[_never_beaten(beats, part)])[0]
        raise DifficultiesNotDetermined(
            f"Whoever had any other item right had {_listed(items, easier)} right as well, so how much easier they "
            "are cannot be told. Leave these items out, or collect more answers."
        )


def _never_beaten(beats: NDArray[np.bool_], part: NDArray[np.int32]) -> int:
    """Return an item of the part that was never wrong where an item outside it was right: there is always one."""
    return next(at for at in range(len(part)) if not beats[part != part[at]][:, part == part[at]].any())


def _listed(items: tuple[str, ...], positions: NDArray[np.intp]) -> str:
    names = ", ".join(items[at] for at in positions[:_NAMED])
    return f"{names} and {len(positions) - _NAMED} more" if len(positions) > _NAMED else names
