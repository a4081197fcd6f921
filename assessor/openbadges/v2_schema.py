"""Our own reading of the Open Badges 2.0 data model, as a table: which members a class has and of what kind.

2.0 was written for tolerant readers: a linked thing is an address or the thing itself, one or a list. The table is
as kind about form, and strict about what decides: who, what, when, by whom.

    >>> from assessor.openbadges.v2_schema import problems_of
    >>> problems_of({"type": "RevocationList"}, "RevocationList")[0]
    '“id” is missing'
"""

import hashlib
import json
from collections.abc import Callable, Iterator
from functools import cache
from importlib.resources import files
from typing import Any

from assessor.openbadges import contexts
from assessor.openbadges.errors import UnknownContext, UnsafeDocument
from assessor.openbadges.grammar import is_iri, read_timestamp
from assessor.openbadges.strict_json import JsonObject

CONTEXT = "https://w3id.org/openbadges/v2"
CONTEXTS = frozenset({CONTEXT, "https://purl.imsglobal.org/spec/ob/v2p1/ob_v2p1.jsonld"})
MAX_PROBLEMS = 20
MAX_DATA_IMAGE = 128 * 1024

_CONTEXT_FILE = "ob-v2p0-context.json"
_CONTEXT_SHA256 = "3c0c25a0e581c64cbe632197377c4f334c6c0b95f0d90e3b74449781612b153d"
# Issuers that wrote the context out themselves have it as it was first published.
_FIRST_PUBLISHED = {"targetFramework": {"@id": "schema:targetFramework"}}
_OWN_WORDS = ("extensions:", "https://", "http://", "@")


def _is_address(value: Any) -> bool:
    return isinstance(value, str) and is_iri(value)


def _is_picture(value: Any) -> bool:
    if isinstance(value, str) and value.startswith("data:image/"):
        return len(value) <= MAX_DATA_IMAGE
    return _is_address(value)


def _is_version(value: Any) -> bool:
    return isinstance(value, str | int) and not isinstance(value, bool)


_KINDS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "text": (lambda value: isinstance(value, str), "a text"),
    "words": (lambda value: isinstance(value, str) and bool(value.strip()), "a text that says something"),
    "iri": (_is_address, "a full address"),
    "picture": (_is_picture, "the address of a picture"),
    "time": (lambda value: read_timestamp(value) is not None, "a time with its zone"),
    "truth": (lambda value: isinstance(value, bool), "true or false"),
    "version": (_is_version, "a version"),
}

# Class → members. `!` is required, `[x]` one or a list, `x/Class` an address or the thing itself; `type A|B` demands
# one of these types.
_CLASSES: dict[str, dict[str, str]] = {
    "Assertion": {
        "id": "iri!",
        "type": "type Assertion!",
        "recipient": "Recipient!",
        "badge": "iri/BadgeClass!",
        "verification": "Verification!",
        "issuedOn": "time!",
        "expires": "time",
        "image": "picture/Image",
        "evidence": "[iri/Evidence]",
        "narrative": "text",
        "revoked": "truth",
        "revocationReason": "text",
    },
    "Recipient": {"type": "words!", "identity": "words!", "hashed": "truth!", "salt": "text"},
    "Verification": {"type": "type hosted|HostedBadge|signed|SignedBadge!", "creator": "iri/Key"},
    "BadgeClass": {
        "id": "iri!",
        "type": "type BadgeClass!",
        "name": "words!",
        "description": "text!",
        "image": "picture/Image!",
        "criteria": "iri/Criteria!",
        "issuer": "iri/Issuer!",
        "alignment": "[Alignment]",
        "tags": "[text]",
        "version": "version",
    },
    "Issuer": {
        "id": "iri!",
        "type": "type Issuer|Profile!",
        "name": "words!",
        "url": "iri!",
        "email": "[words]!",
        "description": "text",
        "image": "picture/Image",
        "telephone": "[text]",
        "publicKey": "[iri/Key]",
        "revocationList": "iri",
        "verification": "Policy",
    },
    "Policy": {"allowedOrigins": "[text]", "startsWith": "[iri]", "verificationProperty": "text"},
    "Key": {"id": "iri!", "type": "type CryptographicKey!", "owner": "iri!", "publicKeyPem": "words!"},
    "RevocationList": {
        "id": "iri!",
        "type": "type RevocationList!",
        "issuer": "iri",
        "revokedAssertions": "[text/Revoked]!",
    },
    "Revoked": {"id": "iri", "uid": "text", "revocationReason": "text"},
    "Evidence": {
        "id": "text",
        "narrative": "text",
        "name": "text",
        "description": "text",
        "genre": "text",
        "audience": "text",
    },
    "Criteria": {"id": "text", "narrative": "text"},
    "Image": {"id": "picture!", "caption": "text"},
    "Alignment": {
        "targetName": "words!",
        "targetUrl": "iri!",
        "targetDescription": "text",
        "targetFramework": "text",
        "targetCode": "text",
    },
}


