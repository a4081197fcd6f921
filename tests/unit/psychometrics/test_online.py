"""Item parameters that follow the answers night by night."""

import json
import math
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from assessor.psychometrics.calibration.calibrating import calibrate
from assessor.psychometrics.calibration.item_model import Model
from assessor.psychometrics.calibration.item_posterior import ItemPosterior, movement
from assessor.psychometrics.calibration.online import Answers, AnswersNotUsable, AnswerSums, answer_sums, update
from assessor.psychometrics.calibration.priors import Priors
from assessor.psychometrics.measuring.response_models import Array, Curve, ItemParameters, log_probability_table
from assessor.psychometrics.measuring.responses import Responses

EXPERT = ItemPosterior.from_parameters(ItemParameters(a=1.2, b=0.5, se_a=0.3, se_b=0.5))
SE_THETA = 0.4
WIDE = np.linspace(-5.0, 5.0, 201)
GRID = np.linspace(-6.0, 6.0, 121)

ITEMS = {
    "2pl": ItemParameters(1.6, 0.1),
    "3pl": ItemParameters(1.5, 0.9, c=0.2),
    "4pl": ItemParameters(1.4, -0.4, c=0.1, d=0.95),
    "gpcm": ItemParameters.stepwise(Curve.PARTIAL_CREDIT, 0.9, (-0.8, 0.9, 0.5)),
    "grm": ItemParameters.stepwise(Curve.GRADED, 1.5, (-1.0, 0.2, 1.1)),
}


def people(count: int, seed: int) -> tuple[Array, Array, Array]:
    """True thetas, and what other items tell: posterior means and SDs."""
    rng = np.random.default_rng(seed)
    theta = rng.normal(size=count)
    reliability = 1 / (1 + SE_THETA**2)
    mean = reliability * (theta + SE_THETA * rng.normal(size=count))
    return theta, mean, np.full(count, SE_THETA * math.sqrt(reliability))


def scores_of(item: ItemParameters, theta: Array, seed: int) -> Array:
    """Scores drawn from the item's curves."""
    cumulative = np.cumsum(np.exp(log_probability_table([item], theta)[0]), axis=0)
    draws = np.random.default_rng(seed).uniform(size=len(theta))
    return np.asarray((draws > cumulative[:-1]).sum(axis=0))


def answers_to(item: ItemParameters, count: int, seed: int = 1) -> Answers:
    """What `count` people answer to an item with these true parameters."""
    theta, mean, sd = people(count, seed)
    return Answers.from_normal(mean, sd, scores_of(item, theta, seed + 1))


def before_answers(truth: ItemParameters) -> ItemPosterior:
    """An item of the same kind, half an SD of the experts off."""
    thresholds = tuple(threshold + 0.25 for threshold in truth.thresholds)
    return ItemPosterior.from_parameters(
        replace(truth, a=1.2, b=truth.b + 0.25, se_a=0.3, se_b=0.5, thresholds=thresholds)
    )


def mode_and_covariance(item: ItemPosterior, mean: Array, sd: Array, score: Array) -> tuple[Array, Array]:
    """The mode of the exact posterior, averaged over theta on a fine grid, by a general optimiser."""
    weight = np.exp(-0.5 * WIDE**2)
    theta = mean[:, np.newaxis] + sd[:, np.newaxis] * WIDE
    start = np.array([item.log_a, item.b])
    precision = np.linalg.inv([[item.variance_log_a, item.covariance], [item.covariance, item.variance_b]])

    def minus_log_posterior(point: Array) -> float:
        a, b = math.exp(point[0]), float(point[1])
        thresholds = tuple(b + offset for offset in item.offsets)
        curve = replace(ItemParameters(a, b, c=item.c, d=item.d), thresholds=thresholds, curve=item.curve)
        table = np.exp(log_probability_table([curve], theta.ravel())[0]).reshape(-1, *theta.shape)
        likelihood = table[score, np.arange(len(score))] @ weight / weight.sum()
        away = point - start
        return float(-np.log(likelihood).sum() + 0.5 * away @ precision @ away)

    found = minimize(minus_log_posterior, start, method="Nelder-Mead", options={"xatol": 1e-7, "fatol": 1e-9})
    step = 1e-3 * np.eye(2)
    hessian = [
        [
            sum(
                sign * other * minus_log_posterior(found.x + sign * step[row] + other * step[column])
                for sign in (1, -1)
                for other in (1, -1)
            )
            / 4e-6
            for column in range(2)
        ]
        for row in range(2)
    ]
    return np.asarray(found.x), np.asarray(np.linalg.inv(hessian), dtype=np.float64)


