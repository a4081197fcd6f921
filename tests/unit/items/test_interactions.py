"""Posted forms become answers, or a sentence the learner can act on."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessor.items.interactions import (
    CHOOSE_ONE,
    CHOOSE_SEVERAL,
    MOVE_ONE,
    NOT_ON_THE_PAGE,
    SENTENCES,
    TAP_ONE,
    Answer,
    Chosen,
    InvalidAnswer,
    Placed,
    Unknown,
    from_json,
    option_order,
    read_answer,
    to_json,
)
from assessor.items.item import Item
from assessor.items.simulations import FOLDERS
from tests.unit.items.forms import PostedForm
from tests.unit.items.strategies import all_items, ids

ANSWERS: st.SearchStrategy[Answer] = st.one_of(
    st.builds(Chosen, st.lists(ids, max_size=4).map(tuple)),
    st.builds(
        Placed,
        st.lists(st.tuples(ids, st.sampled_from(FOLDERS)), max_size=4).map(tuple),
        st.lists(ids, max_size=4).map(tuple),
    ),
    st.just(Unknown()),
)


@given(ANSWERS)
def test_an_answer_comes_back_from_json_unchanged(answer: Answer) -> None:
    assert from_json(json.loads(json.dumps(to_json(answer), sort_keys=True))) == answer


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"chosen": "wifi"},
        {"chosen": [1]},
        {"unknown": False},
        {"placed": [["rosa", "answered"]], "opened": []},
        {"placed": [["rosa"]], "opened": []},
        {"placed": []},
    ],
)
def test_a_document_that_is_no_answer_is_refused(document: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="not an answer"):
        from_json(document)


def test_one_option_is_chosen(items: dict[str, Item]) -> None:
    form = PostedForm(("csrf_token", "x"), ("option", "later"))

    assert read_answer(items["fs-41-update"], form) == Chosen(("later",))


def test_several_options_come_in_the_order_of_the_item(items: dict[str, Item]) -> None:
    form = PostedForm(("option", "birthday"), ("option", "street"), ("option", "street"))

    assert read_answer(items["fs-42-profile"], form) == Chosen(("street", "birthday"))


def test_not_knowing_wins_over_what_is_chosen(items: dict[str, Item]) -> None:
    chosen = PostedForm(("option", "wifi"), ("unknown", "1"))
    moved = PostedForm(("place-bank", "junk"), ("unknown", "1"))

    assert read_answer(items["fs-41-update"], chosen) == Unknown()
    assert read_answer(items["fs-42-inbox"], moved) == Unknown()


@pytest.mark.parametrize(
    ("name", "fields", "sentence"),
    [
        ("fs-41-update", [], CHOOSE_ONE),
        ("fs-41-update", [("option", "")], CHOOSE_ONE),
        ("fs-41-update", [("option", "wifi"), ("option", "later")], CHOOSE_ONE),
        ("fs-41-update", [("unknown", "0")], CHOOSE_ONE),
        ("fs-41-update", [("option", "wlan")], NOT_ON_THE_PAGE),
        ("fs-41-update", [("option", "wifi")] * 101, NOT_ON_THE_PAGE),
        ("fs-41-note", [], TAP_ONE),
        ("fs-42-profile", [("option", "street")], CHOOSE_SEVERAL),
        ("fs-42-profile", [("option", one) for one in ("name", "street", "birthday")], CHOOSE_SEVERAL),
        ("fs-42-inbox", [], MOVE_ONE),
        ("fs-42-inbox", [("place-bank", "inbox"), ("opened", "bank")], MOVE_ONE),
        ("fs-42-inbox", [("place-bank", "answered")], NOT_ON_THE_PAGE),
        ("fs-42-inbox", [("place-olga", "junk")], NOT_ON_THE_PAGE),
        ("fs-42-inbox", [("place-bank", "junk"), ("place-bank", "keep")], NOT_ON_THE_PAGE),
        ("fs-42-inbox", [("place-bank", "junk"), ("opened", "olga")], NOT_ON_THE_PAGE),
        ("fs-42-inbox", [("place-bank", "junk")] + [("opened", "bank")] * 101, NOT_ON_THE_PAGE),
        ("fs-42-inbox", [(f"place-{number}", "junk") for number in range(500)], NOT_ON_THE_PAGE),
    ],
)
def test_what_cannot_be_an_answer_is_refused_with_what_to_do(
    items: dict[str, Item], name: str, fields: list[tuple[str, str]], sentence: str
) -> None:
    with pytest.raises(InvalidAnswer) as refused:
        read_answer(items[name], PostedForm(*fields))

    assert refused.value.sentence == sentence
    assert refused.value.sentence in SENTENCES
    assert str(refused.value) == sentence % {"count": 2}


def test_moved_messages_give_the_whole_state_and_what_was_opened(items: dict[str, Item]) -> None:
    form = PostedForm(("place-bank", "junk"), ("opened", "bank"), ("opened", "rosa"), ("opened", "bank"))

    assert read_answer(items["fs-42-inbox"], form) == Placed(
        places=(("rosa", "inbox"), ("bank", "junk")), opened=("bank", "rosa")
    )


@given(all_items(), st.integers())
def test_the_order_of_options_depends_on_the_seed_alone(item: Item, seed: int) -> None:
    order = option_order(item, seed)

    assert order == option_order(item, seed)
    assert sorted(order) == sorted(option.id for option in item.options)


def test_options_with_a_natural_order_keep_it(items: dict[str, Item]) -> None:
    orders = {option_order(items["fs-42-profile"], seed) for seed in range(50)}

    assert orders == {("name", "street", "birthday")}


def test_over_many_sittings_the_right_option_is_first_about_as_often_as_last(items: dict[str, Item]) -> None:
    item = items["fs-41-update"]

    places = [option_order(item, seed).index("wifi") for seed in range(3000)]

    assert all(900 < places.count(place) < 1100 for place in range(3))


def test_the_order_is_the_same_on_every_machine(items: dict[str, Item]) -> None:
    item = replace(items["fs-41-update"], id="golden")

    assert [option_order(item, seed) for seed in (1, 2)] == [
        ("off", "later", "wifi"),
        ("later", "off", "wifi"),
    ]
