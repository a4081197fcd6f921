"""Our own small SVG drawer, beside the pictures it must draw and the ones it must refuse."""

import re

import pytest
from PIL import Image

from assessor.certificates.paper import Paper
from assessor.certificates.svg_drawing import DrawingInvalid, parse_svg, svg_stamp
from tests.unit.certificates.samples import BADGE, CREATED, page_picture

HEAD = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24">'


def drawn(svg: str) -> Image.Image:
    paper = Paper(title="Picture", author="Grace", language="en", created=CREATED, size=(72, 72))
    with paper.decoration() as canvas:
        canvas.place(svg_stamp(parse_svg(svg, "#124C59"), 72), 0, 0)
    return page_picture(paper.finish(), dpi=72)


@pytest.mark.parametrize(
    "shape",
    [
        '<rect x="6" y="6" width="12" height="12" fill="#f00"/>',
        '<rect x="6" y="6" width="12" height="12" rx="2" fill="#ff0000"/>',
        '<circle cx="12" cy="12" r="6" fill="#f00"/>',
        '<ellipse cx="12" cy="12" rx="6" ry="6" fill="#f00"/>',
        '<polygon points="6,6 18,6 18,18 6,18" fill="#f00"/>',
        '<path d="M6 6h12v12H6z" fill="#f00"/>',
        '<path d="M6 12a6 6 0 0 1 12 0a6 6 0 0 1-12 0z" fill="#f00"/>',
        '<line x1="6" y1="12" x2="18" y2="12" stroke="#f00" stroke-width="12"/>',
        '<polyline points="6,12 18,12" fill="none" stroke="#f00" stroke-width="12"/>',
        '<g fill="#f00"><g transform="translate(6 6) scale(2)"><rect width="6" height="6"/></g></g>',
        '<g transform="rotate(90 12 12)" fill="#f00"><rect x="6" y="6" width="12" height="12"/></g>',
        '<g transform="matrix(1 0 0 1 6 6)"><rect width="12" height="12" fill="#f00"/></g>',
    ],
)
def test_every_shape_lands_in_the_middle_and_nowhere_else(shape: str) -> None:
    picture = drawn(f"{HEAD}{shape}</svg>").convert("RGB")

    assert picture.getpixel((36, 36)) == (255, 0, 0)
    assert picture.getpixel((12, 36)) == (255, 255, 255)
    assert picture.getpixel((36, 60)) == (255, 255, 255)


def test_the_picture_stands_upright() -> None:
    picture = drawn(f'{HEAD}<rect width="24" height="6" fill="#f00"/></svg>').convert("RGB")

    assert picture.getpixel((36, 5)) == (255, 0, 0)
    assert picture.getpixel((36, 66)) == (255, 255, 255)


def test_current_colour_is_the_colour_of_the_caller() -> None:
    picture = drawn(f'{HEAD}<rect width="24" height="24" fill="currentColor"/></svg>').convert("RGB")

    assert picture.getpixel((36, 36)) == (0x12, 0x4C, 0x59)


def test_even_odd_leaves_a_hole() -> None:
    path = '<path fill="#f00" fill-rule="evenodd" d="M0 0h24v24H0zM9 9h6v6H9z"/>'

    assert drawn(f"{HEAD}{path}</svg>").convert("RGB").getpixel((36, 36)) == (255, 255, 255)


def test_a_baked_credential_is_not_drawn() -> None:
    svg = f'{HEAD}<b:credential xmlns:b="https://purl.imsglobal.org/ob/v3p0">text</b:credential></svg>'

    assert parse_svg(svg).shapes == ()


@pytest.mark.parametrize("band", ["basic", "intermediate", "advanced", "highly-advanced"])
def test_our_badges_use_only_what_we_draw(band: str) -> None:
    drawing = parse_svg((BADGE / f"badge-{band}.svg").read_text("utf-8"))

    assert len(drawing.shapes) >= 6


@pytest.mark.parametrize(
    ("svg", "reason"),
    [
        ("", "well-formed"),
        ("<svg", "well-formed"),
        ('<svg viewBox="0 0 1 1"/>', "namespace"),
        ('<svg xmlns="http://www.w3.org/2000/svg"/>', "viewBox"),
        ('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 0 0"/>', "viewBox"),
        (f"<!DOCTYPE svg [<!ENTITY a 'b'>]>{HEAD}</svg>", "DOCTYPE"),
        (f"{HEAD}<text>Ada</text></svg>", "<text>"),
        (f'{HEAD}<image href="http://eve.example/a.png"/></svg>', "<image>"),
        (f'{HEAD}<path style="fill:red" d="M0 0h1"/></svg>', "style"),
        (f'{HEAD}<path fill="url(#a)" d="M0 0h1"/></svg>', "colour"),
        (f'{HEAD}<path d="M0 0 Q"/></svg>', "outline"),
        (f'{HEAD}<rect width="wide" height="1"/></svg>', "width"),
        (f'{HEAD}<rect width="1" height="1" stroke-width="-1"/></svg>', "stroke-width"),
        (f'{HEAD}<rect width="1" height="1" stroke-dasharray="0 0"/></svg>', "all dashes zero"),
        (f'{HEAD}<g transform="skewX(3)"/></svg>', "transform"),
        (f'{HEAD}<g transform="translate(1 1) skewX(30)"/></svg>', "transform"),
        (f'{HEAD}<g transform="skewX(30) translate(1 1)"/></svg>', "transform"),
        (f'{HEAD}<g transform="rotate()"/></svg>', r"rotate\(\)"),
        (f'{HEAD}<g transform="rotate(90 12)"/></svg>', r"rotate\(90 12\)"),
        (f'{HEAD}<g transform="matrix(1 2)"/></svg>', r"matrix\(1 2\)"),
        (f'{HEAD}<g transform="translate(1 2 3)"/></svg>', r"translate\(1 2 3\)"),
        (f'{HEAD}<g transform="scale(1 2 3)"/></svg>', r"scale\(1 2 3\)"),
        (HEAD + "<g>" * 60 + "</g>" * 60 + "</svg>", "deeper"),
        (HEAD + " " * 200_001 + "</svg>", "longer"),
    ],
)
def test_a_picture_we_cannot_draw_whole_is_refused_with_its_reason(svg: str, reason: str) -> None:
    with pytest.raises(DrawingInvalid, match=reason):
        parse_svg(svg)


