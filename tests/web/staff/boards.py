"""The board of a session, and somebody who has finished."""

from sqlalchemy.orm import Session

from assessor.database import now
from assessor.organisations.models import Group
from assessor.sittings.models import Invigilation, Sitting
from tests import factories


def board_of(opened: Invigilation) -> str:
    """The address of the board of a session."""
    return f"/staff/demo/sessions/{opened.id}"


def finished(session: Session, group: Group, place: int = 0) -> Sitting:
    """Somebody of the group who answered everything rightly; nobody has confirmed it."""
    sitting = factories.sitting(session, factories.people(session, group)[place], now=now())
    factories.finish(session, sitting, factories.right_answer, now())
    session.commit()
    return sitting
