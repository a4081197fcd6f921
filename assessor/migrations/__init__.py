"""Numbered, small steps of the database; each runs with the previous release still serving."""

import logging
from pathlib import Path

from flask import Flask
from sqlalchemy import inspect, text

from assessor.database import db

FOLDER = Path(__file__).parent


def upgrade(app: Flask) -> None:
    """Bring the database of this application to the newest version; nothing is loaded when it is there already."""
    if _version() == newest():
        return
    import flask_migrate  # takes as long to import as a start may take altogether

    logging.getLogger("alembic").setLevel(logging.WARNING)
    flask_migrate.Migrate(app, db, directory=str(FOLDER), render_as_batch=True)
    flask_migrate.upgrade()


def newest() -> str:
    """The newest version: the number in front of the last file's name."""
    return max(path.name.partition("_")[0] for path in (FOLDER / "versions").glob("[0-9]*.py"))


def _version() -> str | None:
    if not inspect(db.engine).has_table("alembic_version"):
        return None
    with db.engine.connect() as connection:
        found = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return None if found is None else str(found)
