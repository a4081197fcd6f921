"""Questions about one text: joined to one item, and found when they were counted apart."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessor.psychometrics.calibration.calibrating import calibrate
from assessor.psychometrics.calibration.item_model import Model
from assessor.psychometrics.calibration.testlets import TestletsNotUsable, as_testlets, local_dependence
from assessor.psychometrics.measuring.response_models import ItemParameters, log_probability_table
from assessor.psychometrics.measuring.responses import MISSING, ItemsDoNotMatch, Responses, Sparse

SCORES = [[1, 0, 1, 2], [1, 1, MISSING, 0], [0, MISSING, 1, 1], [MISSING, MISSING, 0, MISSING]]
IDS = ("q1", "mail", "q2", "form")
GRID = np.linspace(-6.0, 6.0, 121)


def sparse(responses: Responses) -> Responses:
    """The same answers as rows."""
    matrix = responses.dense()
    person, item = np.nonzero(matrix != MISSING)
    return Responses.from_rows(person, item, matrix[person, item], responses.items)


def test_a_testlet_takes_the_place_of_its_first_part() -> None:
    joined = as_testlets(Responses.from_matrix(SCORES, IDS), {"text": ["q1", "q2"]})

    assert joined.items == ("text", "mail", "form")


def test_a_testlet_is_the_sum_of_its_parts_and_missing_when_one_is() -> None:
    joined = as_testlets(Responses.from_matrix(SCORES, IDS), {"text": ["q1", "q2"]})

    assert joined.dense().tolist() == [[2, 0, 2], [MISSING, 1, 0], [1, MISSING, 1], [MISSING, MISSING, MISSING]]


def test_weights_and_groups_stay_with_their_people() -> None:
    answers = Responses.from_matrix(SCORES, IDS, groups=["el", "nl", "el", "nl"], weight=[1.0, 2.0, 3.0, 4.0])

    joined = as_testlets(answers, {"text": ["q1", "q2"]})

    assert joined.weight.tolist() == [1, 2, 3, 4]
    assert joined.groups == ("el", "nl")
    assert joined.group.tolist() == [0, 1, 0, 1]


@given(seed=st.integers(0, 10_000))
@settings(max_examples=25, deadline=None)
def test_sparse_and_dense_answers_give_the_same_testlets(seed: int) -> None:
    rng = np.random.default_rng(seed)
    scores = rng.integers(-1, 3, size=(12, 6))
    scores[-1, 0] = 1  # rows can only tell of people who answered something
    answers = Responses.from_matrix(scores)
    testlets = {"first": ["i2", "i5"], "second": ["i6", "i1"]}

    of_rows = as_testlets(sparse(answers), testlets)

    assert isinstance(of_rows.scores, Sparse)
    assert np.array_equal(of_rows.dense(), as_testlets(answers, testlets).dense())


def test_no_testlets_leave_the_answers_as_they_are() -> None:
    answers = Responses.from_matrix(SCORES, IDS)

    assert np.array_equal(as_testlets(answers, {}).dense(), answers.dense())


def test_a_testlet_may_keep_the_id_of_one_of_its_parts() -> None:
    joined = as_testlets(Responses.from_matrix(SCORES, IDS), {"q1": ["q1", "q2"]})

    assert joined.items == ("q1", "mail", "form")


@pytest.mark.parametrize(
    ("testlets", "message"),
    [
        ({"text": []}, "text has no parts"),
        ({"text": ["q1", "q9"]}, "q9 that is no item"),
        ({"text": ["q1", "q2"], "screen": ["q2", "mail"]}, "q2 is part of text and named again in screen"),
        ({"text": ["q1", "q1"]}, "q1 is part of text and named again in text"),
        ({"mail": ["q1", "q2"]}, "mail has the id of another item"),
    ],
)
def test_testlets_that_do_not_fit_are_refused_by_name(testlets: dict[str, list[str]], message: str) -> None:
    with pytest.raises(TestletsNotUsable, match=message):
        as_testlets(Responses.from_matrix(SCORES, IDS), testlets)


def test_a_sum_that_no_score_can_hold_is_refused() -> None:
    answers = Responses.from_matrix([[100, 100]], ["essay", "report"])

    with pytest.raises(TestletsNotUsable, match="adds up to 200"):
        as_testlets(answers, {"both": ["essay", "report"]})


def answers_with_a_shared_text(persons: int = 3_000, items: int = 12) -> tuple[Responses, list[ItemParameters]]:
    """2PL answers in which items 3, 4 and 5 also depend on whether the person understood one text."""
    rng = np.random.default_rng(20)
    difficulty = np.linspace(-1.5, 1.5, items)
    theta, understood = rng.normal(size=(2, persons, 1))
    shared = np.isin(np.arange(items), [2, 3, 4])
    logit = 1.3 * (theta - difficulty) + 2.0 * shared * understood
    scores = (rng.uniform(size=logit.shape) < 1 / (1 + np.exp(-logit))).astype(int)
    return Responses.from_matrix(scores), [ItemParameters(1.3, float(b)) for b in difficulty]


def test_questions_about_one_text_are_found() -> None:
    answers, parameters = answers_with_a_shared_text()

    found = local_dependence(answers, parameters)

    assert {(pair.first, pair.second) for pair in found} == {("i3", "i4"), ("i3", "i5"), ("i4", "i5")}
    assert [pair.excess for pair in found] == sorted((pair.excess for pair in found), reverse=True)
    assert all(pair.q3 > 0.15 and pair.persons == 3_000 for pair in found)


def test_joined_to_a_testlet_they_are_found_no_more() -> None:
    answers, parameters = answers_with_a_shared_text()
    joined = as_testlets(answers, {"text": ["i3", "i4", "i5"]})
    # Of the joined item only its expected score matters here: steps near its parts' difficulties have about that.
    of_text = ItemParameters.from_json(
        {"a": 0.75, "b": -0.68, "se_a": 0, "se_b": 0, "thresholds": [-0.98, -0.68, -0.38], "curve": "partial credit"}
    )

    found = local_dependence(joined, [*parameters[:2], of_text, *parameters[5:]])

    assert found == []


def test_a_testlet_is_honest_where_its_parts_are_overconfident() -> None:
    rng = np.random.default_rng(22)
    theta, understood = rng.normal(size=(2, 1_500, 1))
    logit = 1.3 * (theta - np.linspace(-1, 1, 9)) + 2.0 * understood * (np.arange(9) < 5)
    answers = Responses.from_matrix((rng.uniform(size=logit.shape) < 1 / (1 + np.exp(-logit))).astype(int))

    def real_over_stated_error(answers: Responses, model: Model) -> float:
        table = log_probability_table(calibrate(answers, model).parameters, GRID, uncertain=False)
        log_posterior = np.tile(-0.5 * GRID**2, (answers.persons, 1))
        for item, scores in enumerate(answers.dense().T):
            log_posterior += table[item, scores]
        posterior = np.exp(log_posterior - log_posterior.max(axis=1, keepdims=True))
        posterior /= posterior.sum(axis=1, keepdims=True)
        mean = posterior @ GRID
        return float(np.sqrt(np.mean((mean - theta[:, 0]) ** 2) / np.mean(posterior @ GRID**2 - mean**2)))

    apart = real_over_stated_error(answers, Model.TWO_PL)
    joined = real_over_stated_error(as_testlets(answers, {"text": ["i1", "i2", "i3", "i4", "i5"]}), Model.GPCM)

    assert apart > 1.2
    assert joined == pytest.approx(1.0, abs=0.06)


def test_independent_items_are_not_reported() -> None:
    rng = np.random.default_rng(21)
    theta, difficulty = rng.normal(size=(2_000, 1)), np.linspace(-2, 2, 10)
    scores = (rng.uniform(size=(2_000, 10)) < 1 / (1 + np.exp(-1.2 * (theta - difficulty)))).astype(int)
    parameters = [ItemParameters(1.2, float(b)) for b in difficulty]

    assert local_dependence(Responses.from_matrix(scores), parameters) == []
    of_all = local_dependence(Responses.from_matrix(scores), parameters, remarkable=-2.0)
    assert -1 / 9 < np.mean([pair.q3 for pair in of_all]) < 0


def test_q3_is_the_correlation_of_residuals_at_given_thetas() -> None:
    answers, parameters = answers_with_a_shared_text(persons=400)
    thetas = np.random.default_rng(3).normal(size=400)

    [pair, *_] = local_dependence(answers, parameters, thetas, remarkable=-2.0)

    first, second = answers.items.index(pair.first), answers.items.index(pair.second)
    residuals = answers.dense() - 1 / (1 + np.exp(-1.3 * (thetas[:, np.newaxis] - np.linspace(-1.5, 1.5, 12))))
    expected = np.corrcoef(residuals[:, first], residuals[:, second])[0, 1]
    assert pair.q3 == pytest.approx(expected, abs=1e-3)  # expected scores are read from curves 0.1 apart in theta


def test_pairs_that_few_people_answered_say_nothing() -> None:
    answers, parameters = answers_with_a_shared_text()
    scores = answers.dense().copy()
    scores[60:, 3] = MISSING

    found = local_dependence(Responses.from_matrix(scores), parameters)

    assert {(pair.first, pair.second) for pair in found} == {("i3", "i5")}


def test_weighted_rows_count_as_so_many_people() -> None:
    answers, parameters = answers_with_a_shared_text(persons=600)

    of_rows = local_dependence(answers, parameters, remarkable=0.1)

    of_patterns = local_dependence(answers.patterns(), parameters, remarkable=0.1)
    assert [(pair.first, pair.second) for pair in of_patterns] == [(pair.first, pair.second) for pair in of_rows]
    assert [pair.q3 for pair in of_patterns] == pytest.approx([pair.q3 for pair in of_rows], abs=1e-12)


def test_parameters_or_thetas_of_other_answers_are_refused() -> None:
    answers = Responses.from_matrix(SCORES, IDS)
    plain = [ItemParameters(1.0, 0.0)] * 4

    with pytest.raises(ItemsDoNotMatch, match="4 items with answers and 3 parameters"):
        local_dependence(answers, plain[:3])
    with pytest.raises(ItemsDoNotMatch, match="form has a score of 2; its parameters allow 1"):
        local_dependence(answers, plain)
    with pytest.raises(TestletsNotUsable, match=r"4 people and thetas of shape \(3,\)"):
        local_dependence(Responses.from_matrix([[1, 0]] * 4), plain[:2], [0.0, 0.0, 0.0])
