"""The paper in every language, alone and with a second one, and what organisations add to it."""

import unicodedata
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pikepdf
import pypdfium2
import pytest

from assessor.certificates.attachment import attached_credential
from assessor.certificates.certificate import AreaScore, CertificateContent, CertificateUnprintable, Emblem
from assessor.certificates.layout import SHIPPED, shipped
from assessor.certificates.pdf import certificate_pdf
from assessor.certificates.template import Signature
from assessor.certificates.text import is_rtl
from assessor.certificates.words import LANGUAGES
from tests.unit.certificates.samples import NUMBER, TEMPLATE, certificate, page_text
from tests.unit.certificates.test_certificate_pdf import structure
from tests.unit.certificates.test_pdf_file import CREDENTIAL, told_by

EMBLEM = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 20 20"><circle cx="10" cy="10" r="9"/></svg>'
LONG_NAMES = {
    "ar": "سميرة عبد الرحمن مصطفى حداد الأنصاري الإدريسي",
    "ur": "ثمینہ عبد الرحمن مصطفیٰ حداد انصاری",
    "fa": "سمیرا عبدالرحمن‌زاده حدادی اصفهانی",
    "ne": "समिरा हद्दाद श्रेष्ठ अधिकारी भट्टराई",
    "bn": "সামিরা হাদ্দাদ রহমান চৌধুরী মুস্তাফিজুর",
    "ti": "ሳሚራ ሃዳድ ገብረእግዚኣብሄር ተስፋማርያም",
}


def bilingual(language: str, second: str) -> CertificateContent:
    """Ada's certificate with page 3 in a second language."""
    translation = certificate(second, language_name=f"({second})")
    return certificate(language, translation=translation)


def words_of(path: Path, page: int) -> str:
    """The words that `pdftotext` finds on a page, without the characters that only steer their order."""
    text = told_by("pdftotext", "-f", page, "-l", page, path, "-")
    return "".join(c for c in unicodedata.normalize("NFC", text) if unicodedata.category(c) != "Cf")


def size_of(word: str, pdf: bytes) -> float:
    """The size, in points, in which a word stands on page 1."""
    with pypdfium2.PdfDocument(pdf) as document:
        text = document[0].get_textpage()
        return float(pypdfium2.raw.FPDFText_GetFontSize(text.raw, text.get_text_range().index(word)))


def only_letters(text: str) -> list[str]:
    """The words of a text, without signs beside them."""
    plain = (c for c in text if unicodedata.category(c) != "Cf")
    return "".join(c if unicodedata.category(c)[0] in "LM" else " " for c in plain).split()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_of_every_language_can_be_searched(language: str, tmp_path: Path) -> None:
    content = certificate(language, holder=LONG_NAMES.get(language, "Maria Wolfeschlegelstein Papadopoulou"))
    path = tmp_path / "certificate.pdf"
    path.write_bytes(certificate_pdf(content))

    first, second = words_of(path, 1), words_of(path, 2)

    for text in (content.title, *content.tasks):
        assert [word for word in only_letters(text) if word not in first] == []
    for text in (*content.tasks, content.not_tested, *(area.name for area in content.areas)):
        assert [word for word in only_letters(text) if word not in second] == []
    assert NUMBER in first
    assert NUMBER in second
    assert "v.badges.example" in second


@pytest.mark.parametrize("second", [one for one in LANGUAGES if one != "en"])
def test_a_second_language_says_page_two_again(second: str, tmp_path: Path) -> None:
    content = bilingual("en", second)
    path = tmp_path / "certificate.pdf"
    path.write_bytes(certificate_pdf(content, CREDENTIAL))

    said = words_of(path, 3)

    assert content.translation is not None
    for text in (content.translation.title, *content.translation.tasks, content.translation.not_tested):
        assert [word for word in only_letters(text) if word not in said] == []
    assert only_letters(TEMPLATE.wording[second]["unreviewed"])[0] in said
    assert NUMBER in said
    assert attached_credential(path.read_bytes()) == CREDENTIAL
    fonts = told_by("pdffonts", path).splitlines()[2:]
    assert all(row.split()[-5:-2] == ["yes", "yes", "yes"] for row in fonts)


