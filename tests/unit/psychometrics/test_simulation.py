"""Virtual learners: do they meet an honest test?"""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace

import numpy as np
import pytest

from assessor.psychometrics.adaptive import Design, Pool, PoolItem
from assessor.psychometrics.adaptive.exposure import ExposureControl
from assessor.psychometrics.adaptive.selection import Selection
from assessor.psychometrics.adaptive.stopping import Reason
from assessor.psychometrics.measuring.hierarchy import Hierarchy
from assessor.psychometrics.measuring.response_models import Curve, ItemParameters
from assessor.psychometrics.simulation import (
    NobodyToJudge,
    SimulationReport,
    simulate,
    walk_all,
)
from assessor.psychometrics.simulation.banks import realistic_bank
from assessor.psychometrics.simulation.measures import pool_information
from assessor.psychometrics.simulation.populations import Normal, WithGuessers
from assessor.psychometrics.standards.bands import Band


@pytest.fixture(scope="module")
def report(prior_pool: Pool) -> SimulationReport:
    return simulate(Design(prior_pool), learners=2000, seed=11)


def test_stated_errors_are_the_real_ones_where_items_are_as_experts_thought(report: SimulationReport) -> None:
    assert report.mean_se == pytest.approx(report.rmse, rel=0.07)
    assert abs(report.bias) < 0.06


def test_stated_errors_stay_honest_when_the_items_are_not_what_experts_thought(prior_pool: Pool) -> None:
    report = simulate(Design(prior_pool), learners=800, seed=12, draw_items=True)

    assert report.mean_se == pytest.approx(report.rmse, abs=0.05)


def test_lengths_reasons_and_exposure_are_those_of_the_design(report: SimulationReport) -> None:
    assert 8 <= report.mean_length <= 20
    assert sum(report.by_reason.values()) == pytest.approx(1)
    assert report.by_reason["decided"] == report.decided > 0.5
    assert sum(report.exposure.values()) == pytest.approx(report.mean_length)
    assert report.exposure_max == max(report.exposure.values()) < 1


def test_most_get_their_band_and_hardly_anybody_a_higher_one(report: SimulationReport) -> None:
    assert report.exact > 0.80
    assert report.far is not None
    assert report.far > report.exact
    assert report.too_high < 0.05


def test_nobody_far_below_basic_is_certified(prior_pool: Pool) -> None:
    walks = walk_all(Design(prior_pool), 0, seed=4, thetas=[-3.5] * 200)

    assert sum(walk.awarded is not None for walk in walks) <= 2


def test_a_seed_gives_one_report_however_the_work_is_split(prior_pool: Pool) -> None:
    design = Design(prior_pool)
    alone = simulate(design, 120, seed=5)

    with ThreadPoolExecutor(2) as workers:
        shared = simulate(design, 120, seed=5, map=workers.map)

    assert replace(shared, seconds=0) == replace(alone, seconds=0)
    assert simulate(design, 120, seed=6).exposure != alone.exposure


def test_given_learners_join_those_drawn_from_the_population(prior_pool: Pool) -> None:
    walks = walk_all(Design(prior_pool), 3, seed=5, thetas=[1.5, -1.5])

    assert len(walks) == 5
    assert [walk.true_theta for walk in walks[3:]] == [1.5, -1.5]


def test_a_report_says_when_nobody_was_far_from_a_cut(prior_pool: Pool) -> None:
    assert simulate(Design(prior_pool), 0, seed=1, thetas=[-1.0]).far is None


def test_the_stopwatch_is_an_argument(prior_pool: Pool) -> None:
    ticks = iter([10.0, 12.5])

    assert simulate(Design(prior_pool), 1, seed=1, clock=lambda: next(ticks)).seconds == 2.5


def test_a_simulation_of_nobody_is_refused(prior_pool: Pool) -> None:
    with pytest.raises(ValueError, match="at least one learner"):
        simulate(Design(prior_pool), 0, seed=1)


def test_every_walk_ends_for_a_named_reason(prior_pool: Pool) -> None:
    assert {walk.reason for walk in walk_all(Design(prior_pool), 60, seed=2)} <= set(Reason)


def test_a_report_is_a_json_document(report: SimulationReport) -> None:
    document = json.loads(json.dumps(asdict(report), allow_nan=False))

    assert document["honesty"]["calibration"][0]["statements"] > 0
    assert document["by_theta"][0]["lowest"] is None


def test_learners_of_all_parts_of_the_report_are_the_same_people(report: SimulationReport) -> None:
    assert sum(report.lengths.values()) == report.learners
    assert sum(row.learners for row in report.by_band) == report.learners
    assert sum(row.learners for row in report.by_theta) == report.learners
    assert sum(one.statements for one in report.honesty.calibration) == 5 * report.learners
    assert {row.band: row.mean_length for row in report.by_band} == report.length_by_band


def test_what_is_stated_about_levels_is_so(report: SimulationReport) -> None:
    assert abs(report.honesty.overconfidence) < 0.03
    assert report.honesty.award_real == pytest.approx(report.honesty.award_stated, abs=0.03)
    for one in report.honesty.calibration:
        if one.statements > 200:
            assert one.real == pytest.approx(one.stated, abs=0.08)


