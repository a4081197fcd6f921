"""What a checked badge says to a person: levels in front, statistics behind them."""

from assessor.openbadges.checks import Report, Result
from assessor.verification.telling import what_it_says


def test_levels_are_told_before_statistics_where_there_are_many_results() -> None:
    names = ("Level", "Probability of Basic", "Probability of Intermediate", "Standard error")
    described = [{"id": f"urn:{number}", "name": name} for number, name in enumerate(names)]
    described[0]["rubricCriterionLevel"] = [{"id": "urn:three", "name": "Intermediate"}]  # type: ignore[assignment]
    results = [{"resultDescription": f"urn:{number}", "value": "1"} for number in range(len(names))]
    results[0]["achievedLevel"] = "urn:three"
    badge = {"credentialSubject": {"achievement": {"resultDescription": described}, "result": results}}

    said = what_it_says(Report(Result.GENUINE, "json", (), badge))

    assert said is not None
    assert said.levels == (("Level", "Intermediate (1)"),)
    assert [name for name, _ in said.measures] == list(names[1:])
    assert said.results == said.levels + said.measures
