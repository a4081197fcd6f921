"""Classical statistics of items, tests and options, with textbook definitions as second opinion."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessor.psychometrics.care.classical import (
    NothingInCommon,
    item_statistics,
    marginal_reliability,
    reliability,
)
from assessor.psychometrics.care.distractors import (
    ChoicesNotUsable,
    OptionRemark,
    QuestionRemark,
    option_analysis,
)
from assessor.psychometrics.measuring.response_models import Curve, ItemParameters
from assessor.psychometrics.measuring.responses import MISSING, Responses, Scores
from tests.unit.psychometrics.simulated_answers import adaptive_answers, answers, bank, estimates


@pytest.fixture(scope="module")
def scores() -> Scores:
    """400 people on eight 0/1 items and two with three scores."""
    rng = np.random.default_rng(1)
    steps = ItemParameters.stepwise(Curve.PARTIAL_CREDIT, 1.1, [-0.5, 0.7])
    return answers([*bank(8, rng), steps, steps], rng.normal(size=400), rng)


def test_item_statistics_of_complete_data_are_those_of_the_textbook(scores: Scores) -> None:
    statistics = item_statistics(Responses.from_matrix(scores))

    for at, item in enumerate(statistics):
        others = np.delete(scores, at, axis=1)
        assert item.answers == 400
        assert item.mean == pytest.approx(scores[:, at].mean())
        assert item.difficulty == pytest.approx(scores[:, at].mean() / scores[:, at].max())
        assert item.sd == pytest.approx(scores[:, at].std(ddof=1))
        assert item.rest_correlation == pytest.approx(np.corrcoef(scores[:, at], others.sum(axis=1))[0, 1])
        assert item.alpha_without == pytest.approx(cronbach(others))


def cronbach(scores: Scores) -> float:
    """Alpha by its definition."""
    k = scores.shape[1]
    return float(k / (k - 1) * (1 - scores.var(axis=0, ddof=1).sum() / scores.sum(axis=1).var(ddof=1)))


def test_reliability_of_complete_data_is_that_of_the_textbook(scores: Scores) -> None:
    found = reliability(Responses.from_matrix(scores))

    covariance = np.cov(scores.T.astype(float))
    apart = covariance - np.diag(np.diag(covariance))
    total = scores.sum(axis=1)
    halves = np.corrcoef(scores[:, ::2].sum(axis=1), scores[:, 1::2].sum(axis=1))[0, 1]
    assert found.alpha == pytest.approx(cronbach(scores))
    assert found.lambda_2 == pytest.approx((apart.sum() + np.sqrt(10 / 9 * (apart**2).sum())) / covariance.sum())
    assert found.split_half == pytest.approx(2 * halves / (1 + halves))
    assert found.sd == pytest.approx(total.std(ddof=1))
    assert found.standard_error_of_measurement == pytest.approx(total.std(ddof=1) * np.sqrt(1 - found.alpha))
    assert found.kuder_richardson_20 is None


def test_halves_that_are_exact_opposites_have_no_split_half_reliability() -> None:
    found = reliability(Responses.from_matrix([[1, 0, 1], [0, 1, 0]]))

    assert np.isnan(found.split_half)
    assert np.isfinite(found.sd)


def test_alpha_of_right_and_wrong_is_the_formula_20_of_kuder_and_richardson(scores: Scores) -> None:
    binary = scores[:, :8]
    p = binary.mean(axis=0)
    expected = 8 / 7 * (1 - (p * (1 - p)).sum() / binary.sum(axis=1).var())

    found = reliability(Responses.from_matrix(binary))

    assert found.kuder_richardson_20 == pytest.approx(expected)


def test_omega_is_the_share_of_the_factor_where_there_is_one() -> None:
    # Scores in steps of a tenth, so that rounding them does not matter.
    rng = np.random.default_rng(2)
    loadings = np.array([1.0, 0.8, 0.6, 1.2, 0.9])
    theta = rng.normal(size=(40_000, 1))
    scores = np.clip(np.rint(10 * (theta * loadings + rng.normal(size=(40_000, 5)))) + 60, 0, 127)
    expected = loadings.sum() ** 2 / (loadings.sum() ** 2 + 5)

    found = reliability(Responses.from_matrix(scores))

    assert found.omega == pytest.approx(expected, abs=0.005)
    assert found.alpha < (found.omega or 0)


@settings(max_examples=40, deadline=None)
@given(st.integers(3, 40), st.integers(2, 6), st.integers(0, 2**32 - 1))
def test_alpha_is_never_above_lambda_2(people: int, items: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    table = rng.integers(0, 3, size=(people, items)) + rng.integers(0, 3, size=(people, 1))

    try:
        found = reliability(Responses.from_matrix(table))
    except NothingInCommon:
        return

    assert found.alpha <= found.lambda_2 + 1e-9
    assert found.omega is None or 0 <= found.omega <= 1


def test_weights_count_people(scores: Scores) -> None:
    one_by_one, weighted = Responses.from_matrix(scores), Responses.from_matrix(scores).patterns()

    for one, other in zip(item_statistics(one_by_one), item_statistics(weighted), strict=True):
        assert one.rest_correlation == pytest.approx(other.rest_correlation)
        assert one.sd == pytest.approx(other.sd)
        assert one.answers == pytest.approx(other.answers)
    assert reliability(one_by_one).alpha == pytest.approx(reliability(weighted).alpha)
    assert reliability(one_by_one).omega == pytest.approx(reliability(weighted).omega)


def test_answers_missing_by_design_lead_to_about_the_same_statistics() -> None:
    rng = np.random.default_rng(3)
    items = bank(8, rng)
    everything = answers(items, rng.normal(size=6000), rng)
    gaps = everything.copy()
    gaps[rng.random(gaps.shape) < 0.4] = MISSING

    complete, partial = Responses.from_matrix(everything), Responses.from_matrix(gaps)

    assert reliability(partial).alpha == pytest.approx(reliability(complete).alpha, abs=0.02)
    for one, other in zip(item_statistics(complete), item_statistics(partial), strict=True):
        assert other.rest_correlation == pytest.approx(one.rest_correlation, abs=0.05)
        assert other.mean == pytest.approx(one.mean, abs=0.02)


def test_an_item_that_everybody_gets_right_has_no_correlation() -> None:
    statistics = item_statistics(Responses.from_matrix([[1, 0, 1], [1, 1, 1], [1, 0, 0], [1, 1, 0]]))

    assert np.isnan(statistics[0].rest_correlation)
    assert (statistics[0].mean, statistics[0].sd) == (1, 0)


def test_items_that_nobody_had_together_have_no_common_reliability() -> None:
    forms = Responses.from_matrix([[1, 0, MISSING], [0, 1, MISSING], [1, MISSING, 0], [0, MISSING, 1]])

    with pytest.raises(NothingInCommon, match="marginal_reliability"):
        reliability(forms)
    assert np.isnan(item_statistics(forms)[1].rest_correlation)
    assert item_statistics(forms)[1].mean == 0.5


def test_reliability_needs_items_and_people_that_differ() -> None:
    with pytest.raises(NothingInCommon, match="at least two"):
        reliability(Responses.from_matrix([[1], [0]]))
    with pytest.raises(NothingInCommon, match="equal"):
        reliability(Responses.from_matrix([[1, 0], [1, 0]]))


def test_items_of_an_adaptive_test_are_held_against_the_estimate() -> None:
    rng = np.random.default_rng(4)
    items = bank(40, rng)
    items[7] = ItemParameters(0.05, items[7].b)
    believed = [*items[:7], ItemParameters(1.8, items[7].b), *items[8:]]
    seen, _ = adaptive_answers(believed, answers(items, rng.normal(size=3000), rng), 15, rng)

    statistics = item_statistics(Responses.from_matrix(seen), ability=estimates(items, seen))

    correlations = np.array([item.rest_correlation for item in statistics if item.answers > 200])
    assert statistics[7].answers > 200
    assert statistics[7].rest_correlation < 0.1 < np.median(correlations)


def test_an_item_and_an_ability_correlate_as_numpy_says(scores: Scores) -> None:
    ability = np.random.default_rng(5).normal(size=400) + scores.sum(axis=1)
    gaps = scores.copy()
    gaps[:100, 3] = MISSING

    found = item_statistics(Responses.from_matrix(gaps), ability=ability)[3]

    assert found.rest_correlation == pytest.approx(np.corrcoef(scores[100:, 3], ability[100:])[0, 1])


def test_marginal_reliability_is_the_share_of_variance_that_estimates_know() -> None:
    rng = np.random.default_rng(6)
    theta = rng.normal(size=20_000)
    error = 0.5
    answer = theta + rng.normal(0, error, size=theta.size)
    posterior_variance = 1 / (1 + 1 / error**2)

    found = marginal_reliability(answer * (1 - posterior_variance), np.full(theta.size, posterior_variance**0.5))

    assert found == pytest.approx(0.8, abs=0.01)
    assert marginal_reliability([0.0, 0.0], [1.0, 1.0]) == 0
    assert marginal_reliability([-1, 1], [0.5, 0.5], [3, 3]) == pytest.approx(1 / 1.25)
    with pytest.raises(NothingInCommon):
        marginal_reliability([0.3], [0.2])


def test_shares_of_options_are_counted_over_all_and_by_thirds() -> None:
    taken = np.zeros((9, 3))
    taken[[0, 1, 2, 3], 1] = 1
    taken[[4, 5, 6, 7], 0] = 1

    report = option_analysis(["A", "B", "C"], ["A"], taken, ability=range(9))

    a, b, c = report.options
    assert (a.share, b.share, c.share) == pytest.approx((4 / 9, 4 / 9, 0))
    assert a.by_third == pytest.approx((0, 2 / 3, 2 / 3))
    assert b.by_third == pytest.approx((1, 1 / 3, 0))
    assert report.omitted == pytest.approx(1 / 9)
    assert a.point_biserial == pytest.approx(np.corrcoef(taken[:, 0], np.arange(9))[0, 1])
    assert np.isnan(c.point_biserial)
    assert report.remarks == (QuestionRemark.TOO_FEW,)


def test_a_wrong_key_and_an_unused_option_are_pointed_out() -> None:
    rng = np.random.default_rng(7)
    ability = rng.normal(size=300)
    knows = rng.random(300) < 1 / (1 + np.exp(-2 * ability))
    taken = np.stack([~knows, knows, np.zeros(300)], axis=1)

    report = option_analysis(["A", "B", "C"], ["A"], taken, ability)

    assert set(report.remarks) == {QuestionRemark.CHECK_THE_KEY, QuestionRemark.KEY_OF_THE_WEAK}
    assert [option.remarks for option in report.options] == [
        (),
        (OptionRemark.ATTRACTS_THE_BEST,),
        (OptionRemark.UNUSED,),
    ]


def test_a_good_question_is_left_alone() -> None:
    rng = np.random.default_rng(8)
    ability = rng.normal(size=300)
    knows = rng.random(300) < 1 / (1 + np.exp(-2 * ability))
    first_wrong = rng.random(300) < 0.5
    taken = np.stack([knows, ~knows & first_wrong, ~knows & ~first_wrong], axis=1)

    report = option_analysis(["A", "B", "C"], ["A"], taken, ability)

    assert report.remarks == ()
    assert all(option.remarks == () for option in report.options)
    assert sum(option.share for option in report.options) == pytest.approx(1)


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=20, deadline=None)
def test_the_order_of_people_and_a_weight_for_equal_ones_change_nothing(seed: int) -> None:
    rng = np.random.default_rng(seed)
    chosen, ability = rng.integers(0, 3, size=60), rng.integers(0, 4, size=60).astype(float)
    taken = np.eye(3)[chosen]
    rows, count = np.unique(np.column_stack([taken, ability]), axis=0, return_counts=True)

    one = option_analysis(["A", "B", "C"], ["A"], taken, ability)
    shuffled = rng.permutation(60)
    other = option_analysis(["A", "B", "C"], ["A"], taken[shuffled], ability[shuffled])
    weighted = option_analysis(["A", "B", "C"], ["A"], rows[:, :3], rows[:, 3], count)

    for same in (other, weighted):
        for mine, theirs in zip(one.options, same.options, strict=True):
            assert mine.by_third == pytest.approx(theirs.by_third)
            assert mine.point_biserial == pytest.approx(theirs.point_biserial, nan_ok=True)


def test_choices_that_make_no_sense_are_refused() -> None:
    with pytest.raises(ChoicesNotUsable, match="must be among the options"):
        option_analysis(["A", "B"], ["C"], [[1, 0]], [0.0])
    with pytest.raises(ChoicesNotUsable, match="at least one person"):
        option_analysis(["A", "B"], ["A"], np.zeros((0, 2)), [])
    with pytest.raises(ChoicesNotUsable, match="1 or 0"):
        option_analysis(["A", "B"], ["A"], [[2, 0]], [0.0])
