"""Laying out: fonts, order, isolation and line breaks, before anything is drawn."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessor.certificates.font_choice import CharacterNotDrawable, clean, drawable, missing_characters
from assessor.certificates.text import Paragraph, Span, Style, fill, fit, isolated, lay_out
from tests.unit.certificates.browser_lines import LINES

STYLE = Style(size=10)


def clusters(paragraph: Paragraph) -> list[str]:
    return [cluster.text for line in paragraph.lines for run in line.runs for cluster in run.clusters]


def faces(paragraph: Paragraph) -> list[str]:
    return [run.face.name for line in paragraph.lines for run in line.runs]


def test_a_ligature_is_one_cluster_with_its_whole_text() -> None:
    paragraph = lay_out("office", "en", STYLE)

    assert clusters(paragraph) == ["o", "ffi", "c", "e"]


def test_arabic_stands_in_visual_order() -> None:
    paragraph = lay_out("سلام", "ar", STYLE)

    assert "".join(clusters(paragraph)) == "مالس"
    assert faces(paragraph) == ["NotoNaskhArabic-Regular"]


def test_letters_join_across_a_change_of_weight() -> None:
    bold = lay_out("سلام", "ar", Style(size=10, bold=True)).lines[0].runs[0]

    mixed = lay_out((Span("س", bold=True), Span("لام")), "ar", STYLE).lines[0].runs

    assert mixed[-1].face.name == "NotoNaskhArabic-Bold"
    assert mixed[-1].clusters[-1].recipe == bold.clusters[-1].recipe


@pytest.mark.parametrize(
    ("name", "face"),
    [
        ("Łukasz", "NotoSerifDisplay-Regular"),
        ("Νίκος", "NotoSerifDisplay-Regular"),
        ("Олена", "NotoSerifDisplay-Regular"),
        ("سميرة", "NotoNaskhArabic-Regular"),
        ("रहीम", "NotoSansDevanagari-Regular"),
        ("রহিম", "NotoSansBengali-Regular"),
        ("ሃይለ", "NotoSansEthiopic-Regular"),
    ],
)
def test_a_name_brings_the_font_of_its_script(name: str, face: str) -> None:
    paragraph = lay_out(isolated(name), "en", Style("display", 40))

    assert faces(paragraph) == [face]
    assert missing_characters(name) == ()


def test_urdu_is_set_in_its_own_hand_and_a_foreign_word_in_it_too() -> None:
    paragraph = lay_out(fill("سند {name}", name="عائشہ"), "ur", Style(size=10, bold=True))

    assert set(faces(paragraph)) == {"NotoNastaliqUrdu-Regular"}


@pytest.mark.parametrize(("text", "face"), [("कौशल", "Devanagari"), ("দক্ষতা", "Bengali"), ("ክእለት", "Ethiopic")])
def test_a_heading_is_bold_in_every_script(text: str, face: str) -> None:
    assert faces(lay_out(text, "en", Style(size=10, bold=True))) == [f"NotoSans{face}-Bold"]


def test_a_date_between_arabic_words_is_one_run_in_the_reading_face() -> None:
    paragraph = lay_out(fill("صدرت في {date} هنا", date="2026-11-21"), "ar", STYLE)

    assert "2026-11-21" in ["".join(c.text for c in run.clusters) for run in paragraph.lines[0].runs]


def test_no_glyph_is_ever_the_missing_one() -> None:
    with pytest.raises(CharacterNotDrawable, match=r"U\+65E5"):
        lay_out("Ada 日", "en", STYLE)


def test_a_name_with_an_unknown_sign_is_substituted_and_reported() -> None:
    name = "Ada 日本"

    assert missing_characters(name) == ("日", "本")
    assert drawable(name) == "Ada \ufffd\ufffd"
    assert lay_out(drawable(name), "en", STYLE).text == "Ada \ufffd\ufffd"


def test_controls_inside_a_name_cannot_turn_the_sentence() -> None:
    evil = "Eve\u202e\u2069\u2067\nX"

    assert isolated(evil) == "\u2068Eve X\u2069"


def test_emphasis_and_direction_belong_to_named_fields() -> None:
    spans = fill("Opens {host} on {date}", bold=("host",), ltr=("host",), host="v.example", date="today")

    assert [(span.text, span.bold) for span in spans] == [
        ("Opens ", False),
        ("\u2066v.example\u2069", True),
        (" on ", False),
        ("\u2068today\u2069", False),
    ]


def test_a_line_breaks_after_spaces_and_keeps_to_its_width() -> None:
    paragraph = lay_out("one two three four five six seven", "en", STYLE, 60)

    assert len(paragraph.lines) > 2
    assert all(line.width <= 60 for line in paragraph.lines)
    assert all(text != " " for text in (clusters(paragraph)[0], clusters(paragraph)[-1]))


def test_a_date_is_not_torn_apart() -> None:
    spans = fill("who has shown this on {date}", date="12 November 2026")
    whole = lay_out(spans, "en", STYLE)

    broken = lay_out(spans, "en", STYLE, whole.width - 5)

    last = "".join(c.text for run in broken.lines[-1].runs for c in run.clusters)
    assert last == "12 November 2026"


@pytest.mark.parametrize("name", [name for name in LINES if not name.startswith("dated")])
def test_a_sentence_wraps_in_every_language_and_keeps_name_and_date_together(name: str) -> None:
    line = LINES[name]
    spans = fill("{words} {name} ({date}) {words} {code}", words=line.text, name="Ada", date="2026-11-21", code="0M2RC")

    paragraph = lay_out(spans, line.language, STYLE, 110)

    shown = [["".join(c.text for c in run.clusters) for run in one.runs] for one in paragraph.lines]
    assert len(shown) >= 3
    assert all(one.width <= 110 for one in paragraph.lines)
    assert sum("2026-11-21" in "".join(runs) for runs in shown) == 1
    assert sorted("".join("".join(runs) for runs in shown).replace(" ", "")) == sorted(
        clean(paragraph.text).replace(" ", "")
    )


def test_a_word_wider_than_the_line_is_cut_and_nothing_is_lost() -> None:
    paragraph = lay_out("Ñ" * 80, "en", STYLE, 50)

    assert len(paragraph.lines) > 5
    assert "".join(clusters(paragraph)) == "Ñ" * 80
    assert all(line.width <= 50 for line in paragraph.lines)


def test_the_largest_style_that_fits_is_taken() -> None:
    styles = [(Style(size=size), 1) for size in (40, 20, 10)]

    assert fit("Ada", "en", styles, 500).style.size == 40
    assert fit("Ada" * 10, "en", styles, 300).style.size == 10


def test_trailing_mark_of_a_vowelled_word_stays_with_its_letter() -> None:
    paragraph = lay_out("عَلَيْكُمْ", "ar", STYLE)

    assert all(text for text in clusters(paragraph))
    assert sorted("".join(clusters(paragraph))) == sorted("عَلَيْكُمْ")


@pytest.mark.parametrize("text", ["", " ", "\u2068\u2069", "\u200d", "ـ"])
def test_next_to_nothing_is_laid_out_too(text: str) -> None:
    assert lay_out(text, "ar", STYLE, 100).height > 0


@given(st.text(max_size=30))
def test_any_name_at_all_can_be_laid_out(name: str) -> None:
    paragraph = lay_out(isolated(drawable(name)), "ar", Style("display", 20), 60)

    assert all(line.height > 0 for line in paragraph.lines)
