"""What exposure control does to a test: people come one after the other, as they do to the service."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pytest
from numpy.random import default_rng

from assessor.psychometrics.adaptive import (
    Administered,
    Conditions,
    Design,
    Finish,
    Pool,
    answered,
    begin,
    next_step,
    replay,
)
from assessor.psychometrics.adaptive.exposure import EDGES, Condition, Eligibility, ExposureControl
from assessor.psychometrics.adaptive.exposure_counts import ExposureCounts, Visit, draw
from assessor.psychometrics.adaptive.exposure_feasibility import lowest_maximum
from assessor.psychometrics.adaptive.pool import Mask
from assessor.psychometrics.adaptive.stopping import Stopping
from assessor.psychometrics.care.exposure_report import exposure_report
from assessor.psychometrics.measuring.hierarchy import Hierarchy
from assessor.psychometrics.measuring.response_models import Array, probability
from assessor.psychometrics.simulation.banks import realistic_bank

COMPETENCES = ("1.1", "2.1", "4.1", "4.2")
SAME_AREA = Hierarchy({"4.1": "4", "4.2": "4"})
CONTROLLED = ExposureControl(condition=Condition.ENDED)


@dataclass(frozen=True)
class Crowd:
    """People who took a test.

    paths      what each met
    thetas     their final estimates, (people, competences)
    came_back  whether items that were held back had to be asked
    """

    pool: Pool
    paths: list[list[str]]
    thetas: Array
    came_back: Mask

    def since(self, person: int) -> "Crowd":
        """Those who came from this one on."""
        return Crowd(self.pool, self.paths[person:], self.thetas[person:], self.came_back[person:])

    @property
    def maximum(self) -> float:
        """Share of people who met the most used item."""
        return exposure_report(self.paths, [item.id for item in self.pool.items]).maximum

    def maximum_of_those_who_ended_in(self, interval: int) -> float:
        """The same among those whose estimate of the item's competence ended in an interval."""
        met = np.zeros((len(self.paths), len(self.pool)), dtype=np.bool_)
        for person, path in enumerate(self.paths):
            met[person, [self.pool.position[item] for item in path]] = True
        is_there = np.searchsorted(EDGES, self.thetas[:, self.pool.competence]) == interval
        return float(((met & is_there).sum(axis=0) / is_there.sum(axis=0)).max())


def everybody_sits(design: Design, people: int, seed: int = 20) -> Crowd:
    """Let people take the test one after the other, each after what those before them met."""
    pool, control, rng = design.pool, design.exposure, default_rng(seed)
    a, b = (np.array([getattr(item.parameters, name) for item in pool.items]) for name in "ab")
    assert design.hierarchy is not None
    abilities = rng.multivariate_normal(np.zeros(len(pool.competences)), design.prior_covariance, people)
    counts = ExposureCounts.empty([item.id for item in pool.items], dimension=pool.competence_of)
    if control is not None:
        counts = ExposureCounts.empty(counts.items, control.edges, control.condition, pool.competence_of)
    paths: list[list[str]] = []
    thetas, came_back = np.zeros_like(abilities), np.zeros(people, dtype=np.bool_)
    for person, theta in enumerate(abilities):
        eligibility = None if control is None else draw(counts, control.maximum, rng)
        is_right = rng.random(len(pool)) < probability(theta[pool.competence], a, b)
        visits, thetas[person] = one_sits(design, Conditions(person, eligibility=eligibility), is_right)
        paths.append([visit.item_id for visit in visits])
        if control is not None and eligibility is not None:
            counts = counts.with_sitting(eligibility, visits, control.forgetting)
            held_back = [eligibility.ineligible[np.searchsorted(EDGES, visit.theta)] for visit in visits]
            came_back[person] = any(visit.item_id in items for visit, items in zip(visits, held_back, strict=True))
    return Crowd(pool, paths, thetas, came_back)


def one_sits(design: Design, conditions: Conditions, is_right: Sequence[bool] | Mask) -> tuple[list[Visit], Array]:
    """Let one person take the test; return what they met and their final estimates."""
    pool, state, visits = design.pool, begin(design, conditions), []
    while not isinstance(step := next_step(design, state), Finish):
        position = pool.position[step.item_id]
        visits.append(Visit(state.knowledge.theta_of(pool.competence_of[position]), step.item_id))
        state = answered(design, state, Administered(step.item_id, int(is_right[position])))
    return visits, np.array([state.knowledge.theta_of(at) for at in range(len(pool.competences))])


