"""Virtual learners walk through the real test: what a design will do before a person meets it.

    >>> pool = pool_from_rows([{"item": "only", "a": 1, "b": 0, "competence": "1.1", "band": "basic"}])
    >>> simulate(Design(pool), learners=3, seed=1).mean_length
    1.0

`walking` is the test, `truth` what the items are really like, `populations` who comes, `banks` pools to try things
with, `parameter_rows` pools from a table, `reporting`, `judged` and `measures` the figures.

Every learner has random numbers of their own, spawned from the seed. So the report does not depend on how the
work was split, and two designs compared with one seed meet the same people with the same luck.
"""

import time
from collections.abc import Callable, Sequence

from assessor.psychometrics.adaptive import Design
from assessor.psychometrics.simulation.judged import FAR_FROM_A_CUT
from assessor.psychometrics.simulation.parameter_rows import ParametersNotReadable, pool_from_rows
from assessor.psychometrics.simulation.populations import Population
from assessor.psychometrics.simulation.reporting import NobodyToJudge, SimulationReport, report_on
from assessor.psychometrics.simulation.truth import Truth
from assessor.psychometrics.simulation.walking import Chunk, Judgement, Mapper, NobodyToWalk, Walk, walk_all, walk_chunk

__all__ = [
    "FAR_FROM_A_CUT",
    "Chunk",
    "Judgement",
    "Mapper",
    "NobodyToJudge",
    "NobodyToWalk",
    "ParametersNotReadable",
    "SimulationReport",
    "Truth",
    "Walk",
    "pool_from_rows",
    "report_on",
    "simulate",
    "walk_all",
    "walk_chunk",
]


def simulate(
    design: Design,
    learners: int,
    seed: int,
    map: Mapper = map,
    *,
    thetas: Sequence[float] = (),
    population: Population | None = None,
    truth: Truth | None = None,
    draw_items: bool = False,
    clock: Callable[[], float] = time.perf_counter,
) -> SimulationReport:
    """Let learners drawn from a population, and one more for each of `thetas`, take the test.

    Parameters
    ----------
    design : Design
        The test.
    learners : int
        How many are drawn, 0 or more.
    seed : int
        0 or above; the same seed gives the same report (except `seconds`), whatever `map` is.
    map : Mapper
        Applies a function to chunks of learners: a pool's or a cluster's map fits.
    thetas : sequence of float
        Abilities of further learners, the same in every competence.
    population : Population, optional
        Who is drawn. None = the population that the design supposes: N(0, 1) in each competence, which hang together
        as its hierarchy says; without one, equal in all.
    truth : Truth, optional
        What the items are really like, in the order of the pool. None = as the pool states.
    draw_items : bool
        Without `truth`: draw the true parameters once within their stated standard errors, which shows what not
        knowing them costs.
    clock : callable
        Tells the time in seconds.

    Raises
    ------
    NobodyToWalk
        No learners at all.
    NobodyToJudge
        Everybody only guessed.
    """
    started = clock()
    walks = walk_all(
        design, learners, seed, map, thetas=thetas, population=population, truth=truth, draw_items=draw_items
    )
    return report_on(design, walks, clock() - started)
