"""Answers come in any order on a slow network: the newest question has the last word, and nothing typed is lost."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, Route, expect

from tests.journeys import scanning
from tests.journeys.browsing import PATIENCE, Browsing, NeverSo
from tests.journeys.conftest import HOLDER
from tests.journeys.keeping import GONE, PARTS, cellar, kept
from tests.journeys.people import Employer, one_digit_changed
from tests.journeys.scanning import Scanning
from tests.journeys.test_an_employer_checks_a_paper import HIDES, KEEPS_THE_STREAM, STATES
from tests.journeys.test_many_at_once import picture
from tests.journeys.test_what_one_visit_keeps import READS_NO_CODES

A_WHILE = 1500  # ms: what must not happen has no sign of its own


class Late:
    """What a page asks for at these addresses waits until it is let go."""

    def __init__(self, page: Page, addresses: re.Pattern[str], method: str = "GET") -> None:
        self._page, self._method, self._is_over = page, method, False
        self.waiting: list[Route] = []
        page.route(addresses, self._hold)

    def ask(self) -> None:
        """Wait until something waits. Raises `NeverSo`."""
        for _look in range(PATIENCE // 50):
            if self.waiting:
                return
            self._page.wait_for_timeout(50)
        raise NeverSo("It did not ask.")

    def go(self) -> None:
        """The answers come, and later ones at once."""
        self._is_over = True
        while self.waiting:
            self.waiting.pop(0).continue_()

    def _hold(self, route: Route) -> None:
        if route.request.method == self._method and not self._is_over:
            self.waiting.append(route)
        else:
            route.continue_()


def opens(page: Page, text: str) -> None:
    """A link with another code is opened in the same window."""
    page.evaluate("text => { location.hash = text.slice(text.indexOf('#')); }", text)


@pytest.mark.browser
def test_a_photo_that_is_still_being_read_does_not_replace_a_newer_verdict(
    browsing: Browsing, qr_text: str, withdrawn: tuple[str, str]
) -> None:
    context = browsing.phone(service_workers="block")
    context.add_init_script(READS_NO_CODES)
    employer = Scanning(context.new_page())
    employer.begins()
    reader = Late(employer.page, re.compile(r"reader\.wasm"))
    employer.chooses("photo.png", "image/png", scanning.code(withdrawn[0]))
    reader.ask()

    employer.page.locator("#text").fill(qr_text)
    employer.tap(employer.page.locator("form:has(#text) button"))
    assert employer.reads_the_verdict() == "Genuine"
    with employer.page.expect_response(re.compile(r"reader\.wasm")):
        reader.go()
    employer.page.wait_for_timeout(A_WHILE)

    assert employer.verdict == "Genuine"
    expect(employer.page.locator(".who h2")).to_have_text(HOLDER)


@pytest.mark.browser
def test_while_a_code_is_checked_nothing_is_left_of_the_one_before(
    browsing: Browsing, qr_text: str, withdrawn: tuple[str, str]
) -> None:
    employer = Employer(browsing.phone(service_workers="block").new_page())
    employer.scans(qr_text)
    expect(employer.page.locator(".who h2")).to_have_text(HOLDER)
    lists = Late(employer.page, re.compile(r"/c/trust/|/status/"))
    employer.page.clock.set_fixed_time(datetime.now(UTC) + timedelta(minutes=6))  # what was had is asked for again

    opens(employer.page, withdrawn[0])
    employer.page.locator(".working").wait_for()

    expect(employer.page.locator("body")).not_to_contain_text(HOLDER)
    assert employer.page.locator("main").get_attribute("data-result") is None
    lists.go()
    expect(employer.page.locator(".banner h1")).to_have_text("Withdrawn")


@pytest.mark.browser
def test_no_verdict_waits_for_the_sentences_about_the_certificate(browsing: Browsing, qr_text: str) -> None:
    employer = Employer(browsing.phone(service_workers="block").new_page())
    catalogue = Late(employer.page, re.compile("/c/trust/catalogue"))

    employer.page.goto(qr_text)

    expect(employer.page.locator(".banner h1")).to_have_text("Genuine")
    expect(employer.page.locator(".tasks li")).to_have_count(0)
    assert len(catalogue.waiting) == 1  # it was not given up and asked for again
    catalogue.go()
    expect(employer.page.locator(".tasks li")).not_to_have_count(0)


@pytest.mark.browser
def test_a_link_that_was_tapped_does_not_lead_away_from_a_verdict(browsing: Browsing, qr_text: str) -> None:
    employer = Scanning(browsing.phone(service_workers="block").new_page())
    employer.begins()
    many = Late(employer.page, re.compile("/c/many"), "HEAD")
    employer.tap(employer.page.locator("a[href^='/c/many']"))
    many.ask()

    employer.page.locator("#text").fill(qr_text)
    employer.tap(employer.page.locator("form:has(#text) button"))
    employer.reads_the_verdict()
    many.go()
    employer.page.wait_for_timeout(A_WHILE)

    assert employer.verdict == "Genuine"
    assert employer.page.url.endswith("/c")


@pytest.mark.browser
def test_a_list_that_is_sent_twice_is_checked_once(
    browsing: Browsing, qr_text: str, withdrawn: tuple[str, str]
) -> None:
    page = browsing.phone(service_workers="block").new_page()
    page.goto("/c/many")
    server = Late(page, re.compile("/c/many"), "HEAD")
    page.locator("#list").fill(f"{qr_text}\n{withdrawn[0]}")
    button = page.locator("#many button.main")

    button.tap()
    server.ask()
    button.tap()
    page.wait_for_timeout(300)
    assert len(server.waiting) == 1
    with browsing.watch.expecting(*GONE):
        server.waiting.pop().abort()
        expect(page.locator("tbody tr")).to_have_count(2)

    expect(page.locator("#list")).to_have_value("")
    expect(page.locator("#unsent")).to_contain_text("Without internet only codes are checked")


@pytest.mark.browser
def test_trying_again_checks_the_code_whose_verdict_stands_there(browsing: Browsing, qr_text: str) -> None:
    employer = Employer(browsing.phone(service_workers="block").new_page())
    missing = re.compile(r"/status/|start\.js")
    employer.page.route(missing, lambda route: route.abort())
    with browsing.watch.expecting(*GONE):
        employer.scans(qr_text)
        assert employer.result == 2
        employer.tap(employer.page.locator(".buttons button").last)
        expect(employer.page.locator("#untranslated")).to_have_text("Try again when you have internet.")
        employer.page.wait_for_load_state("networkidle")
    employer.page.unroute(missing)

    employer.tap(employer.page.locator(".foot button"))

    expect(employer.page.locator(".banner")).to_have_attribute("data-result", "1")


@pytest.mark.browser
def test_what_was_typed_stays_when_a_language_comes_late(browsing: Browsing) -> None:
    page = browsing.phone(service_workers="block").new_page()
    page.goto("/c")
    expect(page.locator("#text")).to_be_visible()
    words = Late(page, re.compile(r"/words/ar\.json"))
    page.locator("#language").select_option("ar")
    words.ask()

    page.locator("#number").fill("0M2RC")
    page.locator("#text").fill("https://")
    words.go()

    expect(page.locator("html")).to_have_attribute("lang", "ar")
    expect(page.locator("label[for=number]")).not_to_contain_text(re.compile("[a-z]"))
    expect(page.locator("#number")).to_have_value("0M2RC")
    expect(page.locator("#text")).to_have_value("https://")


@pytest.mark.browser
def test_a_start_screen_that_does_not_come_leaves_a_newer_verdict(browsing: Browsing, qr_text: str) -> None:
    page = browsing.phone(service_workers="block").new_page()
    begins = Late(page, re.compile(r"start\.js"))
    page.goto("/c")
    begins.ask()

    opens(page, qr_text)
    expect(page.locator(".banner h1")).to_have_text("Genuine")
    with browsing.watch.expecting(*GONE):
        begins.waiting.pop().abort()
        page.wait_for_timeout(A_WHILE)

    expect(page.locator(".banner h1")).to_have_text("Genuine")


@pytest.mark.browser
def test_a_camera_that_was_opened_while_another_language_comes_ends_with_its_screen(browsing: Browsing) -> None:
    context = browsing.phone(service_workers="block")
    scanning.lay_before_the_camera(context, scanning.blank())
    employer = Scanning(context.new_page())
    employer.page.add_init_script(KEEPS_THE_STREAM)
    employer.begins()
    words = Late(employer.page, re.compile(r"/words/ar\.json$"))
    employer.page.locator("#language").select_option("ar")
    words.ask()  # the start screen needs all of them

    employer.opens_the_camera()
    expect(employer.page.locator("video")).to_have_js_property("readyState", 4)
    words.go()

    expect(employer.page.locator(".scanner button.main")).to_contain_text("كاميرا")
    assert employer.page.evaluate(STATES) == ["ended"]


@pytest.mark.browser
def test_a_camera_that_ended_before_its_reader_came_is_offered_again(browsing: Browsing, qr_text: str) -> None:
    context = browsing.phone(service_workers="block")
    context.add_init_script(READS_NO_CODES)
    scanning.lay_before_the_camera(context, picture(qr_text))
    page = context.new_page()
    page.goto("/c/many")
    reader = Late(page, re.compile(r"reader\.wasm"))

    page.locator("#camera").tap()
    expect(page.locator("#video")).to_have_js_property("readyState", 4)
    reader.ask()
    page.evaluate(HIDES)
    reader.go()

    expect(page.locator("#video")).to_be_hidden()
    expect(page.locator("#camera")).to_be_enabled()
    expect(page.locator("#camera")).to_contain_text("Start the camera")


@pytest.mark.browser
def test_a_status_that_was_kept_is_asked_for_again_when_the_network_is_back(browsing: Browsing, qr_text: str) -> None:
    context = browsing.phone()
    visit = Employer(context.new_page())
    visit.scans(qr_text)
    kept(visit.page, "/c", f"{PARTS}words/en.json")
    visit.page.close()
    employer = Employer(context.new_page())
    with cellar(browsing, context):
        employer.scans(qr_text)
        expect(employer.page.locator(".banner")).to_contain_text("No internet now.")
    context.set_offline(False)
    employer.page.clock.set_fixed_time(datetime.now(UTC) + timedelta(minutes=1))

    opens(employer.page, qr_text)

    expect(employer.page.locator(".banner")).to_contain_text("Checked today")


@pytest.mark.browser
def test_the_verdict_is_that_of_the_newest_code_though_an_earlier_one_takes_longer(
    browsing: Browsing, qr_text: str
) -> None:
    context = browsing.phone(service_workers="block")
    held: list[Route] = []
    context.route("**/status/*.jwt", lambda route: held.append(route))
    employer = Employer(context.new_page())
    with employer.page.expect_request("**/status/1.jwt"), employer.page.expect_request("**/status/1-suspension.jwt"):
        employer.page.goto(qr_text)
    employer.page.locator(".working").wait_for()

    employer.page.evaluate("text => { location.hash = text.slice(text.indexOf('#')); }", one_digit_changed(qr_text))
    expect(employer.page.locator(".banner")).to_have_attribute("data-result", "7")
    for route in held:
        route.continue_()
    employer.page.wait_for_load_state("networkidle")

    assert employer.result == 7
    expect(employer.page.locator("body")).not_to_contain_text(HOLDER)


@pytest.mark.browser
def test_a_language_that_is_chosen_while_the_first_one_still_comes_stays(browsing: Browsing) -> None:
    page = browsing.phone(service_workers="block").new_page()
    held: list[Route] = []
    page.route("**/words/en.json?of=results", lambda route: held.append(route))
    with page.expect_request("**/words/en.json?of=results"):
        page.goto("/c")
    page.locator("#language").select_option("el")

    page.wait_for_timeout(300)
    for route in held:
        route.continue_()

    expect(page.locator("label[for=file]")).to_contain_text("Φωτογραφία")
    page.wait_for_load_state("networkidle")
    expect(page.locator("label[for=file]")).to_contain_text("Φωτογραφία")
    expect(page.locator("#language")).to_have_value("el")
