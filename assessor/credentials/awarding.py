"""The decision to issue, correcting it, putting it on hold and taking it back.

`award` writes the award, its place in the status list and the job that signs it in one transaction: what is decided is
signed, and nothing is signed that was not decided. `replace` does the same and withdraws the old award with it.

A replacement says how the holder is named, nothing else: a result that was wrong is withdrawn as a mistake and awarded
anew, at another address, so that what somebody showed around never turns into another achievement.
"""

import secrets
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import replace as with_changes
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from assessor.certificates import number as numbers
from assessor.certificates.trust import REASON_CLASSES
from assessor.config import Settings
from assessor.credentials import achievements, profiles, status
from assessor.credentials.models import Award, AwardEvent
from assessor.credentials.names import unprintable, usable_name, usable_second
from assessor.credentials.summarising import fit
from assessor.errors import Conflict, Invalid, NotFound
from assessor.jobs import enqueue
from assessor.organisations.models import Organisation
from assessor.psychometrics.standards.bands import NOT_ASSESSED

SIGN = "sign credential"


class AlreadyWithdrawn(Conflict):
    """The certificate was withdrawn before."""


class AlreadyReplaced(AlreadyWithdrawn):
    """A newer certificate took its place."""


class OnHold(Conflict):
    """The certificate is on hold."""


class NotOnHold(Conflict):
    """The certificate is not on hold."""


class HasEnded(Conflict):
    """The time of the certificate is over."""


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

    ``source`` names it, such as "sitting <id>": one award each. ``learner_id``: whose it is, who then finds it under
    "My proof"; None for somebody without a card. ``level`` 1–8. ``results``: competence code →
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
    learner_id: uuid.UUID | None = None


@dataclass(frozen=True)
class Printed:
    """What paper and code will say of the holder and the badge.

    ``dropped``: what the code has no room for, so that it is not signed: "second_spelling", "title". ``unprintable``:
    signs of the names for which the paper shows an empty sign.
    """

    name: str
    second: str | None
    title: str | None
    dropped: tuple[str, ...]
    unprintable: tuple[str, ...] = ()

    @classmethod
    def of(cls, decided: Award, dropped: tuple[str, ...]) -> "Printed":
        """What the paper of this award says, of which the code has no room for ``dropped``."""
        names = (decided.holder_name, decided.second_name)
        return cls(*names, decided.title, dropped, unprintable(*names))


def preview(session: Session, holder: Holder, grounds: Grounds, settings: Settings, now: datetime) -> Printed:
    """What `award` would print. Nothing is stored.

    Raises `NameNotUsable` for a name that cannot be printed, `NotFound` for an unknown achievement.
    """
    return Printed.of(*_decide(session, holder, grounds, settings, now))


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


def award_many(
    session: Session,
    organisation_id: uuid.UUID,
    asked: Sequence[tuple[Holder, Grounds]],
    settings: Settings,
    now: datetime,
) -> list[Award]:
    """Decide several at once, each as `award` does, for a caller who signs them in this very transaction.

    None of the sources may have led to an award before. Raises as `award`; then nothing is stored.
    """
    decided = [_decide(session, holder, grounds, settings, now)[0] for holder, grounds in asked]
    assessor = profiles.assessed_by(session.get_one(Organisation, organisation_id), settings)
    places = status.places_for_awards(session, len(decided), settings, now)
    for one, (number, index) in zip(decided, places, strict=True):
        one.organisation_id, one.assessed_by = organisation_id, assessor
        one.status_list, one.status_index = number, index
    session.add_all(decided)
    session.flush()
    return decided


def replace(
    session: Session,
    old: Award,
    holder: Holder,
    settings: Settings,
    now: datetime,
    *,
    language: str = "",
    by: uuid.UUID | None = None,
) -> Award:
    """Award the same again with the holder named otherwise, and withdraw the old one as replaced.

    The new one has the address of the old, a later date, a number and a place in the status list of its own, and the
    same end. ``language`` of the paper: empty = as it was. ``by``: the account that does it.
    Raises `AlreadyWithdrawn`, `AlreadyReplaced`, `OnHold`, `HasEnded`, or `NameNotUsable`.
    """
    session.refresh(old, with_for_update=True)  # of two replacements at once, the second reads what the first did
    new, _dropped = _corrected(session, old, holder, settings, now, language)
    new.awarded_by = by
    # First the list of the old, which is never a newer one than that of the new: nobody waits for us in a circle.
    _withdraw(session, old, "replaced", settings, now)
    _store(session, new, settings, now)
    old.replaced_by = new.id
    _note(session, old, "replaced", by, now)
    enqueue(session, SIGN, str(new.id), _payload(new), now)
    return new


