"""Where each group of an organisation is, and the one thing that comes next for it."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, load_only

from assessor.organisations import groups
from assessor.organisations.models import Group
from assessor.sittings import awarding, invigilation
from assessor.sittings.models import Invigilation, Result, Sitting


@dataclass(frozen=True)
class GroupNow:
    """A group and its newest session.

    ``step``: cards (no session yet), testing, waiting (certificates wait for staff), given, finished (nothing waits).
    ``session`` is None before the first one; the three counts are people of that session.
    """

    group: Group
    people: int
    step: str
    session: Invigilation | None
    finished: int
    waiting: int
    given: int


def groups_now(session: Session, organisation_id: uuid.UUID, most: int, after: int = 0) -> list[GroupNow]:
    """Up to ``most`` groups, newest first, without the ``after`` newest; nothing else is read or counted."""
    shown = groups.groups_of(session, organisation_id, most, after)
    ids = [group.id for group in shown]
    sizes = groups.sizes(session, organisation_id, ids)
    newest = invigilation.newest_of_groups(session, organisation_id, ids)
    counts = _counts(session, organisation_id, [one.id for one in newest.values()])
    return [_group_now(group, sizes.get(group.id, 0), newest.get(group.id), counts) for group in shown]


@dataclass
class _Counts:
    finished: int = 0
    waiting: int = 0
    given: int = 0


def _group_now(group: Group, people: int, newest: Invigilation | None, counts: dict[uuid.UUID, _Counts]) -> GroupNow:
    count = counts.get(newest.id, _Counts()) if newest else _Counts()
    return GroupNow(group, people, _step(newest, count), newest, count.finished, count.waiting, count.given)


def _step(newest: Invigilation | None, count: _Counts) -> str:
    if newest is None:
        return "cards"
    if newest.ended_at is None:
        return "testing"
    return "waiting" if count.waiting else "given" if count.given else "finished"


def _counts(session: Session, organisation_id: uuid.UUID, sessions: Sequence[uuid.UUID]) -> dict[uuid.UUID, _Counts]:
    rows = session.execute(
        select(Sitting, Result.level)
        .join(Result, (Result.organisation_id == Sitting.organisation_id) & (Result.sitting_id == Sitting.id))
        .where(Sitting.organisation_id == organisation_id, Sitting.invigilation_id.in_(sessions))
        .options(load_only(Sitting.invigilation_id))
    ).all()
    awards = awarding.awards_of(session, [sitting for sitting, level in rows if level is not None])
    counts: dict[uuid.UUID, _Counts] = {}
    for sitting, level in rows:
        count = counts.setdefault(sitting.invigilation_id, _Counts())
        count.finished += 1
        count.given += sitting.id in awards
        count.waiting += level is not None and sitting.id not in awards
    return counts
