"""Is the badge genuine now: our own verification, with our own keys and status lists, which are not fetched."""

from datetime import datetime

from sqlalchemy.orm import Session

from assessor.config import Settings
from assessor.credentials import issuer, status
from assessor.credentials.models import Award, Credential
from assessor.openbadges import verification
from assessor.openbadges.checks import Report, Result
from assessor.openbadges.errors import StatusUnavailable
from assessor.openbadges.trust import Trust
from assessor.openbadges.withdrawal import FetchedList


def state(session: Session, award: Award, credential: Credential, settings: Settings, now: datetime) -> Result:
    """What a verification of the stored bytes answers now.

    An award on hold is so at once: badges name the list of withdrawals alone.
    """
    result = report(session, credential, settings, now).result
    on_hold = award.suspended_at is not None and award.revoked_at is None
    return Result.SUSPENDED if on_hold and result.verdict == Result.GENUINE.verdict else result


def report(session: Session, credential: Credential, settings: Settings, now: datetime) -> Report:
    """The report of a verification, as anybody else would get it."""
    lists = status.documents(session, settings)

    def source(url: str) -> FetchedList:
        if url not in lists:
            raise StatusUnavailable("This status list is of another host and was not fetched.")
        return FetchedList(lists[url][0], now)

    return verification.verify(credential.body, Trust.of(issuer.document(session, settings)), now, status=source)
