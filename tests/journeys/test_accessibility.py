"""No page keeps anybody out: axe-core on every page in both directions, and answers by keyboard alone.

English is read in the light look, Arabic in the dark one and on the narrowest screen, 320 px, staff included: so both
looks and both directions are seen in two readings.
"""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator

from tests.journeys.browsing import Browsing
from tests.journeys.installation import Installation
from tests.journeys.people import Ada, Employer, Olu, Person, one_digit_changed
from tests.journeys.programs import job_portal
from tests.journeys.reading import Reader, arrow_to, tab_to
from tests.unit.certificates import trusted
from tests.web.hosting import foreign

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
        link = ada_looks_at_her_proof(ada, reader)
        somebody_opens_her_link(browsing, code, look, link, reader)
        an_app_asks_ada(ada, browsing, installation, reader)
        olu_looks_at_certificates(olu, reader)
        somebody_opens_her_link(browsing, code, look, link, reader)

    reader.check()


@pytest.mark.browser
@pytest.mark.parametrize(("code", "look"), LOOKS, ids=DIRECTIONS)
def test_axe_finds_nothing_on_any_result_of_a_check(
    browsing: Browsing,
    installation: Installation,
    qr_text: str,
    withdrawn: tuple[str, str],
    on_hold: str,
    code: str,
    look: dict[str, Any],
) -> None:
    reader, digits = Reader(), qr_text.partition("#1.")[2]
    employer = Employer(browsing.phone(code, service_workers="block", **look).new_page())
    foreign = f"https://badges.other.example/c#1.{digits}"
    stranger = f"{installation.address}/c#1.{trusted.text(signer=trusted.STRANGER).partition('#1.')[2]}"
    cases = {
        1: qr_text, 3: withdrawn[0], 4: on_hold, 6: stranger, 7: one_digit_changed(qr_text), 8: foreign,
        9: "https://example.org", 10: qr_text[:-40],
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
@pytest.mark.parametrize(("code", "look"), LOOKS, ids=DIRECTIONS)
def test_axe_finds_nothing_on_the_pages_about_badges_and_those_who_give_them(
    browsing: Browsing, installation: Installation, credential: str, tmp_path: Path, code: str, look: dict[str, Any]
) -> None:
    reader, ours = Reader(), tmp_path / "badge.json"
    installation.command("export", credential, "--format", "json", "--out", str(ours))
    badge = ours.read_bytes()
    employer = Employer(browsing.phone(code, **look).new_page())
    page = employer.page

    for address in ("/issuer", "/organisations/demo", "/achievements/DIGI-FIRST-STEPS", "/apps", "/verify"):
        page.goto(address)
        reader.reads(page, address)
    with browsing.watch.expecting("status of 4"):
        opens(employer, page.locator("form:has(#file) button"), reader, "badge: nothing given")
    changed = badge.replace(b"first steps", b"last steps")
    for result, content in {1: badge, 6: foreign.badge(), 7: changed, 9: b"{}", 10: b"hello"}.items():
        employer.uploads("badge.json", content)
        reader.reads(page, f"badge: result {employer.result}, {employer.verdict}")
        assert employer.result == result

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
        page.locator("[data-inbox].live").wait_for()
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


def ada_looks_at_her_proof(ada: Ada, reader: Reader) -> str:
    """Everything that can be done with a certificate. Returns a link that she shares."""
    page = ada.page
    page.goto("/me/proof")
    proof = page.url
    for more in page.locator("details summary").all():
        more.click()
    reader.reads(page, "learner: my proof")
    opens(ada, page.locator("a[href$='/wallet']"), reader, "learner: where is the wallet")
    opens(ada, page.locator("[name=where][value=other]"), reader, "learner: a code for a wallet")
    opens(ada, page.locator("a[href$='number=1']"), reader, "learner: a code with its number")
    page.goto(proof)
    opens(ada, page.locator("a[href$='/linkedin']"), reader, "learner: what LinkedIn gets")
    opens(ada, page.locator(".bar .button.main"), reader, "learner: a link for LinkedIn")
    page.goto(proof)
    opens(ada, page.locator("a[href$='/share']"), reader, "learner: what a link shows")
    for part in ("name", "level", "areas"):
        ada.tap(page.locator(f"label[for={part}]"))
    opens(ada, page.locator("form.fill .bar .button.main"), reader, "learner: her link")
    link = page.locator("#address").input_value()
    page.goto(f"{proof}/share")
    reader.reads(page, "learner: her open links")
    return link


def somebody_opens_her_link(browsing: Browsing, code: str, look: dict[str, Any], link: str, reader: Reader) -> None:
    """The page that a holder shares: genuine, or withdrawn."""
    employer = Employer(browsing.phone(code, **look).new_page())
    employer.opens(link)
    reader.reads(employer.page, f"shared: result {employer.result}")


def an_app_asks_ada(ada: Ada, browsing: Browsing, installation: Installation, reader: Reader) -> None:
    """The question, and the list of apps with a badge that one of them brought."""
    page = ada.page
    page.goto("/me/apps")
    reader.reads(page, "learner: no apps")
    with job_portal() as portal, browsing.watch.leading_to(portal.address):
        portal.discovers(installation.address)
        portal.registers("Jobs in the North")
        page.goto(portal.question())
        reader.reads(page, "learner: an app asks")
        ada.follows(page.locator("[name=answer][value=yes]"))
        portal.redeems(portal.came_back[-1]["code"])
        assert portal.brings(foreign.badge()).status == 201
    page.goto("/me/apps")
    reader.reads(page, "learner: apps")
    assert page.locator("main section").count() == 2
    opens(ada, page.locator("main section form button").first, reader, "learner: an app ended")


def olu_looks_at_certificates(olu: Olu, reader: Reader) -> None:
    """The list, and everything that can be done with one of them."""
    page = olu.page
    page.goto("/staff/demo/certificates")
    reader.reads(page, "staff: all certificates")
    opens(olu, page.locator("main li a", has_text="Ada Haddad").first, reader, "staff: one certificate")
    page.locator("details summary").click()
    reader.reads(page, "staff: other papers of one certificate")
    opens(olu, page.locator("a[href$='/name']"), reader, "staff: correct the name")
    olu.type(page.locator("#name"), "Ada Hadad")
    opens(olu, page.locator("[value=preview]"), reader, "staff: the name as it will look")
    page.locator("#agreed").evaluate("box => box.removeAttribute('required')")
    opens(olu, page.locator("[value=make]"), reader, "staff: the name without a yes")
    olu.tap(page.locator("label[for=agreed]"))
    opens(olu, page.locator("[value=make]"), reader, "staff: one certificate that replaced another")
    opens(olu, page.locator("[formaction$='/hold']"), reader, "staff: on hold")
    olu.follows(page.locator("[formaction$='/end-hold']"))
    opens(olu, page.locator("a[href$='/withdraw']"), reader, "staff: withdraw")
    olu.tap(page.locator("label[for=r-mistake]"))
    opens(olu, page.locator("main form .button.main"), reader, "staff: withdrawn")


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
