"""What the items are really like, which need not be what the pool states.

>>> truth = Truth.of([ItemParameters(a=1.2, b=-0.75), ItemParameters.stepwise(Curve.GRADED, 1.0, [-1.0, 1.0])])
>>> truth.scores(theta=np.zeros(2), luck=np.array([0.7, 0.5])).tolist()
[1, 1]
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from assessor.psychometrics.measuring.response_models import (
    Array,
    Curve,
    ItemParameters,
    graded_log_probabilities,
    partial_credit_log_probabilities,
    probability,
)

_MODELS = {Curve.PARTIAL_CREDIT: partial_credit_log_probabilities, Curve.GRADED: graded_log_probabilities}


@dataclass(frozen=True)
class Steps:
    """The items of one curve with the same number of steps: where they stand, and their thresholds (items, steps)."""

    curve: Curve
    positions: NDArray[np.intp]
    thresholds: Array


@dataclass(frozen=True)
class Truth:
    """The true parameters of all items, in the order of the pool: each (items,).

    steps  the items with more scores than 0 and 1; their b, c and d are not used
    """

    a: Array
    b: Array
    c: Array
    d: Array
    steps: tuple[Steps, ...] = ()

    @classmethod
    def of(cls, parameters: Sequence[ItemParameters]) -> Self:
        """Return items that are exactly as these parameters say."""
        alike: dict[tuple[Curve, int], list[int]] = {}
        for at, item in enumerate(parameters):
            if item.curve is not Curve.LOGISTIC:
                alike.setdefault((item.curve, item.highest_score), []).append(at)
        steps = tuple(
            Steps(curve, np.array(positions), np.array([parameters[at].thresholds for at in positions]))
            for (curve, _), positions in alike.items()
        )
        a, b, c, d = (np.array([getattr(item, name) for item in parameters], dtype=np.float64) for name in "abcd")
        return cls(a, b, c, d, steps)

    @classmethod
    def drawn(cls, parameters: Sequence[ItemParameters], rng: Generator) -> Self:
        """Return one draw of what the items may be, within their stated standard errors.

        b ~ N(b, se_b²) and log a ~ N(log a, (se_a / a)²); thresholds move together with b.
        """
        stated = cls.of(parameters)
        relative_error = np.array([item.se_a for item in parameters]) / stated.a
        a = stated.a * np.exp(relative_error * rng.standard_normal(len(parameters)))
        shift = np.array([item.se_b for item in parameters]) * rng.standard_normal(len(parameters))
        steps = tuple(
            replace(group, thresholds=group.thresholds + shift[group.positions, np.newaxis]) for group in stated.steps
        )
        return replace(stated, a=a, b=stated.b + shift, steps=steps)

    def parameters(self) -> list[ItemParameters]:
        """Return the items as somebody would state them who knows them exactly."""
        columns = zip(*(column.tolist() for column in (self.a, self.b, self.c, self.d)), strict=True)
        items = [ItemParameters(a, b, c=c, d=d) for a, b, c, d in columns]
        for group in self.steps:
            for at, thresholds in zip(group.positions.tolist(), group.thresholds.tolist(), strict=True):
                items[at] = ItemParameters.stepwise(group.curve, items[at].a, thresholds)
        return items

    def scores(self, theta: Array, luck: Array) -> NDArray[np.intp]:
        """Return the score on every item of a learner whose ability for it is theta.

        Parameters
        ----------
        theta : (items,)
            The ability that each item asks for.
        luck : (items,)
            Uniform on 0 to 1. A score is reached where luck is below its probability, so that with the same luck
            more ability never means a lower score.

        Returns
        -------
        (items,) : whole scores, 0 to each item's highest.
        """
        scores = (luck < probability(theta, self.a, self.b, self.c, self.d)).astype(np.intp)
        for group in self.steps:
            at = group.positions
            # theta enters only as theta - threshold, so that each item's own theta can be put into its thresholds.
            distance = group.thresholds - theta[at, np.newaxis]
            share = np.exp(_MODELS[group.curve](np.zeros(1), self.a[at], distance))[:, :, 0]
            reached = np.cumsum(share[:, :0:-1], axis=1)
            scores[at] = (luck[at, np.newaxis] < reached).sum(axis=1)
        return scores

    def blind_scores(self, chance: float | None, luck: Array) -> NDArray[np.intp]:
        """Return the scores, 0 or 1, of someone who taps without reading.

        chance  share of right answers by tapping; None = each item's own c
        """
        share = self.c if chance is None else np.full(len(self.c), chance)
        return np.asarray(luck < share, dtype=np.intp)