UNSEEN = {
    "opacity": ("0.1", "1"),
    "fill-opacity": ("0", "1.0"),
    "stroke-opacity": ("50%", "100%"),
    "display": ("none", "inline"),
    "visibility": ("hidden", "visible"),
    "clip-path": ("url(#a)", "none"),
    "mask": ("url(#a)", "none"),
    "filter": ("url(#a)", "none"),
    "marker-end": ("url(#a)", "none"),
    "paint-order": ("stroke", "normal"),
    "vector-effect": ("non-scaling-stroke", "none"),
    "pathLength": ("10", ""),
    "transform-origin": ("12 12", ""),
}


@pytest.mark.parametrize("attribute", UNSEEN)
@pytest.mark.parametrize("element", ["rect", "g"])
def test_what_would_be_painted_otherwise_is_refused_by_name(attribute: str, element: str) -> None:
    otherwise, as_ever = UNSEEN[attribute]
    picture = f'{HEAD}<{element} {attribute}="%s" transform="scale(2)" width="3" height="3"/></svg>'

    assert parse_svg(picture % as_ever) == parse_svg(picture.replace(f'{attribute}="%s"', ""))
    with pytest.raises(DrawingInvalid, match=f"{attribute}=.{re.escape(otherwise[:3])}"):
        parse_svg(picture % otherwise)


@pytest.mark.parametrize(
    "inside",
    [
        '<rect width="3" height="3"><animate attributeName="x" to="20" dur="1s"/></rect>',
        '<svg x="3" viewBox="0 0 1 1"><rect width="1" height="1"/></svg>',
        "<defs><style>rect { fill: red }</style></defs>",
    ],
    ids=["animated", "a picture in it", "style sheet"],
)
def test_what_moves_or_paints_shapes_from_elsewhere_is_refused(inside: str) -> None:
    with pytest.raises(DrawingInvalid, match=r"<animate>|<svg>|<style>"):
        parse_svg(f"{HEAD}{inside}</svg>")


@pytest.mark.parametrize(
    "shape",
    [
        '<path d="M0 0 L1e400 1"/>',
        '<path d="M0 0 L-2000000 1"/>',
        '<path d="M0 0 A1e200 1 0 0 1 3 3"/>',
        '<rect width="3" height="3" stroke="#000" stroke-width="1e400"/>',
        '<rect width="3" height="3" stroke="#000" stroke-dasharray="1 1e400"/>',
        '<rect width="1e400" height="3"/>',
        '<g transform="scale(1e300)"><rect width="1e300" height="1" stroke="#000"/></g>',
        '<g transform="scale(1e300)"><rect width="0" height="0" stroke="#000"/></g>',
    ],
)
def test_no_number_is_drawn_that_readers_of_a_paper_refuse(shape: str) -> None:
    with pytest.raises(DrawingInvalid, match="number"):
        parse_svg(f"{HEAD}{shape}</svg>")


@pytest.mark.parametrize("box", ["0 0 1e400 1", "1e400 0 1 1", "0 0 1e-320 1e-320"])
def test_no_view_box_is_drawn_that_is_out_of_all_bounds(box: str) -> None:
    with pytest.raises(DrawingInvalid, match="viewBox"):
        parse_svg(HEAD.replace("0 0 24 24", box) + "</svg>")


@pytest.mark.parametrize("transform", ["translate(3)", "translate(3,0) ", " scale(1 ,1), translate(3 0)", "rotate(0)"])
def test_transforms_are_read_with_any_separator(transform: str) -> None:
    [shape] = parse_svg(f'{HEAD}<g transform="{transform}"><path d="M0 1h2"/></g></svg>').shapes

    assert shape.segments[0] == ("m", (0 if "rotate" in transform else 3, 1))


def test_a_shape_that_is_not_drawn_is_named_with_what_to_do() -> None:
    with pytest.raises(DrawingInvalid) as refused:
        parse_svg('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><text>word</text></svg>')

    assert str(refused.value) == "<text> is not one of the shapes we draw. Turn it into a path."


def test_an_odd_number_of_points_is_told_as_a_broken_outline() -> None:
    with pytest.raises(DrawingInvalid, match="outline that cannot be read"):
        parse_svg('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><polygon points="1 1 2"/></svg>')
