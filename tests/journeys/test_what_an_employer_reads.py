"""What an employer reads on a phone of 360 px, in nineteen languages: whole words, days as on paper, fitting advice."""

import re
from collections.abc import Mapping
from datetime import datetime
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from assessor.verification import languages
from assessor.verification.titles import alike
from assessor.verification.views.context import words_of
from tests.journeys.browsing import Browsing
from tests.journeys.conftest import code_on_paper
from tests.journeys.installation import Installation
from tests.journeys.keeping import PARTS
from tests.journeys.people import Employer, one_digit_changed
from tests.journeys.test_many_at_once import photos
from tests.unit.certificates.samples import TEMPLATE

CODES = list(languages.BY_CODE)
#: Runs of letters below ``place`` that stand on two lines, or in the margin of the tile around them.
TORN = r"""place => {
  const torn = [], texts = document.createTreeWalker(document.querySelector(place), NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const text = texts.currentNode, tile = text.parentElement.closest('.count');
    const box = tile?.getBoundingClientRect(), margin = tile && parseFloat(getComputedStyle(tile).paddingInlineEnd);
    if (text.parentElement.closest('[dir=ltr]:not(html)')) continue; // numbers and addresses may break anywhere
    for (const { 0: word, index } of text.data.matchAll(/[\p{L}\p{M}\p{N}\u200c]+/gu)) {
      const range = document.createRange();
      range.setStart(text, index);
      range.setEnd(text, index + word.length);
      const parts = [...range.getClientRects()].filter(part => part.width > 0);
      const isCut = part => tile && (part.left < box.left + margin || part.right > box.right - margin);
      if (new Set(parts.map(part => Math.round(part.top))).size > 1 || parts.some(isCut)) torn.push(word);
    }
  }
  return document.documentElement.scrollWidth > screen.width ? [...torn, 'wider than the screen'] : torn;
}"""
#: How far the shapes of the drawn fake stand outside their picture, in px.
OUTSIDE = """() => {
  const picture = document.querySelector('.fake').getBoundingClientRect();
  const shapes = [...document.querySelectorAll('.fake :is(rect, path, circle)')];
  const boxes = shapes.map(one => one.getBoundingClientRect());
  return Math.max(...boxes.map(box => Math.max(picture.left - box.left, box.right - picture.right)));
}"""


def said(words: Mapping[str, Any], day: datetime) -> str:
    """A day as the server says it in these words."""
    text: str = words["date"].format(day=day.day, month=words["months"][day.month - 1], year=day.year)
    return text


def speaks(page: Page, code: str) -> dict[str, Any]:
    """Choose a language and wait for it. Returns its words."""
    page.locator("#language").select_option(code)
    expect(page.locator("html")).to_have_attribute("lang", code)
    return words_of(code)


