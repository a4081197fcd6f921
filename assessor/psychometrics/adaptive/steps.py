"""One step of an adaptive test: what the person sees next, or why the test is over.

    >>> from assessor.psychometrics.simulation import pool_from_rows
    >>> pool = pool_from_rows([{"item": "only", "a": 1, "b": 0, "competence": "1.1", "band": "basic"}])
    >>> design = Design(pool)
    >>> state = begin(design, Conditions(seed=7))
    >>> next_step(design, state)
    Administer(item_id='only')
    >>> next_step(design, answered(design, state, Administered("only", 1))).reason
    <Reason.EXHAUSTED: 'exhausted'>

A sitting is its design, its conditions and its answers; everything else follows from them. Delivering, resuming on
another phone, re-scoring years later and simulating are these few calls.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from assessor.psychometrics.adaptive.design import Design
from assessor.psychometrics.adaptive.pool import Administered, HistoryNotOfPool, Pool
from assessor.psychometrics.adaptive.state import Conditions, ManyAbilities, OneAbility, State
from assessor.psychometrics.adaptive.stopping import Progress, Reason
from assessor.psychometrics.measuring.ability import Estimate, GridEstimate
from assessor.psychometrics.measuring.response_models import Array
from assessor.psychometrics.standards.bands import MINIMUM_ITEMS_OF_AN_AREA


@dataclass(frozen=True)
class Administer:
    """Show this item next."""

    item_id: str


@dataclass(frozen=True)
class Finish:
    """The test is over; the state is settled, so that its estimate does not depend on the order of the answers."""

    reason: Reason
    state: State

    @property
    def estimate(self) -> Estimate:
        """The ability as a whole."""
        return self.state.estimate


Step = Administer | Finish


def begin(design: Design, conditions: Conditions = Conditions()) -> State:  # noqa: B008, a frozen value
    """Return the state of a sitting before its first item."""
    allowed = design.open_to(conditions.language, conditions.device)
    return State(conditions, (), (), (0,) * len(design.pool.competences), allowed, frozenset(), design.before)


def answered(design: Design, state: State, answer: Administered) -> State:
    """Return the state after one more answer.

    Raises `HistoryNotOfPool` for an item that the pool does not have, one asked before, or a score it cannot have.
    """
    pool = design.pool
    position = pool.position_of(answer)
    if position in state.items:
        raise HistoryNotOfPool(f"Item {answer.item_id!r} was administered twice. Each item counts once in a sitting.")
    competence, items = pool.competence_of[position], (*state.items, position)
    asked = (*state.asked[:competence], state.asked[competence] + 1, *state.asked[competence + 1 :])
    base, shut = state.base, state.shut | pool.shut_out_by[position]
    if asked[competence] == design.stopping.maximum_per_competence:
        shut = shut.union(pool.of_competence(competence).positions.tolist())
    now = State(
        state.conditions,
        items,
        (*state.scores, answer.score),
        asked,
        base,
        shut,
        state.knowledge.answered(competence, design.table.row(position)[answer.score]),
    )
    if not design.has_quotas:
        return now
    length = design.stopping.maximum_items
    return replace(now, base=design.constraints.within_limits(pool, items, length, now.open), shut=frozenset())


def replay(design: Design, conditions: Conditions, administered: Iterable[Administered]) -> State:
    """Return the state after these answers, from the beginning. Raises as `answered` does."""
    state = begin(design, conditions)
    for answer in administered:
        state = answered(design, state, answer)
    return state


def next_step(design: Design, state: State) -> Step:
    """Decide what the person sees next: the same design and state always give the same step."""
    if _reason_to_stop(design, state) is not None:
        final = settled(design, state)
        # Settling moves a posterior a little. A decision that it takes back was none.
        if (reason := _reason_to_stop(design, final)) is not None:
            return Finish(reason, final)
    position = _select(design, state)
    if position is not None:
        return Administer(design.pool.items[position].id)
    final = settled(design, state)
    return Finish(_reason_to_stop(design, final, is_exhausted=True) or Reason.EXHAUSTED, final)


def settled(design: Design, state: State) -> State:
    """Return the state with what is known computed anew, in the order of the pool: for results and re-scoring.

    The same answers in any order give the same bytes.
    """
    pool = design.pool
    log_likelihood = np.zeros((len(pool.competences), design.estimator.points))
    for position, score in sorted(zip(state.items, state.scores, strict=True)):
        log_likelihood[pool.competence_of[position]] += design.table.row(position)[score]
    knowledge: OneAbility | ManyAbilities
    if isinstance(state.knowledge, OneAbility):
        knowledge = OneAbility.of(design.estimator, log_likelihood.sum(axis=0))
    else:
        knowledge = ManyAbilities.of(state.knowledge.posterior.settled(log_likelihood), design.weights)
    return replace(state, knowledge=knowledge)


def competence_estimates(design: Design, state: State) -> dict[str, GridEstimate | None]:
    """Return competence → its estimate, None where fewer than 3 items of it were asked.

    With a hierarchy an estimate rests on the answers to its competence and, through the prior, on all others. Without
    one it rests on its own answers alone, with the population as the prior.
    """
    return {
        code: _competence_estimate(design, state, at) if state.asked[at] >= MINIMUM_ITEMS_OF_AN_AREA else None
        for at, code in enumerate(design.pool.competences)
    }


def _competence_estimate(design: Design, state: State, competence: int) -> GridEstimate:
    if isinstance(state.knowledge, ManyAbilities):
        return state.knowledge.posterior.competence(competence)
    pool = design.pool
    own: Array = np.zeros(design.estimator.points)
    for position, score in zip(state.items, state.scores, strict=True):
        if pool.competence_of[position] == competence:
            own = own + design.table.row(position)[score]
    return design.estimator.estimate(own)


def _select(design: Design, state: State) -> int | None:
    """Return the position of the next item, or None when nothing is left to ask."""
    length, quotas = design.stopping.maximum_items, design.constraints if design.has_quotas else None
    if design.stopping.each_competence and (undecided := _undecided(design, state)):
        # What is decided is not asked again, unless nothing else is left and it needs its minimum.
        of_undecided = np.isin(design.pool.competence, list(undecided))
        state = replace(state, base=state.base & of_undecided)
    return design.selection.select(design.pool, state, design.bands, length, quotas)


def _reason_to_stop(design: Design, state: State, is_exhausted: bool = False) -> Reason | None:
    rules, asked = design.stopping, len(state.items)
    is_full = asked >= rules.maximum_items or is_exhausted
    if not is_full and (asked < rules.minimum_items or not _content_is_met(design, state)):
        return None
    if rules.each_competence:
        return _reason_for_each(design, state, is_full)
    progress = Progress(
        asked,
        _least_asked(design, state) if rules.minimum_per_competence else 0,
        _information_to_come(design, state) if rules.curtailment is not None else np.inf,
        is_exhausted,
    )
    return rules.reason_to_stop(state.estimate, progress, design.bands, design.highest_band)


def _reason_for_each(design: Design, state: State, is_full: bool) -> Reason | None:
    """Return why to stop when the level of each competence is to be decided."""
    if not is_full and _undecided(design, state):
        return None
    found = [_certain_by(design, state, at) for at in range(len(design.pool.competences))]
    certain = [reason for reason in found if reason is not None]
    if len(certain) == len(found):
        return max(certain, key=list(Reason).index)  # the weakest of them is what all have
    return Reason.MAXIMUM if len(state.items) >= design.stopping.maximum_items else Reason.EXHAUSTED


def _undecided(design: Design, state: State) -> frozenset[int]:
    """Return the competences that need more items and have some left."""
    least = design.stopping.minimum_per_competence
    return frozenset(
        at
        for at in _with_items_left(design, state)
        if state.asked[at] < least or _certain_by(design, state, at) is None
    )


def _certain_by(design: Design, state: State, competence: int) -> Reason | None:
    estimate = state.knowledge.of_competence(competence)
    return design.stopping.certain_by(estimate, design.bands, design.highest_band)


def _content_is_met(design: Design, state: State) -> bool:
    return not design.has_quotas or design.constraints.minima_met(design.pool, state.items)


def _with_items_left(design: Design, state: State) -> frozenset[int]:
    return frozenset(np.flatnonzero(design.pool.has_any_of(state.open)).tolist())


def _least_asked(design: Design, state: State) -> int:
    """Return how many items the least asked competence has had, among those that have something left."""
    return min((state.asked[at] for at in _with_items_left(design, state)), default=len(state.items))


def _information_to_come(design: Design, state: State) -> float:
    """Return the most information about the whole that the items up to full length can add at the estimate."""
    pool, left = design.pool, design.stopping.maximum_items - len(state.items)
    if isinstance(state.knowledge, OneAbility):
        information = pool.information(state.estimate.theta, pool.of_competence(None))
    else:
        information = _information_about_the_whole(pool, state.knowledge)
    return float(np.sort(information[state.open])[-left:].sum())


def _information_about_the_whole(pool: Pool, knowledge: ManyAbilities) -> Array:
    """Return what each item tells about the weighted mean S of the competences, (items,).

    theta_k given S is normal with slope b = cov(theta_k, S) / var(S) and a variance r that S does not explain, so an
    item of information I about theta_k has b² I / (1 + r I) about S.
    """
    covariance = knowledge.posterior.covariance
    with_whole = covariance @ knowledge.weights
    variance = float(knowledge.weights @ with_whole)
    slope, rest = with_whole / variance, covariance.diagonal() - with_whole**2 / variance
    information = np.empty(len(pool))
    for at, theta in enumerate(knowledge.posterior.mean.tolist()):
        candidates = pool.of_competence(at)
        own = pool.information(theta, candidates)
        information[candidates.positions] = slope[at] ** 2 * own / (1 + max(rest[at], 0.0) * own)
    return information
