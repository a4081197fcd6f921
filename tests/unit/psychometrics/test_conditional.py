"""Conditional maximum likelihood: the definition by enumeration, its laws, and what it refuses."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.random import Generator, default_rng

from assessor.psychometrics.calibration.conditional import (
    DifficultiesNotDetermined,
    conditional_rasch,
)
from assessor.psychometrics.measuring.response_models import Array
from assessor.psychometrics.measuring.responses import MISSING, Responses, ResponsesNotUsable


def answers(rng: Generator, difficulty: Array, people: int, share_asked: float = 1.0) -> Responses:
    """Answers of people from N(0, 1) under the Rasch model."""
    theta = rng.standard_normal(people)
    right = rng.random((people, len(difficulty))) < 1 / (1 + np.exp(difficulty - theta[:, np.newaxis]))
    asked = rng.random(right.shape) < share_asked
    return Responses.from_matrix(np.where(asked, right, MISSING))


def enumerated_log_likelihood(responses: Responses, difficulty: Array) -> float:
    """Log P(which answers are right | how many), by adding up all ways to have that many right."""
    total = 0.0
    for row, weight in zip(responses.dense(), responses.weight, strict=True):
        asked = row != MISSING
        own = difficulty[asked]
        ways = [np.exp(-np.dot(way, own)) for way in product((0, 1), repeat=len(own)) if sum(way) == row[asked].sum()]
        total += weight * (-np.dot(row[asked], own) - np.log(sum(ways)))
    return float(total)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([1.0, 0.7]))
def test_the_log_likelihood_is_that_of_all_ways_to_reach_each_score(seed: int, share_asked: float) -> None:
    data = answers(default_rng(seed), np.linspace(-1, 1, 5), 60, share_asked)

    found = conditional_rasch(data)

    assert found.converged
    assert found.log_likelihood == pytest.approx(enumerated_log_likelihood(data, found.difficulty), abs=1e-9)


def test_no_other_difficulties_are_more_likely_and_the_errors_are_its_curvature() -> None:
    data = answers(default_rng(3), np.linspace(-1, 1, 4), 80, 0.8)
    found = conditional_rasch(data)
    step, directions = 1e-2, np.eye(4) - 1 / 4

    best = enumerated_log_likelihood(data, found.difficulty)
    above, below = (
        np.array([enumerated_log_likelihood(data, found.difficulty + sign * step * way) for way in directions])
        for sign in (1, -1)
    )

    assert np.all(above < best)
    assert np.all(below < best)
    information = (2 * best - above - below) / step**2
    inverse = np.linalg.pinv(found.covariance)
    assert information == pytest.approx([way @ inverse @ way for way in directions], rel=1e-3)


def test_difficulties_sum_to_0_and_so_do_the_rows_of_their_covariance() -> None:
    found = conditional_rasch(answers(default_rng(5), np.array([-1.0, 0.0, 2.0]), 200))

    assert found.difficulty.sum() == pytest.approx(0, abs=1e-12)
    assert found.covariance.sum(axis=0) == pytest.approx(np.zeros(3), abs=1e-12)
    assert np.sqrt(np.diag(found.covariance)) == pytest.approx(found.standard_error)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10_000), st.floats(-3, 3))
def test_it_does_not_matter_who_sat_the_test(seed: int, shift: float) -> None:
    """All right and all wrong say nothing; their number, which the population decides, changes nothing."""
    data = answers(default_rng(seed), np.linspace(-1, 1, 5), 100)
    extremes = np.repeat([[0] * 5, [1] * 5], [3 + int(abs(shift) * 10), 7], axis=0)

    found = conditional_rasch(Responses.from_matrix(np.concatenate([data.dense(), extremes])))

    alone = conditional_rasch(data)
    assert found.difficulty == pytest.approx(alone.difficulty, abs=1e-9)
    assert found.persons == alone.persons


def test_the_order_of_items_and_weights_for_equal_rows_change_nothing() -> None:
    data = answers(default_rng(8), np.linspace(-2, 2, 6), 500)

    found = conditional_rasch(Responses.from_matrix(data.dense()[:, ::-1]).patterns())

    assert found.difficulty[::-1] == pytest.approx(conditional_rasch(data).difficulty, abs=1e-9)


def test_a_turned_scale_gives_difficulties_of_the_other_sign() -> None:
    data = answers(default_rng(9), np.linspace(-2, 2, 6), 500)

    found = conditional_rasch(Responses.from_matrix(1 - data.dense()))

    assert found.difficulty == pytest.approx(-conditional_rasch(data).difficulty, abs=1e-8)


def test_missing_by_design_still_finds_the_difficulties() -> None:
    true = np.linspace(-2, 2, 20)
    data = answers(default_rng(11), true, 3_000, 0.4)

    found = conditional_rasch(data)

    assert np.abs((found.difficulty - true) / found.standard_error).max() < 4
    assert np.sqrt(np.square((found.difficulty - true) / found.standard_error).mean()) == pytest.approx(1, abs=0.35)


def test_sparse_and_dense_answers_agree() -> None:
    data = answers(default_rng(13), np.linspace(-1, 1, 8), 300, 0.5)
    person, item = np.nonzero(data.dense() != MISSING)

    sparse = Responses.from_rows(person, item, data.dense()[person, item], data.items)

    assert conditional_rasch(sparse).difficulty == pytest.approx(conditional_rasch(data).difficulty, abs=1e-12)


def test_a_long_test_with_extreme_difficulties_neither_overflows_nor_cancels() -> None:
    true = np.linspace(-9, 9, 120)
    data = answers(default_rng(17), true, 4_000)
    varied = (data.dense().min(axis=0) == 0) & (data.dense().max(axis=0) == 1)

    found = conditional_rasch(Responses.from_matrix(data.dense()[:, varied]))

    assert found.converged
    assert np.isfinite(found.standard_error).all()
    expected = true[varied] - true[varied].mean()
    assert np.corrcoef(found.difficulty, expected)[0, 1] > 0.99


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([[1, 1], [0, 0]], ["Nobody has both a right and a wrong answer"]),
        ([[1, 0, 1], [1, 1, 0], [0, 0, 0]], ["i1", "alike", "Leave these items out"]),
        ([[1, 0, -1, -1], [0, 1, -1, -1], [-1, -1, 1, 0], [-1, -1, 0, 1]], ["2 parts", "i1, i2", "no person joins"]),
        ([[1, 0, 0, 0], [0, 1, 0, 0], [1, 1, 1, 0], [1, 1, 0, 1]], ["i1, i2", "right as well"]),
    ],
    ids=["no variation", "constant item", "disconnected", "separated"],
)
def test_answers_without_a_maximum_are_refused_by_name(rows: list[list[int]], words: list[str]) -> None:
    with pytest.raises(DifficultiesNotDetermined) as refused:
        conditional_rasch(Responses.from_matrix(rows))

    assert all(word in str(refused.value) for word in words)


def test_scores_above_1_and_a_single_item_are_refused() -> None:
    with pytest.raises(ResponsesNotUsable, match=r"Scores above 1 on i2.*GPCM"):
        conditional_rasch(Responses.from_matrix([[0, 2], [1, 0]]))
    with pytest.raises(ResponsesNotUsable, match="at least two items"):
        conditional_rasch(Responses.from_matrix([[0], [1]]))
