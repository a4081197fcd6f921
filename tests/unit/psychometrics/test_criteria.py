"""What asking an item would be worth: one contract for every criterion, and what each of them means."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessor.psychometrics.adaptive import criteria
from assessor.psychometrics.adaptive.criteria import CRITERIA, Choice, StrataNotUsable
from assessor.psychometrics.measuring.derivatives import Curves
from assessor.psychometrics.measuring.information import information_table, item_information, most_informative_theta
from assessor.psychometrics.measuring.response_models import Curve, ItemParameters, log_probability_table
from assessor.psychometrics.measuring.scoring import STANDARD, Method, score
from tests.unit.psychometrics.item_strategies import any_items

THETA = STANDARD.theta
BANK = [
    ItemParameters(1.2, -1.0),
    ItemParameters(0.7, 0.1),
    ItemParameters(1.8, 0.9, c=0.2),
    ItemParameters(1.4, 0.4, se_b=0.5),
    ItemParameters.stepwise(Curve.GRADED, 1.1, [-1.0, 0.0, 1.2]),
    ItemParameters.stepwise(Curve.PARTIAL_CREDIT, 0.9, [0.5, -0.5]),
]
ASKED = [ItemParameters(1.3, 0.0), ItemParameters(1.0, 0.5), ItemParameters(1.1, -0.5)]
SCORES = [1, 0, 1]

every_criterion = pytest.mark.parametrize("name", CRITERIA)


def choice_among(bank: list[ItemParameters], scores: list[int] | None = None) -> Choice:
    """The choice after the answers to ASKED."""
    given_scores = SCORES if scores is None else scores
    log_likelihood = log_probability_table(ASKED, THETA)[range(3), given_scores].sum(axis=0)
    likelihood = np.exp(log_likelihood)
    posterior = likelihood * np.exp(STANDARD.log_prior)
    posterior[[0, -1]] /= 2
    estimate = score(ASKED, given_scores, Method.EAP).theta
    return Choice(Curves.of(bank), estimate, THETA, likelihood, posterior / posterior.sum())


def variance_of(choice: Choice) -> float:
    return float(choice.posterior @ np.square(choice.theta - choice.posterior @ choice.theta))


# --- The contract --------------------------------------------------------------------------------------------------


@every_criterion
def test_a_criterion_has_a_finite_value_for_every_candidate(name: str) -> None:
    values = CRITERIA[name].value(choice_among(BANK))

    assert values.shape == (len(BANK),)
    assert np.isfinite(values).all()


@every_criterion
def test_a_merit_is_never_negative_and_its_largest_is_the_best_value(name: str) -> None:
    choice = choice_among(BANK)
    values, merits = CRITERIA[name].value(choice), CRITERIA[name].merit(choice)

    assert (merits >= 0).all()
    assert merits.argmax() == (values.argmin() if CRITERIA[name].smallest else values.argmax())


@every_criterion
@given(order=st.permutations(range(len(BANK))))
def test_no_candidate_is_rated_by_its_company(name: str, order: list[int]) -> None:
    values = CRITERIA[name].value(choice_among(BANK))

    reordered = CRITERIA[name].value(choice_among([BANK[at] for at in order]))
    alone = CRITERIA[name].value(choice_among([BANK[order[0]]]))

    assert reordered == pytest.approx(values[order], rel=1e-9, abs=1e-12)
    assert alone == pytest.approx(values[order[:1]], rel=1e-9, abs=1e-12)


@every_criterion
def test_tables_that_a_pool_has_already_change_nothing(name: str) -> None:
    fresh = choice_among(BANK)
    tables = log_probability_table(BANK, THETA), information_table(BANK, THETA)

    known = Choice(fresh.candidates, fresh.estimate, THETA, fresh.likelihood, fresh.posterior, *tables)

    assert CRITERIA[name].value(known) == pytest.approx(CRITERIA[name].value(fresh), rel=1e-12)


@every_criterion
def test_nobody_to_choose_from_is_no_accident(name: str) -> None:
    assert CRITERIA[name].merit(choice_among([])).shape == (0,)


@every_criterion
@given(bank=st.lists(any_items, min_size=1, max_size=4), scores=st.lists(st.integers(0, 1), min_size=3, max_size=3))
def test_any_items_can_be_rated(name: str, bank: list[ItemParameters], scores: list[int]) -> None:
    merits = CRITERIA[name].merit(choice_among(bank, scores))

    assert np.isfinite(merits).all()
    assert (merits >= 0).all()


# --- Information ---------------------------------------------------------------------------------------------------


def test_maximum_information_is_the_information_at_the_estimate() -> None:
    choice = choice_among(BANK[:3])

    values = criteria.information(choice)

    assert values == pytest.approx([float(item_information(choice.estimate, i.a, i.b, i.c)) for i in BANK[:3]])


def test_with_all_weight_at_one_theta_weighted_information_is_the_information_there() -> None:
    choice = choice_among(BANK)
    certain = (np.arange(len(THETA)) == 72).astype(float)
    sure = Choice(choice.candidates, THETA[72], THETA, certain, certain)

    for weighted in (criteria.weighted_information, criteria.likelihood_weighted_information):
        assert weighted(sure) == pytest.approx(criteria.information(sure))


def test_with_all_weight_at_the_estimate_there_is_nothing_to_tell_apart() -> None:
    choice = choice_among(BANK)
    certain = (np.arange(len(THETA)) == 72).astype(float)
    sure = Choice(choice.candidates, THETA[72], THETA, certain, certain)

    for name in ("kullback-leibler", "posterior kullback-leibler", "discrimination", "posterior discrimination"):
        assert CRITERIA[name].value(sure) == pytest.approx(np.zeros(len(BANK)), abs=1e-12)


def test_near_the_estimate_divergence_is_half_the_information_times_the_squared_distance() -> None:
    choice = choice_among(BANK)
    step = 1e-3
    weight = np.ones(1)
    near = Choice(choice.candidates, 0.2, np.array([0.2 + step]), weight, weight)

    divergence = criteria.kullback_leibler(near)

    assert divergence == pytest.approx(criteria.information(near) * step**2 / 2, rel=0.01)


def test_sharper_items_separate_more() -> None:
    flat, sharp = ItemParameters(0.6, 0.2), ItemParameters(1.8, 0.2)

    for name, criterion in CRITERIA.items():
        if not name.startswith("nearest"):
            merits = criterion.merit(choice_among([flat, sharp]))
            assert merits[1] > merits[0], name


# --- Looking ahead -------------------------------------------------------------------------------------------------


def test_the_expected_variance_is_that_of_scoring_every_answer() -> None:
    choice = choice_among(BANK)
    log_table = log_probability_table(BANK, THETA)

    expected = []
    for at, item in enumerate(BANK):
        chances = np.exp(log_table[at]) @ choice.posterior
        errors = [score([*ASKED, item], [*SCORES, value]).standard_error for value in range(item.highest_score + 1)]
        expected.append(float(chances[: len(errors)] @ np.square(errors)))

    assert criteria.expected_posterior_variance(choice) == pytest.approx(expected)


@given(st.lists(any_items, min_size=1, max_size=4))
def test_an_answer_is_never_expected_to_leave_us_less_sure(bank: list[ItemParameters]) -> None:
    choice = choice_among(bank)

    assert np.all(criteria.expected_posterior_variance(choice) <= variance_of(choice) + 1e-12)


def test_the_merit_of_expected_variance_is_the_variance_saved() -> None:
    choice = choice_among(BANK)

    merits = CRITERIA["expected posterior variance"].merit(choice)

    assert merits == pytest.approx(variance_of(choice) - criteria.expected_posterior_variance(choice))


def test_without_guessing_the_expected_information_is_that_at_the_new_estimates() -> None:
    item = ItemParameters(1.2, 0.3)
    choice = choice_among([item])
    chance = float(np.exp(log_probability_table([item], THETA))[0, 1] @ choice.posterior)
    wrong, right = (score([*ASKED, item], [*SCORES, value]).theta for value in (0, 1))

    expected = chance * item_information(right, 1.2, 0.3) + (1 - chance) * item_information(wrong, 1.2, 0.3)

    assert criteria.expected_information(choice) == pytest.approx([expected])


@pytest.mark.parametrize("scale", [1e-9, 7.0])
def test_averages_do_not_depend_on_the_scale_of_the_posterior(scale: float) -> None:
    choice = choice_among(BANK)
    scaled = Choice(choice.candidates, choice.estimate, THETA, choice.likelihood * scale, choice.posterior * scale)

    for name in ("expected information", "expected posterior variance", "discrimination", "posterior discrimination"):
        assert CRITERIA[name].merit(scaled) == pytest.approx(CRITERIA[name].merit(choice))
    assert criteria.weighted_information(scaled) == pytest.approx(scale * criteria.weighted_information(choice))


# --- Difficulty and success ----------------------------------------------------------------------------------------


def test_the_nearest_optimum_lies_above_the_difficulty_of_what_can_be_guessed() -> None:
    choice = choice_among(BANK)

    distance = criteria.nearest_optimum(choice)

    best = most_informative_theta(1.8, 0.9, 0.2)
    assert distance[0] == pytest.approx(abs(-1.0 - choice.estimate))
    assert distance[2] == pytest.approx(abs(best - choice.estimate))
    graded = THETA[information_table([BANK[4]], THETA)[0].argmax()]
    assert distance[4] == pytest.approx(abs(graded - choice.estimate))


def test_with_equal_slopes_the_nearest_item_tells_most() -> None:
    bank = [ItemParameters(1.0, b) for b in (-2.0, -0.4, 0.3, 1.1)]
    choice = choice_among(bank)

    order = criteria.nearest_difficulty(choice).argsort()

    assert order.tolist() == (-criteria.information(choice)).argsort().tolist()


# --- Strata by slope -----------------------------------------------------------------------------------------------


@given(st.lists(st.floats(0.3, 2.5), min_size=1, max_size=40), st.integers(1, 6))
def test_strata_are_equal_in_size_and_rise_in_slope(slopes: list[float], strata: int) -> None:
    if strata > len(slopes):
        with pytest.raises(StrataNotUsable):
            criteria.strata_by_slope(slopes, strata)
        return

    stratum = criteria.strata_by_slope(slopes, strata)

    sizes = np.bincount(stratum, minlength=strata)
    assert sizes.max() - sizes.min() <= 1
    for lower in range(strata - 1):
        steepest = max(np.array(slopes)[stratum == lower])
        assert steepest <= min(np.array(slopes)[stratum == lower + 1])


def test_stages_are_equal_in_length_and_end_with_the_last() -> None:
    stages = [criteria.stage_of(asked, length=20, strata=4) for asked in range(22)]

    assert np.bincount(stages[:20]).tolist() == [5, 5, 5, 5]
    assert stages[20:] == [3, 3]


@pytest.mark.parametrize("wrong", [{"length": 0}, {"strata": 0}, {"asked": -1}])
def test_a_stage_that_does_not_exist_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(StrataNotUsable):
        criteria.stage_of(**({"asked": 1, "length": 10, "strata": 2} | wrong))
