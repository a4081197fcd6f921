"""What badge, paper and summary say of how sure a result is, and that older awards say what they said."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pypdfium2
import pytest
from sqlalchemy.orm import Session

from assessor import demo
from assessor.config import Settings
from assessor.credentials import achievements, issuing, standing, wording
from assessor.credentials.models import Award
from assessor.credentials.standing import LevelChance
from assessor.sittings.models import Result
from assessor.verification import verifying
from tests import factories
from tests.factories import NOW

STANDING = {"probabilities": [0.004, 0.455, 0.539, 0.002, 0.0], "reached": 1, "borderline": [2], "certainty": 0.9}
#: Conditions of an award with a standing, and those that the first version stored.
OF_BEFORE = {"test": "Digital skills", "release": "first-steps 1", "standard_error": 0.31}
OF_NOW = {**OF_BEFORE, "standing": STANDING, "highest_band": 2, "cuts": [-2.0, -1.0, 0.0, 1.0], "hierarchical": True}


def award_with(session: Session, settings: Settings, more: dict[str, Any], **changes: Any) -> Award:
    """A signed award of level 1 with these conditions beside the ordinary ones."""
    conditions = {**factories.grounds().conditions, **more}
    ordinary: dict[str, Any] = {"level": 1, "conditions": conditions}
    award = factories.award(session, settings, **(ordinary | changes))
    session.add(issuing.sign(session, award, settings, NOW))
    session.flush()
    return award


def badge_of(session: Session, settings: Settings, award: Award) -> dict[str, Any]:
    """The signed badge as a document."""
    document: dict[str, Any] = json.loads(issuing.export(session, award, "json", settings).content)
    return document


def results_of(badge: dict[str, Any]) -> dict[str, str]:
    """Result by the name of its description; a result without a description is an error."""
    subject = badge["credentialSubject"]
    names = {one["id"]: one["name"] for one in subject["achievement"]["resultDescription"]}
    return {names[one["resultDescription"]]: one["value"] for one in subject["result"]}


def is_genuine(session: Session, settings: Settings, award: Award, form: str) -> bool:
    """Whether a stranger's check accepts this form of the badge."""
    own = verifying.own_data(session, settings, NOW)
    content = issuing.export(session, award, form, settings).content
    trust, source = verifying.trust_of(own.did_document), own.lists
    return verifying.verify_badge(content, trust, source, NOW).verdict == "genuine"


# What was stored


def test_levels_above_those_the_test_can_show_are_one_with_the_highest() -> None:
    found = standing.read(STANDING, 2)

    assert found is not None
    assert [(one.level, one.or_higher) for one in found.chances] == [(0, False), (1, False), (2, True)]
    assert [one.probability for one in found.chances] == pytest.approx([0.004, 0.455, 0.541])


def test_a_test_of_all_bands_tells_all_levels_apart() -> None:
    found = standing.read(STANDING, 4)

    assert found is not None
    assert [one.probability for one in found.chances] == STANDING["probabilities"]
    assert not any(one.or_higher for one in found.chances)


def test_a_test_that_awards_nothing_tells_no_levels_apart() -> None:
    found = standing.read({**STANDING, "reached": None, "borderline": []}, None)

    assert found is not None
    assert found.chances == ()


def test_a_result_of_before_has_no_standing() -> None:
    assert standing.read(None, 2) is None


@pytest.mark.parametrize(
    ("probability", "words"),
    [(0.0, "under 1 %"), (0.0099, "under 1 %"), (0.01, "1 %"), (0.455, "46 %"), (0.99, "99 %"), (0.9999, "over 99 %")],
)
def test_nothing_is_called_impossible_or_certain(probability: float, words: str) -> None:
    assert wording.chance_in_words("en", probability) == words


def test_every_level_has_a_name() -> None:
    names = [wording.level_name(LevelChance(level, 0.2)) for level in range(5)]

    assert names == ["Below Basic", "Basic", "Intermediate", "Advanced", "Highly advanced"]


# The badge


def test_the_badge_of_a_sitting_says_how_sure_it_is_and_is_genuine(session: Session, settings: Settings) -> None:
    sitting = factories.confirmed_sitting(session)
    award = factories.award_of_sitting(session, settings, sitting)
    session.add(issuing.sign(session, award, settings, NOW))
    session.flush()

    stored = session.get_one(Result, (sitting.organisation_id, sitting.id)).standing
    badge = badge_of(session, settings, award)

    assert award.conditions["standing"] == stored
    assert results_of(badge)["The band was reached with at least this certainty, in per cent"] == "90"
    assert "The band Intermediate was reached with at least 90 % certainty" in badge["evidence"][0]["narrative"]
    assert all(is_genuine(session, settings, award, form) for form in issuing.FORMS)


def test_the_badge_gives_the_probability_of_each_level_and_the_precision(session: Session, settings: Settings) -> None:
    badge = badge_of(session, settings, award_with(session, settings, OF_NOW))

    measured = list(results_of(badge).items())[-5:]

    assert measured == [
        ("Probability of the level, in per cent: Below Basic", "0"),
        ("Probability of the level, in per cent: Basic", "46"),
        ("Probability of the level, in per cent: Intermediate or higher", "54"),
        ("The band was reached with at least this certainty, in per cent", "90"),
        ("Standard error of the estimated ability, on the scale that the evidence describes", "0.31"),
    ]


