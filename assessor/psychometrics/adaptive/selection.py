"""Which item comes next: content first, then information, then chance among the best.

The order of the steps is the rule. First the competence: the one most behind its share, because a result that speaks
of four competences must have asked about four; or the one of which least is certain. Then the items that may be shown:
not seen, nothing that gives them away, within the limits of the design, and not left out by exposure control. Among
these the criterion rates the 64 most informative, and a draw among the best keeps the sharpest item from being shown
to everybody.

    >>> Selection(shares={"1.1": 0.5, "4.1": 0.5}).best_of
    5
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from assessor.psychometrics.adaptive import criteria
from assessor.psychometrics.adaptive.constraints import Constraints
from assessor.psychometrics.adaptive.pool import Candidates, Indices, Mask, Pool
from assessor.psychometrics.adaptive.state import ManyAbilities, State
from assessor.psychometrics.measuring.response_models import Array
from assessor.psychometrics.rules import Rule, is_finite_number
from assessor.psychometrics.standards.bands import Bands

# Processors differ in the last bits of exp and log. Merits closer than this are equal, and the item id
# decides.
_DECIMALS = 9
_TIE = 10.0**_DECIMALS

# What an item that does not give the wished success counts: it is asked when no other is left.
_LAST = 1e-3

INFORMATION = "information"
BY_SHARE, BY_CERTAINTY, BY_RISK, ANY = "share", "certainty", "risk", "any"


@dataclass(frozen=True)
class Selection(Rule):
    """How the next item is chosen.

    criterion        "information" (maximum information at the estimate) or another of `criteria.CRITERIA`, which rate
                     every item that is open and so take longer in large banks
    best_of          the draw is among at most so many of the best …
    within           … of those that have at least this share of the best one's merit
    next_competence  "share": the competence most behind its share; "certainty": the one whose level is least certain;
                     "risk": the one whose best item takes most variance from all competences, weighed by how likely
                     each is to be placed wrongly; "any": the best item of any competence
    shares           competence → share of the test it should have; empty = the same for each in the pool.
                     A competence left out of a filled mapping is not asked
    success          least chance of a right answer that items should have, for people who fear tests: of those that
                     have it the most informative; None = whatever measures best. .65 to .70 costs 10 to 20 % more
                     items
    strata           keep the sharpest items for the end: the bank in so many strata by slope, one for each stage of the
                     test (Chang and Ying 1999, with the criterion "nearest difficulty"); 1 = all items at any time
    opening_items    how many of the first items look for a success instead of information, until there is one
    opening_success  chance of a right answer that those items aim at …
    opening_margin   … for someone this many standard errors below the estimate: a beginner, as far as we know
    """

    criterion: str = INFORMATION
    best_of: int = 5
    within: float = 0.90
    next_competence: str = BY_SHARE
    shares: Mapping[str, float] = field(default_factory=dict)
    success: float | None = None
    strata: int = 1
    opening_items: int = 3
    opening_success: float = 0.70
    opening_margin: float = 1.0

    def __post_init__(self) -> None:
        known = sorted(criteria.CRITERIA)
        self.check(self.criterion in known, f"criterion must be one of {', '.join(known)}")
        orders = (BY_SHARE, BY_CERTAINTY, BY_RISK, ANY)
        self.check(self.next_competence in orders, f"next_competence must be one of {', '.join(orders)}")
        self.check_number("best_of", 1, 100, whole=True)
        self.check_number("within", 0, 1)
        self.check_number("strata", 1, 20, whole=True)
        self.check_number("opening_items", 0, 100, whole=True)
        self.check_number("opening_success", 0.05, 0.95)
        self.check_number("opening_margin", 0, 3)
        if self.success is not None:
            self.check_number("success", 0.5, 0.9)
            self.check(self.criterion == INFORMATION, "success goes with the criterion information alone")
        self.check(isinstance(self.shares, Mapping), "shares must be an object: competence → share")
        shares = self.shares.values()
        self.check(
            all(is_finite_number(share) and 0 < share <= 1 for share in shares),
            "a share is above 0, at most 1",
        )
        self.check(not shares or abs(sum(shares) - 1) < 1e-6, "shares must add up to 1")

    def share_of(self, pool: Pool) -> Array:
        """Return the share of each competence of the pool, in the order of `pool.competences`."""
        equal = 0.0 if self.shares else 1 / len(pool.competences)
        return np.array([self.shares.get(competence, equal) for competence in pool.competences])

    def select(
        self, pool: Pool, state: State, bands: Bands, length: int, constraints: Constraints | None
    ) -> int | None:
        """Return the position of the next item, or None when nothing is open.

        bands        what `next_competence = "certainty"` is certain of
        length       items of the whole test
        constraints  quotas that are weighed against information; the hard limits are in `state.open` already
        """
        competences = self._next_competences(pool, state, bands)
        weight = None if constraints is None else constraints.priority(pool, state.items, length)
        for allowed in self._preferred(pool, state, length, competences):
            positions, merit = self._rate(pool, state, competences, allowed, weight)
            if len(positions):
                return self._drawn(positions, merit, state)
        return None

    def _preferred(
        self, pool: Pool, state: State, length: int, competences: Sequence[int | None]
    ) -> Iterator[Mask | None]:
        """Yield what may be asked, from the strictest wish to everything that is open (None).

        A wish that leaves nothing does not hold for that step: a test that cannot go on helps nobody. Where exposure
        control left nothing of the competences, one item comes back: the one that it minds least.
        """
        allowed = _not_left_out(pool, state)
        if self.strata > 1:
            stage = criteria.stage_of(len(state.items), length, self.strata)
            yield (state.open if allowed is None else allowed) & (pool.strata(self.strata) == stage)
        if allowed is not None:
            yield allowed
        if state.conditions.eligibility is not None:
            here = np.concatenate([pool.of_competence(competence).positions for competence in competences])
            yield state.conditions.eligibility.first_back(pool, state.open, here)
        yield None

    def _next_competences(self, pool: Pool, state: State, bands: Bands) -> tuple[int | None, ...]:
        """Return the competences to choose among; (None,) = all together, at one theta."""
        many = state.knowledge if isinstance(state.knowledge, ManyAbilities) else None
        count = len(pool.competences)
        if count == 1 or (self.next_competence == ANY and many is None):
            return (None,)
        is_open = pool.has_any_of(state.open)
        if self.next_competence == BY_SHARE:
            behind = self.share_of(pool) * (len(state.items) + 1) - state.asked
            urgency = np.round(np.where(is_open, behind, -np.inf), _DECIMALS)
        elif self.next_competence == ANY or many is None:
            urgency = np.where(is_open, 0.0, -np.inf)
        else:
            needs = _uncertainty if self.next_competence == BY_CERTAINTY else _risk
            urgency = np.round(np.where(is_open, needs(pool, many, bands), -np.inf), _DECIMALS)
        return tuple(np.flatnonzero(urgency == urgency.max()).tolist())

    def _rate(
        self, pool: Pool, state: State, competences: Sequence[int | None], allowed: Mask | None, weight: Array | None
    ) -> tuple[Indices, Array]:
        """Return positions and merits of the items to choose among."""
        rated = [self._rate_one(pool, state, competence, allowed, weight) for competence in competences]
        return rated[0] if len(rated) == 1 else _joined(rated)

    def _rate_one(
        self, pool: Pool, state: State, competence: int | None, allowed: Mask | None, weight: Array | None
    ) -> tuple[Indices, Array]:
        theta = state.estimate.theta if competence is None else state.knowledge.theta_of(competence)
        if self._is_opening(state):
            return self._of_success(pool, competence, state, allowed, weight)
        everyone = pool.of_competence(competence)
        if self.success is not None:
            merit = pool.information(theta, everyone)
            gives_it = pool.success(theta, everyone.positions) >= self.success
            return _allowed(everyone, np.where(gives_it, merit, merit * _LAST), state, allowed, weight)
        if self.criterion != INFORMATION:
            positions, _ = _allowed(everyone, everyone.half, state, allowed, None)
            merit = self._by_criterion(pool, state, competence, positions) if len(positions) else everyone.half[:0]
            return positions, merit if weight is None else merit * weight[positions]
        sharpest = everyone if weight is not None or self.strata > 1 else pool.sharpest(theta, competence)
        positions, merit = _allowed(sharpest, pool.information(theta, sharpest), state, allowed, weight)
        if sharpest.outside and self._is_short(merit, sharpest.outside):
            positions, merit = _allowed(everyone, pool.information(theta, everyone), state, allowed, weight)
        return positions, merit

    def _of_success(
        self, pool: Pool, competence: int | None, state: State, allowed: Mask | None, weight: Array | None
    ) -> tuple[Indices, Array]:
        """Return items by how near a beginner's chance of a right answer is to that of the opening."""
        theta = state.estimate.theta if competence is None else state.knowledge.theta_of(competence)
        theta -= self.opening_margin * state.estimate.standard_error
        everyone = pool.of_competence(competence)
        nearest = pool.nearest(theta, self.opening_success, competence)
        for candidates in (nearest, everyone):
            nearness = 1 - np.abs(pool.success(theta, candidates.positions) - self.opening_success)
            positions, merit = _allowed(candidates, nearness, state, allowed, weight)
            if len(positions) >= self.best_of or candidates is everyone:
                break
        return positions, merit

    def _is_opening(self, state: State) -> bool:
        return len(state.items) < self.opening_items and not any(state.scores)

    def _is_short(self, merit: Array, outside: float) -> bool:
        """Whether an item that is not among the sharpest could belong to the best."""
        if len(merit) < self.best_of:
            return True
        at = len(merit) - self.best_of
        last = merit[merit.argmax()] if self.best_of == 1 else np.partition(merit, at)[at]
        return bool(last < outside)

    def _by_criterion(self, pool: Pool, state: State, competence: int | None, positions: Indices) -> Array:
        estimate = state.knowledge.of_competence(0 if competence is None else competence)
        likelihood = np.exp(estimate.log_likelihood - estimate.log_likelihood.max())
        choice = criteria.Choice(
            pool.curves.take(positions),
            estimate.theta,
            estimate.grid.theta,
            likelihood,
            estimate.weights,
            pool.table(estimate.grid).rows(positions),
        )
        return criteria.CRITERIA[self.criterion].merit(choice)

    def _drawn(self, positions: Indices, merit: Array, state: State) -> int:
        """Draw among the best; ties are settled by item id, which positions follow."""
        rounded = np.rint(merit * _TIE)
        if self.best_of == 1:
            return int(positions[rounded.argmax()])
        order = np.lexsort((positions, -rounded))[: self.best_of]
        if not self._is_opening(state):
            order = order[rounded[order] >= self.within * rounded[order[0]]]
        return int(positions[order[state.conditions.draw(len(state.items), len(order))]])


