"""The section of a simulation's page about the life of a bank: what it is worth before and after people came."""

import math
from collections.abc import Sequence

from markupsafe import Markup

from assessor.assessments.plots import Axis, dots, level, line, percent, plot, ticks, written
from assessor.assessments.simulation_sections import Section, Table
from assessor.assessments.simulation_verdict import HONEST_WITHIN
from assessor.psychometrics.simulation.life_report import Life, LifeStage

_KNOWN = "all known"
_SAME = 0.01
"""Difference between two shares that nobody would notice."""

_ROOM = 0.17
"""Part of the axis that two labels need between them."""


def life_section(life: Life) -> Section:
    """Return the section; its plot shows the share of exact results along the learners who came."""
    rows = (*life.stages, life.known_exactly)
    results = tuple(
        (_name(row), written(row.mean_length, 1), percent(row.exact), percent(row.far), percent(row.too_high))
        for row in rows
    )
    knowledge = tuple(
        (_name(row), *(_whole(share) for share in (row.stated, row.real)), *_two(row.se_ratio, row.rmse_b, row.rmse_a))
        for row in rows
    )
    return Section(
        "What will the bank be worth when people have come?",
        f"{_tries(life.draws)} People came, and difficulty and slope of each question followed their answers; then "
        f"{life.judged_by:,} others took the test. Exact: get exactly their band. Away: the same for people away from "
        "every cut. Higher: get a higher band. “All known” is out of reach: every question known exactly.",
        _finding(life),
        (
            Table("Results after so many learners", ("Learners", "Questions", "Exact", "Away", "Higher"), results),
            Table(
                "Certainty, stated and real in %; stated by real error of ability; how far the bank is off in "
                "difficulty b and slope a",
                ("Learners", "Stated", "Real", "Errors", "b", "a"),
                knowledge,
            ),
        ),
        _plot(life),
    )


def _tries(draws: int) -> str:
    if draws == 1:
        return "What the questions are really like was drawn once, within what is stated of them."
    return f"What the questions are really like was drawn {draws} times, within what is stated of them."


def _finding(life: Life) -> str:
    first, last, best = life.stages[0], life.stages[-1], life.known_exactly
    limit = f"if every question were known exactly, it would be {percent(best.exact)}"
    if first is last:
        return f"{_after(last)} {percent(last.exact)} get exactly their band; {limit}.{_warning(life.stages)}"
    gain = last.exact - first.exact
    before = _after(first)[0].lower() + _after(first)[1:]
    compared = f"as many as {before}, give or take a point" if abs(gain) < _SAME else f"{percent(first.exact)} {before}"
    return f"{_after(last)} {percent(last.exact)} get exactly their band, {compared}; {limit}.{_warning(life.stages)}"


def _warning(stages: Sequence[LifeStage]) -> str:
    boastful = [stage for stage in stages if stage.overconfidence > HONEST_WITHIN]
    if not boastful:
        return ""
    worst = max(boastful, key=lambda stage: stage.overconfidence)
    where = _after(worst)[0].lower() + _after(worst)[1:]
    return f" It promises too much {where}: {written(worst.overconfidence * 100, 1)} points."


def _after(stage: LifeStage) -> str:
    if not stage.learners:
        return "On the word of experts alone"
    return f"After {stage.learners:,} learner{'' if stage.learners == 1 else 's'}"


def _plot(life: Life) -> Markup:
    """Draw exact results along the square root of the learners, by which knowledge grows."""
    points = [(math.sqrt(stage.learners or 0), stage.exact) for stage in life.stages]
    best = life.known_exactly.exact
    lowest, highest = (f([best, *(share for _, share in points)]) for f in (min, max))
    bottom = max(math.floor((lowest - 0.02) * 20) / 20, 0.0)
    top = min(math.ceil((highest + 0.03) * 20) / 20, 1.05)
    right = max(points[-1][0], 1.0)
    x = Axis("Learners so far", 0, right, _far_apart([at for at, _ in points], right), lambda at: f"{at * at:,.0f}")
    y = Axis("Exactly their band, %", bottom, top, ticks(bottom, top, 4), lambda share: f"{share * 100:.0f}")
    course = ", ".join(f"{percent(stage.exact)} {_after(stage)[0].lower()}{_after(stage)[1:]}" for stage in life.stages)
    told = f"Share of people who get exactly their band: {course}; {percent(best)} if all questions were known exactly."
    return plot(x, y, told, line(points), dots(points), level(best, f"all known {percent(best)}"))


def _far_apart(positions: Sequence[float], width: float) -> list[float]:
    """Return the positions whose labels do not run into each other, both ends among them."""
    first, last = positions[0], positions[-1]
    kept = [first]
    for at in positions[1:-1]:
        if min(at - kept[-1], last - at) >= _ROOM * width:
            kept.append(at)
    return kept if first == last else [*kept, last]


def _name(stage: LifeStage) -> str:
    return _KNOWN if stage.learners is None else f"{stage.learners:,}"


def _whole(share: float) -> str:
    return f"{share * 100:.0f}"


def _two(*values: float | None) -> list[str]:
    return ["–" if value is None else f"{value:.2f}" for value in values]
