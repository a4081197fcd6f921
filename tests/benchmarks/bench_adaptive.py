"""How long the next item takes to choose, against the least that any engine must do.

    python -m tests.benchmarks.bench_adaptive

A piece is one `next_step`: reading the history, estimate, stop decision, content, choice, random generator. The floor
is bare numpy: one pass of information over the bank and one update of a posterior on the same grid.
"""

from functools import partial

import numpy as np

from assessor.psychometrics.adaptive import Administer, Administered, Design, next_step, step_generator
from assessor.psychometrics.bands import Band
from assessor.psychometrics.pool import Pool, PoolItem
from assessor.psychometrics.response_models import ItemParameters
from assessor.psychometrics.simulation import simulate
from assessor.psychometrics.stopping import Stopping
from tests.benchmarks.timing import at_once, run

ROUNDS, SITTINGS_A_ROUND, LENGTH = 9, 8, 20
STEPS = SITTINGS_A_ROUND * LENGTH
SIZES = (64, 500, 5_000, 50_000)
LEARNERS = 200


def bank(size: int) -> Pool:
    """Four competences, difficulties as in the population, all four bands."""
    rng = np.random.default_rng(8)
    slopes, difficulties = np.exp(rng.normal(0.18, 0.25, size)), rng.normal(-0.5, 1, size)
    return Pool(
        PoolItem(f"item-{n:05}", ItemParameters(a, b, 0.3, 0.4), f"c{n % 4}", Band(n % 4 + 1))
        for n, (a, b) in enumerate(zip(slopes.tolist(), difficulties.tolist(), strict=True))
    )


def whole_tests(design: Design) -> None:
    """Every step of some tests of 20 items."""
    for seed in range(SITTINGS_A_ROUND):
        administered: list[Administered] = []
        while isinstance(step := next_step(design, administered, step_generator(seed, len(administered))), Administer):
            administered.append(Administered(step.item_id, (seed + len(administered)) % 2))


def bare_numpy(design: Design) -> None:
    """As many information passes and updates of the posterior, with nothing around them."""
    pool, grid = design.pool, design.estimator.grid.theta
    table = pool.log_probabilities(design.estimator.grid)
    log_posterior = -0.5 * grid**2
    for step in range(STEPS):
        log_posterior = log_posterior + table[step % len(pool), step % 2]
        posterior = np.exp(log_posterior - log_posterior.max())
        theta = (posterior @ grid) / posterior.sum()
        right = 1 / (1 + np.exp(-pool.slope * (theta - pool.difficulty)))
        np.argmax(pool.slope**2 * right * (1 - right))


def main() -> None:
    """Measure and print."""
    jobs = []
    for size in SIZES:
        design = Design(bank(size), stopping=Stopping(minimum_items=LENGTH, maximum_items=LENGTH))
        floor = f"floor: bare numpy, {size:,} items"
        jobs.append(at_once(floor, partial(bare_numpy, design), STEPS))
        jobs.append(at_once(f"next step, {size:,} items", partial(whole_tests, design), STEPS, floor))
    run("adaptive: choose the next item", jobs, ROUNDS)
    virtual = Design(bank(SIZES[0]))
    run(
        f"adaptive: one virtual learner's whole test, {SIZES[0]} items",
        [at_once("simulate", partial(simulate, virtual, LEARNERS, 1), LEARNERS)],
        3,
    )


if __name__ == "__main__":
    main()
