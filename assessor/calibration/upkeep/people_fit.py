"""How many people's answers follow the model, and how well the test tells people apart. Nobody is named."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from assessor.calibration.upkeep.people import People
from assessor.psychometrics.care.classical import NothingInCommon, Reliability, marginal_reliability, reliability
from assessor.psychometrics.care.person_fit import Agreement, person_fit
from assessor.psychometrics.measuring.response_models import ItemParameters
from assessor.psychometrics.measuring.responses import Responses

BY_CHANCE = 0.025
"""Share of people who follow the model and still fall below the limit of lz*, -1.96."""

MANY = 2 * BY_CHANCE
"""Share above which more than single people are surprising, if it is beyond chance too."""


@dataclass(frozen=True)
class PersonFitSummary:
    """How many people there are of each agreement with the model, weighted."""

    people: dict[Agreement, float]

    @property
    def judged(self) -> float:
        """People with enough answers to tell."""
        return sum(self.people.values()) - self.people[Agreement.UNKNOWN]

    @property
    def surprising(self) -> float:
        """People with more surprising answers than the model expects."""
        return self.people[Agreement.SURPRISING]

    @property
    def is_many(self) -> bool:
        """Whether these are so many that the test, and not a few people, is to be looked at."""
        error = math.sqrt(BY_CHANCE * (1 - BY_CHANCE) * self.judged)
        return self.surprising > max(MANY * self.judged, BY_CHANCE * self.judged + 3 * error)


@dataclass(frozen=True)
class Precision:
    """How well the test tells people apart.

    sum_score    of the sum over all items; None = it has no reliability, and `why_not` says why
    is_pairwise  it rests on pairs of items, since not everybody answered everything: a guide only, and wrong where
                 items were chosen by how people answered
    abilities    marginal reliability of the estimates of ability; None = fewer than two people
    """

    sum_score: Reliability | None
    why_not: str
    is_pairwise: bool
    abilities: float | None


def summarise_person_fit(responses: Responses, items: Sequence[ItemParameters], people: People) -> PersonFitSummary:
    """Count people by how their answers agree with the model (lz*)."""
    counts = dict.fromkeys(Agreement, 0.0)
    done = 0
    for shard in responses.shards():
        own = people.theta[done : done + shard.persons]
        done += shard.persons
        for agreement, weight in zip(person_fit(shard, items, own).in_words(), shard.weight, strict=True):
            counts[agreement] += float(weight)
    return PersonFitSummary(counts)


def precision(responses: Responses, people: People) -> Precision:
    """Return the reliability of the sum score, where it has one, and of the estimates of ability."""
    try:
        abilities = marginal_reliability(people.theta, people.standard_error, responses.weight)
    except NothingInCommon:
        abilities = None
    try:
        return Precision(reliability(responses), "", not responses.is_complete, abilities)
    except NothingInCommon as error:
        return Precision(None, str(error), not responses.is_complete, abilities)
