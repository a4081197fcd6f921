"""Virtual populations and banks are what their parameters say."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from assessor.psychometrics.measuring.hierarchy import Hierarchy
from assessor.psychometrics.measuring.response_models import Curve, ItemParameters, log_probability_table
from assessor.psychometrics.simulation.banks import (
    EXPERT_CENTRES,
    competence_codes,
    expert_bank,
    framework_bank,
    realistic_bank,
)
from assessor.psychometrics.simulation.populations import (
    STANDARD,
    Hierarchical,
    Mixture,
    Normal,
    Population,
    PopulationNotUsable,
    WithGuessers,
    supposed_by,
)
from assessor.psychometrics.simulation.truth import Truth
from assessor.psychometrics.standards.bands import Band

CODES = ("1.1", "1.2", "4.1")
ITEMS = [
    ItemParameters(1.2, 0.3, c=0.2, d=0.95),
    ItemParameters.stepwise(Curve.GRADED, 1.4, [-1.0, 0.2, 0.9]),
    ItemParameters.stepwise(Curve.PARTIAL_CREDIT, 0.8, [0.5, -0.5]),
    ItemParameters(0.7, -1.0),
]


def drawn(population: Population, count: int = 4000) -> np.ndarray:
    rng = np.random.default_rng(7)
    return np.array([population.draw(rng, CODES).thetas for _ in range(count)])


def test_a_normal_population_can_do_all_competences_equally_well() -> None:
    thetas = drawn(Normal(0.5, 0.8))

    assert np.ptp(thetas, axis=1).max() == 0
    assert_allclose([thetas.mean(), thetas.std()], [0.5, 0.8], atol=0.04)


def test_competences_of_one_area_hang_together_more_than_others() -> None:
    thetas = drawn(Hierarchical())

    assert_allclose(np.corrcoef(thetas.T), [[1, 0.7, 0.55], [0.7, 1, 0.55], [0.55, 0.55, 1]], atol=0.04)
    assert_allclose(thetas.std(axis=0), 1, atol=0.04)


def test_a_design_supposes_the_population_of_its_prior() -> None:
    hierarchy = Hierarchy({"1.1": "1", "1.2": "1"}, general=0.4, area=0.2)

    thetas = drawn(supposed_by(hierarchy, CODES))

    assert_allclose(np.corrcoef(thetas.T), hierarchy.covariance(CODES), atol=0.04)
    assert supposed_by(None, CODES) == STANDARD


def test_a_mixture_has_its_parts_in_their_shares() -> None:
    thetas = drawn(Mixture(((0.75, Normal(2, 0)), (0.25, Normal(-2, 0)))))

    assert (thetas[:, 0] > 0).mean() == pytest.approx(0.75, abs=0.03)


def test_guessers_come_in_their_share_and_have_the_abilities_of_everybody() -> None:
    rng = np.random.default_rng(7)

    learners = [WithGuessers(Normal(), 0.1, chance=0.3).draw(rng, CODES) for _ in range(3000)]

    guessers = [one for one in learners if one.guesses]
    assert len(guessers) / 3000 == pytest.approx(0.1, abs=0.02)
    assert {one.chance for one in guessers} == {0.3}
    assert np.mean([one.thetas[0] for one in guessers]) == pytest.approx(0, abs=0.2)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Normal(sd=-1),
        lambda: Normal(mean=float("nan")),
        lambda: Hierarchical(0.6, 0.6, 0.3),
        lambda: Hierarchical(1.1, -0.1, 0.0),
        lambda: Mixture(()),
        lambda: Mixture(((0.5, Normal()),)),
        lambda: WithGuessers(Normal(), 1.5),
        lambda: WithGuessers(Normal(), 0.5, chance=2),
    ],
)
def test_a_population_that_cannot_be_is_refused(wrong: object) -> None:
    assert callable(wrong)
    with pytest.raises(PopulationNotUsable):
        wrong()


def test_scores_come_as_often_as_the_model_says() -> None:
    truth, theta, people = Truth.of(ITEMS), 0.4, 2000
    luck = (np.arange(people) + 0.5) / people

    scores = np.array([truth.scores(np.full(4, theta), np.full(4, one)) for one in luck])

    shares = np.array([(scores == score).mean(axis=0) for score in range(4)]).T
    expected = np.exp(log_probability_table(ITEMS, [theta], uncertain=False))[:, :, 0]
    assert_allclose(shares, expected, atol=1 / people)


@given(theta=st.floats(-4, 4), more=st.floats(0, 3), luck=st.floats(0, 0.999))
def test_more_ability_with_the_same_luck_never_means_a_lower_score(theta: float, more: float, luck: float) -> None:
    truth, chance = Truth.of(ITEMS), np.full(4, luck)

    lower, higher = truth.scores(np.full(4, theta), chance), truth.scores(np.full(4, theta + more), chance)

    assert (higher >= lower).all()


def test_each_item_asks_for_the_ability_in_its_own_competence() -> None:
    truth = Truth.of(ITEMS)

    scores = truth.scores(np.array([9.0, 9.0, -9.0, -9.0]), np.full(4, 0.5))

    assert scores.tolist() == [1, 3, 0, 0]


def test_drawn_items_lie_within_their_stated_errors() -> None:
    stated = [ItemParameters(1.2, 0.5, se_a=0.3, se_b=0.4)] * 2000
    stated += [ItemParameters.stepwise(Curve.GRADED, 1.0, [-1.0, 1.0], se_b=0.4)] * 2000

    truth = Truth.drawn(stated, np.random.default_rng(7))

    assert_allclose([truth.b[:2000].mean(), truth.b[:2000].std()], [0.5, 0.4], atol=0.03)
    assert np.log(truth.a[:2000]).std() == pytest.approx(0.25, abs=0.02)
    (steps,) = truth.steps
    assert_allclose(np.diff(steps.thresholds), 2.0)
    assert steps.thresholds.mean(axis=1).std() == pytest.approx(0.4, abs=0.03)


def test_blind_taps_are_right_by_chance_alone() -> None:
    truth = Truth.of(ITEMS)

    assert truth.blind_scores(None, np.full(4, 0.1)).tolist() == [1, 0, 0, 0]
    assert truth.blind_scores(0.25, np.full(4, 0.1)).tolist() == [1, 1, 1, 1]


def test_a_realistic_bank_is_known_as_it_is() -> None:
    bank = realistic_bank(4000, np.random.default_rng(7), competences=CODES)

    assert_allclose([np.log(bank.truth.a).mean(), np.log(bank.truth.a).std()], [0.1, 0.3], atol=0.02)
    assert_allclose(bank.pool.slope, bank.truth.a)
    assert_allclose(bank.pool.difficulty, bank.truth.b)
    assert np.bincount(bank.pool.competence).tolist() == [1334, 1333, 1333]


def test_a_framework_has_21_competences_with_equally_many_items() -> None:
    bank = framework_bank(np.random.default_rng(7), each=5)

    assert bank.pool.competences == competence_codes()
    assert len(competence_codes()) == 21
    assert competence_codes()[-1] == "5.4"
    assert np.bincount(bank.pool.competence).tolist() == [5] * 21


def test_an_expert_bank_states_levels_and_the_truth_is_spread_around_them() -> None:
    bank = expert_bank(4000, np.random.default_rng(7), competences=CODES)

    assert set(bank.pool.difficulty.tolist()) == set(EXPERT_CENTRES)
    assert {item.parameters.a for item in bank.pool.items} == {1.2}
    assert (bank.truth.b - bank.pool.difficulty).std() == pytest.approx(0.5, abs=0.02)
    assert np.log(bank.truth.a / 1.2).std() == pytest.approx(0.25, abs=0.01)


def test_every_competence_of_an_expert_bank_has_items_of_every_level() -> None:
    bank = expert_bank(60, np.random.default_rng(7), competences=CODES)

    for code in CODES:
        assert {item.band for item in bank.pool.items if item.competence == code} == set(Band)
