"""What a page about a simulation says: figures first, then one section for each question, each with plot and table."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from markupsafe import Markup

from assessor.assessments.plots import (
    Axis,
    area,
    bars,
    dots,
    key,
    level,
    line,
    percent,
    plot,
    ticks,
    upright,
    written,
)
from assessor.assessments.simulation_verdict import (
    BANDS,
    FEW,
    HONEST_WITHIN,
    TOO_FEW,
    TOO_HIGH_IN_A_BAND,
    Marked,
    award_rows,
    band_rows,
    exact,
    groups_at_risk,
    is_broken,
    promise,
)
from assessor.psychometrics.simulation import SimulationReport
from assessor.psychometrics.simulation.measures import EXPOSURE_LIMIT, Honesty, ThetaBin

HONEST_RATIO = 0.95, 1.10
"""Stated over real error that counts as honest."""

_LENGTH_BARS = 13
REASONS = {
    "decided": "The result was certain",
    "level": "One level was certain",
    "ratio": "The answers spoke clearly at every cut",
    "precise": "The estimate was precise",
    "curtailed": "More questions would change little",
    "maximum": "The longest test was reached",
    "exhausted": "No question was left",
}


BAND_COLUMNS = ("True band", "Learners", "Exact", "Lower", "Higher")
AWARD_COLUMNS = ("Band", "Get it", "Have it")


@dataclass(frozen=True)
class Fact:
    """A figure at the top of the page, with what it means."""

    name: str
    value: str
    meaning: str


@dataclass(frozen=True)
class Table:
    """Rows of text; the first cell of each is its head."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Section:
    """One question about the test: how to read the plot, what was found, the plot and its numbers."""

    title: str
    reading: str
    finding: str
    tables: tuple[Table, ...]
    plot: Markup | None = None


def facts(report: SimulationReport) -> list[Fact]:
    """Return the figures that decide first."""
    honesty, usage = report.honesty, report.usage
    shortest, longest = min(report.lengths), max(report.lengths)
    return [
        _kept(report),
        Fact("Questions in a test", written(report.mean_length, 1), f"{shortest} to {longest}"),
        _exactly(report),
        _higher(report),
        Fact("Certainty: stated, real", f"{percent(honesty.stated)}, {percent(honesty.real)}", _honest(report)),
        Fact("Error: stated, real", f"{report.mean_se:.2f}, {report.rmse:.2f}", "standard error, in theta"),
        Fact(
            "Most used question",
            percent(report.exposure_max),
            f"of learners meet it; limit is {percent(EXPOSURE_LIMIT)}",
        ),
        Fact("Questions that two share", percent(usage.overlap), "of a test, two learners on average"),
        Fact("Never used", f"{usage.unused:,}", f"of {usage.items:,} questions"),
    ]


def all_of(report: SimulationReport, cuts: Sequence[float], *more: Section) -> list[Section]:
    """Return the sections of the page, most important first; `more` stand before those about single questions."""
    return [
        _results(report),
        _certainty(report),
        *_competences(report),
        *more,
        _lengths(report),
        _errors(report, cuts),
        _information(report, cuts),
        _exposure(report),
    ]


def _kept(report: SimulationReport) -> Fact:
    is_bad = report.awarded_true is None or is_broken(report, report.awarded_true)
    kept = Marked.when(is_bad, percent(report.awarded_true))
    return Fact("Of those who get a band, have it", kept, f"Promised: {percent(report.promised)}")


def _exactly(report: SimulationReport) -> Fact:
    name = "Get exactly their band"
    if report.awards_nothing_because:
        return Fact(name, Marked.when(True, exact(report, None)), "no band can be awarded")
    away = (
        f"{percent(report.far)} of those away from the cuts" if report.far is not None else "nobody was away from a cut"
    )
    return Fact(name, f"{percent(report.exact)} {_give_or_take(report.exact, report.learners)}", away)


