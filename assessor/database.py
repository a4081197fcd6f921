"""The database session of a request, the declarative base, and the manners of SQLite.

Activity modules take a plain SQLAlchemy ``Session``; only entry points (views, commands, jobs) know ``db``.
"""

import contextlib
import sqlite3
import uuid
from collections.abc import Iterator
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import JSON, DateTime, Engine, MetaData, event
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.orm import DeclarativeBase, Session, registry, sessionmaker
from sqlalchemy.types import TypeDecorator

#: Names of constraints are part of the schema: migrations and error handling rely on them.
NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

#: True while a request only reads. Writers take SQLite's lock at BEGIN, so that a write never fails half-way.
reading: ContextVar[bool] = ContextVar("reading", default=False)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware time in UTC; a naive one is refused. SQLite stores it without zone and gets UTC back."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive times; give SQLite the UTC wall clock."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A time without a zone cannot be stored.")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002  # signature of SQLAlchemy
        """Give back an aware UTC time."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Base of all models: named constraints, aware UTC times, JSON values."""

    registry = registry(
        metadata=MetaData(naming_convention=NAMING),
        type_annotation_map={datetime: UtcDateTime(), dict[str, Any]: JSON(), list[Any]: JSON()},
    )


class Database(SQLAlchemy):
    """Flask-SQLAlchemy with its session typed as what it stands for."""

    session: Session  # type: ignore[assignment]  # the scoped session hands every call on to a Session


db = Database(model_class=Base, session_options={"expire_on_commit": False})


def new_id() -> uuid.UUID:
    """A random public id; it tells nothing about order or number."""
    return uuid.uuid4()


def now() -> datetime:
    """The time of this moment, for entry points only: activities get ``now`` as an argument."""
    return datetime.now(UTC)


@contextlib.contextmanager
def reading_only(sessions: sessionmaker[Session]) -> Iterator[Session]:
    """A session that only looks, and leaves SQLite's only write lock to others."""
    token = reading.set(True)
    try:
        with sessions() as session:
            yield session
    finally:
        reading.reset(token)


@contextlib.contextmanager
def writing(session: Session) -> Iterator[None]:
    """A short transaction of its own that stores something, in a request that otherwise only reads."""
    session.rollback()
    token = reading.set(False)
    try:
        yield
        session.commit()
    finally:
        reading.reset(token)


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection: Any, _record: object) -> None:
    """WAL lets readers and one writer work together; FULL keeps every committed answer through a power cut."""
    if isinstance(connection, sqlite3.Connection):
        connection.isolation_level = None  # BEGIN is ours, see below
        for pragma in (
            "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=15000", "trusted_schema=OFF"
        ):  # fmt: skip
            connection.execute(f"PRAGMA {pragma}")


@event.listens_for(Engine, "begin")
def _begin(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN" if reading.get() else "BEGIN IMMEDIATE")