def at_its_fullest(language: str) -> CertificateContent:
    """A certificate with every condition and lines above the level."""
    words = TEMPLATE.wording[language]
    said = (
        *(words[key] for key in ("supervised", "device_computer", "with_sound", "with_helper")),
        words["in_language_with_help"].format(test="Ελληνικά", help="العربية"),
        words["certainty"].format(percent="90\u00a0%"),
    )
    return certificate(
        language,
        level=4,
        certainty="90\u00a0%",
        tasks=TEMPLATE.tasks_at(4, language),
        conditions=" ".join(said),
        areas=tuple(AreaScore(area.name[language], 72, 36, 92) for area in TEMPLATE.areas),
        language_name=f"({language})",
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_two_and_three_have_room_to_explain_a_line_above_the_level(language: str, tmp_path: Path) -> None:
    first, second = at_its_fullest("el" if language == "en" else "en"), at_its_fullest(language)
    path = tmp_path / "certificate.pdf"
    path.write_bytes(certificate_pdf(replace(first, translation=second, demonstration=True)))

    for content, page in ((first, 2), (second, 3)):
        said, sentence = words_of(path, page), content.labels["above_level"].format(percent="90\u00a0%")
        assert [word for word in only_letters(sentence) if word not in said] == []
        assert [word for word in only_letters(content.conditions) if word not in said] == []
        assert "90" in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_condition_can_be_read_on_the_compact_paper(language: str) -> None:
    content = at_its_fullest(language)
    marked = replace(content, conditions=f"QXZ {content.conditions}", layout=shipped("compact"))

    size = size_of("QXZ", certificate_pdf(marked))

    assert size >= (6 if language == "ur" else 8)  # points; lines of Nastaliq are twice as high as others


def test_the_third_page_is_tagged_in_its_own_language() -> None:
    pdf = certificate_pdf(bilingual("ar", "en"))

    with pikepdf.open(BytesIO(pdf)) as document:
        pages = [page.obj.objgen for page in document.pages]
        elements = [one for one in structure(document.Root.StructTreeRoot.K) if "/Pg" in one]
        spoken = {pages.index(one.Pg.objgen): set[str]() for one in elements}
        for one in elements:
            spoken[pages.index(one.Pg.objgen)].add(str(one.get("/Lang", document.Root.Lang)))

    assert spoken == {0: {"ar"}, 1: {"ar"}, 2: {"en"}}
    assert "Page 3 of 3" in page_text(pdf, 2)
    assert "Page 2 in (en)" in page_text(pdf, 2)


def test_the_table_of_areas_has_heads_of_rows_and_columns() -> None:
    with pikepdf.open(BytesIO(certificate_pdf(certificate()))) as document:
        elements = list(structure(document.Root.StructTreeRoot.K))
        heads = [str(one.A.Scope) for one in elements if str(one.S) == "/TH"]
        rows = [[str(cell.S) for cell in one.K] for one in elements if str(one.S) == "/TR"]

    assert heads == ["/Column", "/Column", "/Row", "/Row", "/Row", "/Row"]
    assert rows == [["/TH", "/TH"], *[["/TH", "/TD"]] * 4]


def test_a_translation_that_nobody_checked_says_so_and_an_approved_one_does_not() -> None:
    note = TEMPLATE.wording["es"]["unreviewed"]

    assert note in page_text(certificate_pdf(certificate("es")), 1)
    assert note not in page_text(certificate_pdf(certificate("es", reviewed=True)), 1)


@pytest.mark.parametrize("layout", SHIPPED)
@pytest.mark.parametrize("second", [None, "ar"])
def test_the_same_certificate_and_options_give_the_same_bytes(layout: str, second: str | None) -> None:
    content = bilingual("en", second) if second else certificate()
    content = CertificateContent(**{**vars(content), "layout": shipped(layout)})

    assert certificate_pdf(content, CREDENTIAL) == certificate_pdf(content, CREDENTIAL)


@pytest.mark.parametrize("language", ["en", "ar"])
def test_partners_emblems_and_signatures_have_their_places(language: str) -> None:
    content = certificate(
        language,
        partners="Riverside Job Centre · Harbour College",
        emblems=(Emblem(EMBLEM, "Open Door"), Emblem(EMBLEM, "Harbour College")),
        signatures=(Signature("Olu Adeyemi", "Head of centre"), Signature("Grace Camilleri", "Educator")),
    )

    pdf = certificate_pdf(content)

    text = page_text(pdf)
    assert all(word in text for word in ("Riverside", "Harbour", "Olu", "Adeyemi", "Grace", "Educator"))
    with pikepdf.open(BytesIO(pdf)) as document:
        figures = [one for one in structure(document.Root.StructTreeRoot.K) if str(one.S) == "/Figure"]
    emblems = {
        str(one.Alt): [float(n) for n in one.A.BBox]
        for one in figures
        if str(one.Alt) in ("Open Door", "Harbour College")
    }
    first, second = emblems["Open Door"], emblems["Harbour College"]
    assert first[2] - first[0] == pytest.approx(17 * 72 / 25.4, abs=0.02)
    assert (first[0] > second[0]) == is_rtl(language)


def test_a_fourth_emblem_is_refused() -> None:
    with pytest.raises(CertificateUnprintable, match="3 emblems"):
        certificate(emblems=(Emblem(EMBLEM, "x"),) * 4)