@pytest.fixture(scope="package")
def greek(installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> str:
    """QR text of a certificate in Greek."""
    given = installation.command("award", "DIGI-FIRST-STEPS", "--name", "Ada", "--level", "2", "--language", "el")
    return code_on_paper(installation, given, tmp_path_factory.mktemp("greek"))


@pytest.mark.browser
def test_the_words_of_a_result_are_whole_its_day_is_said_and_its_title_is_not_said_twice(
    browsing: Browsing, greek: str
) -> None:
    employer = Employer(browsing.phone().new_page())
    employer.scans(greek)
    day = employer.page.locator("#compare dl > div:nth-child(4) dd")
    issued = datetime.strptime(day.inner_text(), "%d %b %Y")
    torn, days, known = {}, {}, {}

    for code in CODES:
        words = speaks(employer.page, code)
        expect(employer.page.locator(".banner h1")).to_have_text(words["results"]["1"]["word"])
        torn[code] = employer.page.evaluate(TORN, "main")
        days[code] = day.inner_text()
        known[code] = employer.page.locator(".who .small").all_inner_texts()

    assert {code: found for code, found in torn.items() if found} == {}
    assert days == {code: said(words_of(code), issued) for code in CODES}
    assert known == {code: [] if code == "el" else [TEMPLATE.title[code]] for code in CODES}


@pytest.mark.parametrize("comes", [True, False], ids=["late", "never"])
@pytest.mark.parametrize("address", ["/c", "/c/many"])
@pytest.mark.browser
def test_the_language_that_was_chosen_last_is_the_one_shown(browsing: Browsing, address: str, comes: bool) -> None:
    page = browsing.phone(service_workers="block").new_page()
    late, held = re.compile(r"/words/ar\.json"), list[Route]()
    page.route(late, lambda route: held.append(route))
    page.goto(address)
    expect(page.locator("#text, #pile")).to_be_visible()

    with page.expect_request(late):
        page.locator("#language").select_option("ar")
    words = speaks(page, "fr")
    ends = Route.continue_ if comes else Route.abort
    page.route(late, lambda route: ends(route))  # when it is asked for again, too
    with browsing.watch.expecting("ERR_FAILED"):
        for route in held:
            ends(route)
        page.wait_for_timeout(2000)  # longer than the page asks again; what must not happen has no sign

    assert held
    expect(page.locator("#language")).to_have_value("fr")
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    expect(page.locator("html")).to_have_attribute("dir", "ltr")
    expect(page).to_have_title(words["title"])
    expect(page.locator("#untranslated")).to_have_text("")


@pytest.mark.browser
def test_page_and_server_find_the_same_titles_alike(browsing: Browsing) -> None:
    titles = [*TEMPLATE.short_title.values(), "Α", "C", "C.", "DIGITAL skills", "Ψηφιακές δεξιότητες: πρώτα βήματα"]
    pairs = [list(pair) for pair in product(titles, TEMPLATE.title.values())]
    page = browsing.phone().new_page()
    page.goto("/c")

    found = page.evaluate(
        f"pairs => import('{PARTS}show.js').then(show => pairs.map(pair => show.alike(...pair)))", pairs
    )

    assert found == [alike(*pair) for pair in pairs]
    assert 19 < sum(found) < 30


@pytest.mark.browser
def test_the_words_of_a_pile_are_whole_and_no_title_is_said_twice(
    browsing: Browsing, greek: str, withdrawn: tuple[str, str], on_hold: str
) -> None:
    elsewhere = f"https://elsewhere.example/c{greek[greek.index('#') :]}"
    texts = [
        greek,
        elsewhere,
        withdrawn[0],
        on_hold,
        one_digit_changed(greek),
        greek[:-40],
        "https://example.org",
    ]
    page = browsing.phone().new_page()
    page.goto("/c/many")
    page.set_input_files("#photos", photos(*texts))
    expect(page.locator("tbody tr")).to_have_count(len(texts))
    torn, known = {}, {}

    for code in CODES:
        words = speaks(page, code)
        expect(page.locator(".counts .count").first).to_contain_text(words["results"]["1"]["word"])
        torn[code] = page.evaluate(TORN, "main")
        known[code] = page.locator("tr:has([data-result='1']) small").all_inner_texts()

    assert {code: found for code, found in torn.items() if found} == {}
    assert known == {code: [] if code == "el" else [TEMPLATE.title[code]] for code in CODES}


@pytest.mark.browser
def test_the_words_of_the_guide_are_whole_and_its_fake_stands_in_its_picture(browsing: Browsing) -> None:
    page = browsing.phone().new_page()
    torn, outside = {}, {}

    for code in CODES:
        page.goto(f"/c/guide?language={code}")
        torn[code] = page.evaluate(TORN, "main")
        outside[code] = page.evaluate(OUTSIDE)

    assert {code: found for code, found in torn.items() if found} == {}
    assert {code: px for code, px in outside.items() if px > 0} == {}


@pytest.mark.browser
def test_the_words_about_a_badge_are_whole(browsing: Browsing, paper: bytes) -> None:
    page = browsing.phone().new_page()
    torn = {}

    for code in CODES:
        page.goto(f"/verify?language={code}")
        page.locator("#file").set_input_files({"name": "paper.pdf", "mimeType": "", "buffer": paper})
        with page.expect_navigation():
            page.locator("form:has(#file) button").tap()
        expect(page.locator(".checks .state")).not_to_have_count(0)
        expect(page.locator("html")).to_have_attribute("lang", code)
        torn[code] = page.evaluate(TORN, "main")

    assert {code: found for code, found in torn.items() if found} == {}


@pytest.mark.browser
def test_a_new_certificate_is_asked_for_only_where_there_is_one(
    browsing: Browsing, withdrawn: tuple[str, str], installation: Installation, tmp_path: Path
) -> None:
    given = installation.command("award", "DIGI-FIRST-STEPS", "--name", "Eve", "--level", "1")
    misused = code_on_paper(installation, given, tmp_path)
    installation.command("revoke", given, "--reason", "misuse")
    employer = Employer(browsing.phone().new_page())
    advice = employer.page.locator(".todo li")

    employer.scans(withdrawn[0])
    expect(advice).to_have_text(
        [re.compile("^Ask the person for the new certificate"), re.compile("^Or ask the issuer")]
    )
    employer.scans(misused)

    expect(advice).to_have_text([re.compile("^Ask the issuer: ")])
