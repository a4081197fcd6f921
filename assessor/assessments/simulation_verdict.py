"""What a simulation decides: whether a certificate keeps its promise, and whether the test may be used."""

import math

from assessor.assessments.plots import percent
from assessor.psychometrics.simulation import SimulationReport
from assessor.psychometrics.simulation.measures import Award

FEW = 20
"""Learners or statements below which a row is marked as too few to trust."""

TOO_FEW = "too few"
"""Stands in a cell instead of a figure that only a few gave."""

HONEST_WITHIN = 0.03
"""Stated minus real accuracy that counts as honest."""

TOO_HIGH, TOO_HIGH_IN_A_BAND = 0.05, 0.10
"""Share given a higher band than they have, above which a test is not to be used, or one group of people is at risk."""

BANDS = {
    "below_basic": "Below Basic",
    "basic": "Basic",
    "intermediate": "Intermediate",
    "advanced": "Advanced",
    "highly_advanced": "Highly advanced",
}

# A share that is written with the same whole per cent as the promise keeps it.
_ROUNDING = 0.005


class Marked(str):
    """A figure that somebody must look at."""

    __slots__ = ()

    @classmethod
    def when(cls, is_bad: bool, text: str) -> str:
        """Return the text, marked when it is bad; the mark can be seen without colour."""
        return cls(f"{text}\N{NO-BREAK SPACE}!") if is_bad else text


def verdict(report: SimulationReport) -> str:
    """Return one sentence: use the test, look first, or do not use it, and why."""
    if report.awards_nothing_because:
        return f"Do not use this test: no band can be awarded. {report.awards_nothing_because}"
    if reason := _reason_against(report):
        return f"Do not use this test: {reason}."
    if reasons := _reasons_to_look(report):
        return f"Look before you use this test: {'; '.join(reasons)}."
    return f"Use this test: of those who get a band, {percent(report.awarded_true)} have it, and no group is at risk."


def promise(report: SimulationReport) -> str:
    """Return one sentence: what a certificate promises, and what it keeps."""
    if report.awarded_true is None:
        return f"Nobody gets a band. Promised: {percent(report.promised)}."
    return f"Of those who get a band, {percent(report.awarded_true)} have it. Promised: {percent(report.promised)}."


def exact(report: SimulationReport, share: float | None) -> str:
    """Return a share of exact results; nothing where no band can be awarded, since nobody can be right or wrong."""
    return percent(None if report.awards_nothing_because else share)


def is_broken(report: SimulationReport, share: float | None) -> bool:
    """Whether this share of those given a band is less than a certificate promises."""
    return share is not None and share < report.promised - _ROUNDING


def award_rows(report: SimulationReport) -> tuple[tuple[str, ...], ...]:
    """Return for each band that can be awarded: its name, how many got it, how many of them have it."""
    return tuple((BANDS[band], f"{award.awarded:,}", _true(report, award)) for band, award in report.awards.items())


def band_rows(report: SimulationReport) -> tuple[tuple[str, ...], ...]:
    """Return for each true band: its name, learners, exact, lower, higher."""
    return tuple(
        (
            BANDS[row.band],
            f"{row.learners:,}",
            exact(report, row.exact),
            percent(row.too_low),
            Marked.when(row.too_high > TOO_HIGH_IN_A_BAND and row.learners >= FEW, percent(row.too_high)),
        )
        for row in report.by_band
    )


def groups_at_risk(report: SimulationReport) -> list[str]:
    """Return in words the true bands of which too many get a higher band."""
    return [
        f"{BANDS[row.band]} {percent(row.too_high)}"
        for row in report.by_band
        if row.too_high > TOO_HIGH_IN_A_BAND and row.learners >= FEW
    ]


def _true(report: SimulationReport, award: Award) -> str:
    if award.awarded < FEW:
        return TOO_FEW
    return Marked.when(is_broken(report, award.true_share), percent(award.true_share))


def _reason_against(report: SimulationReport) -> str:
    awarded = sum(award.awarded for award in report.awards.values())
    kept = report.awarded_true
    # Twice the standard error of a share: what chance alone may take away.
    if (
        kept is not None
        and awarded >= FEW
        and is_broken(report, kept + 2 * math.sqrt(report.promised * (1 - report.promised) / awarded))
    ):
        return f"of those who get a band, only {percent(kept)} have it, and {percent(report.promised)} are promised"
    if report.too_high > TOO_HIGH and report.learners >= FEW:
        return f"{percent(report.too_high)} get a higher band than they have; {percent(TOO_HIGH)} is the limit"
    return ""


def _reasons_to_look(report: SimulationReport) -> list[str]:
    awarded = sum(award.awarded for award in report.awards.values())
    if awarded < FEW:
        return [f"too few ({awarded}) got a band to say whether it is true; let more learners come"]
    reasons = [
        f"of those who get {BANDS[band]}, {percent(award.true_share)} have it, and {percent(report.promised)} are "
        "promised"
        for band, award in report.awards.items()
        if award.awarded >= FEW and is_broken(report, award.true_share)
    ]
    if groups := groups_at_risk(report):
        reasons.append(
            f"too many people get a higher band than they have, of those who really are: {', '.join(groups)}"
        )
    if report.honesty.overconfidence > HONEST_WITHIN:
        reasons.append(f"it states {percent(report.honesty.stated)} and is right in {percent(report.honesty.real)}")
    return reasons
