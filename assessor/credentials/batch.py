"""Awards by the thousand: every row of a table is looked at before one is awarded, then they are signed in chunks.

A chunk is one transaction, which the caller commits: its awards are decided, placed, signed, checked and stored
together, or not at all. The source of an award is the table and the row, so the same table again goes on where it
stopped and awards nothing twice.
"""

import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import TypeVar

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from assessor.certificates import number as numbers
from assessor.config import Settings
from assessor.credentials import awarding, issuer, issuing, profiles
from assessor.credentials.models import Achievement
from assessor.credentials.table import Row, Table, TableNotUsable, far_from_level
from assessor.errors import Invalid

#: Awards of one transaction: others write between two chunks, and a small machine holds one in memory.
CHUNK = 250
#: Of rows that cannot be awarded, so many are named at once.
MOST_NAMED = 20
#: How often a chunk is tried when somebody else took one of its places meanwhile.
TRIES = 3

Entry = TypeVar("Entry")


@dataclass(frozen=True)
class Awarded:
    """What a row led to. ``id``: the badge's address. ``number``: as printed. ``is_new``: not of an earlier run."""

    line: int
    name: str
    id: str
    number: str
    is_new: bool


@dataclass(frozen=True)
class Dropped:
    """A row of which the code on the paper cannot say everything. ``parts``: as `awarding.Printed.dropped`."""

    line: int
    parts: tuple[str, ...]


@dataclass(frozen=True)
class Looked:
    """What was found in a table before anything is awarded: how many rows, and of which not all fits the code.

    ``unprintable``: line and signs of names for which the paper shows an empty sign. ``doubtful``: line and competences
    of which the score hardly fits the level.
    """

    rows: int
    dropped: tuple[Dropped, ...]
    unprintable: tuple[tuple[int, tuple[str, ...]], ...] = ()
    doubtful: tuple[tuple[int, tuple[str, ...]], ...] = ()


def look(session: Session, table: Table, settings: Settings, now: datetime) -> Looked:
    """Look at every row as it would be awarded. Nothing is stored.

    Raises `TableNotUsable` with line and reason of the rows that cannot be awarded.
    """
    _held = session.get(Achievement, table.badge.code)  # as long as it is held, rows find it without a query
    wrong: list[str] = []
    dropped: list[Dropped] = []
    unprintable: list[tuple[int, tuple[str, ...]]] = []
    doubtful: list[tuple[int, tuple[str, ...]]] = []
    rows = 0
    for row in table.rows():
        rows += 1
        try:
            holder, grounds = table.asked(row)
            printed = awarding.preview(session, holder, grounds, settings, now)
        except Invalid as error:
            wrong.append(f"line {row.line}: {error}")
            continue
        if printed.dropped:
            dropped.append(Dropped(row.line, printed.dropped))
        if printed.unprintable:
            unprintable.append((row.line, printed.unprintable))
        if codes := far_from_level(grounds.level, grounds.results):
            doubtful.append((row.line, codes))
    if wrong:
        raise TableNotUsable("%(rows)s\nNothing was awarded.", rows=_named(wrong))
    if not rows:
        raise TableNotUsable("The table has no rows.")
    return Looked(rows, tuple(dropped), tuple(unprintable), tuple(doubtful))


def award(
    session: Session, organisation_id: uuid.UUID, table: Table, settings: Settings, clock: Callable[[], datetime]
) -> Iterator[list[Awarded]]:
    """Award every row of a table that `look` found right, a chunk at a time and in order.

    The caller commits each chunk before it asks for the next, which begins with a session that holds nothing.
    """
    for rows in _chunks(table.rows(), CHUNK):
        yield _award_chunk(session, organisation_id, table, rows, settings, clock)
        session.expunge_all()


def _award_chunk(
    session: Session,
    organisation_id: uuid.UUID,
    table: Table,
    rows: Sequence[Row],
    settings: Settings,
    clock: Callable[[], datetime],
) -> list[Awarded]:
    for _ in range(TRIES - 1):
        try:
            return _award_rows(session, organisation_id, table, rows, settings, clock())
        except IntegrityError:  # of two runs at once, one places and the other reads again
            session.rollback()
    return _award_rows(session, organisation_id, table, rows, settings, clock())


def _award_rows(
    session: Session,
    organisation_id: uuid.UUID,
    table: Table,
    rows: Sequence[Row],
    settings: Settings,
    now: datetime,
) -> list[Awarded]:
    _held = session.get(Achievement, table.badge.code)
    asked = [table.asked(row) for row in rows]
    sources = [grounds.source for _, grounds in asked]
    awards = awarding.find_by_sources(session, {organisation_id}, sources)
    missing = [(holder, grounds) for holder, grounds in asked if grounds.source not in awards]
    new = awarding.award_many(session, organisation_id, missing, settings, now) if missing else []
    if new:
        signing = issuing.prepare(session, new[0], settings, now)
        session.add_all(issuing.sign_many(signing, new, now))
    awards |= {award.source: award for award in new}
    made = {award.source for award in new}
    session.flush()  # so that a place taken meanwhile is found here, and not by whoever commits
    return [
        Awarded(
            line=row.line,
            name=awards[source].holder_name,
            id=issuer.credential_url(profiles.as_awarded(awards[source], settings), awards[source].credential_id),
            number=numbers.written(awards[source].number),
            is_new=source in made,
        )
        for row, source in zip(rows, sources, strict=True)
    ]


def _chunks(entries: Iterator[Entry], size: int) -> Iterator[list[Entry]]:
    while chunk := list(islice(entries, size)):
        yield chunk


def _named(wrong: Sequence[str]) -> str:
    more = len(wrong) - MOST_NAMED
    return "\n".join([*wrong[:MOST_NAMED], *([f"… and {more} more rows."] if more > 0 else [])])
