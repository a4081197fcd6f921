"""The one shape of every benchmark: pieces of work timed in the same rounds as their floor, printed as one table.

A *piece* is one badge, one answer, one certificate. A *job* gives, once a round, the seconds that a piece took. All
jobs of a table take turns in every round, so that a busy machine slows them alike. The *floor* is the least that any
program must do for the same piece; a ratio says more than a number of seconds, because it survives another machine.
"""

import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

UNITS = ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs"))


@dataclass
class Row:
    """What the rounds of one job gave. ``floor`` names the row to compare with; ``is_rate``: show pieces a second."""

    name: str
    floor: str = ""
    is_rate: bool = True
    seconds: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        """Seconds a piece in the middle round."""
        return statistics.median(self.seconds)


@dataclass(frozen=True)
class Job:
    """``measure`` takes the number of the round and returns seconds a piece."""

    name: str
    measure: Callable[[int], float]
    floor: str = ""


def again_and_again(name: str, work: Callable[[], object], floor: str = "") -> Job:
    """The job whose piece is one call of ``work``."""
    return Job(name, lambda _round: repeated(work), floor)


def at_once(name: str, work: Callable[[], object], pieces: int, floor: str = "") -> Job:
    """The job whose ``work`` does so many pieces in one call."""
    return Job(name, lambda _round: timed(work, pieces), floor)


def run(title: str, jobs: Sequence[Job], rounds: int) -> None:
    """Measure all jobs, one after the other in every round, and print the table. One more round first warms up."""
    rows = {job.name: Row(job.name, job.floor) for job in jobs}
    for job in jobs:
        job.measure(0)
    for number in range(1, rounds + 1):
        for job in jobs:
            rows[job.name].seconds.append(job.measure(number))
    print_table(f"{title} ({rounds} rounds)", rows.values())


def repeated(work: Callable[[], object], seconds: float = 0.25) -> float:
    """Seconds a piece when ``work`` is done again and again for that long."""
    began, done = time.perf_counter(), 0
    while (spent := time.perf_counter() - began) < seconds:
        work()
        done += 1
    return spent / done


def timed(work: Callable[[], object], pieces: int = 1) -> float:
    """Seconds a piece when one call of ``work`` does that many."""
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) / pieces


def print_table(title: str, rows: Iterable[Row]) -> None:
    """One line a row: least, median and largest time of a piece, pieces a second, and how many floors that is."""
    by_name = {row.name: row for row in rows}
    width = max(len(name) for name in by_name)
    print(f"\n{title}")
    print(f"{'':{width}} {'min':>9} {'median':>9} {'max':>9}    {'a second':>9} {'× floor':>9}")
    for row in by_name.values():
        scale, unit = next(((size, name) for size, name in UNITS if row.median >= size), UNITS[-1])
        times = " ".join(f"{value / scale:9.1f}" for value in (min(row.seconds), row.median, max(row.seconds)))
        rate = f"{1 / row.median:9,.0f}" if row.is_rate else " " * 9
        ratio = f"{row.median / by_name[row.floor].median:9.1f}" if row.floor else ""
        print(f"{row.name:{width}} {times} {unit:2} {rate} {ratio}".rstrip(), flush=True)
