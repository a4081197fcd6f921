"""What the checking pages say and keep where the network has gone: nothing that was typed is lost."""

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.journeys.browsing import Browsing, until
from tests.journeys.conftest import HOLDER
from tests.journeys.keeping import PARTS, cellar, kept
from tests.journeys.people import Employer
from tests.journeys.test_many_at_once import answers

NUMBER = "0M2RC-1M70Y-40FZ"


@pytest.fixture
def greek(browsing: Browsing, qr_text: str) -> BrowserContext:
    """A Greek phone that has checked a certificate and opened the start screen, with a network."""
    context = browsing.phone("el-GR")
    visit = Employer(context.new_page())
    visit.scans(qr_text)
    words = f"{PARTS}words/el.json"
    kept(visit.page, "/c", f"{PARTS}start.js", f"{PARTS}reaching.js", words, f"{words}?of=results")
    visit.page.close()
    return context


@pytest.mark.browser
def test_a_typed_number_stays_where_there_is_no_network(browsing: Browsing, greek: BrowserContext) -> None:
    page = greek.new_page()
    with cellar(browsing, greek):
        page.goto("/c")
        page.locator("#number").fill(NUMBER)
        page.locator("#number").press("Enter")

        expect(page.locator("form:has(#number) [role=status]")).to_contain_text("μόνο με ίντερνετ")
        expect(page.locator("#number")).to_have_value(NUMBER)


@pytest.mark.browser
def test_a_pdf_that_cannot_be_sent_is_told_in_words(browsing: Browsing, greek: BrowserContext, paper: bytes) -> None:
    page = greek.new_page()
    page.goto("/c")
    page.locator("#file").set_input_files({"name": "one.pdf", "mimeType": "application/pdf", "buffer": paper})
    expect(page.locator("form:has(#file) button")).to_be_visible()  # the network goes after that
    with cellar(browsing, greek):
        page.locator("form:has(#file) button").tap()

        expect(page.locator("form:has(#file)")).to_contain_text("μόνο με ίντερνετ")


@pytest.mark.browser
def test_the_report_of_a_pdf_speaks_the_language_that_was_chosen(browsing: Browsing, paper: bytes) -> None:
    page = browsing.phone("en-GB").new_page()
    page.goto("/c")
    page.locator("#language").select_option("el")
    expect(page.locator("label[for=file]")).to_contain_text("Φωτογραφία")
    page.locator("#file").set_input_files({"name": "one.pdf", "mimeType": "application/pdf", "buffer": paper})
    page.locator("form:has(#file) button").tap()

    expect(page.locator(".banner h1")).to_have_text("Γνήσιο")
    expect(page.locator("html")).to_have_attribute("lang", "el")


@pytest.mark.browser
def test_a_link_that_cannot_open_says_so_and_a_language_that_is_not_here_too(
    browsing: Browsing, greek: BrowserContext
) -> None:
    page = greek.new_page()
    with cellar(browsing, greek):
        page.goto("/c")
        expect(page.locator("main a.second")).not_to_have_count(0)
        for link in page.locator("main a.second").all():
            link.tap()
            expect(link).to_contain_text("Χρειάζεται ίντερνετ")
        page.locator("#language").select_option("ar")

        expect(page.locator("#untranslated")).to_have_text("Αυτή η γλώσσα χρειάζεται ίντερνετ.")
        expect(page.locator("#language")).to_have_value("el")
        expect(page.locator("html")).to_have_attribute("dir", "ltr")


@pytest.mark.browser
def test_a_genuine_certificate_says_as_of_when_it_is_not_withdrawn(
    browsing: Browsing, greek: BrowserContext, qr_text: str
) -> None:
    employer = Employer(greek.new_page())
    with cellar(browsing, greek):
        employer.scans(qr_text)

        assert employer.result == 1
        expect(employer.page.locator(".banner")).to_contain_text("Τώρα δεν υπάρχει ίντερνετ.")
        expect(employer.page.locator(".who h2")).to_have_text(HOLDER)


@pytest.mark.browser
def test_codes_of_a_list_are_checked_here_and_numbers_stay(
    browsing: Browsing, qr_text: str, withdrawn: tuple[str, str]
) -> None:
    context = browsing.phone()
    page = context.new_page()
    page.goto("/c/many")
    kept(page, "/c/many", f"{PARTS}pile.js", f"{PARTS}words/en.json")
    until(page, "navigator.serviceWorker.controller !== null")  # it stays open when the network goes
    with cellar(browsing, context):
        page.locator("#list").fill(f"Name;Code\n{NUMBER}\nAda;{qr_text}\n{withdrawn[0]}")
        page.locator("#many button.main").tap()
        expect(page.locator("tbody tr")).to_have_count(2)

    assert answers(page) == ["3", "1"]
    expect(page.locator("#list")).to_have_value(f"Name;Code\n{NUMBER}")
    expect(page.locator("#unsent")).to_contain_text("Without internet only codes are checked")
