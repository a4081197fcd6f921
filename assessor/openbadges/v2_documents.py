"""The documents that a 2.0 badge points at, each believed only as far as its address goes.

In 2.0 an address is the proof: a document speaks for the host that serves it. So what came from another host after a
redirect is not taken, and a document that calls itself by another address is asked for there.
"""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from assessor.openbadges.documents import Fetch, Fetched
from assessor.openbadges.errors import DocumentUnavailable, NotACredential, Unreadable
from assessor.openbadges.grammar import is_iri
from assessor.openbadges.reading import read_credential
from assessor.openbadges.strict_json import JsonObject, read_json

MAX_DOCUMENTS = 10  # of one badge: assertion, class, issuer, key and list, each perhaps under two addresses
MAX_DOCUMENT_BYTES = 1024 * 1024


@dataclass
class Documents:
    """Gets the documents of one badge. `fetch` None = nothing may be asked for."""

    fetch: Fetch | None
    got: dict[str, Fetched] = field(default_factory=dict, init=False)
    asked: int = field(default=0, init=False)

    def at(self, address: str) -> JsonObject:
        """The document whose id is this address, as its own server gives it.

        Raises `DocumentGone`, `DocumentUnavailable`, or `Unreadable` for what is no JSON or no plain document.
        """
        document = self._read(address)
        if document.get("id") != address:
            raise DocumentUnavailable(f"What stands at {address[:200]} calls itself {str(document.get('id'))[:200]}.")
        return document

    def named(self, address: str) -> JsonObject:
        """The document at this address; if it names another as its own, the one that stands there."""
        document = self._read(address)
        own = document.get("id")
        return document if own == address or not isinstance(own, str) else self.at(own)

    def badge_at(self, address: str) -> bytes:
        """The bytes of a badge at an address: an assertion, or a picture that carries one."""
        return self._get(address).content

    def _read(self, address: str) -> JsonObject:
        content = self._get(address).content
        try:
            # Some hosts give the picture of a badge under its address, with the JSON inside.
            form, text = read_credential(content)
        except NotACredential as error:
            raise Unreadable(str(error)) from error
        if form == "jwt":
            raise Unreadable(f"What stands at {address[:200]} is a signed text, not a document.")
        return read_json(text, max_bytes=MAX_DOCUMENT_BYTES)

    def _get(self, address: str) -> Fetched:
        secure = "https:" + address.removeprefix("http:") if address.startswith("http:") else address
        if not is_iri(address) or not secure.startswith("https://"):
            raise DocumentUnavailable(f"{address[:200]} is not an address on the web.")
        if self.fetch is None:
            raise DocumentUnavailable("The issuer's server was not asked.")
        place = secure.partition("#")[0]
        fetched = self.got.get(place) or self._ask(place, self.fetch)
        if _house(fetched.url) != _house(secure):
            # Else anybody could speak for a host that has an open redirect.
            raise DocumentUnavailable(f"{address[:200]} leads to another host, which cannot speak for this one.")
        return fetched

    def _ask(self, place: str, fetch: Fetch) -> Fetched:
        self.asked += 1
        if self.asked > MAX_DOCUMENTS:
            raise DocumentUnavailable("The badge points at too many documents.")
        self.got[place] = fetch(place)
        return self.got[place]


def host_of(address: str) -> str:
    """The host of an address, in small letters; empty = none."""
    try:
        return (urlsplit(address).hostname or "").lower()
    except ValueError:
        return ""


def _house(address: str) -> str:
    return host_of(address).removeprefix("www.")
