"""The end of a sitting: what it showed is stored, and nothing else happens here."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from assessor.psychometrics import adaptive
from assessor.psychometrics.ability import Estimate
from assessor.psychometrics.bands import area_score
from assessor.psychometrics.stopping import Reason
from assessor.sittings.models import Result, Sitting


def finish(
    session: Session,
    sitting: Sitting,
    design: adaptive.Design,
    given: Sequence[adaptive.Administered],
    reason: Reason,
    estimate: Estimate,
    now: datetime,
) -> Result:
    """Store the result: why the test ended, the ability, the band and level awarded, and each competence alone."""
    band = design.awarded_band(estimate)
    result = Result(
        organisation_id=sitting.organisation_id,
        sitting_id=sitting.id,
        reason=str(reason),
        items=len(given),
        theta=estimate.theta,
        standard_error=estimate.standard_error,
        band=None if band is None else int(band),
        level=design.awarded_level(estimate),
        competences=_competences(design, given),
        finished_at=now,
    )
    sitting.finished_at = now
    sitting.help_called_at = sitting.help_coming_at = sitting.resting_since = None
    session.add(result)
    session.flush()
    return result


def _competences(design: adaptive.Design, given: Sequence[adaptive.Administered]) -> dict[str, Any]:
    of_item = {item.id: item.competence for item in design.pool.items}
    asked = [of_item[one.item_id] for one in given]
    report = {}
    for code, estimate in adaptive.competence_estimates(design, given).items():
        if estimate is not None:
            low, high = estimate.central_range(0.90)
            report[code] = {
                "mean": estimate.theta,
                "low": low,
                "high": high,
                "items": asked.count(code),
                "score": area_score(estimate),
            }
    return report