@pytest.mark.parametrize("kind", ITEMS)
def test_an_update_reaches_the_mode_of_the_exact_posterior(kind: str) -> None:
    theta, mean, sd = people(150, seed=4)
    score = scores_of(ITEMS[kind], theta, seed=5)
    before = before_answers(ITEMS[kind])

    item = update(before, [Answers.from_normal(mean, sd, score)])

    mode, covariance = mode_and_covariance(before, mean, sd, score)
    assert (item.log_a, item.b) == pytest.approx(tuple(mode), abs=0.002)
    deviations = np.sqrt(np.diag(covariance))
    assert math.sqrt(item.variance_log_a) == pytest.approx(deviations[0], rel=0.05)
    assert math.sqrt(item.variance_b) == pytest.approx(deviations[1], rel=0.05)


@pytest.mark.parametrize("count", [60, 600])
def test_an_update_comes_to_what_a_whole_calibration_finds(count: int) -> None:
    known = {f"i{number}": ItemParameters(1.3, -2 + 0.2 * number) for number in range(20)}
    theta = np.random.default_rng(8).normal(size=count)
    columns = [scores_of(item, theta, seed) for seed, item in enumerate([*known.values(), ITEMS["2pl"]])]
    answers = Responses.from_matrix(np.stack(columns, axis=1), [*known, "new"])
    priors = Priors.from_experts({"new": 0.5})
    calibration = calibrate(answers, Model.TWO_PL, priors=priors, anchors=known, tolerance=1e-6)
    mean, deviation = calibration.groups[""]
    posterior = np.exp(-0.5 * np.square((GRID - mean) / deviation)) * np.exp(
        sum(
            log_probability_table([item], GRID)[0][column]
            for item, column in zip(known.values(), columns, strict=False)
        )
    )

    item = update(EXPERT, [Answers.from_grid(GRID, posterior, columns[-1])])

    whole = calibration.by_item()["new"]
    published = item.to_parameters()
    assert (published.a, published.b) == pytest.approx((whole.a, whole.b), abs=0.01)
    assert (published.se_a, published.se_b) == pytest.approx((whole.se_a, whole.se_b), rel=0.1)


@pytest.mark.parametrize("kind", ITEMS)
def test_the_sums_are_the_gradient_of_the_log_likelihood(kind: str) -> None:
    item, answers = before_answers(ITEMS[kind]), answers_to(ITEMS[kind], 40)
    point = (0.1, -0.3)

    sums = answer_sums(item, point, answers)

    def log_likelihood(log_a: float, b: float) -> float:
        thresholds = tuple(b + offset for offset in item.offsets)
        curve = replace(ItemParameters(math.exp(log_a), b, c=item.c, d=item.d), thresholds=thresholds, curve=item.curve)
        table = np.exp(log_probability_table([curve], answers.theta.ravel())[0]).reshape(-1, *answers.theta.shape)
        return float(np.log((table[answers.score, np.arange(40)] * answers.weight).sum(axis=1)).sum())

    by_log_a = (log_likelihood(0.1 + 1e-5, -0.3) - log_likelihood(0.1 - 1e-5, -0.3)) / 2e-5
    by_b = (log_likelihood(0.1, -0.3 + 1e-5) - log_likelihood(0.1, -0.3 - 1e-5)) / 2e-5
    assert sums.score == pytest.approx((by_log_a, by_b), abs=1e-6)


@given(seed=st.integers(0, 1_000), cuts=st.lists(st.integers(0, 60), max_size=4))
@settings(max_examples=20, deadline=None)
def test_order_and_pieces_do_not_matter(seed: int, cuts: list[int]) -> None:
    _, mean, sd = people(60, seed)
    score = np.random.default_rng(seed).integers(0, 2, 60)
    order = np.random.default_rng(seed + 1).permutation(60)
    pieces = [
        Answers.from_normal(mean[part], sd[part], score[part]) for part in np.split(order, sorted(cuts))
    ]  # some are empty

    in_pieces = update(EXPERT, pieces)

    whole = update(EXPERT, [Answers.from_normal(mean, sd, score)])
    assert in_pieces.answers == whole.answers == 60
    assert (in_pieces.log_a, in_pieces.b) == pytest.approx((whole.log_a, whole.b), abs=1e-12)
    assert in_pieces.variance_b == pytest.approx(whole.variance_b, abs=1e-12)


def test_the_pieces_may_be_summed_elsewhere() -> None:
    pieces = [answers_to(ITEMS["2pl"], 30, seed) for seed in range(3)]
    asked: list[int] = []

    def elsewhere(function: Callable[[Answers], AnswerSums], units: Iterable[Answers]) -> list[AnswerSums]:
        asked.append(len(list(units)))
        return [function(unit) for unit in units]

    item = update(EXPERT, pieces, passes=2, map=elsewhere)

    assert asked == [3, 3, 3, 3]  # twice for what is known, twice for what is published below fifty answers
    assert item == update(EXPERT, pieces, passes=2)


