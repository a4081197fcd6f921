"""Is the badge genuine now: our own verification, with our own keys and status lists, which are not fetched."""

from datetime import datetime

from sqlalchemy.orm import Session

from assessor.config import Settings
from assessor.credentials import trust
from assessor.credentials.models import Credential
from assessor.openbadges import verification
from assessor.openbadges.checks import Result


def state(session: Session, credential: Credential, settings: Settings, now: datetime) -> Result:
    """What a verification of the stored bytes answers now, as anybody else would get it."""
    ourselves, lists = trust.in_ourselves(session, settings), trust.own_lists(session, settings, now)
    return verification.verify(credential.body, ourselves, now, status=lists).result
