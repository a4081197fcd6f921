"""Achievement files: what is shipped can be issued, what is wrong is named."""

import json
from typing import Any

import pytest

from assessor.openbadges.achievement import load_achievement
from assessor.openbadges.errors import InvalidBadge
from tests.unit.openbadges.badges import ACHIEVEMENT_URL, ROOT, achievement

SMALLEST: dict[str, Any] = {"name": "A", "description": "B", "criteria": {"narrative": "C"}}


def test_the_shipped_achievement_names_four_bands_and_its_competences() -> None:
    shipped = achievement()

    band = shipped.result_description(f"{ACHIEVEMENT_URL}#band")

    assert shipped.human_code == "DIGI-FIRST-STEPS"
    assert band is not None
    assert [level.name for level in band.rubric_levels] == [
        "Basic",
        "Intermediate",
        "Advanced",
        "Highly advanced",
    ]
    assert [entry.target_code for entry in shipped.alignment if entry.target_code] == [
        "1.1",
        "2.1",
        "4.1",
        "4.2",
    ]


def test_fragments_are_put_behind_the_address_of_the_installation() -> None:
    data = (ROOT / "badge_templates" / "digital-first-steps" / "achievement.json").read_bytes()

    elsewhere = load_achievement(data, url="https://other.example/a")

    assert elsewhere.criteria.id == "https://other.example/a#criteria"
    assert elsewhere.result_descriptions[0].required_level == "https://other.example/a#band-basic"
    assert elsewhere.image is None


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"name": ""}, "“name” is empty"),
        ({"name": 5}, "“name” is missing or not a text"),
        ({"nam": "x"}, "“nam” is not a member"),
        ({"name": "A\u0007"}, r"U\+0007"),
        ({"criteria": "C"}, "“criteria” is missing or not an object"),
        ({"criteria": {"narrative": "C", "url": "#x"}}, "criteria: “url” is not a member"),
        ({"tag": "x"}, "“tag” must be a list"),
        ({"alignment": [{"targetName": "x", "targetUrl": "a b"}]}, r"alignment\[0\]: “targetUrl”"),
        ({"resultDescription": [{"id": "#a", "name": "x"}]}, "“resultType” is missing"),
        (
            {"resultDescription": [{"id": "#a", "name": "x", "resultType": "Percent", "requiredLevel": "#b"}]},
            "names no level",
        ),
        ({"resultDescription": [{"id": "#a", "name": "x", "resultType": "Percent"}] * 2}, "used twice"),
    ],
)
def test_a_wrong_file_is_refused_with_the_member_that_is_wrong(change: dict[str, Any], reason: str) -> None:
    with pytest.raises(InvalidBadge, match=reason):
        load_achievement(json.dumps({**SMALLEST, **change}).encode(), url=ACHIEVEMENT_URL)


def test_a_file_that_is_not_json_is_refused() -> None:
    with pytest.raises(InvalidBadge, match="not JSON: line 1"):
        load_achievement(b"{name: x}", url=ACHIEVEMENT_URL)
