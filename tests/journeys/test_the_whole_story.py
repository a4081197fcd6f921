"""From the names of a group to an employer who reads that a certificate was withdrawn."""

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.journeys import papers
from tests.journeys.browsing import Browsing
from tests.journeys.installation import Installation
from tests.journeys.keeping import PARTS, cellar, kept
from tests.journeys.people import Ada, Employer, Olu, one_digit_changed

NAMES = ["Ada", *("Olena", "Bilal", "Rahel", "Thuy", "Kwame", "Nadia", "Prakash", "Fatou", "Maryna", "Yusuf", "Rosa")]
ARABIC = "العربية"
HOLDER, SECOND = "Ada Haddad", "آدا حدّاد"
KINDS = {"choice", "choices", "picture", "simulation"}


@dataclass(frozen=True)
class Proof:
    """What Ada takes home: the texts on her paper."""

    qr: str
    number: str


@pytest.mark.browser
def test_a_card_leads_to_a_certificate_that_an_employer_can_check_until_it_is_withdrawn(
    browsing: Browsing, installation: Installation
) -> None:
    olu = Olu(browsing.desktop().new_page(), installation)
    card = olu_opens_a_session_for_twelve(olu, installation)

    ada = Ada(browsing.phone("ar").new_page())
    ada_begins_with_one_scan_and_two_taps(ada, card, olu)
    ada_practises_every_kind(ada)
    ada_uses_both_languages_and_does_not_know_one(ada)
    ada_calls_for_help(ada, olu)
    ada = ada_rests_and_goes_on_with_another_phone(ada, card, browsing, olu)
    ada_finishes(ada, olu)

    olu_confirms_that_it_was_her(olu)
    ada_gives_her_name(ada)
    proof = ada_takes_her_certificate(ada)

    employer = Employer(browsing.phone().new_page())
    the_employer_reads_that_it_is_genuine(employer, proof)
    a_changed_text_is_not_genuine(employer, proof)
    without_network_the_signature_still_counts(employer, proof, browsing)

    olu_withdraws_it(olu, proof)
    the_employer_reads_that_it_was_withdrawn(employer, proof)
    the_typed_number_says_the_same_without_scripts(browsing, proof)


@pytest.mark.browser
def test_the_first_password_works_once(browsing: Browsing, installation: Installation) -> None:
    Olu(browsing.desktop().new_page(), installation).signs_in()
    eve = Olu(browsing.desktop().new_page(), installation)
    eve.page.goto("/staff/sign-in")

    with browsing.watch.expecting("status of 403"):
        eve.tries(installation.one_time)

        expect(eve.page.locator("[role=alert]")).to_be_visible()
    assert eve.page.url.endswith("/staff/sign-in")


@pytest.mark.browser
def test_the_printed_card_opens_the_way_of_a_learner(browsing: Browsing, installation: Installation) -> None:
    ada = Ada(browsing.phone().new_page())
    ada.scans(installation.card)

    expect(ada.page.locator("h1")).to_have_text("Samira")  # the first of the demonstration's group


@pytest.mark.browser
def test_the_older_phone_says_that_she_goes_on_with_another(browsing: Browsing, cards: list[str]) -> None:
    card = cards.pop()
    older, newer = Ada(browsing.phone().new_page()), Ada(browsing.phone().new_page())
    older.scans(card)
    newer.scans(card)

    with browsing.watch.expecting("status of 4"):
        older.page.goto("/me/item")

        expect(older.page.locator("main")).to_contain_text("another phone")


def olu_opens_a_session_for_twelve(olu: Olu, installation: Installation) -> str:
    """Sign in, paste names, print, open. Returns the address on Ada's card."""
    olu.signs_in()
    olu.makes_a_group(NAMES, ARABIC)
    codes = olu.prints_the_cards()
    olu.opens_the_session()

    assert olu.taps <= 6
    assert len(codes) == len(set(codes)) == len(NAMES)
    assert all(re.fullmatch(rf"{installation.address}/k/[a-z2-7]{{26}}", code) for code in codes)
    expect(olu.page.locator(".tile-live")).to_have_count(len(NAMES))
    expect(olu.tile("Ada")).to_contain_text("Not here yet")
    return codes[0]


