"""What a bank is worth after so many learners, in figures: a test of `life`, averaged over what its items may be.

>>> from assessor.psychometrics.simulation import pool_from_rows
>>> rows = [{"item": f"i{at}", "b": at / 4 - 2, "se_b": 0.5, "se_a": 0.3} for at in range(16)]
>>> life = report_on_life(Design(pool_from_rows(rows)), [0, 20], 30, seed=1, draws=1)
>>> [stage.learners for stage in life.stages], life.known_exactly.rmse_b
([0, 20], 0.0)
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from assessor.psychometrics.adaptive import Design
from assessor.psychometrics.simulation.banks import VirtualBank
from assessor.psychometrics.simulation.life import Stage, judge, live
from assessor.psychometrics.simulation.populations import Population
from assessor.psychometrics.simulation.reporting import SimulationReport, report_on
from assessor.psychometrics.simulation.truth import Truth
from assessor.psychometrics.simulation.walking import ITEM_STREAM, Mapper, stream

DRAWS = 3
"""Banks that are drawn within what is not known of one: what is stated may be true in many ways."""


class NothingToLearn(ValueError):
    """A bank whose items are stated without any uncertainty."""


@dataclass(frozen=True)
class LifeStage:
    """What a test is worth when its parameters rest on so many learners: means over the draws.

    learners           who came before; None = every item known exactly, which no number of learners reaches
    mean_length        items asked
    exact              share whose awarded band is their true band
    exact_range        the lowest and the highest of it among the draws
    far                the same among people more than 0.25 from every cut that matters; None = there were none
    too_high           share awarded more than they have
    stated, real       stated probability of the most probable level, and share of people who are on it
    overconfidence     stated minus real
    competences_real   as `real`, for single competences where the design tells them apart; None = it does not
    mean_se, rmse      stated and real error of theta
    se_ratio           mean_se / rmse; None = no error at all
    rmse_b, rmse_a     root mean square error of difficulties and slopes, over all items
    """

    learners: int | None
    mean_length: float
    exact: float
    exact_range: tuple[float, float]
    far: float | None
    too_high: float
    stated: float
    real: float
    overconfidence: float
    competences_real: float | None
    mean_se: float
    rmse: float
    se_ratio: float | None
    rmse_b: float
    rmse_a: float


@dataclass(frozen=True)
class Life:
    """A bank from the word of experts alone to as many learners as were asked for.

    draws          of what the items may really be, over which every figure is a mean
    judged_by      virtual people who judged each stage of each draw
    stages         in the order of their learners
    known_exactly  the same test if every item were known exactly: more cannot be reached
    """

    draws: int
    judged_by: int
    stages: tuple[LifeStage, ...]
    known_exactly: LifeStage


def report_on_life(
    design: Design,
    milestones: Sequence[int],
    judged_by: int,
    seed: int,
    map: Mapper = map,
    *,
    draws: int = DRAWS,
    population: Population | None = None,
) -> Life:
    """Let a bank live several times, each time with other true items within what is stated of them.

    Parameters
    ----------
    design
        Its pool is the bank as experts placed it: b, se_b, a and se_a.
    milestones, judged_by, seed, map, population
        As for `live`. Those who judge are the learners of `simulate` with this seed.
    draws
        1 or more.

    Raises
    ------
    NothingToLearn
        When nothing is uncertain about any item.
    MilestonesNotUsable
    NobodyToJudge
    """
    stated = [item.parameters for item in design.pool.items]
    if not any(item.se_a or item.se_b for item in stated):
        raise NothingToLearn(
            "No item has a standard error, so there is nothing to learn. Say in se_b and se_a how unsure they are."
        )
    stages: dict[int | None, list[tuple[Stage, SimulationReport]]] = {}
    for draw in range(draws):
        bank = VirtualBank(design.pool, Truth.drawn(stated, stream(seed, ITEM_STREAM, draw)))
        exactly = replace(design, pool=bank.known_exactly)
        last = judge(bank, exactly, None, judged_by, seed, map, population=population)
        for stage in (*live(bank, design, milestones, judged_by, seed, map, population=population), last):
            report = report_on(replace(design, pool=stage.pool), stage.walks, 0.0)
            stages.setdefault(stage.learners, []).append((stage, report))
    *lived, known = (_mean(learners, drawn) for learners, drawn in stages.items())
    return Life(draws, judged_by, tuple(lived), known)


def walks_of_a_life(milestones: Sequence[int], judged_by: int, draws: int = DRAWS) -> int:
    """Return how many tests are taken for a report on a life."""
    return draws * (max(milestones) + judged_by * (len(milestones) + 1))


def _mean(learners: int | None, drawn: Sequence[tuple[Stage, SimulationReport]]) -> LifeStage:
    reports = [report for _, report in drawn]
    exact = [report.exact for report in reports]
    mean_se, rmse = _average([one.mean_se for one in reports]), _average([one.rmse for one in reports])
    far = [one.far for one in reports if one.far is not None]
    competences = [one.competences.real for one in reports if one.competences is not None]
    stated = _average([one.honesty.stated for one in reports])
    real = _average([one.honesty.real for one in reports])
    return LifeStage(
        learners=learners,
        mean_length=_average([one.mean_length for one in reports]),
        exact=_average(exact),
        exact_range=(min(exact), max(exact)),
        far=_average(far) if far else None,
        too_high=_average([one.too_high for one in reports]),
        stated=stated,
        real=real,
        overconfidence=stated - real,
        competences_real=_average(competences) if competences else None,
        mean_se=mean_se,
        rmse=rmse,
        se_ratio=mean_se / rmse if rmse else None,
        rmse_b=_average([stage.rmse_b for stage, _ in drawn]),
        rmse_a=_average([stage.rmse_a for stage, _ in drawn]),
    )


def _average(values: Sequence[float]) -> float:
    return float(np.mean(values))
