"""Where a person stands in the middle of a test: small, frozen, and the same on every machine.

    >>> Conditions(seed=7).to_json()["seed"]
    7

A state is what was fixed when the sitting began, and what was answered since. Everything else in it follows from
those two and is only kept so that it need not be computed again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from assessor.psychometrics.adaptive.draws import draw
from assessor.psychometrics.adaptive.exposure import Eligibility
from assessor.psychometrics.adaptive.pool import Candidates, Mask
from assessor.psychometrics.measuring.ability import Estimate, Estimator, GridEstimate
from assessor.psychometrics.measuring.hierarchy import Posterior
from assessor.psychometrics.measuring.response_models import Array


@dataclass(frozen=True)
class Conditions:
    """What is fixed when a sitting begins, so that it can be replayed years later.

    seed         of every draw in the sitting, 0 or above
    language     in which the test is taken; None = not restricted
    device       on which it is taken; None = not restricted
    eligibility  which items exposure control left out, drawn at the start; None = none
    """

    seed: int = 0
    language: str | None = None
    device: str | None = None
    eligibility: Eligibility | None = None

    def draw(self, position: int, count: int) -> int:
        """Return a number from 0 up to, but without, `count`, for the step after `position` answers.

        Each step has its own number, so a step can be repeated without those before it: see `draws`.
        """
        return draw(self.seed, position, count)

    def to_json(self) -> dict[str, Any]:
        """Return the conditions as a JSON object."""
        eligibility = None if self.eligibility is None else self.eligibility.to_json()
        return {"seed": self.seed, "language": self.language, "device": self.device, "eligibility": eligibility}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """Read what `to_json` wrote."""
        eligibility = document.get("eligibility")
        return cls(
            int(document["seed"]),
            document.get("language"),
            document.get("device"),
            None if eligibility is None else Eligibility.from_json(eligibility),
        )


@dataclass(frozen=True, slots=True, eq=False)
class OneAbility:
    """One ability behind every competence, kept exactly on the grid."""

    estimator: Estimator
    estimate: GridEstimate

    @classmethod
    def of(cls, estimator: Estimator, log_likelihood: Array) -> "OneAbility":
        """Return what a log-likelihood at the grid points says; zeros = before anything was answered."""
        return cls(estimator, estimator.estimate(log_likelihood))

    def answered(self, competence: int, log_probability: Array) -> "OneAbility":
        """Return what is known after one more answer, whatever its competence."""
        del competence
        return OneAbility.of(self.estimator, self.estimate.log_likelihood + log_probability)

    def theta_of(self, competence: int) -> float:
        """Return the posterior mean, which is that of every competence."""
        del competence
        return self.estimate.theta

    def of_competence(self, competence: int) -> GridEstimate:
        """Return the estimate, which is that of every competence."""
        del competence
        return self.estimate


@dataclass(frozen=True, eq=False)
class ManyAbilities:
    """An ability for each competence, tied together by a hierarchy; `weights` says what the whole is."""

    posterior: Posterior
    weights: Array
    estimate: Estimate

    @classmethod
    def of(cls, posterior: Posterior, weights: Array) -> "ManyAbilities":
        """Return what a posterior says of the whole: with one competence, that competence exactly."""
        whole = posterior.competence(0) if len(weights) == 1 else posterior.combination(weights)
        return cls(posterior, weights, whole)

    def answered(self, competence: int, log_probability: Array) -> "ManyAbilities":
        """Return what is known after one more answer to this competence."""
        return ManyAbilities.of(self.posterior.answered(competence, log_probability), self.weights)

    def theta_of(self, competence: int) -> float:
        """Return the posterior mean of this competence."""
        return float(self.posterior.mean[competence])

    def of_competence(self, competence: int) -> GridEstimate:
        """Return the estimate of this competence."""
        return self.posterior.competence(competence)


@dataclass(frozen=True, slots=True, eq=False)
class State:
    """A sitting after some answers.

    conditions  what was fixed at the start
    items       positions in the pool, in the order asked
    scores      of those items
    asked       number of items of each competence
    base        which positions could be asked when this was last worked out: bool, one for each item of the pool.
                States share it, because copying it at every answer would cost more than choosing the item
    shut        positions that have been shut out since
    knowledge   what the answers say
    """

    conditions: Conditions
    items: tuple[int, ...]
    scores: tuple[int, ...]
    asked: tuple[int, ...]
    base: Mask
    shut: frozenset[int]
    knowledge: OneAbility | ManyAbilities = field(repr=False)

    @property
    def estimate(self) -> Estimate:
        """The ability as a whole, as far as the answers tell."""
        return self.knowledge.estimate

    @property
    def open(self) -> Mask:
        """Which positions may still be asked: bool, one for each item of the pool."""
        mask = self.base.copy()
        mask[list(self.shut)] = False
        return mask

    def open_among(self, candidates: Candidates) -> Mask:
        """Return which candidates may still be asked, (candidates,)."""
        is_open = self.base[candidates.positions]
        for position in self.shut:
            slot = candidates.slots.get(position)
            if slot is not None:
                is_open[slot] = False
        return is_open
