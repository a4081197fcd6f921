"""The migrations and the models say the same, on both databases."""

import flask_migrate
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from sqlalchemy import Engine, inspect

from assessor import migrations
from assessor.database import Base, db


def tables() -> set[str]:
    """The tables that the database has now, without Alembic's own."""
    return set(inspect(db.engine).get_table_names()) - {"alembic_version"}


def test_migrations_and_models_agree(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})

        differences = compare_metadata(context, Base.metadata)

    assert differences == []


def test_an_empty_database_gets_every_table(empty_app: Flask) -> None:
    assert tables() == set()

    migrations.upgrade(empty_app)

    assert tables() == set(Base.metadata.tables)


def test_migrating_again_changes_nothing(empty_app: Flask) -> None:
    migrations.upgrade(empty_app)
    before = tables()

    migrations.upgrade(empty_app)

    assert tables() == before


def test_the_way_back_ends_with_an_empty_database_from_which_it_goes_on(empty_app: Flask) -> None:
    migrations.upgrade(empty_app)

    flask_migrate.downgrade(revision="base")

    assert tables() == set()
    migrations.upgrade(empty_app)
    assert tables() == set(Base.metadata.tables)


def test_every_named_constraint_of_the_models_is_in_the_database(engine: Engine) -> None:
    inspector = inspect(engine)
    for name, table in Base.metadata.tables.items():
        checks = {check["name"] for check in inspector.get_check_constraints(name)}
        unique = {found["name"] for found in inspector.get_unique_constraints(name)}
        indexes = {found["name"] for found in inspector.get_indexes(name)}

        declared = {str(constraint.name) for constraint in table.constraints if constraint.name}

        named_checks = {one for one in declared if one.startswith("ck_")}
        named_unique = {one for one in declared if one.startswith("uq_")}
        assert named_checks <= checks, name
        assert named_unique <= unique, name
        assert {index.name for index in table.indexes} <= indexes, name
