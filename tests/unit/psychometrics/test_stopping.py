"""Each rule by itself: when it stops a test, and how often it is wrong."""

import math
from dataclasses import replace
from statistics import NormalDist

import numpy as np
import pytest

from assessor.psychometrics.adaptive.stopping import LikelihoodRatio, Progress, Reason, Stopping
from assessor.psychometrics.measuring.ability import Estimator, NormalEstimate
from assessor.psychometrics.measuring.response_models import Array, log_probabilities
from assessor.psychometrics.rules import RuleNotUnderstood
from assessor.psychometrics.standards.bands import Band, Bands

ESTIMATOR = Estimator()
# One decision, at 0: the other cuts are where everybody is.
ONE_CUT = Bands(cuts=(-32.0, -31.0, -30.0, 0.0))
NEVER = Stopping(minimum_items=1, maximum_items=50, when_decided=False, standard_error=None)
ON_THE_WAY = Progress(asked=10, information_to_come=4.0)


def normal(theta: float, sd: float) -> NormalEstimate:
    return NormalEstimate(theta, sd, rests_on_success=True)


def log_likelihood(scores: list[int], a: float = 1.5, b: float = 0.0) -> Array:
    wrong, right = log_probabilities(ESTIMATOR.grid.theta, a, b)
    return np.asarray(np.sum([right if score else wrong for score in scores], axis=0), dtype=np.float64)


@pytest.mark.parametrize(("right", "wrong", "is_decided"), [(4, 0, True), (3, 0, True), (2, 0, False), (5, 3, False)])
def test_a_probability_ratio_stops_at_the_bound_of_wald(right: int, wrong: int, is_decided: bool) -> None:
    rule = LikelihoodRatio(delta=0.5, error=0.1, generalised=False)
    estimate = ESTIMATOR.estimate(log_likelihood([1] * right + [0] * wrong))

    # Each answer counts log(P(.5) / P(-.5)), a gain of .75 for a right one and a loss of .75 for a wrong one here.
    one = math.log((1 + math.exp(0.75)) / (1 + math.exp(-0.75)))
    assert one == pytest.approx(0.75)
    assert ((right - wrong) * one >= math.log(0.9 / 0.1)) == is_decided
    assert rule.is_decided(estimate, 0.0) == is_decided


def test_the_generalised_ratio_never_asks_longer() -> None:
    simple, generalised = LikelihoodRatio(generalised=False), LikelihoodRatio()
    rng = np.random.default_rng(5)

    for _ in range(200):
        estimate = ESTIMATOR.estimate(log_likelihood(rng.integers(0, 2, 12).tolist(), b=float(rng.normal())))
        if simple.is_decided(estimate, 0.0):
            assert generalised.is_decided(estimate, 0.0)


@pytest.mark.parametrize("generalised", [True, False])
def test_ratios_decide_wrongly_no_more_often_than_accepted(generalised: bool) -> None:
    rule, rng = LikelihoodRatio(delta=0.5, error=0.1, generalised=generalised), np.random.default_rng(7)
    theta, wrong_decisions = 0.5, 0

    for _ in range(400):
        scores: list[int] = []
        while len(scores) < 60:
            scores.append(int(rng.random() < 1 / (1 + math.exp(-1.5 * theta))))
            estimate = ESTIMATOR.estimate(log_likelihood(scores))
            if rule.is_decided(estimate, 0.0):
                break
        wrong_decisions += estimate.most_likely() < 0

    assert wrong_decisions / 400 <= (0.2 if generalised else 0.12)


def test_a_ratio_reads_a_normal_posterior_without_its_prior() -> None:
    rule = LikelihoodRatio(delta=0.3, error=0.1)
    knows_nothing, knows = normal(0.0, 1.0), normal(0.9, 0.3)

    assert not rule.is_decided(knows_nothing, 0.0)
    assert rule.is_decided(knows, 0.0)


def test_one_level_is_certain_enough() -> None:
    rules = replace(NEVER, level_certainty=0.8)

    assert rules.reason_to_stop(normal(0.5, 0.35), ON_THE_WAY, Bands(), max(Band)) == Reason.LEVEL
    assert rules.reason_to_stop(normal(0.1, 0.35), ON_THE_WAY, Bands(), max(Band)) is None


