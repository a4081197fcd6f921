"""DigComp 3.0: areas, competences, bands, levels and the codes of its learning outcomes.

    >>> band_of_level(3).title
    'Intermediate'
    >>> outcome("LO4.1.06").kind
    'skill'

Source: data/digcomp-3.0.json, with its licence and attribution.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal, TypeVar

from .unknown_code import UnknownCode

FRAMEWORK = "DigComp 3.0"

Code = TypeVar("Code", str, int)
Value = TypeVar("Value")
OutcomeKind = Literal["knowledge", "skill", "attitude"]
_KINDS: dict[str, OutcomeKind] = {"K": "knowledge", "S": "skill", "A": "attitude"}


@dataclass(frozen=True, slots=True)
class Framework:
    """The framework as a whole. `uri` stands for each competence, too: DigComp has no address for one."""

    id: str
    title: str
    uri: str
    licence: str
    attribution: str


@dataclass(frozen=True, slots=True)
class Area:
    """One of the five areas, with its official English title."""

    code: str
    title: str


@dataclass(frozen=True, slots=True)
class Band:
    """One of the four levels of proficiency, and the numbers of its two finer levels."""

    id: str
    title: str
    levels: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Level:
    """One of the eight levels. `six_level` is the column of the six-level scale, A1 to C2."""

    number: int
    band: Band
    six_level: str


@dataclass(frozen=True, slots=True)
class Competence:
    """One of the 21 competences. `esco` None: no ESCO address of it is confirmed."""

    code: str
    area: Area
    title: str
    esco: str | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """A learning outcome by its code; its sentence stands in the framework, not here."""

    code: str
    competence: str
    band: Band
    kind: OutcomeKind


@dataclass(frozen=True, slots=True)
class Successor:
    """What became of a competence of DigComp 2.2."""

    code: str
    title_changed: bool


def framework() -> Framework:
    """Give the framework's title, DOI and attribution."""
    data = _data()
    return Framework(*(data[name] for name in ("id", "title", "uri", "licence", "attribution")))


def areas() -> tuple[Area, ...]:
    """List the areas in the framework's order."""
    return tuple(_areas().values())


def area(code: str) -> Area:
    """Find an area: "4". Raises UnknownCode."""
    return _found(_areas(), "area", code)


def competences() -> tuple[Competence, ...]:
    """List the competences in the framework's order."""
    return tuple(_competences().values())


def competence(code: str) -> Competence:
    """Find a competence: "4.1". Raises UnknownCode."""
    return _found(_competences(), "competence", code)


def bands() -> tuple[Band, ...]:
    """List the bands from Basic upward."""
    return tuple(_bands().values())


def band(identifier: str) -> Band:
    """Find a band: "basic". Raises UnknownCode."""
    return _found(_bands(), "band", identifier)


def levels() -> tuple[Level, ...]:
    """List the levels 1 to 8."""
    return tuple(_levels().values())


def band_of_level(number: int) -> Band:
    """Find the band of a level from 1 to 8. Raises UnknownCode."""
    return _found(_levels(), "level", number).band


def outcomes() -> tuple[Outcome, ...]:
    """List the learning outcomes in the framework's order."""
    return tuple(_outcomes().values())


def outcome(code: str) -> Outcome:
    """Find a learning outcome: "LO4.1.03". Raises UnknownCode."""
    return _found(_outcomes(), "learning outcome", code)


def levels_by_outcome() -> dict[str, tuple[int, ...]]:
    """Map each outcome code to the levels of its band, as `items.source` takes them."""
    return {one.code: one.band.levels for one in outcomes()}


def from_2_2(code: str) -> Successor:
    """Find what became of a competence of DigComp 2.2. Raises UnknownCode."""
    successors = {one["from"]: Successor(one["to"], one["title_changed"]) for one in _data()["from_2_2"]}
    return _found(successors, "competence of DigComp 2.2 called", code)


def _found(values: Mapping[Code, Value], kind: str, code: Code) -> Value:
    try:
        return values[code]
    except KeyError:
        raise UnknownCode(FRAMEWORK, kind, code) from None


@cache
def _data() -> dict[str, Any]:
    text = files(__package__).joinpath("data/digcomp-3.0.json").read_text(encoding="utf-8")
    data: dict[str, Any] = json.loads(text)
    return data


@cache
def _areas() -> dict[str, Area]:
    return {one["code"]: Area(one["code"], one["title"]) for one in _data()["areas"]}


@cache
def _bands() -> dict[str, Band]:
    return {one["id"]: Band(one["id"], one["title"], tuple(one["levels"])) for one in _data()["bands"]}


@cache
def _levels() -> dict[int, Level]:
    band_of = {number: one for one in bands() for number in one.levels}
    return {one["level"]: Level(one["level"], band_of[one["level"]], one["six_level"]) for one in _data()["levels"]}


@cache
def _competences() -> dict[str, Competence]:
    return {
        one["code"]: Competence(one["code"], area(one["area"]), one["title"], one["esco"])
        for one in _data()["competences"]
    }


@cache
def _outcomes() -> dict[str, Outcome]:
    return {code: Outcome(code, of, band(level), _KINDS[kind]) for code, of, level, kind in _data()["outcomes"]}
