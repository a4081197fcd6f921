"""Virtual banks: pools to simulate with, and what their items are really like.

    >>> bank = realistic_bank(300, np.random.default_rng(3))
    >>> len(bank.pool), bank.truth.a.mean().round(1)
    (300, np.float64(1.2))

The slopes of a realistic bank are log-normal: most items are middling and a few are sharp. In an expert bank nobody
has answered yet: the pool states what experts said, the truth is spread around it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import cycle

import numpy as np
from numpy.random import Generator

from assessor.psychometrics.adaptive.pool import Pool, PoolItem
from assessor.psychometrics.measuring.response_models import Array, ItemParameters
from assessor.psychometrics.simulation.truth import Truth
from assessor.psychometrics.standards.bands import Band, Bands

AREAS = (3, 6, 4, 4, 4)
"""Competences in each area of DigComp: 21 in all."""

LOG_SLOPE_MEAN, LOG_SLOPE_SD, DIFFICULTY_SD = 0.1, 0.3, 1.5
"""A realistic bank: log a ~ N(.1, .3²) and b ~ N(0, 1.5²), wider than the population, so that its ends have items."""

EXPERT_CENTRES = (-1.5, -0.5, 0.5, 1.5)
"""Difficulty that an expert's level stands for: the middle of each band."""

EXPERT_SLOPE, EXPERT_SLOPE_SD, EXPERT_ERROR = 1.2, 0.25, 0.5
"""What the pool states for every slope; the true spread of log a; the true spread of b around its level's centre."""


@dataclass(frozen=True)
class VirtualBank:
    """A pool as a test sees it, and the items as they really are, in the same order."""

    pool: Pool
    truth: Truth

    @property
    def known_exactly(self) -> Pool:
        """The pool as it would be if somebody knew the items as they are."""
        pairs = zip(self.pool.items, self.truth.parameters(), strict=True)
        return Pool(replace(item, parameters=parameters) for item, parameters in pairs)


def realistic_bank(
    items: int, rng: Generator, *, sd: float = DIFFICULTY_SD, competences: Sequence[str] = ("all",)
) -> VirtualBank:
    """Return a 2PL bank that is known exactly: log a ~ N(.1, .3²), b ~ N(0, sd²).

    Competences take turns, so that each has as many items as the next or one more.
    """
    slopes = np.exp(rng.normal(LOG_SLOPE_MEAN, LOG_SLOPE_SD, items))
    difficulties = rng.normal(0.0, sd, items)
    parameters = [ItemParameters(a, b) for a, b in zip(slopes.tolist(), difficulties.tolist(), strict=True)]
    pool = Pool(
        PoolItem(_name(number), own, competence, band_of(own.b))
        for number, (own, competence) in enumerate(zip(parameters, cycle(competences), strict=False))
    )
    return VirtualBank(pool, Truth.of([item.parameters for item in pool.items]))


def framework_bank(
    rng: Generator, *, each: int = 100, sd: float = DIFFICULTY_SD, areas: Sequence[int] = AREAS
) -> VirtualBank:
    """Return a realistic bank of `each` items for every competence of a framework; names are 1.1, 1.2, … 5.4."""
    codes = competence_codes(areas)
    return realistic_bank(each * len(codes), rng, sd=sd, competences=codes)


def expert_bank(items: int, rng: Generator, *, competences: Sequence[str] = ("all",)) -> VirtualBank:
    """Return a bank of which only an expert's level of each item is known; the four levels take turns.

    The pool states a = 1.2 and the centre of the level, with standard errors .3 and .5. True are
    log a ~ N(log 1.2, .25²) and b ~ N(centre, .5²).
    """
    slopes = EXPERT_SLOPE * np.exp(rng.normal(0.0, EXPERT_SLOPE_SD, items))
    errors = rng.normal(0.0, EXPERT_ERROR, items)
    levels = [number % len(EXPERT_CENTRES) for number in range(items)]
    centres = np.array([EXPERT_CENTRES[level] for level in levels])
    pool = Pool(
        PoolItem(
            _name(number),
            ItemParameters(EXPERT_SLOPE, EXPERT_CENTRES[level], EXPERT_SLOPE * EXPERT_SLOPE_SD, EXPERT_ERROR),
            # A competence keeps its turn for all four levels, so that each has items of every level.
            competences[number // len(EXPERT_CENTRES) % len(competences)],
            Band(level + 1),
        )
        for number, level in enumerate(levels)
    )
    return VirtualBank(pool, _two_parameter(slopes, centres + errors))


def competence_codes(areas: Sequence[int] = AREAS) -> tuple[str, ...]:
    """Return the codes of a framework with so many competences in each area: 1.1, 1.2, …"""
    return tuple(f"{area}.{number}" for area, size in enumerate(areas, 1) for number in range(1, size + 1))


def band_of(b: float) -> Band:
    """Return the band in which a difficulty lies; easier ones belong to Basic."""
    return Bands().band_at(b, max(Band)) or Band.BASIC


def _two_parameter(a: Array, b: Array) -> Truth:
    return Truth(a, b, np.zeros(len(a)), np.ones(len(a)))


def _name(number: int) -> str:
    # Of one width, so that the order of the pool, which goes by id, is the order in which items were made.
    return f"item-{number + 1:06}"
