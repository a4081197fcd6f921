"""What is remembered of achievements and issuers never changes what is found out about a badge."""

import copy
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given, settings

from assessor.openbadges import canonical, fast_canonical, schema
from assessor.openbadges.errors import OpenBadgesError, UnsafeDocument
from assessor.openbadges.fast_canonical import TOLD_TWICE, OutsideTable, form_by_table
from assessor.openbadges.recurring import MAX_OBJECTS, MAX_TEXT, Recurring
from assessor.openbadges.schema import problems_of
from assessor.openbadges.strict_json import JsonObject
from tests.unit.openbadges.badges import credential
from tests.unit.openbadges.recurring_badges import nearly_correct_series, series
from tests.unit.openbadges.test_canonical_form import independent_form


@pytest.fixture(autouse=True)
def _forgotten() -> Iterator[None]:
    """Nothing is remembered from one test to the next."""
    _forget()
    yield
    _forget()


def _forget() -> None:
    fast_canonical._parts.forget()
    schema._sound_parts.forget()


def _memory() -> Recurring[str, JsonObject]:
    return Recurring(lambda _place, members: members)


def _learned(*values: JsonObject) -> Recurring[str, JsonObject]:
    memory = _memory()
    for value in values:
        memory.note("here", value)
    return memory


THING: JsonObject = {"id": "urn:x:1", "type": ["T"], "name": "A", "tag": ["a", "b"], "part": {"name": "B"}}


def test_what_two_objects_have_in_common_is_known_of_the_third() -> None:
    memory = _learned(THING, {**THING, "tag": ["a", "b", "c"], "more": "x"})

    assert memory.known("here", {**THING, "tag": ["a", "b", "d"], "other": "y"}) == (
        THING,
        {"tag": ["d"], "other": "y"},
    )
    assert memory.known("there", THING) is None


@pytest.mark.parametrize(
    "change",
    [
        {"id": "urn:x:2"},
        {"id": ["urn:x:1"]},
        {"type": "T"},
        {"type": ["T", "U"]},
        {"name": "B"},
        {"name": ["A"]},
        {"tag": ["a"]},
        {"tag": ["b", "a"]},
        {"tag": "a"},
        {"part": {"name": "B", "more": "x"}},
        {"part": [{"name": "B"}]},
    ],
)
def test_an_object_that_does_not_say_all_of_it_is_not_known(change: JsonObject) -> None:
    memory = _learned(THING, copy.deepcopy(THING))

    assert memory.known("here", THING) is not None
    assert memory.known("here", {**THING, **change}) is None
    assert memory.known("here", {name: value for name, value in THING.items() if name not in change}) is None


def test_a_member_that_differs_is_left_to_the_badge() -> None:
    memory = _learned({**THING, "name": "A"}, {**THING, "name": "B"})

    known = memory.known("here", {**THING, "name": "C"})

    assert known is not None
    assert known[1] == {"name": "C"}


@pytest.mark.parametrize("value", [1, 1.0, True, None, [1], {"a": True}, [None, "a"]])
def test_only_texts_are_remembered(value: Any) -> None:
    memory = _learned({**THING, "more": value}, {**THING, "more": value})

    known = memory.known("here", {**THING, "more": value})

    assert known is not None
    assert "more" not in known[0]


def test_the_types_of_an_object_are_known_as_a_whole_or_not_at_all() -> None:
    memory = _learned({**THING, "type": ["T", "U"]}, {**THING, "type": ["T", "V"]})

    assert memory.known("here", {**THING, "type": ["T"]}) is None


def test_what_happens_to_an_object_later_does_not_reach_the_memory() -> None:
    first, second = copy.deepcopy(THING), copy.deepcopy(THING)
    memory = _learned(first, second)

    second["part"]["name"] = first["part"]["name"] = "C"
    first["tag"].clear()

    known = memory.known("here", THING)
    assert known == (THING, {})


def test_nothing_is_learned_from_something_large_or_nameless() -> None:
    large = {**THING, "name": "x" * MAX_TEXT}

    assert _learned(large, large).known("here", large) is None
    assert _learned({"type": "T"}, {"type": "T"}).known("here", {"type": "T"}) is None


def test_the_memory_is_bounded() -> None:
    memory = _memory()

    for number in range(5 * MAX_OBJECTS):
        for _ in range(2):
            memory.note("here", {**THING, "id": f"urn:x:{number}"})
        memory.note("here", {**THING, "id": f"urn:y:{number}"})

    assert len(memory._last) <= MAX_OBJECTS
    assert len(memory._common) <= MAX_OBJECTS


def _general_form(document: JsonObject) -> bytes | None:
    try:
        return canonical.canonical_form(document)
    except UnsafeDocument:
        return None


def _form_by_table(document: JsonObject) -> bytes | str:
    """The form by the table, or the path that it does not know."""
    try:
        return form_by_table(document)
    except OutsideTable as outside:
        return str(outside)


@settings(max_examples=120, deadline=None)
@given(series())
def test_badges_of_one_achievement_have_the_same_form_by_what_is_remembered(badges: list[JsonObject]) -> None:
    _forget()
    expected = [_general_form(badge) for badge in badges]

    for badge, general in zip(badges + badges, expected + expected, strict=True):
        form = _form_by_table(badge)

        # Only what no table can decide goes the long way.
        assert form == general or "look alike" in str(form) or TOLD_TWICE in str(form)


