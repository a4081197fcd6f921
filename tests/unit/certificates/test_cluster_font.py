"""What lands in the PDF: fonts, exact texts, composites, and the private names we lean on."""

import shutil
import subprocess
import unicodedata
from collections.abc import Callable
from io import BytesIO

import pikepdf
import pytest
from fontTools.ttLib import TTFont
from PIL import Image, ImageChops, ImageFilter

from assessor.certificates.font_choice import clean
from assessor.certificates.fonts import face
from assessor.certificates.paper import Paper
from assessor.certificates.printable import without_controls
from assessor.certificates.text import Style, lay_out
from assessor.certificates.truetype import subset_with_composites
from tests.unit.certificates.browser_lines import LINES, PICTURES, SIZE, cut_to_ink
from tests.unit.certificates.samples import CREATED, page_picture, page_text


def line_pdf(text: str, language: str, style: Style | None = None) -> bytes:
    paper = Paper(title="Line", author="Grace", language=language, created=CREATED, size=(900, 200))
    paper.write(lay_out(text, language, style or Style(size=SIZE)), 40, 60, width=820, colour="#000000")
    return paper.finish()


def covered(ink: Image.Image, by: Image.Image) -> float:
    """Share of dark pixels of `ink` that lie within 2 pixels of dark pixels of `by`."""
    size = (max(ink.width, by.width) + 8, max(ink.height, by.height) + 8)

    def dark(picture: Image.Image) -> Image.Image:
        canvas = Image.new("L", size, 255)
        canvas.paste(picture, (4, 4))
        return canvas.point(lambda value: 255 if value < 128 else 0)

    wanted, near = dark(ink), dark(by).filter(ImageFilter.MaxFilter(5))
    total = wanted.histogram()[255]
    return 1 - ImageChops.subtract(wanted, near).histogram()[255] / total


@pytest.mark.parametrize("name", sorted(LINES))
def test_a_line_looks_as_in_the_browser(name: str) -> None:
    line = LINES[name]
    theirs = Image.open(PICTURES / f"{name}.png").convert("L")

    ours = cut_to_ink(page_picture(line_pdf(line.text, line.language)))

    assert abs(ours.width - theirs.width) <= 3
    assert covered(ours, theirs) > 0.99
    assert covered(theirs, ours) > 0.99


def with_pdftotext(pdf: bytes) -> str:
    """The text as poppler reads it from the page."""
    program = shutil.which("pdftotext")
    if program is None:
        pytest.skip("pdftotext (poppler) is not installed")
    return subprocess.run([program, "-", "-"], input=pdf, capture_output=True, check=True).stdout.decode("utf-8")


@pytest.mark.parametrize("read", [page_text, with_pdftotext], ids=["pdfium", "poppler"])
@pytest.mark.parametrize("name", sorted(LINES))
def test_text_is_found_in_reading_order(name: str, read: Callable[[bytes], str]) -> None:
    line = LINES[name]

    found = " ".join(read(line_pdf(line.text, line.language)).split())

    assert unicodedata.normalize("NFC", without_controls(found)) == clean(line.text)


def test_wide_capitals_are_found_as_words() -> None:
    pdf = line_pdf("OF DIGITAL COMPETENCE", "en", Style(size=10, tracking=3))

    with pikepdf.open(BytesIO(pdf)) as document:
        code = document.pages[0].Contents.read_bytes()

    assert "OF DIGITAL COMPETENCE".encode("utf-16-be").hex().encode() in code


def test_all_fonts_are_embedded_subsets_with_a_text_map() -> None:
    pdf = line_pdf("Ada سميرة रहीम", "en")

    with pikepdf.open(BytesIO(pdf)) as document:
        fonts = [font for _, font in document.pages[0].Resources.Font.items()]
        names = [str(font.BaseFont) for font in fonts]

        assert len(fonts) == 3
        assert all(len(name.partition("+")[0]) == 7 for name in names)
        assert all("/ToUnicode" in font for font in fonts)
        assert all("/FontFile2" in font.DescendantFonts[0].FontDescriptor for font in fonts)
        assert not any("Helvetica" in str(obj.get("/BaseFont", "")) for obj in dictionaries(document))


def dictionaries(document: pikepdf.Pdf) -> list[pikepdf.Object]:
    return [obj for obj in document.objects if isinstance(obj, pikepdf.Dictionary)]


def test_a_composite_glyph_holds_its_parts_where_they_were_shaped() -> None:
    devanagari = face("NotoSansDevanagari-Regular")
    recipe = ((40, 0, 0), (60, -200, 35))

    subset = subset_with_composites(devanagari, [(((40, 0, 0),), 500), (recipe, 612)])

    font = TTFont(BytesIO(subset.data), checkChecksums=2)
    glyph = font["glyf"][font.getGlyphOrder()[subset.glyph_ids[1]]]
    assert glyph.isComposite()
    assert [(part.x, part.y) for part in glyph.components] == [(0, 0), (-200, 35)]
    assert font.getGlyphOrder()[subset.glyph_ids[0]] == glyph.components[0].glyphName
    assert font["hmtx"][font.getGlyphOrder()[subset.glyph_ids[1]]][0] == 612
    assert font["maxp"].numGlyphs == len(font.getGlyphOrder())


def test_shifted_marks_keep_to_their_letters_baseline() -> None:
    """Composites instead of text rise: a reader must not tear the line into several."""
    found = page_text(line_pdf("السَّلامُ", "ar"))

    assert "\n" not in found.strip()
