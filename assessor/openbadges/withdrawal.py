"""Is this credential withdrawn or on hold: reads the status lists that it names.

A list is believed only if it is a signed list of the same issuer, for the same purpose, inside its own time.
Anything else is "could not be checked" with a reason: it never makes a badge genuine, and never makes it a
forgery.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from assessor.openbadges import jwt
from assessor.openbadges.errors import OpenBadgesError, StatusUnavailable
from assessor.openbadges.grammar import read_timestamp
from assessor.openbadges.jwt import issuer_of
from assessor.openbadges.proof import check_proof, is_supported, proofs_of
from assessor.openbadges.status_list import BitstringStatusList
from assessor.openbadges.strict_json import JsonObject, read_json
from assessor.openbadges.trust import Trust, TrustedIssuer

MAX_LIST_BYTES = 2 * 1024 * 1024
MAX_ENTRIES = 4
CLOCK_TOLERANCE = timedelta(minutes=5)
# Bitstring Status List 1.0, section 2.2: what a list without `ttl` asks for.
DEFAULT_TTL = timedelta(milliseconds=300_000)


@dataclass(frozen=True)
class FetchedList:
    """The bytes of a status list; `fetched`: when it came from the issuer, None = unknown (a file)."""

    data: bytes
    fetched: datetime | None = None


StatusSource = Callable[[str], FetchedList]
"""Gives the list of an address, or raises `StatusUnavailable` with the reason why it cannot be reached."""


class Standing(Enum):
    """What the lists say."""

    IN_FORCE = "in force"
    WITHDRAWN = "withdrawn"
    SUSPENDED = "suspended"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class StatusAnswer:
    """The standing and, in a sentence, why. `as_of`: the time of the list that was read, None = none was."""

    standing: Standing
    reason: str
    as_of: datetime | None = None


def standing_of(document: JsonObject, trust: Trust, now: datetime, source: StatusSource | None) -> StatusAnswer:
    """Read every status entry of a credential; the worst answer wins, then the one that could not be had."""
    if "credentialStatus" not in document:
        return StatusAnswer(Standing.IN_FORCE, "The issuer offers no way to withdraw this badge.")
    named = document["credentialStatus"]
    entries = named if isinstance(named, list) else [named]
    if not entries or len(entries) > MAX_ENTRIES:
        return StatusAnswer(Standing.UNKNOWN, "The badge names no status list or too many.")
    answers = [_answer(entry, document, trust, now, source) for entry in entries]
    for standing in (Standing.WITHDRAWN, Standing.SUSPENDED, Standing.UNKNOWN):
        for answer in answers:
            if answer.standing is standing:
                return answer
    return min(answers, key=lambda answer: answer.as_of or now)


def _answer(entry: Any, document: JsonObject, trust: Trust, now: datetime, source: StatusSource | None) -> StatusAnswer:
    try:
        return _read_entry(entry, document, trust, now, source)
    except StatusUnavailable as error:
        return StatusAnswer(Standing.UNKNOWN, str(error))
    except OpenBadgesError as error:
        return StatusAnswer(Standing.UNKNOWN, f"What the issuer's address gave is not a status list: {error}")


def _read_entry(
    entry: Any, document: JsonObject, trust: Trust, now: datetime, source: StatusSource | None
) -> StatusAnswer:
    # 1. The entry itself.
    if not isinstance(entry, dict) or entry.get("type") != "BitstringStatusListEntry":
        raise StatusUnavailable("The badge names a kind of status that is not checked here.")
    url, index, purpose = (entry.get(name) for name in ("statusListCredential", "statusListIndex", "statusPurpose"))
    if not isinstance(url, str) or not _is_index(index) or purpose not in ("revocation", "suspension"):
        raise StatusUnavailable("The badge's status entry is incomplete or of an unknown purpose.")
    if entry.get("statusSize", 1) != 1:
        raise StatusUnavailable("The badge's status uses more than one bit, which is not checked here.")
    if source is None:
        raise StatusUnavailable("The status list was not asked for.")

    # 2. The list: signed by the same issuer, for this purpose, inside its time.
    fetched = source(url)
    listed = _signed_list(fetched.data, issuer_of(document), trust)
    subject = _list_subject(listed, url, purpose)
    _check_times(listed, now)

    # 3. The bit. A set bit counts however old the list is; a clear one only while the list is fresh.
    is_set = BitstringStatusList.decode(subject["encodedList"]).bit(int(str(index)))
    as_of = read_timestamp(listed.get("validFrom"))
    if is_set:
        if purpose == "revocation":
            return StatusAnswer(Standing.WITHDRAWN, "The issuer has withdrawn this badge.", as_of)
        return StatusAnswer(Standing.SUSPENDED, "The issuer has put this badge on hold.", as_of)
    seen = fetched.fetched or as_of
    if seen is None or now - seen > _ttl(subject):
        when = f" of {seen:%Y-%m-%d %H:%M} UTC" if seen else ""
        return StatusAnswer(
            Standing.UNKNOWN, f"Only an old status list{when} was at hand; it did not withdraw it.", as_of
        )
    return StatusAnswer(Standing.IN_FORCE, "The issuer's list does not withdraw this badge.", as_of)


def _is_index(value: Any) -> bool:
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    return text.isascii() and text.isdecimal() and len(text) <= 9


def _signed_list(data: bytes, issuer: str, trust: Trust) -> JsonObject:
    """The list's credential, if the badge's own issuer signed it, as proof or as JWT."""
    trusted = trust.issuers.get(issuer)
    if trusted is None:
        raise StatusUnavailable("The issuer of the status list is not known here.")
    text = data.strip()
    if text.startswith(b"{"):
        listed = read_json(text, max_bytes=MAX_LIST_BYTES)
        _check_issuer(listed, issuer)
        _check_list_proof(listed, trusted)
        return listed
    token = jwt.read(text, max_bytes=MAX_LIST_BYTES)
    _check_issuer(token.payload, issuer)
    _, key = token.key_among(trusted.token_keys)
    if key is None:
        raise StatusUnavailable("The status list is not signed with a key of the issuer.")
    jwt.check(token, key)
    return token.payload


def _check_issuer(listed: JsonObject, issuer: str) -> None:
    if issuer_of(listed) != issuer:
        raise StatusUnavailable("The status list is of another issuer than the badge.")


def _check_list_proof(listed: JsonObject, trusted: TrustedIssuer) -> None:
    supported = [proof for proof in proofs_of(listed) if is_supported(proof)]
    if not supported:
        raise StatusUnavailable("The status list is not signed in a way that is checked here.")
    for proof in supported:
        check_proof(listed, proof, _key(proof.get("verificationMethod"), trusted))


def _key(name: Any, trusted: TrustedIssuer) -> bytes:
    if not isinstance(name, str) or name not in trusted.keys:
        raise StatusUnavailable("The status list is not signed with a key of the issuer.")
    return trusted.keys[name]


def _list_subject(listed: JsonObject, url: str, purpose: str) -> JsonObject:
    kinds = listed.get("type")
    subject = listed.get("credentialSubject")
    if not isinstance(kinds, list) or "BitstringStatusListCredential" not in kinds or not isinstance(subject, dict):
        raise StatusUnavailable("What the issuer's address gave is not a status list.")
    purposes = subject.get("statusPurpose")
    if subject.get("type") != "BitstringStatusList" or not isinstance(subject.get("encodedList"), str):
        raise StatusUnavailable("What the issuer's address gave is not a status list.")
    if purpose not in (purposes if isinstance(purposes, list) else [purposes]):
        raise StatusUnavailable("The status list is for another purpose than the badge says.")
    # A list under another name could be the issuer's list for other badges, where this place is empty.
    if "id" in listed and listed["id"] != url:
        raise StatusUnavailable("The status list is another one than the badge names.")
    return subject


def _check_times(listed: JsonObject, now: datetime) -> None:
    for name in ("validFrom", "validUntil"):
        if name in listed and read_timestamp(listed[name]) is None:
            raise StatusUnavailable("The status list's times cannot be read.")
    start, end = read_timestamp(listed.get("validFrom")), read_timestamp(listed.get("validUntil"))
    if start and start > now + CLOCK_TOLERANCE:
        raise StatusUnavailable("The status list is dated in the future. Check the clock of this machine.")
    if end and end < now:
        raise StatusUnavailable(f"The status list ended on {end:%Y-%m-%d}.")


def _ttl(subject: JsonObject) -> timedelta:
    milliseconds = subject.get("ttl")
    if isinstance(milliseconds, bool) or not isinstance(milliseconds, int | float) or milliseconds <= 0:
        return DEFAULT_TTL
    return timedelta(milliseconds=min(milliseconds, 366 * 86_400_000))