def _higher(report: SimulationReport) -> Fact:
    groups = groups_at_risk(report)
    meaning = f"of people who really are: {', '.join(groups)}" if groups else "a certificate that promises too much"
    return Fact("Get a higher band", Marked.when(bool(groups), percent(report.too_high)), meaning)


def _give_or_take(share: float, learners: int) -> str:
    # Twice the standard error of a share: how far another thousand learners might be off.
    return f"±\N{NO-BREAK SPACE}{200 * math.sqrt(share * (1 - share) / learners):.0f}"


def _honest(report: SimulationReport) -> str:
    over = report.honesty.overconfidence
    if abs(over) <= HONEST_WITHIN:
        return "honest"
    return "it promises too much" if over > 0 else "more careful than it need be"


def _results(report: SimulationReport) -> Section:
    guessed = (
        ""
        if report.guessers_awarded is None
        else (f" Of those who only tap at random, {percent(report.guessers_awarded)} are given a band.")
    )
    return Section(
        "Who gets which band?",
        "A band is given only when it is nearly certain that the person has reached it. So most misses are one band "
        "too low, on purpose. Marked with !: a band that fewer have than is promised, and people of whom more than "
        f"{percent(TOO_HIGH_IN_A_BAND)} get a higher band.",
        f"{promise(report)} {exact(report, report.exact)} get exactly their band, {percent(report.too_high)} a higher "
        f"one.{guessed}",
        (Table("Results by true band", BAND_COLUMNS, band_rows(report)), *_awards(report)),
    )


def _awards(report: SimulationReport) -> list[Table]:
    return [Table("Of those who get a band", AWARD_COLUMNS, award_rows(report))] if report.awards else []


def _certainty(report: SimulationReport) -> Section:
    return _calibrated(
        report.honesty,
        "Is the stated certainty honest?",
        "After a test each level has a chance. Points on the dotted line are honest; points below it promise too much.",
    )


def _calibrated(honesty: Honesty, title: str, reading: str, *more: Table) -> Section:
    bins = honesty.calibration
    points = [(one.stated, one.real) for one in bins if one.statements >= FEW]
    x = Axis("Stated chance to be on a level, %", 0, 1, ticks(0, 1), lambda share: f"{share * 100:.0f}")
    y = Axis("Really on that level, %", 0, 1, ticks(0, 1), x.write)
    worst = max((abs(stated - real) for stated, real in points), default=0.0)
    told = (
        f"Stated against real certainty: {len(points)} points beside the line of perfect honesty, "
        f"the farthest {worst * 100:.0f} percentage points away."
    )
    rows = tuple(
        (
            f"{one.lowest * 100:.0f} to {one.highest * 100:.0f}",
            f"{one.statements:,}",
            f"{one.stated * 100:.0f}",
            f"{one.real * 100:.0f}" if one.statements >= FEW else TOO_FEW,
        )
        for one in bins
    )
    marks = line([(0, 0), (1, 1)], "limit"), line(points, "first"), dots(points)
    return Section(
        title,
        reading,
        f"For the most probable level it states {percent(honesty.stated)} and is right in {percent(honesty.real)}: "
        f"a difference of {written(honesty.overconfidence * 100, 1)} points.",
        (Table("Statements by their chance", ("Stated, %", "Statements", "Mean, %", "Real, %"), rows), *more),
        plot(x, y, told, *(marks if points else marks[:1])),
    )


def _competences(report: SimulationReport) -> list[Section]:
    """Return the section about single competences, if the design tells them apart."""
    if report.competences is None:
        return []
    rows = tuple(
        (
            row.competence,
            written(row.mean_length, 1),
            percent(row.honesty.real),
            percent(row.honesty.real_far),
            f"{row.honesty.mean_se:.2f}",
            f"{row.honesty.rmse:.2f}",
        )
        for row in report.by_competence
    )
    columns = ("Competence", "Items", "Right", "Away", "Stated", "Real")
    section = _calibrated(
        report.competences,
        "How sure is it of each competence?",
        "Right: the most probable level is the true one. Away: the same for people away from every cut. Stated and "
        "real: errors in theta.",
        Table("Single competences", columns, rows),
    )
    return [section]


