"""One step of an adaptive test: what the person sees next, or why the test is over.

    >>> from assessor.psychometrics.simulation import pool_from_rows
    >>> pool = pool_from_rows([{"item": "only", "a": 1, "b": 0, "competence": "1.1", "band": "basic"}])
    >>> next_step(Design(pool), [], step_generator(seed=7, position=0))
    Administer(item_id='only')

A sitting is its design, its seed and its answers; everything else follows from calling `next_step`.
Delivering, resuming on another phone, re-scoring years later and simulating are that one call.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.random import PCG64, Generator, SeedSequence

from assessor.psychometrics.ability import Estimate, Estimator
from assessor.psychometrics.bands import MINIMUM_ITEMS_OF_AN_AREA, Band, Bands
from assessor.psychometrics.pool import Administered, History, Indices, Pool, PoolItem
from assessor.psychometrics.rules import RuleNotUnderstood
from assessor.psychometrics.selection import Selection
from assessor.psychometrics.stopping import Reason, Stopping

__all__ = [
    "Administer",
    "Administered",
    "Design",
    "Finish",
    "Pool",
    "PoolItem",
    "Step",
    "competence_estimates",
    "estimate_ability",
    "next_step",
    "step_generator",
]


@dataclass(frozen=True)
class Administer:
    """Show this item next."""

    item_id: str


@dataclass(frozen=True)
class Finish:
    """The test is over."""

    reason: Reason
    estimate: Estimate


Step = Administer | Finish


@dataclass(frozen=True)
class Design:
    """A pool and the rules by which it is asked and judged.

    The rules are plain values: `rules_to_json` is stored with each sitting, `from_rules` brings them back
    together with the pool of the sitting's release. Raises `RuleNotUnderstood` for rules that do not fit the
    pool.
    """

    pool: Pool
    estimator: Estimator = field(default_factory=Estimator)
    selection: Selection = field(default_factory=Selection)
    stopping: Stopping = field(default_factory=Stopping)
    bands: Bands = field(default_factory=Bands)

    def __post_init__(self) -> None:
        if missing := sorted(set(self.selection.shares) - set(self.pool.competences)):
            raise RuleNotUnderstood(f"The pool has no items of {', '.join(missing)}, which the design gives a share.")

    @cached_property
    def highest_band(self) -> Band | None:
        """The highest band this pool can award; None = none."""
        return self.bands.highest_awardable(item.band for item in self.pool.items)

    def awarded_band(self, estimate: Estimate) -> Band | None:
        """Return the band to award, or None."""
        return self.bands.awarded_band(estimate, self.highest_band)

    def awarded_level(self, estimate: Estimate) -> int | None:
        """Return the level 1 to 8 to award, or None."""
        return self.bands.awarded_level(estimate, self.highest_band)

    def rules_to_json(self) -> dict[str, Any]:
        """Return the rules, without the pool, as a JSON object."""
        return {
            "estimator": self.estimator.to_json(),
            "selection": self.selection.to_json(),
            "stopping": self.stopping.to_json(),
            "bands": self.bands.to_json(),
        }

    @classmethod
    def from_rules(cls, pool: Pool, rules: Mapping[str, Any]) -> Self:
        """Build a design from a pool and stored rules; what the rules leave out takes its default."""
        if unknown := sorted(set(rules) - {"estimator", "selection", "stopping", "bands"}):
            raise RuleNotUnderstood(f"A design has no part {', '.join(unknown)}.")
        return cls(
            pool,
            Estimator.from_json(rules.get("estimator", {})),
            Selection.from_json(rules.get("selection", {})),
            Stopping.from_json(rules.get("stopping", {})),
            Bands.from_json(rules.get("bands", {})),
        )


def next_step(design: Design, administered: Sequence[Administered], rng: Generator) -> Step:
    """Decide what the person sees next.

    The same design, answers and generator always give the same step, so a sitting is resumed or re-scored by
    calling this again. Raises `HistoryNotOfPool` when the answers cannot come from this pool.
    """
    pool = design.pool
    history = pool.history(administered)
    estimate = _estimate(design, history)
    eligible = design.selection.eligible(pool, history)
    reason = design.stopping.reason_to_stop(
        estimate,
        len(history),
        is_decided=design.bands.is_decided(estimate, design.highest_band),
        least_asked=_least_asked(pool, history, eligible),
        is_exhausted=not len(eligible),
    )
    if reason:
        return Finish(reason, estimate)
    return Administer(pool.items[design.selection.select(pool, history, eligible, estimate, rng)].id)


def step_generator(seed: int, position: int) -> Generator:
    """Return the random generator for one step of a sitting.

    seed      of the sitting, 0 or above
    position  how many items have been administered

    Each step has its own generator, so a step can be repeated without replaying the ones before it.
    """
    return Generator(PCG64(SeedSequence(seed, spawn_key=(position,))))


def estimate_ability(design: Design, administered: Sequence[Administered]) -> Estimate:
    """Return the estimate after these answers: for re-scoring, and for a sitting broken off by its end."""
    return _estimate(design, design.pool.history(administered))


def competence_estimates(design: Design, administered: Sequence[Administered]) -> dict[str, Estimate | None]:
    """Return per competence the estimate from its own items alone; None = fewer than 3 of them."""
    pool = design.pool
    history = pool.history(administered)
    estimates: dict[str, Estimate | None] = {}
    for at, competence in enumerate(pool.competences):
        is_own = pool.competence[history.items] == at
        own = History(history.items[is_own], history.scores[is_own])
        estimates[competence] = _estimate(design, own) if len(own) >= MINIMUM_ITEMS_OF_AN_AREA else None
    return estimates


def _estimate(design: Design, history: History) -> Estimate:
    return design.estimator.estimate(design.pool.log_likelihood(design.estimator.grid, history))


def _least_asked(pool: Pool, history: History, eligible: Indices) -> int:
    """Return how many items the least asked competence has had, among those that have something left."""
    asked = np.bincount(pool.competence[history.items], minlength=len(pool.competences))
    return int(asked[pool.competence[eligible]].min(initial=len(history)))
