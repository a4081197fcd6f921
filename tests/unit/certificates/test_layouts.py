"""Page 1 in every layout, and layouts of an organisation's own."""

from dataclasses import replace
from typing import Any

import pytest

from assessor.certificates.certificate import CertificateContent, CertificateUnprintable
from assessor.certificates.layout import SHIPPED, SYMBOL, WORDS, LayoutInvalid, layout_of, shipped
from assessor.certificates.pdf import certificate_pdf
from assessor.certificates.template_reading import read_template
from assessor.certificates.toml_reading import TemplateInvalid
from assessor.certificates.words import WORDING
from tests.codes import qr_codes
from tests.unit.certificates.browser_lines import LINES, BrowserLine
from tests.unit.certificates.samples import BADGE, NUMBER, QR_TEXT, certificate, page_picture, page_text

SOURCE = (BADGE / "certificate.toml").read_text("utf-8")
LONG_NAME = "Maria Guadalupe Hernández de la Santísima Trinidad y Rodríguez-Fernández Montenegro"


@pytest.mark.parametrize("language", ["en", "es", "ar"])
@pytest.mark.parametrize("name", SHIPPED)
def test_what_is_signed_stands_on_page_one_of_every_layout(name: str, language: str) -> None:
    content = certificate(language, layout=shipped(name))

    text = " ".join(page_text(certificate_pdf(content)).split())

    for signed in ("Ada Haddad", "سميرة حداد", NUMBER, "v.badges.example", content.issued, content.issuer):
        assert all(word in text for word in signed.split())
    assert all(word in text for word in content.title.split())


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("name", SHIPPED)
def test_a_phone_reads_the_symbol_of_every_layout(name: str, language: str) -> None:
    pdf = certificate_pdf(certificate(language, layout=shipped(name)))

    assert [one.text for one in qr_codes(page_picture(pdf, dpi=150))] == [QR_TEXT]


@pytest.mark.parametrize("name", SHIPPED)
@pytest.mark.parametrize("holder", [LONG_NAME, "X" * 96, "محمد " * 9, "ڈیجیٹل عائشہ", "रमेश श्रेष्ठ"])
def test_any_name_finds_its_place_in_every_layout(name: str, holder: str) -> None:
    content = certificate(holder=holder, second_spelling=holder[:30], demonstration=True, layout=shipped(name))

    assert "not a real certificate" in page_text(certificate_pdf(content))


def test_the_date_of_the_test_is_a_line_of_its_own_where_no_sentence_leads_to_it() -> None:
    text = page_text(certificate_pdf(certificate(layout=shipped("modern"))))

    assert "Test on 12 November 2026" in " ".join(text.split())
    assert "who has shown" not in text


def in_the_words_of(line: BrowserLine, layout: str) -> CertificateContent:
    """A certificate whose every word is one of a language, with long tasks and conditions."""
    words = line.text.split()
    short, title = " ".join(words[:2]), " ".join(words[:3])
    labels = {
        key: " ".join([short if key.startswith("band") else title, *(f"{{{field}}}" for field in sorted(fields))])
        for key, fields in WORDING.items()
    }
    return replace(
        certificate(layout=shipped(layout)),
        language=line.language,
        labels={**labels, "certificate": short, "level": "{band}: {level}", "attached": line.text},
        holder=title,
        title=title,
        tasks=(line.text,) * 4 + (f"{line.text} {line.text}",),
        conditions=line.text,
        not_tested=line.text,
    )


@pytest.mark.parametrize("name", SHIPPED)
@pytest.mark.parametrize("language", [name for name, line in LINES.items() if name == line.language])
def test_every_language_fits_every_layout(language: str, name: str) -> None:
    content = in_the_words_of(LINES[language], name)

    text = page_text(certificate_pdf(content))

    assert all(word in text for word in content.title.split())
    assert NUMBER in text


def test_the_compact_card_is_a6_and_page_two_stays_a4() -> None:
    pdf = certificate_pdf(certificate(layout=shipped("compact")))

    sizes = [page_picture(pdf, page, dpi=254).size for page in (0, 1)]

    wanted = [(1480, 1050), (2100, 2970)]
    assert all(
        abs(side - want) <= 1
        for size, to in zip(sizes, wanted, strict=True)
        for side, want in zip(size, to, strict=True)
    )


@pytest.mark.parametrize("name", SHIPPED)
def test_the_mark_of_a_demonstration_is_not_covered_by_the_symbol(name: str) -> None:
    layout = shipped(name)

    picture = page_picture(certificate_pdf(certificate(layout=layout, demonstration=True)), dpi=254).convert("RGB")

    top, middle = round(10 * (layout.demonstration + 1)), picture.width // 2
    inside = [picture.getpixel((middle + side, top)) for side in (-200, 200)]
    assert inside == [(0xFF, 0xCB, 0x47)] * 2
    below = round(10 * (layout.demonstration + 5.5))
    assert [picture.getpixel((middle + side, below)) for side in (-200, 200)] == inside


