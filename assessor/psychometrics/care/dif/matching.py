"""What makes two people comparable: as many right answers in a fixed form, or the same theta in adaptive data."""

from dataclasses import dataclass
from typing import Protocol, Self

import numpy as np
from numpy.typing import ArrayLike

from assessor.psychometrics.care.dif.contrasts import Contrast, ItemAnswers, Mask
from assessor.psychometrics.measuring.response_models import Array
from assessor.psychometrics.measuring.responses import Indices


class MatchingNotPossible(ValueError):
    """A matching variable that does not make these people comparable."""


class Matching(Protocol):
    """The matching variable of a comparison, for the people who answered one item."""

    def values(self, item: int, answers: ItemAnswers) -> Array:
        """Return the variable itself, which logistic regression uses: (answers,)."""
        ...

    def strata(self, item: int, answers: ItemAnswers) -> Indices:
        """Return the stratum of each person, from 0, which Mantel-Haenszel uses: (answers,)."""
        ...


@dataclass(frozen=True, eq=False)
class NumberCorrect:
    """Right answers among the anchors and the studied item itself.

    The studied item belongs to the sum even when it is no anchor: without it, an item without DIF would show some
    wherever the groups differ in ability (Holland and Thayer 1988).

    total      right answers among the anchors, (persons,)
    is_anchor  bool (items,)
    """

    total: Array
    is_anchor: Mask

    @classmethod
    def over(cls, contrast: Contrast, anchors: ArrayLike | None = None) -> Self:
        """Return the matching by number-correct over the anchors, a mask of items; None = all of them.

        Raises `MatchingNotPossible` when there is no anchor, or people have answered different ones.
        """
        width = len(contrast.items)
        chosen = np.ones(width, dtype=bool) if anchors is None else np.asarray(anchors, dtype=bool)
        if chosen.shape != (width,) or not chosen.any():
            raise MatchingNotPossible(f"Anchors must be a mask of the {width} items with at least one of them.")
        total, answered = contrast.number_correct(chosen)
        if np.any(answered[contrast.takes_part] < chosen.sum()):
            raise MatchingNotPossible(
                "People answered different items, so their numbers of right answers do not compare. Match on theta."
            )
        return cls(total, chosen)

    def values(self, item: int, answers: ItemAnswers) -> Array:
        """Return the number of right answers."""
        total = self.total[answers.person]
        return total if self.is_anchor[item] else total + answers.right

    def strata(self, item: int, answers: ItemAnswers) -> Indices:
        """Return one stratum for each number of right answers."""
        return self.values(item, answers).astype(np.intp)


@dataclass(frozen=True, eq=False)
class Ability:
    """Estimates of theta, comparable whatever items a person was given.

    theta   (persons,)
    borders borders between strata, ascending
    """

    theta: Array
    borders: Array

    @classmethod
    def of(cls, contrast: Contrast, theta: ArrayLike, strata: int = 20) -> Self:
        """Return the matching by theta; Mantel-Haenszel uses `strata` equally large groups of people.

        With few strata the two groups differ in ability inside each, which looks like DIF: 20 keep that small.

        Raises `MatchingNotPossible` when theta is not one finite number a person, or there are under 2 strata.
        """
        values = np.asarray(theta, dtype=np.float64)
        if values.shape != (contrast.responses.persons,):
            raise MatchingNotPossible(f"There are {contrast.responses.persons} people and {values.size} thetas.")
        if not np.all(np.isfinite(values[contrast.takes_part])):
            raise MatchingNotPossible("Some theta is not a number. EAP estimates exist for every pattern of answers.")
        if strata < 2:
            raise MatchingNotPossible(f"Matching needs at least 2 strata, not {strata}.")
        borders = np.quantile(values[contrast.takes_part], np.arange(1, strata) / strata)
        return cls(values, np.unique(borders))

    def values(self, item: int, answers: ItemAnswers) -> Array:  # noqa: ARG002  # the same for every item
        """Return theta."""
        return self.theta[answers.person]

    def strata(self, item: int, answers: ItemAnswers) -> Indices:
        """Return the stratum that theta falls into."""
        return np.searchsorted(self.borders, self.values(item, answers), side="right")
