"""Claims about levels against what really happens."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessor.psychometrics.standards.classification import (
    NotClassified,
    accuracy,
    agreement,
    consistency,
    level_probabilities,
    stated_and_real,
)

CUTS = (-1.0, 0.0, 1.0)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.floats(-4, 4), st.floats(0.05, 1.5)), min_size=1, max_size=20))
def test_probabilities_of_levels_add_up_to_one(people: list[tuple[float, float]]) -> None:
    theta, errors = zip(*people, strict=True)

    table = level_probabilities(theta, errors, CUTS)

    assert table.shape == (len(people), 4)
    assert np.all(table >= 0)
    np.testing.assert_allclose(table.sum(axis=1), 1)


def test_somebody_at_a_cut_is_above_it_with_one_half() -> None:
    table = level_probabilities([0.0], [0.3], CUTS)

    assert table[0, 2:].sum() == pytest.approx(0.5)


def test_stated_accuracy_and_consistency_are_those_of_people_who_are_measured_twice() -> None:
    # True theta, two measurements with normal errors; what the first states is compared with what happens.
    rng = np.random.default_rng(1)
    error, people = 0.4, 40_000
    theta = rng.normal(size=people)
    first, second = (theta + rng.normal(0, error, people) for _ in range(2))
    weight = 1 / (1 + error**2)
    posterior = level_probabilities(first * weight, np.full(people, error * weight**0.5), CUTS)
    given_level = posterior.argmax(axis=1)
    true_level = np.searchsorted(CUTS, theta)

    real = agreement(true_level, given_level)

    assert accuracy(posterior) == pytest.approx(real.agreement, abs=0.01)
    assert accuracy(posterior, given_level) == accuracy(posterior)

    by_estimate = [np.searchsorted(CUTS, side) for side in (first, second)]
    expected = consistency(level_probabilities(theta, np.full(people, error), CUTS))
    measured = agreement(*by_estimate)
    assert expected.agreement == pytest.approx(measured.agreement, abs=0.01)
    assert expected.kappa == pytest.approx(measured.kappa, abs=0.01)


def test_a_level_given_against_the_odds_lowers_accuracy() -> None:
    table = [[0.7, 0.3], [0.6, 0.4]]

    assert accuracy(table) == pytest.approx(0.65)
    assert accuracy(table, levels=[0, 1]) == pytest.approx(0.55)
    assert accuracy(table, weight=[3, 1]) == pytest.approx(0.675)


def test_kappa_is_one_for_twins_and_zero_for_chance() -> None:
    same = agreement([0, 1, 2, 1], [0, 1, 2, 1])
    chance = agreement([0, 0, 1, 1], [0, 1, 0, 1])
    nothing_else = agreement([3, 3], [3, 3])

    assert (same.agreement, same.kappa) == (1, 1)
    assert (chance.agreement, chance.chance, chance.kappa) == (0.5, 0.5, 0)
    assert np.isnan(nothing_else.kappa)


def test_kappa_is_that_of_cohens_example() -> None:
    # Cohen 1960, table 1: two judges on 200 people, given as shares; kappa = (.70 - .41) / (1 - .41).
    table = np.array([[88, 10, 2], [14, 40, 6], [18, 10, 12]])
    first, second = np.nonzero(table)

    found = agreement(first, second, weight=table[first, second])

    assert found.agreement == pytest.approx(0.70)
    assert found.chance == pytest.approx(0.41)
    assert found.kappa == pytest.approx(0.492, abs=0.001)


def test_honest_probabilities_are_kept() -> None:
    rng = np.random.default_rng(2)
    stated = rng.uniform(0.3, 1.0, size=30_000)

    found = stated_and_real(stated, rng.random(stated.size) < stated)

    assert abs(found.difference) < 0.01
    assert found.largest < 0.03
    assert found.mean_difference < 0.015
    assert sum(one.statements for one in found.bins) == 30_000
    assert found.brier == pytest.approx(float((stated * (1 - stated)).mean()), abs=0.01)


def test_overconfidence_has_a_sign_and_a_size() -> None:
    rng = np.random.default_rng(3)
    stated = rng.uniform(0.6, 1.0, size=30_000)

    found = stated_and_real(stated, rng.random(stated.size) < stated - 0.1)

    assert found.difference == pytest.approx(0.1, abs=0.01)
    assert found.mean_difference == pytest.approx(0.1, abs=0.015)
    assert all(one.stated > one.observed for one in found.bins)


def test_differences_of_opposite_sign_do_not_cancel_in_the_mean_difference() -> None:
    found = stated_and_real([0.25, 0.25, 0.75, 0.75], [True, True, False, False], bins=2)

    assert found.difference == pytest.approx(0)
    assert found.mean_difference == pytest.approx(0.75)
    assert found.largest == pytest.approx(0.75)


def test_statements_can_be_weighted() -> None:
    one_by_one = stated_and_real([0.9] * 4 + [0.4], [True, True, True, False, False])
    weighted = stated_and_real([0.9, 0.9, 0.4], [True, False, False], weight=[3, 1, 1])

    assert weighted.difference == pytest.approx(one_by_one.difference)
    assert weighted.brier == pytest.approx(one_by_one.brier)
    assert [(one.statements, one.observed) for one in weighted.bins] == [(1, 0), (4, 0.75)]


def test_certainty_of_one_belongs_to_the_last_bin() -> None:
    found = stated_and_real([1.0, 0.0], [True, False])

    assert [(one.stated, one.observed) for one in found.bins] == [(0, 0), (1, 1)]
    assert found.brier == 0


def test_what_cannot_be_compared_is_refused() -> None:
    with pytest.raises(NotClassified, match="rising"):
        level_probabilities([0.0], [0.3], [1.0, 0.0])
    with pytest.raises(NotClassified, match="standard error above 0"):
        level_probabilities([0.0], [0.0], CUTS)
    with pytest.raises(NotClassified, match="add up to 1"):
        accuracy([[0.5, 0.6]])
    with pytest.raises(NotClassified, match="from 0 to 1"):
        accuracy([[0.5, 0.5]], levels=[2])
    with pytest.raises(NotClassified, match="two levels"):
        agreement([1, 2], [1])
    with pytest.raises(NotClassified, match="from 0 to 1"):
        stated_and_real([1.2], [True])
    with pytest.raises(NotClassified, match="bins"):
        stated_and_real([0.5], [True], bins=1)
