"""What is fixed when a sitting begins, so that it can be replayed years later from what it stored."""

from typing import Any

from sqlalchemy.orm import Session

from assessor.assessments import designing
from assessor.assessments.models import Design
from assessor.psychometrics import adaptive
from assessor.sittings import exposure
from assessor.sittings.models import Sitting

#: The engine that chooses the items of new sittings. A change that would choose others is a new number, so that no
#: older path is called wrong. 1 was that of version 0.1.
ENGINE = 2
UNKNOWN_DEVICE = "unknown"


def fixed_now(session: Session, design: Design, seed: int, language: str, device: str) -> adaptive.Conditions:
    """The conditions of a sitting that begins now; what exposure control leaves it is drawn from its seed."""
    rules = designing.adaptive_design(session, design.release_id, design.rules)
    eligibility = exposure.drawn(session, design, rules, seed)
    return adaptive.Conditions(seed, language, None if device == UNKNOWN_DEVICE else device, eligibility)


def to_json(conditions: adaptive.Conditions) -> dict[str, Any]:
    """What a sitting stores beside its seed."""
    document = conditions.to_json()
    del document["seed"]
    return {"engine": ENGINE, **document}


def of(sitting: Sitting) -> adaptive.Conditions:
    """What was fixed when this sitting began."""
    return adaptive.Conditions.from_json({**sitting.conditions, "seed": sitting.seed})