def problems_of(document: JsonObject, kind: str) -> list[str]:
    """What is wrong with an Assertion, BadgeClass, Issuer, Key or RevocationList, each with the path of the member."""
    problems = []
    for problem in _object(document, kind, ""):
        problems.append(problem)
        if len(problems) == MAX_PROBLEMS:
            break
    return problems


def check_context(document: JsonObject) -> None:
    """The words of a document mean what 2.0 says.

    Raises `UnsafeDocument` where it gives a word of 2.0 another meaning, `UnknownContext` for vocabularies that are
    not known here: these could. Extensions bring their own `@context` inside; their words are never ours.
    """
    for context in _contexts(document, outermost=True):
        for entry in context if isinstance(context, list) else [context]:
            _check_entry(entry)
    listed = document.get("@context")
    first = listed[0] if isinstance(listed, list) and listed else listed
    if not isinstance(first, dict) and not (isinstance(first, str) and first in CONTEXTS):
        raise UnsafeDocument("The document does not begin with the words of Open Badges 2.0.")


def is_defined(name: str) -> bool:
    """Whether a member has a meaning: a word of 2.0, of an extension, or a full address."""
    return name in _terms() or name.startswith(_OWN_WORDS)


@cache
def _terms() -> dict[str, Any]:
    data = files(contexts).joinpath(_CONTEXT_FILE).read_bytes()
    if hashlib.sha256(data).hexdigest() != _CONTEXT_SHA256:
        raise UnknownContext(f"The file {_CONTEXT_FILE} is not the pinned one. Install the program again.")
    terms: dict[str, Any] = json.loads(data)["@context"]
    return terms


def _check_entry(entry: Any) -> None:
    if isinstance(entry, str):
        if entry not in CONTEXTS:
            raise UnknownContext(f"The badge uses the vocabulary {entry[:200]}, which is not known here.")
    elif isinstance(entry, dict):
        for word, meaning in entry.items():
            if word != "@language" and meaning not in (_terms().get(word, ...), _FIRST_PUBLISHED.get(word, ...)):
                raise UnsafeDocument(f"The document gives the word “{word[:40]}” a meaning of its own.")
    else:
        raise UnsafeDocument("The document's @context is neither an address nor a list of words.")


def _contexts(value: Any, *, outermost: bool) -> Iterator[Any]:
    """Every `@context` that can change our reading: all but those inside of extensions."""
    if isinstance(value, list):
        for entry in value:
            yield from _contexts(entry, outermost=False)
    elif isinstance(value, dict):
        if outermost or "@context" in value:
            yield value.get("@context", [])
        for name, member in value.items():
            if name != "@context" and not name.startswith("extensions:"):
                yield from _contexts(member, outermost=False)


def _object(value: Any, kind: str, path: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"“{path}” is not an object"
        return
    for name, demand in _CLASSES[kind].items():
        place = f"{path}.{name}" if path else name
        if name in value:
            yield from _value(value[name], demand.removesuffix("!"), place)
        elif demand.endswith("!"):
            yield f"“{place}” is missing"


def _value(value: Any, demand: str, path: str) -> Iterator[str]:
    if demand.startswith("type "):
        wanted = demand.removeprefix("type ").split("|")
        names = value if isinstance(value, list) else [value]
        if not any(name in wanted for name in names if isinstance(name, str)):
            yield f"“{path}” does not say {wanted[0]}"
    elif demand.startswith("["):
        if not isinstance(value, list):
            yield from _value(value, demand[1:-1], path)
            return
        for place, entry in enumerate(value):
            yield from _value(entry, demand[1:-1], f"{path}[{place}]")
    elif "/" in demand:
        plain, kind = demand.split("/")
        yield from _object(value, kind, path) if isinstance(value, dict) else _value(value, plain, path)
    elif demand in _KINDS:
        holds, description = _KINDS[demand]
        if not holds(value):
            yield f"“{path}” is not {description}"
    else:
        yield from _object(value, demand, path)
