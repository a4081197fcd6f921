"""Print orders: certificates by the thousand, drawn by the worker a chunk at a time, for staff to take as files.

The job of a chunk asks for that of the next when it is done, so whatever else waits goes in between. A chunk that is
drawn again gives the same bytes; a worker that is killed loses one chunk.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, defer, sessionmaker

from assessor.certificates import number as numbers
from assessor.certificates.certificate import CertificateUnprintable
from assessor.config import Settings
from assessor.credentials import papers, print_files
from assessor.credentials.models import Award, Credential, PrintChunk, PrintOrder
from assessor.database import reading_only
from assessor.errors import Invalid, NotFound
from assessor.jobs import enqueue, job, slow_job
from assessor.organisations.models import GroupMember

FORMS = ("pdf", "zip")
DRAW, FINISH, CLEAR = "draw certificates", "finish print order", "delete print order"
CHUNK = 200  # certificates of a job and of a file to print: seconds of work, 400 pages
MOST = 20_000  # certificates of an order
KEPT = timedelta(days=7)

_log = structlog.get_logger("assessor.credentials")


class NothingToPrint(NotFound):
    """No certificate is like that."""

    title = "No certificate yet"


class TooMany(Invalid):
    """More certificates than an order holds."""


@dataclass(frozen=True)
class Wanted:
    """Which certificates; None: all. ``since`` and ``until``: given from the first to before the second."""

    badge: str | None = None
    group_id: uuid.UUID | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class Progress:
    """How far an order is. ``left_out``: number of a certificate → withdrawn, on hold, not signed, or does not fit."""

    drawn: int
    count: int
    left_out: Mapping[str, str]
    files: tuple[str, ...]


def order(
    session: Session,
    organisation_id: uuid.UUID,
    wanted: Wanted,
    form: str,
    asked_for: Mapping[str, str],
    now: datetime,
    by: uuid.UUID | None = None,
) -> PrintOrder:
    """Ask for certificates as files, in the order of the holders' names. ``asked_for``: ``wanted`` in words.

    Raises `NothingToPrint`, `TooMany`, or `Invalid` for a form that is none of `FORMS`.
    """
    if form not in FORMS:
        raise Invalid("There is no such form. Forms are: %(forms)s.", forms=", ".join(FORMS))
    awards = session.scalars(_fitting(organisation_id, wanted).limit(MOST + 1)).all()
    if not awards:
        raise NothingToPrint("No certificate is like that. Choose another badge, group or time.")
    if len(awards) > MOST:
        raise TooMany("More than %(most)s certificates are like that. Choose a shorter time.", most=f"{MOST:,}")
    made = PrintOrder(
        organisation_id=organisation_id,
        form=form,
        asked_for=dict(asked_for),
        count=len(awards),
        asked_by=by,
        asked_at=now,
        taken=[],
    )
    session.add(made)
    session.flush()
    for place in range(0, len(awards), CHUNK):
        ids = [str(award) for award in awards[place : place + CHUNK]]
        key = {"organisation_id": organisation_id, "order_id": made.id, "place": place // CHUNK}
        session.add(PrintChunk(**key, awards=ids, left_out={}))
    session.flush()
    _ask(session, DRAW, made, now, 0)
    _ask(session, CLEAR, made, now + KEPT)
    return made


def _fitting(organisation_id: uuid.UUID, wanted: Wanted) -> Select[uuid.UUID]:
    found = select(Award.id).where(Award.organisation_id == organisation_id, Award.replaced_by.is_(None))
    if wanted.badge:
        found = found.where(Award.achievement_code == wanted.badge)
    if wanted.group_id:
        members = select(GroupMember.learner_id).where(
            GroupMember.organisation_id == organisation_id, GroupMember.group_id == wanted.group_id
        )
        found = found.where(Award.learner_id.in_(members))
    if wanted.since:
        found = found.where(Award.awarded_at >= wanted.since)
    if wanted.until:
        found = found.where(Award.awarded_at < wanted.until)
    return found.order_by(Award.holder_name, Award.id)


# Drawing


@slow_job(DRAW)
def draw_job(sessions: sessionmaker[Session], payload: dict[str, Any], settings: Settings, now: datetime) -> None:
    """Draw a chunk, if nobody has yet, and ask for the next one, or for the end."""
    organisation_id, order_id, place = uuid.UUID(payload["organisation"]), uuid.UUID(payload["order"]), payload["place"]
    draw_chunk(sessions, (organisation_id, order_id, place), settings, now)
    with sessions.begin() as session:
        if not _gone(session, (organisation_id, order_id), settings):
            made = session.get_one(PrintOrder, (organisation_id, order_id))
            last = session.get(PrintChunk, (organisation_id, order_id, place + 1)) is None
            _ask(session, FINISH if last else DRAW, made, now, place + 1)


def draw_chunk(
    sessions: sessionmaker[Session], key: tuple[uuid.UUID, uuid.UUID, int], settings: Settings, now: datetime
) -> None:
    """Draw a chunk that is not drawn. While it is drawn, nothing is locked."""
    with reading_only(sessions) as session:
        chunk, made = session.get_one(PrintChunk, key), session.get_one(PrintOrder, key[:2])
        if chunk.drawn_at is not None or made.deleted_at is not None:
            return
        path = print_files.folder(settings, made.id) / print_files.part_name(made.form, chunk.place)
        signed, left_out = _standing(session, key[0], [uuid.UUID(award) for award in chunk.awards])
        left_out |= _drawn(session, signed, made.form, path, settings)
    with sessions.begin() as session:
        if _gone(session, key[:2], settings):
            return
        drawn = session.get_one(PrintChunk, key)
        drawn.left_out, drawn.drawn_at = left_out, now


def _drawn(session: Session, signed: Sequence[Credential], form: str, path: Path, settings: Settings) -> dict[str, str]:
    """Draw the file; what cannot be drawn is left out of it, so that one paper does not stop ten thousand."""
    try:
        if signed:
            print_files.draw(session, signed, form, path, settings)
        return {}
    except CertificateUnprintable:
        drawable = [one for one in signed if papers.can_be_drawn(session, one, settings)]
        if len(drawable) == len(signed):
            raise
    if drawable:
        print_files.draw(session, drawable, form, path, settings)
    return {numbers.written(one.award.number): "does not fit" for one in signed if one not in drawable}


def _standing(
    session: Session, organisation_id: uuid.UUID, ids: Sequence[uuid.UUID]
) -> tuple[list[Credential], dict[str, str]]:
    """Those that count and are signed, in order, and why the others are left out."""
    same = (Credential.organisation_id == Award.organisation_id) & (Credential.award_id == Award.id)
    rows = session.execute(
        select(Award, Credential)
        .outerjoin(Credential, same)
        .options(defer(Credential.png), defer(Credential.svg))  # two hundred of them are large
        .where(Award.organisation_id == organisation_id, Award.id.in_(ids))
    )
    found = {award.id: (award, credential) for award, credential in rows}
    signed: list[Credential] = []
    left_out: dict[str, str] = {}
    for award, credential in (found[one] for one in ids):
        if why := _why_not(award, credential):
            left_out[numbers.written(award.number)] = why
        else:
            signed.append(credential)
    return signed, left_out


def _why_not(award: Award, credential: Credential | None) -> str:
    if award.revoked_at is not None:
        return "withdrawn"
    if award.suspended_at is not None:
        return "on hold"
    return "" if credential is not None else "not signed"


@slow_job(FINISH)
def finish_job(sessions: sessionmaker[Session], payload: dict[str, Any], settings: Settings, now: datetime) -> None:
    """Put the parts of a zip together, and say that everything is there."""
    finish(sessions, (uuid.UUID(payload["organisation"]), uuid.UUID(payload["order"])), settings, now)


def finish(
    sessions: sessionmaker[Session], key: tuple[uuid.UUID, uuid.UUID], settings: Settings, now: datetime
) -> bool:
    """End an order whose chunks are all drawn; False while one is missing, and when it was deleted, even meanwhile.

    Raises `FileNotFoundError` for a part of a zip that is not there any more, and what `print_files.alone` raises.
    """
    with reading_only(sessions) as session:
        made = session.get_one(PrintOrder, key)
        if made.finished_at is not None:
            return True
        chunks = chunks_of(session, made)
    if any(chunk.drawn_at is None for chunk in chunks):
        return False
    if made.form == "zip":
        _put_together(sessions, key, chunks, settings)
    with sessions.begin() as session:
        if _gone(session, key, settings):
            return False
        ended = session.get_one(PrintOrder, key)
        ended.finished_at = ended.finished_at or now
    return True


def _put_together(
    sessions: sessionmaker[Session], key: tuple[uuid.UUID, uuid.UUID], chunks: Sequence[PrintChunk], settings: Settings
) -> None:
    """Put together what was drawn; a part that is missing is an error unless the order was deleted."""
    parts = [chunk.place for chunk in chunks if len(chunk.left_out) < len(chunk.awards)]
    try:
        if parts:
            print_files.put_together(print_files.folder(settings, key[1]), parts)
    except FileNotFoundError:
        with sessions.begin() as session:
            if not _gone(session, key, settings):
                raise


def _gone(session: Session, key: tuple[uuid.UUID, uuid.UUID], settings: Settings) -> bool:
    """Whether an order was deleted; what was written since goes too. Nobody deletes it until this transaction ends."""
    if session.get_one(PrintOrder, key, with_for_update=True).deleted_at is None:
        return False
    print_files.remove(settings, key[1])
    return True


@job(CLEAR)
def clear_job(session: Session, payload: dict[str, Any], settings: Settings, now: datetime) -> None:
    """The days of an order are over."""
    delete(session, find(session, uuid.UUID(payload["organisation"]), uuid.UUID(payload["order"])), settings, now)


def delete(session: Session, made: PrintOrder, settings: Settings, now: datetime) -> None:
    """Delete the files of an order. What remains says that there was one, and who took it."""
    if made.deleted_at is None:
        made.deleted_at = now
        session.flush()
    print_files.remove(settings, made.id)


# Looking and taking


def find(session: Session, organisation_id: uuid.UUID, order_id: uuid.UUID) -> PrintOrder:
    """An order of this organisation. Raises `NotFound`."""
    made = session.get(PrintOrder, (organisation_id, order_id))
    if made is None:
        raise NotFound("There is no print order with this id.")
    return made


def find_anywhere(session: Session, order_id: uuid.UUID) -> PrintOrder:
    """An order of any organisation, for the operator. Raises `NotFound`."""
    made = session.scalar(select(PrintOrder).where(PrintOrder.id == order_id))
    if made is None:
        raise NotFound("There is no print order with this id.")
    return made


def orders(session: Session, most: int, organisation_id: uuid.UUID | None = None) -> Sequence[PrintOrder]:
    """The newest orders, of one organisation or of all."""
    found = select(PrintOrder).order_by(PrintOrder.asked_at.desc(), PrintOrder.id).limit(most)
    if organisation_id is not None:
        found = found.where(PrintOrder.organisation_id == organisation_id, PrintOrder.deleted_at.is_(None))
    return session.scalars(found).all()


def chunks_of(session: Session, made: PrintOrder) -> Sequence[PrintChunk]:
    """The chunks of an order, in order."""
    return session.scalars(
        select(PrintChunk)
        .where(PrintChunk.organisation_id == made.organisation_id, PrintChunk.order_id == made.id)
        .order_by(PrintChunk.place)
    ).all()


def progress(session: Session, made: PrintOrder, settings: Settings) -> Progress:
    """How far an order is."""
    drawn = [chunk for chunk in chunks_of(session, made) if chunk.drawn_at is not None]
    left_out = {number: why for chunk in drawn for number, why in chunk.left_out.items()}
    return Progress(sum(len(chunk.awards) for chunk in drawn), made.count, left_out, files(made, settings))


def drawn_of(session: Session, some: Sequence[PrintOrder]) -> dict[uuid.UUID, int]:
    """How many certificates of each of these orders are drawn, without reading which."""
    done = session.execute(
        select(PrintChunk.order_id, func.count())
        .where(PrintChunk.order_id.in_([made.id for made in some]), PrintChunk.drawn_at.is_not(None))
        .group_by(PrintChunk.order_id)
    )
    chunks: dict[uuid.UUID, int] = dict(done.all())
    return {made.id: min(chunks.get(made.id, 0) * CHUNK, made.count) for made in some}


def files(made: PrintOrder, settings: Settings) -> tuple[str, ...]:
    """The names of the files that can be taken; empty until all are there, and after they were deleted."""
    if made.finished_at is None or made.deleted_at is not None:
        return ()
    place = print_files.folder(settings, made.id)
    return tuple(sorted(file.name for file in place.glob("certificates*") if file.is_file()))


def take(
    session: Session, made: PrintOrder, name: str, settings: Settings, now: datetime, by: uuid.UUID | None = None
) -> Path:
    """One of `files`; that somebody took it is kept. Raises `print_files.NotDrawnYet`, `NotFound`."""
    if made.finished_at is None:
        raise print_files.NotDrawnYet("The files are being made. Look again in a minute.")
    if name not in files(made, settings):
        raise NotFound("This file is not there any more. Order it again.")
    session.refresh(made, with_for_update=True)
    made.taken = [*made.taken, {"by": str(by) if by else None, "at": f"{now:%Y-%m-%dT%H:%M:%SZ}", "file": name}]
    session.flush()
    _log.info("print order taken", order=str(made.id), file=name)
    return print_files.folder(settings, made.id) / name


def _ask(session: Session, kind: str, made: PrintOrder, at: datetime, place: int = 0) -> None:
    payload = {"organisation": str(made.organisation_id), "order": str(made.id), "place": place}
    enqueue(session, kind, f"{made.id} {place}", payload, at)
