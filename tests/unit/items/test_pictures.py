"""Only plain, small drawings are shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessor.items.item import Item
from assessor.items.pictures import MOST_BYTES, PictureCheck, box_problems, check_picture
from tests.unit.items.sample_bank import DESK

OPEN = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 9 9">'


def drawing(inside: str, before: str = "") -> bytes:
    """A drawing with something on its second line."""
    return f"{before}{OPEN}\n{inside}</svg>".encode()


def test_a_plain_drawing_is_fine() -> None:
    assert check_picture(DESK.encode()) == PictureCheck(view_box=(0, 0, 320, 240), problems=())


@pytest.mark.parametrize(
    "inside",
    [
        "<!-- a cup --><title>Cup</title><path d='M0 0h9v9z'/>",
        "<defs><linearGradient id='sky'><stop offset='0'/></linearGradient></defs><rect fill='url(#sky)'/>",
        "<rect fill=\"url('#sky')\"/>",
    ],
)
def test_what_stays_within_the_drawing_is_fine(inside: str) -> None:
    assert check_picture(drawing(inside)).problems == ()


@pytest.mark.parametrize(
    ("inside", "reason"),
    [
        ("<script>alert(1)</script>", "<script> is not allowed"),
        ("<foreignObject/>", "<foreignObject> is not allowed"),
        ("<text>Hello</text>", "<text> is not allowed"),
        ("<image href='https://eve.example/x.png'/>", "<image> is not allowed"),
        ("<a href='#x'/>", "<a> is not allowed"),
        ("<style>*{}</style>", "<style> is not allowed"),
        ("<use href='#x'/>", "<use> is not allowed"),
        ("<animate attributeName='href'/>", "<animate> is not allowed"),
        ("<x xmlns='urn:eve'/>", "<x> is not allowed"),
        ("<rect onclick='alert(1)'/>", "onclick would run a script"),
        ("<rect style='fill:red'/>", "style can load and hide things"),
        ("<rect fill='url(https://eve.example/x)'/>", "fill loads something from outside"),
        ("<rect fill='u\\72l(x)'/>", "fill loads something from outside"),
        ("<linearGradient xlink:href='https://eve.example'/>", "href points outside"),
        ("<linearGradient href='javascript:alert(1)'/>", "href points outside"),
        ("<?xml-stylesheet href='x.css'?>", "Only elements and comments"),
    ],
)
def test_what_could_do_more_than_be_seen_is_refused_with_its_line(inside: str, reason: str) -> None:
    problems = check_picture(drawing(inside)).problems

    assert problems
    assert problems[0][0] == 2
    assert problems[0][1].startswith(reason)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "not XML"),
        (b"\x00" * 20, "DOCTYPE"),
        (b"<svg", "not XML"),
        (b"<html/>", "not an SVG drawing"),
        (b"<svg viewBox='0 0 9 9'/>", "not an SVG drawing"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "viewBox is missing"),
        (b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 0 9"/>', "viewBox is missing"),
        (b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 nan 9"/>', "viewBox is missing"),
        (drawing("", before="<!DOCTYPE svg [<!ENTITY a 'x'>]>"), "DOCTYPE"),
        (drawing("", before="<!doctype svg>"), "DOCTYPE"),
        (f'<?xml version="1.0"?><!DOCTYPE x>{OPEN}</svg>'.encode("utf-16"), "DOCTYPE"),
        (drawing("", before="<?xml-stylesheet href='x'?>"), "Only elements and comments"),
        (drawing("", before="<?xml-stylesheet href='x'?><!-- y -->"), "Only elements and comments"),
        (drawing(" " * MOST_BYTES), "8192 is the most"),
    ],
)
def test_what_is_no_plain_drawing_is_refused(content: bytes, reason: str) -> None:
    assert any(reason in problem for _, problem in check_picture(content).problems)


@given(st.binary(max_size=200) | st.text("<svg/ xmln=\"':!DOCTYPE>&;#\n").map(str.encode))
def test_whatever_the_bytes_are_there_is_an_answer(content: bytes) -> None:
    assert check_picture(content).problems


def test_places_to_tap_lie_apart_and_within_the_picture(items: dict[str, Item]) -> None:
    assert list(box_problems(items["fs-41-note"], (0, 0, 320, 240))) == []
    assert list(box_problems(items["fs-41-note"], (0, 0, 80, 80))) == [
        ("options.cup.box", "The box reaches out of the picture.")
    ]
