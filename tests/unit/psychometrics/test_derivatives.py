"""log P(score | theta), its slope and its bend: one table form for every curve."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessor.psychometrics.measuring.derivatives import Curves, logistic_halves
from assessor.psychometrics.measuring.response_models import Curve, ItemParameters, log_probability_table
from tests.unit.psychometrics.item_strategies import any_items, thetas

MIXED = [
    ItemParameters(1.2, 0.3, c=0.2, d=0.95),
    ItemParameters.stepwise(Curve.GRADED, 1.5, [-1.0, 0.0, 1.2]),
    ItemParameters(0.8, -1.0, se_b=0.5),
    ItemParameters.stepwise(Curve.PARTIAL_CREDIT, 0.9, [0.5, -0.5]),
]


@given(any_items, thetas)
def test_the_probabilities_of_all_scores_add_up_to_one(item: ItemParameters, theta: float) -> None:
    tables = Curves.of([item]).derivatives([theta])

    assert np.exp(tables.log_probability).sum() == pytest.approx(1)


@given(any_items, thetas)
def test_the_log_probabilities_are_those_of_the_response_models(item: ItemParameters, theta: float) -> None:
    tables = Curves.of([item]).derivatives([theta])

    assert tables.log_probability == pytest.approx(log_probability_table([item], [theta]))


@given(any_items, thetas)
def test_the_first_derivative_is_the_slope_of_log_p(item: ItemParameters, theta: float) -> None:
    step = 1e-5
    curves = Curves.of([item])
    below, above = (curves.derivatives([theta + sign * step]).log_probability for sign in (-1, 1))

    found = curves.derivatives([theta]).first

    assert found == pytest.approx((above - below) / (2 * step), abs=1e-7, rel=1e-6)


@given(any_items, thetas)
def test_the_second_derivative_is_the_slope_of_the_first(item: ItemParameters, theta: float) -> None:
    step = 1e-5
    curves = Curves.of([item])
    below, above = (curves.derivatives([theta + sign * step]).first for sign in (-1, 1))

    found = curves.derivatives([theta]).second

    assert found == pytest.approx((above - below) / (2 * step), abs=1e-7, rel=1e-6)


@given(any_items, thetas)
def test_surprise_and_certainty_cancel_on_average(item: ItemParameters, theta: float) -> None:
    tables = Curves.of([item]).derivatives([theta])
    p = np.exp(tables.log_probability)

    assert (p * tables.first).sum() == pytest.approx(0, abs=1e-12)
    assert (p * (tables.second + tables.first**2)).sum() == pytest.approx(0, abs=1e-12)


def test_scores_an_item_does_not_have_are_impossible_and_flat() -> None:
    tables = Curves.of(MIXED).derivatives([0.0, 1.0])

    assert tables.log_probability.shape == (4, 4, 2)
    assert np.all(np.isneginf(tables.log_probability[0, 2:]))
    assert np.all(tables.first[0, 2:] == 0)
    assert np.all(tables.second[0, 2:] == 0)


@given(st.permutations(range(4)), st.integers(1, 4))
def test_taking_items_is_as_good_as_beginning_with_them(order: list[int], count: int) -> None:
    theta = np.linspace(-3, 3, 7)

    taken = Curves.of(MIXED).take(order[:count]).derivatives(theta)
    fresh = Curves.of([MIXED[at] for at in order[:count]]).derivatives(theta)

    assert np.array_equal(taken.log_probability, fresh.log_probability)
    assert np.array_equal(taken.first, fresh.first)
    assert np.array_equal(taken.second, fresh.second)


def test_each_item_may_be_looked_at_where_it_matters() -> None:
    curves = Curves.of(MIXED)
    own = np.array([[0.0, 1.0], [-1.0, 0.5], [2.0, 2.0], [0.1, -0.1]])

    found = curves.derivatives(own)

    for at in range(4):
        alone = curves.derivatives(own[at])
        assert np.array_equal(found.log_probability[at], alone.log_probability[at])
        assert np.array_equal(found.second[at], alone.second[at])


def test_an_uncertain_difficulty_flattens_the_slope_only_where_asked() -> None:
    item = ItemParameters(1.5, 0.0, se_b=0.5)

    flattened, steep = (Curves.of([item], uncertain=choice).derivatives([0.0]).first for choice in (True, False))

    assert steep[0, 1, 0] == pytest.approx(0.75)
    assert flattened[0, 1, 0] == pytest.approx(item.effective_a / 2)


@pytest.mark.parametrize("item", MIXED)
def test_nothing_is_lost_a_long_way_off(item: ItemParameters) -> None:
    tables = Curves.of([item]).derivatives([-900.0, 900.0])
    existing = slice(item.highest_score + 1)

    assert np.isfinite(tables.log_probability[:, existing]).all()
    assert np.isfinite(tables.first).all()
    assert np.isfinite(tables.second).all()
    assert tables.information == pytest.approx(np.zeros((1, 2)))


@given(st.floats(-700, 700))
def test_both_halves_of_a_logistic_curve_keep_their_digits(logit: float) -> None:
    up, down = logistic_halves(np.array([logit]))

    assert up + down == pytest.approx(1)
    assert np.log(up / down) == pytest.approx(logit)