def ada_begins_with_one_scan_and_two_taps(ada: Ada, card: str, olu: Olu) -> None:
    """The promise of PRODUCT.md: nothing typed, two taps before the first question of the practice."""
    ada.scans(card)
    expect(ada.page).to_have_url(re.compile("/me$"))  # the card's secret is not in the address any more
    expect(ada.page.locator("h1")).to_have_text("Ada")
    ada.chooses(ARABIC)
    ada.starts()

    assert ada.is_practising
    assert (ada.taps, ada.typed) == (2, 0)
    expect(ada.page.locator("html")).to_have_attribute("dir", "rtl")
    expect(olu.tile("Ada")).to_contain_text("Practice")


def ada_practises_every_kind(ada: Ada) -> None:
    practised = ada.practises()

    assert {item.kind for item in practised} == KINDS
    assert all(item.practice for item in practised)


def ada_uses_both_languages_and_does_not_know_one(ada: Ada) -> None:
    """The test is in English, her own language is one tap away, and nothing is lost by looking."""
    page, item = ada.page, ada.item
    expect(page.locator("html")).to_have_attribute("dir", "ltr")

    ada.tap(page.locator(".switch button", has_text=ARABIC))
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    expect(page.locator("#stem [data-text=home]")).to_be_visible()
    expect(page.locator("#stem [data-text=test]")).to_be_hidden()
    ada.tap(page.locator(".switch button", has_text="English"))
    expect(page.locator("#stem [data-text=test]")).to_be_visible()

    assert ada.item == item
    ada.does_not_know()
    assert ada.item != item
    assert not ada.is_practising


def ada_calls_for_help(ada: Ada, olu: Olu) -> None:
    """Her call is on the board by itself, and Olu's answer on her phone."""
    expect(olu.tile("Ada")).to_contain_text("Answering")
    item = ada.item

    ada.tap(ada.page.locator(".top form .mark"))
    expect(olu.page.locator(".alert-bar")).to_contain_text("Ada wants help")
    olu.tap(olu.button("I am coming"))
    expect(olu.tile("Ada")).to_contain_text("You are coming")
    ada.page.reload()
    expect(ada.page.locator(".box.calm [data-text=test]").first).to_have_text("Olu Adeyemi is coming.")
    olu.tap(olu.button("Helped"))
    expect(olu.page.locator(".alert-bar")).to_have_count(0)

    ada.page.reload()
    assert ada.item == item


def ada_rests_and_goes_on_with_another_phone(ada: Ada, card: str, browsing: Browsing, olu: Olu) -> Ada:
    """The same question on the second phone, and none on the first."""
    ada.answers()
    item = ada.item
    ada.tap(ada.page.locator(".top .mark").first)
    ada.tap(ada.page.locator("button[name=stop]"))
    expect(olu.tile("Ada")).to_contain_text("Resting")

    again = Ada(browsing.phone("ar").new_page())
    again.scans(card)
    again.chooses(ARABIC)

    assert again.item == item
    with browsing.watch.expecting("status of 4"):
        ada.page.goto("/me/item")
        expect(ada.page.locator("[data-answer]")).to_have_count(0)
    return again


def ada_finishes(ada: Ada, olu: Olu) -> None:
    """At least eight and at most twenty questions in all, then what she can do."""
    finished = ada.finishes() + 2  # one she did not know, one before the rest

    assert 8 <= finished <= 20
    expect(ada.page.locator(".can li").first).to_be_visible()
    expect(ada.page.locator(".map-row")).to_have_count(4)
    expect(ada.page.locator(".last-box")).to_be_visible()  # the certificate waits for Olu
    expect(olu.tile("Ada")).to_contain_text("Finished")


def olu_confirms_that_it_was_her(olu: Olu) -> None:
    olu.tap(olu.page.locator("#to-certificates"))
    olu.tap(olu.button("Yes, I saw them do it themselves"))

    expect(olu.page.locator("main li", has_text="Ada")).to_contain_text("Confirmed. The name is missing")


def ada_gives_her_name(ada: Ada) -> None:
    """Asked only now; she sees how it will look and who reads it, and says yes."""
    page = ada.page
    page.reload()
    ada.tap(page.locator(".bar .button.main"))
    ada.type(page.locator("#name"), HOLDER)
    ada.type(page.locator("#second"), SECOND)
    ada.tap(page.locator("[value=preview]"))
    expect(page.locator(".preview .printed").first).to_have_text(HOLDER)
    expect(page.locator(".preview .second-name")).to_have_text(SECOND)
    expect(page.locator("#agreed, #named_in_badge")).to_have_count(2)
    expect(page.locator("#agreed:checked, #named_in_badge:checked")).to_have_count(0)

    ada.tap(page.locator("label[for=agreed]"))
    ada.tap(page.locator("label[for=named_in_badge]"))
    ada.tap(page.locator("[value=make]"))

    expect(page).to_have_url(re.compile("/me/certificate$"))
    ada.waits_until_it_is_signed()


