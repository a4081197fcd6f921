"""Our own small SVG drawer, beside the pictures it must draw and the ones it must refuse."""

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
        (f'{HEAD}<g transform="skewX(3)"/></svg>', "transform"),
        (HEAD + "<g>" * 60 + "</g>" * 60 + "</svg>", "deeper"),
        (HEAD + " " * 200_001 + "</svg>", "longer"),
    ],
)
def test_a_picture_we_cannot_draw_whole_is_refused_with_its_reason(svg: str, reason: str) -> None:
    with pytest.raises(DrawingInvalid, match=reason):
        parse_svg(svg)
