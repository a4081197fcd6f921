"""How long the next item takes to choose, against the least that any engine must do.

    python -m tests.benchmarks.bench_adaptive

A piece is one item of a whole test through the public calls: take the answer, estimate, decide whether to stop, choose.
The floor is bare numpy: one pass of information over the whole bank and one update of a posterior on 61 points. Tests
stop at a standard error of .30 or after 30 items. What virtual people answer is worked out outside the time.

catsim, where it is installed, walks the same bank; so does the design of the demo, whose test has four competences, a
hierarchy, content and exposure control.
"""

import importlib.util
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np

from assessor.psychometrics.adaptive import (
    Administer,
    Administered,
    Conditions,
    Design,
    Pool,
    answered,
    begin,
    next_step,
)
from assessor.psychometrics.adaptive.exposure import Eligibility
from assessor.psychometrics.adaptive.selection import Selection
from assessor.psychometrics.adaptive.stopping import Stopping
from assessor.psychometrics.measuring.hierarchy import Hierarchy
from assessor.psychometrics.simulation.banks import expert_bank, realistic_bank
from tests.benchmarks.timing import Job, at_once, run

ROUNDS, LEARNERS = 9, 100
SIZES = (500, 5_000, 50_000)
FLOOR_STEPS = 200
PRECISE = Stopping(minimum_items=1, maximum_items=30, when_decided=False, standard_error=0.30)
PLAIN = Selection(best_of=1, opening_items=0)


@dataclass(frozen=True)
class Learners:
    """Virtual people, each with an ability and luck of their own for every item."""

    thetas: list[float]
    luck: list[float]

    @classmethod
    def some(cls, count: int) -> "Learners":
        """Return people of N(0, 1)."""
        rng = np.random.default_rng(2)
        return cls(rng.standard_normal(count).tolist(), rng.random(997).tolist())

    def score(self, learner: int, pool: Pool, position: int) -> int:
        """Return what a learner answers: 1 or 0, always the same for one item."""
        item = pool.items[position].parameters
        chance = 1 / (1 + np.exp(-item.a * (self.thetas[learner] - item.b)))
        return int(self.luck[(learner * 131 + position * 7) % len(self.luck)] < chance)


def whole_tests(design: Design, learners: Learners, conditions: Conditions, _round: int) -> float:
    """Return the seconds an item took in whole tests of all learners."""
    pool, items, spent = design.pool, 0, 0.0
    for learner in range(len(learners.thetas)):
        began = time.perf_counter()
        state = begin(design, conditions)
        step = next_step(design, state)
        spent += time.perf_counter() - began
        while isinstance(step, Administer):
            score = learners.score(learner, pool, pool.position[step.item_id])
            began = time.perf_counter()
            state = answered(design, state, Administered(step.item_id, score))
            step = next_step(design, state)
            spent += time.perf_counter() - began
        items += len(state.items)
    return spent / items


def bare_numpy(pool: Pool) -> None:
    """As many information passes and updates of the posterior, with nothing around them."""
    grid = np.linspace(-6, 6, 61)
    slope, difficulty = pool.slope, pool.difficulty
    rows = -np.logaddexp(0, -slope[:64, np.newaxis] * (grid - difficulty[:64, np.newaxis]))
    log_posterior, theta = -0.5 * grid**2, 0.0
    for step in range(FLOOR_STEPS):
        right = 1 / (1 + np.exp(-slope * (theta - difficulty)))
        np.argmax(slope**2 * right * (1 - right))
        log_posterior = rows[step % 64] - 0.5 * grid**2
        posterior = np.exp(log_posterior - log_posterior.max())
        posterior /= posterior.sum()
        theta = float(posterior @ grid)
        float(posterior @ (grid - theta) ** 2) ** 0.5


def peer(pool: Pool, learners: Learners) -> Iterator[Callable[[int], float]]:
    """Yield catsim on the same bank, where it is installed."""
    if importlib.util.find_spec("catsim") is None:
        return
    from catsim.estimation import NumericalSearchEstimator
    from catsim.item_bank import ItemBank
    from catsim.selection import MaxInfoSelector

    bank = ItemBank(np.column_stack([pool.slope, pool.difficulty]))
    select, estimate = MaxInfoSelector(), NumericalSearchEstimator()

    def measure(_round: int) -> float:
        items, spent = 0, 0.0
        for learner in range(3):
            asked: list[int] = []
            scores: list[bool] = []
            theta = 0.0
            for _ in range(12):
                began = time.perf_counter()
                item = select.select(item_bank=bank, administered_items=asked, est_theta=theta)
                spent += time.perf_counter() - began
                assert item is not None, "catsim found no item"
                asked.append(item)
                scores.append(bool(learners.score(learner, pool, item)))
                began = time.perf_counter()
                theta = estimate.estimate(
                    item_bank=bank, administered_items=asked, response_vector=scores, est_theta=theta
                )
                spent += time.perf_counter() - began
            items += len(asked)
        return spent / items

    yield measure


def speeds_by_size() -> None:
    """G6: time per item at three sizes of bank."""
    jobs = []
    for size in SIZES:
        pool = realistic_bank(size, np.random.default_rng(8), sd=1.2).pool
        learners = Learners.some(LEARNERS)
        design = Design(pool, selection=PLAIN, stopping=PRECISE)
        floor = f"floor: bare numpy, {size:,} items"
        jobs.append(at_once(floor, partial(bare_numpy, pool), FLOOR_STEPS))
        usual = Design(pool, stopping=PRECISE)
        for name, one in (("the sharpest", design), ("among the best", usual)):
            measure = partial(whole_tests, one, learners, Conditions(seed=3))
            jobs.append(Job(f"{name}, {size:,} items", measure, floor))
        jobs += [Job(f"catsim, {size:,} items", one, floor) for one in peer(pool, learners)]
    run("adaptive: one item, public calls", jobs, ROUNDS)


def speed_of_a_real_design() -> None:
    """The same for a test as the demo gives it."""
    codes = ("1.1", "2.1", "4.1", "4.2")
    pool = expert_bank(106, np.random.default_rng(8), competences=codes).pool
    design = Design(
        pool,
        stopping=Stopping(minimum_per_competence=3),
        hierarchy=Hierarchy({code: code[0] for code in codes}),
    )
    held_back = frozenset(item.id for item in pool.items[::7])
    conditions = Conditions(seed=3, eligibility=Eligibility((-1.0, 0.0), (held_back,) * 3))
    floor = "floor: bare numpy, 106 items"
    jobs = [
        at_once(floor, partial(bare_numpy, pool), FLOOR_STEPS),
        Job("an item of a real design", partial(whole_tests, design, Learners.some(LEARNERS), conditions), floor),
    ]
    run("adaptive: one item, hierarchy, content and exposure control", jobs, ROUNDS)


def main() -> None:
    """Measure and print."""
    speeds_by_size()
    speed_of_a_real_design()


if __name__ == "__main__":
    main()
