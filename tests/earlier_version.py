"""Sittings as version 0.1 stored them, put into its tables."""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, insert, select

from assessor.assessments.models import Design
from assessor.database import new_id
from assessor.sittings.models import Invigilation, Presentation, Response, Result, Sitting

STORED = Path(__file__).parent / "integration" / "sittings_of_version_0_1.json"
PARAMETERS = ("a", "b", "se_a", "se_b", "c")


@dataclass(frozen=True)
class OldSitting:
    """A finished sitting. `answers`: item, points, then the parameters; `result`: columns of the table."""

    rules: dict[str, Any]
    seed: int
    answers: list[list[Any]]
    result: dict[str, Any]


def sittings() -> list[OldSitting]:
    """One who knew some, one who knew everything, one who knew nothing."""
    return [OldSitting(**stored) for stored in json.loads(STORED.read_text(encoding="utf-8"))["sittings"]]


def store(
    connection: Connection,
    old: OldSitting,
    opened: Invigilation,
    learner: UUID,
    now: datetime,
    given: int | None = None,
) -> UUID:
    """Insert a sitting with its first `given` answers and the question after them, or with all and its result."""
    release = connection.scalar(select(Design.release_id).where(Design.id == opened.design_id))
    own = {"organisation_id": opened.organisation_id, "sitting_id": new_id()}
    connection.execute(
        insert(Sitting).values(
            organisation_id=opened.organisation_id,
            id=own["sitting_id"],
            invigilation_id=opened.id,
            learner_id=learner,
            release_id=release,
            rules=old.rules,
            seed=old.seed,
            test_language="en",
            help_language="en",
            device="phone",
            practised=2,
            begun_at=now,
            finished_at=now if given is None else None,
        )
    )
    shown = old.answers if given is None else old.answers[: given + 1]
    for position, answer in enumerate(shown):
        _store_answer(connection, own, position, answer, now, is_open=position == given)
    if given is None:
        connection.execute(insert(Result).values(**own, **old.result, finished_at=now))
    return own["sitting_id"]


def _store_answer(
    connection: Connection, own: dict[str, UUID], position: int, answer: list[Any], now: datetime, *, is_open: bool
) -> None:
    item_id, points, *parameters = answer
    shown = new_id()
    connection.execute(insert(Presentation).values(**own, id=shown, position=position, item_id=item_id, shown_at=now))
    if not is_open:
        connection.execute(
            insert(Response).values(
                organisation_id=own["organisation_id"],
                presentation_id=shown,
                answer={"unknown": True},
                points=points,
                answered_at=now,
                **dict(zip(PARAMETERS, parameters, strict=True)),
            )
        )
