"""Keys of the release before: they keep signing, and what they signed stays genuine."""

import flask_migrate
import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from assessor import migrations
from assessor.config import Settings, key_secrets
from assessor.credentials import issuer, keys
from assessor.credentials.models import SigningKey
from assessor.database import db
from tests.factories import NOW
from tests.fixtures import PASSPHRASE


def back_and_forth(app: Flask) -> None:
    """To the release before, and to this one again."""
    flask_migrate.Migrate(app, db, directory=str(migrations.FOLDER), render_as_batch=True)
    db.session.commit()
    db.session.close()
    flask_migrate.downgrade(revision="0003")
    migrations.upgrade(app)


def test_keys_of_the_release_before_are_published_and_sign(app: Flask, settings: Settings) -> None:
    retired = keys.signer(db.session, "badge", PASSPHRASE).kid
    keys.rotate(db.session, "badge", PASSPHRASE, NOW)
    before = issuer.document(db.session, settings)

    back_and_forth(app)

    assert issuer.document(db.session, settings) == before
    for key in db.session.scalars(select(SigningKey)):
        assert key.published_at == key.activated_at == key.created_at
    assert db.session.get_one(SigningKey, retired).retired_at == NOW
    assert keys.signer(db.session, "badge", key_secrets(settings)).sign(b"")


def test_a_key_that_never_signed_is_not_shown_by_the_release_before(app: Flask) -> None:
    new = keys.create(db.session, "badge", PASSPHRASE, NOW)
    keys.publish(db.session, new.kid, NOW)
    kid = new.kid

    back_and_forth(app)

    assert db.session.get_one(SigningKey, kid).state == "destroyed"
    assert kid not in {key.kid for key in keys.published(db.session)}


def test_a_key_that_was_used_and_destroyed_is_shown_by_both_releases(app: Flask, settings: Settings) -> None:
    used, stolen = (keys.signer(db.session, use, PASSPHRASE).kid for use in ("badge", "jwt"))
    keys.rotate(db.session, "badge", PASSPHRASE, NOW)
    keys.mark_compromised(db.session, stolen, NOW, PASSPHRASE, NOW)
    for kid in (used, stolen):
        keys.destroy(db.session, kid, PASSPHRASE, NOW)
    document, shown = issuer.document(db.session, settings), {key.kid for key in keys.published(db.session)}
    flask_migrate.Migrate(app, db, directory=str(migrations.FOLDER), render_as_batch=True)
    db.session.commit()
    db.session.close()

    flask_migrate.downgrade(revision="0003")
    with db.engine.connect() as connection:
        states = {row.kid: row.state for row in connection.execute(text("SELECT kid, state FROM signing_key"))}
    migrations.upgrade(app)

    assert (states[used], states[stolen]) == ("retired", "compromised")
    assert issuer.document(db.session, settings) == document
    assert {key.kid for key in keys.published(db.session)} == shown
    for kid in (used, stolen):
        key = db.session.get_one(SigningKey, kid)
        assert (key.state, key.destroyed_at, key.sealed_key) == ("destroyed", NOW, None)
    assert db.session.get_one(SigningKey, stolen).compromised_since == NOW


def test_the_rules_of_the_table_outlive_its_change(app: Flask) -> None:
    back_and_forth(app)

    for change in ("state = 'lost'", "use = 'lost'", "state = 'active', use = 'root'"):
        with pytest.raises(IntegrityError):
            db.session.execute(text(f"UPDATE signing_key SET {change}"))
        db.session.rollback()