def test_sums_taken_at_different_points_do_not_add_up() -> None:
    answers = answers_to(ITEMS["2pl"], 10)

    with pytest.raises(AnswersNotUsable, match="do not add up"):
        answer_sums(EXPERT, (0.0, 0.0), answers) + answer_sums(EXPERT, (0.0, 0.1), answers)


def test_two_nights_come_close_to_one() -> None:
    first, second = answers_to(ITEMS["2pl"], 150, seed=1), answers_to(ITEMS["2pl"], 150, seed=11)

    night_by_night = update(update(EXPERT, [first]), [second])

    at_once = update(EXPERT, [first, second])
    assert night_by_night.answers == 300
    assert night_by_night.b == pytest.approx(at_once.b, abs=0.01)
    assert night_by_night.log_a == pytest.approx(at_once.log_a, abs=0.01)
    assert night_by_night.variance_b == pytest.approx(at_once.variance_b, rel=0.05)


def test_no_answers_change_nothing() -> None:
    assert update(EXPERT, []) == EXPERT
    assert update(EXPERT, [Answers.from_normal([], [], [])]) == EXPERT


def test_a_right_answer_makes_an_item_easier_and_better_known() -> None:
    right = update(EXPERT, [Answers.from_normal([0.5], [0.3], [1])])
    wrong = update(EXPERT, [Answers.from_normal([0.5], [0.3], [0])])

    assert right.b < EXPERT.b < wrong.b
    assert right.variance_b < EXPERT.variance_b


def test_an_answer_of_somebody_unknown_tells_less() -> None:
    known, unknown = (update(EXPERT, [Answers.from_normal([1.0] * 40, [sd] * 40, [0, 1] * 20)]) for sd in (0.1, 1.0))

    assert known.variance_b < unknown.variance_b
    assert known.variance_log_a < unknown.variance_log_a


def test_a_parameter_that_is_known_stays() -> None:
    fixed_slope = ItemPosterior.from_parameters(ItemParameters(1.2, 0.5, se_a=0.0, se_b=0.5))

    item = update(fixed_slope, [answers_to(ITEMS["2pl"], 200)])

    assert item.log_a == fixed_slope.log_a
    assert item.variance_log_a == 0
    assert item.to_parameters().se_a == 0
    assert item.variance_b < fixed_slope.variance_b


def test_below_fifty_answers_only_the_difficulty_is_published() -> None:
    item = update(EXPERT, [answers_to(ITEMS["2pl"], 49)])

    published = item.to_parameters()

    assert (published.a, published.se_a) == pytest.approx((1.2, 0.3))
    assert published.se_b < 0.5
    assert item.log_a != EXPERT.log_a  # what was learnt about the slope waits


def test_rasch_first_is_what_an_item_with_that_slope_would_have_learnt() -> None:
    answers = answers_to(ITEMS["2pl"], 40)
    with_its_slope = ItemPosterior.from_parameters(ItemParameters(1.2, 0.5, se_a=0.0, se_b=0.5))

    published = update(EXPERT, [answers]).to_parameters()

    alone = update(with_its_slope, [answers]).to_parameters()
    assert (published.b, published.se_b) == pytest.approx((alone.b, alone.se_b), abs=1e-12)


def test_from_fifty_answers_the_slope_is_published_with_all_it_has_learnt() -> None:
    first, second = answers_to(ITEMS["2pl"], 49, seed=1), answers_to(ITEMS["2pl"], 1, seed=9)

    item = update(update(EXPERT, [first]), [second])

    assert item.answers == 50
    assert item.to_parameters().a == pytest.approx(math.exp(update(EXPERT, [first, second]).log_a), abs=0.01)


@pytest.mark.parametrize("kind", ITEMS)
def test_an_item_becomes_parameters_and_json_and_comes_back(kind: str) -> None:
    item = replace(before_answers(ITEMS[kind]), answers=200, covariance=0.01)

    stored = ItemPosterior.from_json(json.loads(json.dumps(item.to_json())))

    assert stored == item
    parameters = item.to_parameters()
    assert (parameters.curve, parameters.c, parameters.d) == (ITEMS[kind].curve, ITEMS[kind].c, ITEMS[kind].d)
    assert parameters.highest_score == ITEMS[kind].highest_score
    again = ItemPosterior.from_parameters(parameters, answers=200).to_parameters()
    assert (again.a, again.b, again.se_a, again.se_b) == pytest.approx(
        (parameters.a, parameters.b, parameters.se_a, parameters.se_b)
    )


