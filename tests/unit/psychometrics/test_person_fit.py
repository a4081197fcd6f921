"""lz, lz*, sums over the course of a test and rapid guesses: numbers and words about people, never a verdict."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessor.psychometrics.care.person_fit import (
    Agreement,
    Course,
    PathsNotUsable,
    course,
    course_limits,
    ideal_course,
    person_fit,
    rapid_guesses,
    residuals_in_order,
    usual_times,
)
from assessor.psychometrics.measuring.derivatives import Curves
from assessor.psychometrics.measuring.response_models import ItemParameters, probability
from assessor.psychometrics.measuring.responses import MISSING, ItemsDoNotMatch, Responses
from assessor.psychometrics.measuring.scoring import Method, score_all
from tests.unit.psychometrics.item_strategies import answered, thetas
from tests.unit.psychometrics.simulated_answers import adaptive_answers, answers, bank, estimates

LADDER = [ItemParameters(1.2, b) for b in np.linspace(-2, 2, 9)]


def test_right_answers_to_hard_items_and_wrong_ones_to_easy_items_are_surprising() -> None:
    expected, reversed_, too_regular = [1, 1, 0, 1, 1, 0, 1, 0, 0], [0, 0, 0, 1, 0, 1, 1, 1, 1], [1] * 5 + [0] * 4
    sheet = Responses.from_matrix([expected, reversed_, too_regular])

    fit = person_fit(sheet, LADDER, [0.0, 0.0, 0.0])

    assert fit.lz[1] < -3 < 0 < fit.lz[2]
    assert fit.in_words(1.5)[:2] == (Agreement.USUAL, Agreement.SURPRISING)
    assert fit.answered.tolist() == [9, 9, 9]


def test_lz_of_right_and_wrong_answers_is_that_of_its_definition() -> None:
    theta, scores = 0.4, np.array([1, 0, 1, 1, 0, 0, 1, 0, 0])
    p = probability(theta, 1.2, np.linspace(-2, 2, 9))
    logit = np.log(p / (1 - p))
    expected = ((scores - p) @ logit) / np.sqrt((p * (1 - p)) @ logit**2)

    fit = person_fit(Responses.from_matrix([scores]), LADDER, [theta])

    assert fit.lz[0] == pytest.approx(expected)
    assert fit.log_likelihood[0] == pytest.approx((scores * np.log(p) + (1 - scores) * np.log(1 - p)).sum())


@pytest.mark.parametrize("method", [Method.MAP, Method.WLE])
def test_lz_star_is_the_formula_of_snijders_with_the_r0_of_the_estimator(method: Method) -> None:
    # Snijders 2001 with 3PL items: w = logit P, r = P' / (P Q), and r0 from the equation the estimate solves.
    rng = np.random.default_rng(1)
    items = [ItemParameters(item.a, item.b, c=0.2) for item in bank(12, rng)]
    scores = answers(items, rng.normal(size=20), rng)
    scores = scores[(scores.sum(axis=1) > 3) & (scores.sum(axis=1) < 12)]
    theta = score_all(items, scores, method).theta

    fit = person_fit(Responses.from_matrix(scores), items, theta)

    for person, at in enumerate(theta):
        derivatives = Curves.of(items).derivatives([at])
        p = np.exp(derivatives.log_probability[:, 1, 0])
        slope = p * derivatives.first[:, 1, 0]
        w, r = np.log(p / (1 - p)), slope / (p * (1 - p))
        c = (slope @ w) / (slope @ r)
        information = derivatives.information[:, 0].sum()
        r0 = -at if method is Method.MAP else derivatives.warm[:, 0].sum() / (2 * information)
        residual = scores[person] - p
        expected = (residual @ w + c * r0) / np.sqrt((p * (1 - p)) @ (w - c * r) ** 2)
        assert fit.lz_star[person] == pytest.approx(expected, abs=1e-6)


def test_lz_star_of_people_who_follow_the_model_is_about_standard_normal() -> None:
    rng = np.random.default_rng(2)
    items = bank(40, rng)
    scores = answers(items, rng.normal(size=3000), rng)

    fit = person_fit(Responses.from_matrix(scores), items, estimates(items, scores))

    assert fit.lz_star.mean() == pytest.approx(0, abs=0.12)
    assert fit.lz_star.std() == pytest.approx(1, abs=0.05)
    assert fit.lz.std() < 0.9  # what the correction is for
    assert (fit.lz_star < -1.645).mean() == pytest.approx(0.05, abs=0.015)


def test_lz_star_points_out_people_who_guess_half_of_the_test() -> None:
    rng = np.random.default_rng(3)
    items = bank(40, rng)
    scores = answers(items, rng.normal(0.5, 1, size=1000), rng)
    scores[:, ::2] = rng.random((1000, 20)) < 0.25

    fit = person_fit(Responses.from_matrix(scores), items, estimates(items, scores))

    assert (fit.lz_star < -1.645).mean() > 0.15


@settings(max_examples=60, deadline=None)
@given(answered(), thetas)
def test_every_answer_to_every_kind_of_item_has_a_fit_or_none(
    test: tuple[list[ItemParameters], list[int]], theta: float
) -> None:
    items, scores = test

    fit = person_fit(Responses.from_matrix([scores]), items, [theta])

    assert np.isfinite(fit.log_likelihood[0])
    assert np.isnan(fit.lz[0]) or np.isfinite(fit.lz[0])
    assert len(items) > 1 or np.isnan(fit.lz_star[0])
    assert fit.in_words()[0] in Agreement


def test_somebody_without_answers_has_no_fit() -> None:
    sheet = Responses.from_matrix([[1, 0, 1], [MISSING] * 3])

    fit = person_fit(sheet, LADDER[:3], [0.0, 0.0])

    assert fit.answered.tolist() == [3, 0]
    assert np.isnan(fit.lz[1])
    assert fit.in_words()[1] is Agreement.UNKNOWN


def test_one_theta_for_each_person_is_needed() -> None:
    sheet = Responses.from_matrix([[1, 0], [0, 1]])

    with pytest.raises(PathsNotUsable, match="each of 2 people"):
        person_fit(sheet, LADDER[:2], [0.0])
    with pytest.raises(PathsNotUsable, match="finite"):
        person_fit(sheet, LADDER[:2], [0.0, float("nan")])


def test_parameters_of_another_test_are_refused() -> None:
    with pytest.raises(ItemsDoNotMatch, match="i1 has a score of 2"):
        person_fit(Responses.from_matrix([[2, 0], [0, 1]]), LADDER[:2], [0.0, 0.0])
    with pytest.raises(ItemsDoNotMatch, match="2 items with answers and 3"):
        person_fit(Responses.from_matrix([[1, 0], [0, 1]]), LADDER[:3], [0.0, 0.0])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(-1, 1), min_size=1, max_size=20))
def test_sums_restart_at_zero(residuals: list[float]) -> None:
    expected_up, expected_down, up, down = [], [], 0.0, 0.0
    for value in residuals:
        up, down = max(0.0, up + value / len(residuals)), min(0.0, down + value / len(residuals))
        expected_up.append(up)
        expected_down.append(down)

    found = course([residuals])

    np.testing.assert_allclose(found.upper[0], expected_up, atol=1e-12)
    np.testing.assert_allclose(found.lower[0], expected_down, atol=1e-12)


def test_a_short_test_is_judged_by_its_own_length() -> None:
    long, short = [0.5, -0.2, 0.3, 0.4], [0.5, -0.2, np.nan, np.nan]

    found = course([long, short, [np.nan] * 4])

    assert found.highest[1] == pytest.approx(0.25)
    assert found.upper[1, -1] == pytest.approx(found.upper[1, 1])
    assert (found.highest[2], found.lowest[2]) == (0, 0)


def test_residuals_follow_the_order_in_which_items_were_shown() -> None:
    items = [ItemParameters(1.0, -1.0), ItemParameters(1.0, 1.0)]

    residuals = residuals_in_order(items, [[1, 0], [0, -1]], [[1, 0], [1, MISSING]], [0.0, 1.0])

    hard, easy = probability(0.0, 1.0, 1.0), probability(0.0, 1.0, -1.0)
    np.testing.assert_allclose(residuals[0], [1 - hard, -easy])
    assert residuals[1, 0] == pytest.approx(1 - probability(1.0, 1.0, -1.0))
    assert np.isnan(residuals[1, 1])


def test_paths_that_do_not_fit_the_bank_are_refused() -> None:
    with pytest.raises(PathsNotUsable, match="positions in the list"):
        residuals_in_order(LADDER, [[0, 99]], [[1, 1]], [0.0])
    with pytest.raises(PathsNotUsable, match="persons × positions"):
        course([0.1, 0.2])


def test_limits_keep_the_share_of_false_alarms_they_state() -> None:
    limits = course_limits(ideal_course(20, 5000, np.random.default_rng(4)))
    others = ideal_course(20, 5000, np.random.default_rng(5))

    crossed = float(limits.crossed(others).mean())

    assert limits.false_alarms == pytest.approx(0.05, abs=0.005)
    assert crossed == pytest.approx(0.05, abs=0.015)
    assert (limits.lower, limits.upper) == pytest.approx((-0.164, 0.164), abs=0.005)
    assert course_limits(others, check=others).false_alarms == pytest.approx(0.05, abs=0.005)


def test_somebody_who_stops_trying_crosses_a_limit_that_others_keep() -> None:
    rng = np.random.default_rng(6)
    items = bank(120, rng)
    theta = rng.normal(0.8, 0.7, size=1500)
    would = answers(items, theta, rng)
    seen, order = adaptive_answers(items, would, 24, rng)
    honest = paths(items, seen, order)
    tired = np.take_along_axis(seen, order, axis=1)
    tired[:, 14:] = 0

    limits = course_limits(honest)
    scores = seen.copy()
    np.put_along_axis(scores, order, tired, axis=1)
    pointed_out = limits.crossed(paths(items, scores, order))

    assert pointed_out.mean() > 0.5


def paths(items: list[ItemParameters], scores: np.ndarray, order: np.ndarray) -> Course:
    """The course of adaptive tests."""
    in_order = np.take_along_axis(scores, order, axis=1)
    return course(residuals_in_order(items, order, in_order, estimates(items, scores)))


def test_an_answer_in_less_than_a_tenth_of_the_usual_time_is_rapid() -> None:
    seconds = [[3.0, 3.0, 9.0], [25.0, 5.0, 11.0], [40.0, np.nan, 300.0]]

    usual = usual_times([*seconds, [40.0, 6.0, 300.0], [40.0, 7.0, 300.0]])

    assert usual.tolist() == [40.0, 5.5, 300.0]
    assert rapid_guesses(seconds, usual).tolist() == [[True, False, True], [False, False, False], [False, False, False]]
    assert rapid_guesses([3.5, 5.5], [40.0, 40.0], share=0.15).tolist() == [True, True]


def test_an_item_that_nobody_was_timed_on_has_no_rapid_answers() -> None:
    usual = usual_times([[np.nan, 10.0], [np.nan, 20.0]])

    assert np.isnan(usual[0])
    assert rapid_guesses([0.1, 0.1], usual).tolist() == [False, True]
