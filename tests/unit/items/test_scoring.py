"""Points, as a truth table for each kind."""

from dataclasses import replace

import pytest
from hypothesis import given

from assessor.items.interactions import Answer, Chosen, InvalidAnswer, Placed, Unknown
from assessor.items.item import Item, Option, chance
from assessor.items.scoring import Score, score
from assessor.items.simulations import FOLDERS, Folder, Places
from tests.unit.items.strategies import all_items


@pytest.mark.parametrize(
    ("name", "options", "points"),
    [
        ("fs-41-update", ("wifi",), 1),
        ("fs-41-update", ("later",), 0),
        ("fs-41-update", ("off",), 0),
        ("fs-41-note", ("note",), 1),
        ("fs-41-note", ("cup",), 0),
        ("fs-42-profile", ("street", "birthday"), 1),
        ("fs-42-profile", ("birthday", "street"), 1),
        ("fs-42-profile", ("street",), 0),
        ("fs-42-profile", ("name", "street"), 0),
        ("fs-42-profile", ("name", "street", "birthday"), 0),
        ("fs-42-profile", (), 0),
    ],
)
def test_exactly_the_key_gives_the_point(
    items: dict[str, Item], name: str, options: tuple[str, ...], points: int
) -> None:
    given_score = score(items[name], Chosen(options))

    assert (given_score.points, given_score.maximum) == (points, 1)


@pytest.mark.parametrize("rosa", FOLDERS)
@pytest.mark.parametrize("bank", FOLDERS)
def test_exactly_the_goal_state_gives_the_point(items: dict[str, Item], rosa: Folder, bank: Folder) -> None:
    answer = Placed((("rosa", rosa), ("bank", bank)))

    assert score(items["fs-42-inbox"], answer).points == int((rosa, bank) == ("inbox", "junk"))


def test_a_message_that_is_not_named_has_stayed_in_the_inbox(items: dict[str, Item]) -> None:
    assert score(items["fs-42-inbox"], Placed((("bank", "junk"),))).points == 1


def test_what_was_opened_does_not_count(items: dict[str, Item]) -> None:
    places: Places = (("rosa", "inbox"), ("bank", "junk"))

    assert score(items["fs-42-inbox"], Placed(places)) == score(items["fs-42-inbox"], Placed(places, ("bank",)))


@given(all_items())
def test_not_knowing_gives_no_point_and_the_key_gives_one(item: Item) -> None:
    right: Answer = Chosen(tuple(item.key))
    if item.simulation:
        right = Placed(tuple(item.simulation.goal.items()))

    assert score(item, Unknown()).points == 0
    assert score(item, right).points == 1


def test_the_reason_is_the_author_s(items: dict[str, Item]) -> None:
    later = score(items["fs-41-update"], Chosen(("later",)))
    moved = score(items["fs-42-inbox"], Placed((("rosa", "delete"),)))
    half = score(items["fs-42-profile"], Chosen(("street",)))

    assert later == Score(0, "later: The phone keeps its old weak points.")
    assert moved.reason == "rosa: Rosa sends a plan every week. bank: belongs in junk, is in inbox."
    assert half.reason == "Something that belongs to the answer is missing."


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("fs-41-update", Chosen(("wlan",))),
        ("fs-41-update", Placed(())),
        ("fs-42-inbox", Chosen(("bank",))),
        ("fs-42-inbox", Placed((("olga", "junk"),))),
    ],
)
def test_an_answer_to_another_item_is_refused(items: dict[str, Item], name: str, answer: Answer) -> None:
    with pytest.raises(InvalidAnswer):
        score(items[name], answer)


@pytest.mark.parametrize(
    ("options", "key", "expected"),
    [("abc", "a", 1 / 3), ("abcd", "ab", 1 / 6), ("abcde", "abc", 1 / 10), ("ab", "b", 1 / 2)],
)
def test_the_chance_of_a_blind_choice_is_counted(
    items: dict[str, Item], options: str, key: str, expected: float
) -> None:
    item = replace(items["fs-41-update"], options=tuple(Option(one, one) for one in options), key=frozenset(key))

    assert chance(item) == pytest.approx(expected)


def test_a_simulation_is_not_passed_by_chance(items: dict[str, Item]) -> None:
    simulated = next(item for item in items.values() if item.simulation)

    assert chance(simulated) == 0
