"""Whether an item of a fixed form behaves as its curve says: S-X².

    >>> items = [ItemParameters(1.0, b) for b in (-1.0, 0.0, 1.0)]
    >>> everyone = Responses.from_matrix([[1, 0, 0], [1, 1, 0], [0, 1, 0], [1, 0, 1]] * 25)
    >>> [fit.df for fit in s_x2(everyone, items, free_parameters=0)]
    [2, 2, 2]

People are grouped by their sum score, which means the same only for people who had the same items. For adaptive tests,
or where answers are missing, see `item_residuals`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc

from assessor.psychometrics.measuring.response_models import Array, ItemParameters, log_probability_table
from assessor.psychometrics.measuring.responses import Responses

SMALLEST_EXPECTED = 1.0
"""Fewest people expected in a cell before it joins a neighbour; the value of R mirt."""


class NotOneForm(ValueError):
    """S-X² groups people by their sum score, so everybody must have had all items."""


@dataclass(frozen=True, slots=True)
class SX2:
    """S-X² of one item.

    item       id of the item
    statistic  chi-square distributed under the model; None = too few cells are left to test anything
    df         cells minus score groups minus free parameters; 0 = not testable
    rmsea      sqrt(max(X² / df - 1, 0) / (people - 1)), an effect size: below .05 is good; None = not testable
    p          probability of a value as large under the model; None = not testable
    """

    item: str
    statistic: float | None
    df: int
    rmsea: float | None
    p: float | None


def s_x2(
    responses: Responses,
    items: Sequence[ItemParameters],
    *,
    free_parameters: int | Sequence[int],
    mean: float = 0.0,
    variance: float = 1.0,
    smallest_expected: float = SMALLEST_EXPECTED,
) -> tuple[SX2, ...]:
    """Compare observed with expected scores of people with the same sum score, item by item.

    Parameters
    ----------
    responses
        Everybody's answers to all items; weights count as people.
    items
        The parameters, in the order of the columns.
    free_parameters
        How many numbers were estimated for each item from these same answers: 0 for a bank brought from
        elsewhere, 2 for the 2PL, steps + 1 for the GPCM and GRM. A free population variance (Rasch, PCM) counts
        once for every item.
    mean, variance
        Of theta in the population, a normal distribution.
    smallest_expected
        Cells that expect fewer people join a neighbour, by the rules in `_collapsed`.

    Raises
    ------
    NotOneForm
        Somebody has no answer to an item.
    ItemsDoNotMatch
        Another number of parameters than items, or scores above an item's highest.

    References
    ----------
    Orlando and Thissen 2000, equations 5 to 8; Kang and Chen 2008 for more than two scores; Lord and Wingersky 1984.
    """
    if not responses.is_complete:
        raise NotOneForm("S-X² needs everybody's answer to every item. Use `item_residuals` otherwise.")
    responses.check_items(items)
    theta = np.linspace(-6.0, 6.0, 61)
    population = normal_population(theta, mean, variance)
    probabilities = _by_score(items, theta)
    scores = responses.dense().astype(np.int64)
    total = scores.sum(axis=1)
    people = float(responses.weight.sum())
    counts = np.broadcast_to(np.asarray(free_parameters, dtype=np.int64), len(items))
    everybody = _sum_scores(probabilities, np.ones((1, len(theta)))) @ population
    fits = []
    for at, rest in _leave_one_out(probabilities, 0, np.ones((1, len(theta)))):
        expected = _expected_shares(probabilities[at], rest, population, everybody)
        cells = total * len(probabilities[at]) + scores[:, at]
        observed = np.bincount(cells, responses.weight, expected.size).reshape(expected.shape)
        table = np.stack([observed, expected * observed.sum(axis=1, keepdims=True)])
        name, free = responses.items[at], int(counts[at])
        fits.append(_tested(name, _collapsed(table, smallest_expected), free, people))
    return tuple(fits)


def normal_population(theta: Array, mean: float, variance: float) -> Array:
    """Return the share of a normal population at each of evenly spaced points: sums to 1."""
    weights = np.exp(-0.5 * np.square(theta - mean) / variance)
    return np.asarray(weights / weights.sum(), dtype=np.float64)


def _by_score(items: Sequence[ItemParameters], theta: Array) -> list[Array]:
    """Return P(score | theta) of each item, (scores of the item, points)."""
    table = np.exp(log_probability_table(items, theta, uncertain=False))
    return [row[: item.highest_score + 1] for row, item in zip(table, items, strict=True)]


def _sum_scores(probabilities: Sequence[Array], before: Array) -> Array:
    """Return P(sum score | theta) when these items are added to others with `before`: Lord and Wingersky 1984."""
    for item in probabilities:
        after = np.zeros((len(before) + len(item) - 1, before.shape[1]))
        for score, probability in enumerate(item):
            after[score : score + len(before)] += probability * before
        before = after
    return before


def _leave_one_out(probabilities: Sequence[Array], first: int, others: Array) -> Iterator[tuple[int, Array]]:
    """Return each item's position and P(sum score of all others | theta), in order.

    Halving shares the work: n log n items are added instead of n².
    """
    if len(probabilities) == 1:
        yield first, others
        return
    half = len(probabilities) // 2
    left, right = probabilities[:half], probabilities[half:]
    yield from _leave_one_out(left, first, _sum_scores(right, others))
    yield from _leave_one_out(right, first + half, _sum_scores(left, others))


def _expected_shares(item: Array, rest: Array, population: Array, everybody: Array) -> Array:
    """Return P(score on the item | sum score): (sum scores, scores), 0 where the score cannot occur."""
    shares = np.zeros((len(everybody), len(item)))
    for score, probability in enumerate(item):
        shares[score : score + len(rest), score] = (rest * probability) @ population
    return np.asarray(shares / everybody[:, np.newaxis], dtype=np.float64)


def _collapsed(table: Array, least: float) -> Array:
    """Return observed and expected people, (2, score groups, scores), with small cells joined as R mirt 1.45 does.

    Sum scores 0 and all are left out: there the answer is known from the score. A cell that joined another expects 0.
    """
    reach = table.shape[2] - 1
    if table.shape[1] <= 2 * reach + 1:
        return table[:, :0]
    # Near the ends some scores cannot occur; those groups are one with the first in which all can.
    table = np.concatenate(
        [
            table[:, 1 : reach + 1].sum(axis=1, keepdims=True),
            table[:, reach + 1 : -reach - 1],
            table[:, -reach - 1 : -1].sum(axis=1, keepdims=True),
        ],
        axis=1,
    )
    table = _without_tiny_groups(table)
    if not table.shape[1]:
        return table
    for group in range(table.shape[1]):
        table[:, group] = _joined_scores(table[:, group], least)
    return _joined_groups(_without_rare_columns(table, least), least)


def _without_tiny_groups(table: Array) -> Array:
    """Leave out score groups of nobody; one person joins the next group, or the one before at the end."""
    table = table[:, table[0].sum(axis=1) > 0]
    group = 0
    while group < table.shape[1] and table.shape[1] > 1:
        if table[0, group].sum() > 1:
            group += 1
        else:
            table = _merged(table, group, group + 1 if group + 1 < table.shape[1] else group - 1)
    return table


def _joined_scores(cells: Array, least: float) -> Array:
    """Join the smallest cell of a group to its smaller neighbour until all are large enough or two are left."""
    scores = cells.shape[1]
    while cells.shape[1] > 2 and cells[1].min() < least:
        smallest = int(np.flatnonzero(cells[1] == cells[1].min())[-1])
        into = _neighbour(cells[1], smallest)
        cells[:, into] += cells[:, smallest]
        cells = np.delete(cells, smallest, axis=1)
    return np.pad(cells, ((0, 0), (0, scores - cells.shape[1])))


def _without_rare_columns(table: Array, least: float) -> Array:
    """Join columns that hardly any group has left to the column before."""
    while table.shape[2] > 2 and table[1, :, -1].sum() < least * np.ceil(0.1 * table.shape[1]):
        table[:, :, -2] += table[:, :, -1]
        table = table[:, :, :-1]
    for column in range(table.shape[2] - 1, 0, -1):
        if np.mean(table[1, :, column] > 0) < 0.05:
            table[:, :, column - 1] += table[:, :, column]
            table = np.delete(table, column, axis=2)
    return table


def _joined_groups(table: Array, least: float) -> Array:
    """Join the lowest group with a small cell to the smaller of its neighbours until no cell is small."""
    while table.shape[1] > 1:
        small = np.any((table[1] < least) & (table[1] > 0), axis=1)
        if not small.any():
            break
        group = int(small.argmax())
        table = _merged(table, group, _neighbour(table[0].sum(axis=1), group))
    return table


def _neighbour(sizes: Array, at: int) -> int:
    """Return the position beside `at` with the smaller size, the lower one when they are equal."""
    if at in (0, len(sizes) - 1):
        return 1 if at == 0 else at - 1
    return at - 1 if sizes[at - 1] <= sizes[at + 1] else at + 1


def _merged(table: Array, group: int, into: int) -> Array:
    table[:, into] += table[:, group]
    return np.delete(table, group, axis=1)


def _tested(item: str, table: Array, free: int, people: float) -> SX2:
    observed, expected = table
    used = expected > 0
    df = int(used.sum()) - len(expected) - free
    if df <= 0:
        return SX2(item, None, 0, None, None)
    statistic = float((np.square(observed[used] - expected[used]) / expected[used]).sum())
    rmsea = float(np.sqrt(max(statistic / df - 1, 0.0) / max(people - 1, 1.0)))
    return SX2(item, statistic, df, rmsea, float(chdtrc(df, statistic)))
