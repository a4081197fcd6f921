"""The decision to issue, and taking it back.

`award` writes the award, its place in the status list and the job that signs it in one transaction: what is decided is
signed, and nothing is signed that was not decided.
"""

import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
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
    TextNotPrintable,
)
from assessor.certificates.trust import REASON_CLASSES
from assessor.config import Settings
from assessor.credentials import achievements, status
from assessor.credentials.models import Award
from assessor.errors import Conflict, Invalid, NotFound
from assessor.jobs import enqueue
from assessor.psychometrics.standards.bands import NOT_ASSESSED

SIGN = "sign credential"


class NameNotUsable(Invalid):
    """The name cannot be printed and signed as it is."""

    #: Which field of `Holder` the sentence is about.
    field = "name"


class SecondNotUsable(NameNotUsable):
    """The second spelling cannot be printed and signed as it is."""

    field = "second"


class AlreadyWithdrawn(Conflict):
    """The certificate was withdrawn before."""


@dataclass(frozen=True)
class Holder:
    """The name as it is to be printed, and its second spelling (another script), empty if there is none.

    ``named_in_badge``: the holder agreed that the digital badge says the name as well; else it holds a salted hash.
    """

    name: str
    second: str = ""
    named_in_badge: bool = False


@dataclass(frozen=True)
class Grounds:
    """What led to the award.

    ``source`` names it, such as "sitting <id>": one award each. ``level`` 1–8. ``results``: competence code →
    {mean, low, high, items, score}. ``conditions``: supervised, helper, paper, home_language_help, sound (bools),
    device, items, test_language, help_language (empty = none), test, release, standard_error; empty = not stated. Those
    of a sitting that knows the probabilities of the levels also have standing (as `psychometrics` writes it),
    highest_band (that the test awards), cuts (where the bands begin), hierarchical (all competences in one model).
    """

    source: str
    achievement_code: str
    language: str
    level: int
    results: Mapping[str, Any]
    conditions: Mapping[str, Any]


@dataclass(frozen=True)
class Printed:
    """What paper and code will say of the holder and the badge.

    ``dropped``: what the code has no room for, so that it is not signed: "second_spelling", "title".
    """

    name: str
    second: str | None
    title: str | None
    dropped: tuple[str, ...]


def preview(session: Session, holder: Holder, grounds: Grounds, settings: Settings, now: datetime) -> Printed:
    """What `award` would print. Nothing is stored.

    Raises `NameNotUsable` for a name that cannot be printed, `NotFound` for an unknown achievement.
    """
    decided, dropped = _decide(session, holder, grounds, settings, now)
    return Printed(decided.holder_name, decided.second_name, decided.title, dropped)


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
    decided, _dropped = _decide(session, holder, grounds, settings, now)
    decided.organisation_id, decided.awarded_by = organisation_id, awarded_by
    stored = _store(session, decided, settings, now)
    if stored is decided:
        enqueue(session, SIGN, str(decided.id), _payload(decided), now)
    return stored


def revoke(session: Session, decided: Award, reason: str, settings: Settings, now: datetime) -> None:
    """Withdraw an award; its badge, paper and list answer so at once. Raises `Invalid`, `AlreadyWithdrawn`."""
    if reason not in REASON_CLASSES:
        raise Invalid("Choose one of these reasons: %(reasons)s.", reasons=", ".join(REASON_CLASSES))
    session.refresh(decided, with_for_update=True)  # of two withdrawals at once, the second reads what the first did
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


def _decide(
    session: Session, holder: Holder, grounds: Grounds, settings: Settings, now: datetime
) -> tuple[Award, tuple[str, ...]]:
    """The award before it has an owner and a place of its own, and what its code has no room for."""
    template = achievements.find(session, grounds.achievement_code, settings)
    language = template.language(grounds.language)
    moment = now.replace(microsecond=0)
    decided = Award(
        source=grounds.source,
        number=numbers.draw(secrets.token_bytes),
        achievement_code=template.code,
        holder_name=_usable_name(holder.name),
        second_name=_usable_second(holder.second),
        named_in_badge=holder.named_in_badge,
        title=template.certificate.short_title[language],
        language=language,
        level=grounds.level,
        area_scores=[_score(grounds.results.get(area.competence)) for area in template.certificate.areas],
        results=dict(grounds.results),
        conditions=dict(grounds.conditions),
        issuer_name=settings.organisation,
        project=settings.project,
        public_url=settings.public_url,
        awarded_at=moment,
        valid_until=_years_later(moment, settings.certificate_years),
    )
    # What fits must not hang on the place that is drawn: people have seen the preview.
    decided.status_list, decided.status_index = status.WIDEST
    return decided, _fit(decided, settings)


def _fit(decided: Award, settings: Settings) -> tuple[str, ...]:
    """Take away what the code has no room for; it is not printed either. Returns its names."""
    try:
        fitting, dropped = qr.fit(summary(decided), settings.verification_prefix)
    except (TextNotPrintable, qr.SummaryTooLarge) as error:
        raise NameNotUsable("This name cannot be printed. Write it in letters, shorter than 90 signs.") from error
    decided.second_name, decided.title = fitting.second_spelling, fitting.title
    return dropped


def _store(session: Session, decided: Award, settings: Settings, now: datetime) -> Award:
    """Store the award at a free place. The same source, decided at the same moment, gives that award instead."""
    try:
        return _store_at_free_place(session, decided, settings, now)
    except IntegrityError:
        if known := find_by_source(session, decided.organisation_id, decided.source):
            return known
    # Another award took the same place at the same moment: there are others.
    return _store_at_free_place(session, decided, settings, now)


def _store_at_free_place(session: Session, decided: Award, settings: Settings, now: datetime) -> Award:
    decided.status_list, decided.status_index = status.place_for_award(session, settings, now)
    with session.begin_nested():
        session.add(decided)
    return decided


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


def _usable_name(text: str) -> str:
    clean = printable(text, 4 * MAX_NAME)
    if not _has_letters(clean):
        raise NameNotUsable("Write the name as it should be printed.")
    if len(clean.encode()) > MAX_NAME:
        raise NameNotUsable("This name is too long for the paper. Write it shorter.")
    return clean


def _usable_second(text: str) -> str | None:
    clean = printable(text, 4 * MAX_SECOND_SPELLING)
    if clean and not _has_letters(clean):
        raise SecondNotUsable("Write the second spelling with letters, or leave it empty.")
    if len(clean.encode()) > MAX_SECOND_SPELLING:
        raise SecondNotUsable("The second spelling is too long for the paper. Write it shorter.")
    return clean or None


def _has_letters(text: str) -> bool:
    """Signs that nobody sees are no name."""
    return any(character.isalpha() for character in text)


def _score(result: Mapping[str, Any] | None) -> int:
    return NOT_ASSESSED if result is None else int(result["score"])


def _years_later(moment: datetime, years: int) -> datetime | None:
    if years == 0:
        return None
    try:
        return moment.replace(year=moment.year + years)
    except ValueError:  # 29 February
        return moment.replace(year=moment.year + years, day=28)
