"""The database itself refuses what must never be, whatever the code above it does."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.inspection import inspect
from sqlalchemy.orm import Session

from assessor.accounts.models import Card
from assessor.config import Settings
from assessor.credentials.models import SigningKey
from assessor.database import Base, new_id
from assessor.jobs import Job
from assessor.organisations.models import Group
from assessor.sittings.models import Invigilation, Presentation, Response, Sitting
from tests import factories
from tests.factories import NOW, right_answer

Make = Callable[[Session, Settings], Base]


def copy_of(row: Base, **changes: Any) -> Base:
    """A second row with the same values, except the changed ones."""
    values = {column.key: getattr(row, column.key) for column in inspect(type(row)).column_attrs}
    return type(row)(**(values | changes))


def answered(session: Session, _settings: Settings) -> Base:
    sitting = factories.sitting(session)
    presentation = factories.answer(session, sitting, right_answer)
    return session.get_one(Response, (sitting.organisation_id, presentation.id))


def begun(session: Session, _settings: Settings) -> Base:
    return factories.sitting(session)


def shown(session: Session, _settings: Settings) -> Base:
    return factories.shown(session, factories.sitting(session))


def opened(session: Session, _settings: Settings) -> Base:
    return factories.open_session(session, factories.group(session))


def card(session: Session, _settings: Settings) -> Base:
    [ada] = factories.people(session, factories.group(session))
    return session.scalars(select(Card).where(Card.learner_id == ada.id)).one()


def group(session: Session, _settings: Settings) -> Base:
    return factories.group(session)


def award(session: Session, settings: Settings) -> Base:
    return factories.award(session, settings)


def job(session: Session, settings: Settings) -> Base:
    factories.award(session, settings)
    return session.scalars(select(Job)).one()


TWICE: dict[str, tuple[Make, dict[str, Any]]] = {
    "an answer to the same presentation": (answered, {}),
    "a sitting of the same person in the same session": (begun, {"id": new_id()}),
    "the same question in a sitting": (shown, {"id": new_id(), "position": 9}),
    "the same position in a sitting": (shown, {"id": new_id(), "item_id": "another"}),
    "an open session of the same group": (opened, {"id": new_id()}),
    "a living card of the same person": (card, {"id": new_id(), "secret_digest": "another"}),
    "a card with the same secret": (card, {"id": new_id(), "replaced_at": NOW}),
    "a group with the same code": (group, {"id": new_id()}),
    "an award for the same source": (award, {"id": new_id(), "number": b"12345678", "status_index": 1}),
    "an award with the same number": (award, {"id": new_id(), "source": "another", "status_index": 1}),
    "an award in the same place of the list": (award, {"id": new_id(), "source": "another", "number": b"12345678"}),
    "a job of the same kind and key": (job, {"id": None}),
}

NEVER: dict[str, tuple[Make, dict[str, Any]]] = {
    "points other than 0 and 1": (answered, {"points": 2}),
    "a device that we do not know": (begun, {"device": "toaster"}),
    "a level above 8": (award, {"level": 9}),
    "a state that jobs do not have": (job, {"state": "lost"}),
    "a group code that is not four digits long": (group, {"code": "12345"}),
    "a sitting of nobody": (begun, {"learner_id": new_id()}),
    "a sitting of another organisation": (begun, {"organisation_id": new_id()}),
}


@pytest.mark.parametrize("what", TWICE)
def test_there_is_never_twice(what: str, session: Session, settings: Settings) -> None:
    make, changes = TWICE[what]
    first = make(session, settings)
    session.commit()
    session.expunge_all()

    session.add(copy_of(first, **changes))

    with pytest.raises(IntegrityError):
        session.flush()


@pytest.mark.parametrize("what", NEVER)
def test_there_is_never(what: str, session: Session, settings: Settings) -> None:
    make, changes = NEVER[what]
    row = make(session, settings)
    session.commit()

    for name, value in changes.items():
        setattr(row, name, value)

    with pytest.raises(IntegrityError):
        session.flush()


def test_a_session_that_ended_makes_room_for_the_next(session: Session) -> None:
    group = factories.group(session)
    factories.open_session(session, group).ended_at = NOW
    session.flush()

    second = factories.open_session(session, group)

    assert session.get(Invigilation, (second.organisation_id, second.id)) is second


@pytest.mark.parametrize("owner", [Group, Invigilation, Sitting, Presentation])
def test_what_a_row_belongs_to_cannot_vanish(owner: type[Base], session: Session) -> None:
    factories.answer(session, factories.sitting(session), right_answer)
    session.commit()

    with pytest.raises(IntegrityError):
        session.execute(delete(owner))


def test_a_time_without_a_zone_is_not_stored(session: Session) -> None:
    presentation = factories.shown(session, factories.sitting(session))

    presentation.shown_at = NOW.replace(tzinfo=None)

    with pytest.raises(Exception, match="A time without a zone cannot be stored"):
        session.flush()


def test_times_come_back_as_they_were_stored(session: Session) -> None:
    sitting = factories.sitting(session, now=NOW)
    session.commit()
    session.expire_all()

    found = session.scalars(select(Presentation).where(Presentation.sitting_id == sitting.id)).one()

    assert found.shown_at == NOW
    assert found.shown_at.utcoffset() is not None


def test_every_kind_of_key_that_the_code_makes_may_be_stored(session: Session) -> None:
    uses = set(session.scalars(select(SigningKey.use)))

    assert uses == {"badge", "certificate", "jwt", "status", "root"}
