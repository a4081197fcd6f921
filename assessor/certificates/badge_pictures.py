"""The pictures of badges: one small family, so that a new badge has its pictures without a designer.

The outline tells the area of DigComp 3.0, a pentagon stands for several areas or for a job. Stitched rows and lozenges
tell the band, each counted: whoever sees no colours, or a copy in grey, reads the same. No words are in the picture.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from xml.sax.saxutils import escape

from assessor.certificates.colours import PRIMARY

SIDE = 240  # units of the picture
BANDS = ("basic", "intermediate", "advanced", "highly advanced")
AREAS = (1, 2, 3, 4, 5)
_CREAM, _PANEL = "#F4E8CB", "#FFFEFA"
_MIDDLE = SIDE / 2
_LONG, _SHORT = (7.0, 4.4), (2.7, 3.1)  # stitch and gap of a row
#: The rows from outside in: distance from the outline, width of the thread, stitch and gap.
_ROWS = ((7.5, 3.6, _LONG), (13.7, 2.7, _SHORT), (19.9, 3.6, _LONG), (26.1, 2.7, _SHORT))
_PLAIN_ROW = 9.0  # distance of the one unbroken thread of the picture without a band
_RING = 32.5  # thickness of the coloured part
_LEAST_ROUNDING = 9.0  # of corners far inside
_STAIRS = "h1v1h1v1h1v1h1v1h-1v1h-1v1h-1v1h-1v-1h-1v-1h-1v-1h-1v-1h1v-1h1v-1h1"
_STITCHES = 7  # of a lozenge across

#: What stands in the middle, on a grid of 24 with a round line of 2.
ICONS = {
    "search": '<circle cx="10.5" cy="10.5" r="6.5"/><path d="M15.5 15.5l5 5"/>',
    "talk": '<path d="M3 3.5h12.5v9.5H9L5.5 16v-3H3z"/><path d="M18 8.5h3v9.5h-2.5v3L15 18h-5"/>',
    "edit": '<path d="M4 20l1-4.5L16.5 4l3.5 3.5L8.5 19zM14 6.5l3.5 3.5"/>',
    "lock": '<path d="M5 10.5h14v10H5zM8 10.5V7a4 4 0 0 1 8 0v3.5M12 14.5v2.5"/>',
    "bulb": '<path d="M9 17c0-2.5-3.5-4-3.5-8a6.5 6.5 0 0 1 13 0c0 4-3.5 5.5-3.5 8zM9.5 21h5"/>',
    "phone": '<rect x="6.5" y="2" width="11" height="20" rx="2.4"/><path d="M10.6 18.6h2.8M9.6 10.2l1.9 1.9 3.2-3.5"/>',
    "briefcase": '<path d="M3 7.5h18v12.5H3zM8.5 7.5V4h7v3.5M3 13h18"/>',
    "pot": '<path d="M2.5 10h19M5 10v8a2.5 2.5 0 0 0 2.5 2.5h9A2.5 2.5 0 0 0 19 18v-8M9 6l1-2.5M13 6l1-2.5"/>',
    "box": '<path d="M12 2.8l8.3 4.6v9.2L12 21.2l-8.3-4.6V7.4zM3.7 7.4L12 12l8.3-4.6M12 12v9.2"/>',
    "leaf": '<path d="M4 20.5C3.5 10 9 4 20.5 3.5 20.5 14 15 19 6.5 17.5M4 20.5C6 15 9.5 11.5 14.5 9.5"/>',
}


@dataclass(frozen=True)
class _Thread:
    """A part of an outline that is stitched in one go: its path, its length, and in how many like parts it falls."""

    start: str
    path: str
    length: float
    parts: int = 1


@dataclass(frozen=True)
class _Family:
    """How an area looks: its outline at a distance inward, its colour, its icon, and the places inside.

    How far below the middle: the icon, the lozenges, and the icon where there are none. `icon_size`, `lozenge`: sides.
    """

    name: str
    about: str
    outline: Callable[[float], tuple[_Thread, ...]]
    colour: str
    icon: str
    icon_size: float = 58.0
    icon_at: float = -18.0
    lozenges_at: float = 33.0
    lozenge: float = 19.0
    alone_at: float = 0.0


def badge_svg(area: int | None, band: int | None, title: str, icon: str | None = None) -> str:
    """Draw the picture of a badge as SVG; the same arguments give the same text.

    `area`: 1 to 5 as in DigComp 3.0, None for several. `band`: 1 to 4, None for the badge whatever the band. `title`:
    the badge's name, for those who hear the picture. `icon`: one of `ICONS` in place of the area's own.
    Raises ValueError for another area, band or icon.
    """
    if area not in (None, *AREAS):
        raise ValueError(f"There is no area {area}. Areas are 1 to 5, or none for several.")
    if band is not None and not 1 <= band <= len(BANDS):
        raise ValueError(f"There is no band {band}. Bands are 1 to 4, or none for the badge itself.")
    if icon is not None and icon not in ICONS:
        raise ValueError(f"There is no icon {icon!r}. Icons are {', '.join(ICONS)}.")
    family = _FAMILIES[area]
    name = "".join(sign for sign in title if sign.isprintable())
    whole = name if band is None else f"{name}, {BANDS[band - 1]}"
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIDE} {SIDE}" width="{SIDE}" height="{SIDE}"'
        ' role="img">',
        f"<title>{escape(whole)}</title>",
        f"<desc>{_described(family, band)}</desc>",
        _filled(family.outline(0), family.colour),
        *_rows(family, band),
        _filled(family.outline(_RING), _PANEL),
        _icon(family, band, ICONS[icon or family.icon]),
        *([] if band is None else [_lozenges(family, band)]),
        "</svg>",
    ]
    return "\n  ".join(lines[:-1]) + "\n</svg>\n"


def _described(family: _Family, band: int | None) -> str:
    if band is None:
        return f"{family.name} for {family.about}, with an unbroken thread: the badge whatever the band."
    rows = "one stitched row and one lozenge" if band == 1 else f"{band} stitched rows and {band} lozenges"
    return f"{family.name} for {family.about}; {rows} of four tell the band."


def _filled(threads: tuple[_Thread, ...], colour: str) -> str:
    return f'<path d="M{threads[0].start}{"".join(thread.path for thread in threads)}Z" fill="{colour}"/>'


def _rows(family: _Family, band: int | None) -> Iterator[str]:
    """The stitched rows; each begins and ends with half a gap, so that no seam shows and corners are alike."""
    if band is None:
        threads = family.outline(_PLAIN_ROW)
        path = "".join(thread.path for thread in threads)
        yield f'<path d="M{threads[0].start}{path}Z" fill="none" stroke="{_CREAM}" stroke-width="3.2"/>'
        return
    for inset, width, (stitch, gap) in _ROWS[:band]:
        for thread in family.outline(inset):
            stitches = thread.parts * max(1, round(thread.length / thread.parts / (stitch + gap)))
            step = thread.length / stitches
            sewn = step * stitch / (stitch + gap)
            yield (
                f'<path d="M{thread.start}{thread.path}" fill="none" stroke="{_CREAM}" stroke-width="{width}" '
                f'stroke-dasharray="{sewn:.3f} {step - sewn:.3f}" stroke-dashoffset="{(step + sewn) / 2:.3f}"/>'
            )


def _icon(family: _Family, band: int | None, shapes: str) -> str:
    size, at = (family.icon_size, family.icon_at) if band else (1.3 * family.icon_size, family.alone_at)
    left, top = _MIDDLE - size / 2, _MIDDLE - size / 2 + at
    return (
        f'<g fill="none" stroke="{family.colour}" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" '
        f'transform="translate({left:.1f} {top:.1f}) scale({size / 24:.3f})">{shapes}</g>'
    )


def _lozenges(family: _Family, band: int) -> str:
    side, unit = family.lozenge, family.lozenge / _STITCHES
    between = side * 0.3
    left = _MIDDLE - (band * side + (band - 1) * between) / 2
    top = _MIDDLE + family.lozenges_at - side / 2
    path = "".join(
        f"M{_number((left + place * (side + between)) / unit + 3)} {_number(top / unit)}{_STAIRS}z"
        for place in range(band)
    )
    return f'<path d="{path}" fill="{family.colour}" transform="scale({unit:.4f})"/>'


def _circle(radius: float) -> Callable[[float], tuple[_Thread, ...]]:
    def outline(inset: float) -> tuple[_Thread, ...]:
        r = radius - inset
        path = _arc(r, _point(0, -r)) + _arc(r, _point(0, r))
        return (_Thread(_point(0, r), path, 2 * math.pi * r),)

    return outline


def _polygon(
    corners: int, apothem: float, rounding: float, *, on_corner: bool = False, down: float = 0
) -> Callable[[float], tuple[_Thread, ...]]:
    """A regular polygon with rounded corners that stands on a side, or on a corner; moved `down` from the middle."""
    step = 2 * math.pi / corners
    first = math.pi / 2 + (step / 2 if on_corner else 0)

    def outline(inset: float) -> tuple[_Thread, ...]:
        a, r = apothem - inset, max(rounding - inset, _LEAST_ROUNDING)
        half = (a - r) * math.tan(step / 2)  # of a side's straight part
        path, start = "", _on_side(a, 0.0, first, down)
        for side in range(corners):
            at = first + side * step
            path += f"L{_on_side(a, half, at, down)}" + _arc(r, _on_side(a, -half, at + step, down))
        return (_Thread(start, f"{path}L{start}", corners * 2 * half + 2 * math.pi * r, corners),)

    return outline


def _on_side(apothem: float, along: float, angle: float, down: float) -> str:
    """A point of the side whose middle lies in this direction, `along` it clockwise."""
    x = apothem * math.cos(angle) - along * math.sin(angle)
    y = apothem * math.sin(angle) + along * math.cos(angle)
    return _point(x, y + down)


def _shield(inset: float) -> tuple[_Thread, ...]:
    """A shield of four arcs: the sides bulge out, the shoulders in, so a distance inward only changes their radii."""
    wide, shoulder, peak, foot, side = 91.0, -79.0, -100.0, 110.0, 205.0
    top = ((shoulder - peak) ** 2 + wide**2) / (2 * (shoulder - peak))
    chord = math.dist((wide, shoulder), (0.0, foot))
    back = math.sqrt(side**2 - chord**2 / 4) / chord  # from the chord's middle to the side's centre, in chords
    centre = (wide / 2 - back * (foot - shoulder), (shoulder + foot) / 2 - back * wide)
    side_r, top_r = side - inset, top + inset
    # The right half; the left one is its mirror. The shoulder's centre is above its end.
    corner = _crossing((wide, shoulder - top), top_r, centre, side_r)
    tip = (0.0, shoulder - top + math.sqrt(top_r**2 - wide**2))
    end = (0.0, centre[1] + math.sqrt(side_r**2 - centre[0] ** 2))
    over, along = _arc_length(tip, corner, top_r), _arc_length(corner, end, side_r)
    left = (-corner[0], corner[1])
    return (
        _Thread(_point(*tip), _arc(top_r, _point(*corner), turn=0), over),
        _Thread(_point(*corner), _arc(side_r, _point(*end)), along),
        _Thread(_point(*end), _arc(side_r, _point(*left)), along),
        _Thread(_point(*left), _arc(top_r, _point(*tip), turn=0), over),
    )


def _arc(radius: float, end: str, turn: int = 1) -> str:
    """An arc of less than half a circle, or half; `turn` 1 goes clockwise, as outlines do, and bulges out."""
    r = _number(radius)
    return f"A{r} {r} 0 0 {turn} {end}"


def _crossing(
    one: tuple[float, float], one_r: float, other: tuple[float, float], other_r: float
) -> tuple[float, float]:
    """Where two circles cross, the point more to the right."""
    dx, dy = other[0] - one[0], other[1] - one[1]
    apart = math.hypot(dx, dy)
    along = (one_r**2 - other_r**2 + apart**2) / (2 * apart)
    aside = math.sqrt(one_r**2 - along**2)
    points = [
        (
            one[0] + (along * dx - sign * aside * dy) / apart,
            one[1] + (along * dy + sign * aside * dx) / apart,
        )
        for sign in (1, -1)
    ]
    return max(points)


def _arc_length(start: tuple[float, float], end: tuple[float, float], radius: float) -> float:
    return 2 * radius * math.asin(math.dist(start, end) / (2 * radius))


def _point(x: float, y: float) -> str:
    """A point given from the picture's middle."""
    return f"{_number(_MIDDLE + x)} {_number(_MIDDLE + y)}"


def _number(value: float) -> str:
    """Two places, and no more signs than needed."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


_FAMILIES = {
    None: _Family(
        "A pentagon", "several areas", _polygon(5, 92.0, 24.0, down=8.0), PRIMARY, "phone",
        56, -9, 40, 18, 7,
    ),
    1: _Family("A circle", "information", _circle(104.0), "#1F5688", "search"),
    2: _Family("A square", "communication", _polygon(4, 92.0, 26.0), "#7A4E00", "talk"),
    3: _Family("A hexagon", "content", _polygon(6, 96.0, 22.0, on_corner=True), "#9A3B1B", "edit"),
    4: _Family("A shield", "safety", _shield, "#2A6238", "lock", 52, -30, 15, 14, -10),
    5: _Family(
        "A lozenge on its tip", "problem solving", _polygon(4, 84.0, 18.0, on_corner=True), "#653A80", "bulb",
        54, -20, 26, 14.5,
    ),
}  # fmt: skip
