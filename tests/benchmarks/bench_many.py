"""How long 200 numbers take at once, and whether the clock tells a number that exists from one that does not.

    python -m tests.benchmarks.bench_many

The whole request is measured, with its page, on an installation with 1,000 certificates on SQLite. The floor of a list:
one Ed25519 check for each number. A typed number that exists and one that does not take turns; below the table stands
by how much their medians differ. One core.
"""

import statistics
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from itertools import count, cycle
from pathlib import Path

from flask import Flask

from assessor import create_app
from assessor.certificates import number as numbers
from assessor.credentials import issuing
from assessor.database import db
from assessor.openbadges.multikey import check_signature
from tests import factories
from tests.benchmarks.timing import Job, run, timed
from tests.fixtures import Browser, Installations, opened
from tests.unit.openbadges.badges import SCHOOL

CERTIFICATES, LIST, TYPED, ROUNDS = 1_000, 200, 150, 7
FLOOR = "floor: check a signature"
KNOWN, UNKNOWN = "a typed number that exists", "one that does not"
_places = count(1)


def main() -> None:
    """Measure and print."""
    with installation() as (app, written):
        client = app.test_client()
        assert isinstance(client, Browser)
        unknown = [numbers.written((37 * one).to_bytes(8, "big")) for one in range(TYPED)]
        message, signature = bytes(64), SCHOOL.sign(bytes(64))
        check = partial(check_signature, SCHOOL.public_key, signature, message)
        known_took, unknown_took = list[float](), list[float]()
        jobs = [
            Job(FLOOR, lambda _round: timed(lambda: [check() for _ in range(LIST)], LIST)),
            Job(
                f"a number in a list of {LIST}",
                lambda _round: timed(partial(table, client, written[:LIST]), LIST),
                FLOOR,
            ),
            Job(KNOWN, lambda _round: in_turn(client, written, unknown, known_took, unknown_took)[0], FLOOR),
            Job(UNKNOWN, lambda _round: statistics.median(unknown_took[-TYPED:]), FLOOR),
        ]
        run(f"many: {LIST} numbers at once, and typed ones, of {CERTIFICATES} certificates", jobs, ROUNDS)
    known, missing = (statistics.median(took[TYPED:]) for took in (known_took, unknown_took))
    print(
        f"medians of {len(known_took) - TYPED} typed numbers each: {(missing - known) / known:+.1%} for one not there"
    )


@contextmanager
def installation() -> Iterator[tuple[Flask, list[str]]]:
    """An application with signed certificates, and their numbers."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        settings = Installations(folder, stack).filled("sqlite", folder / "instance")
        app = stack.enter_context(opened(create_app(settings)))
        app.test_client_class = Browser
        awards = [
            factories.award(db.session, settings, source=str(one), name=f"Person {chr(97 + one % 26)}")
            for one in range(CERTIFICATES)
        ]
        signing = issuing.prepare(db.session, awards[0], settings, factories.NOW)
        db.session.add_all(issuing.sign_with(signing, award, factories.NOW) for award in awards)
        db.session.commit()
        db.session.close()
        yield app, [numbers.written(award.number) for award in awards]


def table(client: Browser, lines: list[str]) -> None:
    """Send a list and read the table."""
    page = client.post("/c/many", data={"list": "\n".join(lines)}).text
    assert page.count('<th role="rowheader"') == len(lines)


def in_turn(
    client: Browser, known: list[str], unknown: list[str], known_took: list[float], unknown_took: list[float]
) -> tuple[float, float]:
    """The medians of a round, in which both kinds take turns, so that a busy machine slows them alike."""
    next_known = cycle(known[len(known_took) % CERTIFICATES :])
    for missing in unknown:
        known_took.append(timed(ask(client, next(next_known), "Genuine")))
        unknown_took.append(timed(ask(client, missing, "Number not found")))
    return statistics.median(known_took[-TYPED:]), statistics.median(unknown_took[-TYPED:])


def ask(client: Browser, number: str, word: str) -> Callable[[], None]:
    """Type a number and read the answer."""

    somewhere = {"REMOTE_ADDR": f"2001:db8::{next(_places):x}"}  # nobody may guess that often from one place

    def work() -> None:
        page = client.post("/c/number", data={"number": number, "language": "en"}, environ_base=somewhere)
        assert word in page.text

    return work


if __name__ == "__main__":
    main()
