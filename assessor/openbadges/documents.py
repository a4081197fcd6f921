"""Documents that a badge points at: got for the library by whoever calls it, never by the library itself.

An address proves only who speaks for its host. So what came from another host after a redirect is not taken, and a
document that calls itself by another address is asked for there.

>>> from assessor.openbadges.documents import Fetched, documents_from
>>> fetch = documents_from({"https://badges.example/a": b"{}"})
>>> fetch("https://badges.example/a").content
b'{}'
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import urlsplit

from assessor.openbadges.errors import DocumentUnavailable, NotACredential, Unreadable
from assessor.openbadges.grammar import is_iri
from assessor.openbadges.reading import read_credential
from assessor.openbadges.strict_json import JsonObject, read_json

MAX_DOCUMENTS = 10  # of one badge: assertion, class, issuer, key and list, each perhaps under two addresses
MAX_DOCUMENT_BYTES = 1024 * 1024

# Some servers decode twice, and `%25` is the sign that begins such a spelling.
_DOT = re.compile("%(?:25)*2e", re.IGNORECASE)
_SLASH = re.compile(r"[/\\]|%(?:25)*(?:2f|5c)", re.IGNORECASE)


@dataclass(frozen=True)
class Fetched:
    """What an address gave. `url`: where it came from in the end; other than asked for = after redirects.

    It counts only from the scheme, host and port that were asked; `www.` makes no difference.
    """

    content: bytes
    url: str


class Fetch(Protocol):
    """Gives the document at an https address.

    Raises `DocumentGone` when its server says that it was taken away, `DocumentUnavailable` with the reason when it
    cannot be had. Bounds of time and size are its own.
    """

    def __call__(self, url: str, /) -> Fetched: ...


def documents_from(documents: Mapping[str, bytes]) -> Fetch:
    """A fetch that knows these documents by their addresses and reaches nothing else."""

    def fetch(url: str, /) -> Fetched:
        if url not in documents:
            raise DocumentUnavailable(f"{url[:200]} is not among the documents at hand.")
        return Fetched(documents[url], url)

    return fetch


def is_address(text: bytes) -> bool:
    """Whether a text is the address of something on the web, rather than the thing itself."""
    return len(text) < 2048 and text.strip().startswith((b"https://", b"http://")) and text.isascii()


def badge_in(data: bytes, documents: "Documents") -> tuple[str, bytes]:
    """The form and the text of a badge in a file; an address, given or baked into a picture, is followed once.

    Raises as `read_credential` and `Documents.content_at` do.
    """
    form: str = ""
    if not is_address(data):
        form, text = read_credential(data)
        if not is_address(text):
            return form, text
        data = text
    found, text = read_credential(documents.content_at(data.strip().decode("ascii")))
    return form or found, text


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
        document = self.plain_at(address)
        if document.get("id") != address:
            raise DocumentUnavailable(f"What stands at {address[:200]} calls itself {str(document.get('id'))[:200]}.")
        return document

    def named(self, address: str) -> JsonObject:
        """The document at this address; if it names another as its own, the one that stands there."""
        document = self.plain_at(address)
        own = document.get("id")
        return document if own == address or not isinstance(own, str) else self.at(own)

    def content_at(self, address: str) -> bytes:
        """What stands at an address, whatever it calls itself: a badge, a picture that carries one, a list, a key."""
        return self._get(address).content

    def plain_at(self, address: str) -> JsonObject:
        """The JSON object at an address, whatever it calls itself."""
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
        if has_steps(secure):
            raise DocumentUnavailable(f"{address[:200]} has steps in its path that lead elsewhere.")
        if self.fetch is None:
            raise DocumentUnavailable("The issuer's server was not asked.")
        place = secure.partition("#")[0]
        fetched = self.got.get(place) or self._ask(place, self.fetch)
        if _house(fetched.url) != _house(secure) or not fetched.url.lower().startswith("https:"):
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


def origin_of(address: str) -> tuple[str, int] | None:
    """Host and port of an address, as RFC 6454 compares them; None = no address of the web.

    What is written with http is asked with https (`Documents`), so that both are one origin.
    """
    try:
        parts = urlsplit(address)
        port = parts.port or 443
    except ValueError:
        return None
    return (parts.hostname.lower(), port) if parts.scheme in {"https", "http"} and parts.hostname else None


def has_steps(address: str) -> bool:
    """Whether the path of an address has a step `.` or `..`, in any spelling that servers read as one.

    Such an address stands elsewhere than its beginning says (RFC 3986, section 5.2.4).
    """
    path = re.split("[?#]", address, maxsplit=1)[0]
    steps = _SLASH.split(_DOT.sub(".", path))
    return any(step.partition(";")[0] in {".", ".."} for step in steps)


def _house(address: str) -> tuple[str, int] | None:
    origin = origin_of(address)
    return origin and (origin[0].removeprefix("www."), origin[1])
