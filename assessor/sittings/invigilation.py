"""A session as the staff see it: open it for a group, follow the board, help, confirm persons, end it."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from assessor.accounts.models import Learner
from assessor.assessments import designing
from assessor.errors import Conflict, NotFound
from assessor.organisations import groups
from assessor.organisations.models import Group
from assessor.sittings.models import Invigilation, Presentation, Response, Result, Sitting

#: A learner on one question for longer than this is shown as one who may need a word.
LONG_ON_ONE_QUESTION = timedelta(minutes=5)


class AlreadyOpen(Conflict):
    """The group has an open session; there is one at a time, so that a card leads to one place."""

    title = "A session is open"


class NotFinished(Conflict):
    """The person has not finished, so there is nothing to confirm yet."""


@dataclass(frozen=True)
class Seat:
    """One person on the board. ``state``: away, practice, answering, long, help, coming, resting, finished, and
    stopped for those who had not finished when the session ended.

    ``answers`` counts answers, right or not: the screen is seen by the room. ``band`` is None until the end, and after
    it when no band was reached. ``awardable``: finished, with a band, so a confirmation leads to a certificate.
    """

    learner_id: uuid.UUID
    nickname: str
    language: str
    sitting_id: uuid.UUID | None
    state: str
    answers: int
    since: datetime | None
    confirmed: bool
    awardable: bool


#: People who need somebody come first, those who are done last.
ORDER = ("help", "coming", "long", "answering", "practice", "resting", "stopped", "away", "finished")


def open_for(
    session: Session,
    organisation_id: uuid.UUID,
    group_id: uuid.UUID,
    design_id: uuid.UUID,
    opened_by: uuid.UUID,
    supervised: bool,
    now: datetime,
) -> Invigilation:
    """Open a design for a group. Raises `AlreadyOpen`, or `NotFound` for a group or design of somebody else."""
    group = groups.find_group(session, organisation_id, group_id)
    design = designing.find(session, organisation_id, design_id)
    invigilation = Invigilation(
        organisation_id=organisation_id,
        group_id=group.id,
        design_id=design.id,
        opened_by=opened_by,
        supervised=supervised,
        opened_at=now,
    )
    try:
        with session.begin_nested():
            session.add(invigilation)
    except IntegrityError as error:
        raise AlreadyOpen("A session is open for this group. Go on with it, or end it first.") from error
    return invigilation


def find(session: Session, organisation_id: uuid.UUID, invigilation_id: uuid.UUID) -> Invigilation:
    """A session of this organisation. Raises `NotFound`."""
    invigilation = session.get(Invigilation, (organisation_id, invigilation_id))
    if invigilation is None:
        raise NotFound("This session does not exist.")
    return invigilation


def open_of(session: Session, organisation_id: uuid.UUID, group_id: uuid.UUID) -> Invigilation | None:
    """The session that is open for a group, or None."""
    return session.scalar(
        select(Invigilation).where(
            Invigilation.organisation_id == organisation_id,
            Invigilation.group_id == group_id,
            Invigilation.ended_at.is_(None),
        )
    )


def sessions_of_group(session: Session, group: Group, most: int) -> Sequence[Invigilation]:
    """The ``most`` newest sessions of a group, newest first."""
    return session.scalars(
        select(Invigilation)
        .where(Invigilation.organisation_id == group.organisation_id, Invigilation.group_id == group.id)
        .order_by(Invigilation.opened_at.desc(), Invigilation.id)
        .limit(most)
    ).all()


def newest_of_groups(
    session: Session, organisation_id: uuid.UUID, group_ids: Sequence[uuid.UUID]
) -> dict[uuid.UUID, Invigilation]:
    """For each of these groups that had one, its newest session."""
    newest_first = (Invigilation.opened_at.desc(), Invigilation.id)
    place = func.row_number().over(partition_by=Invigilation.group_id, order_by=newest_first)
    placed = (
        select(Invigilation.id, place.label("place"))
        .where(Invigilation.organisation_id == organisation_id, Invigilation.group_id.in_(group_ids))
        .subquery()
    )
    rows = session.scalars(
        select(Invigilation)
        .join(placed, placed.c.id == Invigilation.id)
        .where(Invigilation.organisation_id == organisation_id, placed.c.place == 1)
    )
    return {row.group_id: row for row in rows}


def end(invigilation: Invigilation, now: datetime) -> None:
    """End the session; ending it twice changes nothing."""
    invigilation.ended_at = invigilation.ended_at or now


def board(session: Session, invigilation: Invigilation, now: datetime) -> list[Seat]:
    """Everybody of the group with where they are, those who need somebody first."""
    group = groups.find_group(session, invigilation.organisation_id, invigilation.group_id)
    sittings = {
        sitting.learner_id: sitting
        for sitting in session.scalars(
            select(Sitting).where(
                Sitting.organisation_id == invigilation.organisation_id,
                Sitting.invigilation_id == invigilation.id,
            )
        )
    }
    progress = _progress(session, invigilation)
    bands = _bands(session, invigilation)
    seats = [
        _seat(place.learner, sittings.get(place.learner.id), progress, bands, invigilation.ended_at, now)
        for place in groups.places(session, group)
    ]
    return sorted(seats, key=lambda seat: ORDER.index(seat.state))


def confirm(
    session: Session,
    invigilation: Invigilation,
    sitting_ids: Sequence[uuid.UUID],
    confirmed_by: uuid.UUID,
    now: datetime,
) -> int:
    """State that these persons were seen doing the test themselves. Returns how many are newly confirmed."""
    count = 0
    for sitting_id in sitting_ids:
        sitting = sitting_of(session, invigilation, sitting_id)
        if sitting.finished_at is None:
            raise NotFinished("This person has not finished yet.")
        if sitting.confirmed_at is None:
            sitting.confirmed_at, sitting.confirmed_by = now, confirmed_by
            count += 1
    return count


def come(session: Session, invigilation: Invigilation, sitting_id: uuid.UUID, now: datetime) -> None:
    """Tell a learner who called that a person is coming."""
    sitting = sitting_of(session, invigilation, sitting_id)
    if sitting.help_called_at is not None:
        sitting.help_coming_at = now


def helped(session: Session, invigilation: Invigilation, sitting_id: uuid.UUID) -> None:
    """The call is answered."""
    sitting = sitting_of(session, invigilation, sitting_id)
    sitting.help_called_at = sitting.help_coming_at = None


def sitting_of(session: Session, invigilation: Invigilation, sitting_id: uuid.UUID) -> Sitting:
    """A sitting of this session. Raises `NotFound`."""
    sitting = session.get(Sitting, (invigilation.organisation_id, sitting_id))
    if sitting is None or sitting.invigilation_id != invigilation.id:
        raise NotFound("This person is not in the session.")
    return sitting


def _progress(session: Session, invigilation: Invigilation) -> dict[uuid.UUID, tuple[int, datetime]]:
    """Sitting → number of answers, and when the newest item was shown."""
    rows = session.execute(
        select(Presentation.sitting_id, func.count(Response.presentation_id), func.max(Presentation.shown_at))
        .join(
            Sitting,
            (Sitting.organisation_id == Presentation.organisation_id) & (Sitting.id == Presentation.sitting_id),
        )
        .outerjoin(
            Response,
            (Response.organisation_id == Presentation.organisation_id) & (Response.presentation_id == Presentation.id),
        )
        .where(
            Sitting.organisation_id == invigilation.organisation_id,
            Sitting.invigilation_id == invigilation.id,
        )
        .group_by(Presentation.sitting_id)
    )
    return {sitting_id: (answers, shown_at) for sitting_id, answers, shown_at in rows}


def _bands(session: Session, invigilation: Invigilation) -> dict[uuid.UUID, int | None]:
    rows = session.execute(
        select(Result.sitting_id, Result.band)
        .join(Sitting, (Sitting.organisation_id == Result.organisation_id) & (Sitting.id == Result.sitting_id))
        .where(
            Sitting.organisation_id == invigilation.organisation_id,
            Sitting.invigilation_id == invigilation.id,
        )
    )
    return dict(rows.all())


def _seat(
    learner: Learner,
    sitting: Sitting | None,
    progress: dict[uuid.UUID, tuple[int, datetime]],
    bands: dict[uuid.UUID, int | None],
    ended_at: datetime | None,
    now: datetime,
) -> Seat:
    answers, shown_at = progress.get(sitting.id, (0, None)) if sitting else (0, None)
    state, since = _state(sitting, shown_at, ended_at, now)
    return Seat(
        learner_id=learner.id,
        nickname=learner.nickname,
        language=sitting.help_language if sitting else learner.language,
        sitting_id=sitting.id if sitting else None,
        state=state,
        answers=answers,
        since=since,
        confirmed=sitting is not None and sitting.confirmed_at is not None,
        awardable=sitting is not None and bands.get(sitting.id) is not None,
    )


def _state(
    sitting: Sitting | None, shown_at: datetime | None, ended_at: datetime | None, now: datetime
) -> tuple[str, datetime | None]:
    if sitting is None:
        return "away", None
    if sitting.finished_at:
        return "finished", sitting.finished_at
    if ended_at:
        return "stopped", ended_at
    if sitting.help_called_at:
        return ("coming" if sitting.help_coming_at else "help"), sitting.help_called_at
    if sitting.resting_since:
        return "resting", sitting.resting_since
    if shown_at is None:
        return "practice", sitting.begun_at
    return ("long" if now - shown_at > LONG_ON_ONE_QUESTION else "answering"), shown_at
