"""Is this SVG safe to show to a learner, and do the places to tap lie well in it?

Nothing is sanitised: a drawing that needs more than plain shapes is refused, so that what an author sees is
what is shown. The list of allowed elements is short on purpose; `use`, patterns and filters are missing from
it because a few nested ones cost a phone minutes.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from lxml import etree

from .item import Box, Item

MOST_BYTES = 8 * 1024
SMALLEST_TARGET = 44
"""Units of the viewBox; 320 units fill a phone of 360 px, so this is a finger's width."""

SVG = "http://www.w3.org/2000/svg"
_ALLOWED = """
svg g defs path rect circle ellipse line polyline polygon linearGradient radialGradient stop clipPath
title desc
"""
_ELEMENTS = frozenset(_ALLOWED.split())
_REMOTE = re.compile(r"url\(\s*['\"]?(?!['\"]?#)|javascript:|data:|\\", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PictureCheck:
    """`problems` are (line, reason); `view_box` is None where the drawing has none that can be used."""

    view_box: Box | None
    problems: tuple[tuple[int, str], ...]


def check_picture(content: bytes) -> PictureCheck:
    """Check that an SVG is small, plain and self-contained."""
    if len(content) > MOST_BYTES:
        return PictureCheck(None, ((1, f"The picture has {len(content)} bytes; {MOST_BYTES} is the most."),))
    if b"<!DOCTYPE" in content.upper() or b"<!ENTITY" in content.upper() or b"\x00" in content:
        return PictureCheck(None, ((1, "The picture has a DOCTYPE; save it as plain SVG without one."),))
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 1
        return PictureCheck(None, ((line, f"This is not XML: {error}."),))
    if root.getroottree().docinfo.doctype:
        return PictureCheck(None, ((1, "The picture has a DOCTYPE; save it as plain SVG without one."),))
    view_box = _view_box(root.get("viewBox", ""))
    problems = list(_problems(root))
    if root.tag != f"{{{SVG}}}svg":
        problems.insert(0, (1, "The picture is not an SVG drawing."))
    elif view_box is None:
        problems.insert(0, (root.sourceline or 1, "viewBox is missing or is not four numbers."))
    return PictureCheck(view_box, tuple(problems))


def _problems(root: etree._Element) -> Iterator[tuple[int, str]]:
    for node in (*root.itersiblings(preceding=True), *root.iter(), *root.itersiblings()):
        line = node.sourceline or 1
        if node.tag is etree.Comment:
            continue
        if not isinstance(node.tag, str):
            yield line, "Only elements and comments are allowed in a picture."
            continue
        name = etree.QName(node)
        if name.namespace != SVG or name.localname not in _ELEMENTS:
            yield line, f"<{name.localname}> is not allowed in a picture; draw with plain shapes."
        for attribute, value in node.attrib.items():
            if reason := _attribute_problem(str(attribute), str(value)):
                yield line, reason


def _attribute_problem(attribute: str, value: str) -> str | None:
    local = attribute.rpartition("}")[2]
    if local.lower().startswith("on"):
        return f"{local} would run a script; remove it."
    if local == "style":
        return "style can load and hide things; use attributes such as fill and stroke."
    if local == "href" and not value.startswith("#"):
        return "href points outside the picture; remove it."
    if _REMOTE.search(value):
        return f"{local} loads something from outside the picture; remove it."
    return None


def _view_box(value: str) -> Box | None:
    try:
        x, y, width, height = map(float, value.replace(",", " ").split())
    except ValueError:
        return None
    if not all(map(math.isfinite, (x, y, width, height))) or width <= 0 or height <= 0:
        return None
    return x, y, width, height


def box_problems(item: Item, view_box: Box) -> Iterator[tuple[str, str]]:
    """Find places to tap that are too small, outside the drawing or on top of each other: (field, reason)."""
    left, top, width, height = view_box
    boxes = {option.id: option.box for option in item.options if option.box}
    for option, (x, y, w, h) in boxes.items():
        if w < SMALLEST_TARGET or h < SMALLEST_TARGET:
            yield f"options.{option}.box", f"The box is smaller than {SMALLEST_TARGET} units; make it larger."
        if x < left or y < top or x + w > left + width or y + h > top + height:
            yield f"options.{option}.box", "The box reaches out of the picture."
    for (one, a), (other, b) in combinations(boxes.items(), 2):
        if a[0] < b[0] + b[2] and b[0] < a[0] + a[2] and a[1] < b[1] + b[3] and b[1] < a[1] + a[3]:
            yield f"options.{other}.box", f"The box overlaps with that of {one!r}."
