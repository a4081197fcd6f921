"""Calibration finds what made the answers: items, standard errors, groups, and the scale of anchors."""

import numpy as np
import pytest

from assessor.psychometrics.calibration import covariance
from assessor.psychometrics.calibration.calibrating import calibrate
from assessor.psychometrics.calibration.item_model import Model
from assessor.psychometrics.calibration.priors import EXPERT_DEVIATION, Priors, Share
from assessor.psychometrics.measuring.response_models import Array, ItemParameters
from assessor.psychometrics.measuring.responses import MISSING, Responses
from tests.unit.psychometrics.calibration_data import answers, bank, people


def slopes(items: tuple[ItemParameters, ...] | list[ItemParameters]) -> Array:
    """a of each item."""
    return np.array([item.a for item in items])


def difficulties(items: tuple[ItemParameters, ...] | list[ItemParameters]) -> Array:
    """b of each item."""
    return np.array([item.b for item in items])


def test_standard_errors_cover_the_truth_as_often_as_they_say() -> None:
    truth = bank(12)
    inside_a, inside_b = [], []

    for seed in range(40):
        responses = Responses.from_matrix(answers(truth, people(700, seed), 1000 + seed, missing=0.1))
        found = calibrate(responses, Model.TWO_PL, priors=Priors.flat()).parameters
        inside_a += [abs(got.a - item.a) < 1.96 * got.se_a for got, item in zip(found, truth, strict=True)]
        inside_b += [abs(got.b - item.b) < 1.96 * got.se_b for got, item in zip(found, truth, strict=True)]

    assert np.mean(inside_a) == pytest.approx(0.95, abs=0.03)
    assert np.mean(inside_b) == pytest.approx(0.95, abs=0.03)