def test_an_organisation_changes_colours_in_its_own_copy() -> None:
    source = SOURCE.replace('layout = "classic"', "")
    own = '\n[layout]\nlike = "modern"\nornament = { kind = "none" }\ncolours = { title = "#653A80" }\n'

    layout = read_template(source + own).layout

    modern = shipped("modern")
    assert layout.columns == modern.columns
    assert layout.colours == {**modern.colours, "title": "#653A80"}
    picture = page_picture(certificate_pdf(certificate(layout=layout)), dpi=72)
    assert (0x65, 0x3A, 0x80) in {colour for _, colour in picture.convert("RGB").getcolors(100_000) or []}


@pytest.mark.parametrize(
    ("layout", "key", "reason"),
    [
        ("glitter", "layout", "classic, modern, compact"),
        (3, "layout", "must be"),
        ({"like": "glitter"}, "layout", "glitter"),
        ({"like": ["classic"]}, "layout", "known"),
        ({"smile": 1}, "layout.smile", "not a key"),
        ({"page": [210]}, "layout.page", "2 numbers"),
        ({"page": [210, 99999]}, "layout.page", "420"),
        ({"page": [True, 10]}, "layout.page", "number"),
        ({"ornament": {"kind": "glitter"}}, "layout.ornament.kind", "frame"),
        ({"ornament": {"kind": "top", "colours": ["red"]}}, "layout.ornament.colours", "three"),
        ({"ornament": "frame"}, "layout.ornament", "table"),
        ({"colours": {"title": "red"}}, "layout.colours.title", "#rrggbb"),
        ({"colours": {"smile": "#000000"}}, "layout.colours", "accent"),
        ({"columns": []}, "layout.columns", "1 to"),
        ({"columns": [{"box": [0, 0, 9, 9], "align": "start", "stand": "top", "parts": []}]}, "columns", "entries"),
        (
            {"columns": [{"box": [0, 0, 9, 9], "align": "start", "stand": "top", "parts": [{"part": "holder"}]}]},
            "layout.columns",
            "leave out",
        ),
        (
            {
                "columns": [
                    {"box": [0, 0, 9, 9], "align": "start", "stand": "top", "parts": [{"part": "holder", "x": 1}]}
                ]
            },
            "layout.columns",
            "not a key of a part",
        ),
        (
            {
                "columns": [
                    {"box": [0, 0, 9, 9], "align": "start", "stand": "top", "parts": [{"part": "title", "size": 2}]}
                ]
            },
            "layout.columns",
            "smallest",
        ),
    ],
)
def test_a_broken_layout_is_refused_with_key_and_reason(layout: Any, key: str, reason: str) -> None:
    with pytest.raises(LayoutInvalid, match=rf"{key}.*{reason}"):
        layout_of(layout)


@pytest.mark.parametrize(
    ("place", "key"),
    [
        ({"symbol": [400, 400]}, "symbol"),
        ({"symbol": [2, 2]}, "symbol"),
        ({"symbol": [82.5, 240]}, "symbol"),
        ({"symbol": [151, 204]}, "symbol"),
        ({"symbol": [82.5, 190]}, r"columns\[1\].box"),
        ({"badge": [70, 209, 38]}, "badge"),
        ({"emblems": [[70, 209]]}, "emblems"),
        ({"signatures": [[70, 245, 46]]}, "signatures"),
        ({"ornament": {"kind": "side", "box": [10, 10, 80, 277]}}, "ornament.box"),
    ],
)
def test_a_symbol_off_the_page_or_under_something_is_refused(place: dict[str, Any], key: str) -> None:
    with pytest.raises(LayoutInvalid, match=rf"layout.{key}: .*(edges|over the symbol)"):
        layout_of({"like": "classic", **place})


def test_a_symbol_as_low_as_a_layout_may_have_it_has_room_for_its_words() -> None:
    lowest = layout_of({"like": "classic", "symbol": [82.5, 297 - SYMBOL - WORDS]})

    assert "v.badges.example" in page_text(certificate_pdf(certificate(layout=lowest)))


def test_a_template_with_a_broken_layout_names_its_file() -> None:
    source = SOURCE.replace('layout = "classic"', "") + "\n[layout]\npage = 3\n"

    with pytest.raises(TemplateInvalid, match=r"certificate.toml: layout.page: needs 2 numbers"):
        read_template(source)


def test_texts_too_long_for_a_small_page_are_refused_in_words() -> None:
    content = certificate(layout=shipped("compact"), title="word " * 75, conditions="word " * 75, demonstration=True)

    with pytest.raises(CertificateUnprintable, match="do not fit"):
        certificate_pdf(content)
