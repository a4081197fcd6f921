"""Several competences at once: what one answer says about all of them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessor.psychometrics.measuring.ability import Estimator, Grid
from assessor.psychometrics.measuring.hierarchy import Hierarchy, Posterior
from assessor.psychometrics.measuring.response_models import Array, log_probabilities
from assessor.psychometrics.rules import RuleNotUnderstood

ESTIMATOR = Estimator()
GRID = ESTIMATOR.grid
CODES = ("1.1", "1.2", "2.1", "4.1")
HIERARCHY = Hierarchy({code: code[0] for code in CODES})

Answers = list[tuple[int, float, float, float, int]]  # competence, a, b, c, score

answer = st.tuples(
    st.integers(0, 3), st.floats(0.5, 2.5), st.floats(-2.5, 2.5), st.sampled_from([0.0, 0.25]), st.integers(0, 1)
)
answers = st.lists(answer, min_size=1, max_size=25)


def row(a: float, b: float, c: float, score: int, grid: Grid = GRID) -> Array:
    return log_probabilities(grid.theta, a, b, c)[score]


def prior(codes: tuple[str, ...] = CODES, hierarchy: Hierarchy = HIERARCHY) -> Posterior:
    return Posterior.before(GRID, np.zeros(len(codes)), hierarchy.covariance(codes))


def after(given_answers: Answers, start: Posterior) -> Posterior:
    for competence, a, b, c, score in given_answers:
        start = start.answered(competence, row(a, b, c, score))
    return start


def settled(given_answers: Answers) -> Posterior:
    log_likelihood = np.zeros((len(CODES), GRID.points))
    for competence, a, b, c, score in sorted(given_answers):
        log_likelihood[competence] += row(a, b, c, score)
    return prior().settled(log_likelihood)


def test_abilities_of_one_area_correlate_more_than_those_of_two() -> None:
    covariance = HIERARCHY.covariance(CODES)

    assert covariance[0, 1] == pytest.approx(0.70)
    assert covariance[0, 2] == pytest.approx(0.55)
    assert np.linalg.eigvalsh(covariance).min() > 0


@given(given_answers=answers)
def test_one_competence_is_the_exact_grid(given_answers: Answers) -> None:
    alone = [(0, a, b, c, score) for _, a, b, c, score in given_answers]
    log_likelihood = np.sum([row(a, b, c, score) for _, a, b, c, score in alone], axis=0)

    estimate = after(alone, prior(("1.1",))).competence(0)
    exact = ESTIMATOR.estimate(log_likelihood)

    assert estimate.theta == pytest.approx(exact.theta, abs=1e-9)
    assert estimate.standard_error == pytest.approx(exact.standard_error, abs=1e-9)
    assert estimate.probability_at_least(0.3) == pytest.approx(exact.probability_at_least(0.3), abs=1e-9)


def test_two_competences_agree_with_the_integral_over_both() -> None:
    codes, rng = ("1.1", "1.2"), np.random.default_rng(4)
    given_answers = [
        (int(rng.integers(2)), float(rng.uniform(0.8, 2)), float(rng.normal()), 0.0, int(rng.integers(2)))
        for _ in range(16)
    ]
    log_likelihood = np.zeros((2, GRID.points))
    for competence, a, b, c, score in given_answers:
        log_likelihood[competence] += row(a, b, c, score)
    precision = np.linalg.inv(HIERARCHY.covariance(codes))
    x, y = GRID.theta[:, np.newaxis], GRID.theta
    form = precision[0, 0] * x**2 + 2 * precision[0, 1] * x * y + precision[1, 1] * y**2
    joint = np.exp(log_likelihood[0][:, np.newaxis] + log_likelihood[1] - form / 2)
    joint /= joint.sum()

    posterior = prior(codes).settled(log_likelihood)

    exact_mean = [(joint.sum(axis=1) @ GRID.theta), (joint.sum(axis=0) @ GRID.theta)]
    exact_sd = [np.sqrt(joint.sum(axis=1 - k) @ (GRID.theta - exact_mean[k]) ** 2) for k in (0, 1)]
    assert posterior.mean == pytest.approx(exact_mean, abs=0.01)
    assert np.sqrt(posterior.covariance.diagonal()) == pytest.approx(exact_sd, abs=0.01)


@settings(max_examples=40, deadline=None)
@given(given_answers=answers, seed=st.integers(0, 1000))
def test_a_settled_posterior_forgets_the_order_to_the_last_bit(given_answers: Answers, seed: int) -> None:
    shuffled = [given_answers[at] for at in np.random.default_rng(seed).permutation(len(given_answers))]

    first, second = settled(given_answers), settled(shuffled)

    assert first.mean.tobytes() == second.mean.tobytes()
    assert first.covariance.tobytes() == second.covariance.tobytes()


@settings(max_examples=40, deadline=None)
@given(given_answers=answers)
def test_on_the_way_the_posterior_is_nearly_the_settled_one(given_answers: Answers) -> None:
    on_the_way, at_the_end = after(given_answers, prior()), settled(given_answers)

    assert np.abs(on_the_way.mean - at_the_end.mean).max() < 0.15
    assert np.linalg.eigvalsh(on_the_way.covariance).min() > 0
    assert np.all(on_the_way.covariance.diagonal() <= 1.2)


@settings(max_examples=60, deadline=None)
@given(given_answers=answers, at=st.integers(0, 24))
def test_a_right_answer_instead_of_a_wrong_one_lowers_no_competence(given_answers: Answers, at: int) -> None:
    at %= len(given_answers)
    competence, a, b, c, _ = given_answers[at]
    wrong = [*given_answers[:at], (competence, a, b, c, 0), *given_answers[at + 1 :]]
    right = [*given_answers[:at], (competence, a, b, c, 1), *given_answers[at + 1 :]]

    assert np.all(settled(right).mean >= settled(wrong).mean - 1e-6)


def test_an_answer_moves_its_own_competence_most_and_its_area_more_than_others() -> None:
    posterior = prior().answered(0, row(1.5, 0.0, 0.0, 1))

    own, same_area, elsewhere, further = posterior.mean

    assert own > same_area > elsewhere > 0
    assert elsewhere == pytest.approx(further)


def test_the_mean_of_an_area_has_the_spread_of_its_competences() -> None:
    posterior = settled([(0, 1.5, 0.0, 0.0, 1), (1, 1.2, 0.5, 0.0, 0), (2, 1.0, -1.0, 0.0, 1)])
    weights = np.array([0.5, 0.5, 0, 0])

    area = posterior.combination(weights)

    assert area.theta == pytest.approx(posterior.mean[:2].mean())
    assert area.standard_error**2 == pytest.approx(posterior.covariance[:2, :2].mean())
    assert area.probability_at_least(area.theta) == pytest.approx(0.5)


def test_the_general_factor_is_that_of_a_prior_which_names_it() -> None:
    given_answers: Answers = [
        (0, 1.5, 0.0, 0.0, 1),
        (1, 1.2, 0.5, 0.0, 1),
        (2, 1.0, -1.0, 0.0, 1),
        (3, 2.0, 1.0, 0.0, 0),
    ]
    loading = np.sqrt(HIERARCHY.general)
    with_factor = np.block(
        [[HIERARCHY.covariance(CODES), np.full((4, 1), loading)], [np.full((1, 4), loading), np.ones((1, 1))]]
    )
    log_likelihood = np.zeros((5, GRID.points))
    for competence, a, b, c, score in given_answers:
        log_likelihood[competence] += row(a, b, c, score)

    named = Posterior.before(GRID, np.zeros(5), with_factor).settled(log_likelihood)
    general = settled(given_answers).general(float(loading))

    assert general.theta == pytest.approx(named.mean[4], abs=1e-6)
    assert general.standard_error == pytest.approx(np.sqrt(named.covariance[4, 4]), abs=1e-6)


def test_correlations_seen_in_data_are_drawn_towards_nothing() -> None:
    seen = Hierarchy({code: code[0] for code in CODES}, general=0.6, area=0.2).covariance(CODES)

    found = Hierarchy.from_correlations(seen, CODES, HIERARCHY.areas)

    assert (found.general, found.area) == pytest.approx((0.6 * 0.85, 0.2 * 0.85))


@pytest.mark.parametrize("rules", [{"general": 0.9, "area": 0.2}, {"areas": ["1"]}, {"areas": {"1.1": 1}}, {"r": 1}])
def test_a_hierarchy_that_cannot_be_is_refused(rules: dict[str, object]) -> None:
    with pytest.raises(RuleNotUnderstood):
        Hierarchy.from_json(rules)