def preview_replacement(
    session: Session, old: Award, holder: Holder, settings: Settings, now: datetime, language: str = ""
) -> Printed:
    """What `replace` would print. Raises as it does; nothing is stored."""
    return Printed.of(*_corrected(session, old, holder, settings, now, language))


def holder_of(decided: Award) -> Holder:
    """The holder as an award names them, for changing a part of it.

    Badges of before people were asked all say the name; that is nobody's agreement, and such awards do not say who
    assessed either.
    """
    agreed = decided.named_in_badge and bool(decided.assessed_by)
    return Holder(decided.holder_name, decided.second_name or "", agreed)


def revoke(
    session: Session, decided: Award, reason: str, settings: Settings, now: datetime, by: uuid.UUID | None = None
) -> None:
    """Withdraw an award; its badge, paper and list answer so at once.

    ``reason``: one of `REASON_CLASSES`. ``by``: the account that does it. Raises `Invalid`, `AlreadyWithdrawn`.
    """
    if reason not in REASON_CLASSES:
        raise Invalid("Choose one of these reasons: %(reasons)s.", reasons=", ".join(REASON_CLASSES))
    session.refresh(decided, with_for_update=True)  # of two withdrawals at once, the second reads what the first did
    _refuse_withdrawn(decided)
    _withdraw(session, decided, reason, settings, now)
    _note(session, decided, "withdrawn", by, now, reason)


def suspend(session: Session, decided: Award, settings: Settings, now: datetime, by: uuid.UUID | None = None) -> None:
    """Put an award on hold, until `reinstate`. Raises `AlreadyWithdrawn`, `OnHold`."""
    session.refresh(decided, with_for_update=True)
    _refuse_withdrawn(decided)
    if decided.suspended_at is not None:
        raise OnHold("This certificate is on hold already.")
    decided.suspended_at = now.replace(microsecond=0)
    status.set_suspended(session, decided.status_list, decided.status_index, settings, now, on_hold=True)
    _note(session, decided, "suspended", by, now)


def reinstate(session: Session, decided: Award, settings: Settings, now: datetime, by: uuid.UUID | None = None) -> None:
    """End the hold: the award counts again. Raises `AlreadyWithdrawn`, `NotOnHold`."""
    session.refresh(decided, with_for_update=True)
    _refuse_withdrawn(decided)
    if decided.suspended_at is None:
        raise NotOnHold("This certificate is not on hold.")
    decided.suspended_at = None
    status.set_suspended(session, decided.status_list, decided.status_index, settings, now, on_hold=False)
    _note(session, decided, "reinstated", by, now)


def find(session: Session, award_id: uuid.UUID) -> Award:
    """An award of any organisation, by its public id. Raises `NotFound`."""
    decided = session.scalar(select(Award).where(Award.id == award_id))
    if decided is None:
        raise NotFound("There is no certificate with this id.")
    return decided


def newest(session: Session, credential_id: uuid.UUID) -> Award:
    """The award that counts of those with one address, by `Award.credential_id`. Raises `NotFound`."""
    of_address = or_(Award.id == credential_id, Award.first_award == credential_id)
    decided = session.scalar(select(Award).where(of_address, Award.replaced_by.is_(None)))
    if decided is None:
        raise NotFound("There is no certificate with this id.")
    return decided


def find_by_source(session: Session, organisation_id: uuid.UUID, source: str) -> Award | None:
    """The award that this source led to, the newest where it was replaced, or None."""
    return find_by_sources(session, {organisation_id}, [source]).get(source)


def find_by_sources(
    session: Session, organisation_ids: Collection[uuid.UUID], sources: Collection[str]
) -> dict[str, Award]:
    """Source → the award that it led to, the newest where it was replaced; for those sources that led to one."""
    first = session.scalars(
        select(Award).where(Award.organisation_id.in_(organisation_ids), Award.source.in_(sources))
    ).all()
    replaced = [award.credential_id for award in first if award.replaced_by is not None]
    if not replaced:
        return {award.source: award for award in first}
    newer = session.scalars(select(Award).where(Award.first_award.in_(replaced), Award.replaced_by.is_(None)))
    by_address = {award.credential_id: award for award in newer}
    return {award.source: by_address.get(award.credential_id, award) for award in first}


