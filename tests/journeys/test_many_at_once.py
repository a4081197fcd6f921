"""An employer with a pile of papers, or a list of numbers; and the guide that hangs beside the desk."""

import csv
import io
import re
from collections.abc import Sequence
from typing import Any

import pypdfium2
import pytest
import qrcode
from playwright.sync_api import FilePayload, Page, expect

from assessor.verification import languages
from tests.journeys import scanning
from tests.journeys.browsing import Browsing
from tests.journeys.keeping import PARTS, SCANNER, cellar, kept
from tests.journeys.people import one_digit_changed
from tests.journeys.reading import Reader

LOOKS: list[tuple[str, dict[str, Any]]] = [
    ("en", {"color_scheme": "light"}),
    ("ar", {"color_scheme": "dark", "viewport": {"width": 320, "height": 640}}),
]
DIRECTIONS = ["left to right", "right to left"]


def picture(text: str) -> bytes:
    """A photo of a code."""
    file = io.BytesIO()
    qrcode.make(text, error_correction=qrcode.ERROR_CORRECT_M).save(file)
    return file.getvalue()


def photos(*texts: str) -> Sequence[FilePayload]:
    """Photos of papers, as a phone hands them over."""
    return [
        {"name": f"paper {place}.png", "mimeType": "image/png", "buffer": picture(text)}
        for place, text in enumerate(texts, 1)
    ]


def answers(page: Page) -> list[str]:
    """The results in the table, from its top."""
    tags = page.locator("tbody .count").all()
    return [tag.get_attribute("data-result") or "" for tag in tags]


@pytest.mark.browser
def test_a_pile_is_photographed_and_the_table_saved(
    browsing: Browsing, qr_text: str, withdrawn: tuple[str, str], on_hold: str
) -> None:
    page = browsing.desktop().new_page()
    page.goto("/c/many")

    page.set_input_files("#photos", photos(qr_text, withdrawn[0], on_hold, one_digit_changed(qr_text), qr_text))
    expect(page.locator("tbody tr")).to_have_count(4)
    expect(page.locator("#seen")).to_contain_text("Already in the table: line 1.")

    assert answers(page) == ["7", "3", "4", "1"]
    assert "Ada Haddad" in page.locator("tbody").inner_text()
    assert "Olena" not in page.content()
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save the table").click()
    rows = list(csv.reader(saved.value.path().read_text(encoding="utf-8-sig").splitlines()))
    assert [row[:3] for row in rows] == [
        ["Line", "Result", "Name"],
        ["1", "Genuine", "Ada Haddad"],
        ["2", "Withdrawn", ""],
        ["3", "On hold", ""],
        ["4", "Not genuine", ""],
    ]


@pytest.mark.browser
def test_pile_and_list_give_the_same_table(
    browsing: Browsing, qr_text: str, withdrawn: tuple[str, str], on_hold: str
) -> None:
    behind_another_address = f"https://elsewhere.example/c{qr_text[qr_text.index('#') :]}"
    texts = [qr_text, behind_another_address, withdrawn[0], on_hold, one_digit_changed(qr_text), qr_text[:-40]]
    page = browsing.desktop().new_page()
    page.goto("/c/many")
    page.set_input_files("#photos", photos(*texts))
    expect(page.locator("tbody tr")).to_have_count(len(texts))
    with page.expect_download() as of_pile:
        page.get_by_role("button", name="Save the table").click()
    in_order = answers(page)

    page.goto("/c/many")
    page.locator("#list").fill("\n".join(texts))
    page.locator("#many button.main").click()
    page.locator("table").wait_for()
    with page.expect_download() as of_list:
        page.get_by_role("button", name="Save the table").click()

    assert answers(page) == in_order == ["7", "8", "3", "4", "10", "1"]
    assert of_pile.value.path().read_bytes() == of_list.value.path().read_bytes()


@pytest.mark.browser
def test_one_way_to_check_leaves_the_answers_of_the_other_and_says_what_it_could_not_read(
    browsing: Browsing, qr_text: str, withdrawn: tuple[str, str]
) -> None:
    context = browsing.phone("es", service_workers="block")
    page = context.new_page()
    page.goto("/c/many")
    page.locator("#list").fill(withdrawn[0])
    page.locator("#many button.main").tap()
    page.locator("#answers table").wait_for()

    with cellar(browsing, context):
        page.locator("#language").select_option("ar")
        expect(page.locator("#untranslated")).not_to_be_empty()
        expect(page.locator("#language")).to_have_value("es")
        expect(page.locator("#list")).to_have_value(withdrawn[0])
    context.set_offline(False)
    unread: list[FilePayload] = [
        {"name": f"blank {place}.png", "mimeType": "image/png", "buffer": scanning.blank()} for place in range(2)
    ]
    page.set_input_files("#photos", [unread[0], *photos(qr_text), unread[1]])

    expect(page.locator("#unread li")).to_have_text([re.compile(r"blank 0\.png"), re.compile(r"blank 1\.png")])
    expect(page.locator("#answers tbody .count")).to_have_attribute("data-result", "3")
    expect(page.locator("#piled tbody .count")).to_have_attribute("data-result", "1")


