"""The life of a bank: from the word of experts to the answers of people."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace

import numpy as np
import pytest

from assessor.psychometrics.adaptive import Design, Pool
from assessor.psychometrics.adaptive.exposure import ExposureControl
from assessor.psychometrics.measuring.hierarchy import Hierarchy
from assessor.psychometrics.measuring.response_models import Curve, ItemParameters
from assessor.psychometrics.simulation.banks import VirtualBank, competence_codes, expert_bank
from assessor.psychometrics.simulation.life import MilestonesNotUsable, live
from assessor.psychometrics.simulation.life_report import NothingToLearn, report_on_life, walks_of_a_life
from assessor.psychometrics.simulation.populations import Normal, WithGuessers
from assessor.psychometrics.simulation.truth import Truth

CODES = competence_codes((1, 1))


@pytest.fixture(scope="module")
def bank() -> VirtualBank:
    return expert_bank(32, np.random.default_rng(2), competences=CODES)


def test_a_bank_begins_as_experts_placed_it_and_learns_from_everybody_who_came(bank: VirtualBank) -> None:
    first, second, third = live(bank, Design(bank.pool), [0, 60, 240], 10, seed=3)

    assert first.pool is bank.pool
    assert [stage.learners for stage in (first, second, third)] == [0, 60, 240]
    assert first.rmse_b > second.rmse_b > third.rmse_b
    assert [walk.true_theta for walk in first.walks] == [walk.true_theta for walk in third.walks]


def test_a_life_has_hierarchy_exposure_control_and_guessing(bank: VirtualBank) -> None:
    guessed = Pool(replace(item, parameters=replace(item.parameters, c=0.25)) for item in bank.pool.items)
    truth = replace(bank.truth, c=np.full(32, 0.25))
    design = Design(guessed, hierarchy=Hierarchy(), exposure=ExposureControl())
    crowd = WithGuessers(Normal(mean=-0.5), share=0.1)

    *_, last = live(VirtualBank(guessed, truth), design, [0, 60], 10, seed=3, population=crowd)

    assert all(item.parameters.c == 0.25 for item in last.pool.items)
    assert last.pool.difficulty.tolist() != guessed.difficulty.tolist()


@pytest.mark.parametrize("milestones", [[10, 5], [5, 5], [-1, 5], []])
def test_milestones_that_do_not_ascend_are_refused(milestones: list[int], bank: VirtualBank) -> None:
    with pytest.raises(MilestonesNotUsable, match="ascending"):
        live(bank, Design(bank.pool), milestones, 5, seed=1)


def test_a_report_means_over_the_draws_and_ends_with_what_could_be_reached(bank: VirtualBank) -> None:
    life = report_on_life(Design(bank.pool), [0, 80], 40, seed=3, draws=2)

    placed, learned = life.stages
    assert placed.exact_range[0] <= placed.exact <= placed.exact_range[1]
    assert placed.rmse_b > learned.rmse_b > life.known_exactly.rmse_b == 0
    assert placed.overconfidence == pytest.approx(placed.stated - placed.real)
    assert placed.competences_real is None
    assert json.loads(json.dumps(asdict(life), allow_nan=False))["known_exactly"]["learners"] is None


def test_a_report_tells_competences_apart_where_the_design_does(bank: VirtualBank) -> None:
    life = report_on_life(Design(bank.pool, hierarchy=Hierarchy()), [0], 20, seed=3, draws=1)

    assert life.stages[0].competences_real is not None


def test_a_life_does_not_depend_on_how_the_work_is_split(bank: VirtualBank) -> None:
    design = Design(bank.pool)
    alone = report_on_life(design, [0, 60], 60, seed=3, draws=1)

    with ThreadPoolExecutor(2) as workers:
        shared = report_on_life(design, [0, 60], 60, seed=3, map=workers.map, draws=1)

    assert shared == alone


def test_the_number_of_tests_is_known_before_the_first(bank: VirtualBank) -> None:
    taken = 0

    def counting(function, work):  # type: ignore[no-untyped-def]  # stands in for `map`
        nonlocal taken
        for walks in map(function, work):
            taken += len(walks)
            yield walks

    report_on_life(Design(bank.pool), [5, 20], 10, seed=3, map=counting, draws=2)

    assert taken == walks_of_a_life([5, 20], 10, draws=2) == 2 * (20 + 10 * 3)


def test_a_bank_that_is_known_has_nothing_to_learn(bank: VirtualBank) -> None:
    with pytest.raises(NothingToLearn, match="se_b"):
        report_on_life(Design(bank.known_exactly), [0, 10], 10, seed=3)


def test_the_truth_can_be_stated_as_parameters() -> None:
    items = [
        ItemParameters(1.1, 0.5, c=0.2, d=0.95),
        ItemParameters.stepwise(Curve.GRADED, 0.9, [-1.0, 0.0, 2.0]),
        ItemParameters.stepwise(Curve.PARTIAL_CREDIT, 1.0, [0.5, -0.5]),
    ]

    assert Truth.of(items).parameters() == items
