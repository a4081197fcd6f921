"""What a check of our own badges and codes needs: trust in ourselves, and our status lists as the database has them.

Lists are read one at a time, when a badge names one: all of them together are large, and any page may ask for a check.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from assessor.config import Settings
from assessor.credentials import endorsing, issuer, status
from assessor.openbadges.errors import ListUnknown
from assessor.openbadges.trust import Trust, TrustedIssuer
from assessor.openbadges.withdrawal import FetchedList, StatusSource


def in_ourselves(session: Session, settings: Settings) -> Trust:
    """Trust in this installation, by its DID and by its profile of Open Badges 2.0, and in nobody else's badges.

    Partners are believed in the endorsements that were taken from them.
    """
    ours = TrustedIssuer.from_did_document(issuer.document(session, settings))
    beside = {
        status.list_url(settings, number): status.list_url(settings, number, "suspension")
        for number in status.numbers(session)
    }
    profile = f"{settings.public_url}/ob2/issuer"
    partners = Trust.of(*endorsing.endorsers(session)).issuers
    return Trust({ours.id: replace(ours, suspension_lists=beside)}, frozenset({profile}), partners)


def own_lists(session: Session, settings: Settings, now: datetime) -> StatusSource:
    """Gives our own lists as they are now; those of others are not fetched."""

    def source(url: str) -> FetchedList:
        signed = status.at_address(session, url, "json", settings)
        if signed is None:
            raise ListUnknown("This status list is of another host and was not fetched.")
        return FetchedList(signed, now)

    return source


class OwnTokens(Mapping[str, str]):
    """Our own lists as VC-JWT by their addresses, for the check of a code; each is read once, when it is asked for."""

    def __init__(self, session: Session, settings: Settings) -> None:
        self._session, self._settings = session, settings
        self._read: dict[str, str] = {}

    def __getitem__(self, url: str) -> str:
        if url not in self._read:
            signed = status.at_address(self._session, url, "jwt", self._settings)
            if signed is None:
                raise KeyError(url)
            self._read[url] = signed.decode()
        return self._read[url]

    def __iter__(self) -> Iterator[str]:
        for number in status.numbers(self._session):
            yield status.list_url(self._settings, number)
            yield status.list_url(self._settings, number, "suspension")

    def __len__(self) -> int:
        return 2 * len(status.numbers(self._session))
