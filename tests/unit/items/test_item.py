"""Items are values: stored and read back unchanged, translated field by field, given a prior."""

import json
from dataclasses import replace

import pytest
from hypothesis import given

from assessor.items.item import (
    Item,
    UnreadableItem,
    competence_of,
    digest,
    expert_prior,
    from_json,
    texts,
    to_json,
    translated,
)
from tests.unit.items.strategies import all_items


@given(all_items())
def test_an_item_comes_back_from_json_unchanged(item: Item) -> None:
    stored = json.dumps(to_json(item), sort_keys=True)

    assert from_json(json.loads(stored)) == item


@given(all_items())
def test_the_digest_survives_storage(item: Item) -> None:
    assert digest(from_json(json.loads(json.dumps(to_json(item), sort_keys=True)))) == digest(item)


@given(all_items())
def test_every_text_is_translated_and_nothing_else(item: Item) -> None:
    shouted = {field: text + "!" for field, text in texts(item).items()}

    in_other_words = translated(item, shouted)

    assert texts(in_other_words) == shouted
    assert translated(in_other_words, texts(item)) == item


@given(all_items())
def test_without_translations_an_item_stays_as_it_is(item: Item) -> None:
    assert translated(item, {}) == item
    assert translated(item, dict.fromkeys(texts(item), "")) == item


def test_texts_stand_in_reading_order(items: dict[str, Item]) -> None:
    assert list(texts(items["fs-41-note"])) == [*("stem", "picture.alt", "options.note.text", "options.cup.text")]
    assert list(texts(items["fs-42-inbox"])) == [
        "stem",
        *("messages.rosa.sender", "messages.rosa.subject", "messages.rosa.body"),
        *("messages.bank.sender", "messages.bank.subject", "messages.bank.body"),
    ]


@pytest.mark.parametrize(
    ("level", "complexity", "agreed", "b", "se_b"),
    [
        (1, 0, True, -1.75, 0.35),
        (2, 1, False, -1.05, 0.5),
        (4, -1, True, -0.45, 0.35),
        (8, 0, False, 1.75, 0.5),
    ],
)
def test_the_expert_prior_follows_level_complexity_and_agreement(
    items: dict[str, Item], level: int, complexity: int, agreed: bool, b: float, se_b: float
) -> None:
    item = replace(items["fs-41-note"], level=level, complexity=complexity, agreed=agreed)

    assert expert_prior(item) == pytest.approx((1.2, b, 0.3, se_b))


@pytest.mark.parametrize(
    ("level", "band"),
    [(1, "basic"), (2, "basic"), (3, "intermediate"), (5, "advanced"), (8, "highly-advanced")],
)
def test_two_levels_make_a_band(items: dict[str, Item], level: int, band: str) -> None:
    assert replace(items["fs-41-note"], level=level).band == band


def test_any_change_of_an_item_changes_its_digest(items: dict[str, Item]) -> None:
    item = items["fs-41-update"]

    changed = [replace(item, stem="Other?"), replace(item, key=frozenset({"later"})), replace(item, level=2)]

    assert len({digest(one) for one in [item, *changed]}) == 4


def test_an_outcome_code_tells_its_competence() -> None:
    assert competence_of("LO4.1.03") == "4.1"


def test_a_document_that_is_no_item_is_refused(items: dict[str, Item]) -> None:
    document = to_json(items["fs-41-update"])

    for broken in ({}, {**document, "kind": "essay"}, {**document, "level": 9}, {**document, "options": [1]}):
        with pytest.raises(UnreadableItem, match="not an item"):
            from_json(broken)
