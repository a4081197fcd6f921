"""One page for employers: what a badge is, how to check it, what a fake looks like, what we do not promise."""

import re
from pathlib import Path

import pytest
from markupsafe import escape

from assessor.config import Settings
from assessor.locale import Language
from assessor.verification import languages
from assessor.verification.views.context import wording_of, words_of
from tests.fixtures import Browser
from tests.web.test_checking_page import texts

GUIDE = Path(__file__).parents[2] / "docs" / "employers.md"


@pytest.fixture
def page(client: Browser) -> str:
    """The guide in English."""
    return client.get("/c/guide", headers={"Accept-Language": "en"}).text


def test_the_guide_explains_each_of_the_ten_answers_with_its_mark_and_its_word(page: str) -> None:
    answers = re.findall(r'data-result="(\d+)"><svg class="mark".*?#mark(\d+)".*?<span>([^<]+)', page)

    assert [int(number) for number, _, _ in answers] == list(range(1, 11))
    assert all(number == mark for number, mark, _ in answers)
    assert [word for _, _, word in answers][:3] == ["Genuine", "Genuine", "Withdrawn"]


def test_the_guide_names_our_host_shows_a_fake_and_says_what_is_not_promised(page: str, settings: Settings) -> None:
    assert settings.host in page
    assert "<svg" in page.partition("What a fake looks like")[2]
    assert ">Example<" in page
    assert "badge-ok.example" in page
    assert "What we do not promise" in page
    assert "identity document" in page
    assert "stolen key" in page


@pytest.mark.parametrize("address", ["/", "/issuer"])
def test_the_guide_is_found_from_where_people_begin(address: str, client: Browser) -> None:
    assert 'href="/c/guide"' in client.get(address, headers={"Accept": "text/html"}).text


def test_whoever_checks_many_finds_the_guide_in_the_same_language(client: Browser) -> None:
    assert 'href="/c/guide?language=lv"' in client.get("/c/many", headers={"Accept-Language": "lv"}).text


@pytest.mark.parametrize("language", languages.LANGUAGES, ids=str)
def test_the_guide_says_all_of_it_in_every_language(language: Language, client: Browser, settings: Settings) -> None:
    said = texts(wording_of(language.code)["guide"])
    page = client.get(f"/c/guide?language={language.code}", headers={"Accept-Language": "en"}).text

    assert f'<html lang="{language.code}" dir="{language.direction}">' in page
    for place, text in said:
        assert str(escape(text)).replace("{address}", f"<bdi>{settings.host}/c</bdi>") in page, place


def test_the_guide_quotes_the_answers_and_conditions_as_the_pages_say_them() -> None:
    for code in languages.BY_CODE:
        said, words = wording_of(code)["guide"], words_of(code)
        bare = said["conditions"]["text"].casefold()
        assert words["results"]["1"]["word"] in said["fake"]["address"], code
        assert words["conditions"]["unsupervised"].strip("*. ।۔።").casefold() in bare, code


@pytest.mark.parametrize("code", languages.BY_CODE)
def test_two_answers_have_a_second_word_and_both_are_those_of_the_pages(code: str, client: Browser) -> None:
    words, unasked = words_of(code), wording_of(code)["guide"]["answers"]["unasked"]
    page = client.get(f"/c/guide?language={code}").text

    second = re.findall(r'data-result="(\d+)"><svg.*?</svg><span>[^<]+<small>([^<]+)</small>', page)

    assert f"*{unasked}" in words["feet"]["no_network"]
    assert second == [("2", str(escape(unasked))), ("10", str(escape(words["causes"]["not_found"]["word"])))]


@pytest.mark.parametrize(
    ("asked", "browser", "spoken"), [("", "el-GR,en", "el"), ("xx", "pl", "en"), ("ar", "el", "ar")]
)
def test_the_address_names_the_language_else_the_browser_does(
    asked: str, browser: str, spoken: str, client: Browser
) -> None:
    page = client.get(f"/c/guide?language={asked}", headers={"Accept-Language": browser}).text

    assert f'<html lang="{spoken}"' in page


def test_a_translation_that_nobody_read_says_so_on_the_sheet(client: Browser) -> None:
    assert words_of("lv")["unreviewed"] in client.get("/c/guide?language=lv").text
    assert words_of("en")["unreviewed"] not in client.get("/c/guide?language=en").text


def test_the_longer_guide_names_each_word_of_an_answer() -> None:
    rows = {line.split()[1]: line for line in GUIDE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")}
    words = words_of("en")

    assert all(words["results"][str(number)]["word"] in rows[str(number)] for number in range(1, 11))
    assert words["causes"]["not_found"]["word"] in rows["10"]


def test_the_longer_guide_says_the_same_of_stolen_keys() -> None:
    [row] = [line for line in GUIDE.read_text(encoding="utf-8").splitlines() if line.startswith("| 7 ")]

    assert "stolen" in row
    assert "not signed" in row
