"""Score finished sittings again from what they stored, and tell where that is not the stored result.

A sitting is its rules, its conditions and its answers. Replayed, they must lead through the same items to the same
result: to the last bit on one machine, and within 1e-9 on another, whose processor rounds exp and log differently.
"""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from assessor.psychometrics import adaptive
from assessor.psychometrics.adaptive.exposure import EligibilityNotReadable
from assessor.psychometrics.adaptive.pool import HistoryNotOfPool
from assessor.psychometrics.rules import RuleNotUnderstood
from assessor.sittings import conditions, delivery
from assessor.sittings.finishing import Outcome
from assessor.sittings.models import Presentation, Response, Result, Sitting

TOLERANCE = 1e-9
#: Columns that a result of version 0.1 does not have.
_NOT_IN_ENGINE_1 = ("areas", "standing")


@dataclass(frozen=True)
class Difference:
    """One value that came out otherwise; ``what`` names it, "competences 4.1 mean" or "item 7"."""

    what: str
    stored: Any
    again: Any


@dataclass(frozen=True)
class Rescored:
    """A sitting scored again.

    engine            that chose its items
    items             how many were asked
    path_checked      whether the items, their order and the reason to stop were compared: not for another engine
    identical         the result is the same to the last bit
    differences       what differs by more than 1e-9; empty = equal
    other_parameters  items that were scored with other parameters than the release has today; scoring again took
                      those stored with the answers
    """

    sitting_id: uuid.UUID
    engine: int
    items: int
    path_checked: bool
    identical: bool
    differences: tuple[Difference, ...]
    other_parameters: tuple[str, ...]

    @property
    def is_equal(self) -> bool:
        """Whether nothing differs."""
        return not self.differences

    def to_json(self) -> dict[str, Any]:
        """Return it as a JSON object."""
        return {**asdict(self), "sitting_id": str(self.sitting_id), "equal": self.is_equal}


Answer = Row[str, Response]


def finished(session: Session) -> Sequence[tuple[uuid.UUID, uuid.UUID]]:
    """The keys of all finished sittings, oldest first."""
    order = (Sitting.finished_at, Sitting.organisation_id, Sitting.id)
    keys = select(Sitting.organisation_id, Sitting.id).where(Sitting.finished_at.is_not(None)).order_by(*order)
    return [(organisation_id, sitting_id) for organisation_id, sitting_id in session.execute(keys)]


def find(session: Session, sitting_id: uuid.UUID) -> Sitting | None:
    """A sitting by its id alone, or None."""
    return session.scalar(select(Sitting).where(Sitting.id == sitting_id))


def rescore(session: Session, sitting: Sitting) -> Rescored:
    """Replay a finished sitting and compare. Nothing is changed."""
    result = session.get_one(Result, (sitting.organisation_id, sitting.id))
    answers = _answers(session, sitting)
    engine = int(sitting.conditions["engine"])
    stored = {field.name: getattr(result, field.name) for field in fields(Outcome)}
    if engine < conditions.ENGINE:
        stored = {name: value for name, value in stored.items() if value is not None or name not in _NOT_IN_ENGINE_1}
    other: tuple[str, ...] = ()
    again: dict[str, Any] = {}
    path_checked = engine == conditions.ENGINE
    try:
        design, other = _design_of(session, sitting, answers)
        found, final = _walked(design, sitting, answers, result.reason)
        outcome = asdict(Outcome.of(design, final))
        again = {name: outcome[name] for name in stored}
        differences = [*(found if path_checked else ()), *_differences("", stored, again)]
    except (HistoryNotOfPool, RuleNotUnderstood, EligibilityNotReadable) as error:
        differences = [Difference("replay", "a finished sitting", str(error))]
    return Rescored(sitting.id, engine, len(answers), path_checked, again == stored, tuple(differences), other)


def _answers(session: Session, sitting: Sitting) -> Sequence[Answer]:
    return session.execute(
        select(Presentation.item_id, Response)
        .join(
            Response,
            (Response.organisation_id == Presentation.organisation_id) & (Response.presentation_id == Presentation.id),
        )
        .where(Presentation.organisation_id == sitting.organisation_id, Presentation.sitting_id == sitting.id)
        .order_by(Presentation.position)
    ).all()


def _design_of(
    session: Session, sitting: Sitting, answers: Sequence[Answer]
) -> tuple[adaptive.Design, tuple[str, ...]]:
    """The design with the parameters that the answers were scored with, and the items where they are others."""
    design = delivery.design_of(session, sitting)
    items = {item.id: item for item in design.pool.items}
    other = []
    for item_id, response in answers:
        if item_id in items:
            was = {name: getattr(response, name) for name in ("a", "b", "se_a", "se_b", "c")}
            then = replace(items[item_id].parameters, **was)
            if then != items[item_id].parameters:
                other.append(item_id)
                items[item_id] = replace(items[item_id], parameters=then)
    if not other:
        return design, ()
    return adaptive.Design.from_rules(adaptive.Pool(items.values()), sitting.rules), tuple(sorted(other))


def _walked(
    design: adaptive.Design, sitting: Sitting, answers: Sequence[Answer], reason: str
) -> tuple[list[Difference], adaptive.State]:
    """Walk through the answers; gives where another item would have been asked, and the settled state at the end."""
    state = adaptive.begin(design, conditions.of(sitting))
    differences: list[Difference] = []
    for number, (item_id, response) in enumerate(answers, start=1):
        differences += _differences(f"item {number}", item_id, _named(adaptive.next_step(design, state)))
        state = adaptive.answered(design, state, adaptive.Administered(item_id, response.points))
    differences += _differences("reason", reason, _named(adaptive.next_step(design, state)))
    return differences, adaptive.settled(design, state)


def _named(step: adaptive.Step) -> str:
    return step.item_id if isinstance(step, adaptive.Administer) else str(step.reason)


def _differences(what: str, stored: Any, again: Any) -> Iterator[Difference]:
    """What differs between two JSON values, numbers by more than the tolerance."""
    if isinstance(stored, Mapping) and isinstance(again, Mapping):
        for name in sorted(stored.keys() | again.keys()):
            yield from _differences(f"{what} {name}".strip(), stored.get(name), again.get(name))
    elif isinstance(stored, list) and isinstance(again, list) and len(stored) == len(again):
        for number, (one, other) in enumerate(zip(stored, again, strict=True), start=1):
            yield from _differences(f"{what} {number}", one, other)
    elif isinstance(stored, int | float) and isinstance(again, int | float):
        if not abs(stored - again) <= TOLERANCE:
            yield Difference(what, stored, again)
    elif stored != again:
        yield Difference(what, stored, again)
