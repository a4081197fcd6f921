"""The decision to issue, and taking it back.

`award` writes the award, its place in the status list and the job that signs it in one transaction: what is decided is
signed, and nothing is signed that was not decided.
"""

import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from assessor.certificates import number as numbers
from assessor.certificates import qr
from assessor.certificates.printable import printable
from assessor.certificates.summary import (
    MAX_NAME,
    MAX_SECOND_SPELLING,
    Conditions,
    Device,
    Summary,
    SummaryRefused,
)
from assessor.certificates.trust import REASON_CLASSES
from assessor.config import Settings
from assessor.credentials import achievements, status
from assessor.credentials.models import Award
from assessor.errors import Conflict, Invalid, NotFound
from assessor.jobs import enqueue
from assessor.psychometrics.bands import NOT_ASSESSED

SIGN = "sign credential"


class NameNotUsable(Invalid):
    """The name cannot be printed and signed as it is."""


class AlreadyWithdrawn(Conflict):
    """The certificate was withdrawn before."""


@dataclass(frozen=True)
class Holder:
    """The name as it is to be printed, and its second spelling (another script), empty if there is none."""

    name: str
    second: str = ""


@dataclass(frozen=True)
class Grounds:
    """What led to the award.

    ``source`` names it, such as "sitting <id>": one award each. ``level`` 1–8. ``results``: competence code →
    {mean, low, high, items, score}. ``conditions``: supervised, helper, paper, home_language_help, sound (bools),
    device, items, test_language, help_language (empty = none), test, release, standard_error; empty = not stated.
    """

    source: str
    achievement_code: str
    language: str
    level: int
    results: Mapping[str, Any]
    conditions: Mapping[str, Any]


def award(
    session: Session,
    organisation_id: uuid.UUID,
    holder: Holder,
    grounds: Grounds,
    settings: Settings,
    now: datetime,
    awarded_by: uuid.UUID | None = None,
) -> Award:
    """Decide to issue. The same source gives the award that is there already.

    Raises `NameNotUsable` for a name that cannot be printed, `NotFound` for an unknown achievement.
    """
    if known := find_by_source(session, organisation_id, grounds.source):
        return known
    template = achievements.find(session, grounds.achievement_code, settings)
    name = _usable(holder.name, MAX_NAME)
    moment = now.replace(microsecond=0)
    language = template.language(grounds.language)
    list_number, index = status.place_for_award(session, settings, now)
    decided = Award(
        organisation_id=organisation_id,
        source=grounds.source,
        number=numbers.draw(secrets.token_bytes),
        achievement_code=template.code,
        holder_name=name,
        second_name=printable(holder.second, MAX_SECOND_SPELLING) or None,
        title=template.certificate.short_title[language],
        language=language,
        level=grounds.level,
        area_scores=[_score(grounds.results.get(area.competence)) for area in template.certificate.areas],
        results=dict(grounds.results),
        conditions=dict(grounds.conditions),
        status_list=list_number,
        status_index=index,
        awarded_at=moment,
        valid_until=_years_later(moment, settings.certificate_years),
        awarded_by=awarded_by,
    )
    try:
        fitting, _dropped = qr.fit(summary(decided), settings.verification_prefix)
    except SummaryRefused as error:
        raise NameNotUsable("This name cannot be printed. Write it in letters, shorter than 90 signs.") from error
    # What the code has no room for is not printed either.
    decided.second_name, decided.title = fitting.second_spelling, fitting.title
    try:
        with session.begin_nested():
            session.add(decided)
    except IntegrityError:
        if known := find_by_source(session, organisation_id, grounds.source):
            return known  # decided by another request at the same moment
        raise
    enqueue(session, SIGN, str(decided.id), _payload(decided), now)
    return decided


