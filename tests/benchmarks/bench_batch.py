"""How many awards of a table are decided, signed, checked and stored in a second, and how many of them are checked.

    python -m tests.benchmarks.bench_batch          1,000 rows
    python -m tests.benchmarks.bench_batch 10000    more of them

Everything that `assessor award BADGE --from TABLE` does, on SQLite: every row looked at, then awarded in chunks, with
badge, code, PNG and SVG. At the end every stored badge is checked with every check, its status list included. The
floor: one Ed25519 signature made or checked, timed in between. One core. Memory: the most that the process ever had.
"""

import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from assessor import create_app, demo, migrations
from assessor.config import Settings
from assessor.credentials import achievements, batch
from assessor.credentials.models import Credential
from assessor.credentials.table import Table
from assessor.database import db, now
from assessor.openbadges.checks import Result
from assessor.openbadges.multikey import MemorySigner, check_signature
from assessor.openbadges.verification import verify
from assessor.organisations.models import Organisation
from assessor.verification import verifying
from tests.benchmarks.timing import Row, print_table, repeated
from tests.fixtures import opened

ROWS = 1_000
SIGN, CHECK = "floor: sign", "floor: check a signature"
LOOKED, AWARDED, VERIFIED = "row looked at", "award signed, checked, stored", "badge verified with its status list"
SIGNER = MemorySigner.from_seed(bytes(32))
FIRST, LAST = ("Ada", "Grace", "Olu", "Léila", "ليلى"), ("Haddad", "Lovelace", "Hopper", "O’Hara", "Żammit")


def main(rows: int) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(Path(folder), key_passphrase="three words and a number 7")
        app = create_app(settings)
        with opened(app):
            migrations.upgrade(app)
            demo.load_data(db.session, settings, now())
            demo.install(db.session, settings, "the same in every run of it", now(), Random(1))
            db.session.commit()
            measured = list(_measured(db.session, settings, rows))
        size = sum(path.stat().st_size for path in Path(folder).glob("assessor.db*"))
    print_table(f"batch: {rows:,} awards of one table, {size / rows / 1000:.0f} kB each in the database", measured)


def _measured(session: Session, settings: Settings, rows: int) -> Iterator[Row]:
    table = Table(_table(rows), achievements.find(session, demo.ACHIEVEMENT, settings), "en")
    organisation = session.scalars(select(Organisation.id)).one()
    named = {name: Row(name, floor) for name, floor in FLOORS.items()}
    _time_floors(named)

    began = time.perf_counter()
    batch.look(session, table, settings, now())
    session.commit()
    named[LOOKED].seconds.append((time.perf_counter() - began) / rows)

    began, done = time.perf_counter(), 0
    for chunk in batch.award(session, organisation, table, settings, now):
        session.commit()
        named[AWARDED].seconds.append((time.perf_counter() - began) / len(chunk))
        done += len(chunk)
        _time_floors(named)
        print(f"{done:>7,} awarded, {_peak():.0f} MB", flush=True)
        began = time.perf_counter()
    named[VERIFIED].seconds += _verified(session, settings, rows)
    yield from named.values()


FLOORS = {SIGN: "", CHECK: "", LOOKED: SIGN, AWARDED: SIGN, VERIFIED: CHECK}


def _time_floors(named: dict[str, Row]) -> None:
    signature = SIGNER.sign(bytes(64))
    named[SIGN].seconds.append(repeated(partial(SIGNER.sign, bytes(64)), 0.02))
    named[CHECK].seconds.append(repeated(partial(check_signature, SIGNER.public_key, signature, bytes(64)), 0.02))


def _verified(session: Session, settings: Settings, rows: int) -> Iterator[float]:
    """Check everything that was stored; seconds a badge, for each part of them."""
    own = verifying.own_data(session, settings, now())
    trust, source = verifying.trust_of(own.did_document), own.lists
    genuine = 0
    stored = session.execute(select(Credential.body).execution_options(yield_per=batch.CHUNK))
    for part in stored.partitions():
        began = time.perf_counter()
        genuine += sum(verify(body, trust, now(), status=source).result is Result.GENUINE for (body,) in part)
        yield (time.perf_counter() - began) / len(part)
    if genuine != rows:
        sys.exit(f"{rows - genuine} of {rows} awards are not genuine.")


def _table(rows: int) -> bytes:
    rng = Random(20261122)
    lines = ["name,level,results,named"]
    for number in range(rows):
        results = f"1.1={rng.randrange(101)} 4.2={rng.randrange(101)}"
        lines.append(f"{rng.choice(FIRST)} {rng.choice(LAST)} {number},{rng.randint(1, 8)},{results},yes")
    return "\n".join(lines).encode()


def _peak() -> float:
    """The most memory so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ROWS)
