"""Which item comes next: content first, then information, then chance among the best.

The order of the steps is the rule. A competence that is behind its share is served before sharper items
elsewhere, because a result that speaks of four competences must have asked about four; and a draw among the
best five keeps the sharpest item from being shown to everybody.

    >>> Selection(shares={"1.1": 0.5, "4.1": 0.5}, reading_load_cap=2).best_of
    5
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.random import Generator

from assessor.psychometrics.ability import Estimate
from assessor.psychometrics.information import item_information
from assessor.psychometrics.pool import History, Indices, Mask, Pool
from assessor.psychometrics.response_models import Array, probability
from assessor.psychometrics.rules import Rule

# Processors differ in the last bits of exp and log. Merits closer than this are equal, and the item id
# decides.
_DECIMALS = 9


@dataclass(frozen=True)
class Selection(Rule):
    """Maximum information at the estimate under content and family constraints, random among the best.

    best_of           how many of the most informative items the draw is among
    shares            competence → share of the test it should have; empty = the same for each in the pool.
                      A competence left out of a filled mapping is not asked.
    reading_load_cap  heaviest reading load that may be shown; None = any
    opening_items     how many of the first items look for a success instead of information, until there is
                      one
    opening_success   chance of a right answer that those items aim at …
    opening_margin    … for someone this many standard errors below the estimate: a beginner, as far as we
                      know
    """

    best_of: int = 5
    shares: Mapping[str, float] = field(default_factory=dict)
    reading_load_cap: int | None = None
    opening_items: int = 3
    opening_success: float = 0.70
    opening_margin: float = 1.0

    def __post_init__(self) -> None:
        self.check_number("best_of", 1, 100, whole=True)
        self.check_number("opening_items", 0, 100, whole=True)
        self.check_number("opening_success", 0.05, 0.95)
        self.check_number("opening_margin", 0, 3)
        if self.reading_load_cap is not None:
            self.check_number("reading_load_cap", 0, 100, whole=True)
        self.check(isinstance(self.shares, Mapping), "shares must be an object: competence → share")
        shares = self.shares.values()
        self.check(
            all(isinstance(share, int | float) and 0 < share <= 1 for share in shares),
            "a share is above 0, at most 1",
        )
        self.check(not shares or abs(sum(shares) - 1) < 1e-6, "shares must add up to 1")

    def eligible(self, pool: Pool, history: History) -> Indices:
        """Return the positions that may still be asked, ascending: not seen, no kin or enemy of the seen."""
        allowed = self.share_of(pool)[pool.competence] > 0
        if self.reading_load_cap is not None:
            allowed &= pool.reading_load <= self.reading_load_cap
        for item in history.items:
            allowed[pool.excluded_by[item]] = False
        return np.flatnonzero(allowed)

    def select(self, pool: Pool, history: History, eligible: Indices, estimate: Estimate, rng: Generator) -> int:
        """Return the position of the next item, drawn among the best; `eligible` must not be empty."""
        candidates = self._most_behind(pool, history, eligible)
        merit = np.round(self._merit(pool, history, candidates, estimate), _DECIMALS)
        if len(candidates) > self.best_of:
            # Cut at the last of the best before sorting: sorting a large bank would cost more than rating it.
            is_among_best = merit >= np.partition(merit, -self.best_of)[-self.best_of]
            candidates, merit = candidates[is_among_best], merit[is_among_best]
        # Positions follow item ids, so that a stable sort settles ties by item id.
        best = candidates[np.argsort(-merit, kind="stable")][: self.best_of]
        return int(best[_draw(rng, len(best))])

    def share_of(self, pool: Pool) -> Array:
        """Return the share of each competence of the pool, in the order of `pool.competences`."""
        equal = 0.0 if self.shares else 1 / len(pool.competences)
        return np.array([self.shares.get(competence, equal) for competence in pool.competences])

    def _most_behind(self, pool: Pool, history: History, eligible: Indices) -> Indices:
        """Keep the items of the competence most under its share; competences that tie are kept together."""
        competence = pool.competence[eligible]
        asked = np.bincount(pool.competence[history.items], minlength=len(pool.competences))
        behind = np.round(self.share_of(pool) * (len(history) + 1) - asked, _DECIMALS)[competence]
        is_most_behind: Mask = behind == behind.max()
        return eligible[is_most_behind]

    def _merit(self, pool: Pool, history: History, candidates: Indices, estimate: Estimate) -> Array:
        items = pool.slope[candidates], pool.difficulty[candidates], pool.guessing[candidates]
        if len(history) < self.opening_items and not history.has_success:
            beginner = estimate.theta - self.opening_margin * estimate.standard_error
            return -np.abs(probability(beginner, *items) - self.opening_success)
        return item_information(estimate.theta, *items)


def _draw(rng: Generator, count: int) -> int:
    # numpy promises the raw stream of a bit generator for ever, but not what `integers` makes of it; a
    # sitting must replay in ten years. The bias of the remainder is below 1e-17.
    return int(rng.bit_generator.random_raw() % count)
