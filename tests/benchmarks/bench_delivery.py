"""How long a learner waits from an answer to the next item, with a room of learners at once.

    python -m tests.benchmarks.bench_delivery

A real `assessor run` on a free port of this machine, a fresh installation in a temporary folder, real items. The 50
virtual learners live in this process, so they share the machine with the server. A piece is one answer: POST, then GET
of the next item. The floor is two GETs of a small file from the same server. Three ways:
    alone      the application called directly, one learner, no network
    at once    everybody answers as fast as the server lets them: what it can do at most
    reading    everybody reads up to two seconds before each answer: what a room of 50 feels
"""

import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from flask import Flask

from assessor import create_app, demo, migrations
from assessor.accounts import cards
from assessor.accounts.models import Account
from assessor.assessments import designing
from assessor.banks import releases
from assessor.config import load_settings
from assessor.database import db
from assessor.organisations import groups
from assessor.organisations.models import Organisation
from assessor.sittings import invigilation
from tests.benchmarks.timing import Row, print_table
from tests.benchmarks.virtual_learner import InProcessBrowser, NetworkBrowser, VirtualLearner

ROOT = Path(__file__).parent.parent.parent
LEARNERS, ROUNDS, ANSWERS_A_ROUND = 50, 3, 2
READING = 2.0  # seconds at most before an answer; real people take ten times as long
FILE = "/static/icon.svg"
#: Every test takes 20 items, so nobody finishes while it is measured.
RULES = {"stopping": {"minimum_items": 20, "maximum_items": 20}}
Measure = Callable[[VirtualLearner], Iterator[float]]


def main() -> None:
    """Fill an installation, serve it, let everybody answer, print."""
    with tempfile.TemporaryDirectory(prefix="assessor-bench-") as folder:
        port = free_port()
        environment = {
            "ASSESSOR_INSTANCE": folder,
            "ASSESSOR_BIND": f"127.0.0.1:{port}",
            "ASSESSOR_PUBLIC_URL": f"http://127.0.0.1:{port}",
            "ASSESSOR_TRUSTED_PROXIES": "1",  # every learner comes from an address of their own
        }
        app = create_app(load_settings(environment))
        secrets = room_of_learners(app)
        began = time.perf_counter()
        with server(environment, port):
            starting = Row("a filled installation starts", is_rate=False, seconds=[time.perf_counter() - began])
            rows = [starting, *alone(app, secrets[-1]), *together(port, secrets[:LEARNERS])]
    print_table(f"delivery: answer → next item ({ROUNDS} rounds, {LEARNERS} learners)", rows)


def room_of_learners(app: Flask) -> list[str]:
    """A group with an open session. Returns the secrets of the cards, one more than learners at once."""
    rng, now = Random(1), datetime.now(UTC)
    with app.app_context():
        migrations.upgrade(app)
        settings, key = app.config["SETTINGS"], app.config["SECRET_KEY"]
        demo.load_data(db.session, settings, now)
        demo.install(db.session, settings, key, now, rng)
        organisation = db.session.scalars(db.select(Organisation)).one()
        account = db.session.scalars(db.select(Account)).one()
        release = releases.latest(db.session, demo.BANK)
        design = designing.create(db.session, organisation.id, "Twenty items", release.id, demo.ACHIEVEMENT, now, RULES)
        names = [f"Ada {number}" for number in range(LEARNERS + 1)]
        group = groups.create_group(db.session, organisation.id, "Bench", names, "en", key, now, rng)
        invigilation.open_for(db.session, organisation.id, group.id, design.id, account.id, True, now)
        db.session.commit()
        return [cards.secret_of(place.card, key) for place in groups.places(db.session, group)]


