"""Whether each item follows its curve, and which pairs of items go together beyond ability."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from assessor.calibration.bank_items import BankItem
from assessor.calibration.upkeep.people import People
from assessor.psychometrics.calibration.testlets import DependentPair, local_dependence
from assessor.psychometrics.care.item_fit import s_x2
from assessor.psychometrics.care.item_residuals import residual_fit
from assessor.psychometrics.measuring.response_models import ItemParameters
from assessor.psychometrics.measuring.responses import Responses

FALSE_ALARMS = 0.005
"""Chance of a false alarm among all pairs together, were residuals normal. Of pairs that few answered they are not: in
simulated banks with groups 1 SD apart it was about ten times that."""


@dataclass(frozen=True, slots=True)
class Fit:
    """Whether one item follows its curve.

    method     S-X² where everybody answered everything, otherwise residuals
    statistic  chi-square distributed under the model, with df degrees of freedom; None = not tested
    size       how large a misfit is: RMSEA of S-X², or the root mean square residual as a share of the highest score
    """

    method: str
    statistic: float | None
    df: int
    p: float | None
    size: float | None


def item_fits(responses: Responses, bank: Sequence[BankItem], people: People) -> tuple[Fit, ...]:
    """Test every item by the method that these answers allow.

    bank  what is on file of each item, in the order of the columns
    """
    free = [item.free(int(answers)) for item, answers in zip(bank, responses.answered, strict=True)]
    if responses.is_complete:
        return _complete(responses, bank, free, people)
    return _residuals(responses, bank, free, people)


def dependent_pairs(responses: Responses, items: Sequence[ItemParameters], people: People) -> list[DependentPair]:
    """Return the pairs that depend on each other by more than the best of so many pairs would by chance."""
    pairs = max(len(items) * (len(items) - 1) / 2, 1.0)
    beyond_chance = -float(ndtri(FALSE_ALARMS / pairs))
    found = local_dependence(responses, items, people.theta)
    return [pair for pair in found if np.arctanh(min(pair.excess, 0.999)) * np.sqrt(pair.persons - 3) > beyond_chance]


def _complete(
    responses: Responses, bank: Sequence[BankItem], free: Sequence[tuple[str, ...]], people: People
) -> tuple[Fit, ...]:
    counts = [_numbers(item.parameters, names) for item, names in zip(bank, free, strict=True)]
    found = s_x2(
        responses,
        [item.parameters for item in bank],
        free_parameters=counts,
        mean=people.population.mean,
        variance=people.population.variance,
    )
    return tuple(Fit("S-X²", one.statistic, one.df, one.p, one.rmsea) for one in found)


def _numbers(item: ItemParameters, free: tuple[str, ...]) -> int:
    """Return how many numbers were estimated: b stands for every threshold."""
    return len(free) + ("b" in free) * (item.highest_score - 1)


def _residuals(
    responses: Responses, bank: Sequence[BankItem], free: Sequence[tuple[str, ...]], people: People
) -> tuple[Fit, ...]:
    items = [item.parameters for item in bank]
    mean, variance = people.population.mean, people.population.variance
    # One pass for each set of parameters estimated here; a bank calibrated at once has one.
    by_set = {
        names: residual_fit(responses, items, free=names, mean=mean, variance=variance) for names in sorted(set(free))
    }
    found = (by_set[names][at] for at, names in enumerate(free))
    return tuple(
        Fit("residuals", one.statistic, one.df, one.p, one.rmsd / item.highest_score)
        for one, item in zip(found, items, strict=True)
    )
