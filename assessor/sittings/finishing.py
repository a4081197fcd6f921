"""The end of a sitting: what it showed is stored, and what it met is counted. Nothing else happens here."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import numpy as np
from sqlalchemy.orm import Session

from assessor.psychometrics import adaptive
from assessor.psychometrics.adaptive.state import ManyAbilities
from assessor.psychometrics.adaptive.stopping import Reason
from assessor.psychometrics.measuring.ability import Estimate
from assessor.psychometrics.standards.bands import MINIMUM_ITEMS_OF_AN_AREA, area_score
from assessor.sittings import exposure
from assessor.sittings.models import Result, Sitting

#: Beside the areas: what all competences have in common.
GENERAL = "general"
CERTAINTY_OF_RANGES = 0.90


@dataclass(frozen=True)
class Outcome:
    """What the answers of a sitting show; the fields are those of `Result`, which tells their meaning."""

    items: int
    theta: float
    standard_error: float
    band: int | None
    level: int | None
    competences: dict[str, Any]
    areas: dict[str, Any] | None
    standing: dict[str, Any]

    @classmethod
    def of(cls, design: adaptive.Design, final: adaptive.State) -> "Outcome":
        """Read a settled state: the same answers give the same bytes."""
        estimate = final.estimate
        band = design.awarded_band(estimate)
        return cls(
            items=len(final.items),
            theta=estimate.theta,
            standard_error=estimate.standard_error,
            band=None if band is None else int(band),
            level=design.awarded_level(estimate),
            competences=_competences(design, final),
            areas=_areas(design, final),
            standing=design.standing(estimate).to_json(),
        )


def finish(
    session: Session,
    sitting: Sitting,
    design: adaptive.Design,
    final: adaptive.State,
    reason: Reason,
    now: datetime,
) -> Result:
    """Store the result: why the test ended, and what the answers show."""
    result = Result(
        organisation_id=sitting.organisation_id,
        sitting_id=sitting.id,
        reason=str(reason),
        finished_at=now,
        **asdict(Outcome.of(design, final)),
    )
    sitting.finished_at = now
    sitting.help_called_at = sitting.help_coming_at = sitting.resting_since = None
    session.add(result)
    exposure.count(session, sitting, design, final, now)
    session.flush()
    return result


def _competences(design: adaptive.Design, final: adaptive.State) -> dict[str, Any]:
    asked = dict(zip(design.pool.competences, final.asked, strict=True))
    estimates = adaptive.competence_estimates(design, final)
    return {code: _report(estimate, asked[code]) for code, estimate in estimates.items() if estimate is not None}


def _areas(design: adaptive.Design, final: adaptive.State) -> dict[str, Any] | None:
    """Each area as the mean of its competences, weighted as in the test, and what all competences have in common."""
    if design.hierarchy is None or not isinstance(final.knowledge, ManyAbilities):
        return None
    posterior, asked = final.knowledge.posterior, np.array(final.asked)
    area_of = np.array([design.hierarchy.areas.get(code, "") for code in design.pool.competences])
    report = {}
    for area in sorted(set(design.hierarchy.areas.values()) & set(area_of.tolist())):
        if (items := int(asked[area_of == area].sum())) >= MINIMUM_ITEMS_OF_AN_AREA:
            weights = np.where(area_of == area, design.weights, 0.0)
            report[area] = _report(posterior.combination(weights / weights.sum()), items)
    report[GENERAL] = _report(design.general(final.knowledge), len(final.items))
    return report


def _report(estimate: Estimate, items: int) -> dict[str, Any]:
    low, high = estimate.central_range(CERTAINTY_OF_RANGES)
    return {"mean": estimate.theta, "low": low, "high": high, "items": items, "score": area_score(estimate)}
