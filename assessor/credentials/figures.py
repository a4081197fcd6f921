"""How many certificates this issuer gave, for anybody to read, without telling of any person.

A figure is shown only where at least ten people stand behind it, behind what it leaves of a larger figure, and behind
what is left of the total when everything shown is taken away. What is shown is rounded down to tens. It counts what
was before today, so that a whole day gives one answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, distinct, func, literal, or_, select
from sqlalchemy.orm import Session, aliased

from assessor.config import Settings
from assessor.credentials.models import Award
from assessor.credentials.newest import Newest

FEWEST = 10
YEAR = timedelta(days=365)


@dataclass(frozen=True)
class Tally:
    """Certificates, and the people who hold them; the same name is one person, so there may be more."""

    certificates: int = 0
    people: int = 0

    @property
    def are_many(self) -> bool:
        """Whether this may be known."""
        return self.people >= FEWEST


@dataclass(frozen=True)
class Tallies:
    """What there is of one badge and band, or in all. ``older`` and ``counting``: the others of ``issued``."""

    issued: Tally = Tally()
    recent: Tally = Tally()
    older: Tally = Tally()
    withdrawn: Tally = Tally()
    counting: Tally = Tally()


@dataclass(frozen=True)
class Figures:
    """What is shown. None: too few people stand behind it, or behind what it leaves."""

    issued: int | None = None
    recent: int | None = None
    withdrawn: int | None = None


@dataclass(frozen=True)
class Published:
    """The figures of a day: all together, and by badge and band (1–4) where anything is shown.

    ``some_are_hidden``: there are more badges or bands, of too few people.
    """

    as_of: datetime
    total: Figures
    by_band: dict[tuple[str, int], Figures]
    some_are_hidden: bool


#: Each figure that is shown, with what it leaves of `Tallies.issued`.
_PARTS = {"issued": ("issued",), "recent": ("recent", "older"), "withdrawn": ("withdrawn", "counting")}


def published(session: Session, settings: Settings, now: datetime) -> Published:
    """The figures of this installation up to the beginning of this day (UTC); counted once a day."""
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return _newest.kept((settings, today), lambda: hidden(*_count(session, today), today))


def hidden(total: Tallies, cells: dict[tuple[str, int], Tallies], as_of: datetime) -> Published:
    """What may be shown of these tallies."""
    issued = _shown("issued", total, cells, set(cells))
    shown = {"issued": issued, **{name: _shown(name, total, cells, issued) for name in ("recent", "withdrawn")}}
    return Published(
        as_of,
        _figures(total, {name for name in _PARTS if _may_stand(total, _PARTS[name])}),
        {key: _figures(cells[key], {name for name in shown if key in shown[name]}) for key in sorted(issued)},
        len(issued) < len(cells),
    )


def _shown(
    name: str, total: Tallies, cells: dict[tuple[str, int], Tallies], among: set[tuple[str, int]]
) -> set[tuple[str, int]]:
    """The cells whose figure is shown. As many more are hidden as it takes, the smallest first."""
    parts = _PARTS[name]
    if not _may_stand(total, parts):
        return set()
    shown = {key for key in among if _may_stand(cells[key], parts)}
    while shown and not _rest_tells_nobody([cells[key] for key in cells if key not in shown], parts):
        shown.remove(min(shown, key=lambda key: (getattr(cells[key], name).people, key)))
    return shown


def _may_stand(tallies: Tallies, parts: Sequence[str]) -> bool:
    """Whether a figure is of many people, and what it leaves of the larger one is of many, or nothing."""
    figure, *others = (getattr(tallies, part) for part in parts)
    return figure.are_many and all(other.are_many or not other.certificates for other in others)


def _rest_tells_nobody(rest: Sequence[Tallies], parts: Sequence[str]) -> bool:
    """Whether the total less what is shown is of many people for sure: one of the hidden is, or there is nothing."""
    return all(
        not any(getattr(one, part).certificates for one in rest) or any(getattr(one, part).are_many for one in rest)
        for part in parts
    )


def _figures(tallies: Tallies, names: set[str]) -> Figures:
    return Figures(**{name: getattr(tallies, name).certificates // 10 * 10 for name in names})


def _count(session: Session, today: datetime) -> tuple[Tallies, dict[tuple[str, int], Tallies]]:
    """Everything in one query: each badge and band, and all together. A replaced paper counts as the one it became."""
    first = aliased(Award)
    corrected = and_(first.organisation_id == Award.organisation_id, first.id == Award.first_award)
    given = func.coalesce(first.awarded_at, Award.awarded_at)
    is_recent, is_withdrawn = given >= today - YEAR, and_(Award.revoked_at.is_not(None), Award.revoked_at < today)
    columns = [
        column
        for those in (literal(True), is_recent, ~is_recent, is_withdrawn, ~is_withdrawn)
        for column in _tally(those)
    ]
    stands = or_(Award.replaced_by.is_(None), Award.revoked_at >= today)
    of_bands = (
        select(Award.achievement_code, ((Award.level + 1) // 2).label("band"), *columns)
        .outerjoin(first, corrected)
        .where(stands, Award.awarded_at < today)
    )
    of_all = of_bands.with_only_columns(literal(""), literal(0), *columns)
    rows = session.execute(of_bands.group_by("achievement_code", "band").union_all(of_all)).all()
    read = {(code, int(band)): _read(numbers) for code, band, *numbers in rows}
    return read.pop(("", 0)), read


def _tally(those: ColumnElement[bool]) -> tuple[ColumnElement[int], ColumnElement[int]]:
    person = case((those, func.lower(Award.holder_name)))
    return func.count(case((those, 1))), func.count(distinct(person))


def _read(numbers: Sequence[Any]) -> Tallies:
    pairs = zip(numbers[::2], numbers[1::2], strict=True)
    return Tallies(**{field.name: Tally(*pair) for field, pair in zip(fields(Tallies), pairs, strict=True)})


_newest: Newest[Published] = Newest()
