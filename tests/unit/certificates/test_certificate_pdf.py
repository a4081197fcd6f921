"""The certificate on paper: what it says, that a phone reads it, and that it is the same every time."""

from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from typing import Any

import pikepdf
import pytest

from assessor.certificates.certificate import AreaScore, CertificateUnprintable, substituted_characters
from assessor.certificates.pdf import certificate_pdf
from assessor.certificates.svg_drawing import DrawingInvalid
from tests.codes import qr_codes
from tests.unit.certificates.samples import NUMBER, QR_TEXT, TEMPLATE, certificate, page_picture, page_text

LONG_NAME = "Maria Guadalupe Hernández de la Santísima Trinidad y Rodríguez-Fernández Montenegro"


def structure(element: Any) -> Iterator[Any]:
    """All structure elements below this one, in reading order."""
    for part in element.K if isinstance(element.K, pikepdf.Array) else [element.K]:
        if isinstance(part, pikepdf.Dictionary):
            yield part
            yield from structure(part)


@pytest.mark.parametrize("language", ["en", "es", "ar"])
def test_page_one_says_who_can_do_what(language: str) -> None:
    content = certificate(language)

    text = " ".join(page_text(certificate_pdf(content)).split())

    assert "Ada Haddad" in text
    assert "سميرة حداد" in text
    assert NUMBER in text
    assert "v.badges.example" in text
    assert all(word in text for task in content.tasks for word in task.split()[:2])


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_phone_reads_the_symbol_from_the_printed_page(language: str) -> None:
    pdf = certificate_pdf(certificate(language))

    found = qr_codes(page_picture(pdf, dpi=150))

    assert [one.text for one in found] == [QR_TEXT]


def test_the_same_content_gives_the_same_bytes() -> None:
    assert certificate_pdf(certificate("ar")) == certificate_pdf(certificate("ar"))


@pytest.mark.parametrize("name", ["Ñ", LONG_NAME, "X" * 96, "محمد " * 9, "রহিম हिमाल ሃይለ", "日本"])
def test_any_name_finds_its_place(name: str) -> None:
    pdf = certificate_pdf(certificate(holder=name, second_spelling=name[:30]))

    with pikepdf.open(BytesIO(pdf)) as document:
        assert len(document.pages) == 2


def test_signs_without_a_font_are_told_to_the_caller() -> None:
    content = certificate(holder="Ada 日本", second_spelling=None)

    assert substituted_characters(content) == ("日", "本")
    assert "Ada \ufffd\ufffd" in page_text(certificate_pdf(content))


def test_a_certificate_without_level_shows_no_band() -> None:
    text = page_text(certificate_pdf(certificate(level=None)))

    assert "level" not in text
    assert "Intermediate" not in text


def test_a_demonstration_says_so_on_both_pages() -> None:
    pdf = certificate_pdf(certificate(demonstration=True))

    assert all("not a real certificate" in page_text(pdf, page) for page in (0, 1))
    assert "not a real certificate" not in page_text(certificate_pdf(certificate()))


def test_page_two_gives_ranges_and_what_was_not_tested() -> None:
    text = " ".join(page_text(certificate_pdf(certificate()), page=1).split())

    assert "34 (23 to 45)" in text
    assert "Protecting devices" in text
    assert "not tested" in text
    assert TEMPLATE.not_tested["en"][:20] in text


def test_the_page_is_tagged_and_names_its_language() -> None:
    with pikepdf.open(BytesIO(certificate_pdf(certificate("ar")))) as document:
        root = document.Root
        elements = list(structure(root.StructTreeRoot.K))
        roles = [str(element.S) for element in elements]

        assert str(root.Lang) == "ar"
        assert bool(root.MarkInfo.Marked)
        assert bool(root.ViewerPreferences.DisplayDocTitle)
        assert "/Direction" not in root.ViewerPreferences
        assert {"/H1", "/H2", "/P", "/L", "/LI", "/LBody", "/Table", "/TR", "/TH", "/TD", "/Figure"} <= set(roles)
        assert all("/Alt" in element for element in elements if str(element.S) == "/Figure")
        assert str(document.docinfo.CreationDate) == "D:20261112103000Z"


