"""What one visit leaves for the next, without a network: the whole page of a code, or a sentence; never half of it."""

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.journeys import scanning
from tests.journeys.browsing import Browsing, launch_with_disk, until
from tests.journeys.conftest import HOLDER
from tests.journeys.keeping import GONE, PARTS, SCANNER, cellar, kept
from tests.journeys.people import Employer, one_digit_changed
from tests.journeys.scanning import Scanning

#: A phone whose owner saves data, and one with a network that takes minutes for the scanner.
SPARING = ["{ saveData: true, effectiveType: '4g' }", "{ saveData: false, effectiveType: 'slow-2g' }"]
#: One whose maker gave it no reader of codes, as the one of iPhones.
READS_NO_CODES = "delete self.BarcodeDetector;"
SORRY = "Cannot check. This is not a “no”. Try again when you have internet."


def left_link(page: Page) -> bool:
    """Whether the code went out of the address bar and the history."""
    return bool(page.evaluate("location.hash === '' && history.length <= 2"))


@pytest.mark.browser
@pytest.mark.parametrize(("of_the_list", "of_the_browser"), [("en", "en-GB"), ("ar", "el-GR")])
def test_who_visited_only_the_list_checks_a_code_in_a_cellar(
    browsing: Browsing, qr_text: str, of_the_list: str, of_the_browser: str
) -> None:
    context = browsing.phone(of_the_browser)
    visit = context.new_page()
    visit.goto(f"/c/many?language={of_the_list}")
    kept(visit, "/c/many", "/c")
    visit.close()

    with cellar(browsing, context):
        employer = Employer(context.new_page())
        employer.scans(qr_text)

        assert employer.result == 1
        assert left_link(employer.page)
        expect(employer.page.locator(".who h2")).to_have_text(HOLDER)
        expect(employer.page.locator(".tasks li")).not_to_have_count(0)
        employer.page.goto("/c")
        expect(employer.page.locator("#number")).to_be_visible()
        expect(employer.page.locator("html")).to_have_attribute("lang", of_the_browser[:2])


@pytest.mark.browser
def test_what_a_phone_keeps_on_its_disk_holds_no_link(browser: Browser, qr_text: str, tmp_path: Path) -> None:
    digits = qr_text[-60:].encode()
    with launch_with_disk(browser, tmp_path) as context:
        page = context.new_page()
        for _visit in range(2):  # the second is answered by the worker
            page.goto(qr_text)
            page.locator(".banner[data-result]").wait_for()
            kept(page, urlsplit(qr_text).path)
            page.goto("about:blank")
    written = [path for path in (tmp_path / "Default" / "Service Worker").rglob("*") if path.is_file()]

    assert any(b"certificate-check" in path.read_bytes() or b"judge" in path.read_bytes() for path in written)
    assert [path.name for path in written if digits in path.read_bytes()] == []


@pytest.mark.browser
@pytest.mark.parametrize("part", ["trust.js", "summary.js", "words/en.json?of=results"])
def test_a_part_that_does_not_come_is_told_at_once_and_the_code_is_forgotten(
    browsing: Browsing, qr_text: str, part: str
) -> None:
    page = browsing.phone(service_workers="block").new_page()
    page.route(f"**{PARTS}{part}", lambda route: route.abort())

    with browsing.watch.expecting(*GONE, "Failed to fetch"):
        page.goto(qr_text)

        expect(page.locator("main")).to_have_text(re.compile(f"^\\s*{re.escape(SORRY)}\\s*Check again\\s*$"))
        expect(page.locator("#alone button")).to_be_visible()
    assert left_link(page)
    page.unroute_all()
    page.locator("#alone button").tap()
    expect(page.locator(".banner h1")).to_have_text("Genuine")
    assert left_link(page)
    assert page.url.endswith("/c")


