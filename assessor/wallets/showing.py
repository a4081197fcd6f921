"""What somebody reads who opens a shared link: what the holder chose, and whether it is genuine now."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from assessor.certificates import number as numbers
from assessor.certificates.template import Template
from assessor.config import Settings
from assessor.credentials import achievements, issuing, profiles, wording
from assessor.credentials.models import Award
from assessor.openbadges.checks import Result
from assessor.psychometrics.standards.bands import NOT_ASSESSED
from assessor.wallets import checking
from assessor.wallets.choice import Choice

#: Results after which nothing is said but the result (DESIGN_LANGUAGE 11, verification).
SHOWN = (Result.GENUINE, Result.GENUINE_STATUS_UNKNOWN, Result.EXPIRED)


@dataclass(frozen=True)
class AreaPoints:
    """The points in one area, 0–100; None: not assessed."""

    name: str
    points: int | None


@dataclass(frozen=True)
class Shown:
    """A certificate as a stranger reads it, in one language; empty or None = the holder did not choose to show it.

    ``band`` is an English sentence of the catalogues. ``number`` leads to everything that the paper says, so it is
    there only where everything is shown. ``changed``: when the certificate was withdrawn or put on hold.
    """

    result: Result
    title: str
    issuer: str
    issued: datetime
    valid_until: datetime | None
    changed: datetime | None
    name: str = ""
    second_name: str = ""
    level: int | None = None
    band: str = ""
    certainty: str = ""
    tasks: tuple[str, ...] = ()
    areas: tuple[AreaPoints, ...] = ()
    conditions: str = ""
    number: str = ""

    @property
    def may_be_read(self) -> bool:
        """Whether the certificate counts, so that more than its result is shown."""
        return self.result in SHOWN


def shown(
    session: Session, award: Award, choice: Choice, language: str, settings: Settings, now: datetime
) -> Shown | None:
    """What this choice shows of the certificate, verified at this moment; None while it is not signed yet."""
    credential = issuing.credential_of(session, award)
    if credential is None:
        return None
    certificate = achievements.find(session, award.achievement_code, profiles.as_awarded(award, settings)).certificate
    spoken = language if language in certificate.languages else award.language
    least = Shown(
        result=checking.state(session, credential, settings, now),
        title=certificate.title[spoken],
        issuer=award.issuer_name,
        issued=award.awarded_at,
        valid_until=award.valid_until,
        changed=award.revoked_at or award.suspended_at,
    )
    if not least.may_be_read:
        return least
    return replace(
        least,
        name=award.holder_name if choice.name else "",
        second_name=(award.second_name or "") if choice.name else "",
        level=award.level if choice.level else None,
        band=wording.LEVELS[(award.level + 1) // 2] if choice.level else "",
        certainty=wording.certainty(award, language) if choice.level else "",
        tasks=certificate.tasks_at(award.level, spoken) if choice.level else (),
        areas=_areas(award, certificate, spoken) if choice.areas else (),
        conditions=wording.conditions(award, language) if choice.conditions else "",
        number=numbers.written(award.number) if choice.is_everything else "",
    )


def _areas(award: Award, certificate: Template, language: str) -> tuple[AreaPoints, ...]:
    return tuple(
        AreaPoints(area.name[language], None if score == NOT_ASSESSED else score)
        for area, score in zip(certificate.areas, award.area_scores, strict=True)
    )
