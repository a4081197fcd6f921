"""What a badge says, word by word: issuer, assessor, criteria, alignment, results of each competence, evidence, end."""

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from sqlalchemy.orm import Session

from assessor import demo
from assessor.config import BadSetting, Settings, load_settings
from assessor.credentials import achievements, issuing, profiles
from assessor.credentials.models import Award
from assessor.frameworks import digcomp_3_0
from assessor.openbadges.fast_canonical import form_by_table
from tests import factories
from tests.console import Run
from tests.factories import NOW

TEMPLATES = sorted((demo.ROOT / "badge_templates").iterdir())
RANGE = {"mean": -0.2, "low": -0.9, "high": 0.5, "items": 5, "score": 45}
UNSURE = {"mean": -0.2, "low": -2.4, "high": 2.0, "items": 3, "score": 45}
ELSEWHERE = {"score": 80}


def badge_of(session: Session, settings: Settings, **changes: Any) -> dict[str, Any]:
    """A new badge as a document."""
    award = factories.award(session, settings, **changes)
    return signed_badge(session, settings, award)


def signed_badge(session: Session, settings: Settings, award: Award) -> dict[str, Any]:
    """The badge of an award, signed now."""
    credential = issuing.sign(session, award, settings, NOW)
    session.add(credential)
    document: dict[str, Any] = json.loads(credential.body)
    return document


def levels_of(badge: dict[str, Any]) -> dict[str, str]:
    """Competence or "band" → the last word of the level that was achieved; empty = none is stated."""
    results = badge["credentialSubject"]["result"]
    return {
        one["resultDescription"].partition("#")[2].removeprefix("competence-"): one.get("achievedLevel", "")
        .partition("#")[2]
        .removeprefix(one["resultDescription"].partition("#")[2] + "-")
        for one in results
    }


def test_the_issuer_is_named_with_how_to_reach_it(session: Session, settings: Settings) -> None:
    told = replace(
        settings,
        contact_email="badges@open-door.example",
        issuer_description="Tests what adults can do.",
        issuer_image="https://open-door.example/logo.png",
    )

    assert badge_of(session, told)["issuer"] == {
        "id": "did:web:localhost%3A8000",
        "type": ["Profile"],
        "name": settings.organisation,
        "url": "http://localhost:8000",
        "description": "Tests what adults can do.",
        "email": "badges@open-door.example",
        "image": {"id": "https://open-door.example/logo.png", "type": "Image"},
    }


def test_what_was_not_given_is_left_out(session: Session, settings: Settings) -> None:
    assert badge_of(session, settings)["issuer"].keys() == {"id", "type", "name", "url"}


def test_the_organisation_that_assessed_is_named_as_the_source(session: Session, settings: Settings) -> None:
    profiles.describe(
        factories.organisation(session), settings, {"url": "https://house.example", "email": "house@house.example"}
    )

    assert badge_of(session, settings)["credentialSubject"]["source"] == {
        "id": "http://localhost:8000/organisations/demo",
        "type": ["Profile"],
        "name": factories.organisation(session).name,
        "url": "https://house.example",
        "email": "house@house.example",
    }


def test_a_badge_that_is_signed_later_says_what_was_true_when_it_was_awarded(
    session: Session, settings: Settings
) -> None:
    award = factories.award(session, replace(settings, contact_email="old@open-door.example"))
    name = factories.organisation(session).name
    factories.organisation(session).name = "Another house"

    badge = signed_badge(session, replace(settings, contact_email="new@open-door.example"), award)

    assert badge["issuer"]["email"] == "old@open-door.example"
    assert badge["credentialSubject"]["source"]["name"] == name


def test_an_award_of_before_names_neither_contact_nor_assessor(session: Session, settings: Settings) -> None:
    award = factories.award(session, settings)
    award.issuer_details, award.assessed_by = {}, {}

    badge = signed_badge(session, replace(settings, contact_email="new@open-door.example"), award)

    assert "email" not in badge["issuer"]
    assert "source" not in badge["credentialSubject"]


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_the_criteria_tell_method_bank_number_precision_and_conditions(template: Path) -> None:
    criteria = json.loads((template / "achievement.json").read_bytes())["criteria"]["narrative"]

    for told in ("Method:", "edition of a bank", "8 to 20 tasks", "90 % certainty", "standard error", "Conditions:"):
        assert told in criteria
    assert "Supervised by staff" not in criteria  # that is of one award


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_every_alignment_names_a_competence_as_the_framework_has_it(template: Path) -> None:
    achievement = json.loads((template / "achievement.json").read_bytes())
    inner = [one for result in achievement["resultDescription"] for one in result.get("alignment", [])]
    skills = {one.esco for one in digcomp_3_0.competences() if one.esco}
    tested = set()

    for one in [*achievement["alignment"], *inner]:
        if one["targetFramework"] == digcomp_3_0.FRAMEWORK:
            competence = digcomp_3_0.competence(one["targetCode"])
            assert one["targetName"] == competence.title
            assert one["targetUrl"] == digcomp_3_0.framework().uri
            assert one["targetType"] == "ext:DigCompCompetence"
            tested.add(competence)
        else:
            assert (one["targetFramework"], one["targetType"]) == ("ESCO", "ext:EscoSkill")
            assert one["targetUrl"] in skills
    assert {one["targetUrl"] for one in achievement["alignment"]} >= {one.esco for one in tested if one.esco}


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_the_four_bands_are_rubric_levels_of_the_whole_and_of_every_competence(template: Path) -> None:
    for result in json.loads((template / "achievement.json").read_bytes())["resultDescription"]:
        levels = [(one["id"], one["name"], one["level"]) for one in result["rubricCriterionLevel"]]

        assert levels == [
            (f"{result['id']}-{band.id}", band.title, f"{band.levels[0]}–{band.levels[1]}")
            for band in digcomp_3_0.bands()
        ]