def _uncertainty(pool: Pool, many: ManyAbilities, bands: Bands) -> Array:
    """Return how uncertain the level of each competence is, (competences,)."""
    del pool
    return 1 - bands.certainties(many.posterior.mean, np.sqrt(many.posterior.covariance.diagonal()))


def _risk(pool: Pool, many: ManyAbilities, bands: Bands) -> Array:
    """Return what the best item of each competence would take from the risk of all, (competences,).

    An item of information I about competence k takes cov(j, k)² I / (1 + I var(k)) from the variance of competence j.
    That counts as much as the posterior density of j at the cuts, where a little variance decides the level.
    """
    mean, covariance = many.posterior.mean, many.posterior.covariance
    variance = covariance.diagonal()
    best = np.array([pool.sharpest_information(theta, at) for at, theta in enumerate(mean.tolist())])
    distance = (mean[:, np.newaxis] - bands.cuts) / np.sqrt(variance)[:, np.newaxis]
    at_stake = np.exp(-0.5 * np.square(distance)).sum(axis=1) / variance
    return np.asarray((at_stake @ np.square(covariance)) * best / (1 + best * variance))


def _allowed(
    candidates: Candidates, merit: Array, state: State, allowed: Mask | None, weight: Array | None
) -> tuple[Indices, Array]:
    is_allowed = state.open_among(candidates) if allowed is None else allowed[candidates.positions]
    positions, merit = candidates.positions[is_allowed], merit[is_allowed]
    return positions, merit if weight is None else merit * weight[positions]


def _joined(rated: Sequence[tuple[Indices, Array]]) -> tuple[Indices, Array]:
    positions = np.concatenate([one for one, _ in rated])
    merit = np.concatenate([one for _, one in rated])
    order = positions.argsort()
    return positions[order], merit[order]


def _not_left_out(pool: Pool, state: State) -> Mask | None:
    """Return what is open and was not left out by the draw at the start of the sitting; None = nothing was."""
    eligibility = state.conditions.eligibility
    if eligibility is None:
        return None
    theta: Array | float = state.estimate.theta
    if isinstance(state.knowledge, ManyAbilities):
        theta = state.knowledge.posterior.mean[pool.competence]
    return state.open & eligibility.allowed(pool, theta)
