"""In without a camera: the group's code from the board and the three pictures of one's card."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from assessor.accounts import limits
from assessor.accounts.models import Learner
from assessor.errors import NotAllowed
from assessor.organisations import groups
from assessor.organisations.models import Group
from assessor.sittings.models import Invigilation


class WordsDoNotMatch(NotAllowed):
    """No open session has this code, or nobody in its group has these pictures. The answer is the same."""

    title = "This does not match"


def find_by_words(session: Session, code: str, words: frozenset[str], place: str, now: datetime) -> Learner:
    """The learner of these pictures in the group of this code, while its session is open. ``place``: network address.

    Raises `WordsDoNotMatch`; after 20 misses for a code from one place, or 200 from everywhere,
    `limits.TooManyGuesses` until the window has passed.
    """
    for limit, key in _limits(code, place):
        limits.check(session, limit, key, now)
    group = session.scalar(
        select(Group)
        .join(
            Invigilation,
            (Invigilation.organisation_id == Group.organisation_id) & (Invigilation.group_id == Group.id),
        )
        .where(Group.code == code, Invigilation.ended_at.is_(None))
    )
    if group is not None:
        for seat in groups.places(session, group):
            if frozenset(seat.card.picture_words) == words:
                return seat.learner
    raise WordsDoNotMatch("Code and pictures do not match. Look at your card and at the board.")


def record_wrong_words(session: Session, code: str, place: str, now: datetime) -> None:
    """Count wrong pictures against the code, and against the code from this place: a stranger locks only themselves."""
    for limit, key in _limits(code, place):
        limits.record(session, limit, key, now)


def _limits(code: str, place: str) -> Iterator[tuple[limits.Limit, str]]:
    yield limits.WORDS, f"both {place} {code}"
    yield limits.WORDS_GROUP, f"code {code}"