def test_a_competence_has_a_band_where_its_own_result_supports_one(session: Session, settings: Settings) -> None:
    results = {"1.1": RANGE, "2.1": UNSURE, "4.1": ELSEWHERE}

    badge = badge_of(session, settings, results=results)

    assert levels_of(badge) == {"band": "intermediate", "1.1": "intermediate", "2.1": "", "4.1": ""}
    values = [one["value"] for one in badge["credentialSubject"]["result"]]
    assert values == ["3", "45", "45", "80"]


def test_no_competence_has_a_band_above_what_the_test_can_award(session: Session, settings: Settings) -> None:
    high = {"mean": 2.0, "low": 1.4, "high": 2.6, "items": 6, "score": 88}
    conditions = {**factories.grounds().conditions, "highest_band": 2, "cuts": [-2.0, -1.0, 0.0, 1.0]}

    badge = badge_of(session, settings, results={"1.1": high}, conditions=conditions)

    assert levels_of(badge)["1.1"] == "intermediate"


def test_the_evidence_tells_the_edition_number_of_tasks_precision_and_conditions(
    session: Session, settings: Settings
) -> None:
    conditions = {
        **factories.grounds().conditions,
        **{"test": "First steps", "release": "first-steps 4", "standard_error": 0.31},
    }

    [evidence] = badge_of(session, settings, conditions=conditions)["evidence"]

    for told in ("first-steps 4", "12 tasks", "0.31", "Supervised by staff.", "On a phone.", "In English."):
        assert told in evidence["narrative"]


def test_every_list_is_a_list_and_nothing_is_null(session: Session, settings: Settings) -> None:
    badge = badge_of(session, settings)
    subject = badge["credentialSubject"]

    lists = (badge["proof"], badge["issuer"]["type"], badge["credentialSchema"], badge["evidence"])
    assert all(isinstance(one, list) for one in (*lists, subject["identifier"], subject["result"], subject["type"]))
    assert isinstance(badge["credentialStatus"], dict)
    assert "null" not in json.dumps(badge)


def test_a_whole_badge_passes_the_official_schema_and_takes_the_table(
    session: Session, settings: Settings, reference: Path
) -> None:
    path = reference / "openbadges" / "schemas" / "ob_v3p0_achievementcredential_schema.json"
    official = jsonschema.Draft201909Validator(json.loads(path.read_bytes()))
    told = replace(settings, contact_email="a@b.example", issuer_image="https://b.example/1.png")

    badge = badge_of(session, told, results={"1.1": RANGE, "4.1": ELSEWHERE})

    assert list(official.iter_errors(badge)) == []
    form_by_table({name: member for name, member in badge.items() if name != "proof"})


@pytest.mark.parametrize(("line", "years"), [("valid_years = 2\n", 2), ("valid_years = 0\n", None), ("", 5)])
def test_a_badge_may_have_an_end_of_its_own(
    session: Session, settings: Settings, tmp_path: Path, line: str, years: int | None
) -> None:
    folder = Path(shutil.copytree(TEMPLATES[0], tmp_path / "badge"))
    certificate = folder / "certificate.toml"
    certificate.write_text(line + certificate.read_text(encoding="utf-8"), encoding="utf-8")
    achievements.load(session, folder, settings, NOW)

    award = factories.award(session, settings)

    assert (award.valid_until.year - NOW.year if award.valid_until else None) == years


def test_a_code_that_people_hold_keeps_its_promise_and_its_badges_say_what_it_promised(
    session: Session, settings: Settings, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(TEMPLATES[0], tmp_path / "badge"))
    file = folder / "achievement.json"
    of_before = json.loads(file.read_bytes())
    for result in of_before["resultDescription"][1:]:
        del result["rubricCriterionLevel"]
    file.write_text(json.dumps(of_before), encoding="utf-8")
    achievements.load(session, folder, settings, NOW)
    factories.award(session, settings, source="one who holds it")

    with pytest.raises(achievements.TemplateInUse, match="its results must stay"):
        achievements.load(session, TEMPLATES[0], settings, NOW)

    assert levels_of(badge_of(session, settings, results={"1.1": RANGE})) == {"band": "intermediate", "1.1": ""}


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"email": "house"}, "not an e-mail address"),
        ({"url": "house"}, "web site"),
        ({"url": "https://a b"}, "full address"),
        ({"description": "x" * 501}, "too long"),
        ({"description": "\x07"}, "cannot be printed"),
    ],
)
def test_what_cannot_stand_in_a_badge_is_refused(
    session: Session, settings: Settings, changes: dict[str, str], why: str
) -> None:
    organisation = factories.organisation(session)

    with pytest.raises(profiles.ProfileNotUsable, match=why):
        profiles.describe(organisation, settings, changes)

    assert (organisation.url, organisation.email, organisation.description) == ("", "", "")


def test_the_command_describes_an_organisation(run: Run) -> None:
    shown = run("organisation", "demo", "--url", "https://house.example", "--description", "Evening school", "--json")
    again = run("organisation", "demo")

    assert shown.document["url"] == "https://house.example"
    assert "description: Evening school" in again.out
    assert run("organisation", "nope").code == 1


@pytest.mark.parametrize(
    ("name", "value"), [("CONTACT_EMAIL", "nobody"), ("ISSUER_IMAGE", "http://a.example/1.png"), ("ISSUER_IMAGE", "x")]
)
def test_a_setting_that_no_badge_can_say_is_refused(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(BadSetting, match=name.lower()):
        load_settings({"ASSESSOR_INSTANCE": str(tmp_path), f"ASSESSOR_{name}": value})
