"""How long a 2PL calibration takes, against one E-step, and how much memory a large one needs.

    python -m tests.benchmarks.bench_calibration

A piece is one whole calibration without priors, to a largest change of 1e-4. The floor is one E-step of 61 points in
bare numpy: two matrix products over scores that already are float64, and the posterior between them. The PyPI package
`mirt` is timed in the same run where it is installed. The large calibration runs once, in a process of its own, so
that its peak memory can be told.
"""

import importlib.util
import resource
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from assessor.psychometrics.calibration.calibrating import POINTS, RANGE, calibrate
from assessor.psychometrics.calibration.item_model import Model
from assessor.psychometrics.calibration.priors import Priors
from assessor.psychometrics.calibration.result import Calibration
from assessor.psychometrics.measuring.response_models import Array
from assessor.psychometrics.measuring.responses import SHARD, Responses, Scores
from tests.benchmarks.timing import Row, at_once, print_table, run, timed

ROUNDS = 5
MEGABYTE = 1024  # ru_maxrss is in KiB
PEER_POINTS = 41  # as in the published comparison; more is slower


def truth(items: int) -> tuple[Array, Array]:
    """Slopes and difficulties."""
    rng = np.random.default_rng(20)
    return np.exp(rng.normal(0.1, 0.3, items)), rng.normal(0, 1, items)


def answers(persons: int, items: int) -> Scores:
    """Scores of a population N(0, 1), made a shard at a time to need little memory."""
    (a, b), rng = truth(items), np.random.default_rng(21)
    scores = np.empty((persons, items), dtype=np.int8)
    for first in range(0, persons, SHARD):
        rows = scores[first : first + SHARD]
        theta = rng.normal(size=(len(rows), 1))
        rows[:] = rng.random(rows.shape) < 1 / (1 + np.exp(-a * (theta - b)))
    return scores


def one_e_step(scores: Array) -> Callable[[], object]:
    """Prepare the floor: everything that does not depend on the answers is done beforehand."""
    nodes, (a, b) = np.linspace(-RANGE, RANGE, POINTS), truth(scores.shape[1])
    logit = a[:, np.newaxis] * (nodes - b[:, np.newaxis])
    wrong = -np.logaddexp(0, logit)
    start = wrong.sum(axis=0) - 0.5 * nodes**2

    def e_step() -> tuple[Array, Array]:
        log_posterior = scores @ logit  # log P(right) - log P(wrong) is the logit
        log_posterior += start
        log_posterior -= log_posterior.max(axis=1, keepdims=True)
        np.maximum(log_posterior, -200, out=log_posterior)  # numbers below 1e-308 would make it three times slower
        posterior = np.exp(log_posterior, out=log_posterior)
        posterior /= posterior.sum(axis=1, keepdims=True)
        return scores.T @ posterior, posterior.sum(axis=0)

    return e_step


def two_pl(responses: Responses, **options: Any) -> Calibration:
    """Calibrate without priors."""
    return calibrate(responses, Model.TWO_PL, priors=Priors.flat(), **options)


def accuracy(calibration: Calibration) -> str:
    """Return the root mean square errors."""
    found = np.array([(item.a, item.b) for item in calibration.parameters])
    error = np.sqrt(np.mean((found - np.stack(truth(len(found)), axis=1)) ** 2, axis=0))
    return f"RMSE a {error[0]:.3f}, b {error[1]:.3f}"


def compare(persons: int, items: int) -> None:
    """Time a calibration that fits into memory many times, in turn with its floor."""
    scores = answers(persons, items)
    responses, size, floor = Responses.from_matrix(scores), f"{persons:,} × {items}", "floor: one E-step"
    jobs = [
        at_once(floor, one_e_step(scores.astype(np.float64)), 1),
        at_once("2PL", partial(two_pl, responses, standard_errors=False), 1, floor),
        at_once("2PL with standard errors", partial(two_pl, responses), 1, floor),
    ]
    run(f"calibration: {size}", jobs, ROUNDS)
    usual, reference = two_pl(responses), two_pl(responses, points=121, tolerance=1e-8)
    print(
        f"{usual.e_steps} E-steps, {accuracy(usual)}; log-likelihood {usual.log_likelihood:,.4f}, "
        f"{usual.log_likelihood - reference.log_likelihood:+.4f} from that of 121 points to the end"
    )


def compare_with_peer(persons: int, items: int) -> None:
    """Time the package `mirt` once, in turn with the floor, if it is there."""
    if importlib.util.find_spec("mirt") is None:
        print("Python mirt is not installed: no peer was timed.")
        return
    mirt: Any = importlib.import_module("mirt")
    scores = answers(persons, items)
    floor, peer = Row("floor: one E-step"), Row("Python mirt, 2PL", "floor: one E-step")
    e_step, whole = one_e_step(scores.astype(np.float64)), scores.astype(np.int64)
    floor.seconds += [timed(e_step) for _ in range(ROUNDS)]
    fit = partial(mirt.fit_mirt, whole, "2PL", n_quadpts=PEER_POINTS, compute_standard_errors=False)
    peer.seconds.append(timed(fit))
    print_table(f"calibration: a peer, {persons:,} × {items} (once)", [floor, peer])


def large(persons: int, items: int) -> None:
    """Time one calibration and read the peak memory of this process, before the floor needs more."""
    responses = Responses.from_matrix(answers(persons, items))
    found: list[Calibration] = []
    seconds = timed(lambda: found.append(two_pl(responses)))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MEGABYTE
    floor = Row("floor: one E-step")
    e_step = one_e_step(responses.dense().astype(np.float64))
    floor.seconds += [timed(e_step) for _ in range(3)]
    whole = Row("2PL with standard errors", floor.name, seconds=[seconds])
    print_table(f"calibration: {persons:,} × {items} (once)", [floor, whole])
    print(f"{found[0].e_steps} E-steps, {accuracy(found[0])}; peak memory of the process {peak:,.0f} MB")


def main(arguments: list[str]) -> None:
    """Measure and print."""
    if arguments == ["large"]:
        large(100_000, 500)
        return
    compare(1_000, 50)
    compare(10_000, 100)
    compare_with_peer(10_000, 100)
    sys.stdout.flush()
    subprocess.run([sys.executable, "-m", "tests.benchmarks.bench_calibration", "large"], check=True)


if __name__ == "__main__":
    main(sys.argv[1:])
