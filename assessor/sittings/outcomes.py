"""What the finished sittings of a session showed, for the staff: bands, how sure they are, why each test ended."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from assessor.accounts.models import Learner
from assessor.credentials import standing
from assessor.credentials.standing import Standing
from assessor.sittings import delivery
from assessor.sittings.models import Invigilation, Result, Sitting


@dataclass(frozen=True)
class Outcome:
    """What one person showed. ``standing`` None: stored before levels had probabilities, the band alone is known."""

    nickname: str
    result: Result
    standing: Standing | None


def outcomes(session: Session, invigilation: Invigilation) -> list[Outcome]:
    """Of everybody who finished in this session, by name."""
    rows = session.execute(
        select(Sitting, Learner.nickname, Result)
        .join(Learner, (Learner.organisation_id == Sitting.organisation_id) & (Learner.id == Sitting.learner_id))
        .join(Result, (Result.organisation_id == Sitting.organisation_id) & (Result.sitting_id == Sitting.id))
        .where(Sitting.organisation_id == invigilation.organisation_id, Sitting.invigilation_id == invigilation.id)
        .order_by(Learner.nickname, Sitting.id)
    )
    return [Outcome(nickname, result, standing_of(session, sitting, result)) for sitting, nickname, result in rows]


def standing_of(session: Session, sitting: Sitting, result: Result) -> Standing | None:
    """Where the person stands on the levels that the sitting's test can tell apart, or None when it is not known."""
    if not result.standing:
        return None
    return standing.read(result.standing, delivery.design_of(session, sitting).highest_band)
