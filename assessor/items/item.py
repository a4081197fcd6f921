"""One question as a value: what it asks, what it is about, and which answer is right.

>>> item = from_json(document)                            # doctest: +SKIP
>>> translated(item, {"stem": "¿Qué haces?"}).stem        # doctest: +SKIP
'¿Qué haces?'
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import comb
from typing import Any, Literal, cast, get_args

from .simulations import START, Inbox, Message

Kind = Literal["choice", "choices", "picture", "simulation"]
KINDS: tuple[Kind, ...] = get_args(Kind)
BANDS = ("basic", "intermediate", "advanced", "highly-advanced")
LEVELS = range(1, 9)
_SETTINGS = """
cleaning care kitchen warehouse building farm delivery shop hotel repair solar recycling
school health bus bank home library sport
"""
SETTINGS = frozenset(_SETTINGS.split())
_ICONS = """
sound sound-off tick arrow-next arrow-back pause play hand share print delete edit lock globe home
cloud-off cloud-ok refresh clock question info document certificate person people chart grid microphone
search mail attach folder download upload link shield bulb eye calendar phone idcard flag undo message
wifi briefcase pot box leaf warning star camera scan swap settings cross bin menu more keep junk bell key
"""
ICONS = frozenset(_ICONS.split())
"""The icons of the project's sprite."""

Box = tuple[float, float, float, float]
"""x, y, width, height in the units of the picture's viewBox."""


_PLAIN = (
    *("id", "kind", "competence", "outcome", "can", "cannot", "level", "complexity", "agreed"),
    *("reading_load", "setting"),
)


class UnreadableItem(ValueError):
    """A stored document is not an item. It was not written by `to_json`, or was changed afterwards."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawing in the bank's media folder, and the sentence that replaces it for those who cannot see it."""

    file: str
    alt: str


