"""What comes again in badge after badge, so that it is looked at once: an achievement, its issuer.

Badges of one achievement say most of it in the same words; a few of its parts may belong to one badge alone. Two
objects with the same id show which is which, and what they have in common is remembered together with what the caller
made of it. Nothing is believed for a name: all the words are compared, each time.

    >>> from assessor.openbadges.recurring import Recurring
    >>> memory = Recurring(lambda place, common: f"{place} with {len(common)} members")
    >>> for badge in "one", "two":
    ...     memory.note("badge", {"id": "urn:x:1", "type": "T", "tag": ["a", "b", badge]})
    >>> memory.known("badge", {"id": "urn:x:1", "type": "T", "tag": ["a", "b", "three"]})
    ('badge with 3 members', {'tag': ['three']})
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from assessor.openbadges.strict_json import JsonObject

Place = TypeVar("Place", bound=Hashable)
Made = TypeVar("Made")

MAX_OBJECTS = 128
MAX_TEXT = 32 * 1024  # signs of one object: with the number of objects, what strangers can make us remember

_ESSENTIAL = frozenset({"id", "type"})  # what an object is: known as a whole, or not at all
# Who names one of these is a person, and so is whoever goes by a bare key or an e-mail address.
_OF_PEOPLE = frozenset(
    {"additionalName", "dateOfBirth", "familyName", "familyNamePrefix", "givenName", "honorificPrefix"}
    | {"honorificSuffix", "patronymicName", "phone", "studentId"}
)
_PEOPLE = ("mailto:", "did:key:", "did:jwk:")
_NOTHING = object()


@dataclass(frozen=True)
class _Common(Generic[Made]):
    """What two objects of one id had in common (of lists, the beginning), and what was made of it."""

    members: JsonObject
    made: Made

    def rest_of(self, value: JsonObject) -> JsonObject | None:
        """What an object says beyond the common part; None = it does not say all of that."""
        rest: JsonObject = {}
        missing = len(self.members)
        for name, entry in value.items():
            known = self.members.get(name, _NOTHING)
            if known == entry:
                missing -= 1
            elif known is _NOTHING:
                rest[name] = entry
            elif _may_go_on(name, known, entry) and entry[: len(known)] == known:
                missing -= 1
                rest[name] = entry[len(known) :]
            else:
                return None
        return None if missing else rest


class Recurring(Generic[Place, Made]):
    """Remembers the common parts of objects by place and id. `make`: from place and common part, what `known` gives.

    Only texts are remembered, in lists and objects: of other values, equal ones can differ (`1`, `1.0` and `true`).
    """

    def __init__(self, make: Callable[[Place, JsonObject], Made]) -> None:
        self._make = make
        self._last: dict[tuple[Place, str], JsonObject] = {}
        self._common: dict[tuple[Place, str], _Common[Made]] = {}

    def known(self, place: Place, value: JsonObject) -> tuple[Made, JsonObject] | None:
        """What was made of the common part of an object, and what the object says beyond it; None = not known."""
        name = value.get("id")
        common = self._common.get((place, name)) if type(name) is str else None
        if common is None or (rest := common.rest_of(value)) is None:
            return None
        return common.made, rest

    def note(self, place: Place, value: JsonObject) -> None:
        """Compare an object that was not known with the last of its id, and remember what they have in common."""
        name = value.get("id")
        if type(name) is not str:
            return
        last = self._last.pop((place, name), None)
        if last is None:
            if len(str(value)) <= MAX_TEXT and not _is_of_a_person(value):
                _make_room(self._last)
                self._last[place, name] = value
            return
        members = _in_common(last, value)
        if members.keys() >= _ESSENTIAL:
            common = _Common(members, self._make(place, members))
            _make_room(self._common)
            self._common[place, name] = common

    def forget(self) -> None:
        """Begin anew."""
        self._last.clear()
        self._common.clear()


def _is_of_a_person(value: Any) -> bool:
    """Whether an object, or one in it, says what belongs to a person: that is not kept beyond the badge."""
    if type(value) is dict:
        name = value.get("id")
        if not value.keys().isdisjoint(_OF_PEOPLE) or (type(name) is str and name.startswith(_PEOPLE)):
            return True
        return any(_is_of_a_person(member) for member in value.values())
    return type(value) is list and any(_is_of_a_person(entry) for entry in value)


def _make_room(memory: dict[Any, Any]) -> None:
    if len(memory) >= MAX_OBJECTS:
        memory.clear()


def _in_common(one: JsonObject, other: JsonObject) -> JsonObject:
    """A copy of the members that are alike; of lists, of the first entries that are."""
    members: JsonObject = {}
    for name, entry in one.items():
        twin = other.get(name, _NOTHING)
        if entry == twin and _is_of_texts(entry):
            members[name] = _copy(entry)
        elif _may_go_on(name, entry, twin) and (start := _common_start(entry, twin)):
            members[name] = start
    return members


def _may_go_on(name: str, one: Any, other: Any) -> bool:
    """Whether these are lists that may have the same beginning only. Types count as a whole."""
    return type(one) is list and type(other) is list and name not in _ESSENTIAL


def _common_start(one: list[Any], other: list[Any]) -> list[Any]:
    start: list[Any] = []
    for entry, twin in zip(one, other, strict=False):
        if entry != twin or not _is_of_texts(entry):
            break
        start.append(_copy(entry))
    return start


def _is_of_texts(value: Any) -> bool:
    if type(value) is dict:
        return all(_is_of_texts(member) for member in value.values())
    if type(value) is list:
        return all(_is_of_texts(entry) for entry in value)
    return type(value) is str


def _copy(value: Any) -> Any:
    """The object may be changed by its owner; what is remembered may not."""
    if type(value) is dict:
        return {name: _copy(member) for name, member in value.items()}
    return [_copy(entry) for entry in value] if type(value) is list else value
