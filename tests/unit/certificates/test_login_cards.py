"""Login cards: ten a page, readable by a phone, a name in any script."""

from dataclasses import replace
from io import BytesIO

import pikepdf
import pytest

from assessor.certificates.cards import CARD_LABELS, MAX_CARDS, LoginCard, PictureWord, Wording, login_cards_pdf
from tests.codes import qr_codes
from tests.unit.certificates.samples import CREATED, matrix, page_picture, page_text

CUP = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" stroke="currentColor">'
    '<path d="M5 9h11v6a5 5 0 0 1-5 5h-1a5 5 0 0 1-5-5zM16 11h2a2 2 0 0 1 0 5h-2"/></svg>'
)
ADDRESS = "https://badges.example/k/{}"


def cards(*names: str, language: str = "en") -> list[LoginCard]:
    words = (PictureWord(CUP, "cup"), PictureWord(CUP, "key"), PictureWord(CUP, "umbrella"))
    wording = Wording(language, "12 November 2026", CARD_LABELS)
    return [LoginCard(name, matrix(ADDRESS.format(f"{n:026}")), words, wording) for n, name in enumerate(names)]


def printed(*names: str, language: str = "en") -> bytes:
    return login_cards_pdf(
        cards(*names, language=language),
        group="Thursday evening group",
        group_code="4827",
        host="badges.example",
        created=CREATED,
        language=language,
    )


def test_a_card_tells_name_pictures_group_and_way_in() -> None:
    text = " ".join(page_text(printed("Ada")).split())

    for word in ("Ada", "cup", "key", "umbrella", "badges.example", "3 words", "Thursday evening group", "4827"):
        assert word in text


def test_every_card_of_a_page_is_read_by_a_phone() -> None:
    pdf = printed(*(f"Ada {n}" for n in range(10)))

    found = {one.text for one in qr_codes(page_picture(pdf, dpi=200))}

    assert found == {ADDRESS.format(f"{n:026}") for n in range(10)}


def test_the_eleventh_card_begins_a_second_page() -> None:
    pdf = printed(*["Ada"] * 11)

    with pikepdf.open(BytesIO(pdf)) as document:
        assert len(document.pages) == 2
    assert "Page 2 of 2" in page_text(pdf, 1)


@pytest.mark.parametrize("name", ["Ñ", "سميرة", "রহিম", "ሃይለ", "Nadia Abdulrahman-Haddad-Benabdallah", "日本"])
def test_a_name_in_any_script_has_room(name: str) -> None:
    assert printed(name, language="ar").startswith(b"%PDF")


def test_the_same_cards_give_the_same_bytes() -> None:
    assert printed("Ada", "سميرة") == printed("Ada", "سميرة")


def test_a_card_speaks_its_owners_language_and_the_advice_that_of_the_printer() -> None:
    spanish = Wording("es", "12 de noviembre de 2026", {**CARD_LABELS, "scan": "Escanéala con un móvil."})
    mixed = [*cards("Ada"), replace(cards("Chen")[0], wording=spanish)]

    text = " ".join(page_text(login_cards_pdf(mixed, group="g", group_code="1", host="h", created=CREATED)).split())

    for words in ("Scan with a phone.", "12 November 2026", "Escanéala con un móvil.", "12 de noviembre de 2026"):
        assert text.count(words) == 1
    assert "Each card is a key" in text


@pytest.mark.parametrize("count", [0, MAX_CARDS + 1])
def test_no_cards_and_too_many_are_refused(count: int) -> None:
    with pytest.raises(ValueError, match="500"):
        login_cards_pdf(cards("Ada") * count, group="g", group_code="1", host="h", created=CREATED)
