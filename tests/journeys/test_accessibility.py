"""No page keeps anybody out: axe-core on every page in both directions, and answers by keyboard alone.

English is read in the light look, Arabic in the dark one and on the narrowest screen, 320 px, staff included: so both
looks and both directions are seen in two readings.
"""

from typing import Any

import pytest
from playwright.sync_api import Locator

from tests.journeys.browsing import Browsing
from tests.journeys.installation import Installation
from tests.journeys.people import Ada, Employer, Olu, Person, one_digit_changed
from tests.journeys.reading import Reader, arrow_to, tab_to
from tests.unit.certificates import trusted

LOOKS = [
    ("en", {"color_scheme": "light"}),
    ("ar", {"color_scheme": "dark", "viewport": {"width": 320, "height": 640}}),
]
DIRECTIONS = ["left to right", "right to left"]
NAMES = {"en": "English", "ar": "العربية"}


@pytest.mark.browser
@pytest.mark.parametrize(("code", "look"), LOOKS, ids=DIRECTIONS)
def test_axe_finds_nothing_on_the_pages_of_learners_and_staff(
    browsing: Browsing, installation: Installation, code: str, look: dict[str, Any]
) -> None:
    reader = Reader()
    with browsing.watch.expecting("status of 4"):  # refusals have pages, too
        olu = Olu(browsing.desktop(code, **look).new_page(), installation)
        card = olu_prepares(olu, reader)
        ada = Ada(browsing.phone(code, **look).new_page())
        ada_takes_the_test(ada, card, NAMES[code], reader)
        olu_looks_at_the_session(olu, reader)
        ada_takes_her_certificate(ada, reader)
        olu_looks_at_certificates(olu, reader)

    reader.check()


@pytest.mark.browser
@pytest.mark.parametrize(("code", "look"), LOOKS, ids=DIRECTIONS)
def test_axe_finds_nothing_on_any_result_of_a_check(
    browsing: Browsing,
    installation: Installation,
    qr_text: str,
    withdrawn: tuple[str, str],
    code: str,
    look: dict[str, Any],
) -> None:
    """Result 4, on hold, is left out: nobody of the staff can put a certificate on hold yet."""
    reader, digits = Reader(), qr_text.partition("#1.")[2]
    employer = Employer(browsing.phone(code, service_workers="block", **look).new_page())
    foreign = f"https://badges.other.example/c#1.{digits}"
    stranger = f"{installation.address}/c#1.{trusted.text(signer=trusted.STRANGER).partition('#1.')[2]}"
    cases = {
        1: qr_text, 3: withdrawn[0], 6: stranger, 7: one_digit_changed(qr_text), 8: foreign, 9: "https://example.org",
        10: qr_text[:-40],
    }  # fmt: skip

    employer.page.goto("/c")
    employer.page.locator("#text").wait_for()
    reader.reads(employer.page, "check: start")
    for result, text in cases.items():
        employer.pastes(text)
        assert employer.result == result
        reader.reads(employer.page, f"check: result {result}")
    without_a_status_list(browsing, code, look, qr_text, reader)
    years_later(browsing, code, look, qr_text, reader)
    typed_numbers(browsing, code, look, withdrawn[1], reader)

    reader.check()


@pytest.mark.browser
def test_practice_can_be_answered_by_keyboard_alone(browsing: Browsing, cards: list[str]) -> None:
    ada = Ada(browsing.desktop().new_page())
    ada.scans(cards.pop())
    for button in (".row .go", ".bar .button.main"):
        tab_to(ada.page, button)
        with ada.page.expect_navigation():
            ada.page.keyboard.press("Enter")

    answered = set()
    while ada.is_practising:
        answered.add(answer_by_keyboard(ada))

    assert answered == {"choice", "choices", "picture", "simulation"}
    assert ada.taps == 0


def answer_by_keyboard(ada: Ada) -> str:
    """Answer the question on the screen without touching anything. Returns its kind."""
    page, item = ada.page, ada.item
    if item.simulation:
        for message in item.simulation.messages:
            if message.goal != "inbox":
                tab_to(page, ".pick")
                page.keyboard.press("Space")
                arrow_to(page, frozenset([message.id]))
                page.keyboard.press("Enter")  # reads it
                tab_to(page, f"[data-act={message.goal}]")
                page.keyboard.press("Enter")
    elif item.kind == "choices":
        for right in item.key:
            tab_to(page, f"[name=option][value='{right}']")
            page.keyboard.press("Space")
    else:
        tab_to(page, "[name=option]")
        page.keyboard.press("Space")
        arrow_to(page, item.key)
    tab_to(page, ".bar .button.main")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    return item.kind


def olu_prepares(olu: Olu, reader: Reader) -> str:
    """From the front page to an open session. Returns the address on one card."""
    page = olu.page
    for address, name in (("/", "front"), ("/staff/sign-in", "staff: sign in"), ("/nowhere", "not found")):
        page.goto(address)
        reader.reads(page, name)
    page.goto("/staff/sign-in")
    olu.tries("not the password")
    reader.reads(page, "staff: wrong password")
    olu.signs_in()
    reader.reads(page, "staff: start")
    opens(olu, page.locator(".big-act.main"), reader, "staff: new group")
    page.locator("#names").evaluate("field => field.removeAttribute('required')")
    opens(olu, page.locator("#new-group .button.main"), reader, "staff: new group with a mistake")
    page.goto("/staff/")
    olu.makes_a_group(["Ada", "Olena"], "العربية")
    reader.reads(page, "staff: group")
    (card, _other) = olu.prints_the_cards()
    olu.opens_the_session()
    reader.reads(page, "staff: board")
    return card


