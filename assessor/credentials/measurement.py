"""The results of a badge that programs can read: what its template promises, and how sure the result is.

What a template promises to everybody who holds its code stays as it is: the band, and a score with its band for each
competence. The other descriptions belong to one badge, so their ids are parts of its own address: the probability of
each level, the certainty of the award, the precision.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from assessor.credentials import achievements, wording
from assessor.credentials.models import Award
from assessor.openbadges.achievement import ResultDescription
from assessor.openbadges.credential import Result
from assessor.psychometrics.standards.bands import CUTS, NOT_ASSESSED

Described = tuple[ResultDescription, Result]


def promised_results(award: Award, template: achievements.Template) -> tuple[Result, ...]:
    """The awarded level with its band, and the score of each competence that was assessed.

    A competence has a band where its own result supports one: see `_band`.
    """
    band = achievements.BANDS[(award.level - 1) // 2]
    whole = Result(f"{template.badge.id}#band", str(award.level), f"{template.badge.id}#band-{band}")
    scores = [
        _competence_result(f"{template.badge.id}#competence-{area.competence}", score, award, area.competence, template)
        for area, score in zip(template.certificate.areas, award.area_scores, strict=True)
        if score != NOT_ASSESSED
    ]
    return (whole, *scores)


def described_results(award: Award, credential_url: str) -> Iterator[Described]:
    """Each result with its description; none for an award that does not say how sure it is."""
    found = wording.stated_standing(award)
    if found is None:
        return
    for one in found.chances:
        name = wording.level_name(one)
        yield _percent(
            f"{credential_url}#probability-{name.lower().replace(' ', '-')}",
            f"Probability of the level, in per cent: {name}",
            one.probability,
        )
    yield _percent(
        f"{credential_url}#certainty",
        "The band was reached with at least this certainty, in per cent",
        found.certainty,
    )
    yield _described(
        ResultDescription(
            f"{credential_url}#standard-error",
            "Standard error of the estimated ability, on the scale that the evidence describes",
            "Result",
        ),
        f"{award.conditions['standard_error']:.2f}",
    )


def _competence_result(
    description_id: str, score: int, award: Award, competence: str, template: achievements.Template
) -> Result:
    band = _band(award.results.get(competence), award.conditions)
    level = f"{description_id}-{achievements.BANDS[band - 1]}" if band else ""
    description = template.badge.result_description(description_id)
    # Templates of before have no bands of competences, and people hold their codes.
    is_promised = description is not None and description.level_named(level) is not None
    return Result(description_id, str(score), level if is_promised else "")


def _band(result: Mapping[str, Any] | None, conditions: Mapping[str, Any]) -> int:
    """The band whose lower cut the whole range of a competence's result lies above; 0 = none, or no range is known.

    The range holds the true value in 9 of 10 cases, so the band was reached in 19 of 20. Never a band above the highest
    that the test can award.
    """
    if result is None or "low" not in result:
        return 0
    cuts = conditions.get("cuts", CUTS)[: conditions.get("highest_band", len(CUTS)) or 0]
    return sum(result["low"] >= cut for cut in cuts)


def _percent(description_id: str, name: str, probability: float) -> Described:
    description = ResultDescription(description_id, name, "Percent", value_min="0", value_max="100")
    return _described(description, str(round(100 * probability)))


def _described(description: ResultDescription, value: str) -> Described:
    return description, Result(description.id, value)
