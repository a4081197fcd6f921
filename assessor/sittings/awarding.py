"""From a confirmed result to an award: the one step between a sitting and a certificate."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from assessor.assessments import designing
from assessor.assessments.models import Design
from assessor.banks import releases
from assessor.config import Settings
from assessor.credentials import achievements, awarding
from assessor.credentials.models import Award
from assessor.errors import Conflict
from assessor.sittings import delivery
from assessor.sittings.models import Invigilation, Presentation, Result, Sitting


class NotConfirmed(Conflict):
    """Nobody has confirmed yet that this person took the test."""

    title = "Not confirmed yet"


class NoBand(Conflict):
    """No band was reached with certainty, so there is nothing to certify."""

    title = "No certificate this time"


def source(sitting: Sitting) -> str:
    """How the award of this sitting is named: there is at most one."""
    return f"sitting {sitting.id}"


def award_of(session: Session, sitting: Sitting) -> Award | None:
    """The award of this sitting, the newest where it was replaced, or None."""
    return awarding.find_by_source(session, sitting.organisation_id, source(sitting))


def awards_of(session: Session, sittings: Sequence[Sitting]) -> dict[uuid.UUID, Award]:
    """Sitting → its award, the newest where it was replaced, for those of these sittings that led to one."""
    by_source = {source(sitting): sitting for sitting in sittings}
    found = awarding.find_by_sources(session, {sitting.organisation_id for sitting in sittings}, by_source)
    return {by_source[source].id: award for source, award in found.items()}


def award(
    session: Session,
    sitting: Sitting,
    holder: awarding.Holder,
    settings: Settings,
    now: datetime,
    language: str = "",
) -> Award:
    """Award the band of a confirmed, finished sitting to the person of this name.

    ``language`` of the paper: empty = that of the test. Raises `NoBand`, `NotConfirmed`, `NameNotUsable`, or
    `LanguageNotThere`.
    """
    grounds = _grounds(session, sitting, settings, language)
    return awarding.award(session, sitting.organisation_id, holder, grounds, settings, now, sitting.confirmed_by)


def preview(
    session: Session,
    sitting: Sitting,
    holder: awarding.Holder,
    settings: Settings,
    now: datetime,
    language: str = "",
) -> awarding.Printed:
    """What the paper would say of the name; raises as `award` does, and stores nothing."""
    return awarding.preview(session, holder, _grounds(session, sitting, settings, language), settings, now)


def paper_languages(session: Session, sitting: Sitting, settings: Settings) -> tuple[str, ...]:
    """The languages that the paper of this sitting can have; that of the test, or what stands for it, is the first."""
    certificate = achievements.find(session, _design(session, sitting).achievement_code, settings)
    usual = certificate.language(sitting.test_language)
    return usual, *(one for one in certificate.certificate.languages if one != usual)


def _design(session: Session, sitting: Sitting) -> Design:
    invigilation = session.get_one(Invigilation, (sitting.organisation_id, sitting.invigilation_id))
    return designing.find(session, sitting.organisation_id, invigilation.design_id)


def _grounds(session: Session, sitting: Sitting, settings: Settings, language: str) -> awarding.Grounds:
    result = session.get(Result, (sitting.organisation_id, sitting.id))
    if result is None or result.level is None:
        raise NoBand("There is no certificate this time. Look at the next steps on the result page.")
    if sitting.confirmed_at is None:
        raise NotConfirmed("Your teacher says yes first. Then you get your certificate.")
    invigilation = session.get_one(Invigilation, (sitting.organisation_id, sitting.invigilation_id))
    design = _design(session, sitting)
    if language:
        achievements.find(session, design.achievement_code, settings).check_language(language)
    return awarding.Grounds(
        source=source(sitting),
        achievement_code=design.achievement_code,
        language=language or sitting.test_language,
        level=result.level,
        results=result.competences,
        conditions=_conditions(session, sitting, result, invigilation.supervised, design.title),
        learner_id=sitting.learner_id,
    )


def _conditions(session: Session, sitting: Sitting, result: Result, supervised: bool, title: str) -> dict[str, object]:
    shown = _presentations(session, sitting)
    edition = releases.edition(session, sitting.release_id)
    helped = next((one.help_language for one in reversed(shown) if one.help_language), "")
    return {
        "supervised": supervised,
        "helper": False,
        "paper": False,
        "home_language_help": bool(helped),
        "sound": any(one.sound_used for one in shown),
        "device": sitting.device,
        "items": result.items,
        "test_language": sitting.test_language,
        "help_language": helped,
        "test": title,
        "release": f"{edition.bank_code} {edition.number}",
        "standard_error": round(result.standard_error, 3),
        **_certainty(session, sitting, result),
    }


def _certainty(session: Session, sitting: Sitting, result: Result) -> dict[str, object]:
    """How sure the result is; nothing for one that was stored before levels had probabilities."""
    if not result.standing:
        return {}
    design = delivery.design_of(session, sitting)
    return {
        "standing": result.standing,
        "highest_band": None if design.highest_band is None else int(design.highest_band),
        "cuts": list(design.bands.cuts),
        "hierarchical": design.hierarchy is not None,
    }


def _presentations(session: Session, sitting: Sitting) -> Sequence[Presentation]:
    return session.scalars(
        select(Presentation)
        .where(Presentation.organisation_id == sitting.organisation_id, Presentation.sitting_id == sitting.id)
        .order_by(Presentation.position)
    ).all()
