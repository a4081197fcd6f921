"""What a design did to virtual learners, in figures that can be compared and printed."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from assessor.psychometrics.adaptive import Design
from assessor.psychometrics.adaptive.stopping import Reason
from assessor.psychometrics.simulation.judged import Judged, share
from assessor.psychometrics.simulation.measures import (
    Award,
    BandRow,
    CompetenceRow,
    Honesty,
    InformationPoint,
    ThetaBin,
    Usage,
    length_counts,
    pool_information,
    theta_bins,
    usage,
)
from assessor.psychometrics.simulation.walking import Walk
from assessor.psychometrics.standards.bands import Band


@dataclass(frozen=True)
class SimulationReport:
    """What a design did to virtual learners.

    People who only guess have no ability that a test could find: they count in `learners`, `mean_length`, `decided`
    and the use of items, and nowhere else.

    awards_nothing_because  why no band can be awarded, as a sentence; None = one can
    promised          least certainty with which a band is awarded
    awarded_true      share of those awarded a band who have at least that band; None = nobody was awarded one
    awards            band that can be awarded → the same for those who were awarded it
    learners          how many took the test
    mean_length       items asked
    exact             share whose awarded band is their true band (below Basic counts as one; nothing above what
                      the pool can award). An award needs .90 certainty, so most misses are one band too low, by
                      intention
    far               the same among learners more than 0.25 from every cut that matters; None = there were none
    decided           share of tests that stopped because the award was decided
    too_high          share awarded more than they have
    bias              mean of estimate minus truth, in theta
    rmse              root mean square of the same
    mean_se           mean stated standard error; honest when close to rmse
    exposure_max      share of learners who met the most used item
    seconds           time the walking took
    guessers          share of people who only guess
    guessers_awarded  share of them who were awarded a band; None = there were none
    exposure          item → share of learners who met it
    by_reason         reason to stop → share
    length_by_band    true band ("below_basic" or a band's name) → mean number of items
    lengths           number of items → learners
    honesty           what the test states about itself, against the truth
    usage             how the pool was used
    by_band           lengths and results of each true band
    by_theta          lengths and errors along theta
    information       information of the whole pool along theta
    competences       all competences of all learners together, where the design tells them apart; None = it does not
    by_competence     each of them
    """

    awards_nothing_because: str | None
    promised: float
    awarded_true: float | None
    awards: Mapping[str, Award] = field(repr=False)
    learners: int
    mean_length: float
    exact: float
    far: float | None
    decided: float
    too_high: float
    bias: float
    rmse: float
    mean_se: float
    exposure_max: float
    seconds: float
    guessers: float
    guessers_awarded: float | None
    exposure: Mapping[str, float] = field(repr=False)
    by_reason: Mapping[str, float] = field(repr=False)
    length_by_band: Mapping[str, float] = field(repr=False)
    lengths: Mapping[int, int] = field(repr=False)
    honesty: Honesty = field(repr=False)
    usage: Usage = field(repr=False)
    by_band: tuple[BandRow, ...] = field(repr=False)
    by_theta: tuple[ThetaBin, ...] = field(repr=False)
    information: tuple[InformationPoint, ...] = field(repr=False)
    competences: Honesty | None = field(repr=False)
    by_competence: tuple[CompetenceRow, ...] = field(repr=False)


class NobodyToJudge(ValueError):
    """Walks of guessers alone: there is no ability to compare an estimate with."""


def report_on(design: Design, walks: Sequence[Walk], seconds: float) -> SimulationReport:
    """Summarise walks; `seconds` is what they took. Raises `NobodyToJudge` when all of them only guessed."""
    able = [walk for walk in walks if not walk.guesses]
    guessers = [walk for walk in walks if walk.guesses]
    if not able:
        raise NobodyToJudge("Everybody guessed. A report needs at least one learner with an ability.")
    judged = Judged.of(design, [walk.whole for walk in able])
    able_lengths = np.array([len(walk.items) for walk in able], dtype=np.float64)
    shown = Counter(item for walk in walks for item in walk.items)
    exposure = {item.id: shown[item.id] / len(walks) for item in design.pool.items}
    reasons = Counter(walk.reason for walk in walks)
    by_band, honesty = judged.by_band(able_lengths), judged.honesty
    return SimulationReport(
        awards_nothing_because=_why_no_award(design),
        promised=design.bands.certainty,
        awarded_true=judged.awarded_true,
        awards=judged.awards(design.highest_band),
        learners=len(walks),
        mean_length=sum(shown.values()) / len(walks),
        exact=float(judged.is_exact.mean()),
        far=share(judged.is_exact, judged.is_far),
        decided=reasons[Reason.DECIDED] / len(walks),
        too_high=float((judged.awarded > judged.band).mean()),
        bias=honesty.bias,
        rmse=honesty.rmse,
        mean_se=honesty.mean_se,
        exposure_max=max(exposure.values()),
        seconds=seconds,
        guessers=len(guessers) / len(walks),
        guessers_awarded=sum(walk.awarded is not None for walk in guessers) / len(guessers) if guessers else None,
        exposure=exposure,
        by_reason={reason.value: reasons[reason] / len(walks) for reason in Reason},
        length_by_band={row.band: row.mean_length for row in by_band},
        lengths=length_counts([len(walk.items) for walk in walks]),
        honesty=honesty,
        usage=usage(exposure, len(walks)),
        by_band=by_band,
        by_theta=theta_bins(judged.truth, judged.error, judged.standard_error, able_lengths),
        information=pool_information(design.pool),
        competences=_competences(design, able),
        by_competence=_by_competence(design, able),
    )


def _why_no_award(design: Design) -> str | None:
    if design.highest_band is not None:
        return None
    counts = Counter(item.band for item in design.pool.items)
    there = ", ".join(f"{counts[band]} of {band.name.capitalize().replace('_', ' ')}" for band in Band if counts[band])
    return (
        f"A band needs {design.bands.minimum_items} questions of it, and there are only {there}. "
        "Add questions, or change bands.minimum_items in the rules."
    )


def _competences(design: Design, walks: Sequence[Walk]) -> Honesty | None:
    everything = [one for walk in walks for one in walk.competences]
    return Judged.of(design, everything).honesty if everything else None


def _by_competence(design: Design, walks: Sequence[Walk]) -> tuple[CompetenceRow, ...]:
    if design.hierarchy is None:
        return ()
    pool = design.pool
    asked = Counter(pool.competence_of[pool.position[item]] for walk in walks for item in walk.items)
    return tuple(
        CompetenceRow(code, asked[at] / len(walks), Judged.of(design, [walk.competences[at] for walk in walks]).honesty)
        for at, code in enumerate(pool.competences)
    )
