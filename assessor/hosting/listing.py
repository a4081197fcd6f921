"""One page of a learner's badges: those earned here and those from elsewhere, in an order that does not change."""

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


def badges(session: Session, learner: Learner, part: Slice) -> Badges:
    """The badges of this part, the oldest first."""
    earned = [
        (one.award.awarded_at, str(one.award.credential_id), "json", one.body)
        for one in owning.signed(session, learner)
    ]
    brought = [(one.valid_from, one.identity, one.form, one.body) for one in holding.held(session, learner)]
    chosen = sorted(one for one in earned + brought if part.since is None or one[0] > part.since)
    shown = chosen[part.offset : part.offset + part.limit]
    return Badges(
        tuple(body for *_, form, body in shown if form == "json"),
        tuple(body for *_, form, body in shown if form == "jwt"),
        len(chosen),
    )
