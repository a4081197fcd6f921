"""Small plots as SVG text, for pages that must work without a script and on paper.

Nothing is said by colour alone: second lines are dashed with open marks, limits are dotted and named. Sizes fit a
phone; the page may enlarge a plot, never shrink it. Colours are classes that the page's style sheet fills.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

WIDTH, HEIGHT = 300, 232
_LEFT, _RIGHT, _TOP, _BOTTOM = 44, 10, 30, 48
_MOST_POINTS = 300

Point = tuple[float, float]


def written(value: float, digits: int | None = None) -> str:
    """Return a number as text, with a real minus sign."""
    text = f"{value:,g}" if digits is None else f"{value:,.{digits}f}"
    return ("\N{MINUS SIGN}" + text[1:] if float(text.replace(",", "")) else text[1:]) if text[0] == "-" else text


def percent(share: float | None) -> str:
    """Return a share as whole per cent, never 0 or 100 unless it is; an en dash where there is none."""
    if share is None:
        return "–"
    number = f"{share * 100:.0f}"
    if number == "0" and share > 0:
        number = "under 1"
    elif number == "100" and share < 1:
        number = "over 99"
    return f"{number}\N{NO-BREAK SPACE}%"


@dataclass(frozen=True)
class Axis:
    """One axis: its title with the unit, its ends, where it is labelled, and how a value is written there."""

    title: str
    lowest: float
    highest: float
    ticks: Sequence[float]
    write: Callable[[float], str] = written


@dataclass(frozen=True)
class Frame:
    """Turns values of two axes into positions of the drawing."""

    x: Axis
    y: Axis

    def across(self, value: float) -> float:
        """Return the horizontal position of a value, kept inside the frame."""
        return _LEFT + _share(value, self.x) * (WIDTH - _LEFT - _RIGHT)

    def up(self, value: float) -> float:
        """Return the vertical position of a value, kept inside the frame."""
        return HEIGHT - _BOTTOM - _share(value, self.y) * (HEIGHT - _TOP - _BOTTOM)


Mark = Callable[[Frame], str]


def plot(x: Axis, y: Axis, told: str, *marks: Mark) -> Markup:
    """Return a drawing of marks in a frame; `told` says in words what it shows, for those who do not see it."""
    frame = Frame(x, y)
    parts = [
        f'<svg class="plot" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(told)}">',
        *_grid(frame),
        *(mark(frame) for mark in marks),
        *_titles(frame),
        "</svg>",
    ]
    return Markup("\n".join(parts))


def bars(values: Iterable[tuple[float, float, float]]) -> Mark:
    """Draw columns: from, to and height of each."""

    def draw(frame: Frame) -> str:
        floor = frame.up(frame.y.lowest)
        return "".join(
            f'<rect class="bar" x="{frame.across(low) + 1:.1f}" y="{frame.up(height):.1f}" '
            f'width="{max(frame.across(high) - frame.across(low) - 2, 1):.1f}" '
            f'height="{floor - frame.up(height):.1f}"/>'
            for low, high, height in values
        )

    return draw


def line(points: Sequence[Point], kind: str = "first") -> Mark:
    """Draw a line through points; the kinds are first, second and limit."""

    def draw(frame: Frame) -> str:
        return f'<path class="line {kind}" d="{_path(frame, _thinned(points))}"/>'

    return draw


def area(points: Sequence[Point]) -> Mark:
    """Fill what lies under a line."""

    def draw(frame: Frame) -> str:
        kept = _thinned(points)
        floor = frame.up(frame.y.lowest)
        ends = f"L{frame.across(kept[-1][0]):.1f} {floor:.1f}L{frame.across(kept[0][0]):.1f} {floor:.1f}Z"
        return f'<path class="area" d="{_path(frame, kept)}{ends}"/>'

    return draw


def dots(points: Iterable[Point], kind: str = "first") -> Mark:
    """Draw round marks (first) or open lozenges (second)."""

    def draw(frame: Frame) -> str:
        return "".join(_dot(frame.across(x), frame.up(y), kind) for x, y in points)

    return draw


def level(value: float, words: str) -> Mark:
    """Draw a dotted line across at a value of the vertical axis, with words above its end."""

    def draw(frame: Frame) -> str:
        at = frame.up(value)
        return (
            f'<path class="line limit" d="M{_LEFT} {at:.1f}H{WIDTH - _RIGHT}"/>'
            f'<text class="said" x="{WIDTH - _RIGHT - 2}" y="{at - 5:.1f}" text-anchor="end">{escape(words)}</text>'
        )

    return draw


def upright(value: float) -> Mark:
    """Draw a dotted line upwards at a value of the horizontal axis."""

    def draw(frame: Frame) -> str:
        return f'<path class="line limit" d="M{frame.across(value):.1f} {_TOP}V{HEIGHT - _BOTTOM}"/>'

    return draw


def key(entries: Sequence[tuple[str, str]]) -> Mark:
    """Name the kinds of lines, each beside a piece of it, inside the frame's top."""

    def draw(_frame: Frame) -> str:
        parts = []
        for at, (kind, words) in enumerate(entries):
            y = _TOP + 10 + 19 * at
            parts.append(f'<path class="line {kind}" d="M{_LEFT + 8} {y}h30"/>')
            parts.append(_dot(_LEFT + 23, y, kind))
            parts.append(f'<text class="said" x="{_LEFT + 44}" y="{y + 4.5}">{escape(words)}</text>')
        return "".join(parts)

    return draw


