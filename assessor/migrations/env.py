"""Alembic's entry: migrations run on the application's own engine, one transaction for all of them."""

from typing import Literal

from alembic import context
from flask import current_app

from assessor.database import UtcDateTime

database = current_app.extensions["migrate"].db


def plain(kind: str, value: object, _context: object) -> str | Literal[False]:
    """Write our own column type as the plain one it stands for: migrations outlive the application's code."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(value, UtcDateTime) else False


def run() -> None:
    """Migrate the database of the current application."""
    with database.engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=database.metadata,
            render_as_batch=True,  # SQLite changes tables by copying them
            compare_type=True,
            render_item=plain,
        )
        with context.begin_transaction():
            context.run_migrations()


run()