def test_a_grid_says_the_same_as_its_normal() -> None:
    _, mean, sd = people(50, seed=6)
    score = np.random.default_rng(6).integers(0, 2, 50)
    density = np.exp(-0.5 * np.square((GRID - mean[:, np.newaxis]) / sd[:, np.newaxis]))

    of_grid = update(EXPERT, [Answers.from_grid(GRID, density, score)])

    of_normal = update(EXPERT, [Answers.from_normal(mean, sd, score)])
    assert (of_grid.log_a, of_grid.b) == pytest.approx((of_normal.log_a, of_normal.b), abs=1e-6)


def test_an_answer_that_was_scored_is_taken_out_of_its_theta() -> None:
    scored_with = EXPERT.to_parameters()
    score = np.array([0, 1, 1])
    others = np.exp(-0.5 * np.square((GRID - np.array([[-0.5], [0.2], [1.0]])) / 0.5))
    with_it = others * np.exp(log_probability_table([scored_with], GRID)[0][score])

    item = update(EXPERT, [Answers.from_grid(GRID, with_it, score, scored_with)])

    assert item.b == pytest.approx(update(EXPERT, [Answers.from_grid(GRID, others, score)]).b, abs=1e-12)


def shifts(drift: float, nights: int = 120) -> list[Any]:
    """Shifts of items like the experts say, each after 150 answers, all `drift` harder than they were."""
    rng = np.random.default_rng(7)
    found = []
    for night in range(nights):
        b = EXPERT.b + 0.5 * rng.normal()
        a = 1.2 * math.exp(0.25 * rng.normal())
        stored = update(EXPERT, [answers_to(ItemParameters(a, b), 150, seed=100 + 2 * night)])
        today = update(stored, [answers_to(ItemParameters(a, b + drift), 150, seed=5_000 + 2 * night)])
        found.append(movement(today, stored.to_parameters()))
    return found


def test_an_unchanged_item_shifts_by_chance_alone() -> None:
    found = shifts(drift=0.0)

    assert np.std([move.b for move in found]) == pytest.approx(1.0, abs=0.2)
    assert np.std([move.log_a for move in found]) == pytest.approx(1.0, abs=0.2)
    assert np.mean([move.b for move in found]) == pytest.approx(0.0, abs=0.25)
    assert sum(move.largest > 3 for move in found) <= 2


def test_an_item_that_became_known_to_candidates_stands_out() -> None:
    found = shifts(drift=-1.0, nights=40)

    assert np.mean([move.b for move in found]) < -3
    assert np.mean([move.largest > 3 for move in found]) > 0.8


def test_nothing_answered_nothing_shifted() -> None:
    known = ItemPosterior.from_parameters(ItemParameters(1.2, 0.5), answers=500)

    assert movement(EXPERT, EXPERT.to_parameters()).largest == 0
    assert movement(known, known.to_parameters()).largest == 0


def test_a_widened_item_follows_new_answers_sooner() -> None:
    old = update(EXPERT, [answers_to(ITEMS["2pl"], 400)])
    harder = answers_to(ItemParameters(1.6, 1.1), 100, seed=30)

    followed = update(old.widened(sd_b=0.3), [harder])

    assert followed.b > update(old, [harder]).b
    assert old.widened(sd_b=0.3).variance_b == pytest.approx(old.variance_b + 0.09)


@pytest.mark.parametrize(
    ("mean", "sd", "score", "message"),
    [
        ([0.0], [0.4, 0.4], [1], "must match"),
        ([math.nan], [0.4], [1], "finite mean"),
        ([0.0], [-0.4], [1], "at least 0"),
        ([0.0], [0.4], [0.5], "whole numbers"),
        ([0.0], [0.4], [-1], "not asked"),
    ],
)
def test_answers_that_make_no_sense_are_refused(
    mean: list[float], sd: list[float], score: list[float], message: str
) -> None:
    with pytest.raises(AnswersNotUsable, match=message):
        Answers.from_normal(mean, sd, score)


def test_posteriors_that_make_no_sense_are_refused() -> None:
    with pytest.raises(AnswersNotUsable, match="2 answers on 121 points"):
        Answers.from_grid(GRID, np.ones((3, 121)), [0, 1])
    with pytest.raises(AnswersNotUsable, match="not all 0"):
        Answers.from_grid(GRID, np.zeros((2, 121)), [0, 1])


def test_a_score_that_the_item_does_not_have_is_refused() -> None:
    with pytest.raises(AnswersNotUsable, match="A score of 2 on an item with scores 0 to 1"):
        update(EXPERT, [Answers.from_normal([0.0], [0.4], [2])])
