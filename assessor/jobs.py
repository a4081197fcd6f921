"""Work for later, stored in the caller's transaction: it is there if and only if what it belongs to is there.

A worker leases one job at a time; a worker that dies loses its lease and another takes the job again. So every job
may run twice and must then do nothing the second time. After `ATTEMPTS` failures a job is dead and waits for a person.
"""

import traceback
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import CheckConstraint, Select, UniqueConstraint, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column, sessionmaker

from assessor.config import Settings
from assessor.database import Base, reading

ATTEMPTS = 5
LEASE = timedelta(minutes=2)

Run = Callable[[Session, dict[str, Any], Settings, datetime], None]
_kinds: dict[str, Run] = {}
_log = structlog.get_logger("assessor.jobs")


class Job(Base):
    """One piece of work. ``key`` makes it single: enqueuing the same kind and key again changes nothing."""

    __tablename__ = "job"
    __table_args__ = (
        UniqueConstraint("kind", "key"),
        CheckConstraint("state IN ('waiting', 'leased', 'done', 'dead')", name="state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    key: Mapped[str]
    payload: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(default="waiting", index=True)
    attempts: Mapped[int] = mapped_column(default=0)
    run_after: Mapped[datetime]
    leased_until: Mapped[datetime | None]
    last_error: Mapped[str | None]


def job(kind: str) -> Callable[[Run], Run]:
    """Register the function that does jobs of ``kind``; it gets session, payload, settings and now."""

    def register(run: Run) -> Run:
        _kinds[kind] = run
        return run

    return register


def enqueue(session: Session, kind: str, key: str, payload: dict[str, Any], now: datetime) -> None:
    """Store a job in the caller's transaction; a job of this kind and key that is there already stays as it is."""
    if kind not in _kinds:
        raise LookupError(f"No function does jobs of kind {kind!r}.")
    if session.scalar(select(Job.id).where(Job.kind == kind, Job.key == key)) is None:
        session.add(Job(kind=kind, key=key, payload=payload, run_after=now))
        session.flush()


def run_one(sessions: sessionmaker[Session], settings: Settings, now: datetime) -> bool:
    """Do the oldest job that is due. True when there was one, whether it succeeded or not."""
    if not _any_due(sessions, now):
        return False
    with sessions.begin() as session:
        leased = _lease(session, now)
    if leased is None:
        return False
    number, kind, payload = leased
    try:
        with sessions.begin() as session:
            _kinds[kind](session, payload, settings, now)
            done = session.get_one(Job, number)
            done.state, done.leased_until, done.last_error = "done", None, None
    except Exception as error:  # a job may fail in any way; the worker must go on and the reason must be kept
        _record_failure(sessions, number, kind, error, now)
    return True


def run_all(sessions: sessionmaker[Session], settings: Settings, now: datetime) -> int:
    """Do every job that is due now; returns how many were tried."""
    count = 0
    while run_one(sessions, settings, now):
        count += 1
    return count


def _any_due(sessions: sessionmaker[Session], now: datetime) -> bool:
    """Look without taking SQLite's only write lock: an idle worker must not stand in the way of answers."""
    token = reading.set(True)
    try:
        with sessions() as session:
            return session.scalar(_due(now).with_only_columns(Job.id)) is not None
    finally:
        reading.reset(token)


def _due(now: datetime) -> Select[Job]:
    return (
        select(Job)
        .where(
            or_(Job.state == "waiting", (Job.state == "leased") & (Job.leased_until < now)),
            Job.run_after <= now,
            Job.kind.in_(_kinds),
        )
        .order_by(Job.id)
        .limit(1)
    )


def _lease(session: Session, now: datetime) -> tuple[int, str, dict[str, Any]] | None:
    found = session.scalar(_due(now).with_for_update(skip_locked=True))
    if found is None:
        return None
    found.state, found.attempts, found.leased_until = "leased", found.attempts + 1, now + LEASE
    return found.id, found.kind, found.payload


def _record_failure(sessions: sessionmaker[Session], number: int, kind: str, error: Exception, now: datetime) -> None:
    with sessions.begin() as session:
        failed = session.get_one(Job, number)
        failed.state = "dead" if failed.attempts >= ATTEMPTS else "waiting"
        failed.run_after = now + timedelta(seconds=2**failed.attempts)
        failed.leased_until = None
        failed.last_error = "".join(traceback.format_exception_only(error)).strip()[:500]
        _log.error("job failed", kind=kind, job=number, attempts=failed.attempts, error=failed.last_error)
