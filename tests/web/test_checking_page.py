"""The page of every code, as the server hands it out: its languages, its parts, and how a phone keeps it."""

import json
import re
import unicodedata
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy.orm import Session, sessionmaker

from assessor import demo
from assessor.certificates import number as numbers
from assessor.certificates import signed_data
from assessor.config import Settings
from assessor.credentials import issuing, keys
from assessor.database import now
from assessor.locale import Language
from assessor.verification import languages
from assessor.verification.views.context import FOLDER, PLACES, WORDING, wording_of, words_of
from assessor.verification.views.papers import OTHER_SCREENS
from tests import factories
from tests.fixtures import PASSPHRASE, Browser

CODES = [language.code for language in languages.LANGUAGES]
ENGLISH = json.loads((FOLDER / "words" / "en.json").read_text(encoding="utf-8"))
#: What a text may carry to steer its direction: isolates, in pairs.
STEERING = re.compile("[\u200e\u200f\u061c\u202a-\u202e]")


def texts(words: Any, place: str = "") -> Iterator[tuple[str, str]]:
    """Every text with the place where it stands."""
    if isinstance(words, str):
        yield place, words
    elif isinstance(words, (dict, list)):
        for key, part in words.items() if isinstance(words, dict) else enumerate(words):
            yield from texts(part, f"{place}.{key}")


def test_the_page_speaks_nineteen_languages() -> None:
    for folder in (FOLDER / "words", WORDING):
        assert {path.stem for path in folder.glob("*.json")} == set(CODES)
    assert len(CODES) == 19
    assert {language.code for language in languages.LANGUAGES if language.direction == "rtl"} == {"ar", "fa", "ur"}


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("words_in", [words_of, wording_of], ids=["words", "wording"])
def test_every_language_says_all_that_english_says(code: str, words_in: Callable[[str], dict[str, Any]]) -> None:
    words = words_in(code)
    said, english = dict(texts(words)), dict(texts(words_in("en")))

    assert said.keys() == english.keys()
    assert isinstance(words.get("reviewed", True), bool)
    for place, text in said.items():
        assert text.strip(), place
        assert code == "en" or len(text) < 25 or text != english[place], place
        assert set(re.findall(r"\{\w+\}", text)) == set(re.findall(r"\{\w+\}", english[place])), place
        assert text.count("*") % 2 == 0, place
        assert unicodedata.is_normalized("NFC", text), place
        assert not STEERING.search(text), place
        assert text.count("\u2066") == text.count("\u2069"), place
        digits = [sign for sign in text if sign.isdigit()]
        assert all(sign in "0123456789" for sign in digits), place


@pytest.mark.parametrize("language", languages.LANGUAGES, ids=CODES)
def test_page_and_typed_number_speak_the_language_of_the_browser(
    language: Language, client: Browser, sessions: sessionmaker[Session], settings: Settings
) -> None:
    with sessions.begin() as session:
        award = factories.award(session, settings, now())
        session.add(issuing.sign(session, award, settings, now()))
    page = client.get("/c", headers={"Accept-Language": f"{language.code}-XX,en;q=0.5"}).text
    answer = client.post("/c/number", data={"number": numbers.written(award.number), "language": language.code}).text

    for text in (page, answer):
        assert f'<html lang="{language.code}" dir="{language.direction}"' in text
    assert page.count("<option ") == len(CODES)
    assert 'data-result="1"' in answer
    assert "Ada Lovelace" in answer


def test_a_translation_that_nobody_has_checked_says_so(client: Browser) -> None:
    unchecked = json.loads((FOLDER / "words" / "ur.json").read_text(encoding="utf-8"))

    assert unchecked["unreviewed"] in client.get("/c", headers={"Accept-Language": "ur"}).text
    assert ENGLISH["unreviewed"] not in client.get("/c", headers={"Accept-Language": "en"}).text


def test_a_phone_can_keep_the_page_among_its_apps(client: Browser) -> None:
    answer = client.get("/c/manifest.webmanifest", headers={"Accept-Language": "ar"})
    told = json.loads(answer.data)

    assert answer.mimetype == "application/manifest+json"
    assert (told["start_url"], told["scope"], told["display"]) == ("/c", "/c", "standalone")
    assert (told["lang"], told["dir"]) == ("ar", "rtl")
    for icon in told["icons"]:
        picture = client.get(icon["src"])
        assert picture.mimetype == "image/png"
        width, height = (int.from_bytes(picture.data[at : at + 4], "big") for at in (16, 20))  # PNG, IHDR
        assert f"{width}x{height}" == icon["sizes"]
    assert '<link rel="manifest" href="/c/manifest.webmanifest">' in client.get("/c").text


def test_only_pages_with_the_scanner_may_run_its_decoder(client: Browser) -> None:
    wider = "script-src 'self' 'wasm-unsafe-eval'"

    assert {page for page in ("/", "/c", "/c/many", "/c/guide", "/verify", "/issuer")
            if wider in client.get(page).headers["Content-Security-Policy"]} == {"/c", "/c/many"}  # fmt: skip


def test_a_result_gets_its_words_alone_and_the_start_screen_all(client: Browser) -> None:
    whole = client.get(f"{PLACES['static']}words/en.json")
    part = client.get(f"{PLACES['static']}words/en.json?of=results")

    assert json.loads(whole.data) == ENGLISH
    assert ENGLISH.keys() - json.loads(part.data).keys() == set(OTHER_SCREENS)
    assert client.get(f"{PLACES['static']}words/xx.json").status_code == 404


def test_the_catalogue_comes_in_the_one_language_of_the_reader(
    client: Browser, sessions: sessionmaker[Session]
) -> None:
    with sessions() as session:
        root = keys.signer(session, "root", PASSPHRASE).public_key
    issuer = signed_data.read_bundle(client.get("/c/trust/bundle").data, root).issuers[0]

    spanish = signed_data.read_catalogue(client.get("/c/trust/catalogue/es").data, issuer)
    whole = signed_data.read_catalogue(client.get("/c/trust/catalogue").data, issuer)

    assert spanish.achievements[demo.ACHIEVEMENT].keys() == {"es"}
    assert spanish.achievements[demo.ACHIEVEMENT]["es"] == whole.achievements[demo.ACHIEVEMENT]["es"]
    assert client.get("/c/trust/catalogue/xx").status_code == 404
