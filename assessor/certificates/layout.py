"""Layouts as data: where everything stands on page 1, how large, in which colours.

The shipped ones are the folders in `layouts/`. A `certificate.toml` names one, `layout = "modern"`, or has a table of
its own that starts from one and replaces what it names:

    [layout]
    like = "modern"
    colours = { accent = "#2A6238", title = "#653A80" }

What is signed, the size of the symbol and page 2 are the same in all.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal, NoReturn, get_args

from assessor.certificates.fonts import Role
from assessor.certificates.stitches import BAND_COLOURS

SHIPPED = ("classic", "modern", "compact")
PARTS = (
    "issuer", "project", "partners", "certificate", "of_competence", "given_to", "holder", "second_spelling", "rule",
    "shown", "tested", "title", "level", "bands", "tasks", "conditions", "issued", "valid_until",
)  # fmt: skip
# What is signed, and who says so.
NEVER_LEFT_OUT = ("issuer", "holder", "second_spelling", "title", "level", "issued", "valid_until")
MOST_COLUMNS, MOST_PARTS, MOST_PLACES = 12, 20, 3
LARGEST_PAGE, LARGEST_SIZE = 420, 96  # mm, points
# In mm, and the same in all layouts: a phone must read the symbol.
SYMBOL, EMBLEM = 45.0, 17.0
EDGE = 15.0  # from the symbol to the edge of the paper: a hand holds it there, a printer leaves it out
QUIET = 3.0  # white around the symbol
WORDS = 31.0  # number, band and host below the symbol, and what stays free below them
SIGNATURE = 11.0  # name and role below the line

Ornament = Literal["frame", "side", "top", "none"]
Align = Literal["start", "centre", "end"]
Stand = Literal["top", "spread", "bottom"]
Box = tuple[float, float, float, float]  # left, top, width, height in mm

_COLOURS = ("accent", "title", "rule", "text", "quiet")
_KEYS = frozenset(
    {"page", "ornament", "symbol", "badge", "demonstration", "colours", "columns", "emblems", "signatures"}
)
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


class LayoutInvalid(ValueError):
    """A layout cannot be used; `key` and `reason` say where and why."""

    def __init__(self, key: str, reason: str) -> None:
        super().__init__(f"{key}: {reason}")
        self.key, self.reason = key, reason


@dataclass(frozen=True)
class Part:
    """One part of a column. Sizes and `least` in points; `colour` is a name of `Layout.colours`."""

    part: str
    font: Role = "sans"
    size: float = 10.0
    bold: bool = False
    colour: str = "text"
    tracking: float = 0.0
    gap: float = 0.0
    least: float = 0.0
    lines: int = 1
    role: str = "P"
    rules: bool = False


@dataclass(frozen=True)
class Column:
    """Parts below each other in a box: left, top, width, height in mm from where reading starts."""

    box: Box
    align: Align
    stand: Stand
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Layout:
    """Page 1. Lengths in mm; `badge` None: it is not shown.

    `emblems`: left and top of each place; `signatures`: left, top and width of each line. Where a layout has fewer
    places than a badge has emblems or signatures, the rest is not shown.
    """

    page: tuple[float, float]
    ornament: Ornament
    ornament_box: Box
    ornament_colours: tuple[str, str, str]
    symbol: tuple[float, float]
    badge: tuple[float, float, float] | None
    demonstration: float
    colours: Mapping[str, str]
    columns: tuple[Column, ...]
    emblems: tuple[tuple[float, float], ...] = ()
    signatures: tuple[tuple[float, float, float], ...] = ()


def layout_of(value: object) -> Layout:
    """The layout that a `certificate.toml` asks for: a shipped name, or a table. Raises `LayoutInvalid`."""
    if isinstance(value, str):
        return shipped(value)
    if not isinstance(value, dict):
        raise LayoutInvalid("layout", f"must be one of {', '.join(SHIPPED)}, or a table")
    own = dict(value)
    like = own.pop("like", "classic")
    base = dict(_source(like))
    if isinstance(own.get("colours"), dict):
        own["colours"] = {**base["colours"], **own["colours"]}
    return _Reader({**base, **own}).layout()


@cache
def shipped(name: str) -> Layout:
    """A layout of ours by its name. Raises `LayoutInvalid`."""
    return _Reader(_source(name)).layout()


def _source(name: object) -> dict[str, Any]:
    if name not in SHIPPED:
        raise LayoutInvalid("layout", f"is {str(name)[:40]!r}; known are {', '.join(SHIPPED)}")
    return tomllib.loads(files(__package__).joinpath("layouts", str(name), "layout.toml").read_text("utf-8"))


def _boxes(layout: Layout) -> Iterator[tuple[str, Box]]:
    """Everything that stands on the page beside the symbol, with its key."""
    for at, column in enumerate(layout.columns, start=1):
        yield f"columns[{at}].box", column.box
    if layout.badge is not None:
        left, top, size = layout.badge
        yield "badge", (left, top, size, size)
    for left, top in layout.emblems:
        yield "emblems", (left, top, EMBLEM, EMBLEM)
    for left, top, width in layout.signatures:
        yield "signatures", (left, top, width, SIGNATURE)
    if layout.ornament in ("side", "top"):
        yield "ornament.box", layout.ornament_box


def _meet(one: Box, other: Box) -> bool:
    """Whether two boxes have more in common than an edge."""
    return all(one[i] < other[i] + other[i + 2] and other[i] < one[i] + one[i + 2] for i in (0, 1))


class _Reader:
    """Checks a layout key by key."""

    def __init__(self, data: dict[str, Any]) -> None:
        self.data = data

    def layout(self) -> Layout:
        for key in self.data:
            if key not in _KEYS:
                self._refuse(key, f"is not a key of a layout; known are {', '.join(sorted(_KEYS))}")
        ornament = self._table("ornament", self.data.get("ornament"))
        columns = self.data.get("columns")
        if not isinstance(columns, list) or not 1 <= len(columns) <= MOST_COLUMNS:
            self._refuse("columns", f"needs 1 to {MOST_COLUMNS} entries")
        badge = self.data.get("badge")
        layout = Layout(
            page=self._two("page", self.data.get("page")),
            ornament=self._one_of("ornament.kind", ornament.get("kind"), get_args(Ornament)),
            ornament_box=self._box("ornament.box", ornament.get("box", [0, 0, 0, 0])),
            ornament_colours=self._three_colours("ornament.colours", ornament.get("colours", list(BAND_COLOURS))),
            symbol=self._two("symbol", self.data.get("symbol")),
            badge=None if badge is None else self._triple("badge", badge),
            demonstration=self._number("demonstration", self.data.get("demonstration"), LARGEST_PAGE),
            colours=self._colours(),
            columns=tuple(self._column(f"columns[{i}]", one) for i, one in enumerate(columns, start=1)),
            emblems=tuple(self._two("emblems", one) for one in self._places("emblems")),
            signatures=tuple(self._triple("signatures", one) for one in self._places("signatures")),
        )
        self._check_symbol(layout)
        named = {part.part for column in layout.columns for part in column.parts}
        for part in NEVER_LEFT_OUT:
            if part not in named:
                self._refuse("columns", f"leave out {part}, which every certificate says")
        return layout

    def _check_symbol(self, layout: Layout) -> None:
        """A code that is cut off or drawn over is read by nobody."""
        (width, height), (left, top) = layout.page, layout.symbol
        if not (EDGE <= left <= width - SYMBOL - EDGE and EDGE <= top <= height - SYMBOL - WORDS):
            self._refuse("symbol", f"and the words below it must lie on the page, {EDGE:.0f} mm from its edges")
        panel = (left - QUIET, top - QUIET, SYMBOL + 2 * QUIET, SYMBOL + 2 * QUIET)
        for key, box in _boxes(layout):
            if _meet(panel, box):
                self._refuse(key, "lies over the symbol or the white around it")

    def _column(self, key: str, value: object) -> Column:
        table = self._table(key, value)
        parts = table.get("parts")
        if not isinstance(parts, list) or not 1 <= len(parts) <= MOST_PARTS:
            self._refuse(f"{key}.parts", f"needs 1 to {MOST_PARTS} entries")
        return Column(
            box=self._box(f"{key}.box", table.get("box")),
            align=self._one_of(f"{key}.align", table.get("align"), get_args(Align)),
            stand=self._one_of(f"{key}.stand", table.get("stand"), get_args(Stand)),
            parts=tuple(self._part(f"{key}.parts[{i}]", one) for i, one in enumerate(parts, start=1)),
        )

    def _part(self, key: str, value: object) -> Part:
        table = self._table(key, value)
        for extra in table.keys() - Part.__dataclass_fields__.keys():
            self._refuse(f"{key}.{extra}", "is not a key of a part")
        self._one_of(f"{key}.part", table.get("part"), PARTS)
        self._one_of(f"{key}.font", table.get("font", "sans"), get_args(Role))
        self._one_of(f"{key}.colour", table.get("colour", "text"), _COLOURS)
        self._one_of(f"{key}.role", table.get("role", "P"), ("P", "H1", "H2", "H3"))
        for name in ("size", "tracking", "gap", "least"):
            self._number(f"{key}.{name}", table.get(name, 1), LARGEST_SIZE)
        if table.get("lines", 1) not in (1, 2, 3) or table.get("size", 10) < 5:
            self._refuse(key, "lines are 1 to 3, and the smallest size is 5 points")
        for name in ("bold", "rules"):
            if not isinstance(table.get(name, False), bool):
                self._refuse(f"{key}.{name}", "must be true or false")
        return Part(**table)

    def _colours(self) -> dict[str, str]:
        table = self._table("colours", self.data.get("colours"))
        if set(table) != set(_COLOURS):
            self._refuse("colours", f"must be {', '.join(_COLOURS)}")
        return {name: self._colour(f"colours.{name}", colour) for name, colour in table.items()}

    def _three_colours(self, key: str, value: object) -> tuple[str, str, str]:
        if not isinstance(value, list) or len(value) != 3:
            self._refuse(key, "needs three colours, for lines, lozenges and hearts of the band")
        first, second, third = (self._colour(key, colour) for colour in value)
        return first, second, third

    def _colour(self, key: str, value: object) -> str:
        if not isinstance(value, str) or not _COLOUR.fullmatch(value):
            self._refuse(key, "must be of the form #rrggbb")
        return value

    def _places(self, key: str) -> list[Any]:
        value = self.data.get(key, [])
        if not isinstance(value, list) or len(value) > MOST_PLACES:
            self._refuse(key, f"needs at most {MOST_PLACES} places")
        return value

    def _two(self, key: str, value: object) -> tuple[float, float]:
        first, second = self._numbers(key, value, 2)
        return first, second

    def _triple(self, key: str, value: object) -> tuple[float, float, float]:
        left, top, width = self._numbers(key, value, 3)
        return left, top, width

    def _box(self, key: str, value: object) -> Box:
        left, top, width, height = self._numbers(key, value, 4)
        return left, top, width, height

    def _numbers(self, key: str, value: object, count: int) -> list[float]:
        if not isinstance(value, list) or len(value) != count:
            self._refuse(key, f"needs {count} numbers, in millimetres")
        return [self._number(key, one, LARGEST_PAGE) for one in value]

    def _number(self, key: str, value: object, largest: float) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= largest:
            self._refuse(key, f"must be a number from 0 to {largest}")
        return float(value)

    def _one_of(self, key: str, value: object, allowed: tuple[Any, ...]) -> Any:
        if not isinstance(value, str) or value not in allowed:
            self._refuse(key, f"is {str(value)[:40]!r}; known are {', '.join(allowed)}")
        return value

    def _table(self, key: str, value: object) -> dict[str, Any]:
        if not isinstance(value, dict):
            self._refuse(key, "is missing or is not a table")
        return value

    def _refuse(self, key: str, reason: str) -> NoReturn:
        raise LayoutInvalid(f"layout.{key}", reason)