def test_every_true_band_ends_exactly_too_low_or_too_high(report: SimulationReport) -> None:
    assert [row.band for row in report.by_band] == ["below_basic", "basic", "intermediate"]
    for row in report.by_band:
        assert row.exact + row.too_low + row.too_high == pytest.approx(1)
    assert report.by_band[0].too_low == 0
    assert report.by_band[-1].too_high == 0


def test_those_given_a_band_are_counted_by_whether_they_have_it(report: SimulationReport) -> None:
    awarded = sum(award.awarded for award in report.awards.values())
    true = sum(award.awarded * (award.true_share or 0) for award in report.awards.values())

    assert list(report.awards) == ["basic", "intermediate"]
    assert report.awarded_true == pytest.approx(true / awarded)
    assert report.awarded_true == report.honesty.award_real
    assert 1 - true / awarded == pytest.approx(report.too_high * report.learners / awarded)
    assert (report.promised, report.awards_nothing_because) == (0.9, None)


def test_people_who_only_guess_are_counted_apart(prior_pool: Pool) -> None:
    crowd = WithGuessers(Normal(mean=1.0, sd=0.2), share=0.3, chance=0.25)

    report = simulate(Design(prior_pool), 300, seed=3, population=crowd)

    assert report.guessers == pytest.approx(0.3, abs=0.08)
    assert report.guessers_awarded is not None
    assert sum(row.learners for row in report.by_band) == round(300 * (1 - report.guessers))
    assert report.by_band[0].band == "intermediate"


def test_a_report_on_guessers_alone_is_refused(prior_pool: Pool) -> None:
    with pytest.raises(NobodyToJudge, match="at least one learner"):
        simulate(Design(prior_pool), 3, seed=3, population=WithGuessers(Normal(), share=1))


def test_a_single_learner_has_no_overlap_with_anybody(prior_pool: Pool) -> None:
    assert simulate(Design(prior_pool), 1, seed=3).usage.overlap is None


def test_learners_with_equal_answers_share_their_whole_test(full_pool: Pool) -> None:
    design = Design(full_pool, selection=Selection(best_of=1))

    report = simulate(design, 0, seed=3, thetas=[9.0] * 6)

    assert report.usage.overlap == pytest.approx(1)
    assert report.usage.unused == len(full_pool) - report.mean_length
    assert report.usage.overexposed == report.mean_length


def test_a_design_with_a_hierarchy_is_judged_competence_by_competence(prior_pool: Pool) -> None:
    hierarchy = Hierarchy({code: code[0] for code in prior_pool.competences})

    report = simulate(Design(prior_pool, hierarchy=hierarchy), 250, seed=3)

    assert [row.competence for row in report.by_competence] == list(prior_pool.competences)
    assert sum(row.mean_length for row in report.by_competence) == pytest.approx(report.mean_length)
    assert report.competences is not None
    assert abs(report.competences.overconfidence) < 0.06
    assert sum(one.statements for one in report.competences.calibration) == 5 * 4 * 250


def test_one_ability_behind_all_competences_is_judged_once(report: SimulationReport) -> None:
    assert report.competences is None
    assert report.by_competence == ()


def test_exposure_control_keeps_items_from_being_known() -> None:
    pool = realistic_bank(300, np.random.default_rng(5)).pool
    free = simulate(Design(pool), 300, seed=3)

    kept = simulate(Design(pool, exposure=ExposureControl(maximum=0.25, forgetting=1)), 300, seed=3)

    assert free.exposure_max > 0.8
    assert kept.exposure_max < 0.32
    assert kept.usage.unused < free.usage.unused


def test_with_exposure_control_the_report_does_not_depend_on_how_the_work_is_split(full_pool: Pool) -> None:
    design = Design(full_pool, exposure=ExposureControl())
    alone = simulate(design, 60, seed=5)

    with ThreadPoolExecutor(2) as workers:
        shared = simulate(design, 60, seed=5, map=workers.map)

    assert replace(shared, seconds=0) == replace(alone, seconds=0)


def test_items_with_more_scores_than_two_are_simulated_too() -> None:
    steps = [ItemParameters.stepwise(Curve.GRADED, 1.3, [b - 0.7, b, b + 0.7]) for b in np.linspace(-2.5, 2.5, 30)]
    pool = Pool(PoolItem(f"i{at:02}", item, "4.1", Band(at % 4 + 1)) for at, item in enumerate(steps))

    report = simulate(Design(pool), 400, seed=3)

    assert report.honesty.se_ratio == pytest.approx(1, abs=0.1)
    assert report.rmse < 0.45


def test_the_information_of_the_pool_is_the_sum_over_its_items(full_pool: Pool) -> None:
    points = {one.theta: one.information for one in pool_information(full_pool)}

    everyone = full_pool.of_competence(None)

    assert points[0.5] == pytest.approx(full_pool.information(0.5, everyone).sum())
    assert (min(points), max(points)) == (-4, 4)
