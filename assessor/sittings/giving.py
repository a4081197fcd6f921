"""Giving certificates at the end of a session: who waits for what, and all papers in one file."""

import io
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from assessor.accounts.models import Learner
from assessor.config import Settings
from assessor.credentials import issuing, pocket, print_files
from assessor.credentials import papers as papers_of
from assessor.credentials.models import Award, Credential
from assessor.errors import NotFound
from assessor.sittings import awarding
from assessor.sittings.models import Invigilation, Result, Sitting

MOST_PAPERS = 30  # drawn in one request, so that it ends in seconds
MOST_CARDS = 100


class NothingToPrint(NotFound):
    """No certificate of this session is signed yet."""

    title = "No certificate yet"


@dataclass(frozen=True)
class Finisher:
    """A person who finished. ``award`` is None before the name is given.

    ``stage``: confirm (did the person do it?), name (confirmed, name missing), signing, ready, on hold, withdrawn, or
    no band (nothing to certify; confirming changes nothing).
    """

    sitting: Sitting
    nickname: str
    stage: str
    award: Award | None


def finishers(session: Session, invigilation: Invigilation) -> list[Finisher]:
    """Everybody who finished in this session, in the order in which they did."""
    rows = session.execute(
        select(Sitting, Learner.nickname, Result.level)
        .join(Learner, (Learner.organisation_id == Sitting.organisation_id) & (Learner.id == Sitting.learner_id))
        .join(Result, (Result.organisation_id == Sitting.organisation_id) & (Result.sitting_id == Sitting.id))
        .where(Sitting.organisation_id == invigilation.organisation_id, Sitting.invigilation_id == invigilation.id)
        .order_by(Sitting.finished_at, Learner.nickname)
    ).all()
    awards = awarding.awards_of(session, [sitting for sitting, _nickname, _level in rows])
    signed = _signed(session, list(awards.values()))
    return [
        Finisher(sitting, nickname, _stage(sitting, level, award, signed), award)
        for sitting, nickname, level in rows
        for award in [awards.get(sitting.id)]
    ]


def papers(session: Session, invigilation: Invigilation, settings: Settings, after: int = 0) -> bytes:
    """Up to `MOST_PAPERS` signed certificates of a session in one PDF, without the first ``after``.

    Raises `NothingToPrint` where there are none.
    """
    return papers_of.print_file(
        session, _signed_of(session, _ready(session, invigilation, after, MOST_PAPERS)), settings
    )


def single_papers(session: Session, invigilation: Invigilation, settings: Settings, after: int = 0) -> bytes:
    """The same as single PDFs in a zip, each with its badge inside. Raises as `papers`."""
    written = io.BytesIO()
    ready = _ready(session, invigilation, after, MOST_PAPERS)
    print_files.zip_of(session, _signed_of(session, ready), written, settings)
    return written.getvalue()


def cards(session: Session, invigilation: Invigilation, settings: Settings, after: int = 0) -> bytes:
    """Up to `MOST_CARDS` of the same as cards, ten on a page. Raises as `papers`, and `pocket.CardUnprintable`."""
    return pocket.cards(session, _ready(session, invigilation, after, MOST_CARDS), settings)


def _ready(session: Session, invigilation: Invigilation, after: int, most: int) -> list[Award]:
    everybody = [one.award for one in finishers(session, invigilation) if one.stage == "ready" and one.award]
    ready = everybody[after : after + most]
    if not ready:
        raise NothingToPrint("No certificate is ready to print. Confirm the persons and write their names first.")
    return ready


def _signed(session: Session, awards: Sequence[Award]) -> set[uuid.UUID]:
    """Which of these awards have their badge, without reading the badges."""
    return set(
        session.scalars(
            select(Credential.award_id).where(
                Credential.organisation_id.in_({award.organisation_id for award in awards}),
                Credential.award_id.in_([award.id for award in awards]),
            )
        )
    )


def _stage(sitting: Sitting, level: int | None, award: Award | None, signed: set[uuid.UUID]) -> str:
    if award is not None:
        if award.revoked_at is not None:
            return "withdrawn"
        if award.suspended_at is not None:
            return "on hold"
        return "ready" if award.id in signed else "signing"
    if level is None:
        return "no band"
    return "confirm" if sitting.confirmed_at is None else "name"


def _signed_of(session: Session, awards: Sequence[Award]) -> list[Credential]:
    return [issuing.signed_of(session, award) for award in awards]