@pytest.mark.browser
def test_papers_are_laid_before_the_camera_in_a_hall_without_network(
    browsing: Browsing, qr_text: str, withdrawn: tuple[str, str]
) -> None:
    context = browsing.phone("es")
    scanning.lay_before_the_camera(context, picture(qr_text), picture(withdrawn[0]))
    page = context.new_page()
    page.goto("/c/many")
    kept(page, "/c/many", f"{PARTS}pile.js", f"{PARTS}words/es.json", *SCANNER)

    with cellar(browsing, context):
        page.goto("/c/many")
        page.locator("#camera").tap()
        expect(page.locator("tbody tr")).to_have_count(1)
        page.evaluate("lay(1)")
        expect(page.locator("tbody tr")).to_have_count(2)

    assert answers(page) == ["3", "1"]  # it knows of the withdrawal from the visit before, and says of when that is
    assert re.search(r"Retiradas a fecha de .*(\d\d:\d\d|\d{4})", page.locator("#piled").inner_text())
    page.locator("#camera").tap()
    expect(page.locator("#video")).to_be_hidden()
    context.set_offline(False)
    page.locator("#language").select_option("ar")
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    expect(page.locator("tbody tr").first).to_contain_text("ملغاة")


@pytest.mark.browser
@pytest.mark.parametrize(("code", "look"), LOOKS, ids=DIRECTIONS)
def test_axe_finds_nothing_where_many_are_checked_nor_in_the_guide(
    browsing: Browsing,
    qr_text: str,
    withdrawn: tuple[str, str],
    on_hold: str,
    code: str,
    look: dict[str, Any],
) -> None:
    reader, page = Reader(), browsing.phone(code, service_workers="block", **look).new_page()
    page.goto("/c/many")
    reader.reads(page, "many: start")

    page.set_input_files("#photos", photos(qr_text, on_hold, "https://example.org"))
    expect(page.locator("tbody tr")).to_have_count(3)
    reader.reads(page, "many: pile")
    page.goto("/c/many")
    page.locator("#list").fill("\n".join((qr_text, qr_text, withdrawn[1], "ABC", "0M2RC-1M70Y-40FZ", qr_text[:-40])))
    page.locator("#many button.main").tap()
    page.locator("table").wait_for()
    reader.reads(page, "many: list")
    assert answers(page) == ["3", "10", "10", "10", "1", "1"]
    with browsing.watch.expecting("status of 4"):
        page.locator("#list").fill(f"{withdrawn[1]}\n" * 501)
        page.locator("#many button.main").tap()
        page.locator(".mistake").wait_for()
    reader.reads(page, "many: too many")
    for address in ("/c/guide", "/issuer"):
        page.goto(address)
        reader.reads(page, address)

    reader.check()


@pytest.mark.browser
def test_a_tap_on_a_head_sorts_the_table(browsing: Browsing, qr_text: str, withdrawn: tuple[str, str]) -> None:
    page = browsing.desktop().new_page()
    page.goto("/c/many")
    page.locator("#list").fill(f"{qr_text}\n{withdrawn[1]}\n{qr_text}")
    page.locator("#many button.main").click()
    page.locator("table").wait_for()
    assert answers(page) == ["3", "1", "1"]

    page.get_by_role("button", name="Line").click()

    assert answers(page) == ["1", "3", "1"]
    assert page.locator("[aria-sort=ascending]").inner_text().strip() == "Line"


@pytest.mark.browser
@pytest.mark.parametrize("language", languages.BY_CODE)
def test_the_guide_fits_on_one_sheet(browsing: Browsing, language: str) -> None:
    page = browsing.desktop().new_page()
    page.goto(f"/c/guide?language={language}")

    document = pypdfium2.PdfDocument(page.pdf(prefer_css_page_size=True, print_background=True))
    sizes = [document.get_page_size(number) for number in range(len(document))]
    document.close()

    assert [(round(width), round(height)) for width, height in sizes] == [(595, 842)]
