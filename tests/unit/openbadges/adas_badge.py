"""Ada's signed badge, as Eve would change it, and what is said of it."""

import json
from datetime import datetime
from typing import Any

from assessor.openbadges.checks import Report, State
from assessor.openbadges.credential import issue_jwt
from assessor.openbadges.strict_json import write_json
from assessor.openbadges.verification import verify
from assessor.openbadges.withdrawal import StatusSource
from tests.unit.openbadges.badges import (
    DID,
    JWT_KEY,
    NOTHING_WITHDRAWN,
    NOW,
    SCHOOL,
    TRUST,
    credential,
    signed,
)

ADAS_BADGE = signed()
ADAS_JWT = issue_jwt(credential(), SCHOOL, JWT_KEY.id(DID))


def judged(data: bytes, status: StatusSource | None = NOTHING_WITHDRAWN, now: datetime = NOW) -> Report:
    """What a verifier says who knows the school."""
    return verify(data, TRUST, now, status=status)


def state_of(report: Report, name: str) -> State:
    """How one check of a report ended."""
    return next(check.state for check in report.checks if check.name == name)


def changed(path: str, value: Any) -> bytes:
    """Ada's signed badge with one member changed, as Eve would do it."""
    document = json.loads(ADAS_BADGE)
    place = document
    *steps, last = path.split("/")
    for step in steps:
        place = place[int(step)] if isinstance(place, list) else place[step]
    place[int(last) if isinstance(place, list) else last] = value
    return write_json(document)
