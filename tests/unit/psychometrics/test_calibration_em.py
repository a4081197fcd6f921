"""EM climbs, its gradients are gradients, and the leaps in between never cost height."""

from dataclasses import replace

import numpy as np
import pytest

from assessor.psychometrics.calibration.em import Problem, State, expectation_maximisation, leapt
from assessor.psychometrics.calibration.item_model import Model
from assessor.psychometrics.calibration.logistic import logistic_items
from assessor.psychometrics.calibration.populations import Populations
from assessor.psychometrics.calibration.priors import Normal, Priors
from assessor.psychometrics.calibration.rows import unit_of_work
from assessor.psychometrics.measuring.response_models import Array, ItemParameters
from assessor.psychometrics.measuring.responses import Responses
from tests.unit.psychometrics.calibration_data import answers, bank, people

NODES = np.linspace(-6, 6, 61)
DICHOTOMOUS = [Model.RASCH, Model.ONE_PL, Model.TWO_PL, Model.THREE_PL, Model.FOUR_PL]
PRIORS = {
    "default": Priors(),
    "experts": Priors(experts={"i1": Normal(1.5, 0.35), "i2": Normal(-1.5, 0.5)}),
    "flat": Priors.flat(),
}


def two_groups(items: int = 8) -> Responses:
    """Answers of two groups to the same items, the second group weaker and more alike."""
    theta = np.concatenate([people(300), people(300, 8, -0.7, 0.8)])
    return Responses.from_matrix(answers(bank(items), theta, missing=0.1), groups=["a"] * 300 + ["b"] * 300)


def problem(responses: Responses, model: Model, priors: Priors) -> Problem:
    """Calibrate all items."""
    items, number = logistic_items(model, NODES, priors.of(responses.items)), len(responses.items)
    units = [unit_of_work(responses, 2)]
    return Problem(units, model, items, np.arange(number), 2, np.zeros((number, 2, len(NODES))), False, priors)


def start(task: Problem, groups: int) -> State:
    """Easy items, and populations far from those of the answers."""
    populations = Populations(np.array([0.0, 1.0])[:groups], np.array([1.0, 2.0])[:groups])
    return State(task.items.start(np.full(len(task.free), 0.9)), populations)


@pytest.mark.parametrize("priors", PRIORS.values(), ids=PRIORS)
@pytest.mark.parametrize("model", DICHOTOMOUS)
def test_no_step_lowers_the_log_posterior(model: Model, priors: Priors) -> None:
    task = problem(two_groups(), model, priors)
    state, heights = start(task, 2), []

    for _ in range(25):
        step = task.step(state, map)
        heights.append(step.log_posterior)
        state = step.next

    assert np.diff(heights).min() >= -1e-9 * abs(heights[0])
    assert heights[-1] > heights[0] + 10


@pytest.mark.parametrize("model", DICHOTOMOUS)
def test_on_the_scale_of_experts_no_step_lowers_the_log_posterior_either(model: Model) -> None:
    experts = Priors.from_experts({f"i{number + 1}": item.b for number, item in enumerate(bank(8))})
    task = replace(problem(two_groups(), model, experts), is_placed=True)
    state, heights = start(task, 2), []

    for _ in range(25):
        step = task.step(state, map)
        heights.append(step.log_posterior)
        state = step.next

    assert np.diff(heights).min() >= -1e-9 * abs(heights[0])
    assert heights[-1] > heights[0] + 10


@pytest.mark.parametrize("priors", PRIORS.values(), ids=PRIORS)
@pytest.mark.parametrize("model", [Model.RASCH, Model.ONE_PL, Model.TWO_PL])
def test_leaps_end_where_plain_steps_end(model: Model, priors: Priors) -> None:
    task = problem(two_groups(), model, priors)
    plain = start(task, 2)
    for _ in range(300):
        plain = task.step(plain, map).next

    last, _ = expectation_maximisation(task, start(task, 2), 1e-7, 200, map)

    assert last.next.distance(plain) < 1e-4


