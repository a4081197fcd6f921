"""Old phones, saving modes, broken networks: every page is a plain form first."""

import pytest
from playwright.sync_api import Route, expect

from tests.journeys.browsing import Browsing
from tests.journeys.people import Ada


@pytest.mark.browser
def test_without_scripts_ada_comes_from_the_card_to_the_result(browsing: Browsing, cards: list[str]) -> None:
    ada = Ada(browsing.phone("ar", java_script_enabled=False).new_page())
    ada.begins(cards.pop(), "العربية")

    practised = ada.practises()
    ada.does_not_know()
    ada.finishes()

    assert {one.kind for one in practised} == {"choice", "choices", "picture", "simulation"}
    expect(ada.page.locator(".can li").first).to_be_visible()
    expect(ada.page.locator("#level-said")).to_contain_text("90 %")
    expect(ada.page.locator(".chance:visible")).not_to_have_count(0)
    expect(ada.page.locator(".map-row")).to_have_count(4)


@pytest.mark.browser
def test_without_scripts_the_language_switch_asks_the_server(browsing: Browsing, cards: list[str]) -> None:
    ada = Ada(browsing.phone("ar", java_script_enabled=False).new_page())
    ada.begins(cards.pop(), "العربية")

    ada.tap(ada.page.locator(".switch button", has_text="English"))
    expect(ada.page.locator("html")).to_have_attribute("dir", "ltr")
    ada.tap(ada.page.locator(".switch button", has_text="العربية"))

    expect(ada.page.locator("html")).to_have_attribute("dir", "rtl")


@pytest.mark.browser
def test_help_that_was_used_before_the_script_of_answers_came_is_noted(browsing: Browsing, cards: list[str]) -> None:
    ada = Ada(browsing.phone("ar").new_page())
    ada.begins(cards.pop(), "العربية")
    ada.practises()
    late: list[Route] = []
    ada.page.route("**/answer.js*", lambda route: late.append(route))
    with ada.page.expect_request("**/answer.js*"):
        ada.page.reload(wait_until="commit")
    helped = ada.page.locator("[data-answer] input[name=aid][value=home]")

    ada.tap(ada.page.locator(".switch button", has_text="العربية"))
    expect(ada.page.locator("html")).to_have_attribute("dir", "rtl")
    expect(helped).to_have_count(0)
    for route in late:
        route.continue_()

    expect(helped).to_have_count(1)


@pytest.mark.browser
def test_without_scripts_next_without_an_answer_asks_again(browsing: Browsing, cards: list[str]) -> None:
    ada = Ada(browsing.phone(java_script_enabled=False).new_page())
    ada.scans(cards.pop())
    ada.chooses("English")
    ada.starts()
    while ada.item.kind != "choices":
        ada.answers()
    item = ada.item

    with browsing.watch.expecting("status of 422"):
        ada.tap(ada.page.locator("[data-answer] .bar .button.main"))

        expect(ada.page.locator("[data-missing]")).to_be_visible()
    assert ada.item == item
