"""The small part of SVG that our own pictures use, drawn as vectors.

Shapes `path rect circle ellipse line polyline polygon` and groups, with fill, stroke, width, caps, joins,
dashes and `transform`. Anything else that would be visible is refused by name, so that a picture is never
drawn with a part missing.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from xml.etree import ElementTree

from fontTools.misc.transform import Identity, Transform
from fontTools.pens.basePen import BasePen
from fontTools.pens.transformPen import TransformPen
from fontTools.svgLib.path import parse_path

from assessor.certificates.canvas import PaperCanvas, Stamp, stamped

SVG = "{http://www.w3.org/2000/svg}"
MAX_CHARACTERS = 200_000
MAX_DEPTH = 32
FARTHEST = 1e6  # from zero, in units of the picture: much larger numbers, readers of PDF refuse
SMALLEST = 1e-3  # side of a view box: what is drawn to its scale stays in bounds too
_IGNORED = frozenset({"title", "desc", "metadata", "defs"})
_INHERITED = (
    "fill", "stroke", "stroke-width", "stroke-linecap", "stroke-linejoin",
    "stroke-dasharray", "stroke-dashoffset", "fill-rule", "color",
)  # fmt: skip
#: What changes the look of a shape and is not drawn, with the values that change nothing.
_NOT_DRAWN = {
    **dict.fromkeys(("opacity", "fill-opacity", "stroke-opacity"), ("1", "1.0", "100%")),
    "display": ("inline", "block"),
    "visibility": ("visible",),
    **dict.fromkeys(("clip-path", "mask", "filter", "vector-effect"), ("none",)),
    **dict.fromkeys(("marker-start", "marker-mid", "marker-end"), ("none",)),
    "paint-order": ("normal",),
    "pathLength": (),
    "transform-origin": (),
}
_NAMED = {"black": "#000000", "white": "#ffffff"}
_CAPS = {"butt": 0, "round": 1, "square": 2}
_EVEN_ODD, _NON_ZERO = 0, 1  # as reportlab counts them
_JOINS = {"miter": 0, "round": 1, "bevel": 2}
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_TRANSFORM = re.compile(r"(translate|scale|rotate|matrix)\s*\(([^)]*)\)")
_ARGUMENTS = {"translate": (1, 2), "scale": (1, 2), "rotate": (1, 3), "matrix": (6,)}


class DrawingInvalid(ValueError):
    """An SVG picture cannot be drawn; the message names the part."""


@dataclass(frozen=True)
class Shape:
    """Path segments in the picture's units and how they are painted; a colour of None paints nothing."""

    segments: tuple[tuple[str, tuple[float, ...]], ...]
    fill: str | None
    stroke: str | None
    stroke_width: float
    cap: int
    join: int
    dashes: tuple[float, ...]
    dash_offset: float
    even_odd: bool


@dataclass(frozen=True)
class Drawing:
    """A parsed picture: its view box (left, top, width, height) and its shapes in painting order."""

    view_box: tuple[float, float, float, float]
    shapes: tuple[Shape, ...]


@lru_cache(maxsize=256)
def parse_svg(source: str, colour: str = "#000000") -> Drawing:
    """Read a picture; `colour` is what `currentColor` means. Raises `DrawingInvalid`."""
    if len(source) > MAX_CHARACTERS:
        raise DrawingInvalid(f"The picture is longer than {MAX_CHARACTERS} characters.")
    if "<!" in re.sub(r"<!--.*?-->", "", source, flags=re.DOTALL):
        raise DrawingInvalid("The picture has a DOCTYPE or CDATA section. Remove it.")
    try:
        root = ElementTree.fromstring(source)
    except ElementTree.ParseError as error:
        raise DrawingInvalid(f"The picture is not well-formed XML: {error}.") from error
    if root.tag != f"{SVG}svg":
        raise DrawingInvalid("The picture does not begin with an svg element of the SVG namespace.")
    box = _numbers(root.get("viewBox", ""), "viewBox")
    if len(box) != 4 or min(box[2:]) < SMALLEST:
        raise DrawingInvalid("The picture needs a viewBox with four numbers and a size above zero.")
    shapes: list[Shape] = []
    _collect(root, {"fill": "#000000", "color": colour}, Identity, shapes, 0)
    return Drawing((box[0], box[1], box[2], box[3]), tuple(shapes))


@lru_cache(maxsize=256)
def svg_stamp(drawing: Drawing, size: float) -> Stamp:
    """A picture in a square of `size` points, centred."""
    left, top, width, height = drawing.view_box
    scale = size / max(width, height)

    def draw(canvas: PaperCanvas) -> None:
        canvas.translate((size - width * scale) / 2 - left * scale, (size + height * scale) / 2 + top * scale)
        canvas.scale(scale, -scale)
        for shape in drawing.shapes:
            _paint(canvas, shape)

    return stamped(draw, size, size)


