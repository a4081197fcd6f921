"""The JSON-LD contexts that badges are written in, pinned: nothing is fetched, no meaning changes later.

`index.json` names for every address the file, its SHA-256, the published package it was taken from, and the
licence.

    >>> from assessor.openbadges.contexts import CREDENTIALS_V2, is_pinned
    >>> is_pinned(CREDENTIALS_V2)
    True
"""

import hashlib
import json
from functools import cache
from importlib.resources import files
from typing import Any

from assessor.openbadges.errors import UnknownContext

CREDENTIALS_V1 = "https://www.w3.org/2018/credentials/v1"
CREDENTIALS_V2 = "https://www.w3.org/ns/credentials/v2"
OPEN_BADGES_V3 = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
OPEN_BADGES_EXTENSIONS = "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"
OPEN_BADGES_VERSIONS = frozenset(
    f"https://purl.imsglobal.org/spec/ob/v3p0/context-{version}.json" for version in ("3.0.1", "3.0.2", "3.0.3")
)
#: Addresses under which the vocabulary stood before 3.0 was final, and changed.
DRAFTS = frozenset(
    {
        "https://purl.imsglobal.org/spec/ob/v3p0/context.json",
        "https://imsglobal.github.io/openbadges-specification/context.json",
    }
)
DID_V1 = "https://www.w3.org/ns/did/v1"
MULTIKEY_V1 = "https://w3id.org/security/multikey/v1"


@cache
def index() -> dict[str, dict[str, str]]:
    """Address → `file`, `sha256`, `package`, `work`, `licence`, `note`."""
    entries: dict[str, dict[str, str]] = json.loads(files(__name__).joinpath("index.json").read_bytes())
    return entries


def is_pinned(url: str) -> bool:
    """Whether the context at this address is known here."""
    return url in index()


@cache
def context(url: str) -> dict[str, Any]:
    """The context document of an address, parsed once; its bytes are checked against the index.

    Raises `UnknownContext` for an address that is not pinned.
    """
    entry = index().get(url)
    if entry is None:
        raise UnknownContext(f"The badge uses the vocabulary {url[:200]}, which is not known here.")
    data = files(__name__).joinpath(entry["file"]).read_bytes()
    if hashlib.sha256(data).hexdigest() != entry["sha256"]:
        raise UnknownContext(f"The file {entry['file']} is not the pinned one. Install the program again.")
    document: dict[str, Any] = json.loads(data)
    return document


def load_document(url: str, _options: Any = None) -> dict[str, Any]:
    """The document loader for a JSON-LD processor: pinned contexts only."""
    return {
        "contentType": "application/ld+json",
        "contextUrl": None,
        "documentUrl": url,
        "document": context(url),
    }