def ada_takes_the_test(ada: Ada, card: str, language: str, reader: Reader) -> None:
    """From the card to the result."""
    page = ada.page
    ada.scans(card)
    reader.reads(page, "learner: after the scan")
    for address, name in (("/words", "three pictures"), ("/me/languages", "languages"), ("/me/name", "no sitting")):
        page.goto(address)
        reader.reads(page, f"learner: {name}")
    page.goto("/me/languages")
    ada.tap(page.locator(".named label", has_text=language))
    opens(ada, page.locator(".bar .button.main"), reader, "learner: what happens")
    ada.starts()
    for _kind in range(4):
        reader.reads(page, f"learner: practice, {ada.item.kind}")
        ada.answers()
    ada.tap(page.locator("[data-answer] .bar .button.main"))
    reader.reads(page, "learner: nothing chosen")
    opens(ada, page.locator(".top form .mark"), reader, "learner: help called")
    page.goto("/me/rest")
    reader.reads(page, "learner: rest")
    opens(ada, page.locator("button[name=stop]"), reader, "learner: stopped")
    page.goto("/me/item?home=1")
    seen = set()
    while not ada.has_finished:
        if ada.item.kind not in seen:
            seen.add(ada.item.kind)
            reader.reads(page, f"learner: {ada.item.id}")
        ada.answers()
    reader.reads(page, "learner: result, not confirmed")
    ada.tap(page.locator("details summary"))
    reader.reads(page, "learner: result with the numbers")


def olu_looks_at_the_session(olu: Olu, reader: Reader) -> None:
    """Every page of a session, ending with the confirmation."""
    page = olu.page
    page.locator("#to-certificates").wait_for()
    reader.reads(page, "staff: board with somebody who finished")
    board = page.url
    opens(olu, page.locator("a[href$='/end']"), reader, "staff: end")
    page.goto(board)
    opens(olu, page.locator(".page-head a[href$='/results']"), reader, "staff: results")
    page.locator("details summary").first.click()
    reader.reads(page, "staff: results with the numbers")
    page.goto(board)
    opens(olu, page.locator("#to-certificates"), reader, "staff: certificates to confirm")
    opens(olu, page.locator("form[action$='/confirm'] .button.main"), reader, "staff: confirmed")
    opens(olu, page.locator("a[href$='/name']"), reader, "staff: name")
    page.goto("/staff/password")
    reader.reads(page, "staff: password")
    page.goto(board)
    opens(olu, page.locator(".page-head a[href*='/groups/']"), reader, "staff: group with sessions")
    opens(olu, page.locator("a[href*='/people/']").first, reader, "staff: card of a person")
    page.go_back()
    opens(olu, page.locator("a[href$='/names']"), reader, "staff: add names")
    page.goto("/staff/demo/translations")
    reader.reads(page, "staff: translations")
    opens(olu, page.locator("main a[href*='/translations/']").first, reader, "staff: one translation")


def ada_takes_her_certificate(ada: Ada, reader: Reader) -> None:
    """Result, name, certificate."""
    page = ada.page
    page.reload()
    reader.reads(page, "learner: result")
    opens(ada, page.locator(".bar .button.main"), reader, "learner: name")
    ada.type(page.locator("#name"), "Ada Haddad")
    opens(ada, page.locator("[value=preview]"), reader, "learner: name with preview")
    page.locator("#agreed").evaluate("box => box.removeAttribute('required')")
    opens(ada, page.locator("[value=make]"), reader, "learner: name without a yes")
    ada.tap(page.locator("label[for=agreed]"))
    ada.follows(page.locator("[value=make]"))
    ada.waits_until_it_is_signed()
    reader.reads(page, "learner: certificate")


def olu_looks_at_certificates(olu: Olu, reader: Reader) -> None:
    """The list, and the page before a withdrawal."""
    page = olu.page
    page.goto("/staff/demo/certificates")
    reader.reads(page, "staff: all certificates")
    opens(olu, page.locator("a[href$='/withdraw']").first, reader, "staff: withdraw")


def without_a_status_list(browsing: Browsing, code: str, look: dict[str, Any], text: str, reader: Reader) -> None:
    """Result 2: the signature holds, and the list did not come."""
    context = browsing.phone(code, service_workers="block", **look)
    context.route("**/status/**", lambda route: route.abort())
    with browsing.watch.expecting("ERR_FAILED"):
        employer = Employer(context.new_page())
        employer.scans(text)
        assert employer.result == 2
        reader.reads(employer.page, "check: result 2")


def years_later(browsing: Browsing, code: str, look: dict[str, Any], text: str, reader: Reader) -> None:
    """Result 5: by the phone's clock the certificate has ended."""
    employer = Employer(browsing.phone(code, service_workers="block", **look).new_page())
    employer.page.clock.set_fixed_time("2040-01-01T12:00:00Z")
    employer.scans(text)
    assert employer.result == 5
    reader.reads(employer.page, "check: result 5")


def typed_numbers(browsing: Browsing, code: str, look: dict[str, Any], number: str, reader: Reader) -> None:
    """The page that the server draws: a withdrawn certificate, and a slip in typing."""
    employer = Employer(browsing.phone(code, service_workers="block", **look).new_page())
    for typed in (number, "AAAAA-AAAAA-AAA0"):
        employer.types_the_number(typed)
        reader.reads(employer.page, f"check: typed {typed}")


def opens(person: Person, link: Locator, reader: Reader, name: str) -> None:
    """Follow a link or send a form, and read what comes."""
    person.follows(link)
    reader.reads(person.page, name)
