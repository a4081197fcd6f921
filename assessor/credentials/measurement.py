"""How sure the result is, as results of the badge that programs can read.

What a template promises to everybody who holds its code stays as it is. These descriptions belong to one badge, so
their ids are parts of its own address: the probability of each level, the certainty of the award, the precision.
"""

from collections.abc import Iterator

from assessor.credentials import wording
from assessor.credentials.models import Award
from assessor.openbadges.achievement import ResultDescription
from assessor.openbadges.credential import Result

Described = tuple[ResultDescription, Result]


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


def _percent(description_id: str, name: str, probability: float) -> Described:
    description = ResultDescription(description_id, name, "Percent", value_min="0", value_max="100")
    return _described(description, str(round(100 * probability)))


def _described(description: ResultDescription, value: str) -> Described:
    return description, Result(description.id, value)
