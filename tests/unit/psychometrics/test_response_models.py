"""Probability of a right answer, and what an uncertain difficulty does to it."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessor.psychometrics.measuring.information import item_information
from assessor.psychometrics.measuring.response_models import (
    FURTHEST,
    SLOPES,
    SMALLEST_GAP,
    Curve,
    ItemParameters,
    ParametersOutOfRange,
    effective_slope,
    log_probabilities,
    log_probability_table,
    probability,
)

thetas = st.floats(-8, 8)
slopes = st.floats(0.2, 4)
difficulties = st.floats(-5, 5)
guessing = st.floats(0, 0.5)


def test_half_are_right_where_ability_equals_difficulty() -> None:
    assert probability(0.7, 1.3, 0.7) == pytest.approx(0.5)


def test_information_is_a_squared_over_four_where_ability_equals_difficulty() -> None:
    assert item_information(-1.0, 1.6, -1.0) == pytest.approx(1.6**2 / 4)


@given(thetas, slopes, difficulties, guessing)
def test_right_and_wrong_add_up_to_one(theta: float, a: float, b: float, c: float) -> None:
    wrong, right = log_probabilities(theta, a, b, c)

    assert math.exp(wrong) + math.exp(right) == pytest.approx(1)
    assert math.exp(right) == pytest.approx(float(probability(theta, a, b, c)))


@given(thetas, slopes, difficulties, guessing)
def test_information_is_the_expected_square_of_the_score_function(theta: float, a: float, b: float, c: float) -> None:
    step = 1e-5
    p = float(probability(theta, a, b, c))
    slope = float(probability(theta + step, a, b, c) - probability(theta - step, a, b, c)) / (2 * step)

    assert item_information(theta, a, b, c) == pytest.approx(slope**2 / (p * (1 - p)), rel=1e-3, abs=1e-6)


def test_the_most_surprising_answers_keep_a_finite_likelihood() -> None:
    wrong, right = log_probabilities(np.array([-400.0, 400.0]), 3.0, 0.0)

    assert np.isfinite(wrong).all()
    assert np.isfinite(right).all()


def test_a_known_difficulty_leaves_the_slope_as_it_is() -> None:
    assert effective_slope(1.2, 0.0) == pytest.approx(1.2)


def test_an_uncertain_difficulty_flattens_the_curve_as_averaging_over_it_does() -> None:
    b = np.random.default_rng(5).normal(-0.5, 0.5, 200_000)
    theta = np.linspace(-3, 2, 11)

    averaged = np.array([probability(t, 1.2, b).mean() for t in theta])
    flattened = probability(theta, effective_slope(1.2, 0.5), -0.5)

    assert np.abs(averaged - flattened).max() < 0.005


@pytest.mark.parametrize(
    "parameters",
    [
        {"a": 0, "b": 0},
        {"a": -1, "b": 0},
        {"a": 1, "b": math.nan},
        {"a": 1, "b": 0, "se_b": -0.1},
        {"a": 1, "b": 0, "c": 1},
        {"a": 1e308, "b": 0},
        {"a": 5e-324, "b": 0},
        {"a": 1, "b": -1e5},
    ],
)
def test_parameters_no_model_can_use_are_refused(parameters: dict[str, Any]) -> None:
    with pytest.raises(ParametersOutOfRange):
        ItemParameters(**parameters)


def test_thresholds_beyond_every_scale_or_too_near_to_one_another_are_refused() -> None:
    with pytest.raises(ParametersOutOfRange, match="scale of theta"):
        ItemParameters.stepwise(Curve.PARTIAL_CREDIT, 1.0, (-1e5, 1e5))
    with pytest.raises(ParametersOutOfRange, match="rise by 1e-07 or more"):
        ItemParameters.stepwise(Curve.GRADED, 1.0, (0.0, SMALLEST_GAP / 2))


@given(st.floats(-20, 20), st.sampled_from([-FURTHEST + 1, 0.0, 3.7, FURTHEST - 1]), st.sampled_from(SLOPES))
def test_two_thresholds_as_near_as_allowed_leave_the_score_between_a_likelihood(
    theta: float, place: float, slope: float
) -> None:
    item = ItemParameters.stepwise(Curve.GRADED, slope, (place, place + 2 * SMALLEST_GAP))

    log_p = log_probability_table([item], [theta])[0, :, 0]

    assert np.isfinite(log_p).all()
    assert np.exp(log_p).sum() == pytest.approx(1)


def test_a_score_between_near_thresholds_keeps_its_digits_far_from_them() -> None:
    # Taken from the two logits, of 4,500 each, the distance of the thresholds would have five digits left.
    item = ItemParameters.stepwise(Curve.GRADED, 1.5, (0.3, 0.3 + SMALLEST_GAP))
    theta = np.array([-3000.0, 0.0, 3000.0])

    log_p = log_probability_table([item], theta)[0, 1]

    logit = 1.5 * (theta - 0.3)
    expected = np.log(1.5 * SMALLEST_GAP) - np.logaddexp(0, logit) - np.logaddexp(0, -logit)
    assert log_p == pytest.approx(expected, rel=0, abs=2e-7)


@given(st.sampled_from([0.0, 0.5, 50.0, 1e300]))
def test_however_little_is_known_of_a_difficulty_the_slope_stays_a_number(se_b: float) -> None:
    assert 0 < effective_slope(SLOPES[1], se_b) <= SLOPES[1]


def test_parameters_survive_storage() -> None:
    parameters = ItemParameters(1.2, -0.75, 0.3, 0.35, 0.2)

    assert ItemParameters.from_json(parameters.to_json()) == parameters
