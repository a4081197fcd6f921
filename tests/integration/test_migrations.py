"""The migrations and the models say the same, on both databases."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import flask_migrate
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from sqlalchemy import JSON, Column, Connection, Engine, inspect, select

from assessor import migrations
from assessor.database import Base, db
from assessor.sittings import delivery, rescoring
from assessor.sittings.models import Result, Sitting
from tests import earlier_version, factories
from tests.factories import NOW, right_answer


@contextmanager
def version_0_1(app: Flask) -> Iterator[Connection]:
    """The database as version 0.1 had it, while the block writes; afterwards it is migrated."""
    flask_migrate.Migrate(app, db, directory=str(migrations.FOLDER), render_as_batch=True)
    db.session.close()
    flask_migrate.downgrade(revision="0001")
    with db.engine.begin() as connection:
        yield connection
    migrations.upgrade(app)


def tables() -> set[str]:
    """The tables that the database has now, without Alembic's own."""
    return set(inspect(db.engine).get_table_names()) - {"alembic_version"}


def have_other_defaults(
    _context: object, _column: object, declared: Column[Any], found: str | None, _clause: object, wanted: str | None
) -> bool | None:
    """Compare the defaults of JSON columns as texts: PostgreSQL does not compare JSON. None = compare as usual."""
    if not isinstance(declared.type, JSON):
        return None
    return (found or "").removesuffix("::json").strip("'") != (wanted or "")


def test_migrations_and_models_agree(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": have_other_defaults}
        )

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


def test_a_sitting_of_version_0_1_goes_on_to_its_end_and_is_scored_again(app: Flask) -> None:
    old = earlier_version.sittings()[0]
    group = factories.group(db.session)
    opened, [ada] = factories.open_session(db.session, group), factories.people(db.session, group)
    db.session.commit()

    with version_0_1(app) as connection:
        sitting_id = earlier_version.store(connection, old, opened, ada.id, NOW, given=5)

    sitting = db.session.get_one(Sitting, (opened.organisation_id, sitting_id))
    assert sitting.conditions == {"engine": 1, "language": None, "device": None, "eligibility": None}
    assert factories.shown(db.session, sitting).item_id == old.answers[5][0]
    result = factories.finish(db.session, sitting, right_answer)
    assert len(delivery.administered(db.session, sitting)) == result.items >= 12
    assert result.standing is not None
    assert result.areas is None  # its rules have one ability behind all competences
    again = rescoring.rescore(db.session, sitting)
    assert again.differences == ()
    assert again.identical
    assert not again.path_checked


def test_results_of_version_0_1_come_out_as_they_were(app: Flask) -> None:
    group = factories.group(db.session, ("Ada", "Grace", "Eve"))
    opened, people = factories.open_session(db.session, group), factories.people(db.session, group)
    db.session.commit()

    with version_0_1(app) as connection:
        for old, learner in zip(earlier_version.sittings(), people, strict=True):
            earlier_version.store(connection, old, opened, learner.id, NOW)

    sittings = db.session.scalars(select(Sitting)).all()
    again = [rescoring.rescore(db.session, sitting) for sitting in sittings]
    assert [one.differences for one in again] == [(), (), ()]
    assert sorted(one.items for one in again) == [12, 12, 20]
    assert [one.standing for one in db.session.scalars(select(Result))] == [None, None, None]


def test_the_way_back_keeps_sittings_and_results(app: Flask) -> None:
    sitting = factories.sitting(db.session)
    theta = factories.finish(db.session, sitting, right_answer).theta
    db.session.commit()

    with version_0_1(app) as connection:
        assert "exposure" not in inspect(connection).get_table_names()

    result = db.session.get_one(Result, (sitting.organisation_id, sitting.id))
    assert (result.theta, result.standing, result.areas) == (theta, None, None)
    assert len(delivery.administered(db.session, sitting)) == result.items