@pytest.mark.parametrize("model", [Model.RASCH, Model.ONE_PL, Model.TWO_PL])
@pytest.mark.parametrize("missing", [0.0, 0.7])
@pytest.mark.parametrize("placed", [False, True], ids=["people", "experts"])
def test_items_treated_alone_have_nearly_the_standard_errors_of_the_whole(
    model: Model, missing: float, placed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    truth = bank(50)
    responses = Responses.from_matrix(answers(truth, people(800), missing=missing))
    levels = {f"i{number + 1}": item.b for number, item in enumerate(truth)}
    priors = Priors.from_experts(levels) if placed else Priors()

    whole = calibrate(responses, model, priors=priors).parameters
    monkeypatch.setattr(covariance, "MOST_PRODUCTS", 0)
    alone = calibrate(responses, model, priors=priors).parameters

    share = 0.08 if placed else 0.06
    assert [item.se_b for item in alone] == pytest.approx([item.se_b for item in whole], rel=share)
    assert [item.se_a for item in alone] == pytest.approx([item.se_a for item in whole], rel=share)


def test_priors_from_experts_beat_answers_alone() -> None:
    truth = bank(40)
    noise = np.random.default_rng(6).normal(0, EXPERT_DEVIATION, 40)
    centres = {f"i{number + 1}": truth[number].b + noise[number] for number in range(40)}
    responses = Responses.from_matrix(answers(truth, people(120), missing=0.5))

    def error(priors: Priors) -> float:
        found = calibrate(responses, Model.TWO_PL, priors=priors).parameters
        return float(np.sqrt(np.mean((difficulties(found) - difficulties(truth)) ** 2)))

    with_experts = error(Priors.from_experts(centres))

    assert with_experts < 0.35 < EXPERT_DEVIATION
    assert with_experts < error(Priors()) < error(Priors.flat())


@pytest.mark.parametrize("model", [Model.RASCH, Model.ONE_PL, Model.TWO_PL])
@pytest.mark.parametrize("missing", [0.0, 0.5])
def test_beginners_do_not_make_items_seem_harder_where_experts_placed_them(model: Model, missing: float) -> None:
    truth = [ItemParameters(item.a if model is Model.TWO_PL else 1.0, item.b) for item in bank(40)]
    noise = np.random.default_rng(6).normal(0, EXPERT_DEVIATION, 40)
    placed = {f"i{number + 1}": truth[number].b + noise[number] - noise.mean() for number in range(40)}
    beginners = Responses.from_matrix(answers(truth, people(400, 8, -1.5, 0.8), missing=missing))

    found = calibrate(beginners, model, priors=Priors.from_experts(placed))
    unplaced = calibrate(beginners, model)

    assert found.converged
    assert found.groups[""] == pytest.approx((-1.5, 0.8), abs=0.25)
    assert abs(np.mean(difficulties(found.parameters) - difficulties(truth))) < 0.2
    assert unplaced.groups[""][0] == 0
    assert np.mean(difficulties(unplaced.parameters) - difficulties(truth)) > 0.8  # what would have happened


def test_every_group_is_free_on_the_scale_of_experts() -> None:
    truth = bank(30)
    placed = {f"i{number + 1}": item.b for number, item in enumerate(truth[:20])}
    theta = np.concatenate([people(500, 4, -1.2, 0.8), people(500, 8, 0.4, 1.1)])
    responses = Responses.from_matrix(answers(truth, theta, missing=0.3), groups=["x"] * 500 + ["y"] * 500)

    found = calibrate(responses, Model.TWO_PL, priors=Priors.from_experts(placed))

    assert found.groups["x"] == pytest.approx((-1.2, 0.8), abs=0.25)
    assert found.groups["y"] == pytest.approx((0.4, 1.1), abs=0.25)


@pytest.mark.parametrize("placed", [4, 19])
def test_too_few_levels_of_experts_leave_the_scale_to_the_people(placed: int) -> None:
    experts = Priors.from_experts({f"i{number + 1}": 0.0 for number in range(placed)})
    responses = Responses.from_matrix(answers(bank(8 if placed == 4 else 40), people(200, 8, -1.5)))

    found = calibrate(responses, Model.TWO_PL, priors=experts, standard_errors=False)

    assert found.groups[""] == (0.0, 1.0)


def test_without_answers_worth_speaking_of_the_experts_are_repeated() -> None:
    centres = {"i1": -1.5, "i2": -0.5, "i3": 0.5, "i4": 1.5}
    responses = Responses.from_matrix([[1, 0, 1, 0], [0, 1, 0, 1]])

    found = calibrate(responses, Model.TWO_PL, priors=Priors.from_experts(centres)).parameters

    assert difficulties(found) == pytest.approx(list(centres.values()), abs=0.3)
    assert [item.se_b for item in found] == pytest.approx([EXPERT_DEVIATION] * 4, rel=0.15)
    assert slopes(found) == pytest.approx([1.2] * 4, abs=0.15)


def test_guessing_is_found_near_one_in_four() -> None:
    truth = [ItemParameters(item.a, item.b, c=0.25) for item in bank(30)]
    responses = Responses.from_matrix(answers(truth, people(3000)))

    found = calibrate(responses, Model.THREE_PL).parameters

    assert np.mean([item.c for item in found]) == pytest.approx(0.25, abs=0.03)
    assert np.sqrt(np.mean((difficulties(found) - difficulties(truth)) ** 2)) < 0.2


def test_slips_are_found() -> None:
    truth = [ItemParameters(item.a * 1.5, item.b - 1, c=0.2, d=0.88) for item in bank(30)]
    responses = Responses.from_matrix(answers(truth, people(3000)))

    found = calibrate(responses, Model.FOUR_PL, priors=Priors(upper=Share(0.95, 10))).parameters

    assert np.mean([item.d for item in found]) == pytest.approx(0.89, abs=0.03)
    assert all(item.c < item.d <= 1 for item in found)


@pytest.mark.parametrize(("model", "priors"), [(Model.ONE_PL, Priors()), (Model.TWO_PL, Priors.flat())])
def test_two_groups_linked_by_common_items_are_put_on_one_scale(model: Model, priors: Priors) -> None:
    truth = [ItemParameters(1.2 if model is Model.ONE_PL else item.a, item.b) for item in bank(20)]
    groups = ["first"] * 2000 + ["second"] * 2000
    found = []

    for seed in range(4):
        scores = answers(truth, np.concatenate([people(2000, seed), people(2000, 50 + seed, -0.7, 1.3)]), 90 + seed)
        scores[:2000, 14:] = MISSING
        scores[2000:, :6] = MISSING
        found.append(calibrate(Responses.from_matrix(scores, groups=groups), model, priors=priors))

    assert all(calibration.groups["first"] == (0.0, 1.0) for calibration in found)
    mean, deviation = np.mean([calibration.groups["second"] for calibration in found], axis=0)
    assert mean == pytest.approx(-0.7, abs=0.06)  # the standard error of one of the four is .045
    assert deviation == pytest.approx(1.3, abs=0.08)
    b = np.mean([difficulties(calibration.parameters) for calibration in found], axis=0)
    assert b == pytest.approx(difficulties(truth), abs=0.2)


def test_rasch_items_of_two_groups_leave_both_deviations_free() -> None:
    truth = [ItemParameters(1.0, item.b) for item in bank(15)]
    theta = np.concatenate([people(2000, 4, 0, 1.4), people(2000, 8, 0.5, 0.8)])

    found = calibrate(Responses.from_matrix(answers(truth, theta), groups=["x"] * 2000 + ["y"] * 2000), Model.RASCH)

    assert found.groups["x"] == pytest.approx((0.0, 1.4), abs=0.08)
    assert found.groups["x"][0] == 0
    assert found.groups["y"] == pytest.approx((0.5, 0.8), abs=0.1)


@pytest.mark.parametrize("model", [Model.TWO_PL, Model.THREE_PL])
def test_new_items_come_out_on_the_old_scale_although_the_cohort_is_weaker(model: Model) -> None:
    truth = [ItemParameters(item.a, item.b, c=0.25 if model is Model.THREE_PL else 0) for item in bank(24)]
    old = {f"i{number + 1}": truth[number] for number in range(12)}
    weak = Responses.from_matrix(answers(truth, people(2500, 8, -0.7, 0.9)))

    anchored = calibrate(weak, model, anchors=old)
    alone = calibrate(weak, model)

    new = difficulties(truth)[12:]
    mean, deviation = anchored.groups[""]
    assert anchored.parameters[:12] == tuple(truth[:12])
    assert mean == pytest.approx(-0.7, abs=0.06)
    assert deviation == pytest.approx(0.9, abs=0.06)
    bias = 0.05 if model is Model.TWO_PL else 0.15
    assert float(np.mean(difficulties(anchored.parameters)[12:] - new)) == pytest.approx(0, abs=bias)
    assert float(np.mean(difficulties(alone.parameters)[12:] - new)) > 0.5  # what would have happened


def test_one_slope_is_that_of_the_anchors() -> None:
    truth = [ItemParameters(1.3, item.b) for item in bank(10)]
    responses = Responses.from_matrix(answers(truth, people(1500, 8, -0.7)))

    found = calibrate(responses, Model.ONE_PL, anchors={"i1": truth[0], "i2": truth[1], "i3": truth[2]})

    assert slopes(found.parameters) == pytest.approx([1.3] * 10)
    assert difficulties(found.parameters) == pytest.approx(difficulties(truth), abs=0.2)
    assert found.parameters[5].se_a == 0
    assert found.parameters[5].se_b > 0