def test_the_evidence_says_method_certainty_and_precision_in_words(session: Session, settings: Settings) -> None:
    award = award_with(session, settings, OF_NOW)

    assert badge_of(session, settings, award)["evidence"][0]["narrative"] == (
        "Supervised by staff. On a phone. 12 tasks. In English. "
        "Adaptive test “Digital skills”, edition first-steps 1. Each question was chosen from the answers before it. "
        "A hierarchical model measured all competences together: each answer informs all of them. "
        "The band Basic was reached with at least 90 % certainty: the ability lies in this band or above it. "
        "Probability of each level: Below Basic under 1 %; Basic 46 %; Intermediate or higher 54 %. "
        "Precision: the standard error is 0.31 on the scale on which the four bands begin at −2, −1, 0, 1; "
        "in 9 of 10 cases the true value lies within 0.51 of the estimate."
    )


def test_a_test_with_one_ability_does_not_speak_of_a_hierarchy(session: Session, settings: Settings) -> None:
    award = award_with(session, settings, {**OF_NOW, "hierarchical": False})

    assert "hierarchical" not in wording.evidence(award, "en")


@pytest.mark.parametrize("more", [OF_NOW, OF_BEFORE], ids=["now", "before"])
def test_the_badge_passes_the_official_schema(
    more: dict[str, Any], session: Session, settings: Settings, reference: Path
) -> None:
    path = reference / "openbadges" / "schemas" / "ob_v3p0_achievementcredential_schema.json"
    official = jsonschema.Draft201909Validator(json.loads(path.read_bytes()))
    award = award_with(session, settings, more)

    assert list(official.iter_errors(badge_of(session, settings, award))) == []


def test_what_the_template_promises_is_in_every_badge_unchanged(session: Session, settings: Settings) -> None:
    promised = achievements.find(session, demo.ACHIEVEMENT, settings).badge.document()["resultDescription"]
    now, before = (
        badge_of(session, settings, award_with(session, settings, more, source=source))
        for source, more in (("now", OF_NOW), ("before", OF_BEFORE))
    )

    assert before["credentialSubject"]["achievement"]["resultDescription"] == promised
    added = now["credentialSubject"]["achievement"]["resultDescription"]
    assert added[: len(promised)] == promised
    assert all(one["id"].startswith(f"{now['id']}#") for one in added[len(promised) :])


# Awards of before


def test_an_award_of_before_says_what_it_said(session: Session, settings: Settings) -> None:
    award = award_with(session, settings, OF_BEFORE)

    badge = badge_of(session, settings, award)

    assert badge["evidence"][0]["narrative"] == (
        "Supervised by staff. On a phone. 12 tasks. In English. "
        "Adaptive test “Digital skills”, edition first-steps 1. "
        "Standard error of the estimate: 0.31 of a standard deviation."
    )
    assert len(badge["credentialSubject"]["result"]) == 2
    assert wording.certainty(award, "en") == ""


def test_a_result_without_standing_is_awarded_without_one(session: Session, settings: Settings) -> None:
    sitting = factories.confirmed_sitting(session)
    session.get_one(Result, (sitting.organisation_id, sitting.id)).standing = None

    award = factories.award_of_sitting(session, settings, sitting)

    assert not {"standing", "highest_band", "cuts", "hierarchical"} & set(award.conditions)


# The paper


@pytest.mark.parametrize("language", ["en", "es", "ar"])
@pytest.mark.parametrize("level", [1, 4, 8])
def test_the_paper_has_room_for_the_certainty(language: str, level: int, session: Session, settings: Settings) -> None:
    aids = {"sound": True, "helper": True, "home_language_help": True, "help_language": "ar", "test_language": language}
    award = award_with(session, settings, OF_NOW | aids, language=language, level=level)

    with pypdfium2.PdfDocument(issuing.export(session, award, "pdf", settings).content) as paper:
        texts = [page.get_textpage().get_text_bounded() for page in paper]

    assert len(texts) == 2
    if language == "en":
        words = " ".join(texts[1].split())
        assert "The level was reached with at least 90 % certainty." in words


ABOVE = "A line can be higher than the level: the level is the highest that this test can show with at least 90 %"
HIGH = {"4.1": {"mean": 0.93, "low": -0.46, "high": 2.41, "items": 3, "score": 73}}


@pytest.mark.parametrize(("more", "explained"), [(OF_NOW, True), (OF_BEFORE, False)], ids=["now", "before"])
def test_the_paper_explains_a_line_above_the_level_where_it_says_how_sure_the_level_is(
    more: dict[str, Any], explained: bool, session: Session, settings: Settings
) -> None:
    award = award_with(session, settings, more, results=HIGH)

    with pypdfium2.PdfDocument(issuing.export(session, award, "pdf", settings).content) as paper:
        words = " ".join(paper[1].get_textpage().get_text_bounded().split())

    assert "73 (" in words
    assert (ABOVE in words) is explained
