"""Partial credit and graded items as EM sees them: curves, gradients, M-step, priors, empty scores."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from assessor.psychometrics.calibration.calibrating import calibrate
from assessor.psychometrics.calibration.empty_scores import EmptyScore, check_every_score_is_given
from assessor.psychometrics.calibration.item_model import Model
from assessor.psychometrics.calibration.priors import Normal, Priors
from assessor.psychometrics.calibration.stepwise import GradedItems, PartialCreditItems, StepwiseItems
from assessor.psychometrics.measuring.response_models import (
    Array,
    Curve,
    ItemParameters,
    ParametersOutOfRange,
    log_probability_table,
)
from assessor.psychometrics.measuring.responses import Responses

NODES = np.linspace(-6.0, 6.0, 31)
HIGHEST = (3, 1, 2)
IDS = ("letter", "phone", "form")
DIFFERENCE = 1e-6


def stepwise_items(kind: str, priors: Priors) -> StepwiseItems:
    """Three items with 4, 2 and 3 scores of a model."""
    of_items = priors.of(IDS)
    if kind == "grm":
        return GradedItems(NODES, HIGHEST, of_items)
    return PartialCreditItems(NODES, HIGHEST, of_items, slope_is_free=kind == "gpcm")


def scattered(items: StepwiseItems, seed: int, spread: float = 0.5) -> Array:
    """Values about the start, with the columns of steps that an item lacks left at 0."""
    values = items.start(np.array([0.3, 0.6, 0.8]))
    moved = values + np.random.default_rng(seed).normal(0, spread, values.shape)
    return np.where(is_parameter(items), moved, 0.0)


def is_parameter(items: StepwiseItems) -> NDArray[np.bool_]:
    """Which cells of the values mean something."""
    steps = np.arange(1, max(HIGHEST) + 1) <= np.array(HIGHEST)[:, np.newaxis]
    return np.concatenate([np.ones((len(HIGHEST), int(items.slope_is_free)), dtype=bool), steps], axis=1)


def people(items: StepwiseItems, values: Array, seed: int) -> Array:
    """Expected counts as answers by these values would give them, with a different number at each node."""
    at_node = np.random.default_rng(seed).uniform(1, 20, (len(values), 1, len(NODES)))
    return np.asarray(np.exp(items.log_probability_table(values)) * at_node)


def objective(items: StepwiseItems, values: Array, counts: Array) -> Array:
    """Sum of counts × log P plus log prior, by item."""
    table = items.log_probability_table(values)
    return np.asarray(
        (counts * np.where(np.isneginf(table), 0, table)).sum(axis=(1, 2)) + items.log_prior_by_item(values)
    )


KINDS = pytest.mark.parametrize("kind", ["pcm", "gpcm", "grm"])


@KINDS
def test_the_table_is_that_of_the_parameters_it_stands_for(kind: str) -> None:
    items = stepwise_items(kind, Priors.flat())
    values = scattered(items, seed=1)

    table = items.log_probability_table(values)

    expected = log_probability_table(items.to_parameters(values), NODES)
    assert np.array_equal(np.isneginf(table), np.isneginf(expected))
    exists = np.isfinite(expected)
    assert table[exists] == pytest.approx(expected[exists], abs=1e-12)


@KINDS
@given(seed=st.integers(0, 10_000))
@settings(max_examples=15, deadline=None)
def test_the_gradient_is_that_of_finite_differences(kind: str, seed: int) -> None:
    items = stepwise_items(kind, Priors.flat())
    values = scattered(items, seed)

    gradient = items.gradient_table(values)

    for column in range(values.shape[1]):
        nudge = DIFFERENCE * np.eye(values.shape[1])[column]
        above, below = (np.exp(items.log_probability_table(values + sign * nudge)) for sign in (1, -1))
        table = np.exp(items.log_probability_table(values))
        # By P, not log P: a score that an item does not have then has derivative 0 without exceptions.
        expected = (above - below) / (2 * DIFFERENCE)
        assert gradient[:, column] * table == pytest.approx(expected, abs=1e-8)


@KINDS
def test_scores_that_an_item_lacks_have_neither_probability_nor_gradient(kind: str) -> None:
    items = stepwise_items(kind, Priors.flat())
    values = scattered(items, seed=2)

    table, gradient = items.table_and_gradient(values)

    assert np.all(np.isneginf(table[1, 2:]))
    assert not gradient[1, :, 2:].any()
    assert np.exp(table).sum(axis=1) == pytest.approx(np.ones((3, len(NODES))), abs=1e-12)


@pytest.mark.parametrize("kind", ["gpcm", "grm"])
def test_the_gradient_keeps_its_digits_where_the_answer_is_next_to_impossible(kind: str) -> None:
    items = stepwise_items(kind, Priors.flat())
    values = items.to_values(
        [
            ItemParameters.stepwise(items.curve, 8.0, (1.0, 1.0001, 4.0)),
            ItemParameters(8.0, 5.0),
            ItemParameters.stepwise(items.curve, 8.0, (-5.0, 5.0)),
        ]
    )

    table, gradient = items.table_and_gradient(values)

    assert np.all(np.isfinite(gradient))
    assert np.nanmin(np.where(np.isneginf(table), np.nan, table)) > -300
    assert gradient[1, 1, 1, 0] == pytest.approx(1.0, abs=1e-12)  # d log P(1) / d c far below the threshold


@KINDS
@given(seed=st.integers(0, 10_000), far=st.floats(0.1, 3.0))
@settings(max_examples=15, deadline=None)
def test_an_m_step_never_lowers_an_item(kind: str, seed: int, far: float) -> None:
    items = stepwise_items(kind, Priors())
    counts = people(items, scattered(items, seed), seed)
    before = scattered(items, seed + 1, spread=far)

    after = items.maximise(before, counts)

    was = objective(items, before, counts)
    assert np.all(objective(items, after, counts) >= was - 1e-11 * np.abs(was))
    assert not after[~is_parameter(items)].any()


@KINDS
def test_m_steps_find_the_parameters_that_made_the_counts(kind: str) -> None:
    items = stepwise_items(kind, Priors.flat())
    truth = scattered(items, seed=3)
    counts = people(items, truth, seed=3)
    values = items.start(np.array([0.5, 0.5, 0.5]))

    for _ in range(12):
        values = items.maximise(values, counts)

    assert values == pytest.approx(truth, abs=1e-7)


@KINDS
def test_the_gradient_of_the_prior_is_that_of_finite_differences(kind: str) -> None:
    items = stepwise_items(kind, Priors.from_experts({"letter": -1.0}))
    values = scattered(items, seed=4)

    gradient, _ = items.prior_score(values)

    for row, column in zip(*np.nonzero(is_parameter(items)), strict=True):
        nudge = np.zeros_like(values)
        nudge[row, column] = DIFFERENCE
        expected = (items.log_prior(values + nudge) - items.log_prior(values - nudge)) / (2 * DIFFERENCE)
        assert gradient[row, column] == pytest.approx(expected, abs=1e-7)


@KINDS
def test_without_answers_an_item_is_what_the_experts_say(kind: str) -> None:
    items = stepwise_items(kind, Priors.from_experts({"letter": -1.0, "phone": 0.5, "form": 1.5}))
    values, nobody = items.start(np.full(3, 0.5)), np.zeros((3, 4, len(NODES)))

    for _ in range(60):
        values = items.maximise(values, nobody)

    learnt = items.to_parameters(values)
    assert [item.b for item in learnt] == pytest.approx([-1.0, 0.5, 1.5], abs=1e-6)
    if items.slope_is_free:
        assert [item.a for item in learnt] == pytest.approx([1.2] * 3, abs=1e-6)


@KINDS
def test_flat_priors_add_nothing(kind: str) -> None:
    items = stepwise_items(kind, Priors.flat())
    values = scattered(items, seed=5)

    assert items.log_prior(values) == 0
    assert not items.prior_information(values).any()


@pytest.mark.parametrize(
    ("kind", "curve"), [("pcm", Curve.PARTIAL_CREDIT), ("gpcm", Curve.PARTIAL_CREDIT), ("grm", Curve.GRADED)]
)
def test_parameters_and_values_undo_each_other(kind: str, curve: Curve) -> None:
    items = stepwise_items(kind, Priors.flat())
    values = scattered(items, seed=6)

    parameters = items.to_parameters(values, None)

    assert [item.curve for item in parameters] == [curve, Curve.LOGISTIC, curve]
    assert items.to_values(parameters) == pytest.approx(values, abs=1e-12)


def test_parameters_of_another_curve_or_slope_are_refused() -> None:
    graded = ItemParameters.stepwise(Curve.GRADED, 1.0, (-1.0, 0.0, 1.0))
    partial = ItemParameters.stepwise(Curve.PARTIAL_CREDIT, 1.3, (-1.0, 0.0, 1.0))
    others = [ItemParameters(1.0, 0.0), ItemParameters.stepwise(Curve.PARTIAL_CREDIT, 1.0, (0.0, 0.5))]

    with pytest.raises(ParametersOutOfRange, match="partial credit item with scores 0 to 3"):
        stepwise_items("gpcm", Priors.flat()).to_values([graded, *others])
    with pytest.raises(ParametersOutOfRange, match=r"not 1\.3\. Choose the GPCM"):
        stepwise_items("pcm", Priors.flat()).to_values([partial, *others])


@KINDS
def test_renaming_theta_moves_thresholds_and_leaves_the_curves(kind: str) -> None:
    items = stepwise_items(kind, Priors.flat())
    values, deviation = scattered(items, seed=7), 1.3 if items.slope_is_free else 1.0

    renamed = items.to_parameters(items.rescaled(values, mean=0.4, deviation=deviation))

    today = log_probability_table(items.to_parameters(values), NODES)
    then = log_probability_table(renamed, (NODES - 0.4) / deviation)
    assert np.exp(then) == pytest.approx(np.exp(today), abs=1e-12)


@KINDS
def test_standard_errors_follow_from_the_covariance_of_the_values(kind: str) -> None:
    items = stepwise_items(kind, Priors.flat())
    values = scattered(items, seed=8)
    rng = np.random.default_rng(8)
    root = rng.normal(0, 0.002, (3, values.shape[1], values.shape[1])) * is_parameter(items)[:, :, np.newaxis]

    learnt = items.to_parameters(values, root @ root.transpose(0, 2, 1))

    drawn = values + np.einsum("ipr,nir->nip", root, rng.normal(size=(4_000, *values.shape)))
    sample = np.array([[(item.a, item.b) for item in items.to_parameters(draw)] for draw in drawn])
    stated = [(item.se_a, item.se_b) for item in learnt]
    assert sample.std(axis=0) == pytest.approx(np.array(stated), rel=0.06, abs=1e-12)


@KINDS
def test_with_priors_a_score_that_nobody_has_is_still_calibrated(kind: str) -> None:
    items = stepwise_items(kind, Priors())
    values = scattered(items, seed=9)
    counts = people(items, values, seed=9)
    counts[0, 2] += counts[0, 1]
    counts[0, 1] = 0

    for _ in range(80):
        settled, values = values, items.maximise(values, counts)

    assert values == pytest.approx(settled, abs=1e-6)
    probabilities = np.exp(items.log_probability_table(values))[0, 1]
    assert 0 < probabilities.max() < 0.1
    assert all(abs(threshold) < 6 for threshold in items.to_parameters(values)[0].thresholds)


def test_without_priors_a_score_that_nobody_has_is_refused_by_name() -> None:
    counted = [[10, 0, 5, 20], [4, 9, 0, 0], [0, 0, 0, 0]]

    with pytest.raises(EmptyScore, match="Nobody has score 1 of letter") as refusal:
        check_every_score_is_given(IDS, counted, HIGHEST)

    assert "phone" not in str(refusal.value)  # it has only two scores, and both are given
    assert "form" not in str(refusal.value)  # nobody answered it at all, which is another matter
    assert "calibrate with priors" in str(refusal.value)


def test_rounding_in_expected_counts_does_not_hide_an_empty_score() -> None:
    with pytest.raises(EmptyScore, match="score 0 of phone"):
        check_every_score_is_given(IDS, [[1.0, 1.0, 1.0, 1.0], [1e-13, 300.0, 0.0, 0.0], [1.0, 1.0, 1.0, 0.0]], HIGHEST)

    check_every_score_is_given(IDS, [[1, 1, 1, 1], [1, 1, 0, 0], [1, 1, 1, 0]], HIGHEST)


def test_a_leap_out_of_bounds_is_taken_to_the_nearest_bound() -> None:
    items = stepwise_items("grm", Priors.flat())
    wild = np.where(is_parameter(items), 1e4, 0.0)

    table = items.log_probability_table(wild)

    assert not np.isnan(table).any()
    assert items.within_bounds(wild).max() <= 60
    assert math.isfinite(items.log_prior(wild))


def test_a_prior_on_thresholds_draws_them_together() -> None:
    wide = stepwise_items("gpcm", Priors(threshold=Normal(0.0, 1.5)))
    narrow = stepwise_items("gpcm", Priors(threshold=Normal(0.0, 0.2)))
    values = scattered(wide, seed=10)
    counts = people(wide, values, seed=10) / 20

    def spread(items: StepwiseItems) -> float:
        settled = values
        for _ in range(20):
            settled = items.maximise(settled, counts)
        return float(np.ptp(items.to_parameters(settled)[0].thresholds))

    assert spread(narrow) < spread(wide) / 2


def drawn(items: list[ItemParameters], persons: int, seed: int) -> Responses:
    """Answers of N(0, 1) people to these items."""
    rng = np.random.default_rng(seed)
    theta = rng.normal(size=persons)
    cumulative = np.cumsum(np.exp(log_probability_table(items, theta)), axis=1)
    scores = (rng.uniform(size=(len(items), 1, persons)) > cumulative[:, :-1]).sum(axis=1)
    return Responses.from_matrix(scores.T)


@pytest.mark.parametrize(
    ("model", "curve"), [(Model.GPCM, Curve.PARTIAL_CREDIT), (Model.GRM, Curve.GRADED)], ids=["gpcm", "grm"]
)
def test_items_with_different_numbers_of_scores_are_calibrated_together(model: Model, curve: Curve) -> None:
    four_scores = [ItemParameters.stepwise(curve, 1.4, (-1.2, 0.1 + shift, 1.0)) for shift in (-0.2, 0.0, 0.2)]
    truth = [*four_scores, ItemParameters(1.2, 0.5), ItemParameters.stepwise(curve, 0.9, (-0.4, 0.8))]

    found = calibrate(drawn(truth, 4_000, seed=1), model, priors=Priors.flat())

    assert [item.highest_score for item in found.parameters] == [3, 3, 3, 1, 2]
    for item, true in zip(found.parameters, truth, strict=True):
        assert abs(item.a - true.a) < 4 * item.se_a
        assert abs(item.b - true.b) < 4 * item.se_b


@pytest.mark.parametrize("model", [Model.GPCM, Model.GRM])
@pytest.mark.parametrize("priors", [Priors(), Priors.flat()], ids=["priors", "flat"])
def test_items_with_two_scores_are_those_of_the_2pl(model: Model, priors: Priors) -> None:
    answers = drawn([ItemParameters(1.0 + 0.1 * number, number - 2.0) for number in range(5)], 1_500, seed=2)

    found = calibrate(answers, model, priors=priors, tolerance=1e-7)

    expected = calibrate(answers, Model.TWO_PL, priors=priors, tolerance=1e-7)
    for item, as_2pl in zip(found.parameters, expected.parameters, strict=True):
        assert item.curve is Curve.LOGISTIC
        assert (item.a, item.b) == pytest.approx((as_2pl.a, as_2pl.b), abs=1e-5)
        assert (item.se_a, item.se_b) == pytest.approx((as_2pl.se_a, as_2pl.se_b), rel=1e-3)


@pytest.mark.parametrize(
    ("model", "curve"), [(Model.GPCM, Curve.PARTIAL_CREDIT), (Model.GRM, Curve.GRADED)], ids=["gpcm", "grm"]
)
def test_stepwise_anchors_keep_their_parameters_and_the_scale(model: Model, curve: Curve) -> None:
    known = {f"i{at}": ItemParameters.stepwise(curve, 1.3, (at - 3.5, at - 2.5)) for at in range(1, 6)}
    truth = [*known.values(), ItemParameters.stepwise(curve, 1.1, (-0.5, 0.3, 0.9))]

    found = calibrate(drawn(truth, 2_000, seed=3), model, anchors=known).by_item()

    assert {item: found[item] for item in known} == known
    assert found["i6"].b == pytest.approx(truth[-1].b, abs=4 * found["i6"].se_b)
