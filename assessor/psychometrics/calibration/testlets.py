"""Several questions about one text or screen: counted as one item, and found when they were not.

    >>> answers = Responses.from_matrix([[1, 0, 1], [1, 1, -1]], items=["q1", "q2", "mail"])
    >>> joined = as_testlets(answers, {"text": ["q1", "q2"]})
    >>> joined.items, joined.dense().tolist()
    (('text', 'mail'), [[1, 1], [2, -1]])

Questions that share a text stand or fall together: whoever misreads it loses all of them. Counted as separate items
they promise more information than they hold, and every standard error comes out too small. Their sum is one
polytomous item with an honest information (Thissen, Steinberg and Mooney 1989), which the partial credit model
calibrates like any other.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from assessor.psychometrics.measuring.response_models import Array, ItemParameters, log_probability_table
from assessor.psychometrics.measuring.responses import HIGHEST_SCORE, MISSING, Indices, Responses, Scores, Sparse

REMARKABLE = 0.2
"""Q3 above the average pair's from which two items are no longer two: Christensen, Makransky and Horton 2017."""

FEWEST_PEOPLE = 100
"""People who answered both items, below which a correlation of .2 is within chance (its standard error is .1)."""

_GRID = np.linspace(-6.0, 6.0, 121)
_CELLS = 2_000_000  # persons × items looked at together: 16 MB an array


class TestletsNotUsable(ValueError):
    """Testlets that do not fit the answers; the message names what is wrong and what to do."""

    __test__ = False  # pytest takes classes by this beginning for tests


@dataclass(frozen=True, slots=True)
class DependentPair:
    """Two items that have more in common than the ability they measure.

    first, second  ids of the items, in the order of the responses
    q3             correlation of their residuals, -1 to 1: Yen 1984
    excess         `q3` above the average of all pairs. Residuals of independent items correlate a little below 0,
                   down to -1 / (items - 1), because each item helped to estimate the ability it is compared with
    persons        people who answered both (weighted)
    """

    first: str
    second: str
    q3: float
    excess: float
    persons: float


def as_testlets(responses: Responses, testlets: Mapping[str, Sequence[str]]) -> Responses:
    """Return the answers with the parts of each testlet replaced by one item, their sum.

    Parameters
    ----------
    responses
        Answers to single questions, dense or sparse; the result has the same form.
    testlets
        Ids of the parts by the id of the testlet, which takes the place of the first of its parts. Items that
        belong to none stay as they are.

    Returns
    -------
    Responses
        A testlet's score goes from 0 to the sum of its parts' highest scores. It is missing when a part is missing:
        the sum of some of the parts is a score on another, easier or harder, item.

    Raises
    ------
    TestletsNotUsable
        For a part that is no item, a part of two testlets, a testlet of nothing, an id that another item has, or a
        sum above 127.
    """
    _check(responses, testlets)
    target = _target_of_each_item(responses.items, testlets)
    items = tuple(dict.fromkeys(target))
    place = {item: at for at, item in enumerate(items)}
    column = np.array([place[item] for item in target], dtype=np.intp)
    parts = np.bincount(column, minlength=len(items))
    join = _joined_sparse if isinstance(responses.scores, Sparse) else _joined_dense
    return Responses(items, join(responses, column, parts), responses.weight, responses.groups, responses.group)


def local_dependence(
    responses: Responses,
    parameters: Sequence[ItemParameters],
    thetas: ArrayLike | None = None,
    *,
    remarkable: float = REMARKABLE,
    fewest_persons: float = FEWEST_PEOPLE,
) -> list[DependentPair]:
    """Return the pairs of items that should be joined to a testlet, the most dependent first.

    Q3 is the correlation, over the people who answered both items, of what each scored beyond the expected score
    at their theta. A pair is reported when its Q3 exceeds the average Q3 by more than `remarkable`.

    Parameters
    ----------
    responses
        Answers, missing by design allowed.
    parameters
        Calibrated parameters of each item, in the order of `responses.items`.
    thetas
        Theta of each person, shape (persons,); left out, EAP from the same answers with an N(0, 1) prior.
    remarkable
        Excess over the average from which a pair is reported, above 0; usually .2 to .3.
    fewest_persons
        A pair answered by fewer people says nothing and is left out.

    Raises
    ------
    ItemsDoNotMatch
        Another number of parameters than items, or scores above an item's highest.
    TestletsNotUsable
        Not one theta for each person.

    References
    ----------
    Yen 1984, Applied Psychological Measurement 8, 125-145. Christensen, Makransky and Horton 2017, Applied
    Psychological Measurement 41, 178-194: the excess over the average does not depend on the number of items.
    """
    responses.check_items(parameters)
    known = None if thetas is None else np.asarray(thetas, dtype=np.float64)
    if known is not None and known.shape != (responses.persons,):
        raise TestletsNotUsable(f"There are {responses.persons} people and thetas of shape {known.shape}.")
    q3, persons = _residual_correlations(responses, parameters, known)
    first, second = np.triu_indices(len(responses.items), 1)
    enough = (persons[first, second] >= fewest_persons) & np.isfinite(q3[first, second])
    first, second = first[enough], second[enough]
    values = q3[first, second]
    excess = values - (values.mean() if len(values) else 0.0)
    return [
        DependentPair(
            responses.items[first[at]],
            responses.items[second[at]],
            float(values[at]),
            float(excess[at]),
            float(persons[first[at], second[at]]),
        )
        for at in np.argsort(-excess, kind="stable")
        if excess[at] > remarkable
    ]