@contextmanager
def server(environment: dict[str, str], port: int) -> Iterator[None]:
    """`assessor run`, from the moment that it answers until the end of the block. What it said is shown on failure."""
    command = [sys.executable, "-m", "assessor", "run"]
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            command, cwd=ROOT, env=os.environ | environment, stdout=subprocess.DEVNULL, stderr=said
        )
        try:
            wait_until_open(process, port)
            yield
        except BaseException:
            said.seek(0)
            print(f"The server (exit code {process.poll()}) said:\n{said.read().decode()}", file=sys.stderr)
            raise
        finally:
            process.terminate()
            process.wait(timeout=30)


def wait_until_open(process: subprocess.Popen[bytes], port: int) -> None:
    """Return when the port answers; stop when the server ended, or after 20 seconds."""
    for _ in range(400):
        if process.poll() is not None:
            sys.exit("The server did not start.")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    sys.exit("The server did not start within 20 seconds.")


def free_port() -> int:
    """A port of this machine that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def alone(app: Flask, secret: str) -> list[Row]:
    """One learner, the application called directly."""
    learner = VirtualLearner(InProcessBrowser(app.test_client()), Random(0))
    learner.begin(secret)
    floor, row = Row("floor, alone"), Row("answer → next, alone", "floor, alone")
    for _ in range(ROUNDS):
        floor.seconds.append(statistics.median(two_files(learner)))
        row.seconds.append(statistics.median(answers(learner)))
    return [floor, row]


def together(port: int, secrets: Sequence[str]) -> list[Row]:
    """Everybody at once, first without a pause, then with reading."""
    room = [VirtualLearner(NetworkBrowser(port, f"10.0.0.{n + 1}"), Random(n)) for n in range(len(secrets))]
    with ThreadPoolExecutor(len(room)) as pool:
        list(pool.map(VirtualLearner.begin, room, secrets))
        floor, fast = (percentile_rows(name) for name in ("floor, at once", "answer → next, at once"))
        for _ in range(ROUNDS):
            add_round(floor, pool, room, two_files)
            add_round(fast, pool, room, answers)
        rested_floor, rested = (percentile_rows(name) for name in ("floor, reading", "answer → next, reading"))
        add_round(rested_floor, pool, room, after_reading(two_files))
        add_round(rested, pool, room, after_reading(answers))
    for rows, floors in ((fast, floor), (rested, rested_floor)):
        for row, its_floor in zip(rows, floors, strict=True):
            row.floor = its_floor.name
    return [*floor, *fast, *rested_floor[:2], *rested[:2]]


def percentile_rows(name: str) -> list[Row]:
    """Half of the pieces were faster, 95 of 100 were faster, and time of the whole room by pieces."""
    return [Row(f"{name}, p50", is_rate=False), Row(f"{name}, p95", is_rate=False), Row(f"{name}, throughput")]


def add_round(rows: Sequence[Row], pool: ThreadPoolExecutor, room: Sequence[VirtualLearner], measure: Measure) -> None:
    """Everybody does some pieces at the same time."""
    began = time.perf_counter()
    waits = [seconds for some in pool.map(lambda one: list(measure(one)), room) for seconds in some]
    whole = time.perf_counter() - began
    p50, p95, throughput = rows
    cuts = statistics.quantiles(waits, n=100)
    p50.seconds.append(cuts[49])
    p95.seconds.append(cuts[94])
    throughput.seconds.append(whole / len(waits))


def answers(learner: VirtualLearner) -> Iterator[float]:
    """Some answers, one after the other."""
    return (learner.answer() for _ in range(ANSWERS_A_ROUND))


def two_files(learner: VirtualLearner) -> Iterator[float]:
    """As many times two small files."""
    return (learner.look_at_file(FILE) for _ in range(ANSWERS_A_ROUND))


def after_reading(measure: Measure) -> Measure:
    """Read before each piece."""

    def rested(learner: VirtualLearner) -> Iterator[float]:
        pieces, rng = measure(learner), Random()
        for _ in range(ANSWERS_A_ROUND):
            time.sleep(rng.random() * READING)
            yield next(pieces)

    return rested


if __name__ == "__main__":
    main()
