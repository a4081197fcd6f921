"""Alembic's entry: migrations run on the application's own engine, one transaction for all of them."""

from alembic import context
from flask import current_app

database = current_app.extensions["migrate"].db


def run() -> None:
    """Migrate the database of the current application."""
    with database.engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=database.metadata,
            render_as_batch=True,  # SQLite changes tables by copying them
            compare_type=True,
        )
        with context.begin_transaction():
            context.run_migrations()


run()
