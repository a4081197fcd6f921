"""What is known today of the badges on a learner's shelf: they came long ago, and what was true then may be over.

Our own are checked anew, with our keys and lists. Of others, whose keys and lists are not asked for, the day of their
arrival counts, and the end that they name themselves.
"""

import enum
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from assessor.accounts.models import Learner
from assessor.config import Settings
from assessor.credentials import issuer, trust
from assessor.hosting import holding, owning
from assessor.hosting.models import HeldCredential
from assessor.openbadges.checks import Result
from assessor.openbadges.grammar import read_timestamp
from assessor.openbadges.jwt import issuer_of
from assessor.openbadges.verification import verify


class Standing(enum.Enum):
    """What may be said of a badge."""

    GENUINE = "genuine, and this learner's"
    GENUINE_OF_WHOM = "genuine, and not said to be this learner's"
    WAS_GENUINE = "genuine on the day it came; today nobody can say"
    ON_HOLD = "does not count now"
    OVER = "does not count any more"
    UNKNOWN = "of somebody who is not known here"


def of_shelf(
    session: Session, learner: Learner, shelf: Sequence[HeldCredential], settings: Settings, now: datetime
) -> list[Standing]:
    """The standing of each of these badges of a learner."""
    ourselves, lists = trust.in_ourselves(session, settings), trust.own_lists(session, settings, now)
    mine = owning.identities(session, learner, settings)

    def standing(kept: HeldCredential) -> Standing:
        document = holding.document_of(kept)
        if issuer_of(document) == issuer.did(settings):
            result = verify(kept.body, ourselves, now, status=lists).result
            if result is Result.GENUINE:
                return Standing.GENUINE if kept.identity in mine else Standing.GENUINE_OF_WHOM
            return _without_a_list_of_today(result)
        end = read_timestamp(document.get("validUntil"))
        return Standing.OVER if end is not None and end < now else _without_a_list_of_today(Result(kept.result))

    return [standing(kept) for kept in shelf]


def _without_a_list_of_today(result: Result) -> Standing:
    """A verdict of another day, or one whose list is not there: nothing in it says that the badge counts now."""
    if result in (Result.GENUINE, Result.GENUINE_STATUS_UNKNOWN):
        return Standing.WAS_GENUINE
    if result is Result.SUSPENDED:
        return Standing.ON_HOLD
    return Standing.OVER if result in (Result.WITHDRAWN, Result.EXPIRED) else Standing.UNKNOWN
