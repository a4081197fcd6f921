"""What a text in a badge may look like: addresses, plain text, times.

>>> from assessor.openbadges.grammar import is_iri, timestamp
>>> is_iri("https://badges.example/a#b"), is_iri("a b")
(True, False)
"""

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from assessor.openbadges.errors import InvalidBadge

MAX_IRI = 2048
LONGEST_TIME = len("2026-11-21T12:00:00.000000000+00:00")
MAX_REMEMBERED = 200  # signs of an address that is remembered
ISSUED_SCHEMES = ("https:", "http:", "urn:", "did:", "mailto:")

_OF_PEOPLE = ("did:", "mailto:")

# RFC 3987 with everything N-Quads forbids in an IRI taken out; libraries silently drop quads that break this.
_IRI = re.compile(r'[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>"{}|^`\\\x7f-\x9f\ud800-\udfff\ufffe\uffff]+')
# Controls, noncharacters and lone surrogates: RDF writers disagree about how to escape them.
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_TIMESTAMP = re.compile(r"(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d:\d\d)(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", re.ASCII)  # RFC 3339


def is_iri(text: str) -> bool:
    """Whether the text is an absolute IRI that every RDF library keeps."""
    # What names people is not kept for the life of the process.
    if len(text) <= MAX_REMEMBERED and not text.startswith(_OF_PEOPLE):
        return _is_known_iri(text)
    return len(text) <= MAX_IRI and _has_form_of_iri(text)


@lru_cache(maxsize=512)
def _is_known_iri(text: str) -> bool:
    """The addresses of an achievement and its parts are asked for with every badge."""
    return _has_form_of_iri(text)


def _has_form_of_iri(text: str) -> bool:
    return _IRI.fullmatch(text) is not None


def required_iri(text: str, what: str) -> str:
    """The text, if it is an IRI of a scheme that badges of ours use; else `InvalidBadge` naming `what`."""
    if not is_iri(text) or not text.lower().startswith(ISSUED_SCHEMES):
        raise InvalidBadge(f"{what} must be a full address (https, http, urn, did or mailto), not “{text[:80]}”.")
    return text


def required_text(text: str, what: str) -> str:
    """The text, if it is not empty and free of control characters; else `InvalidBadge` naming `what`."""
    if not text or text.isspace():
        raise InvalidBadge(f"{what} is empty.")
    if not text.isprintable() and (found := _CONTROL.search(text)):
        raise InvalidBadge(f"{what} holds a character that cannot be printed (U+{ord(found[0]):04X}).")
    return text


def timestamp(moment: datetime) -> str:
    """Whole seconds in UTC with `Z`; a time without a zone or with fractions is refused."""
    if moment.tzinfo is None:
        raise InvalidBadge("A time in a badge needs its time zone.")
    if moment.microsecond:
        raise InvalidBadge("A time in a badge is given in whole seconds.")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def read_timestamp(text: object) -> datetime | None:
    """The moment in UTC, or None if the value is not an RFC 3339 time with its zone."""
    return _read_timestamp(text) if isinstance(text, str) and len(text) <= LONGEST_TIME else None


@lru_cache(maxsize=1024)
def _read_timestamp(text: str) -> datetime | None:
    """A badge's times are asked for by one check after the other."""
    if (parts := _TIMESTAMP.fullmatch(text)) is None:
        return None
    date, time, fraction, zone = parts.groups()
    offset = "+00:00" if zone in "Zz" else zone
    try:
        moment = datetime.fromisoformat(f"{date}T{time}{offset}").astimezone(UTC)
        return moment + timedelta(seconds=float(fraction or 0))
    except (ValueError, OverflowError):
        return None
