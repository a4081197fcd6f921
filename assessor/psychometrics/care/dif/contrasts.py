"""The two groups of a comparison, and their answers to one item at a time."""

from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

from assessor.psychometrics.measuring.response_models import Array
from assessor.psychometrics.measuring.responses import MISSING, Indices, Responses, Sparse

Mask = NDArray[np.bool_]


class GroupsNotComparable(ValueError):
    """Answers in which the two groups, or the scores they need, are not to be found."""


@dataclass(frozen=True, eq=False)
class ItemAnswers:
    """The answers to one item of people in either group; all arrays are of one length.

    person    row of the response set
    right     1.0 right, 0.0 wrong
    is_focal  whether the person belongs to the focal group
    weight    how many people the row stands for
    """

    person: Indices
    right: Array
    is_focal: Mask
    weight: Array

    @cached_property
    def people(self) -> tuple[float, float]:
        """People who answered: (reference, focal)."""
        return float(self.weight[~self.is_focal].sum()), float(self.weight[self.is_focal].sum())


@dataclass(frozen=True, eq=False)
class Contrast:
    """A focal group against a reference group.

    focal, reference   names of the groups, as messages and reports use them
    is_focal           bool (persons,)
    takes_part         bool (persons,): whether the person belongs to either
    """

    responses: Responses
    focal: str
    reference: str
    is_focal: Mask
    takes_part: Mask

    @classmethod
    def between(cls, responses: Responses, focal: str, reference: str | None = None) -> Self:
        """Return the comparison of two groups of a response set.

        reference  name of the other group; None = everybody who is not in the focal group

        Raises `GroupsNotComparable` when a group is not there, both are one, or items are not scored 0 and 1.
        """
        known = ", ".join(responses.groups) or "none"
        for name in (focal, reference):
            if name is not None and name not in responses.groups:
                raise GroupsNotComparable(f"There is no group {name!r}. The groups of these answers: {known}.")
        if focal == reference:
            raise GroupsNotComparable(f"The group {focal!r} cannot be compared with itself. Name another reference.")
        if len(responses.groups) < 2:
            raise GroupsNotComparable(f"Everybody is in the group {focal!r}. There is nobody to compare it with.")
        graded = [item for item, top in zip(responses.items, responses.highest_score, strict=True) if top > 1]
        if graded:
            raise GroupsNotComparable(f"Items {', '.join(graded[:5])} have scores above 1. Score them 0 and 1 first.")
        is_focal = responses.group == responses.groups.index(focal)
        other = ~is_focal if reference is None else responses.group == responses.groups.index(reference)
        return cls(responses, focal, reference or "all others", is_focal, is_focal | other)

    @property
    def items(self) -> tuple[str, ...]:
        """Ids of the items."""
        return self.responses.items

    def answers(self, item: int) -> ItemAnswers:
        """Return the answers to the item at this position."""
        person, score = self.responses.of_item(item)
        chosen = self.takes_part[person]
        person = person[chosen]
        right = score[chosen].astype(np.float64)
        return ItemAnswers(person, right, self.is_focal[person], self.responses.weight[person])

    def number_correct(self, items: Mask) -> tuple[Array, Indices]:
        """Return each person's right answers among `items` (bool), and how many of them they answered."""
        scores = self.responses.scores
        if isinstance(scores, Sparse):
            of = np.repeat(np.arange(self.responses.persons), np.diff(scores.start))
            chosen = items[scores.item]
            right = np.bincount(of[chosen], scores.score[chosen], minlength=self.responses.persons)
            answered = np.bincount(of[chosen], minlength=self.responses.persons)
        else:
            part = scores[:, items]
            answered = (part != MISSING).sum(axis=1)
            right = np.where(part == MISSING, 0, part).sum(axis=1)
        return right.astype(np.float64), answered.astype(np.intp)
