"""Ability from a pattern of scores: laws that hold for every curve and method, and what they are worth at the ends."""

import math
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessor.psychometrics.measuring import scoring
from assessor.psychometrics.measuring.information import whole_test_characteristic, whole_test_information
from assessor.psychometrics.measuring.response_models import Curve, ItemParameters, log_probability_table
from assessor.psychometrics.measuring.responses import MISSING
from assessor.psychometrics.measuring.scoring import (
    STANDARD,
    Curvature,
    Method,
    PatternNotOfTest,
    Scale,
    ScaleNotUsable,
    score,
    score_all,
)
from tests.unit.psychometrics.item_strategies import answered, any_items, unguessed_items

Answered = tuple[list[ItemParameters], list[int]]

methods = st.sampled_from(list(Method))
curvatures = st.sampled_from(list(Curvature))
every_method = pytest.mark.parametrize("method", list(Method))

TEST = [ItemParameters(a, b) for a, b in ((1.2, -1.5), (0.9, -0.5), (1.5, 0.0), (1.1, 0.6), (0.8, 1.4))]
MIXED = [
    *TEST[:2],
    ItemParameters(1.3, 0.2, c=0.25, se_b=0.5),
    ItemParameters.stepwise(Curve.GRADED, 1.5, [-1.0, 0.0, 1.2]),
    ItemParameters.stepwise(Curve.PARTIAL_CREDIT, 0.9, [0.5, -0.5]),
]


def log_likelihood(items: list[ItemParameters], scores: list[int], theta: float) -> float:
    table = log_probability_table(items, [theta])
    return float(sum(table[at, value, 0] for at, value in enumerate(scores)))


# --- Laws of every curve -------------------------------------------------------------------------------------------


@given(answered(), st.data(), methods)
def test_ability_never_falls_when_a_score_rises(test: Answered, data: st.DataObject, method: Method) -> None:
    """A law for all curves, guessing or not: log P(k + 1) - log P(k) rises with theta; Warm's weight is the same."""
    items, scores = test
    at = data.draw(st.sampled_from(range(len(items))))
    worse, better = sorted(data.draw(st.tuples(*[st.integers(0, items[at].highest_score)] * 2)))

    lower, higher = (score(items, [*scores[:at], value, *scores[at + 1 :]], method).theta for value in (worse, better))

    assert higher >= lower - 1e-8


@given(answered(), methods, curvatures)
def test_the_standard_error_is_above_zero(test: Answered, method: Method, curvature: Curvature) -> None:
    items, scores = test

    found = score(items, scores, method, curvature=curvature)

    assert STANDARD.lowest <= found.theta <= STANDARD.highest
    assert found.standard_error > 0


@given(answered(), methods, st.randoms(use_true_random=False))
def test_the_order_of_the_items_does_not_matter(test: Answered, method: Method, chance: random.Random) -> None:
    items, scores = test
    order = list(range(len(items)))
    chance.shuffle(order)

    found, shuffled = score(items, scores, method), score([items[n] for n in order], [scores[n] for n in order], method)

    assert shuffled.theta == pytest.approx(found.theta, abs=1e-8)
    assert shuffled.standard_error == pytest.approx(found.standard_error, abs=1e-6)


@given(answered(unguessed_items), methods, st.floats(0.5, 2), st.floats(-1, 1))
def test_scores_move_with_the_scale(test: Answered, method: Method, slope: float, shift: float) -> None:
    """Linking: with theta* = A theta + B, a* = a / A and b* = A b + B, an estimate moves like theta."""
    items, scores = test
    items = [ItemParameters(i.a, i.b, c=i.c, d=i.d, thresholds=i.thresholds, curve=i.curve) for i in items]
    moved = [
        ItemParameters(i.a / slope, slope * i.b + shift, c=i.c, d=i.d)
        if i.curve is Curve.LOGISTIC
        else ItemParameters.stepwise(i.curve, i.a / slope, [slope * step + shift for step in i.thresholds])
        for i in items
    ]
    here = Scale(-6, 6, 121)
    there = Scale(-6 * slope + shift, 6 * slope + shift, 121, prior_mean=shift, prior_sd=slope)

    before, after = score(items, scores, method, here), score(moved, scores, method, there)

    assert after.theta == pytest.approx(slope * before.theta + shift, abs=1e-6)
    assert after.standard_error == pytest.approx(slope * before.standard_error, rel=1e-4)


@given(answered(unguessed_items), methods)
def test_a_finer_grid_changes_nothing_beyond_its_error(test: Answered, method: Method) -> None:
    """Where the likelihood has one maximum; with several, a finer grid may see a higher one."""
    items, scores = test

    coarse, fine = (score(items, scores, method, Scale(points=points)) for points in (121, 961))

    # Cutting the posterior at 6 leaves a trapezoid error of the order of its height there.
    assert fine.theta == pytest.approx(coarse.theta, abs=1e-5)
    assert fine.standard_error == pytest.approx(coarse.standard_error, rel=1e-4)


