"""The posterior and what is read from it."""

import itertools
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from assessor.psychometrics.adaptive.pool import Administered, Pool
from assessor.psychometrics.measuring.ability import Estimator, Grid, GridEstimate
from assessor.psychometrics.measuring.response_models import Array
from assessor.psychometrics.rules import RuleNotUnderstood

ESTIMATOR = Estimator()
PRIOR = ESTIMATOR.estimate(np.zeros(ESTIMATOR.points))

answers = st.dictionaries(st.integers(0, 63), st.booleans(), min_size=1, max_size=20)


def log_likelihood(pool: Pool, grid: Grid, administered: Sequence[Administered]) -> Array:
    rows = [pool.table(grid).row(pool.position_of(answer))[answer.score] for answer in administered]
    return np.asarray(np.sum(rows, axis=0), dtype=np.float64)


def estimate_of(pool: Pool, given_answers: dict[int, bool]) -> GridEstimate:
    administered = [Administered(pool.items[at].id, int(right)) for at, right in given_answers.items()]
    return ESTIMATOR.estimate(log_likelihood(pool, ESTIMATOR.grid, administered))


def test_before_any_answer_the_estimate_is_the_population() -> None:
    assert PRIOR.theta == pytest.approx(0, abs=1e-12)
    assert PRIOR.standard_error == pytest.approx(1, abs=1e-6)
    assert PRIOR.central_range() == pytest.approx((-1.645, 1.645), abs=1e-3)


@pytest.mark.parametrize("cut", [-2, -1.5, -0.37, 0, 1, 2.04])
def test_the_chance_of_reaching_a_cut_is_the_tail_of_the_posterior(cut: float) -> None:
    assert PRIOR.probability_at_least(cut) == pytest.approx(norm.sf(cut), abs=1e-3)


def test_a_cut_outside_the_grid_is_surely_reached_or_surely_not() -> None:
    assert PRIOR.probability_at_least(-9) == 1
    assert PRIOR.probability_at_least(9) == 0


def test_the_90_percent_range_leaves_5_percent_on_either_side(prior_pool: Pool) -> None:
    estimate = estimate_of(prior_pool, {1: True, 20: False, 33: True})

    low, high = estimate.central_range(0.90)

    assert estimate.probability_at_least(low) == pytest.approx(0.95)
    assert estimate.probability_at_least(high) == pytest.approx(0.05)


@given(answers=answers)
def test_the_order_of_the_answers_does_not_matter(prior_pool: Pool, answers: dict[int, bool]) -> None:
    backwards = dict(reversed(answers.items()))

    assert estimate_of(prior_pool, answers).theta == pytest.approx(estimate_of(prior_pool, backwards).theta)


@given(answers=answers, data=st.data())
def test_one_more_right_answer_never_lowers_theta_nor_any_chance(
    prior_pool: Pool, answers: dict[int, bool], data: st.DataObject
) -> None:
    turned = data.draw(st.sampled_from(sorted(answers)))

    wrong = estimate_of(prior_pool, answers | {turned: False})
    right = estimate_of(prior_pool, answers | {turned: True})

    assert right.theta > wrong.theta
    for cut in (-2, -1, 0, 1):
        assert right.probability_at_least(cut) >= wrong.probability_at_least(cut) - 1e-12


def test_all_right_and_all_wrong_have_an_estimate_like_any_other(prior_pool: Pool) -> None:
    best = estimate_of(prior_pool, dict.fromkeys(range(64), True))
    worst = estimate_of(prior_pool, dict.fromkeys(range(64), False))

    assert 0 < best.theta < 6
    assert -6 < worst.theta < -2
    assert best.standard_error > 0.2
    assert worst.standard_error > 0.2


def test_no_number_of_surprising_answers_underflows() -> None:
    hopeless = np.linspace(-5000, -9000, ESTIMATOR.points)

    estimate = ESTIMATOR.estimate(hopeless)

    assert estimate.posterior.sum() == pytest.approx(1)
    assert np.isfinite(estimate.theta)


def test_only_a_right_answer_speaks_for_ability(prior_pool: Pool) -> None:
    assert not PRIOR.rests_on_success
    assert not estimate_of(prior_pool, dict.fromkeys(range(20), False)).rests_on_success
    assert estimate_of(prior_pool, dict.fromkeys(range(20), False) | {0: True}).rests_on_success


def test_a_finer_and_wider_grid_changes_nothing_that_is_reported(prior_pool: Pool) -> None:
    fine = Estimator(lowest=-8, highest=8, points=1601)
    for pattern in itertools.product((0, 1), repeat=6):
        administered = [Administered(prior_pool.items[at * 10].id, score) for at, score in enumerate(pattern)]
        coarse_estimate = ESTIMATOR.estimate(log_likelihood(prior_pool, ESTIMATOR.grid, administered))
        fine_estimate = fine.estimate(log_likelihood(prior_pool, fine.grid, administered))

        assert coarse_estimate.theta == pytest.approx(fine_estimate.theta, abs=1e-5)
        chance = fine_estimate.probability_at_least(-1)
        assert coarse_estimate.probability_at_least(-1) == pytest.approx(chance, abs=2e-3)


@pytest.mark.parametrize(
    "rule",
    [
        {"points": 5},
        {"points": 121.5},
        {"lowest": 3, "highest": -3},
        {"prior_sd": 0},
        {"prior_sd": "1"},
        {"sd": 1},
    ],
)
def test_an_estimator_that_cannot_work_is_refused(rule: dict[str, object]) -> None:
    with pytest.raises(RuleNotUnderstood, match="Estimator"):
        Estimator.from_json(rule)
