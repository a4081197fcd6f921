"""Work for later, stored in the caller's transaction: it is there if and only if what it belongs to is there.

A worker leases one job at a time; a worker that dies loses its lease and another takes the job again. So every job
may run twice and must then do nothing the second time. After `ATTEMPTS` failures a job is dead and waits for a person:
`assessor jobs retry`, or for somebody who wants the same work again.
"""

import traceback
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import CheckConstraint, Select, UniqueConstraint, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column, sessionmaker

from assessor.config import Settings
from assessor.database import Base, reading
from assessor.errors import Conflict, NotFound, Refusal

#: A disk is full or a passphrase wrong for an evening: the pauses together last two days, with the last one repeated.
PAUSES = (
    timedelta(seconds=10),
    timedelta(minutes=1),
    timedelta(minutes=10),
    timedelta(hours=1),
    timedelta(hours=6),
)
ATTEMPTS = 12
LEASE = timedelta(minutes=2)
PACKAGE = Path(__file__).parent

Run = Callable[[Session, dict[str, Any], Settings, datetime], None]
SlowRun = Callable[[sessionmaker[Session], dict[str, Any], Settings, datetime], None]
_kinds: dict[str, Run] = {}
_slow: dict[str, SlowRun] = {}
_log = structlog.get_logger("assessor.jobs")


class UnknownJob(NotFound):
    """There is no job with this number."""


class JobNotWaiting(Conflict):
    """The job is done or is being done, so there is nothing to try again."""


class Job(Base):
    """One piece of work. ``key`` makes it single: enqueuing the same kind and key again only revives a dead one."""

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


def slow_job(kind: str) -> Callable[[SlowRun], SlowRun]:
    """The same for work of more than a second. It opens sessions of its own, so that SQLite's only write lock is free

    for answers meanwhile; what it stored stays if it fails later.
    """

    def register(run: SlowRun) -> SlowRun:
        _slow[kind] = run
        return run

    return register


def enqueue(session: Session, kind: str, key: str, payload: dict[str, Any], now: datetime) -> None:
    """Store a job in the caller's transaction. One of this kind and key that is there stays; a dead one is revived."""
    if kind not in _kinds and kind not in _slow:
        raise LookupError(f"No function does jobs of kind {kind!r}.")
    known = session.scalar(select(Job).where(Job.kind == kind, Job.key == key))
    if known is None:
        session.add(Job(kind=kind, key=key, payload=payload, run_after=now))
    elif known.state == "dead":
        known.payload = payload
        _revive(known, now)
    session.flush()


def unfinished(session: Session) -> Sequence[Job]:
    """The jobs that are not done, oldest first."""
    return session.scalars(select(Job).where(Job.state != "done").order_by(Job.id)).all()


def retry(session: Session, number: int, now: datetime) -> Job:
    """Let a dead or waiting job be tried at once, with all its attempts. Raises `UnknownJob` or `JobNotWaiting`."""
    found = session.get(Job, number, with_for_update=True)
    if found is None:
        raise UnknownJob("There is no job with the number %(number)s. See: assessor jobs list", number=number)
    if found.state not in ("dead", "waiting"):
        raise JobNotWaiting("Job %(number)s is %(state)s. Nothing to try again.", number=number, state=found.state)
    _revive(found, now)
    return found


def retry_all(session: Session, now: datetime) -> Sequence[Job]:
    """The same for every dead job."""
    dead = session.scalars(select(Job).where(Job.state == "dead").order_by(Job.id).with_for_update()).all()
    for found in dead:
        _revive(found, now)
    return dead


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
        if kind in _slow:
            _slow[kind](sessions, payload, settings, now)
        with sessions.begin() as session:
            if kind in _kinds:
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
            Job.kind.in_((*_kinds, *_slow)),
        )
        .order_by(Job.id)
        .limit(1)
    )


def _lease(session: Session, now: datetime) -> tuple[int, str, dict[str, Any]] | None:
    """The next job, counted as tried before it is: a job that kills its worker uses up its attempts too."""
    while (found := session.scalar(_due(now).with_for_update(skip_locked=True))) is not None:
        if found.attempts < ATTEMPTS:
            found.state, found.attempts, found.leased_until = "leased", found.attempts + 1, now + LEASE
            found.run_after = now + _pause(found.attempts)
            return found.id, found.kind, found.payload
        found.state, found.leased_until, found.last_error = "dead", None, "its worker was ended each time"
        _log.error("job dead", kind=found.kind, job=found.id, attempts=found.attempts, error=found.last_error)
        session.flush()
    return None


def _record_failure(sessions: sessionmaker[Session], number: int, kind: str, error: Exception, now: datetime) -> None:
    with sessions.begin() as session:
        failed = session.get_one(Job, number)
        failed.state = "dead" if failed.attempts >= ATTEMPTS else "waiting"
        failed.run_after = now + _pause(failed.attempts)
        failed.leased_until = None
        failed.last_error = _reason(error)
        _log.error("job failed", kind=kind, job=number, attempts=failed.attempts, error=failed.last_error)


def _revive(found: Job, now: datetime) -> None:
    found.state, found.attempts, found.run_after = "waiting", 0, now


def _pause(attempts: int) -> timedelta:
    return PAUSES[min(attempts, len(PAUSES)) - 1]


def _reason(error: Exception) -> str:
    """The class of an error and the line where it arose. Never its words: a database writes people's names into them.

    The sentences of our own refusals hold no values before they are filled, so those are kept.
    """
    places = [place for place in traceback.extract_tb(error.__traceback__) if place.filename != __file__]
    ours = [place for place in places if Path(place.filename).is_relative_to(PACKAGE)] or places
    where = "".join(f" at {Path(place.filename).name}:{place.lineno} in {place.name}" for place in ours[-1:])
    said = f": {error.message}" if isinstance(error, Refusal) else ""
    return f"{type(error).__name__}{where}{said}"
