"""What a page costs on a prepaid card: bytes and requests of a first visit, counted by the browser itself."""

import pytest

from tests.journeys.browsing import Browsing
from tests.journeys.installation import Installation
from tests.journeys.people import Ada, Employer
from tests.journeys.weighing import ITEM_PAGE, KB, VERIFICATION_PAGE, Meter

ITEM_PAGE_AGAIN, ITEM_REQUESTS = 8 * KB, 5
NOTHING_NEW = 12 * KB  # the headers of fourteen answers that say so


@pytest.mark.browser
def test_the_first_visit_of_an_item_page_is_light(browsing: Browsing, cards: list[str]) -> None:
    ada = Ada(browsing.phone("ar").new_page())
    ada.begins(cards.pop(), "العربية")
    meter = Meter(ada.page)

    kinds: set[str] = set()
    while not kinds >= {"choice", "choices", "picture", "simulation"} or ada.is_practising:
        meter.first_visit("/me/item")

        assert meter.total <= ITEM_PAGE, meter.bill()
        # the page works when these are there; the parts of its script come after it is drawn
        assert len(meter.named_by_the_page) <= ITEM_REQUESTS, meter.bill()
        meter.visit("/me/item")
        assert meter.total <= ITEM_PAGE_AGAIN, meter.bill()
        kinds.add(ada.answers().kind)


@pytest.mark.browser
@pytest.mark.parametrize("code", ["en", "el", "hi"])
def test_the_first_visit_of_the_verification_page_is_light_and_leaves_no_trace(
    browsing: Browsing, qr_text: str, code: str
) -> None:
    employer = Employer(browsing.phone(code).new_page())
    meter = Meter(employer.page)

    meter.first_visit(qr_text)

    assert employer.result == 1
    assert meter.total <= VERIFICATION_PAGE, meter.bill()
    assert employer.page.context.cookies() == []
    assert employer.page.evaluate("localStorage.length + sessionStorage.length") == 0


@pytest.mark.browser
def test_the_first_visit_of_the_page_that_checks_any_badge_is_light_and_leaves_no_trace(browsing: Browsing) -> None:
    page = browsing.phone().new_page()
    meter = Meter(page)

    meter.first_visit("/verify")

    assert meter.total <= VERIFICATION_PAGE, meter.bill()
    assert page.context.cookies() == []


@pytest.mark.browser
def test_the_second_certificate_of_an_employer_costs_next_to_nothing(browsing: Browsing, qr_text: str) -> None:
    page = browsing.phone(service_workers="block").new_page()
    meter = Meter(page)
    meter.first_visit("/c")

    page.goto("about:blank")
    meter.visit(qr_text)

    assert Employer(page).verdict == "Genuine"
    assert meter.total <= NOTHING_NEW, meter.bill()


@pytest.mark.browser
def test_the_certificate_is_never_sent_to_the_server(
    browsing: Browsing, installation: Installation, qr_text: str
) -> None:
    page = browsing.phone().new_page()
    sent: list[str] = []
    page.context.on("request", lambda request: sent.append(f"{request.url} {request.post_data or ''}"))

    Employer(page).scans(qr_text)
    page.wait_for_load_state("networkidle")

    digits = qr_text.partition("#1.")[2]
    # a browser shows a page its own address with the part behind #, and sends it without
    assert not [one for one in sent if digits[:20] in one.partition("#")[0]]
    assert sent[0].startswith(f"{installation.address}/c")
