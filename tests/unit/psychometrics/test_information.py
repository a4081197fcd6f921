"""Information and characteristic curves, of items and of whole tests."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessor.psychometrics.measuring.information import (
    information_table,
    item_characteristic,
    item_information,
    most_informative_theta,
    whole_test_characteristic,
    whole_test_information,
)
from assessor.psychometrics.measuring.response_models import Curve, ItemParameters, log_probability_table, probability
from tests.unit.psychometrics.item_strategies import any_items, difficulties, logistic_items, slopes, thetas


@given(any_items, thetas)
def test_information_is_never_negative(item: ItemParameters, theta: float) -> None:
    assert information_table([item], [theta])[0, 0] >= 0


@given(any_items, thetas)
def test_information_is_minus_the_expected_bend_of_the_log_likelihood(item: ItemParameters, theta: float) -> None:
    step = 1e-3
    below, here, above = log_probability_table([item], [theta - step, theta, theta + step])[0].T
    possible = np.isfinite(here)
    bend = (below[possible] - 2 * here[possible] + above[possible]) / step**2

    expected = -(np.exp(here[possible]) * bend).sum()

    assert information_table([item], [theta])[0, 0] == pytest.approx(expected, rel=1e-4, abs=1e-5)


@given(logistic_items(), thetas)
def test_the_closed_form_agrees_with_the_table(item: ItemParameters, theta: float) -> None:
    closed = item_information(theta, item.effective_a, item.b, item.c, item.d)

    assert closed == pytest.approx(information_table([item], [theta])[0, 0], rel=1e-9, abs=1e-300)


@given(logistic_items(), st.floats(-4, 4))
def test_the_closed_form_is_that_of_the_books(item: ItemParameters, theta: float) -> None:
    a, b, c, d = item.a, item.b, item.c, item.d
    p = float(probability(theta, a, b, c, d))

    expected = a**2 * (p - c) ** 2 * (d - p) ** 2 / ((d - c) ** 2 * p * (1 - p))

    assert item_information(theta, a, b, c, d) == pytest.approx(expected, rel=1e-6, abs=1e-9)


@given(slopes, difficulties, thetas)
def test_one_step_of_either_kind_is_a_logistic_item(a: float, b: float, theta: float) -> None:
    logistic = ItemParameters(a, b)
    partial_credit = ItemParameters.stepwise(Curve.PARTIAL_CREDIT, a, [b])
    graded = ItemParameters.stepwise(Curve.GRADED, a, [b])

    informations = information_table([logistic, partial_credit, graded], [theta])[:, 0]

    assert informations == pytest.approx(np.full(3, informations[0]), rel=1e-9)


@given(logistic_items(), thetas)
def test_no_theta_tells_more_than_the_most_informative_one(item: ItemParameters, theta: float) -> None:
    best = most_informative_theta(item.a, item.b, item.c, item.d)

    most = item_information(best, item.a, item.b, item.c, item.d)

    assert item_information(theta, item.a, item.b, item.c, item.d) <= most * (1 + 1e-12)


def test_an_item_that_can_be_guessed_tells_most_above_its_difficulty() -> None:
    # Birnbaum 1968: b + log((1 + sqrt(1 + 8 c)) / 2) / a
    expected = 0.3 + np.log((1 + np.sqrt(1 + 8 * 0.2)) / 2) / 1.2

    assert most_informative_theta(1.2, 0.3, 0.2) == pytest.approx(expected)
    assert most_informative_theta(1.2, 0.3) == pytest.approx(0.3)


@pytest.mark.parametrize("c", [0.0, 0.25])
@pytest.mark.parametrize("d", [1.0, 0.9])
def test_a_long_way_off_nothing_is_told_and_nothing_overflows(c: float, d: float) -> None:
    assert item_information(np.array([-1e6, -300.0, 300.0, 1e6]), 4.0, 0.0, c, d) == pytest.approx(np.zeros(4))


def test_far_tails_keep_their_digits() -> None:
    assert item_information(-50.0, 1.0, 0.0) == pytest.approx(np.exp(-50), rel=1e-9)
    assert item_information(50.0, 1.0, 0.0) == pytest.approx(np.exp(-50), rel=1e-9)


def test_the_metric_is_logistic_without_a_factor() -> None:
    assert probability(1.0, 1.0, 0.0) == pytest.approx(1 / (1 + np.exp(-1)))
    assert item_information(0.0, 1.0, 0.0) == pytest.approx(0.25)


def test_guessing_costs_information_everywhere() -> None:
    theta = np.linspace(-4, 4, 17)

    assert np.all(item_information(theta, 1.2, 0.0, 0.2) < item_information(theta, 1.2, 0.0))


def test_an_uncertain_difficulty_tells_less_where_the_item_tells_most() -> None:
    known, uncertain = ItemParameters(1.2, 0.0), ItemParameters(1.2, 0.0, se_b=0.5)

    assert information_table([uncertain], [0.0]) < information_table([known], [0.0])
    assert information_table([uncertain], [0.0], uncertain=False) == information_table([known], [0.0])


@given(st.lists(any_items, min_size=1, max_size=5))
def test_a_test_is_the_sum_of_its_items(items: list[ItemParameters]) -> None:
    theta = np.linspace(-3, 3, 7)

    assert whole_test_information(items, theta) == pytest.approx(information_table(items, theta).sum(axis=0))
    assert whole_test_characteristic(items, theta) == pytest.approx(item_characteristic(items, theta).sum(axis=0))


@given(any_items)
def test_the_expected_score_rises_from_lowest_to_highest(item: ItemParameters) -> None:
    curve = item_characteristic([item], np.linspace(-40, 40, 161))[0]

    assert np.all(np.diff(curve) >= -1e-12)
    assert curve[0] == pytest.approx(item.c, abs=1e-3)
    assert curve[-1] == pytest.approx(item.d if item.d < 1 else item.highest_score, abs=1e-3)


@given(any_items, thetas)
def test_the_expected_score_of_a_logistic_item_is_its_probability(item: ItemParameters, theta: float) -> None:
    if item.curve is Curve.LOGISTIC:
        p = probability(theta, item.effective_a, item.b, item.c, item.d)
        assert item_characteristic([item], [theta])[0, 0] == pytest.approx(p)


def test_forty_ideal_items_reach_the_floor_of_the_standard_error() -> None:
    # n = (1 / s² - 1) 4 / a²: 40.4 items with a = 1 for s = .30 and the prior N(0, 1)
    ideal = [ItemParameters(1.0, 0.0)] * 40

    standard_error = (whole_test_information(ideal, [0.0])[0] + 1) ** -0.5

    assert standard_error == pytest.approx(0.30, abs=0.002)
