"""One page for employers: what a badge is, how to check it, what a fake looks like, what we do not promise."""

import re
from pathlib import Path

import pytest

from assessor.config import Settings
from tests.fixtures import Browser

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


@pytest.mark.parametrize("address", ["/", "/issuer", "/c/many"])
def test_the_guide_is_found_from_where_people_begin(address: str, client: Browser) -> None:
    assert 'href="/c/guide"' in client.get(address, headers={"Accept": "text/html"}).text


@pytest.mark.parametrize(("asked", "direction"), [("ar", "rtl"), ("es", "ltr"), ("xx", "ltr")])
def test_an_address_says_in_which_language_the_guide_is(asked: str, direction: str, client: Browser) -> None:
    page = client.get(f"/c/guide?language={asked}", headers={"Accept-Language": "en"}).text

    assert f'dir="{direction}"' in page.partition("<head>")[0]


def test_the_longer_guide_says_the_same_of_stolen_keys() -> None:
    [row] = [line for line in GUIDE.read_text(encoding="utf-8").splitlines() if line.startswith("| 7 ")]

    assert "stolen" in row
    assert "not signed" in row
