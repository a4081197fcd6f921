"""How often the items of a design are met: counted as people finish, and heeded when others begin.

A sitting counts when it is finished. One that was broken off is not counted: it met some of the items that a whole
sitting would have met and no others, so leaving it out makes items look more used than they are, never less.
"""

from datetime import datetime

import numpy as np
from sqlalchemy.orm import Session

from assessor.assessments.models import Design
from assessor.psychometrics import adaptive
from assessor.psychometrics.adaptive.exposure import Eligibility, ExposureControl
from assessor.psychometrics.adaptive.exposure_counts import ExposureCounts, Visit, draw
from assessor.sittings.models import Exposure, Invigilation, Sitting


def drawn(session: Session, design: Design, rules: adaptive.Design, seed: int) -> Eligibility | None:
    """Which items a sitting with this seed may use, after what earlier sittings met; None without such a control."""
    if rules.exposure is None:
        return None
    row = session.get(Exposure, (design.organisation_id, design.id), populate_existing=True)
    counts = _counts(rules, rules.exposure, row)
    return draw(counts, rules.exposure.maximum, np.random.default_rng(seed))


def count(session: Session, sitting: Sitting, rules: adaptive.Design, final: adaptive.State, now: datetime) -> None:
    """Add what a finished sitting met; one whose rules are no longer those of its design does not count."""
    if rules.exposure is None:
        return
    design = _locked_design(session, sitting)
    if (design.release_id, design.rules) != (sitting.release_id, sitting.rules):
        return
    key = (design.organisation_id, design.id)
    row = session.get(Exposure, key, populate_existing=True)
    counts = _counts(rules, rules.exposure, row)
    eligibility = final.conditions.eligibility or Eligibility.of_everything(rules.exposure.edges)
    counts = counts.with_sitting(eligibility, path(rules, final), rules.exposure.forgetting)
    if row is None:
        row = Exposure(organisation_id=design.organisation_id, design_id=design.id)
        session.add(row)
    row.counts, row.updated_at = counts.to_json(), now


def path(rules: adaptive.Design, final: adaptive.State) -> list[Visit]:
    """The items of a sitting, each with the estimate of its competence when it was chosen."""
    visits, state = [], adaptive.begin(rules, final.conditions)
    for position, score in zip(final.items, final.scores, strict=True):
        item = rules.pool.items[position]
        visits.append(Visit(state.knowledge.theta_of(rules.pool.competence_of[position]), item.id))
        state = adaptive.answered(rules, state, adaptive.Administered(item.id, score))
    return visits


def _locked_design(session: Session, sitting: Sitting) -> Design:
    """The design of a sitting, held until the transaction ends: of two who finish at once, one waits.

    The design is locked and not its counts, because it is there before the first of them. Others may go on to begin
    sittings of it, which a stronger lock would hinder.
    """
    invigilation = session.get_one(Invigilation, (sitting.organisation_id, sitting.invigilation_id))
    key = (sitting.organisation_id, invigilation.design_id)
    return session.get_one(Design, key, with_for_update={"key_share": True})


def no_counts(rules: adaptive.Design, control: ExposureControl) -> ExposureCounts:
    """The counts of a design before anybody has come."""
    dimension = () if rules.hierarchy is None else rules.pool.competence_of
    return ExposureCounts.empty([item.id for item in rules.pool.items], control.edges, control.condition, dimension)


def _counts(rules: adaptive.Design, control: ExposureControl, row: Exposure | None) -> ExposureCounts:
    """The stored counts, or none where there is no row yet or it is of other rules."""
    nothing = no_counts(rules, control)
    if row is None:
        return nothing
    stored = ExposureCounts.from_json(row.counts)
    was, now = ((one.items, one.edges, one.condition, one.dimension) for one in (stored, nothing))
    return stored if was == now else nothing
