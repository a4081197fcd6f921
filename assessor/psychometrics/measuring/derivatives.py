"""How log P(score | theta) changes with theta: its first and second derivative, for every curve.

    >>> curves = Curves.of([ItemParameters(a=1.2, b=0.0)])
    >>> curves.derivatives([0.0]).first[0].round(2).tolist()     # of a wrong and of a right answer, at theta 0
    [[-0.6], [0.6]]

What scores a person, weighs an item or tells a standard error follows from these three tables: likelihood,
observed and expected information, Warm's weight. The forms below lose no digits where a probability is nearly 0 or 1.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from assessor.psychometrics.measuring.response_models import (
    Array,
    Curve,
    ItemParameters,
    effective_slope,
    graded_log_probabilities,
    log_probabilities,
    partial_credit_log_probabilities,
)


@dataclass(frozen=True, eq=False)
class LogDerivatives:
    """log P(score | theta) and its derivatives by theta, each of shape (items, scores, points).

    A score that an item does not have is -inf in `log_probability` and 0 in the derivatives.
    """

    log_probability: Array
    first: Array
    second: Array

    @property
    def information(self) -> Array:
        """Expected (Fisher) information, (items, points): the sum over scores of P (dlogP/dtheta)², which is P'²/P."""
        return np.asarray((np.exp(self.log_probability) * np.square(self.first)).sum(axis=1))

    @property
    def warm(self) -> Array:
        """The sum over scores of P' P'' / P, (items, points): J of Warm 1989, for any number of scores."""
        curvature = self.second + np.square(self.first)  # P'' / P
        return np.asarray((np.exp(self.log_probability) * self.first * curvature).sum(axis=1))


@dataclass(frozen=True, eq=False)
class Alike:
    """Items with the same curve and as many scores, as columns.

    at           their places among all items, (n,)
    a, b, c, d   (n, 1), a as it is used: effective or not
    thresholds   (n, steps); no steps for logistic items
    """

    at: NDArray[np.intp]
    curve: Curve
    a: Array
    b: Array
    c: Array
    d: Array
    thresholds: Array

    @property
    def scores(self) -> int:
        """How many scores these items have: 2 for logistic items."""
        return int(max(self.thresholds.shape[1], 1)) + 1

    def take(self, rows: NDArray[np.intp], at: NDArray[np.intp]) -> "Alike":
        """Return some of the items, standing at other places."""
        return Alike(at, self.curve, self.a[rows], self.b[rows], self.c[rows], self.d[rows], self.thresholds[rows])