def _paint(canvas: PaperCanvas, shape: Shape) -> None:
    if not shape.segments or not (shape.fill or shape.stroke):
        return
    path = canvas.beginPath()
    steps: dict[str, Callable[..., None]] = {"m": path.moveTo, "l": path.lineTo, "c": path.curveTo, "h": path.close}
    for operator, numbers in shape.segments:
        steps[operator](*numbers)
    if shape.fill:
        canvas.fill_with(shape.fill)
    if shape.stroke:
        canvas.stroke_with(shape.stroke)
        canvas.setLineWidth(shape.stroke_width)
        canvas.setLineCap(shape.cap)
        canvas.setLineJoin(shape.join)
        canvas.setDash(shape.dashes, shape.dash_offset)
    canvas.drawPath(
        path,
        stroke=int(shape.stroke is not None),
        fill=int(shape.fill is not None),
        fillMode=_EVEN_ODD if shape.even_odd else _NON_ZERO,
    )


def _collect(
    element: ElementTree.Element,
    inherited: Mapping[str, str],
    transform: Transform,
    shapes: list[Shape],
    depth: int,
) -> None:
    if depth > MAX_DEPTH:
        raise DrawingInvalid(f"The picture nests groups deeper than {MAX_DEPTH}.")
    if not element.tag.startswith(SVG):
        return  # a baked credential, or an editor's notes
    name = element.tag.removeprefix(SVG)
    if name in _IGNORED:
        if element.find(f".//{SVG}style") is not None:
            raise DrawingInvalid("<style> paints shapes from elsewhere. Use attributes such as fill and stroke.")
        return
    if name == "svg" and depth:
        raise DrawingInvalid("<svg> stands inside the picture. Turn it into a group.")
    _check_painting(name, element)
    painting = {**inherited, **{key: value for key in _INHERITED if (value := element.get(key))}}
    here = transform.transform(_transform(element.get("transform", "")))
    if name in ("svg", "g"):
        for child in element:
            _collect(child, painting, here, shapes, depth + 1)
        return
    pen = _Segments()
    target = pen if here == Identity else TransformPen(pen, here)
    try:
        parse_path(_outline(name, element), target)
    except DrawingInvalid:
        raise
    except (ValueError, IndexError, AssertionError, ArithmeticError) as error:
        raise DrawingInvalid(f"<{name}> has an outline that cannot be read: {error}.") from error
    shape = _shape(tuple(pen.segments), painting, abs(here[0] * here[3] - here[1] * here[2]) ** 0.5)
    for numbers in ((shape.stroke_width, shape.dash_offset), shape.dashes, *(numbers for _, numbers in shape.segments)):
        _check_near(numbers, f"<{name}>")
    shapes.append(shape)


def _check_painting(name: str, element: ElementTree.Element) -> None:
    if element.get("style") or element.get("class"):
        raise DrawingInvalid(f"<{name}> is painted by style or class. Use attributes such as fill and stroke.")
    for attribute, as_ever in _NOT_DRAWN.items():
        value = element.get(attribute, "").strip()
        if value and value not in as_ever:
            raise DrawingInvalid(f"<{name}> has {attribute}={value[:40]!r}, which is not drawn. Paint it without.")
    if name in ("svg", "g"):
        return
    for child in element:
        if child.tag.startswith(SVG) and (inside := child.tag.removeprefix(SVG)) not in _IGNORED:
            raise DrawingInvalid(f"<{inside}> inside <{name}> is not drawn. Take it out.")


def _check_near(numbers: Iterable[float], where: str) -> None:
    if not all(abs(number) <= FARTHEST for number in numbers):  # not a number is not near either
        raise DrawingInvalid(f"{where} leads to a number beyond {FARTHEST:.0f}.")


def _shape(segments: tuple[tuple[str, tuple[float, ...]], ...], painting: Mapping[str, str], scale: float) -> Shape:
    width = _number(painting.get("stroke-width", "1"), "stroke-width") * scale
    dashed = painting.get("stroke-dasharray", "none")
    dashes = tuple(n * scale for n in _numbers("" if dashed == "none" else dashed, "stroke-dasharray"))
    if min(width, *dashes, 0) < 0 or (dashes and not any(dashes)):
        raise DrawingInvalid("stroke-width and stroke-dasharray must not be below zero, nor all dashes zero.")
    return Shape(
        segments=segments,
        fill=_colour(painting["fill"], painting["color"]),
        stroke=_colour(painting.get("stroke", "none"), painting["color"]),
        stroke_width=width,
        cap=_CAPS.get(painting.get("stroke-linecap", "butt"), 0),
        join=_JOINS.get(painting.get("stroke-linejoin", "miter"), 0),
        dashes=dashes,
        dash_offset=_number(painting.get("stroke-dashoffset", "0"), "stroke-dashoffset") * scale,
        even_odd=painting.get("fill-rule") == "evenodd",
    )


