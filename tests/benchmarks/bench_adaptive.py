"""How long the next item takes to choose, against the least that any engine must do.

    python -m tests.benchmarks.bench_adaptive

The floor is measured in the same run: bare numpy, one pass of information over the bank and one update of a
posterior on the same grid. Prints microseconds per `next_step` (reading the history, estimate, stop decision,
content, choice, random generator), the floor, and their ratio, each as min / median / max over the rounds;
then the time of a simulation.
"""

import time
from collections.abc import Callable

import numpy as np
from scipy.special import expit

from assessor.psychometrics.adaptive import Administer, Administered, Design, next_step, step_generator
from assessor.psychometrics.bands import Band
from assessor.psychometrics.pool import Pool, PoolItem
from assessor.psychometrics.response_models import ItemParameters
from assessor.psychometrics.simulation import simulate
from assessor.psychometrics.stopping import Stopping

ROUNDS, SITTINGS_A_ROUND, LENGTH = 15, 10, 20


def bank(size: int) -> Pool:
    """Four competences, difficulties as in the population, all four bands."""
    rng = np.random.default_rng(8)
    slopes, difficulties = np.exp(rng.normal(0.18, 0.25, size)), rng.normal(-0.5, 1, size)
    return Pool(
        PoolItem(f"item-{n:05}", ItemParameters(a, b, 0.3, 0.4), f"c{n % 4}", Band(n % 4 + 1))
        for n, (a, b) in enumerate(zip(slopes.tolist(), difficulties.tolist(), strict=True))
    )


def microseconds_per_step(design: Design) -> float:
    """Mean time of a step in whole tests of 20 items."""
    started, steps = time.perf_counter(), 0
    for seed in range(SITTINGS_A_ROUND):
        administered: list[Administered] = []
        while isinstance(
            step := next_step(design, administered, step_generator(seed, len(administered))), Administer
        ):
            administered.append(Administered(step.item_id, (seed + len(administered)) % 2))
            steps += 1
    return (time.perf_counter() - started) / steps * 1e6


def microseconds_of_floor(design: Design) -> float:
    """Mean time of one information pass and one update of the posterior, with nothing around them."""
    pool, grid = design.pool, design.estimator.grid.theta
    table = pool.log_probabilities(design.estimator.grid)
    log_posterior = -0.5 * grid**2
    started, steps = time.perf_counter(), SITTINGS_A_ROUND * LENGTH
    for step in range(steps):
        log_posterior = log_posterior + table[step % len(pool), step % 2]
        posterior = np.exp(log_posterior - log_posterior.max())
        theta = (posterior @ grid) / posterior.sum()
        right = expit(pool.slope * (theta - pool.difficulty))
        np.argmax(pool.slope**2 * right * (1 - right))
    return (time.perf_counter() - started) / steps * 1e6


def rounds(
    measure: Callable[[Design], float], design: Design
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Repeat a measurement, after one round that warms the caches."""
    measure(design)
    return np.array([measure(design) for _ in range(ROUNDS)])


def line(name: str, values: np.ndarray[tuple[int], np.dtype[np.float64]], unit: str) -> str:
    return f"  {name:<10}{values.min():9.1f} {np.median(values):9.1f} {values.max():9.1f}  {unit}"


def main() -> None:
    """Measure and print."""
    for size in (64, 500, 5_000, 50_000):
        design = Design(bank(size), stopping=Stopping(minimum_items=LENGTH, maximum_items=LENGTH))
        step, floor = rounds(microseconds_per_step, design), rounds(microseconds_of_floor, design)
        print(f"{size} items                min    median       max")
        print(line("next_step", step, "µs"))
        print(line("floor", floor, "µs"))
        print(line("ratio", step / floor, "times"))
    report = simulate(Design(bank(64)), learners=1_000, seed=1)
    print(f"simulate 1,000 learners, 64 items: {report.seconds:.2f} s, {report.mean_length:.1f} items a test")


if __name__ == "__main__":
    main()