@dataclass(frozen=True, eq=False)
class Curves:
    """The curves of some items, kept as arrays so that they are evaluated together.

    items   how many there are
    scores  how many scores the item with the most of them has
    groups  the items by the form of their curves
    """

    items: int
    scores: int
    groups: tuple[Alike, ...]

    @classmethod
    def of(cls, items: Sequence[ItemParameters], *, uncertain: bool = True) -> Self:
        """Return the curves of items, which keep their order in every table.

        Parameters
        ----------
        items
            Of any curves and numbers of scores.
        uncertain
            Use the effective slope, so that items with an uncertain difficulty count for less.
        """
        places: dict[tuple[Curve, int], list[int]] = {}
        for at, item in enumerate(items):
            places.setdefault((item.curve, item.highest_score), []).append(at)
        groups = tuple(_together(items, curve, positions, uncertain) for (curve, _), positions in places.items())
        return cls(len(items), max((group.scores for group in groups), default=2), groups)

    def take(self, positions: ArrayLike) -> "Curves":
        """Return the curves at some positions, (n,) and in that order, without looking at the items again."""
        chosen = np.asarray(positions, dtype=np.intp)
        group_of, row_of = self._places
        groups = []
        for number, group in enumerate(self.groups):
            at = np.flatnonzero(group_of[chosen] == number)
            if len(at):
                groups.append(group.take(row_of[chosen[at]], at))
        return Curves(len(chosen), max((group.scores for group in groups), default=2), tuple(groups))

    @cached_property
    def _places(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Return the group of each item and its row there, each (items,)."""
        group_of, row_of = np.empty(self.items, dtype=np.intp), np.empty(self.items, dtype=np.intp)
        for number, group in enumerate(self.groups):
            group_of[group.at], row_of[group.at] = number, np.arange(len(group.at))
        return group_of, row_of

    @property
    def difficulty(self) -> Array:
        """b of each item, (items,)."""
        b = np.empty(self.items)
        for group in self.groups:
            b[group.at] = group.b[:, 0]
        return b

    def derivatives(self, theta: ArrayLike) -> LogDerivatives:
        """Return log P(score | theta) and its first and second derivative by theta.

        Parameters
        ----------
        theta
            (points,), the same for all items; or (items, points), each item at points of its own.

        Returns
        -------
        Three tables, each (items, scores, points), in units of 1, 1 / theta and 1 / theta²:

        logistic        first = a T K and -a S G, with S, T the logistic curve and 1 - S, K the share of the right
                        answers that come from knowing, G that of the wrong ones that come from not knowing
        partial credit  first = a (k - E(k)), second = -a² Var(k)
        graded          first = a (1 - S_k - S_(k+1)), second = -a² (S_k T_k + S_(k+1) T_(k+1))

        References
        ----------
        Lord 1980, chapter 5; Muraki 1993, Applied Psychological Measurement 17, 351-363; Samejima 1969.
        """
        points = np.asarray(theta, dtype=np.float64)
        shape = (self.items, self.scores, points.shape[-1])
        log, first, second = np.full(shape, -np.inf), np.zeros(shape), np.zeros(shape)
        for group in self.groups:
            here = points[np.newaxis] if points.ndim == 1 else points[group.at]
            for whole, part in zip((log, first, second), _FORMS[group.curve](group, here), strict=True):
                whole[group.at, : group.scores] = part
        return LogDerivatives(log, first, second)


def logistic_halves(logit: Array) -> tuple[Array, Array]:
    """Return the logistic curve and what it leaves to 1, each with all its digits.

    Parameters
    ----------
    logit
        x, of any shape.

    Returns
    -------
    (1 / (1 + exp(-x)), 1 / (1 + exp(x))), each from 0 to 1 in the shape of `logit`.
    """
    tail = np.exp(-np.abs(logit))
    larger = 1 / (1 + tail)
    smaller = tail * larger
    rising = logit >= 0
    return np.where(rising, larger, smaller), np.where(rising, smaller, larger)


def proportion(part: Array, rest: Array) -> Array:
    """Return what share a part has of the whole.

    Parameters
    ----------
    part, rest
        At least 0; they broadcast.

    Returns
    -------
    part / (part + rest), 0 to 1; 1 where nothing else is there, even if the part has rounded to 0.
    """
    alone = rest <= 0
    return np.asarray(np.where(alone, 1.0, part / np.where(alone, 1.0, part + rest)), dtype=np.float64)


def _together(items: Sequence[ItemParameters], curve: Curve, positions: Sequence[int], uncertain: bool) -> Alike:
    chosen = [items[at] for at in positions]
    a, b, c, d, se_b = np.array([(item.a, item.b, item.c, item.d, item.se_b) for item in chosen]).T[:, :, np.newaxis]
    slope = effective_slope(a, se_b) if uncertain else a
    thresholds = np.array([item.thresholds for item in chosen], dtype=np.float64)
    return Alike(np.array(positions, dtype=np.intp), curve, slope, b, c, d, thresholds)


def _logistic(items: Alike, theta: Array) -> tuple[Array, Array, Array]:
    """Derivatives of log(c + (d - c) S) and log(1 - c - (d - c) S), S the logistic curve with S' = a S T."""
    a, c, d = items.a, items.c, items.d
    success, failure = logistic_halves(a * (theta - items.b))
    # Of the right (wrong) answers, those that come from knowing (not knowing), not from guessing (a slip).
    knowing = proportion(success * (d - c), c)
    ignorance = proportion(failure * (d - c), 1 - d)
    up, down = a * failure * knowing, -a * success * ignorance
    bend = a * (failure - success)
    log = np.stack(log_probabilities(theta, a, items.b, c, d), axis=1)
    return log, np.stack([down, up], axis=1), np.stack([down * (bend - down), up * (bend - up)], axis=1)


def _partial_credit(items: Alike, theta: Array) -> tuple[Array, Array, Array]:
    """dlogP(k) = a (k - E), and the second derivative is -a² Var for every score: Muraki 1993."""
    log = partial_credit_log_probabilities(theta[:, np.newaxis], items.a[:, 0], items.thresholds)
    p, a = np.exp(log), items.a[:, :, np.newaxis]
    score = np.arange(log.shape[1], dtype=np.float64)[:, np.newaxis]
    distance = score - (p * score).sum(axis=1, keepdims=True)
    variance = (p * np.square(distance)).sum(axis=1, keepdims=True)
    return log, a * distance, np.broadcast_to(-np.square(a) * variance, log.shape)


def _graded(items: Alike, theta: Array) -> tuple[Array, Array, Array]:
    """dlogP(k) = a (1 - S(k) - S(k + 1)) with S(k) the share who reach k: from Samejima 1969."""
    log = graded_log_probabilities(theta[:, np.newaxis], items.a[:, 0], items.thresholds)
    a = items.a[:, :, np.newaxis]
    reach, miss = logistic_halves(a * (theta[:, np.newaxis] - items.thresholds[:, :, np.newaxis]))
    nobody = np.zeros_like(reach[:, :1])
    first = a * (np.concatenate([nobody, miss], axis=1) - np.concatenate([reach, nobody], axis=1))
    spread = np.concatenate([nobody, reach * miss, nobody], axis=1)
    return log, first, -np.square(a) * (spread[:, :-1] + spread[:, 1:])


_FORMS = {Curve.LOGISTIC: _logistic, Curve.PARTIAL_CREDIT: _partial_credit, Curve.GRADED: _graded}
