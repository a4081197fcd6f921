"""The rules for question writers, as far as a rule can see them."""

from dataclasses import replace
from typing import Any

import pytest

from assessor.items.flaws import Flaw, flaws
from assessor.items.item import Item, Option, Picture
from assessor.items.simulations import Inbox

WHY = "People do this."


def three(right: str, *wrong: str) -> dict[str, Any]:
    """Options of which the first is the key."""
    others = tuple(Option(f"wrong-{number}", text, why_wrong=WHY) for number, text in enumerate(wrong))
    return {"options": (Option("right", right), *others), "key": frozenset({"right"}), "reading_load": 2}


def found(item: Item, **changes: Any) -> list[Flaw]:
    """The flaws of a changed item."""
    return list(flaws(replace(item, **changes)))


def test_the_items_of_the_sample_have_no_flaw(items: dict[str, Item]) -> None:
    assert {item.id: flaws(item) for item in items.values() if flaws(item)} == {}


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"key": frozenset()}, "key", "There is no key"),
        ({"key": frozenset({"wlan"})}, "key", "'wlan' is not an option"),
        ({"key": frozenset({"wifi", "later"})}, "key", "A choice has one key, here are 2"),
        ({"kind": "choices"}, "key", "two or more keys"),
        ({"kind": "choices", "key": frozenset({"wifi", "later", "off"})}, "key", "Every option is right"),
        ({"note": ""}, "note", "The note is missing"),
        ({"stem": " "}, "stem", "The stem is empty"),
        ({"picture": Picture("desk.svg", "")}, "picture.alt", "alt is missing"),
        (three("Update now", "update NOW!", "Wait"), "options.wrong-0.text", "same as that of 'right'"),
        (three("Update now", "All of these", "Wait"), "options.wrong-0.text", "tests logic"),
        (three("Update now", "None of these", "Wait"), "options.wrong-0.text", "tests logic"),
        (three("Update now", "", "Wait"), "options.wrong-0.text", "The text is empty"),
    ],
)
def test_what_makes_an_item_useless_is_an_error(
    items: dict[str, Item], changes: dict[str, Any], field: str, message: str
) -> None:
    errors = [flaw for flaw in found(items["fs-41-update"], **changes) if flaw.severity == "error"]

    assert [flaw for flaw in errors if flaw.field == field and message in flaw.message], errors


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"stem": "word " * 15 + "word?"}, "stem", "16 words; 15 is the most"),
        ({"stem": "word " * 25 + "word?", "level": 3}, "stem", "26 words; 25 is the most"),
        ({"stem": "You see it. You wait. What now?"}, "stem", "3 sentences"),
        ({"stem": "Which message is not honest?"}, "stem", "says “not”"),
        ({"stem": "Which one would you never open?"}, "stem", "says “never”"),
        ({"stem": "Which one doesn’t fit?"}, "stem", "says “n’t”"),
        ({"stem": "Tap all except one?"}, "stem", "says “except”"),
        ({"stem": "Where do you click?"}, "stem", "A phone is not clicked"),
        ({"reading_load": 1}, "reading_load", "it is 2"),
        ({"reading_load": 0}, "reading_load", "it is 2"),
        (three("Update now", "Update now at home", "Wait"), "options.wrong-0.text", "overlaps with"),
        (three("Update", "Always wait for it", "Wait"), "options.wrong-0.text", "Only this option says"),
        (three("Update it over the Wi-Fi at home tonight", "Wait", "Stop"), "key", "longest by far"),
        (three("Update", "Wait"), "options", "fewer than three options"),
    ],
)
def test_what_a_second_reader_should_look_at_is_a_warning(
    items: dict[str, Item], changes: dict[str, Any], field: str, message: str
) -> None:
    warnings = [flaw for flaw in found(items["fs-41-update"], **changes) if flaw.severity == "warning"]

    assert [flaw for flaw in warnings if flaw.field == field and message in flaw.message], warnings


@pytest.mark.parametrize(
    "changes",
    [
        {"stem": "The phone says “not sent”. What do you do?"},
        {"stem": "Read the note. Which knot holds?"},
        three("Microphone", "Pen", "Lamp"),
        three("Always wait", "Never wait", "Wait a day"),
        three("Update", "Updates", "Wait"),
    ],
)
def test_what_only_looks_like_a_flaw_is_left_alone(items: dict[str, Item], changes: dict[str, Any]) -> None:
    fields = {flaw.field for flaw in found(items["fs-41-update"], **changes)}

    assert fields <= {"reading_load"}


def test_every_wrong_option_needs_its_reason_and_the_key_has_none(items: dict[str, Item]) -> None:
    first, second, third = items["fs-41-update"].options
    changed = (replace(first, why_wrong=WHY), replace(second, why_wrong=None), third)

    fields = [flaw.field for flaw in found(items["fs-41-update"], options=changed)]

    assert fields == ["options.wifi.why_wrong", "options.later"]


def test_every_message_that_stays_needs_its_reason(items: dict[str, Item]) -> None:
    simulation = items["fs-42-inbox"].simulation
    assert simulation is not None
    rosa, bank = simulation.messages

    silent = found(items["fs-42-inbox"], simulation=Inbox((replace(rosa, why_wrong=None), bank)))
    aimless = found(items["fs-42-inbox"], simulation=Inbox((rosa,)))

    assert [flaw.field for flaw in silent] == ["messages.rosa"]
    assert aimless[0] == Flaw("simulation", "error", "The goal names no message; name at least one to move.")


def test_a_picture_may_be_read_without_the_names_of_its_things(items: dict[str, Item]) -> None:
    item = items["fs-41-note"]

    fitting = [load for load in range(4) if not found(item, reading_load=load)]

    assert fitting == [0, 1, 2]


def test_errors_come_first(items: dict[str, Item]) -> None:
    severities = [flaw.severity for flaw in found(items["fs-41-update"], stem="Click? No. Not.", note="")]

    assert severities == sorted(severities)
    assert set(severities) == {"error", "warning"}