def revoke(session: Session, decided: Award, reason: str, settings: Settings, now: datetime) -> None:
    """Withdraw an award; its badge, paper and list answer so at once. Raises `Invalid`, `AlreadyWithdrawn`."""
    if reason not in REASON_CLASSES:
        raise Invalid("Choose one of these reasons: %(reasons)s.", reasons=", ".join(REASON_CLASSES))
    if decided.revoked_at is not None:
        raise AlreadyWithdrawn("This certificate was withdrawn before.")
    decided.revoked_at, decided.revoked_reason = now.replace(microsecond=0), reason
    status.set_withdrawn(session, decided.status_list, decided.status_index, settings, now)


def summary(decided: Award) -> Summary:
    """What the QR code of this award says."""
    return Summary(
        number=decided.number,
        issued=decided.awarded_at,
        expires=decided.valid_until,
        name=decided.holder_name,
        second_spelling=decided.second_name,
        achievement=decided.achievement_code,
        title=decided.title,
        level=decided.level,
        area_scores=tuple(None if score == NOT_ASSESSED else score for score in decided.area_scores),
        status_list=decided.status_list,
        status_index=decided.status_index,
        conditions=_conditions(decided.conditions) if decided.conditions else None,
        languages=_languages(decided.conditions) if decided.conditions else None,
    )


def find(session: Session, award_id: uuid.UUID) -> Award:
    """An award of any organisation, by its public id. Raises `NotFound`."""
    decided = session.scalar(select(Award).where(Award.id == award_id))
    if decided is None:
        raise NotFound("There is no certificate with this id.")
    return decided


def find_by_source(session: Session, organisation_id: uuid.UUID, source: str) -> Award | None:
    """The award that this source led to, or None."""
    return session.scalar(select(Award).where(Award.organisation_id == organisation_id, Award.source == source))


def find_by_number(session: Session, number: bytes) -> Award | None:
    """The award with this certificate number, or None."""
    return session.scalar(select(Award).where(Award.number == number))


def find_in(session: Session, organisation_id: uuid.UUID, award_id: uuid.UUID) -> Award:
    """An award of this organisation. Raises `NotFound`."""
    decided = session.get(Award, (organisation_id, award_id))
    if decided is None:
        raise NotFound("There is no certificate with this id.")
    return decided


def awards_of(session: Session, organisation_id: uuid.UUID, wanted: str = "", most: int | None = None) -> list[Award]:
    """The awards of an organisation, newest first; ``wanted``: only those whose name or number holds this text."""
    found = session.scalars(
        select(Award).where(Award.organisation_id == organisation_id).order_by(Award.awarded_at.desc(), Award.id)
    )
    looked_for = wanted.casefold().strip()
    number = looked_for.replace("-", "").replace(" ", "")
    fitting = (
        award
        for award in found
        if looked_for in f"{award.holder_name}\n{award.second_name or ''}".casefold()
        or (number and number in numbers.written(award.number).casefold().replace("-", ""))
    )
    return list(islice(fitting, most))


def _conditions(stored: Mapping[str, Any]) -> Conditions:
    flags = ("supervised", "helper", "paper", "home_language_help", "sound")
    return Conditions(
        items=stored["items"],
        device=Device[stored["device"].upper()],
        **{name: bool(stored[name]) for name in flags},
    )


def _languages(stored: Mapping[str, Any]) -> str:
    helped = stored["home_language_help"] and stored["help_language"]
    return f"{stored['test_language']}+{stored['help_language']}" if helped else str(stored["test_language"])


def _payload(decided: Award) -> dict[str, Any]:
    return {"organisation": str(decided.organisation_id), "award": str(decided.id)}


def _usable(text: str, most: int) -> str:
    clean = printable(text, 4 * most)
    if not any(character.isalpha() for character in clean):  # signs that nobody sees are no name
        raise NameNotUsable("Write the name as it should be printed.")
    if len(clean.encode()) > most:
        raise NameNotUsable("This name is too long for the paper. Write it shorter.")
    return clean


def _score(result: Mapping[str, Any] | None) -> int:
    return NOT_ASSESSED if result is None else int(result["score"])


def _years_later(moment: datetime, years: int) -> datetime | None:
    if years == 0:
        return None
    try:
        return moment.replace(year=moment.year + years)
    except ValueError:  # 29 February
        return moment.replace(year=moment.year + years, day=28)