@dataclass(frozen=True, slots=True)
class Option:
    """One thing to choose.

    `icon` None: words only. `why_wrong` None: the option is right. `box` None: no place in a picture.
    """

    id: str
    text: str
    icon: str | None = None
    why_wrong: str | None = None
    box: Box | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """A question in one language.

    `family` None: no variants. `picture` None: words only. `shuffled` False: the options have
    a natural order. `options` and `key` are empty exactly for a simulation; `simulation` is None for all
    other kinds.
    """

    id: str
    kind: Kind
    competence: str
    outcome: str
    can: str
    cannot: str
    level: int
    complexity: int
    agreed: bool
    reading_load: int
    setting: str
    family: str | None
    enemies: frozenset[str]
    practice: bool
    stem: str
    picture: Picture | None
    shuffled: bool
    options: tuple[Option, ...]
    key: frozenset[str]
    simulation: Inbox | None
    note: str

    @property
    def band(self) -> str:
        """Name the band of the item's level: two levels make a band."""
        return BANDS[(self.level - 1) // 2]


def competence_of(outcome: str) -> str:
    """Name the competence of a DigComp outcome code: LO4.1.03 → 4.1."""
    return outcome.removeprefix("LO").rpartition(".")[0]


def texts(item: Item) -> dict[str, str]:
    """List every translatable text under its field name, in reading order."""
    found = {"stem": item.stem}
    if item.picture:
        found["picture.alt"] = item.picture.alt
    for option in item.options:
        found[f"options.{option.id}.text"] = option.text
    for message in item.simulation.messages if item.simulation else ():
        found[f"messages.{message.id}.sender"] = message.sender
        found[f"messages.{message.id}.subject"] = message.subject
        found[f"messages.{message.id}.body"] = message.body
    return found


def translated(item: Item, messages: Mapping[str, str]) -> Item:
    """Put translations (field → text) into an item; without one a field keeps the source."""

    def text(field: str, source: str) -> str:
        return messages.get(field) or source

    def message(source: Message) -> Message:
        field = f"messages.{source.id}"
        return replace(
            source,
            sender=text(f"{field}.sender", source.sender),
            subject=text(f"{field}.subject", source.subject),
            body=text(f"{field}.body", source.body),
        )

    return replace(
        item,
        stem=text("stem", item.stem),
        picture=item.picture and replace(item.picture, alt=text("picture.alt", item.picture.alt)),
        options=tuple(replace(o, text=text(f"options.{o.id}.text", o.text)) for o in item.options),
        simulation=item.simulation and Inbox(tuple(map(message, item.simulation.messages))),
    )


def expert_prior(item: Item) -> tuple[float, float, float, float]:
    """Give (a, b, se_a, se_b) of the 2PL before anybody has answered.

    b = -2.25 + 0.5 * level + 0.2 * complexity in logits: the middle of the item's level, moved by what makes
    the task easier or harder. se_b is .35 where two readers set the same level, else .5; a = 1.2 ± .3.
    """
    b = -2.25 + 0.5 * item.level + 0.2 * item.complexity
    return 1.2, round(b, 2), 0.3, 0.35 if item.agreed else 0.5


def chance(item: Item) -> float:
    """Give the probability (0 to 1) of the right answer for somebody who chooses blindly.

    One of k options: 1 / k. n of k options, n being stated: 1 / C(k, n). A simulation's states are too many.
    """
    if item.simulation:
        return 0.0
    return 1 / comb(len(item.options), len(item.key))


def digest(item: Item) -> str:
    """Give the SHA-256 (hex) of the item's canonical JSON: the same item has the same digest everywhere."""
    canonical = json.dumps(to_json(item), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def to_json(item: Item) -> dict[str, Any]:
    """Write an item as a JSON document in the shape of its file; what is empty is left out."""
    document: dict[str, Any] = {name: getattr(item, name) for name in _PLAIN}
    document |= {
        "family": item.family,
        "enemies": sorted(item.enemies),
        "practice": item.practice,
        "stem": item.stem,
        "picture": item.picture and {"file": item.picture.file, "alt": item.picture.alt},
        "order": "shuffled" if item.shuffled else "fixed",
        "options": [_option_json(option) for option in item.options],
        "key": sorted(item.key),
        "simulation": item.simulation and _inbox_json(item.simulation),
        "note": item.note,
    }
    return _without_empty(document)


def from_json(document: Mapping[str, Any]) -> Item:
    """Read an item from the document that `to_json` writes. Raises UnreadableItem."""
    try:
        return _item(document)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UnreadableItem(f"This document is not an item: {type(error).__name__} {error}.") from error


def _item(document: Mapping[str, Any]) -> Item:
    picture, simulation = document.get("picture"), document.get("simulation")
    level = int(document["level"])
    if document["kind"] not in KINDS or level not in LEVELS:
        raise ValueError("unknown kind or level")
    return Item(
        id=str(document["id"]),
        kind=cast(Kind, document["kind"]),
        competence=str(document["competence"]),
        outcome=str(document["outcome"]),
        can=str(document["can"]),
        cannot=str(document["cannot"]),
        level=level,
        complexity=int(document["complexity"]),
        agreed=bool(document["agreed"]),
        reading_load=int(document["reading_load"]),
        setting=str(document["setting"]),
        family=document.get("family"),
        enemies=frozenset(document.get("enemies", ())),
        practice=bool(document.get("practice", False)),
        stem=str(document["stem"]),
        picture=Picture(str(picture["file"]), str(picture["alt"])) if picture else None,
        shuffled=document.get("order", "shuffled") == "shuffled",
        options=tuple(map(_option, document.get("options", ()))),
        key=frozenset(document.get("key", ())),
        simulation=_inbox(simulation) if simulation else None,
        note=str(document.get("note", "")),
    )


def _option(document: Mapping[str, Any]) -> Option:
    box = document.get("box")
    return Option(
        id=str(document["id"]),
        text=str(document["text"]),
        icon=document.get("icon"),
        why_wrong=document.get("why_wrong"),
        box=cast(Box, tuple(map(float, box))) if box else None,
    )


def _option_json(option: Option) -> dict[str, Any]:
    return _without_empty(
        {
            "id": option.id,
            "text": option.text,
            "icon": option.icon,
            "why_wrong": option.why_wrong,
            "box": list(option.box) if option.box else None,
        }
    )


def _inbox(document: Mapping[str, Any]) -> Inbox:
    goal, why_wrong = document["goal"], document.get("why_wrong", {})
    return Inbox(
        tuple(
            Message(
                id=str(message["id"]),
                sender=str(message["sender"]),
                address=str(message["address"]),
                time=str(message["time"]),
                subject=str(message["subject"]),
                body=str(message["body"]),
                attachment=message.get("attachment"),
                goal=goal.get(message["id"], START),
                why_wrong=why_wrong.get(message["id"]),
            )
            for message in document["messages"]
        )
    )


def _inbox_json(inbox: Inbox) -> dict[str, Any]:
    fields = ("id", "sender", "address", "time", "subject", "body", "attachment")
    return {
        "kind": "inbox",
        "messages": [_without_empty({f: getattr(m, f) for f in fields}) for m in inbox.messages],
        "goal": inbox.goal,
        "why_wrong": {m.id: m.why_wrong for m in inbox.messages if m.why_wrong},
    }


def _without_empty(document: dict[str, Any]) -> dict[str, Any]:
    """Leave out None and empty lists, so that a later optional field does not change an older digest."""
    return {name: value for name, value in document.items() if value is not None and value != []}
