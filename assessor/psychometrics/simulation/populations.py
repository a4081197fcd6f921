"""Virtual people: who comes to a test, and what they can do.

    >>> adults = Mixture(((0.8, Normal()), (0.2, Normal(mean=-1.5, sd=0.5))))
    >>> learner = WithGuessers(adults, share=0.05).draw(np.random.default_rng(1), ["1.1", "4.1"])
    >>> len(learner.thetas), learner.guesses
    (2, False)

A population is a value that draws one learner from a generator. It draws equally often whoever comes out, so that two
designs of the same competences meet the same people with the same luck.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np
from numpy.random import Generator

from assessor.psychometrics.measuring.hierarchy import Hierarchy
from assessor.psychometrics.measuring.response_models import Array


class PopulationNotUsable(ValueError):
    """Shares or spreads that no population can have."""


@dataclass(frozen=True)
class Learner:
    """One virtual person.

    thetas   ability in each competence, in the order they were asked for: (competences,)
    guesses  whether every answer is a blind tap, which has nothing to do with ability
    chance   share of right answers by tapping; None = each item's own guessing share c
    """

    thetas: Array
    guesses: bool = False
    chance: float | None = None

    def at(self, theta: float) -> "Learner":
        """Return the same person with this ability in every competence."""
        return replace(self, thetas=np.full_like(self.thetas, theta))


class Population(Protocol):
    """Whoever may come."""

    def draw(self, rng: Generator, competences: Sequence[str]) -> Learner:
        """Return one learner with an ability in each of the competences."""
        ...


@dataclass(frozen=True)
class Normal:
    """One ability for all competences, N(mean, sd²). Raises `PopulationNotUsable` for a negative sd."""

    mean: float = 0.0
    sd: float = 1.0

    def __post_init__(self) -> None:
        if not (math.isfinite(self.mean) and 0 <= self.sd < math.inf):
            raise PopulationNotUsable(f"A population needs a mean and an sd of 0 or more, not {self.mean}, {self.sd}.")

    def draw(self, rng: Generator, competences: Sequence[str]) -> Learner:
        """Return one learner who can do all competences equally well."""
        return Learner(np.full(len(competences), self.mean + self.sd * rng.standard_normal()))


@dataclass(frozen=True)
class Hierarchical:
    """Abilities that hang together: theta_k = sqrt(general) G + sqrt(area) A + sqrt(specific) S_k, each N(0, 1).

    general, area, specific  parts of the variance; they add up to 1. With the defaults two competences correlate .70
                             within an area and .55 across areas
    areas                    competence → its area; those left out are of the area before their dot: 4.2 of 4
    mean, sd                 of every ability in the population

    Raises `PopulationNotUsable`.
    """

    general: float = 0.55
    area: float = 0.15
    specific: float = 0.30
    areas: Mapping[str, str] = field(default_factory=dict)
    mean: float = 0.0
    sd: float = 1.0

    def __post_init__(self) -> None:
        parts = self.general, self.area, self.specific
        if min(parts) < 0 or abs(sum(parts) - 1) > 1e-9:
            raise PopulationNotUsable(f"The parts of the variance must be 0 or more and add up to 1, not {parts}.")
        Normal(self.mean, self.sd)

    def draw(self, rng: Generator, competences: Sequence[str]) -> Learner:
        """Return one learner with an ability of their own in each competence."""
        area_of = [self.areas.get(code, code.partition(".")[0]) for code in competences]
        names = sorted(set(area_of))
        general = rng.standard_normal()
        of_area = dict(zip(names, rng.standard_normal(len(names)), strict=True))
        shared = np.array([of_area[name] for name in area_of])
        own = rng.standard_normal(len(competences))
        standard = math.sqrt(self.general) * general + math.sqrt(self.area) * shared + math.sqrt(self.specific) * own
        return Learner(self.mean + self.sd * standard)


@dataclass(frozen=True)
class Mixture:
    """Several populations in given shares, which add up to 1. Raises `PopulationNotUsable`."""

    parts: tuple[tuple[float, Population], ...]

    def __post_init__(self) -> None:
        shares = [share for share, _ in self.parts]
        if not shares or min(shares) < 0 or abs(sum(shares) - 1) > 1e-9:
            raise PopulationNotUsable(f"The shares of a mixture must be 0 or more and add up to 1, not {shares}.")

    def draw(self, rng: Generator, competences: Sequence[str]) -> Learner:
        """Return one learner of one of the parts."""
        which = rng.random()
        learners = [population.draw(rng, competences) for _, population in self.parts]
        ends = np.cumsum([share for share, _ in self.parts])
        return learners[min(int(np.searchsorted(ends, which, side="right")), len(learners) - 1)]


@dataclass(frozen=True)
class WithGuessers:
    """A population in which some people tap without reading.

    share   how many of them there are, 0 to 1
    chance  share of right answers by tapping; None = each item's own guessing share c

    Raises `PopulationNotUsable`.
    """

    population: Population
    share: float
    chance: float | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.share <= 1 or not 0 <= (self.chance or 0) <= 1:
            raise PopulationNotUsable("The share of guessers and their chance must lie between 0 and 1.")

    def draw(self, rng: Generator, competences: Sequence[str]) -> Learner:
        """Return one learner, who may be a guesser."""
        guesses = bool(rng.random() < self.share)
        learner = self.population.draw(rng, competences)
        return Learner(learner.thetas, guesses or learner.guesses, self.chance if guesses else learner.chance)


STANDARD = Normal()
"""The population that theta is defined on: N(0, 1)."""


def supposed_by(
    hierarchy: Hierarchy | None, competences: Sequence[str], mean: float = 0.0, sd: float = 1.0
) -> Population:
    """Return the population that a design takes for granted, N(mean, sd²) in each competence."""
    if hierarchy is None:
        return Normal(mean, sd)
    areas = {code: hierarchy.areas.get(code, f"{code} alone") for code in competences}
    own = 1 - hierarchy.general - hierarchy.area
    return Hierarchical(hierarchy.general, hierarchy.area, own, areas, mean, sd)
