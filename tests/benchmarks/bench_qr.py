"""How many photographs of a spoilt certificate are read, and what the worst input costs.

    python -m tests.benchmarks.bench_qr

`qr decode`: every degradation of tests/degradations with `SEEDS` seeds, as single frames of 1080 × 1080 pixels at 150
and 300 dpi, read once by zxing-cpp and by zbar (`pip install pyzbar`, `apt-get install libzbar0`; without it only the
first). A text other than the printed one ends the benchmark. `qr hostile`: the whole check of every input that was made
to cost much, the best of three tries each in seconds of this processor, and the most memory that it held.
"""

import statistics
import time
import tracemalloc
from collections.abc import Iterator
from itertools import chain

from tests.degradations import decoders
from tests.degradations.cases import DEGRADATIONS, frame
from tests.degradations.scene import RESOLUTIONS, printed_text
from tests.unit.certificates import hostile
from tests.unit.certificates.trusted import Checker, text

SEEDS, TRIES, AT_RANDOM = 2, 3, 500
ZXING_GOAL, ZBAR_GOAL, TIME_GOAL, MEMORY_GOAL = 0.95, 0.78, 5e-3, 1e6


def main() -> None:
    """Measure and print."""
    print_decoded()
    print_hostile()


def print_decoded() -> None:
    """Rates and times of both readers."""
    readers: dict[str, tuple[decoders.Reader, float]] = {"zxing-cpp": (decoders.zxing, ZXING_GOAL)}
    try:
        readers["zbar"] = decoders.zbar(), ZBAR_GOAL
    except decoders.NoZbar as absent:
        print(f"qr decode: {absent}")
    print(f"\nqr decode: {len(DEGRADATIONS)} degradations × {SEEDS} seeds, single frames")
    want = printed_text().encode()
    for dpi in RESOLUTIONS:
        read, took = {name: list[str]() for name in readers}, {name: list[float]() for name in readers}
        frames = [(case.name, frame(case, dpi, seed)) for seed in range(SEEDS) for case in DEGRADATIONS]
        for case, picture in frames:
            for name, (reader, _) in readers.items():
                began = time.perf_counter()
                texts = reader(picture)
                took[name].append(time.perf_counter() - began)
                if set(texts) - {want}:
                    raise AssertionError(f"{name} read another text than the printed one: {case}, {dpi} dpi")
                read[name] += [case] if texts else []
        for name, (_, goal) in readers.items():
            rate, milliseconds = len(read[name]) / len(frames), 1e3 * statistics.median(took[name])
            missed = sorted({case for case, _ in frames if read[name].count(case) < SEEDS})
            print(f"{name:10} {dpi} dpi {rate:7.1%} of {len(frames)} (goal {goal:.0%}) {milliseconds:7.1f} ms a frame")
            print(f"{'':10} not always: {', '.join(missed) or 'none'}")


def print_hostile() -> None:
    """The dearest inputs, beside an ordinary certificate."""
    checker = Checker()
    costs = [(*cost(checker, one), name) for name, one in [("a certificate", text()), *corpus()]]
    ordinary, *worst = costs
    print(
        f"\nqr hostile: {len(worst)} inputs, whole check (goal {TIME_GOAL * 1e3:.0f} ms and {MEMORY_GOAL / 1e6:.0f} MB)"
    )
    for title, (seconds, memory, name) in (
        ("an ordinary one", ordinary),
        ("most time", max(worst)),
        ("most memory", max(worst, key=lambda one: one[1])),
    ):
        print(f"{title:16} {seconds * 1e3:7.2f} ms {memory / 1e3:8.1f} kB   {name}")


def corpus() -> Iterator[hostile.Named]:
    """Everything that was made to cost much, and contents at random."""
    return chain(hostile.floods(), hostile.envelopes(), hostile.at_random(AT_RANDOM, seed=3))


def cost(checker: Checker, given: str) -> tuple[float, int]:
    """Seconds of the processor, and bytes held at most beyond the input."""
    checker.check(given)
    seconds = min(_processor(checker, given) for _ in range(TRIES))
    tracemalloc.start()
    checker.check(given)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return seconds, peak


def _processor(checker: Checker, given: str) -> float:
    began = time.process_time()
    checker.check(given)
    return time.process_time() - began


if __name__ == "__main__":
    main()
