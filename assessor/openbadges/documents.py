"""Documents that a badge points at: got for the library by whoever calls it, never by the library itself.

>>> from assessor.openbadges.documents import Fetched, documents_from
>>> fetch = documents_from({"https://badges.example/a": b"{}"})
>>> fetch("https://badges.example/a").content
b'{}'
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from assessor.openbadges.errors import DocumentUnavailable


@dataclass(frozen=True)
class Fetched:
    """What an address gave. `url`: where it came from in the end; other than asked for = after redirects."""

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
