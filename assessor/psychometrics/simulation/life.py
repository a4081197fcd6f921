"""The life of a new bank: experts place the items, people come, and the parameters follow their answers.

Nobody has answered a new item. It is used all the same, with what experts say and how unsure that is; every batch of
answers then moves its parameters, never further than they warrant (`calibration.sittings`). This shows what such a
bank is worth after 0, 50 or 500 learners, before the first of them comes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.random import SeedSequence

from assessor.psychometrics.adaptive import Design, Pool
from assessor.psychometrics.care.recalibration import calibrate_sittings
from assessor.psychometrics.measuring.response_models import Array
from assessor.psychometrics.simulation.banks import VirtualBank
from assessor.psychometrics.simulation.populations import Population
from assessor.psychometrics.simulation.walking import LIFE_STREAM, Mapper, Walk, walk_all


class MilestonesNotUsable(ValueError):
    """Milestones of a bank's life that are not ascending numbers of learners."""


@dataclass(frozen=True)
class Stage:
    """A bank after some learners.

    learners  whose answers the parameters rest on; None = every item known exactly, which no number of learners reaches
    pool      the items as they are then known
    rmse_b    root mean square error of the difficulties
    rmse_a    the same of the slopes
    walks     of people who come then, who teach the bank nothing: for judging it
    """

    learners: int | None
    pool: Pool
    rmse_b: float
    rmse_a: float
    walks: tuple[Walk, ...]


def live(
    bank: VirtualBank,
    design: Design,
    milestones: Sequence[int],
    judged_by: int,
    seed: int,
    map: Mapper = map,
    *,
    population: Population | None = None,
) -> list[Stage]:
    """Return the stages of a bank's life.

    Parameters
    ----------
    bank
        The items as experts placed them, and as they are.
    design
        The rules of every test; its pool is replaced by the bank's.
    milestones
        Numbers of learners after which the bank is recalibrated and judged, ascending; 0 = by experts alone.
    judged_by
        Virtual people who judge each stage; the same at all of them.
    seed
        0 or above.
    map
        Applies a function to chunks of learners.
    population
        Who comes, to learn from and to judge. None = the population that the design supposes.

    Raises
    ------
    MilestonesNotUsable
    """
    if list(milestones) != sorted(set(milestones)) or min(milestones, default=-1) < 0:
        raise MilestonesNotUsable("Milestones are numbers of learners, 0 or more, ascending: such as 0, 50, 500.")
    placed = replace(design, pool=bank.pool)
    now, learned, stages = placed, list[Walk](), list[Stage]()
    for milestone in milestones:
        if more := milestone - len(learned):
            people = _seed(seed, len(learned))
            learned += walk_all(now, more, people, map, truth=bank.truth, population=population)
            now = replace(design, pool=calibrate_sittings(placed, learned).pool)
        stages.append(judge(bank, now, milestone, judged_by, seed, map, population=population))
    return stages


def judge(
    bank: VirtualBank,
    design: Design,
    learners: int | None,
    judged_by: int,
    seed: int,
    map: Mapper = map,
    *,
    population: Population | None = None,
) -> Stage:
    """Return the stage of a bank whose items are known as the pool of this design says; arguments as for `live`."""
    walks = walk_all(design, judged_by, seed, map, truth=bank.truth, population=population)
    return Stage(
        learners,
        design.pool,
        _root_mean_square(_known(design.pool, "b") - bank.truth.b),
        _root_mean_square(_known(design.pool, "a") - bank.truth.a),
        tuple(walks),
    )


def _known(pool: Pool, name: str) -> Array:
    return np.array([getattr(item.parameters, name) for item in pool.items], dtype=np.float64)


def _root_mean_square(error: Array) -> float:
    return float(np.sqrt(np.square(error).mean()))


def _seed(seed: int, before: int) -> int:
    """Return the seed of a batch of learners: neither that of those who judge, nor of those who came before."""
    return int(SeedSequence(seed, spawn_key=(LIFE_STREAM, before)).generate_state(1, np.uint64)[0])
