"""Answers of many people: what is kept is what was given, and what cannot be kept is refused by name."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessor.psychometrics.measuring.response_models import ItemParameters
from assessor.psychometrics.measuring.responses import MISSING, ItemsDoNotMatch, Responses, ResponsesNotUsable

ITEMS = ("phone", "mail", "map")


@given(st.lists(st.lists(st.integers(MISSING, 3), min_size=3, max_size=3), min_size=1, max_size=8))
def test_rows_and_table_hold_the_same_answers_of_each_item(table: list[list[int]]) -> None:
    dense = Responses.from_matrix([*table, [1, 1, 1]], ITEMS)
    person, item = np.nonzero(dense.dense() != MISSING)

    rows = Responses.from_rows(person, item, dense.dense()[person, item], ITEMS, groups=["all"] * dense.persons)

    assert rows.dense().tolist() == dense.dense().tolist()
    for at in range(3):
        (people, scores), (same_people, same_scores) = dense.of_item(at), rows.of_item(at)
        assert (people.tolist(), scores.tolist()) == (same_people.tolist(), same_scores.tolist())


@pytest.mark.parametrize(
    ("scores", "told"),
    [
        ([[1, 0], [1]], "equally long"),
        ([["right", "wrong"]], "must be numbers"),
        ([[1, None]], "must be numbers"),
        ([[1, 0.5]], "whole numbers"),
        ([[1, float("nan")]], "whole numbers"),
        ([[1, 128]], "between 0 and 127"),
        ([[1, -2]], "not asked as -1"),
        ([1, 0], "persons × items"),
        ([], "persons × items"),
    ],
)
def test_a_table_that_holds_no_scores_is_refused(scores: list[object], told: str) -> None:
    with pytest.raises(ResponsesNotUsable, match=told):
        Responses.from_matrix(scores)  # type: ignore[arg-type]  # what a careless caller may hand in


@pytest.mark.parametrize(
    ("weight", "told"),
    [
        ([1.0], r"2 people and weights of shape \(1,\)"),
        ([1.0, float("nan")], "above 0"),
        ([1.0, -1.0], "above 0"),
        ([1.0, 0.0], "stand for nobody"),
        (["many", "few"], "must be numbers"),
    ],
)
def test_weights_that_count_no_people_are_refused(weight: list[object], told: str) -> None:
    with pytest.raises(ResponsesNotUsable, match=told):
        Responses.from_matrix([[1, 0], [0, 1]], weight=weight)  # type: ignore[arg-type]


def test_an_item_id_stands_for_one_item() -> None:
    with pytest.raises(ResponsesNotUsable, match="Two items have the id phone"):
        Responses.from_matrix([[1, 0]], ["phone", "phone"])
    with pytest.raises(ResponsesNotUsable, match="Two items have the id phone"):
        Responses.from_rows([0, 0], [0, 1], [1, 0], ["phone", "phone"])
    with pytest.raises(ResponsesNotUsable, match="2 columns need 2 item ids, not 3"):
        Responses.from_matrix([[1, 0]], ITEMS)


@pytest.mark.parametrize(
    ("person", "item", "score", "told"),
    [
        ([0, 10_000_000], [0, 0], [1, 1], "end below 2. Number people in a row"),
        ([0, -1], [0, 0], [1, 1], "start at 0"),
        ([0, 1], [0, 3], [1, 1], "Item numbers start at 0 and end below 3"),
        ([0, 1], [0, 0], [1, 128], "between 0 and 127"),
        ([0, 1], [0, 0], [1, MISSING], "leave the row out"),
        ([0, 1], [0, 0], [1, 0.7], "whole numbers"),
        ([0, 1], [0, 0], ["a", "b"], "must be numbers"),
        ([0, 0], [1, 1], [1, 0], "answered one item twice"),
        ([0, 1], [0], [1, 0], "Each row needs"),
        ([], [], [], "there must be a row"),
    ],
)
def test_rows_that_are_no_answers_are_refused(
    person: list[int], item: list[int], score: list[object], told: str
) -> None:
    with pytest.raises(ResponsesNotUsable, match=told):
        Responses.from_rows(person, item, score, ITEMS)  # type: ignore[arg-type]


def test_with_groups_there_are_as_many_people_as_group_names() -> None:
    answers = Responses.from_rows([0, 1], [0, 2], [1, 0], ITEMS, groups=["el", "nl", "nl"])

    assert answers.persons == 3
    assert answers.dense()[2].tolist() == [MISSING] * 3


def test_parameters_of_other_items_are_refused() -> None:
    answers = Responses.from_matrix([[1, 2], [0, 1]], ["mail", "essay"])
    plain = ItemParameters(1.0, 0.0)

    with pytest.raises(ItemsDoNotMatch, match="2 items with answers and 1"):
        answers.check_items([plain])
    with pytest.raises(ItemsDoNotMatch, match=r"essay has a score of 2; its parameters allow 1\. Calibrate"):
        answers.check_items([plain, plain])