@pytest.mark.parametrize("priors", PRIORS.values(), ids=PRIORS)
@pytest.mark.parametrize("model", DICHOTOMOUS[:3])
def test_nothing_nearby_is_higher_than_the_end(model: Model, priors: Priors) -> None:
    task = problem(two_groups(4), model, priors)
    end = expectation_maximisation(task, start(task, 2), 1e-9, 500, map)[0].next
    rng = np.random.default_rng(1)

    top = task.step(end, map).log_posterior
    for _ in range(20):
        values = end.values + rng.normal(0, 0.01, end.values.shape)
        if model is Model.ONE_PL:
            values[:, 0] = values[0, 0]
        groups = end.populations
        spread = groups.deviation * np.exp(rng.normal(0, 0.01, 2) * [model is Model.RASCH, 1])
        nearby = State(values, Populations(groups.mean + rng.normal(0, 0.01, 2) * [0, 1], spread))

        assert task.step(nearby, map).log_posterior < top


@pytest.mark.parametrize("model", DICHOTOMOUS)
def test_the_gradient_is_the_slope_of_the_table(model: Model) -> None:
    items = logistic_items(model, NODES, Priors().of(["x", "y"]))
    values = items.start(np.array([0.4, 0.8])) + 0.1

    analytic, step = items.gradient_table(values), 1e-6

    for parameter in range(values.shape[1]):
        change = np.zeros(values.shape[1])
        change[parameter] = step
        difference = items.log_probability_table(values + change) - items.log_probability_table(values - change)
        assert analytic[:, parameter] == pytest.approx(difference / (2 * step), abs=1e-7)


@pytest.mark.parametrize("model", DICHOTOMOUS)
def test_the_information_of_the_prior_is_its_curvature_at_its_top(model: Model) -> None:
    items = logistic_items(model, NODES, Priors().of(["x", "y"]))
    top = items.to_values([ItemParameters(1.2 if model is not Model.RASCH else 1, 0.0, c=0.25, d=0.98)] * 2)
    step = 1e-3

    information = items.prior_information(top)

    width = top.shape[1]
    moves = [np.ones((2, 1)) * row for row in np.eye(width)]
    if model is Model.ONE_PL:
        moves = moves[:1]
    for parameter, move in enumerate(moves):
        above, middle, below = (items.log_prior(top + side * step * move) for side in (1, 0, -1))
        curvature = -(above - 2 * middle + below) / step**2
        assert information[:, parameter, parameter].sum() == pytest.approx(curvature, rel=1e-3)


@pytest.mark.parametrize("model", DICHOTOMOUS)
def test_renaming_theta_keeps_the_curves(model: Model) -> None:
    items = logistic_items(model, NODES, Priors().of(["x", "y"]))
    values, deviation = items.start(np.array([0.3, 0.7])), 1.0 if model is Model.RASCH else 1.6
    renamed = logistic_items(model, (NODES - 0.4) / deviation, Priors().of(["x", "y"]))

    moved = items.rescaled(values, 0.4, deviation)

    assert renamed.log_probability_table(moved) == pytest.approx(items.log_probability_table(values))


@pytest.mark.parametrize("model", DICHOTOMOUS)
def test_parameters_give_back_their_values(model: Model) -> None:
    items = logistic_items(model, NODES, Priors().of(["x", "y"]))
    values = items.start(np.array([0.3, 0.7]))

    assert items.to_values(items.to_parameters(values, None)) == pytest.approx(values)


def test_a_straight_way_is_followed_no_farther_than_it_was_walked() -> None:
    def at(place: float) -> State:
        return State(np.full((2, 1), place), Populations.standard(1))

    leap = leapt(at(0.0), at(1.0), at(2.0))

    assert leap.distance(at(2.0)) == 0


def geometric(place: Array) -> Array:
    """One step of a map that halves the distance to (1, 2)."""
    return np.asarray((place + np.array([1.0, 2.0])) / 2)


def test_a_geometric_way_is_leapt_to_its_end() -> None:
    first = np.zeros(2)
    second = geometric(first)
    states = [State(place[:, np.newaxis], Populations.standard(1)) for place in (first, second, geometric(second))]

    leap = leapt(*states)

    assert leap.values.ravel() == pytest.approx([1, 2])
