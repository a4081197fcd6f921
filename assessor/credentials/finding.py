"""The list of an organisation's certificates, a page at a time; one of them by name, number or address; its story."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session

from assessor.accounts.models import Account
from assessor.certificates import number as numbers
from assessor.certificates.printable import without_controls
from assessor.credentials import awarding
from assessor.credentials.models import Award, AwardEvent, Credential
from assessor.errors import NotFound


def awards_of(session: Session, organisation_id: uuid.UUID, wanted: str, most: int, after: int = 0) -> Sequence[Award]:
    """Up to ``most`` awards of an organisation, newest first, without the ``after`` newest.

    ``wanted``: only those whose name holds this text or whose number begins with it; empty = all.
    """
    found = select(Award).where(Award.organisation_id == organisation_id)
    if wanted := without_controls(wanted).strip():
        found = found.where(or_(*_fits(wanted)))
    return session.scalars(found.order_by(Award.awarded_at.desc(), Award.id).offset(after).limit(most)).all()


def award_named(session: Session, text: str) -> Award:
    """The award with this address or id, of which the newest counts, or with the number on the paper.

    Raises `NotFound`.
    """
    tail = text.rstrip("/").rpartition("/")[2].removeprefix("urn:uuid:")
    try:
        return awarding.newest(session, uuid.UUID(tail))
    except ValueError:
        pass
    try:
        number = numbers.read(text)
    except numbers.NumberNotRead as error:
        raise NotFound("“%(text)s” is neither the id nor the number of a certificate.", text=text[:80]) from error
    if (found := find_by_number(session, number)) is None:
        raise NotFound("There is no certificate with this number.")
    return found


def find_in(session: Session, organisation_id: uuid.UUID, award_id: uuid.UUID) -> Award:
    """An award of this organisation. Raises `NotFound`."""
    decided = session.get(Award, (organisation_id, award_id))
    if decided is None:
        raise NotFound("There is no certificate with this id.")
    return decided


def find_by_number(session: Session, number: bytes) -> Award | None:
    """The award with this certificate number, or None. A paper that was replaced is found, and is withdrawn."""
    return session.scalar(select(Award).where(Award.number == number))


def any_award(session: Session) -> Award | None:
    """Some signed award that counts, whichever the database has at hand; None while there is none."""
    counts = Award.revoked_at.is_(None), Award.suspended_at.is_(None)
    return session.scalar(select(Award).where(*counts).where(_is_signed()).limit(1))


def summaries(session: Session, numbers: Collection[bytes]) -> dict[bytes, bytes]:
    """What the codes of these numbers hold, as far as there are certificates with them; asked for once."""
    signed = and_(Credential.organisation_id == Award.organisation_id, Credential.award_id == Award.id)
    found = select(Award.number, Credential.summary).join(Credential, signed).where(Award.number.in_(numbers))
    return {row.number: row.summary for row in session.execute(found)}


def _is_signed() -> ColumnElement[bool]:
    same = Credential.organisation_id == Award.organisation_id, Credential.award_id == Award.id
    return exists().where(*same)


@dataclass(frozen=True)
class Step:
    """One step in the story of a certificate. ``by``: a person's name; empty = on the command line, or not known."""

    kind: str
    reason: str
    by: str
    at: datetime


def story(session: Session, award: Award) -> list[Step]:
    """What happened to an award, in its order: it was given (again, where it replaced one), and what came after."""
    begun = "awarded" if award.first_award is None else "awarded again"
    events = session.execute(
        select(AwardEvent, Account.name)
        .outerjoin(Account, Account.id == AwardEvent.done_by)
        .where(AwardEvent.organisation_id == award.organisation_id, AwardEvent.award_id == award.id)
        .order_by(AwardEvent.id)
    )
    giver = session.get(Account, award.awarded_by) if award.awarded_by else None
    given = Step(begun, "", giver.name if giver else "", award.awarded_at)
    return [given, *(Step(event.kind, event.reason or "", name or "", event.at) for event, name in events)]


def of_address(session: Session, award: Award) -> Sequence[Award]:
    """All awards with the address of this one, the newest first."""
    same = or_(Award.id == award.credential_id, Award.first_award == award.credential_id)
    found = select(Award).where(Award.organisation_id == award.organisation_id, same)
    return session.scalars(found.order_by(Award.awarded_at.desc())).all()


def _fits(wanted: str) -> list[ColumnElement[bool]]:
    # SQLite folds only the letters of ASCII: "é" is looked for beside "É".
    spellings = {wanted, wanted.lower(), wanted.upper(), wanted.title()}
    names = (Award.holder_name, Award.second_name)
    fitting = [name.icontains(spelling, autoescape=True) for name in names for spelling in sorted(spellings)]
    if numbered := numbers.beginning_with(wanted):
        fitting.append(Award.number.between(*numbered))
    return fitting