def _decide(
    session: Session, holder: Holder, grounds: Grounds, settings: Settings, now: datetime
) -> tuple[Award, tuple[str, ...]]:
    """The award before it has an owner and a place of its own, and what its code has no room for."""
    decided = _draft(session, holder, grounds, settings, now)
    return decided, fit(decided, settings)


def _corrected(
    session: Session, old: Award, holder: Holder, settings: Settings, now: datetime, language: str
) -> tuple[Award, tuple[str, ...]]:
    """The replacement before it has a place of its own, and what its code has no room for."""
    _refuse_withdrawn(old)
    if old.suspended_at is not None:
        raise OnHold("This certificate is on hold. End that first.")
    # Badges are dated to the second, and the newer of two at one address is the later one.
    moment = max(now.replace(microsecond=0), old.awarded_at + timedelta(seconds=1))
    if old.valid_until is not None and old.valid_until <= moment:
        raise HasEnded("The time of this certificate is over. A new one needs a new test.")
    then = with_changes(settings, organisation=old.issuer_name, project=old.project, public_url=old.public_url)
    new = _draft(session, holder, _grounds_of(old, language), then, moment)
    new.organisation_id, new.first_award, new.valid_until = old.organisation_id, old.credential_id, old.valid_until
    new.issuer_details, new.assessed_by = old.issuer_details, old.assessed_by
    return new, fit(new, then)


def _grounds_of(old: Award, language: str) -> Grounds:
    """What led to an award leads to its one replacement."""
    return Grounds(
        source=f"replacement of {old.id}",
        achievement_code=old.achievement_code,
        language=language or old.language,
        level=old.level,
        results=old.results,
        conditions=old.conditions,
        learner_id=old.learner_id,
    )


def _draft(session: Session, holder: Holder, grounds: Grounds, settings: Settings, now: datetime) -> Award:
    template = achievements.find(session, grounds.achievement_code, settings)
    language = template.language(grounds.language)
    moment = now.replace(microsecond=0)
    decided = Award(
        source=grounds.source,
        learner_id=grounds.learner_id,
        number=numbers.draw(secrets.token_bytes),
        achievement_code=template.code,
        holder_name=usable_name(holder.name),
        second_name=usable_second(holder.second),
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
        issuer_details=profiles.issuer_details(settings),
        awarded_at=moment,
        valid_until=template.end_of(moment, settings.certificate_years),
    )
    # What fits must not hang on the place that is drawn: people have seen the preview.
    decided.status_list, decided.status_index = status.WIDEST
    return decided


def _store(session: Session, decided: Award, settings: Settings, now: datetime) -> Award:
    """Store the award at a free place. The same source, decided at the same moment, gives that award instead."""
    if not decided.assessed_by:  # a replacement says who assessed then
        assessor = session.get_one(Organisation, decided.organisation_id)
        decided.assessed_by = profiles.assessed_by(assessor, settings)
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


def _refuse_withdrawn(decided: Award) -> None:
    if decided.replaced_by is not None:
        raise AlreadyReplaced("This certificate was replaced by a newer one.")
    if decided.revoked_at is not None:
        raise AlreadyWithdrawn("This certificate was withdrawn before.")


def _withdraw(session: Session, decided: Award, reason: str, settings: Settings, now: datetime) -> None:
    decided.revoked_at, decided.revoked_reason = now.replace(microsecond=0), reason
    status.set_withdrawn(session, decided.status_list, decided.status_index, settings, now)


def _note(
    session: Session, decided: Award, kind: str, by: uuid.UUID | None, now: datetime, reason: str | None = None
) -> None:
    event = AwardEvent(organisation_id=decided.organisation_id, award_id=decided.id, kind=kind, done_by=by, at=now)
    event.reason = reason
    session.add(event)


def _payload(decided: Award) -> dict[str, Any]:
    return {"organisation": str(decided.organisation_id), "award": str(decided.id)}


def _score(result: Mapping[str, Any] | None) -> int:
    return NOT_ASSESSED if result is None else int(result["score"])
