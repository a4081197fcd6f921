"""Awards on the way to an earlier release and back: nobody's consent is invented, and nothing loses its address."""

from dataclasses import dataclass

import flask_migrate
import pytest
from flask import Flask
from sqlalchemy import select, text

from assessor import migrations
from assessor.config import Settings
from assessor.credentials import awarding, issuing
from assessor.credentials.models import Award, AwardEvent
from assessor.database import db
from tests import factories
from tests.factories import NOW

LATER = NOW.replace(minute=NOW.minute + 1)


def back_and_forth(app: Flask, revision: str) -> None:
    """To the release that had this step as its last, and to this one again."""
    flask_migrate.Migrate(app, db, directory=str(migrations.FOLDER), render_as_batch=True)
    db.session.commit()
    db.session.close()
    flask_migrate.downgrade(revision=revision)
    migrations.upgrade(app)


def awards() -> dict[str, Award]:
    """All awards by what led to them."""
    return {award.source: award for award in db.session.scalars(select(Award))}


@dataclass(frozen=True)
class Chain:
    """How an award, its replacement and the replacement of that hang together."""

    first: list[object]
    replaced_by: list[object]
    learners: list[object]

    @classmethod
    def of(cls, rows: list[Award]) -> "Chain":
        """As the rows have it."""
        return cls(
            [row.first_award for row in rows], [row.replaced_by for row in rows], [row.learner_id for row in rows]
        )


@pytest.mark.parametrize("revision", ["0002", "0004", "0006"])
def test_only_who_agreed_is_named_after_the_way_back(app: Flask, settings: Settings, revision: str) -> None:
    for source, agreed, is_signed in (("agreed", True, True), ("refused", False, True), ("not signed", False, False)):
        award = factories.award(db.session, settings, source=source, named_in_badge=agreed)
        if is_signed:
            db.session.add(issuing.sign(db.session, award, settings, NOW))

    back_and_forth(app, revision)

    named = {source: award.named_in_badge for source, award in awards().items()}
    assert named == {"agreed": True, "refused": False, "not signed": False}


@pytest.mark.parametrize("revision", ["0002", "0005"])
def test_replacements_keep_their_address_and_their_learner(app: Flask, settings: Settings, revision: str) -> None:
    sitting = factories.confirmed_sitting(db.session)
    chain = [factories.award_of_sitting(db.session, settings, sitting)]
    for name in ("Ada King", "Ada Byron"):
        chain.append(awarding.replace(db.session, chain[-1], awarding.Holder(name), settings, LATER))
    db.session.flush()
    other = factories.award(db.session, settings, source="replacement of something else")
    before, ids, other_id, ada = Chain.of(chain), [one.id for one in chain], other.id, sitting.learner_id

    back_and_forth(app, revision)

    rows = {award.id: award for award in awards().values()}
    assert Chain.of([rows[one] for one in ids]) == before
    assert before.first == [None, ids[0], ids[0]]
    assert before.learners == [ada, ada, ada]
    assert (rows[other_id].first_award, rows[other_id].learner_id) == (None, None)


def test_what_was_withdrawn_is_in_the_events_after_the_way_back(app: Flask, settings: Settings) -> None:
    award = factories.award(db.session, settings)
    awarding.revoke(db.session, award, "mistake", settings, NOW)
    award_id = award.id

    back_and_forth(app, "0004")

    [event] = db.session.scalars(select(AwardEvent)).all()
    assert (event.award_id, event.kind, event.reason, event.at) == (award_id, "withdrawn", "mistake", NOW)


def test_awards_and_organisations_outlive_the_way_back_before_endorsements(app: Flask, settings: Settings) -> None:
    award = factories.award(db.session, settings)
    db.session.add(issuing.sign(db.session, award, settings, NOW))
    db.session.flush()
    body, number = issuing.export(db.session, award, "json", settings).content, award.number

    back_and_forth(app, "0006")

    [kept] = awards().values()
    assert (kept.number, kept.issuer_details, kept.assessed_by) == (number, {}, {})
    assert issuing.export(db.session, kept, "json", settings).content == body
    assert db.session.execute(text("SELECT url FROM organisation")).scalars().all() == [""]