def _lengths(report: SimulationReport) -> Section:
    shortest, longest = min(report.lengths), max(report.lengths)
    width = math.ceil((longest - shortest + 1) / _LENGTH_BARS)
    counted = [
        (low, low + width - 1, sum(report.lengths.get(length, 0) for length in range(low, low + width)))
        for low in range(shortest, longest + 1, width)
    ]
    most = max(count for _, _, count in counted)
    x_ticks = [at for at in ticks(shortest, max(longest, shortest + 1)) if at == round(at)]
    x = Axis("Questions in a test", shortest - 0.5, counted[-1][1] + 0.5, x_ticks)
    y = Axis("Learners", 0, most * 1.08, ticks(0, most, 4))
    commonest = max(counted, key=lambda one: one[2])
    told = (
        f"Histogram of test lengths from {shortest} to {longest} questions; "
        f"most often {_from_to(*commonest[:2])}, {percent(commonest[2] / report.learners)} of the tests."
    )
    rows = tuple((_from_to(low, high), f"{n:,}", percent(n / report.learners)) for low, high, n in counted)
    reasons = tuple(
        (REASONS.get(reason, reason), percent(share)) for reason, share in report.by_reason.items() if share
    )
    by_band = tuple((BANDS[row.band], f"{row.learners:,}", written(row.mean_length, 1)) for row in report.by_band)
    return Section(
        "How long is a test?",
        "A test stops as soon as it knows enough, and never after its longest length.",
        f"On average {written(report.mean_length, 1)} questions; {percent(report.decided)} of the tests ended because "
        "the result was certain.",
        (
            Table("Tests by length", ("Questions", "Learners", "Share"), rows),
            Table("Mean length by true band", ("True band", "Learners", "Questions"), by_band),
            Table("Why tests ended", ("Reason", "Share"), reasons),
        ),
        plot(x, y, told, bars([(low - 0.5, high + 0.5, count) for low, high, count in counted])),
    )


def _errors(report: SimulationReport, cuts: Sequence[float]) -> Section:
    told_of = [row for row in report.by_theta if row.learners >= FEW]
    stated = [(_middle(row), row.mean_se) for row in told_of]
    real = [(_middle(row), row.rmse) for row in told_of]
    top = max([value for _, value in stated + real], default=1.0)
    x = Axis("True ability, theta", -3, 3, range(-3, 4))
    y = Axis("Error, theta", 0, top * 1.45, ticks(0, top * 1.45, 4))
    named = key([("first", "stated: standard error"), ("second", "real: root mean square")])
    lines = (line(stated, "first"), line(real, "second"), dots(stated), dots(real, "second")) if told_of else ()
    low, high = HONEST_RATIO
    ratio = report.honesty.se_ratio
    verdict = "no error at all" if ratio is None else f"{ratio:.2f}; {low:.2f} to {high:.2f} is honest"
    rows = tuple(
        (
            _stretch(row),
            f"{row.learners:,}",
            f"{row.mean_se:.2f}",
            f"{row.rmse:.2f}" if row.learners >= FEW else TOO_FEW,
            written(row.bias, 2) if row.learners >= FEW else TOO_FEW,
        )
        for row in report.by_theta
    )
    return Section(
        "How exact is the estimate?",
        "The two lines should lie close together. Dotted: the lower end of each band. Estimates of very low or very "
        "high ability are drawn to the middle, as with every short test.",
        f"Stated error divided by real error: {verdict}.",
        (Table("Errors along ability", ("Theta", "Learners", "Stated", "Real", "Bias"), rows),),
        plot(x, y, _told_errors(told_of), *(upright(cut) for cut in cuts), *lines, named),
    )


def _told_errors(rows: Sequence[ThetaBin]) -> str:
    if not rows:
        return "Stated and real error along ability: too few learners to draw."
    stated, real = [row.mean_se for row in rows], [row.rmse for row in rows]
    return (
        f"Stated and real error along ability: stated between {min(stated):.2f} and {max(stated):.2f}, "
        f"real between {min(real):.2f} and {max(real):.2f}."
    )


