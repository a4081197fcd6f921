"""The certificate for the pocket: cards to print and cut, a picture for a phone; and papers as their holders choose."""

import io
from dataclasses import replace
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image
from sqlalchemy.orm import Session

from assessor import demo
from assessor.certificates import checking
from assessor.certificates.attachment import attached_credential
from assessor.config import Settings
from assessor.credentials import issuing, papers, pocket
from assessor.errors import Invalid
from assessor.verification import verifying
from tests import factories
from tests.codes import qr_codes
from tests.console import Run
from tests.factories import NOW

DPI = 300  # of a usual office printer


def printed(pdf: bytes, page: int = 0) -> Image.Image:
    """A page as it comes out of a printer."""
    document = pypdfium2.PdfDocument(pdf)
    picture: Image.Image = document[page].render(scale=DPI / 72).to_pil()
    document.close()
    return picture


def read_by_a_phone(picture: Image.Image) -> list[str]:
    """The texts of the codes in a picture."""
    return [code.text for code in qr_codes(picture)]


def result_of(session: Session, settings: Settings, text: str) -> int:
    """What the page says that a code opens."""
    own = verifying.own_data(session, settings, NOW)
    return own.check(text, NOW, settings.verification_prefix).result


@pytest.mark.parametrize("form", pocket.FORMS)
@pytest.mark.parametrize("language", ["en", "ar", "ne"])
def test_a_phone_reads_it_and_the_code_is_genuine(
    form: str, language: str, session: Session, settings: Settings
) -> None:
    award, credential = factories.signed_award(session, settings, language=language, second="سميرة حداد")

    taken = pocket.export(session, award, form, settings).content

    picture = printed(taken) if form == "card" else Image.open(io.BytesIO(taken))
    [text] = read_by_a_phone(picture)
    assert text == papers.qr_text(credential, settings)
    assert result_of(session, settings, text) == checking.GENUINE


@pytest.mark.parametrize("form", pocket.FORMS)
def test_the_same_award_gives_the_same_bytes(form: str, session: Session, settings: Settings) -> None:
    award, _ = factories.signed_award(session, settings)

    one, other = (pocket.export(session, award, form, settings) for _ in range(2))

    assert one == other
    assert one.file_name.endswith((".card.pdf", ".phone.png"))


def test_a_card_that_is_sent_on_proves_itself_as_the_paper_does(session: Session, settings: Settings) -> None:
    award, credential = factories.signed_award(session, settings)

    card = pocket.export(session, award, "card", settings).content

    assert attached_credential(card) == credential.body


def test_cards_of_many_stand_on_sheets_in_the_order_given(session: Session, settings: Settings) -> None:
    awards = [factories.signed_award(session, settings, source=f"test {place}", name="Ada")[0] for place in range(11)]

    sheets = pocket.cards(session, awards, settings)

    texts = [read_by_a_phone(printed(sheets, page)) for page in range(2)]
    assert [len(page) for page in texts] == [10, 1]
    assert {result_of(session, settings, text) for text in (texts[0][0], *texts[1])} == {checking.GENUINE}


def test_the_picture_shows_the_layout_that_was_chosen(session: Session, settings: Settings) -> None:
    award, _ = factories.signed_award(session, settings)

    usual, across = (
        Image.open(io.BytesIO(pocket.export(session, award, "phone", settings, papers.PaperOptions(layout)).content))
        for layout in (None, "compact")
    )

    assert usual.height > usual.width
    assert across.height < across.width


def test_nothing_is_drawn_before_the_badge_is_signed(session: Session, settings: Settings) -> None:
    award = factories.award(session, settings)

    for form in pocket.FORMS:
        with pytest.raises(issuing.NotSignedYet):
            pocket.export(session, award, form, settings)


def test_there_is_no_other_form(session: Session, settings: Settings) -> None:
    award, _ = factories.signed_award(session, settings)

    with pytest.raises(Invalid, match="card, phone"):
        pocket.export(session, award, "poster", settings)


def test_words_that_do_not_fit_on_a_card_are_refused_with_advice(session: Session, settings: Settings) -> None:
    talkative = replace(settings, organisation="Centre for the education of grown-up people " * 8)
    award, _ = factories.signed_award(session, talkative, name="Wilhelmina " * 7, second="Вильгельмина Вильгельмина")

    with pytest.raises(pocket.CardUnprintable, match="Shorten"):
        pocket.export(session, award, "card", talkative)


def test_what_may_be_chosen_are_the_layouts_and_the_other_languages(session: Session, settings: Settings) -> None:
    award, _ = factories.signed_award(session, settings, language="ar")

    choices = papers.choices(session, award, settings)

    assert choices.layouts[:3] == ("classic", "modern", "compact")
    assert {"en", "es"} <= set(choices.second_languages)
    assert "ar" not in choices.second_languages


@pytest.fixture
def awarded(run: Run) -> str:
    """The address of a certificate that the command made."""
    made = run("award", demo.ACHIEVEMENT, "--name", "Ada Lovelace", "--level", 3, "--result", "4.1=60", "--json")
    address: str = made.document["id"]
    return address


def test_the_command_writes_card_picture_and_chosen_paper(run: Run, awarded: str, tmp_path: Path) -> None:
    for name, words in {
        "card.pdf": ("card",),
        "phone.png": ("phone", "--layout", "compact"),
        "paper.pdf": ("pdf", "--layout", "modern", "--second-language", "ar"),
    }.items():
        assert run("export", awarded, "--format", *words, "--out", tmp_path / name).code == 0

    assert len(pypdfium2.PdfDocument(tmp_path / "card.pdf")) == 1
    assert len(pypdfium2.PdfDocument(tmp_path / "paper.pdf")) == 3
    with Image.open(tmp_path / "phone.png") as picture:
        assert picture.width > picture.height


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (("pdf", "--layout", "poster"), 1, "poster"),
        (("phone", "--layout", "../classic"), 1, "classic"),
        (("pdf", "--second-language", "xx"), 1, "xx"),
        (("json", "--layout", "modern"), 64, "--layout is for pdf and phone only"),
        (("card", "--second-language", "ar"), 64, "--second-language is for pdf only"),
    ],
)
def test_a_choice_that_is_not_there_is_refused(
    words: tuple[str, ...], code: int, sentence: str, run: Run, awarded: str, tmp_path: Path
) -> None:
    ended = run("export", awarded, "--format", *words, "--out", tmp_path / "file")

    assert (ended.code, sentence in ended.err) == (code, True)
    assert not (tmp_path / "file").exists()