def _check(responses: Responses, testlets: Mapping[str, Sequence[str]]) -> None:
    position = {item: at for at, item in enumerate(responses.items)}
    owner: dict[str, str] = {}
    for testlet, parts in testlets.items():
        if not parts:
            raise TestletsNotUsable(f"Testlet {testlet} has no parts. Name its questions, or leave it out.")
        for part in parts:
            if part not in position:
                raise TestletsNotUsable(f"Testlet {testlet} has a part {part} that is no item of these answers.")
            if part in owner:
                raise TestletsNotUsable(f"{part} is part of {owner[part]} and named again in {testlet}. Name it once.")
            owner[part] = testlet
    for testlet, parts in testlets.items():
        if testlet in position and owner.get(testlet) != testlet:
            raise TestletsNotUsable(f"Testlet {testlet} has the id of another item. Give it an id of its own.")
        highest = sum(max(int(responses.highest_score[position[part]]), 0) for part in parts)
        if highest > HIGHEST_SCORE:
            raise TestletsNotUsable(f"Testlet {testlet} adds up to {highest}; a score is at most {HIGHEST_SCORE}.")


def _target_of_each_item(items: Sequence[str], testlets: Mapping[str, Sequence[str]]) -> list[str]:
    joined = {part: testlet for testlet, parts in testlets.items() for part in parts}
    return [joined.get(item, item) for item in items]


def _joined_dense(responses: Responses, column: Indices, parts: NDArray[np.int64]) -> Scores:
    matrix = responses.dense()
    joined = np.empty((responses.persons, len(parts)), dtype=np.int8)
    for at in range(len(parts)):
        scores = matrix[:, column == at]
        joined[:, at] = np.where((scores == MISSING).any(axis=1), MISSING, scores.sum(axis=1, dtype=np.int16))
    return joined


def _joined_sparse(responses: Responses, column: Indices, parts: NDArray[np.int64]) -> Sparse:
    assert isinstance(responses.scores, Sparse)
    rows, persons, width = responses.scores, responses.persons, len(parts)
    key = np.repeat(np.arange(persons), np.diff(rows.start)) * width + column[rows.item]
    order = np.argsort(key, kind="stable")
    answers, first, answered = np.unique(key[order], return_index=True, return_counts=True)
    total = np.add.reduceat(rows.score[order].astype(np.int64), first) if len(first) else np.empty(0, dtype=np.int64)
    whole = answered == parts[answers % width]
    start = np.concatenate(([0], np.cumsum(np.bincount(answers[whole] // width, minlength=persons))))
    item = (answers[whole] % width).astype(np.int32)
    return Sparse(start.astype(np.intp), item, total[whole].astype(np.int8))


def _residual_correlations(
    responses: Responses, parameters: Sequence[ItemParameters], thetas: Array | None
) -> tuple[Array, Array]:
    """Return Q3 and the number of people of every pair of items, by sums that add up over pieces of the people."""
    width = len(parameters)
    persons, sums, squares, products = (np.zeros((width, width)) for _ in range(4))
    for weight, asked, residual in _residuals(responses, parameters, thetas):
        persons += (weight * asked.T) @ asked
        sums += (weight * residual.T) @ asked
        squares += (weight * np.square(residual).T) @ asked
        products += (weight * residual.T) @ residual
    with np.errstate(divide="ignore", invalid="ignore"):  # pairs that nobody or one person answered have no Q3
        variance = squares / persons - np.square(sums / persons)
        covariance = products / persons - sums * sums.T / persons**2
        return np.asarray(covariance / np.sqrt(variance * variance.T)), persons


def _residuals(
    responses: Responses, parameters: Sequence[ItemParameters], thetas: Array | None
) -> Iterator[tuple[Array, Array, Array]]:
    """Give (weight, 1 where asked, score minus expected score or 0) of a piece of the people at a time."""
    table = log_probability_table(parameters, _GRID, uncertain=False)
    expected = np.einsum("ikq,k->iq", np.exp(table), np.arange(table.shape[1]))
    done = 0
    for shard in responses.shards(max(_CELLS // len(parameters), 1)):
        scores = shard.dense()
        asked = scores != MISSING
        if thetas is None:
            theta = _eap(scores, table)
        else:
            theta = np.clip(thetas[done : done + shard.persons], _GRID[0], _GRID[-1])
        at_theta = np.stack([np.interp(theta, _GRID, curve) for curve in expected], axis=1)
        yield shard.weight, asked.astype(np.float64), np.where(asked, scores - at_theta, 0.0)
        done += shard.persons


def _eap(scores: Scores, table: Array) -> Array:
    """Return the posterior means of theta with an N(0, 1) prior: shape (persons,)."""
    log_posterior = np.tile(-0.5 * np.square(_GRID), (len(scores), 1))
    for score in range(table.shape[1]):
        curves = np.where(np.isfinite(table[:, score]), table[:, score], 0.0)  # nobody has a score an item lacks
        log_posterior += (scores == score).astype(np.float64) @ curves
    posterior = np.exp(log_posterior - log_posterior.max(axis=1, keepdims=True))
    return np.asarray(posterior @ _GRID / posterior.sum(axis=1), dtype=np.float64)
