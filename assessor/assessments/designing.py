"""Make designs, and bring their rules together with the items of a release."""

import json
import uuid
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from assessor.assessments.models import Design
from assessor.banks import releases
from assessor.errors import NotFound
from assessor.frameworks import digcomp_3_0
from assessor.frameworks.unknown_code import UnknownCode
from assessor.psychometrics import adaptive
from assessor.psychometrics.adaptive.feasibility import check_feasible


def create(
    session: Session,
    organisation_id: uuid.UUID,
    title: str,
    release_id: uuid.UUID,
    achievement_code: str,
    now: datetime,
    rules: Mapping[str, Any] | None = None,
) -> Design:
    """Create a design; ``rules`` left out take those of `usual_rules`.

    Raises `RuleNotUnderstood`, or `ConstraintsNotMet` when no test of this pool can have what the rules ask of it.
    """
    pool = releases.edition(session, release_id).pool
    complete = adaptive.Design.from_rules(pool, {**usual_rules(pool), **(rules or {})})
    if complete.has_quotas:
        check_feasible(complete.constraints, pool, complete.stopping.maximum_items)
    design = Design(
        organisation_id=organisation_id,
        title=title,
        release_id=release_id,
        rules=complete.rules_to_json(),
        achievement_code=achievement_code,
        created_at=now,
    )
    session.add(design)
    session.flush()
    return design


def usual_rules(pool: adaptive.Pool) -> dict[str, Any]:
    """The rules by which a test of this pool runs if nothing else is wished.

    Competences hang together as their areas do, and a quarter of the people at most meet one item, of those who end
    at any ability. Where they end counts, because an item is as known to them if it was met on the way. What is not
    named here takes the defaults of `psychometrics`.
    """
    return {"hierarchy": {"areas": _areas(pool)}, "exposure": {"maximum": 0.25, "condition": "ended"}}


def designs_of(session: Session, organisation_id: uuid.UUID) -> Sequence[Design]:
    """The designs of an organisation, newest first."""
    return session.scalars(
        select(Design).where(Design.organisation_id == organisation_id).order_by(Design.created_at.desc())
    ).all()


def find(session: Session, organisation_id: uuid.UUID, design_id: uuid.UUID) -> Design:
    """A design of this organisation. Raises `NotFound`."""
    design = session.get(Design, (organisation_id, design_id))
    if design is None:
        raise NotFound("This test does not exist.")
    return design


def adaptive_design(session: Session, release_id: uuid.UUID, rules: Mapping[str, Any]) -> adaptive.Design:
    """The rules joined with the pool of a release.

    A release never changes, so a process keeps what it joined once: building the tables takes longer than a step.
    """
    edition = releases.edition(session, release_id)
    return _joined(edition, json.dumps(rules, sort_keys=True))


def _areas(pool: adaptive.Pool) -> dict[str, str]:
    """Competence → its area; a competence that the framework does not have is an area of its own."""
    areas = {}
    for code in pool.competences:
        with suppress(UnknownCode):
            areas[code] = digcomp_3_0.competence(code).area.code
    return areas


@lru_cache(maxsize=64)
def _joined(edition: releases.Edition, rules: str) -> adaptive.Design:
    return adaptive.Design.from_rules(edition.pool, json.loads(rules))