def _information(report: SimulationReport, cuts: Sequence[float]) -> Section:
    points = [(one.theta, one.information) for one in report.information]
    peak = max(points, key=lambda point: point[1])
    x = Axis("Ability, theta", points[0][0], points[-1][0], range(-4, 5))
    y = Axis("Information, 1 / theta²", 0, peak[1] * 1.08, ticks(0, peak[1] * 1.08, 4))
    told = f"Information of all questions: highest, {peak[1]:.1f}, at theta {written(peak[0])}, falling to both sides."
    rows = tuple(
        (written(theta), f"{value:,.1f}", f"{1 / math.sqrt(1 + value):.2f}")
        for theta, value in points
        if theta == round(theta)
    )
    return Section(
        "Where can the bank measure?",
        "All questions together, for each ability. A bank should be high around every cut (dotted) that it decides.",
        f"It measures best at theta {written(peak[0])}.",
        (Table("Information of all questions", ("Theta", "Information", "Least error"), rows),),
        plot(x, y, told, area(points), *(upright(cut) for cut in cuts), line(points, "first")),
    )


def _exposure(report: SimulationReport) -> Section:
    rates = sorted(report.exposure.values(), reverse=True)
    steps = [(float(at + side), rate) for at, rate in enumerate(rates) for side in (0, 1)]
    top = max(rates[0], EXPOSURE_LIMIT) * 1.12
    x = Axis("Questions, most used first", 0, len(rates), [at for at in ticks(0, len(rates), 4) if at == round(at)])
    y = Axis("Learners who meet it, %", 0, top, ticks(0, top, 4), lambda share: f"{share * 100:.0f}")
    usage = report.usage
    told = (
        f"Share of learners who meet each question, most used first: from {percent(rates[0])} down to "
        f"{percent(rates[-1])}; {usage.overexposed} of {usage.items} questions above {percent(EXPOSURE_LIMIT)}."
    )
    overlap = "" if usage.overlap is None else f" Two learners share {percent(usage.overlap)} of their questions."
    limit = level(EXPOSURE_LIMIT, f"limit {percent(EXPOSURE_LIMIT)}")
    most = sorted(report.exposure.items(), key=lambda pair: (-pair[1], pair[0]))[:5]
    return Section(
        "Which questions are used?",
        "A question that many people meet is soon known. Questions that nobody meets cost work and help nobody.",
        f"{usage.overexposed} of {usage.items:,} questions are above {percent(EXPOSURE_LIMIT)}; {usage.unused:,} are "
        f"never used.{overlap}",
        (
            Table("Questions by use", ("Learners who meet it", "Questions"), _exposure_rows(rates)),
            Table("Most used", ("Question", "Learners"), tuple((item, percent(rate)) for item, rate in most)),
        ),
        plot(x, y, told, area(steps), line(steps, "first"), limit),
    )


def _exposure_rows(rates: Sequence[float]) -> tuple[tuple[str, str], ...]:
    edges = (0.0, 0.05, 0.10, 0.15, 0.20, EXPOSURE_LIMIT, 1.0)
    rows = [("none", sum(rate == 0 for rate in rates))]
    for low, high in pairwise(edges):
        words = f"over {percent(low)}" if high == 1 else f"up to {percent(high)}"
        rows.append((words, sum(low < rate <= high for rate in rates)))
    return tuple((words, f"{count:,}") for words, count in rows)


def _from_to(low: int, high: int) -> str:
    return str(low) if low == high else f"{low} to {high}"


def _middle(row: ThetaBin) -> float:
    """Return where a bin is drawn; the open ones as wide as the others."""
    if row.lowest is None:
        return (row.highest or 0) - 0.25
    return row.lowest + 0.25


def _stretch(row: ThetaBin) -> str:
    if row.lowest is None:
        return f"below {written(row.highest or 0)}"
    return (
        f"{written(row.lowest)} and up" if row.highest is None else f"{written(row.lowest)} to {written(row.highest)}"
    )