def ada_takes_her_certificate(ada: Ada) -> Proof:
    """The badge as a picture and as a file, and the paper."""
    page = ada.page
    with page.expect_download() as picture:
        ada.tap(page.locator("a[href$='certificate.png']"))
    with page.expect_download() as file:
        ada.tap(page.locator("a[href$='certificate.json']"))
    badge = json.loads(file.value.path().read_bytes())
    paper = page.context.request.get(page.locator("a[href$='certificate.pdf']").get_attribute("href") or "").body()

    assert picture.value.path().read_bytes().startswith(b"\x89PNG")
    assert "OpenBadgeCredential" in badge["type"]
    assert HOLDER in json.dumps(badge, ensure_ascii=False)
    number = page.locator("bdi.code").inner_text()
    (text,) = [code for code in papers.codes(paper) if "#" in code]
    assert text == page.locator("a[href*='/c#']").get_attribute("href")
    return Proof(text, number)


def the_employer_reads_that_it_is_genuine(employer: Employer, proof: Proof) -> None:
    employer.scans(proof.qr)

    assert employer.verdict == "Genuine"
    assert employer.taps == employer.typed == 0
    assert "#" not in employer.page.url
    assert employer.page.evaluate("location.hash + history.length") == "2"
    expect(employer.page.locator(".who h2")).to_have_text(HOLDER)
    expect(employer.page.locator(".who .spelling")).to_have_text(SECOND)
    assert 3 <= employer.page.locator(".tasks li").count() <= 5
    expect(employer.page.locator(".facts")).to_contain_text("Supervised test.")
    expect(employer.page.locator(".facts")).to_contain_text("In English, with Arabic help.")  # she looked at it once
    expect(employer.page.locator(".compare .number")).to_have_text(proof.number)


def a_changed_text_is_not_genuine(employer: Employer, proof: Proof) -> None:
    employer.pastes(one_digit_changed(proof.qr))

    assert employer.verdict == "Not genuine"
    _shows_no_field(employer)
    expect(employer.page.locator("main")).not_to_contain_text(proof.number)


def without_network_the_signature_still_counts(employer: Employer, proof: Proof, browsing: Browsing) -> None:
    """The service worker kept page, keys and list. Three days later the list is too old, and the page says so."""
    context = employer.page.context
    kept(employer.page, "/c", f"{PARTS}words/en.json")
    with cellar(browsing, context):
        below = Employer(context.new_page())
        below.scans(proof.qr)

        assert below.verdict == "Genuine"
        expect(below.page.locator(".who h2")).to_have_text(HOLDER)
        below.page.close()

        later = Employer(context.new_page())
        later.page.clock.set_fixed_time(datetime.now(UTC) + timedelta(days=3))
        later.scans(proof.qr)

        assert later.verdict == "Genuine"
        expect(later.page.locator(".who h2")).to_have_text(HOLDER)
        expect(later.page.locator(".foot")).to_contain_text("Withdrawal not checked.")
        expect(later.page.locator(".foot")).to_contain_text("Last check:")
        later.page.close()
    context.set_offline(False)


def olu_withdraws_it(olu: Olu, proof: Proof) -> None:
    olu.opens_the_certificate(proof.number)
    olu.withdraws("mistake")

    expect(olu.page.locator("main li", has_text=proof.number)).to_contain_text("Withdrawn")


def the_employer_reads_that_it_was_withdrawn(employer: Employer, proof: Proof) -> None:
    employer.page.goto("about:blank")
    employer.scans(proof.qr)

    assert employer.verdict == "Withdrawn"
    _shows_no_field(employer)
    expect(employer.page.locator(".number-only .number")).to_have_text(proof.number)


def the_typed_number_says_the_same_without_scripts(browsing: Browsing, proof: Proof) -> None:
    employer = Employer(browsing.phone(java_script_enabled=False).new_page())
    employer.types_the_number(proof.number.lower().replace("-", " "))

    assert employer.verdict == "Withdrawn"
    _shows_no_field(employer)
    expect(employer.page.locator(".number-only .number")).to_have_text(proof.number)


def _shows_no_field(employer: Employer) -> None:
    expect(employer.page.locator(".who, .compare, .tasks, .facts")).to_have_count(0)
    expect(employer.page.locator("body")).not_to_contain_text(HOLDER)
    expect(employer.page.locator("body")).not_to_contain_text(SECOND)
