"""Find the open session of a learner, and begin or resume the sitting in it."""

import uuid
from datetime import datetime
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from assessor.accounts.models import Learner
from assessor.assessments import designing
from assessor.assessments.models import Design
from assessor.banks import releases
from assessor.organisations.models import GroupMember
from assessor.sittings import conditions
from assessor.sittings.models import Invigilation, Sitting

SEEDS = 2**62


def open_invigilation(session: Session, learner: Learner) -> Invigilation | None:
    """The session that is open for the learner's group now; the newest when there are several groups."""
    return session.scalar(
        select(Invigilation)
        .join(
            GroupMember,
            (GroupMember.organisation_id == Invigilation.organisation_id)
            & (GroupMember.group_id == Invigilation.group_id),
        )
        .where(
            GroupMember.organisation_id == learner.organisation_id,
            GroupMember.learner_id == learner.id,
            Invigilation.ended_at.is_(None),
        )
        .order_by(Invigilation.opened_at.desc())
        .limit(1)
    )


def current_sitting(session: Session, learner: Learner) -> Sitting | None:
    """The learner's sitting in the open session, else the newest one: its result, or that it has ended, can be seen."""
    opened = open_invigilation(session, learner)
    if opened is not None:
        return _sitting_in(session, opened, learner)
    return session.scalar(
        select(Sitting)
        .where(
            Sitting.organisation_id == learner.organisation_id,
            Sitting.learner_id == learner.id,
        )
        .order_by(Sitting.begun_at.desc())
        .limit(1)
    )


def finished_sitting(session: Session, learner: Learner) -> Sitting | None:
    """The learner's newest finished sitting: result and certificate stay there when a new session opens."""
    return session.scalar(
        select(Sitting)
        .where(
            Sitting.organisation_id == learner.organisation_id,
            Sitting.learner_id == learner.id,
            Sitting.finished_at.is_not(None),
        )
        .order_by(Sitting.finished_at.desc())
        .limit(1)
    )


def start(
    session: Session,
    learner: Learner,
    invigilation: Invigilation,
    language: str,
    device: str,
    now: datetime,
    rng: Random,
) -> Sitting:
    """Begin the learner's sitting in this session, or give back the one that was begun.

    The test is in the learner's language when every item of the release is approved in it, else in the language the
    bank was written in; then the learner's own language is the help language.
    """
    if begun := _sitting_in(session, invigilation, learner):
        return begun
    design = designing.find(session, invigilation.organisation_id, invigilation.design_id)
    test_language, seed = _test_language(session, design, language), rng.randrange(SEEDS)
    sitting = Sitting(
        organisation_id=learner.organisation_id,
        invigilation_id=invigilation.id,
        learner_id=learner.id,
        release_id=design.release_id,
        rules=design.rules,
        seed=seed,
        conditions=conditions.to_json(conditions.fixed_now(session, design, seed, test_language, device)),
        test_language=test_language,
        help_language=language,
        device=device,
        begun_at=now,
    )
    session.add(sitting)
    session.flush()
    return sitting


def practice_items(session: Session, invigilation: Invigilation) -> int:
    """How many questions of practice come before the first that counts."""
    design = designing.find(session, invigilation.organisation_id, invigilation.design_id)
    return len(releases.edition(session, design.release_id).practice)


def opened_by(session: Session, sitting: Sitting) -> uuid.UUID:
    """The member of staff who opened the session of this sitting."""
    return session.get_one(Invigilation, (sitting.organisation_id, sitting.invigilation_id)).opened_by


def change_language(session: Session, learner: Learner, language: str) -> None:
    """Remember the learner's language; a sitting that goes on keeps its test language and gets this help."""
    learner.language = language
    sitting = current_sitting(session, learner)
    if sitting is not None and sitting.finished_at is None:
        sitting.help_language = language


def _sitting_in(session: Session, invigilation: Invigilation, learner: Learner) -> Sitting | None:
    return session.scalar(
        select(Sitting).where(
            Sitting.organisation_id == invigilation.organisation_id,
            Sitting.invigilation_id == invigilation.id,
            Sitting.learner_id == learner.id,
        )
    )


def _test_language(session: Session, design: Design, language: str) -> str:
    edition = releases.edition(session, design.release_id)
    if language in releases.certified_languages(session, edition):
        return language
    return edition.source_language
