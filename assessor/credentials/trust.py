"""What a check of badges and codes needs: trust in ourselves, our lists as the database has them, those of partners.

Lists are read one at a time, when a badge names one: all of them together are large, and any page may ask for a check.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from sqlalchemy.orm import Session

from assessor.certificates.merkle import IssuedList
from assessor.certificates.trust import Bundle, Withdrawals
from assessor.config import Settings
from assessor.credentials import endorsing, issued, issuer, mirrored, publishing, status
from assessor.openbadges.errors import ListUnknown
from assessor.openbadges.trust import Trust, TrustedIssuer
from assessor.openbadges.withdrawal import FetchedList, StatusSource

Name = TypeVar("Name")
Found = TypeVar("Found")


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


class AskedFor(Mapping[Name, Found]):
    """What is read once, when it is asked for. `read` gives None for what could not be had; `names`: all of them."""

    def __init__(self, read: Callable[[Name], Found | None], names: Callable[[], Iterable[Name]]) -> None:
        self._ask, self._names = read, names
        self._read: dict[Name, Found | None] = {}

    def __getitem__(self, name: Name) -> Found:
        if name not in self._read:
            self._read[name] = self._ask(name)
        found = self._read[name]
        if found is None:
            raise KeyError(name)
        return found

    def __iter__(self) -> Iterator[Name]:
        return iter(self._names())

    def __len__(self) -> int:
        return len(list(self._names()))


def tokens(session: Session, settings: Settings, bundle: Bundle) -> Mapping[str, str]:
    """The status lists as VC-JWT by their addresses: ours as the database has them, those of partners as mirrored."""
    ours, partners = OwnTokens(session, settings), mirrored.addresses(bundle, settings)

    def read(url: str) -> str | None:
        own = ours.get(url)
        return mirrored.token(session, *partners[url]) if own is None and url in partners else own

    return AskedFor(read, lambda: [*ours, *partners])


def withdrawals(session: Session, settings: Settings, bundle: Bundle) -> Mapping[str, Withdrawals]:
    """What was withdrawn, by the issuers' ids: ours as the database has it, that of partners as mirrored."""

    def read(issuer_id: str) -> Withdrawals | None:
        if issuer_id == issuer.did(settings):
            return publishing.withdrawals(session, settings)
        partner = bundle.issuer(issuer_id)
        return mirrored.withdrawals(session, partner) if partner else None

    return AskedFor(read, lambda: [one.id for one in bundle.issuers])


def issued_lists(session: Session, settings: Settings, bundle: Bundle) -> Mapping[bytes, IssuedList]:
    """What was issued with keys that are stolen now, by the roots that the bundle names."""

    def read(root: bytes) -> IssuedList | None:
        ours = issued.with_root(session, root)
        return mirrored.issued_list(session, bundle, settings, root) if ours is None else ours

    return AskedFor(read, lambda: [key.issued.root for one in bundle.issuers for key in one.keys if key.issued])


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
