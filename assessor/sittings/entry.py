"""In without a camera: the group's code from the board and the three pictures of one's card."""

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


def find_by_words(session: Session, code: str, words: frozenset[str], now: datetime) -> Learner:
    """The learner of these pictures in the group of this code, while its session is open.

    Raises `WordsDoNotMatch`; after 20 misses for a code, `limits.TooManyGuesses` until the window has passed.
    """
    limits.check(session, limits.WORDS, code, now)
    group = session.scalar(
        select(Group)
        .join(
            Invigilation,
            (Invigilation.organisation_id == Group.organisation_id) & (Invigilation.group_id == Group.id),
        )
        .where(Group.code == code, Invigilation.ended_at.is_(None))
    )
    if group is not None:
        for place in groups.places(session, group):
            if frozenset(place.card.picture_words) == words:
                return place.learner
    raise WordsDoNotMatch("Code and pictures do not match. Look at your card and at the board.")