def test_assistive_technology_gets_the_logical_order() -> None:
    with pikepdf.open(BytesIO(certificate_pdf(certificate("ar")))) as document:
        elements = structure(document.Root.StructTreeRoot.K)
        texts = [str(element.ActualText) for element in elements if "/ActualText" in element]

    assert "لإثبات هذه المهارات في اختبار بتاريخ 12 نوفمبر 2026" in texts


def test_the_symbol_keeps_fifteen_millimetres_and_a_quiet_zone_from_everything() -> None:
    picture = page_picture(certificate_pdf(certificate()), dpi=127).convert("L")
    zone = picture.crop((5 * 79, 5 * 201, 5 * 131, 5 * 252))

    left = zone.crop((0, 5 * 3, 5 * 3, 5 * 48))

    assert left.getextrema() == (255, 255)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"level": 9}, "Level 9"),
        ({"holder": "  "}, "name"),
        ({"labels": {}}, "lacks"),
        ({"number": "3MZ0S-WJR5T-RQHA"}, "number"),
        ({"title": "x" * 401}, "longer than 400"),
        ({"tasks": ("x",) * 9}, "tasks"),
        ({"tasks": ("word " * 75,) * 8}, "do not fit"),
        ({"areas": (AreaScore("Area", 50, 60, 70),)}, "low"),
        ({"areas": (AreaScore("Area", 50, 40),)}, "half a range"),
    ],
)
def test_what_cannot_be_printed_is_refused_with_its_reason(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(CertificateUnprintable, match=reason):
        certificate_pdf(certificate(**changes))


def test_a_date_without_time_zone_is_refused() -> None:
    naive = certificate().created.replace(tzinfo=None)

    with pytest.raises(CertificateUnprintable, match="time zone"):
        certificate(created=naive)


def test_a_symbol_that_is_not_square_is_refused() -> None:
    with pytest.raises(ValueError, match="square"):
        certificate_pdf(certificate(symbol=((True, False),)))


def test_a_badge_that_cannot_be_drawn_is_refused() -> None:
    with pytest.raises(DrawingInvalid):
        certificate_pdf(replace(certificate(), badge_svg="<svg/>"))


def test_a_score_without_a_range_is_printed_alone_and_nothing_is_said_of_nine_in_ten() -> None:
    alone, ranged = AreaScore("Messages", 64), AreaScore("Devices", 50, 41, 59)

    neither, both = (
        " ".join(page_text(certificate_pdf(certificate(areas=areas)), 1).split())
        for areas in ((alone,), (alone, ranged))
    )

    assert "Messages 64 " in neither
    assert "9 of 10" not in neither
    assert "the uncertainty is not stated" in neither
    assert "50 (41 to 59)" in both
    assert "9 of 10" in both
    assert "the uncertainty is not stated" in both


ABOVE = "A line can be higher than the level: the level is the highest that this test can show with at least 90 %"
HIGH, WITHIN = AreaScore("Devices", 72, 36, 92), AreaScore("Messages", 50, 41, 59)


def second_page(**changes: Any) -> str:
    """The words of page 2 of a certificate of level 4, Intermediate, whose bar ends at 50."""
    content = certificate(**{"level": 4, "certainty": "90\u00a0%", **changes})
    return " ".join(page_text(certificate_pdf(content), 1).split())


def test_a_line_above_the_level_is_explained() -> None:
    assert ABOVE in second_page(areas=(WITHIN, HIGH))


@pytest.mark.parametrize(
    "changes",
    [
        {"areas": (HIGH,), "certainty": None},
        {"areas": (HIGH,), "level": None},
        {"areas": (HIGH,), "level": 5},
        {"areas": (WITHIN, AreaScore("Files"))},
        {"areas": ()},
    ],
    ids=["certainty not stated", "no level", "the level of the line", "no line above", "no parts"],
)
def test_where_no_line_is_above_a_level_of_stated_certainty_nothing_is_explained(changes: dict[str, Any]) -> None:
    assert "higher than the level" not in second_page(**changes)


def test_the_explanation_is_text_to_assistive_technology() -> None:
    content = certificate("ar", level=4, certainty="90\u00a0%", areas=(HIGH,))

    with pikepdf.open(BytesIO(certificate_pdf(content))) as document:
        elements = list(structure(document.Root.StructTreeRoot.K))
        said = [str(one.ActualText) for one in elements if str(one.S) == "/P" and "/ActualText" in one]

    assert any(content.labels["above_level"].format(percent="90\u00a0%") in text for text in said)
