"""One page of a learner's badges: those earned here and those from elsewhere, in an order that does not change."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from assessor.accounts.models import Learner
from assessor.hosting import holding, owning

#: What a page holds when nothing is said, and at most.
USUAL, MOST = 50, 100


@dataclass(frozen=True)
class Badges:
    """A page: ``documents`` are signed JSON, ``tokens`` compact JWTs, both exactly as they were signed.

    ``total``: how many there are on all pages.
    """

    documents: tuple[bytes, ...]
    tokens: tuple[bytes, ...]
    total: int


@dataclass(frozen=True)
class Slice:
    """What part of all badges is asked for. ``since``: only those that are valid from a later time; None = all."""

    limit: int = USUAL
    offset: int = 0
    since: datetime | None = None

    def links(self, total: int) -> dict[str, int]:
        """The pages around this one: relation → where it begins (Open Badges 3.0, section 6.4)."""
        last = (max(total, 1) - 1) // self.limit * self.limit
        found = {"first": 0, "last": last}
        if self.offset + self.limit < total:
            found["next"] = self.offset + self.limit
        if self.offset > 0:
            found["prev"] = max(0, min(self.offset, total) - self.limit)
        return found


@dataclass(frozen=True)
class _Place:
    """Where a badge stands: since when it is valid, and what decides between two of one moment.

    ``award``: of one earned here; None = ``name`` is the identity of one from elsewhere.
    """

    moment: datetime
    name: str
    form: holding.Form
    award: uuid.UUID | None


def badges(session: Session, learner: Learner, part: Slice) -> Badges:
    """The badges of this part, the oldest first."""
    found = [_Place(moment, str(address), "json", award) for moment, address, award in owning.dates(session, learner)]
    found += [_Place(moment, badge, form, None) for moment, badge, form in holding.dates(session, learner)]
    chosen = sorted(
        (one for one in found if part.since is None or one.moment > part.since), key=lambda one: (one.moment, one.name)
    )
    shown = chosen[part.offset : part.offset + part.limit]
    # Bodies are large: only those of this page are read.
    earned = owning.bodies(session, learner, [one.award for one in shown if one.award is not None])
    brought = holding.bodies(session, learner, [one.name for one in shown if one.award is None])
    bodies = [(one.form, brought[one.name] if one.award is None else earned[one.award]) for one in shown]
    return Badges(
        tuple(body for form, body in bodies if form == "json"),
        tuple(body for form, body in bodies if form == "jwt"),
        len(chosen),
    )
