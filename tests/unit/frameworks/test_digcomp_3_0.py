"""DigComp 3.0 here is DigComp 3.0 there: compared with the reference data, code by code."""

import json
from pathlib import Path
from typing import Any

import pytest

from assessor.frameworks import digcomp_3_0
from assessor.frameworks.digcomp_3_0 import (
    area,
    areas,
    band,
    band_of_level,
    bands,
    competence,
    competences,
    framework,
    from_2_2,
    levels,
    levels_by_outcome,
    outcome,
    outcomes,
)
from assessor.frameworks.unknown_code import UnknownCode


@pytest.fixture
def published(reference: Path) -> dict[str, Any]:
    """The reference file of the framework."""
    text = (reference / "frameworks" / "digcomp-3.0.json").read_text(encoding="utf-8")
    data: dict[str, Any] = json.loads(text)
    return data


def test_it_has_the_published_numbers_of_everything() -> None:
    counts = (len(areas()), len(competences()), len(bands()), len(levels()), len(outcomes()))

    assert counts == (5, 21, 4, 8, 523)


def test_areas_and_competences_are_the_published_ones(published: dict[str, Any]) -> None:
    assert [(one.code, one.title) for one in areas()] == [(one["id"], one["title"]["en"]) for one in published["areas"]]
    assert [(one.code, one.area.code, one.title) for one in competences()] == [
        (one["id"], one["area"], one["title"]["en"]) for one in published["competences"]
    ]


def test_bands_and_levels_are_the_published_ones(published: dict[str, Any]) -> None:
    assert [(one.id, one.title, list(one.levels)) for one in bands()] == [
        (one["id"], one["title"]["en"], one["eightLevel"]) for one in published["levels"]
    ]
    assert [(one.number, one.band.id, one.six_level) for one in levels()] == [
        (one["level"], one["band"], one["sixLevel"]) for one in published["eightLevels"]
    ]


def test_esco_addresses_are_the_confirmed_ones(published: dict[str, Any]) -> None:
    confirmed = {one["id"]: one["esco"]["uri"] if one["esco"]["verified"] else None for one in published["competences"]}

    assert {one.code: one.esco for one in competences()} == confirmed
    assert competence("2.5").esco is None


def test_outcomes_are_the_published_ones_without_their_sentences(reference: Path) -> None:
    text = (reference / "frameworks" / "digcomp-3.0-statements.json").read_text(encoding="utf-8")
    published = json.loads(text)["learningOutcomes"]
    kinds = {"K": "knowledge", "S": "skill", "A": "attitude"}

    assert [(one.code, one.competence, one.band.id, one.kind) for one in outcomes()] == [
        (one["id"], one["competence"], one["level"], kinds[one["ksa"]]) for one in published
    ]
    data = Path(digcomp_3_0.__file__).with_name("data").joinpath("digcomp-3.0.json").read_text(encoding="utf-8")
    assert not [one["id"] for one in published if one["text"]["en"] in data]


def test_competences_of_2_2_lead_to_those_of_3_0(published: dict[str, Any]) -> None:
    for one in published["mappingFrom22"]:
        successor = from_2_2(one["from"])

        assert (successor.code, successor.title_changed) == (one["to"], one["titleChanged"])


def test_the_framework_is_named_by_its_doi_and_licence() -> None:
    assert framework().uri == "https://data.europa.eu/doi/10.2760/0001149"
    assert framework().licence == "CC-BY-4.0"
    assert "Cosgrove" in framework().attribution


def test_two_levels_make_a_band() -> None:
    assert [band_of_level(number).id for number in range(1, 9)] == [
        *("basic", "basic", "intermediate", "intermediate"),
        *("advanced", "advanced", "highly-advanced", "highly-advanced"),
    ]
    assert levels_by_outcome()["LO4.1.03"] == (1, 2)


def test_codes_lead_to_what_they_name() -> None:
    assert area("4").title == "Safety, wellbeing and responsible use"
    assert competence("4.1").area == area("4")
    assert outcome("LO4.1.07").band == band("intermediate")


@pytest.mark.parametrize(
    ("find", "code"),
    [
        (area, "6"),
        (band, "expert"),
        (competence, "4.9"),
        (outcome, "LO4.1.99"),
        (from_2_2, "9.9"),
        (band_of_level, 0),
        (band_of_level, 9),
    ],
)
def test_an_unknown_code_is_refused_by_name(find: Any, code: Any) -> None:
    with pytest.raises(UnknownCode, match=f"DigComp 3.0 has no .* {code!r}"):
        find(code)
