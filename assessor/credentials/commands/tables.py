"""`assessor award BADGE --from TABLE`: awards for every row of a table."""

import csv
import json
import time
import uuid
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

import click
from sqlalchemy.orm import Session

from assessor.config import Settings
from assessor.credentials import achievements, batch
from assessor.credentials.table import MAX_BYTES, Table, TableNotUsable

RESULT_COLUMNS = ("line", "name", "id", "number")
#: Rows between two lines that tell how far it is.
STEP = 1000


def award_table(
    session: Session,
    settings: Settings,
    organisation_id: uuid.UUID,
    badge: str,
    source: Path,
    out: Path,
    language: str,
    *,
    as_json: bool,
) -> None:
    """Look at all rows of ``source``, then award them, and write what became of each to ``out``.

    The same file again awards nothing twice. Raises `TableNotUsable` before anything is awarded.
    """
    if source.stat().st_size > MAX_BYTES:
        raise TableNotUsable("The table is larger than %(most)s MB. Make several of it.", most=MAX_BYTES >> 20)
    table = Table(source.read_bytes(), achievements.find_named(session, badge, settings), language)
    looked = batch.look(session, table, settings, _now())
    session.commit()  # looking takes seconds, and nobody else is to wait for awards meanwhile
    for dropped in looked.dropped:
        parts = " and the ".join(part.replace("_", " ") for part in dropped.parts)
        click.echo(f"line {dropped.line}: the code on the paper has no room for the {parts}.", err=True)
    for line, signs in looked.unprintable:
        click.echo(f"line {line}: the paper has no letters for {' '.join(signs)}.", err=True)
    for line, codes in looked.doubtful:
        click.echo(f"line {line}: the level hardly fits {', '.join(codes)}, two bands or more away.", err=True)
    began = time.monotonic()
    with out.open("w", encoding="utf-8", newline="") as file:
        new = _write(file, _reported(_committed(session, organisation_id, table, settings), looked.rows))
    document = {"rows": looked.rows, "new": new, "seconds": round(time.monotonic() - began, 1), "out": str(out)}
    click.echo(json.dumps(document) if as_json else f"{new} awarded, {looked.rows - new} were awarded before: {out}")


def _committed(
    session: Session, organisation_id: uuid.UUID, table: Table, settings: Settings
) -> Iterator[batch.Awarded]:
    for chunk in batch.award(session, organisation_id, table, settings, _now):
        session.commit()
        yield from chunk


def _write(file: TextIO, awarded: Iterator[batch.Awarded]) -> int:
    rows = csv.DictWriter(file, RESULT_COLUMNS, extrasaction="ignore")
    rows.writeheader()
    new = 0
    for one in awarded:
        rows.writerow(asdict(one))
        new += one.is_new
    return new


def _reported(awarded: Iterator[batch.Awarded], rows: int) -> Iterator[batch.Awarded]:
    for count, one in enumerate(awarded, 1):
        yield one
        if count % STEP == 0 and count < rows:
            click.echo(f"{count:,} of {rows:,}", err=True)


def _now() -> datetime:
    return datetime.now(UTC)
