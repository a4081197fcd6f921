"""What badges of ours point at, given from this installation: no request ever leaves for an address of our own.

A badge that names an address of ours could else make the server ask itself, and in a local network it could not.
"""

import uuid
from urllib.parse import urlsplit

from sqlalchemy.orm import Session

from assessor.config import Settings
from assessor.credentials import awarding, backpack, issuing
from assessor.errors import Refusal
from assessor.openbadges.documents import Fetch, Fetched, host_of, origin_of
from assessor.openbadges.errors import DocumentUnavailable


def beside_ours(session: Session, settings: Settings, outside: Fetch | None, *, with_badges: bool = False) -> Fetch:
    """A fetch that answers for our own addresses itself. `outside`: asks others; None = nobody else is asked.

    `with_badges`: also for those of badges. Only for whoever runs the installation: their holders share them or do not.
    """

    def fetch(url: str, /) -> Fetched:
        if (path := _path(url, settings)) is not None:
            try:
                return Fetched(_document(session, settings, path, with_badges), url)
            except _NotHere as error:
                raise DocumentUnavailable(_why_not(url, settings)) from error
            except Refusal as error:
                raise DocumentUnavailable(str(error)) from error
        if outside is None:
            raise DocumentUnavailable(f"{url[:200]} was not asked.")
        return outside(url)

    return fetch


def _path(url: str, settings: Settings) -> str | None:
    """The part of an address on our own host that follows the public one, at any door; None = another's address."""
    if host_of(url) != host_of(settings.public_url):
        return None
    return urlsplit(url).path.removeprefix(urlsplit(settings.public_url).path)


class _NotHere(Exception):
    """What is at this address is not read from this installation."""


def _why_not(url: str, settings: Settings) -> str:
    if origin_of(url) == origin_of(settings.public_url):
        return "This address is one of this site. Give the badge itself, as a file or text."
    return "This address is on the machine of this site, at another port, and nothing there is asked."


def _document(session: Session, settings: Settings, path: str, with_badges: bool) -> bytes:
    match path.strip("/").split("/"):
        case ["credentials", award] if with_badges:
            return issuing.signed_of(session, awarding.newest(session, _award(award))).body
        case ["ob2", "issuer"]:
            return backpack.issuer_profile(settings)
        case ["ob2", "revocations"]:
            return backpack.revocations(session, settings)
        case ["ob2", "achievements", code]:
            return backpack.badge_class(session, code, settings)
        case ["ob2", "credentials", award]:
            return backpack.at_address(session, _award(award), settings).body
    raise _NotHere


def _award(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError as error:
        raise DocumentUnavailable("There is no badge at this address.") from error