def _outline(name: str, element: ElementTree.Element) -> str:
    """The path data of a basic shape (SVG 2, chapter 10)."""

    def length(attribute: str, default: str = "0") -> float:
        return _number(element.get(attribute, default), attribute)

    if name == "path":
        return element.get("d", "")
    if name in ("polyline", "polygon"):
        points = _numbers(element.get("points", ""), "points")
        pairs = " L".join(f"{px} {py}" for px, py in zip(points[::2], points[1::2], strict=True))
        return f"M{pairs}{' Z' if name == 'polygon' else ''}" if pairs else ""
    if name == "line":
        return f"M{length('x1')} {length('y1')} L{length('x2')} {length('y2')}"
    if name in ("circle", "ellipse"):
        rx = length("r") if name == "circle" else length("rx")
        ry = length("r") if name == "circle" else length("ry")
        cx, cy = length("cx"), length("cy")
        arc = f"A{rx} {ry} 0 0 1"
        quarters = ((cx, cy + ry), (cx - rx, cy), (cx, cy - ry), (cx + rx, cy))
        return f"M{cx + rx} {cy} {' '.join(f'{arc} {px} {py}' for px, py in quarters)} Z"
    if name == "rect":
        x, y, w, h = length("x"), length("y"), length("width"), length("height")
        rx = min(length("rx", element.get("ry", "0")), w / 2)
        ry = min(length("ry", element.get("rx", "0")), h / 2)
        if not rx or not ry:
            return f"M{x} {y} H{x + w} V{y + h} H{x} Z"
        arc = f"A{rx} {ry} 0 0 1"
        return (
            f"M{x + rx} {y} H{x + w - rx} {arc} {x + w} {y + ry} V{y + h - ry} {arc} {x + w - rx} {y + h} "
            f"H{x + rx} {arc} {x} {y + h - ry} V{y + ry} {arc} {x + rx} {y} Z"
        )
    raise DrawingInvalid(f"<{name}> is not one of the shapes we draw. Turn it into a path.")


def _transform(source: str) -> Transform:
    result = Identity
    for name, arguments in _TRANSFORM.findall(source):
        values = _numbers(arguments, "transform")
        if len(values) not in _ARGUMENTS[name]:
            raise DrawingInvalid(f"The transform {name}({arguments[:40]}) has too few or too many numbers.")
        if name == "translate":
            result = result.translate(*values)
        elif name == "scale":
            result = result.scale(*values)
        elif name == "matrix":
            result = result.transform(tuple(values))
        else:
            centre = values[1:3] or (0.0, 0.0)
            result = result.translate(*centre).rotate(values[0] * 3.141592653589793 / 180)
            result = result.translate(-centre[0], -centre[1])
    if _TRANSFORM.sub("", source).strip(", \n\t\r"):
        raise DrawingInvalid(f"The transform {source[:40]!r} is not understood.")
    return result


def _colour(value: str, current: str) -> str | None:
    value = value.strip()
    if value == "none":
        return None
    if value == "currentColor":
        return _colour(current, "#000000")
    value = _NAMED.get(value, value)
    if re.fullmatch(r"#[0-9a-fA-F]{3}", value):
        return "#" + "".join(2 * digit for digit in value[1:])
    if re.fullmatch(r"#[0-9a-fA-F]{6}", value):
        return value
    raise DrawingInvalid(f"The colour {value[:40]!r} is not of the form #rrggbb.")


def _number(value: str, attribute: str) -> float:
    numbers = _numbers(value, attribute)
    if len(numbers) != 1:
        raise DrawingInvalid(f"{attribute} should be one number, not {value[:40]!r}.")
    return numbers[0]


def _numbers(value: str, attribute: str) -> list[float]:
    if _NUMBER.sub("", value).strip(" ,\n\t\r"):
        raise DrawingInvalid(f"{attribute} should hold plain numbers, not {value[:40]!r}.")
    numbers = [float(number) for number in _NUMBER.findall(value)]
    _check_near(numbers, attribute)
    return numbers


class _Segments(BasePen):
    """Collects path segments; fontTools turns quadratic curves and arcs into cubic ones."""

    def __init__(self) -> None:
        super().__init__(None)
        self.segments: list[tuple[str, tuple[float, ...]]] = []

    def _moveTo(self, pt: tuple[float, float]) -> None:  # noqa: N802, the pen protocol
        self.segments.append(("m", pt))

    def _lineTo(self, pt: tuple[float, float]) -> None:  # noqa: N802, the pen protocol
        self.segments.append(("l", pt))

    def _curveToOne(self, pt1: Any, pt2: Any, pt3: Any) -> None:  # noqa: N802, the pen protocol
        self.segments.append(("c", (*pt1, *pt2, *pt3)))

    def _closePath(self) -> None:  # noqa: N802, the pen protocol
        self.segments.append(("h", ()))
