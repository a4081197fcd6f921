"""What the learner gives back: read from a posted form, stored as JSON, and the order options are shown in.

A form is not trusted. What cannot be an answer is refused with a sentence that the learner can act on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, cast

from .item import Item
from .simulations import FOLDERS, Inbox, Places, UnknownPlace, final_state, start_state

MAX_VALUES = 100
"""More values than any page of ours can post."""


def gettext_noop(sentence: str) -> str:
    """Mark a sentence for the interface's catalogue; it is translated where it is shown."""
    return sentence


CHOOSE_ONE = gettext_noop('Choose one answer, or press "I don\'t know yet".')
CHOOSE_SEVERAL = gettext_noop('Choose %(count)s answers, or press "I don\'t know yet".')
TAP_ONE = gettext_noop('Tap one thing in the picture, or press "I don\'t know yet".')
MOVE_ONE = gettext_noop('Move a message first, or press "I don\'t know yet".')
NOT_ON_THE_PAGE = gettext_noop("This answer is not on the page. Open the page again and choose again.")
SENTENCES = (CHOOSE_ONE, CHOOSE_SEVERAL, TAP_ONE, MOVE_ONE, NOT_ON_THE_PAGE)


class InvalidAnswer(ValueError):
    """This cannot be an answer to the item. `sentence % values` tells the learner what to do.

    `sentence` is one of SENTENCES, so that it can be translated before the values are put in.
    """

    def __init__(self, sentence: str, **values: int) -> None:
        super().__init__(sentence % values)
        self.sentence = sentence
        self.values = values


class Form(Protocol):
    """A posted form: its field names, and all values of one (werkzeug's MultiDict is one)."""

    def __iter__(self) -> Iterator[str]: ...

    def getlist(self, key: str) -> list[str]:
        """Give every value of one field; none is an empty list."""
        ...


@dataclass(frozen=True, slots=True)
class Chosen:
    """The chosen options' ids, in the item's order."""

    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Placed:
    """Where every message was at the end, and which were opened, in the order of first opening."""

    places: Places
    opened: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unknown:
    """The learner pressed "I don't know yet"."""


Answer = Chosen | Placed | Unknown


def read_answer(item: Item, form: Form) -> Answer:
    """Read the answer to an item from a posted form.

    Fields: `option` (repeated for choices), `place-<message id>`, `opened` (repeated), `unknown=1` which wins
    over everything else: without scripts, a chosen option is posted together with that button.
    Raises InvalidAnswer.
    """
    if "1" in form.getlist("unknown"):
        return Unknown()
    if item.simulation:
        return _placed(item.simulation, form)
    return _chosen(item, form)


def _chosen(item: Item, form: Form) -> Chosen:
    given = _values(form, "option")
    if not given <= {option.id for option in item.options}:
        raise InvalidAnswer(NOT_ON_THE_PAGE)
    wanted = len(item.key) if item.kind == "choices" else 1
    if len(given) != wanted:
        if item.kind == "choices":
            raise InvalidAnswer(CHOOSE_SEVERAL, count=wanted)
        raise InvalidAnswer(TAP_ONE if item.kind == "picture" else CHOOSE_ONE)
    return Chosen(tuple(option.id for option in item.options if option.id in given))


def _placed(inbox: Inbox, form: Form) -> Placed:
    known = [message.id for message in inbox.messages]
    fields = [name for name in form if name.startswith("place-")]
    opened = _values(form, "opened")
    if len(fields) > len(known) or not opened <= set(known):
        raise InvalidAnswer(NOT_ON_THE_PAGE)
    moved = [(name.removeprefix("place-"), place) for name in fields for place in _values(form, name)]
    try:
        places = final_state(inbox, moved)
    except UnknownPlace as error:
        raise InvalidAnswer(NOT_ON_THE_PAGE) from error
    if places == start_state(inbox):
        raise InvalidAnswer(MOVE_ONE)
    order = [value for value in form.getlist("opened") if value]
    return Placed(places, tuple(dict.fromkeys(order)))


def _values(form: Form, name: str) -> set[str]:
    values = form.getlist(name)
    if len(values) > MAX_VALUES:
        raise InvalidAnswer(NOT_ON_THE_PAGE)
    return {value for value in values if value}


def option_order(item: Item, seed: int | str) -> tuple[str, ...]:
    """Give the option ids in the order this sitting shows them: always the same for the same seed.

    Sorting by a hash needs no generator whose algorithm could change between two versions of Python.
    """
    ids = tuple(option.id for option in item.options)
    if not item.shuffled:
        return ids
    return tuple(sorted(ids, key=lambda option: hashlib.sha256(f"{seed}\n{item.id}\n{option}".encode()).digest()))


def to_json(answer: Answer) -> dict[str, Any]:
    """Write an answer as a JSON document."""
    match answer:
        case Chosen(options):
            return {"chosen": list(options)}
        case Placed(places, opened):
            return {"placed": [list(place) for place in places], "opened": list(opened)}
        case Unknown():
            return {"unknown": True}


def from_json(document: Mapping[str, Any]) -> Answer:
    """Read an answer from the document that `to_json` writes. Raises ValueError for any other document."""
    match document:
        case {"chosen": [*options]} if all(isinstance(option, str) for option in options):
            return Chosen(tuple(options))
        case {"placed": [*places], "opened": [*opened]} if all(isinstance(name, str) for name in opened) and all(
            map(_is_place, places)
        ):
            return Placed(cast(Places, tuple((name, folder) for name, folder in places)), tuple(opened))
        case {"unknown": True}:
            return Unknown()
    raise ValueError("This document is not an answer.")


def _is_place(value: object) -> bool:
    match value:
        case [str(), str(folder)]:
            return folder in FOLDERS
    return False
