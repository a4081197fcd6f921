"""Show an item, take its answer, show the next. Everything may arrive twice; the unique constraints decide.

The presentation is stored before the item is shown, so a reload, a second phone or a lost connection finds the same
item, and an answer always has the presentation that it belongs to.
"""

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from assessor.assessments import designing
from assessor.banks import releases
from assessor.errors import Conflict, Invalid, NotFound
from assessor.items import interactions, scoring
from assessor.items.item import Item
from assessor.psychometrics import adaptive
from assessor.sittings import conditions, finishing
from assessor.sittings.models import Invigilation, Presentation, Response, Sitting

#: Aids that a learner may use with an item.
HOME, SOUND = "home", "sound"


class SittingClosed(Conflict):
    """The staff ended the session; answers are no longer taken."""

    title = "This session has ended"


class AnswerNotUsable(Invalid):
    """What was posted cannot be an answer to the item; the message says what to do."""


def practice_item(session: Session, sitting: Sitting) -> Item | None:
    """The practice item that comes next, or None when practice is done."""
    practice = releases.edition(session, sitting.release_id).practice
    return practice[sitting.practised] if sitting.practised < len(practice) else None


def practise(session: Session, sitting: Sitting, item_id: str, given: interactions.Form, now: datetime) -> None:
    """Take the answer to a practice item, which is not stored; the first real item follows the last of them."""
    _refuse_if_closed(session, sitting)
    item = practice_item(session, sitting)
    if item is None or item.id != item_id:
        return  # sent twice: the first one counted
    _read(item, given)
    sitting.practised += 1
    if practice_item(session, sitting) is None:
        present_next(session, sitting, now)


def presentation_id(text: str) -> uuid.UUID:
    """Read the id that a form sent back. Raises `NotFound` for what is none."""
    try:
        return uuid.UUID(text)
    except ValueError as error:
        raise NotFound("This question is not yours. Scan your card again.") from error


def open_presentation(session: Session, sitting: Sitting) -> Presentation | None:
    """The presentation that waits for its answer, or None."""
    return session.scalar(
        select(Presentation)
        .outerjoin(
            Response,
            (Response.organisation_id == Presentation.organisation_id) & (Response.presentation_id == Presentation.id),
        )
        .where(
            Presentation.organisation_id == sitting.organisation_id,
            Presentation.sitting_id == sitting.id,
            Response.presentation_id.is_(None),
        )
    )


def answer(
    session: Session,
    sitting: Sitting,
    presentation_id: uuid.UUID,
    given: interactions.Form,
    now: datetime,
    aids: Collection[str] = (),
) -> None:
    """Score and store the answer to the open presentation, then present the next item or finish.

    An answer that is there already stays as it is: the second post gets the first one's reply. Raises `NotFound`
    for a presentation of another sitting, `SittingClosed`, or `AnswerNotUsable`.
    """
    presentation = _presentation_of(session, sitting, presentation_id)
    if session.get(Response, (sitting.organisation_id, presentation_id)) is not None:
        return
    _refuse_if_closed(session, sitting)
    released = releases.edition(session, sitting.release_id).scored[presentation.item_id]
    given_answer = _read(released.item, given)
    _note(sitting, presentation, aids)
    session.add(
        Response(
            organisation_id=sitting.organisation_id,
            presentation_id=presentation_id,
            answer=interactions.to_json(given_answer),
            points=scoring.score(released.item, given_answer).points,
            a=released.parameters.a,
            b=released.parameters.b,
            se_a=released.parameters.se_a,
            se_b=released.parameters.se_b,
            c=released.parameters.c,
            answered_at=now,
        )
    )
    sitting.resting_since = None
    session.flush()
    present_next(session, sitting, now)


def note_aids(session: Session, sitting: Sitting, presentation_id: uuid.UUID, aids: Collection[str]) -> None:
    """Record that an aid was used with a presentation: its own language was shown, or a sound was played.

    The certificate names aids as conditions, so they are kept when they are used and not only with the answer.
    """
    _note(sitting, _presentation_of(session, sitting, presentation_id), aids)


def present_next(session: Session, sitting: Sitting, now: datetime) -> None:
    """Store the next presentation, or the result when the test is over."""
    design = design_of(session, sitting)
    state = adaptive.replay(design, conditions.of(sitting), administered(session, sitting))
    match adaptive.next_step(design, state):
        case adaptive.Finish(reason, final):
            finishing.finish(session, sitting, design, final, reason, now)
        case adaptive.Administer(item_id):
            session.add(
                Presentation(
                    organisation_id=sitting.organisation_id,
                    sitting_id=sitting.id,
                    position=len(state.items),
                    item_id=item_id,
                    shown_at=now,
                )
            )
    session.flush()


def design_of(session: Session, sitting: Sitting) -> adaptive.Design:
    """The rules that this sitting was begun with, joined with the items of its release."""
    return designing.adaptive_design(session, sitting.release_id, sitting.rules)


def administered(session: Session, sitting: Sitting) -> Sequence[adaptive.Administered]:
    """The items answered so far with their points, in order."""
    rows = session.execute(
        select(Presentation.item_id, Response.points)
        .join(
            Response,
            (Response.organisation_id == Presentation.organisation_id) & (Response.presentation_id == Presentation.id),
        )
        .where(Presentation.organisation_id == sitting.organisation_id, Presentation.sitting_id == sitting.id)
        .order_by(Presentation.position)
    )
    return [adaptive.Administered(item_id, points) for item_id, points in rows]


def rest(session: Session, sitting: Sitting, now: datetime) -> None:
    """The learner rests; nothing is lost and no time runs."""
    _refuse_if_closed(session, sitting)
    sitting.resting_since = sitting.resting_since or now


def call_help(session: Session, sitting: Sitting, now: datetime) -> None:
    """Ask for a person; a second call changes nothing."""
    _refuse_if_closed(session, sitting)
    if sitting.help_called_at is None:
        sitting.help_called_at, sitting.help_coming_at = now, None


def end_help(sitting: Sitting) -> None:
    """The learner needs no help any more."""
    sitting.help_called_at = sitting.help_coming_at = None


def _presentation_of(session: Session, sitting: Sitting, presentation_id: uuid.UUID) -> Presentation:
    presentation = session.get(Presentation, (sitting.organisation_id, presentation_id))
    if presentation is None or presentation.sitting_id != sitting.id:
        raise NotFound("This question is not yours. Scan your card again.")
    return presentation


def _note(sitting: Sitting, presentation: Presentation, aids: Collection[str]) -> None:
    if HOME in aids and sitting.help_language != sitting.test_language:
        presentation.help_language = sitting.help_language
    if SOUND in aids:
        presentation.sound_used = True


def _read(item: Item, given: interactions.Form) -> interactions.Answer:
    try:
        return interactions.read_answer(item, given)
    except interactions.InvalidAnswer as error:
        raise AnswerNotUsable(error.sentence, **error.values) from error


def _refuse_if_closed(session: Session, sitting: Sitting) -> None:
    invigilation = session.get_one(Invigilation, (sitting.organisation_id, sitting.invigilation_id))
    if invigilation.ended_at is not None and sitting.finished_at is None:
        raise SittingClosed("The session has ended. Your answers are safe. Ask the staff.")