@settings(max_examples=200, deadline=None)
@given(nearly_correct_series())
def test_badges_of_one_achievement_have_the_same_problems_by_what_is_remembered(badges: list[JsonObject]) -> None:
    expected = []
    for badge in badges:
        _forget()
        expected.append(problems_of(badge))
    _forget()

    assert [problems_of(badge) for badge in badges + badges] == expected + expected


def _badges(count: int) -> list[JsonObject]:
    return [credential(id=f"https://badges.example/credentials/{number}").document() for number in range(count)]


def _known_parts(badge: JsonObject) -> list[Any]:
    terms = fast_canonical.tables()[tuple(badge["@context"]), frozenset(badge["type"])]
    subject = terms.members["credentialSubject"].node
    assert subject is not None
    places = (
        (terms.members["issuer"], badge["issuer"]),
        (
            subject.members["achievement"],
            badge["credentialSubject"]["achievement"],
        ),
    )
    return [fast_canonical._parts.known(term.node, value) for term, value in places if term.node is not None]


def test_the_third_badge_of_an_achievement_takes_what_is_remembered() -> None:
    badges = _badges(3)

    for badge in badges:
        assert form_by_table(badge) == independent_form(badge)

    assert all(known is not None and not known[1] for known in _known_parts(badges[2]))


def test_results_of_one_badge_alone_are_no_hindrance() -> None:
    badges = _badges(4)
    for badge in badges:
        achievement = badge["credentialSubject"]["achievement"]
        own = {**achievement["resultDescription"][1], "id": f"{badge['id']}#certainty"}
        achievement["resultDescription"] = [*achievement["resultDescription"], own]

    for badge in badges:
        assert form_by_table(badge) == independent_form(badge)

    _, achievement = _known_parts(badges[3])
    assert [entry["id"] for entry in achievement[1]["resultDescription"]] == [f"{badges[3]['id']}#certainty"]


def test_a_part_that_looks_like_a_remembered_one_is_left_to_the_general_path() -> None:
    badges = _badges(3)
    for badge in badges:
        form_by_table(badge)
    achievement = badges[2]["credentialSubject"]["achievement"]
    achievement["alignment"] = [*achievement["alignment"], achievement["alignment"][0]]

    with pytest.raises(OutsideTable, match="look alike"):
        form_by_table(badges[2])

    assert fast_canonical.canonical_form(badges[2]) == independent_form(badges[2])


@pytest.mark.parametrize("change", [{"name": 1}, {"nope": "x"}, {"type": ["Achievement", "Nope"]}, {"tag": []}])
def test_what_the_table_does_not_know_is_noticed_in_an_achievement_that_is_remembered(change: JsonObject) -> None:
    badges = _badges(3)
    for badge in badges:
        form_by_table(badge)
    badges[2]["credentialSubject"]["achievement"] |= change

    with pytest.raises(OutsideTable):
        form_by_table(badges[2])
    assert _general_answer(badges[2]) == _general_answer(badges[2], fast_canonical.canonical_form)


def _general_answer(badge: JsonObject, form: Callable[[JsonObject], bytes] = canonical.canonical_form) -> bytes | str:
    """The canonical form, or the reason why there is none."""
    try:
        return form(badge)
    except OpenBadgesError as error:
        return str(error)


@pytest.mark.parametrize("change", [{"nope": "x"}, {"type": ["Achievement", "Nope"]}])
def test_what_no_vocabulary_knows_is_refused_in_an_achievement_that_is_remembered(change: JsonObject) -> None:
    badges = _badges(3)
    for badge in badges:
        form_by_table(badge)
    badges[2]["credentialSubject"]["achievement"] |= change

    with pytest.raises(OpenBadgesError):
        fast_canonical.canonical_form(badges[2])


def test_a_wrong_entry_is_named_by_its_number_in_an_achievement_that_is_remembered() -> None:
    badges = _badges(4)
    for badge in badges[:3]:
        assert problems_of(badge) == []
    achievement = badges[3]["credentialSubject"]["achievement"]
    count = len(achievement["resultDescription"])
    achievement["resultDescription"] = [*achievement["resultDescription"], {"id": "urn:x:1"}]

    assert f"resultDescription[{count}]" in problems_of(badges[3])[0]


def test_a_member_that_is_missing_is_noticed_though_no_two_badges_had_it_in_common() -> None:
    badges = _badges(4)
    for number, badge in enumerate(badges[:3]):
        badge["credentialSubject"]["achievement"]["name"] = f"Name {number}"
        assert problems_of(badge) == []

    del badges[3]["credentialSubject"]["achievement"]["name"]

    assert problems_of(badges[3]) == ["“credentialSubject.achievement.name” is missing"]


def test_a_true_that_becomes_a_one_is_no_longer_right() -> None:
    badges = _badges(4)
    for badge in badges:
        badge["issuer"]["official"] = "1"
    for badge in badges[:3]:
        assert problems_of(badge) == []

    badges[3]["issuer"]["official"] = 1

    assert problems_of(badges[3]) == ["“issuer.official” is not a text"]