def ticks(lowest: float, highest: float, about: int = 5) -> list[float]:
    """Return round values between two ends, about so many: steps of 1, 2 or 5 times a power of ten."""
    span = highest - lowest
    power = 10.0 ** math.floor(math.log10(span / about))
    step = min((power * factor for factor in (1, 2, 5, 10)), key=lambda size: abs(span / size - about))
    first = math.ceil(lowest / step - 1e-9)
    return [round(step * at, 10) for at in range(first, math.floor(highest / step + 1e-9) + 1)]


def _share(value: float, axis: Axis) -> float:
    return min(max((value - axis.lowest) / (axis.highest - axis.lowest), 0.0), 1.0)


def _grid(frame: Frame) -> Iterable[str]:
    floor = HEIGHT - _BOTTOM
    for value in frame.y.ticks:
        at, text = frame.up(value), escape(frame.y.write(value))
        yield f'<path class="grid" d="M{_LEFT} {at:.1f}H{WIDTH - _RIGHT}"/>'
        yield f'<text class="tick" x="{_LEFT - 6}" y="{at + 4.5:.1f}" text-anchor="end">{text}</text>'
    for value in frame.x.ticks:
        at, text = frame.across(value), escape(frame.x.write(value))
        yield f'<path class="axis" d="M{at:.1f} {floor}v5"/>'
        yield f'<text class="tick" x="{at:.1f}" y="{floor + 19}" text-anchor="middle">{text}</text>'
    yield f'<path class="axis" d="M{_LEFT} {_TOP}V{floor}H{WIDTH - _RIGHT}"/>'


def _titles(frame: Frame) -> Iterable[str]:
    middle = (_LEFT + WIDTH - _RIGHT) / 2
    yield f'<text class="title" x="{middle}" y="{HEIGHT - 8}" text-anchor="middle">{escape(frame.x.title)}</text>'
    yield f'<text class="title" x="2" y="14">{escape(frame.y.title)}</text>'


def _dot(x: float, y: float, kind: str) -> str:
    if kind == "second":
        return f'<path class="dot second" d="M{x:.1f} {y - 5:.1f}l5 5 -5 5 -5 -5z"/>'
    return f'<circle class="dot first" cx="{x:.1f}" cy="{y:.1f}" r="4"/>' if kind == "first" else ""


def _path(frame: Frame, points: Sequence[Point]) -> str:
    return "M" + "L".join(f"{frame.across(x):.1f} {frame.up(y):.1f}" for x, y in points)


def _thinned(points: Sequence[Point]) -> Sequence[Point]:
    """Keep at most a few hundred points, first and last among them: more would not be seen."""
    if len(points) <= _MOST_POINTS:
        return points
    last = len(points) - 1
    return [points[round(at * last / (_MOST_POINTS - 1))] for at in range(_MOST_POINTS)]