@pytest.mark.browser
def test_a_code_that_comes_while_the_page_still_loads_is_the_one_that_is_checked(
    browsing: Browsing, qr_text: str
) -> None:
    page = browsing.phone(service_workers="block").new_page()
    held: list[Route] = []
    page.route(f"**{PARTS}judge.js", lambda route: held.append(route))
    with page.expect_request(f"**{PARTS}judge.js"):
        page.goto(one_digit_changed(qr_text), wait_until="commit")
    until(page, "location.hash === ''")

    page.evaluate("text => { location.hash = text.slice(text.indexOf('#')); }", qr_text)
    until(page, "location.hash === ''")
    for route in held:
        route.continue_()

    expect(page.locator(".banner")).to_have_attribute("data-result", "1")


@pytest.mark.browser
def test_the_first_script_that_does_not_come_is_told_by_the_page_itself(browsing: Browsing) -> None:
    page = browsing.phone(service_workers="block").new_page()
    page.route(f"**{PARTS}page.js", lambda route: route.abort())

    with browsing.watch.expecting(*GONE):
        page.goto("/c")

        expect(page.locator("#alone")).to_contain_text(SORRY)
        expect(page.locator("#alone")).to_be_hidden()  # a slow network is no missing one
        expect(page.locator("#alone")).to_be_visible(timeout=20_000)


@pytest.mark.browser
def test_without_scripts_nobody_is_told_to_wait_for_the_network(browsing: Browsing) -> None:
    page = browsing.phone(java_script_enabled=False).new_page()

    page.goto("/c")

    expect(page.locator("#number")).to_be_visible()
    expect(page.locator("#alone")).to_have_css("display", "none")


@pytest.mark.browser
def test_a_start_screen_that_does_not_come_after_a_result_is_told(browsing: Browsing, qr_text: str) -> None:
    page = browsing.phone(service_workers="block").new_page()
    page.route(f"**{PARTS}start.js", lambda route: route.abort())
    Employer(page).scans(qr_text)

    with browsing.watch.expecting(*GONE):
        page.locator(".buttons button").last.tap()

        expect(page.locator("#untranslated")).to_have_text("Try again when you have internet.")


@pytest.mark.browser
def test_the_scanner_comes_quietly_after_the_first_visit(browsing: Browsing, paper: bytes) -> None:
    context = browsing.phone()
    context.add_init_script(READS_NO_CODES)
    visit = context.new_page()
    visit.goto("/c")
    kept(visit, "/c", *SCANNER)
    visit.close()

    with cellar(browsing, context):
        employer = Scanning(context.new_page())
        employer.begins()
        employer.page.locator("summary").tap()
        expect(employer.page.locator("details p:visible").first).to_contain_text("Now it works on this device")
        employer.chooses("photo.jpg", "image/jpeg", scanning.photo(paper))

        assert employer.reads_the_verdict() == "Genuine"


@pytest.mark.browser
@pytest.mark.parametrize("connection", SPARING, ids=["saves data", "slow"])
def test_where_bytes_are_dear_the_scanner_waits_and_nothing_else_is_claimed(
    browsing: Browsing, paper: bytes, connection: str
) -> None:
    context = browsing.phone()
    context.add_init_script(f"Object.defineProperty(navigator, 'connection', {{ get: () => ({connection}) }});")
    context.add_init_script(READS_NO_CODES)
    visit = context.new_page()
    visit.goto("/c")
    kept(visit, "/c")
    until(visit, "navigator.serviceWorker.ready.then(() => true)")
    visit.locator("summary").tap()
    expect(visit.locator("details p").last).to_be_visible()
    expect(visit.locator("details p").first).to_be_hidden()
    visit.close()

    with cellar(browsing, context):
        employer = Scanning(context.new_page())
        employer.begins()
        employer.chooses("photo.jpg", "image/jpeg", scanning.photo(paper))
        form = employer.page.locator("form:has(#file)")

        expect(form).to_contain_text("The scanner could not be loaded. Try again when you have internet.")
        expect(form).not_to_contain_text("type the number")  # which needs the network, too
