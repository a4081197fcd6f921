"""Matching for DIF where people answered different items: ability by all other items, each group with its own prior.

Estimates of ability are drawn towards the prior, and people of an abler group belong nearer to another one. Matched
by estimates with one prior for all, the two groups differ in true ability, which looks like DIF: with groups 1 SD
apart and 15 to 20 answers a person, every second sound bank had a false alarm of class C. With a prior for each group
two people of one estimate are expected to be equally able. The studied item stays out, since whoever reaches an
estimate from a lower prior did so by better answers, to this item too. Shealy and Stout 1993 correct sum scores for
the same reason.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from assessor.calibration.upkeep.people import GRID, Population, estimate_population, likelihoods, moments
from assessor.psychometrics.care.dif.contrasts import Contrast, ItemAnswers, Mask
from assessor.psychometrics.measuring.response_models import Array, ItemParameters, log_probability_table
from assessor.psychometrics.measuring.responses import Indices, Responses

_STRATA = 20


@dataclass(frozen=True, eq=False)
class RestAbility:
    """A `Matching` by the anchors other than the studied item.

    likelihood        of everybody's answers to the anchors, (persons, points)
    curves            P(score | theta) of every item, (items, 2, points)
    is_anchor         bool (items,)
    reference, focal  what the groups' abilities are like
    """

    likelihood: Array
    curves: Array
    is_anchor: Mask
    reference: Population
    focal: Population

    @classmethod
    def over(
        cls, contrast: Contrast, items: Sequence[ItemParameters], anchors: Mask, anchor_answers: Responses
    ) -> Self:
        """Return the matching over some of the items.

        items           of the contrast, in order, all right or wrong
        anchor_answers  the answers to the anchors alone
        """
        chosen = [item for item, is_anchor in zip(items, anchors, strict=True) if is_anchor]
        likelihood = likelihoods(anchor_answers, chosen)
        curves = np.exp(log_probability_table(items, GRID, uncertain=False)[:, :2])
        weight = contrast.responses.weight
        groups = (contrast.takes_part & ~contrast.is_focal, contrast.is_focal)
        reference, focal = (estimate_population(likelihood[group], weight[group]) for group in groups)
        return cls(likelihood, curves, anchors, reference, focal)

    def values(self, item: int, answers: ItemAnswers) -> Array:
        """Return the posterior mean of theta by all anchors but this item: (answers,)."""
        rest = self.likelihood[answers.person]
        if self.is_anchor[item]:
            rest = rest / self.curves[item, answers.right.astype(np.intp)]
        values = np.empty(len(rest))
        for population, group in ((self.reference, ~answers.is_focal), (self.focal, answers.is_focal)):
            values[group], _ = moments(rest[group], population)
        return values

    def strata(self, item: int, answers: ItemAnswers) -> Indices:
        """Return which of 20 about equally large groups of people each belongs to."""
        values = self.values(item, answers)
        borders = np.unique(np.quantile(values, np.arange(1, _STRATA) / _STRATA)) if len(values) else values
        return np.searchsorted(borders, values, side="right")