@given(answered(most=4))
def test_no_theta_is_more_likely_than_the_ml_estimate(test: Answered) -> None:
    items, scores = test

    found = score(items, scores, Method.ML)

    likeliest = max(log_likelihood(items, scores, theta) for theta in np.linspace(-6, 6, 49))
    assert log_likelihood(items, scores, found.theta) >= likeliest - 1e-9


@given(answered(), methods)
def test_one_person_scores_as_among_others(test: Answered, method: Method) -> None:
    items, scores = test
    opposite = [item.highest_score - value for item, value in zip(items, scores, strict=True)]

    alone = score(items, scores, method)
    among = score_all(items, [opposite, scores, [MISSING] * len(items)], method)

    assert among.theta[1] == pytest.approx(alone.theta, abs=1e-12)
    assert among.standard_error[1] == pytest.approx(alone.standard_error, abs=1e-12)
    assert among.at_bound[1] == alone.at_bound


@every_method
def test_how_many_are_scored_at_once_changes_nothing(method: Method, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(1)
    people = np.column_stack([rng.integers(MISSING, item.highest_score + 1, 50) for item in MIXED])
    together = score_all(MIXED, people, method)

    monkeypatch.setattr(scoring, "_CELLS", 7 * STANDARD.points)
    by_seven = score_all(MIXED, people, method)

    assert by_seven.theta == pytest.approx(together.theta, abs=1e-12, nan_ok=True)
    assert by_seven.standard_error == pytest.approx(together.standard_error, abs=1e-12)


@given(answered(), st.lists(any_items, max_size=3), methods)
def test_an_item_that_was_not_asked_is_not_there(test: Answered, others: list[ItemParameters], method: Method) -> None:
    items, scores = test

    alone = score(items, scores, method)
    with_others = score([*items, *others], [*scores, *[MISSING] * len(others)], method)

    assert with_others == alone


@given(st.floats(0.3, 2.5), st.lists(st.tuples(st.floats(-3, 3), st.integers(0, 1)), min_size=1, max_size=5), methods)
def test_one_step_of_either_kind_scores_as_a_logistic_item(
    a: float, answers: list[tuple[float, int]], method: Method
) -> None:
    scores = [value for _, value in answers]
    logistic = score([ItemParameters(a, b) for b, _ in answers], scores, method)

    for curve in (Curve.PARTIAL_CREDIT, Curve.GRADED):
        stepwise = score([ItemParameters.stepwise(curve, a, [b]) for b, _ in answers], scores, method)
        assert stepwise.theta == pytest.approx(logistic.theta, abs=1e-8)
        assert stepwise.standard_error == pytest.approx(logistic.standard_error, rel=1e-6)


# --- Maximum likelihood --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scores", [[1, 0, 0, 0, 0], [1, 1, 0, 1, 0], [0, 1, 1, 1, 1]])
def test_at_the_ml_estimate_of_equal_slopes_the_expected_sum_is_the_real_one(scores: list[int]) -> None:
    rasch = [ItemParameters(1.0, item.b) for item in TEST]

    found = score(rasch, scores, Method.ML)

    assert whole_test_characteristic(rasch, [found.theta])[0] == pytest.approx(sum(scores), abs=1e-8)


@pytest.mark.parametrize(("scores", "bound"), [([1] * 5, 4.0), ([0] * 5, -4.0)])
@pytest.mark.parametrize("curvature", list(Curvature))
def test_all_right_and_all_wrong_are_at_a_bound(scores: list[int], bound: float, curvature: Curvature) -> None:
    found = score(TEST, scores, Method.ML, Scale(-4, 4, 81), curvature=curvature)

    assert found.theta == bound
    assert found.at_bound
    assert found.standard_error == pytest.approx(whole_test_information(TEST, [bound])[0] ** -0.5)


def test_of_two_maxima_the_higher_one_is_found() -> None:
    # Easy items wrong, a hard sharp one right: either a strong person slipped, or a weak one guessed.
    items = [ItemParameters(2.5, -2.0, c=0.25)] * 2 + [ItemParameters(3.0, 2.5, c=0.2)] * 3
    theta = np.linspace(-6, 6, 4801)
    curve = log_probability_table(items, theta)[np.arange(5), [0, 1, 1, 1, 1]].sum(axis=0)
    tops = theta[1:-1][(curve[1:-1] > curve[:-2]) & (curve[1:-1] > curve[2:])]

    found = score(items, [0, 1, 1, 1, 1], Method.ML)

    assert len(tops) == 2
    assert found.theta == pytest.approx(theta[curve.argmax()], abs=0.0025)


def test_expected_and_observed_curvature_agree_without_guessing_and_differ_with_it() -> None:
    guessed = [ItemParameters(item.a, item.b, c=0.25) for item in TEST]
    errors = {
        (name, curvature): score(items, [1, 1, 0, 1, 0], Method.ML, curvature=curvature).standard_error
        for name, items in (("2PL", TEST), ("3PL", guessed))
        for curvature in Curvature
    }

    assert errors["2PL", Curvature.OBSERVED] == pytest.approx(errors["2PL", Curvature.EXPECTED])
    assert errors["3PL", Curvature.OBSERVED] != pytest.approx(errors["3PL", Curvature.EXPECTED], rel=0.01)


# --- Warm's weighted likelihood ------------------------------------------------------------------------------------


@pytest.mark.parametrize("scores", [[0] * 5, [1] * 5])
def test_warm_gives_all_right_and_all_wrong_a_finite_place(scores: list[int]) -> None:
    found = score(TEST, scores, Method.WLE)

    assert not found.at_bound
    assert abs(found.theta) < 4.5
    assert math.isfinite(found.standard_error)


def test_warm_is_less_biased_than_maximum_likelihood() -> None:
    items = [ItemParameters(1.2, b) for b in np.linspace(-2, 2, 15)]
    theta = 1.5
    p = np.exp(log_probability_table(items, [theta])[:, 1, 0])
    people = (np.random.default_rng(3).random((4000, 15)) < p).astype(int)

    of_ml, of_warm = (score_all(items, people, method).theta.mean() - theta for method in (Method.ML, Method.WLE))

    assert of_ml > 0.1
    assert abs(of_warm) < 0.05


# --- Priors --------------------------------------------------------------------------------------------------------


@every_method
def test_without_an_answer_the_prior_is_all_there_is(method: Method) -> None:
    scale = Scale(-8, 8, 161, prior_mean=0.5, prior_sd=0.8)

    found = score(TEST, [MISSING] * 5, method, scale)

    assert not found.at_bound
    if method in (Method.EAP, Method.MAP):
        assert (found.theta, found.standard_error) == pytest.approx((0.5, 0.8))
    else:
        assert math.isnan(found.theta)
        assert found.standard_error == math.inf


def test_a_prior_that_says_nothing_leaves_the_likelihood() -> None:
    wide = Scale(prior_sd=1e6)

    of_map, of_ml = (score(TEST, [1, 1, 0, 1, 0], method, wide) for method in (Method.MAP, Method.ML))

    assert of_map.theta == pytest.approx(of_ml.theta, abs=1e-6)
    assert of_map.standard_error == pytest.approx(of_ml.standard_error, rel=1e-6)


@pytest.mark.parametrize("method", [Method.MAP, Method.EAP])
def test_a_prior_pulls_towards_its_mean(method: Method) -> None:
    likely = score(TEST, [1, 1, 1, 1, 0], Method.ML).theta

    assert 0 < score(TEST, [1, 1, 1, 1, 0], method).theta < likely


# --- Uncertain item parameters -------------------------------------------------------------------------------------


@every_method
def test_known_parameters_are_scored_the_same_either_way(method: Method) -> None:
    assert score(TEST, [1, 1, 0, 1, 0], method) == score(TEST, [1, 1, 0, 1, 0], method, uncertain=False)


def test_uncertain_parameters_say_less() -> None:
    items = [ItemParameters(item.a, item.b, se_b=0.5) for item in TEST]

    known, uncertain = (score(items, [1, 1, 1, 1, 1], uncertain=choice) for choice in (False, True))

    assert uncertain.standard_error > known.standard_error
    assert 0 < uncertain.theta < known.theta


# --- What cannot be scored -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "scores",
    [[1, 0, 0, 0], [2, 0, 0, 0, 0], [-2, 0, 0, 0, 0], [0.5, 0, 0, 0, 0], [math.nan, 0, 0, 0, 0], ["1"] * 5],
)
def test_scores_the_items_cannot_have_are_refused(scores: list[int]) -> None:
    with pytest.raises(PatternNotOfTest):
        score(TEST, scores)


def test_each_item_has_its_own_highest_score() -> None:
    assert score(MIXED, [1, 1, 1, 3, 2]).theta > 0
    with pytest.raises(PatternNotOfTest):
        score(MIXED, [1, 1, 1, 3, 3])


@pytest.mark.parametrize(
    "settings_of_scale",
    [
        {"lowest": 4.0, "highest": -4.0},
        {"lowest": -math.inf},
        {"points": 2},
        {"points": 10**9},
        {"prior_sd": 0.0},
        {"prior_mean": math.nan},
    ],
)
def test_a_scale_on_which_nobody_can_be_scored_is_refused(settings_of_scale: dict[str, float]) -> None:
    with pytest.raises(ScaleNotUsable):
        Scale(**settings_of_scale)  # type: ignore[arg-type]  # points is whole in every case


@every_method
def test_nobody_has_no_scores(method: Method) -> None:
    found = score_all(TEST, np.empty((0, 5), dtype=int), method)

    assert found.theta.shape == found.standard_error.shape == found.at_bound.shape == (0,)


@settings(max_examples=20)
@given(answered(), methods)
def test_scoring_again_gives_the_same_bytes(test: Answered, method: Method) -> None:
    items, scores = test

    assert score(items, scores, method) == score(items, scores, method)
