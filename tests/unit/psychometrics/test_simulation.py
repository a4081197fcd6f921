"""Virtual learners: do they meet an honest test?"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from assessor.psychometrics.adaptive import Design, Pool
from assessor.psychometrics.bands import Band
from assessor.psychometrics.simulation import (
    ParametersNotReadable,
    SimulationReport,
    pool_from_rows,
    simulate,
    walk_all,
)
from assessor.psychometrics.stopping import Reason


@pytest.fixture(scope="module")
def report(prior_pool: Pool) -> SimulationReport:
    return simulate(Design(prior_pool), learners=800, seed=11)


def test_stated_errors_are_the_real_ones(report: SimulationReport) -> None:
    assert report.mean_se == pytest.approx(report.rmse, abs=0.03)
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


ROW = {
    "item": "phone",
    "model": "2pl",
    "a": "1.2",
    "b": "-0.75",
    "competence": "4.1",
    "band": "highly-advanced",
}


def test_a_pool_is_read_from_rows_of_parameters() -> None:
    full = ROW | {
        "item": "bank",
        "se_a": ".3",
        "se_b": ".5",
        "band": "1",
        "family": "f",
        "enemies": "phone x",
    }

    bank, phone = pool_from_rows([ROW, full]).items

    assert (phone.parameters.se_b, phone.band, phone.family) == (0.0, Band.HIGHLY_ADVANCED, None)
    assert (bank.parameters.se_b, bank.band, bank.family) == (0.5, Band.BASIC, "f")
    assert bank.enemies == {"phone", "x"}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"a": "steep"}, "steep"),
        ({"a": "-1"}, "slope"),
        ({"b": ""}, "column b"),
        ({"band": "expert"}, "band expert"),
        ({"model": "grm"}, "model grm"),
    ],
)
def test_a_row_that_makes_no_item_is_refused_with_its_number(change: dict[str, object], told: str) -> None:
    with pytest.raises(ParametersNotReadable, match=rf"Row 2 .*{told}"):
        pool_from_rows([ROW, ROW | {"item": "second"} | change])


def test_every_walk_ends_for_a_named_reason(prior_pool: Pool) -> None:
    assert {walk.reason for walk in walk_all(Design(prior_pool), 60, seed=2)} <= set(Reason)


def test_rows_without_competence_and_band_are_of_one_competence_and_of_the_band_of_their_difficulty() -> None:
    pool = pool_from_rows([{"item": "easy", "a": 1, "b": -1.5}, {"item": "hard", "a": 1, "b": 0.5}])

    assert pool.competences == ("all",)
    assert [item.band for item in pool.items] == [Band.BASIC, Band.ADVANCED]
