"""certificate.toml: what is read from it, and what its author is told when it is broken."""

from pathlib import Path

import pytest

from assessor.certificates.template_reading import load_template, read_template
from assessor.certificates.toml_reading import TemplateInvalid
from assessor.certificates.words import LANGUAGES
from tests.unit.certificates.samples import TEMPLATE

VECTORS = Path(__file__).parents[2] / "vectors"
#: As badges were written before each language had a file: all texts and all words in one.
SOURCE = (VECTORS / "certificate-in-one-file.toml").read_text("utf-8")


def test_the_first_steps_speak_nineteen_languages_at_four_levels() -> None:
    assert TEMPLATE.code == "DIGI-FIRST-STEPS"
    assert TEMPLATE.languages == LANGUAGES
    assert TEMPLATE.reviewed == {"en"}
    assert [area.competence for area in TEMPLATE.areas] == ["1.1", "2.1", "4.1", "4.2"]
    assert sorted(TEMPLATE.tasks) == [1, 2, 3, 4]


def test_every_level_has_three_to_five_tasks_about_the_areas_of_the_test() -> None:
    areas = {area.competence for area in TEMPLATE.areas}

    for tasks in TEMPLATE.tasks.values():
        assert 3 <= len(tasks) <= 5
        assert {c for task in tasks for c in task.competences} <= areas


def test_short_titles_fit_the_symbol_in_every_language() -> None:
    assert all(len(title.encode()) <= 48 for title in TEMPLATE.short_title.values())


def test_a_level_without_tasks_has_none() -> None:
    assert TEMPLATE.tasks_at(8, "en") == ()


@pytest.mark.parametrize(
    ("old", "new", "key", "reason"),
    [
        ('code = "DIGI-FIRST-STEPS"', "", "code", "missing"),
        ('code = "DIGI-FIRST-STEPS"', 'code = "digi steps"', "code", "A-Z"),
        ('layout = "classic"', 'layout = "glitter"', "layout", "classic"),
        ('layout = "classic"', 'layout = "classic"\ncolour = "red"', "colour", "not a key"),
        ('layout = "classic"', 'layout = "classic"\nvalid_years = -1', "valid_years", "from 0"),
        ('layout = "classic"', 'layout = "classic"\nvalid_years = true', "valid_years", "whole number"),
        ('layout = "classic"', 'layout = "classic"\nvalid_years = "5"', "valid_years", "whole number"),
        ('ar = "مهارات رقمية: خطوات أولى"', 'ar = "' + "م" * 25 + '"', "short_title.ar", "50 bytes"),
        ('es = "Encontrar información"', "", r"areas\[1\].es", "missing"),
        ('ar = "المهارات الرقمية: الخطوات الأولى"', "", "short_title.ar", "without a title"),
        ("[title]", '[title]\nxx = "x"', "title.xx", r"add a table \[wording.xx\]"),
        ("[title]", '[title]\nENGLISH = "x"', "title.ENGLISH", "language code"),
        ('layout = "classic"', 'layout = "classic"\nwording = "x"', "TOML", ""),
        ('layout = "classic"', 'layout = "classic"\nlanguages = "x"', "languages", "not a table"),
        ('layout = "classic"', 'layout = "classic"\nemblems = ["../x.svg"]', "emblem_alternatives", "1 to 1"),
        (
            'layout = "classic"',
            'layout = "classic"\nemblems = ["../x.svg"]\nemblem_alternatives = ["x"]',
            "emblems",
            "SVG file",
        ),
        ('layout = "classic"', 'layout = "classic"\nsignatures = [{ name = "x" }]', r"signatures\[1\].role", "missing"),
        (
            'layout = "classic"',
            'layout = "classic"\nsignatures = [{ name = "x", role = "y", z = 1 }]',
            r"signatures\[1\].z",
            "not a key",
        ),
        ('competence = "4.2"', 'competence = "4.1"', "areas", "twice"),
        ('competence = "4.2"', 'competence = "9.9"', r"areas\[4\].competence", "9.9"),
        ("[[levels.4.tasks]]", "[[levels.9.tasks]]", "levels.9", "1 to 8"),
        ('issued = "Issued {date}"', 'issued = "Issued"', "wording.en.issued", "{date}"),
        ('issued = "Issued {date}"', 'issued = "Issued {date"', "wording.en.issued", "brace"),
        ('scan = "Scan to check. It opens"', "scan = 3", "wording.en.scan", "text"),
        ("[wording.es]\n", '[wording.es]\nsmile = "x"\n', "wording.es.smile", "not a text"),
        ("[title]", "[[title]", "TOML", ""),
    ],
)
def test_a_broken_template_names_file_key_and_reason(old: str, new: str, key: str, reason: str) -> None:
    assert old in SOURCE
    source = SOURCE.replace(old, new)

    with pytest.raises(TemplateInvalid, match=rf"bank/certificate\.toml: {key}: .*{reason}"):
        read_template(source, "bank/certificate.toml")


def test_an_empty_file_and_an_absent_one_are_refused(tmp_path: Path) -> None:
    with pytest.raises(TemplateInvalid, match="title: is missing"):
        read_template("")
    with pytest.raises(TemplateInvalid, match="cannot be read"):
        load_template(tmp_path / "certificate.toml")


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "certificate.toml"
    file.write_bytes(b"\xff\xfe\x00")

    with pytest.raises(TemplateInvalid, match="UTF-8"):
        load_template(file)