def test_precision_stops_at_its_bound() -> None:
    rules = replace(NEVER, standard_error=0.3)

    assert rules.reason_to_stop(normal(0.0, 0.3), ON_THE_WAY, Bands(), max(Band)) == Reason.PRECISE
    assert rules.reason_to_stop(normal(0.0, 0.301), ON_THE_WAY, Bands(), max(Band)) is None


@pytest.mark.parametrize("cut_sds", [(), (0.0, 0.0, 0.0, 0.3)])
@pytest.mark.parametrize("theta", np.linspace(-1.2, 2.2, 12))
def test_curtailment_states_how_often_the_award_really_stays(theta: float, cut_sds: tuple[float, ...]) -> None:
    bands, information, sd = replace(ONE_CUT, cut_sds=cut_sds), 6.0, 0.6
    now = bands.awarded_band(normal(theta, sd), max(Band))
    later = math.sqrt(1 / (1 / sd**2 + information))
    ends = NormalDist(theta, math.sqrt(sd**2 - later**2)).samples(4_000, seed=3)
    stays = np.mean([bands.awarded_band(normal(end, later), max(Band)) == now for end in ends])

    stopped = {
        asked: replace(NEVER, curtailment=asked).reason_to_stop(
            normal(theta, sd), Progress(asked=10, information_to_come=information), bands, max(Band)
        )
        for asked in (0.6, 0.75, 0.9, 0.97)
    }

    for asked, reason in stopped.items():
        if abs(stays - asked) > 0.02:
            assert (reason == Reason.CURTAILED) == (stays > asked)


def test_curtailment_looks_at_the_next_band_too() -> None:
    bands, rules = Bands(), replace(NEVER, curtailment=0.9)
    reached_basic_near_intermediate = normal(-0.75, 0.5)

    assert bands.awarded_band(reached_basic_near_intermediate, max(Band)) == Band.BASIC
    assert rules.reason_to_stop(reached_basic_near_intermediate, ON_THE_WAY, bands, max(Band)) is None


def test_limits_hold_whatever_is_certain() -> None:
    sure, rules = normal(5.0, 0.1), Stopping(minimum_items=8, maximum_items=20, minimum_per_competence=2)

    def reason(asked: int, least: int = 2, is_exhausted: bool = False) -> Reason | None:
        progress = Progress(asked, least, is_exhausted=is_exhausted)
        return rules.reason_to_stop(sure, progress, Bands(), max(Band))

    assert reason(7) is None
    assert reason(8) == Reason.DECIDED
    assert reason(8, least=1) is None
    assert reason(20, least=0) == Reason.DECIDED
    assert reason(3, is_exhausted=True) == Reason.EXHAUSTED


def test_uncertain_cuts_are_carried_into_what_is_said_and_awarded_alike() -> None:
    bands = Bands(cut_sds=(2.0, 0.0, 0.0, 0.0))
    estimate = normal(0.5, 0.4)

    standing = bands.standing(estimate, max(Band))

    assert sum(standing.probabilities) == pytest.approx(1)
    assert standing.reached is None or sum(standing.probabilities[standing.reached :]) >= bands.certainty
    assert all(0.1 < sum(standing.probabilities[band:]) < 0.9 for band in standing.borderline)


def test_a_panel_that_disagrees_makes_an_award_harder() -> None:
    estimate = normal(-1.0, 0.6)

    assert Bands().awarded_band(estimate, max(Band)) == Band.BASIC
    assert Bands(cut_sds=(0.8, 0.8, 0.8, 0.8)).awarded_band(estimate, max(Band)) is None


@pytest.mark.parametrize(
    "rules",
    [
        {"likelihood_ratio": {"delta": 0}},
        {"likelihood_ratio": {"width": 0.3}},
        {"likelihood_ratio": 0.3},
        {"level_certainty": float("nan")},
        {"curtailment": 0.9, "each_competence": True},
        {"maximum_per_competence": 0},
        {"standard_error": True},
    ],
)
def test_rules_that_cannot_be_followed_are_refused(rules: dict[str, object]) -> None:
    with pytest.raises(RuleNotUnderstood):
        Stopping.from_json(rules)


@pytest.mark.parametrize("rules", [{"cuts": [-2, -1, 0, float("inf")]}, {"cut_sds": [0.1]}, {"cut_sds": [3, 0, 0, 0]}])
def test_cuts_that_cannot_be_are_refused(rules: dict[str, object]) -> None:
    with pytest.raises(RuleNotUnderstood):
        Bands.from_json(rules)