def usual_design(pool: Pool, control: ExposureControl | None = CONTROLLED, stopping: Stopping = Stopping()) -> Design:  # noqa: B008, a frozen value
    return Design(pool, hierarchy=SAME_AREA, exposure=control, stopping=stopping)


def bank_of(items: int) -> Pool:
    return realistic_bank(items, default_rng(5), competences=COMPETENCES).pool


@pytest.fixture(scope="module")
def small(prior_pool: Pool) -> Crowd:
    """Over a thousand people who took a test of a bank of 64 items."""
    return everybody_sits(usual_design(prior_pool), people=1100)


@pytest.fixture(scope="module")
def middling() -> Crowd:
    """The same with 110 items."""
    return everybody_sits(usual_design(bank_of(110)), people=1100)


def test_no_item_of_a_small_bank_is_met_by_many_more_than_the_maximum(small: Crowd) -> None:
    settled = small.since(300)

    # Three standard errors of a share of .25 among 800 people are .046.
    assert settled.maximum < 0.25 + 0.046
    assert small.since(900).maximum < 0.25 + 0.092


def test_no_item_of_a_middling_bank_is_met_by_many_more_than_the_maximum(middling: Crowd) -> None:
    settled = middling.since(300)

    assert settled.maximum < 0.25 + 0.046
    # Three standard errors among the 140 in the smallest of the three middle intervals.
    assert max(settled.maximum_of_those_who_ended_in(at) for at in (1, 2, 3)) < 0.25 + 0.11


def test_no_item_of_a_bank_that_is_just_large_enough_is_met_by_many_more_than_the_maximum(full_pool: Pool) -> None:
    crowd = everybody_sits(usual_design(full_pool), people=600)

    # Most people take 20 items, 5 of the 24 of each competence: a share of .21 cannot be avoided.
    assert crowd.since(200).maximum < 0.25 + 0.065


def test_without_control_most_people_meet_the_same_item() -> None:
    free = everybody_sits(usual_design(bank_of(110), control=None), people=200)

    assert free.maximum > 0.8


def test_most_draws_of_a_small_bank_still_leave_something_at_every_step(small: Crowd) -> None:
    assert small.since(700).came_back.mean() < 0.5


def test_a_bank_that_is_too_small_for_the_maximum_is_used_evenly() -> None:
    longest = Stopping(minimum_items=20, maximum_items=20)

    crowd = everybody_sits(usual_design(bank_of(40), stopping=longest), people=400).since(100)

    # Three standard errors of a half among 300 people are .087.
    assert lowest_maximum([1] * 10, 5) == 0.5
    assert crowd.maximum < 0.5 + 0.087


def test_controlling_by_the_end_keeps_items_from_being_known_to_people_of_one_ability(middling: Crowd) -> None:
    passing = ExposureControl(condition=Condition.PASSED)

    passed = everybody_sits(usual_design(bank_of(110), passing), people=800).since(300)

    by_passing, by_ending = (
        max(crowd.maximum_of_those_who_ended_in(at) for at in (1, 2, 3)) for crowd in (passed, middling.since(300))
    )
    assert by_ending < by_passing - 0.05


def test_a_sitting_where_items_came_back_is_replayed_from_what_was_stored(prior_pool: Pool) -> None:
    design = usual_design(prior_pool)
    ids = [item.id for item in prior_pool.items]
    rng = default_rng(4)
    drawn = Eligibility(EDGES, (frozenset(ids),) * 5, order=tuple(rng.permutation(ids).tolist()))
    conditions = Conditions(seed=6, eligibility=drawn)
    visits, _ = one_sits(design, conditions, [True] * len(ids))
    first = {code: next(item for item in drawn.order if item.startswith(code)) for code in COMPETENCES}

    again = Conditions.from_json(conditions.to_json())
    met = [Administered(visit.item_id, 1) for visit in visits]
    steps = [next_step(design, replay(design, again, met[:at])) for at in range(len(met))]

    assert [step.item_id for step in steps if not isinstance(step, Finish)] == [visit.item_id for visit in visits]
    assert {visit.item_id for visit in visits[:4]} == set(first.values())
