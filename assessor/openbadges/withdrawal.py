"""Is this credential withdrawn or on hold: reads the status lists that it names.

A list is believed only if it is a signed list of the same issuer, for the same purpose, inside its own time.
Anything else is "could not be checked" with a reason: it never makes a badge genuine, and never makes it a
forgery.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from hashlib import sha256
from typing import Any

from assessor.openbadges import jwt
from assessor.openbadges.errors import (
    KeyNotTheirs,
    OpenBadgesError,
    ProofInvalid,
    ProofUnsupported,
    StatusUnavailable,
)
from assessor.openbadges.grammar import read_timestamp
from assessor.openbadges.jose import PublicKey
from assessor.openbadges.jwt import Token, issuer_of
from assessor.openbadges.older_status import LISTS_OF_BITS, REVOCATION_LIST, ListKind, is_revoked
from assessor.openbadges.proof_time import CLOCK_TOLERANCE as CLOCK_TOLERANCE  # this is where others look for it
from assessor.openbadges.proof_time import check_time_of
from assessor.openbadges.signed_by import check_signed_by, supported_proofs
from assessor.openbadges.status_list import BitstringStatusList
from assessor.openbadges.strict_json import JsonObject, read_json
from assessor.openbadges.trust import Trust, TrustedIssuer
from assessor.openbadges.vc_1_1 import WORDS, begin_of, end_of

MAX_LIST_BYTES = 2 * 1024 * 1024
MAX_ENTRIES = 4
LIST = "statusListCredential"
MAX_REMEMBERED = 16  # lists; each may be as large as above, and unpacked half as large again
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
    entries = [*entries, *_beside(entries, trust.issuers.get(issuer_of(document)))]
    answers = [_answer(entry, document, trust, now, source) for entry in entries]
    for standing in (Standing.WITHDRAWN, Standing.SUSPENDED, Standing.UNKNOWN):
        for answer in answers:
            if answer.standing is standing:
                return answer
    return min(answers, key=lambda answer: answer.as_of or now)


def _beside(entries: list[Any], issuer: TrustedIssuer | None) -> list[JsonObject]:
    """The same places in the lists of who is on hold, as far as we know of such lists (the schema admits one entry)."""
    if issuer is None or not issuer.suspension_lists:
        return []
    named = [entry for entry in entries if isinstance(entry, dict) and isinstance(entry.get(LIST), str)]
    lists = issuer.suspension_lists
    return [
        {**entry, LIST: lists[entry[LIST]], "statusPurpose": "suspension"} for entry in named if entry[LIST] in lists
    ]


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
    if not isinstance(entry, dict):
        raise StatusUnavailable("The badge names a kind of status that is not checked here.")
    named = entry.get("type")
    name = named[0] if isinstance(named, list) and len(named) == 1 else named  # as a graph both say the same
    if name == REVOCATION_LIST:
        return _read_revocations(entry, document, now, source)
    if (kind := LISTS_OF_BITS.get(str(name))) is None:
        raise StatusUnavailable("The badge names a kind of status that is not checked here.")
    url, index, purpose = (entry.get(name) for name in (LIST, "statusListIndex", "statusPurpose"))
    if not isinstance(url, str) or not _is_index(index) or purpose not in ("revocation", "suspension"):
        raise StatusUnavailable("The badge's status entry is incomplete or of an unknown purpose.")
    if entry.get("statusSize", 1) != 1:
        raise StatusUnavailable("The badge's status uses more than one bit, which is not checked here.")
    if source is None:
        raise StatusUnavailable("The status list was not asked for.")

    # 2. The list: signed by the same issuer, for this purpose, inside its time.
    fetched = source(url)
    signed = _signed_list(fetched.data, issuer_of(document), trust, now)
    listed = signed.document
    subject = _list_subject(listed, url, purpose, kind)
    _check_times(listed, now)

    # 3. The bit. A set bit counts however old the list is; a clear one only while the list is fresh.
    is_set = signed.places(kind.prefix + subject["encodedList"]).bit(int(str(index)))
    as_of = read_timestamp(begin_of(listed))
    if is_set:
        if purpose == "revocation":
            return StatusAnswer(Standing.WITHDRAWN, "The issuer has withdrawn this badge.", as_of)
        return StatusAnswer(Standing.SUSPENDED, "The issuer has put this badge on hold.", as_of)
    return _not_listed(fetched.fetched or as_of, _ttl(subject), as_of, now)


def _read_revocations(
    entry: JsonObject, document: JsonObject, now: datetime, source: StatusSource | None
) -> StatusAnswer:
    """The issuer's plain list. It names no time, so that only its arrival says whether it still holds."""
    if source is None:
        raise StatusUnavailable("The status list was not asked for.")
    address = str(entry.get("id", ""))
    fetched = source(address)
    as_of = fetched.fetched
    if is_revoked(fetched.data, document, address):
        return StatusAnswer(Standing.WITHDRAWN, "The issuer has withdrawn this badge.", as_of)
    return _not_listed(as_of, DEFAULT_TTL, as_of, now)


def _not_listed(seen: datetime | None, ttl: timedelta, as_of: datetime | None, now: datetime) -> StatusAnswer:
    """The answer of a list that does not withdraw a badge: it counts only while the list is fresh."""
    if seen is None or now - seen > ttl:
        which = f"an old status list of {seen:%Y-%m-%d %H:%M} UTC" if seen else "a status list of unknown age"
        return StatusAnswer(Standing.UNKNOWN, f"Only {which} was at hand; it did not withdraw it.", as_of)
    return StatusAnswer(Standing.IN_FORCE, "The issuer's list does not withdraw this badge.", as_of)


def _is_index(value: Any) -> bool:
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    return text.isascii() and text.isdecimal() and len(text) <= 9


class _SignedList:
    """The credential of a list that its issuer signed, and the keys with which that was checked, by their names.

    `proofs`: those that were checked; a token has none.
    """

    def __init__(self, document: JsonObject, keys: Mapping[str, PublicKey], proofs: Sequence[JsonObject]) -> None:
        self.document = document
        self._keys = keys
        self._proofs = proofs
        self._decoded: dict[str, BitstringStatusList] = {}

    def is_believed(self, keys: Mapping[str, PublicKey]) -> bool:
        """Whether these are still keys of the issuer."""
        return all(keys.get(name) == key for name, key in self._keys.items())

    def check_ends(self, issuer: TrustedIssuer, now: datetime) -> None:
        """Raise `ProofInvalid` if one of the proofs or keys has ended since."""
        for name in self._keys:
            issuer.check_end_of(name, now)
        for proof in self._proofs:
            check_time_of(proof, now)

    def places(self, encoded: str) -> BitstringStatusList:
        """The bits of the list, unpacked once."""
        if encoded not in self._decoded:
            self._decoded = {encoded: BitstringStatusList.decode(encoded)}
        return self._decoded[encoded]


# By the digest of their bytes and their issuer: badges by the thousand name the same list. What depends on the time,
# or on what the badge says of the list, is asked anew for every badge.
_signed_lists: dict[tuple[bytes, str], _SignedList] = {}


def _signed_list(data: bytes, issuer: str, trust: Trust, now: datetime) -> _SignedList:
    """The list, if the badge's own issuer signed it, as proof or as JWT."""
    trusted = trust.issuers.get(issuer)
    if trusted is None:
        raise StatusUnavailable("The issuer of the status list is not known here.")
    name = sha256(data).digest(), issuer
    known = _signed_lists.get(name)
    if known is None or not known.is_believed({**trusted.proof_keys, **trusted.token_keys}):
        known = _read_signed_list(data, trusted, now)
        if len(_signed_lists) >= MAX_REMEMBERED:
            _signed_lists.clear()
        _signed_lists[name] = known
    try:
        known.check_ends(trusted, now)
    except ProofInvalid as error:
        raise StatusUnavailable(f"The signature of the status list does not count: {error}") from error
    return known


def _read_signed_list(data: bytes, trusted: TrustedIssuer, now: datetime) -> _SignedList:
    listed, token = _read_list(data.strip())
    if issuer_of(listed) != trusted.id:
        raise StatusUnavailable("The status list is of another issuer than the badge.")
    try:
        keys = check_signed_by(trusted, listed, token, now)
    except KeyNotTheirs as error:
        raise StatusUnavailable(f"The status list is not signed with a key of the issuer: {error}") from error
    except ProofUnsupported as error:
        raise StatusUnavailable("The status list is not signed in a way that is checked here.") from error
    except ProofInvalid as error:
        raise StatusUnavailable(f"The signature of the status list does not count: {error}") from error
    return _SignedList(listed, keys, [] if token else supported_proofs(listed))


def _read_list(text: bytes) -> tuple[JsonObject, Token | None]:
    if text.startswith(b"{"):
        return read_json(text, max_bytes=MAX_LIST_BYTES), None
    token = jwt.read(text, max_bytes=MAX_LIST_BYTES)
    return token.credential, token


def _list_subject(listed: JsonObject, url: str, purpose: str, kind: ListKind) -> JsonObject:
    kinds = listed.get("type")
    subject = listed.get("credentialSubject")
    if not isinstance(kinds, list) or kind.credential not in kinds or not isinstance(subject, dict):
        raise StatusUnavailable("What the issuer's address gave is not a status list.")
    purposes = subject.get("statusPurpose")
    if subject.get("type") != kind.subject or not isinstance(subject.get("encodedList"), str):
        raise StatusUnavailable("What the issuer's address gave is not a status list.")
    if purpose not in (purposes if isinstance(purposes, list) else [purposes]):
        raise StatusUnavailable("The status list is for another purpose than the badge says.")
    # A list under another name could be the issuer's list for other badges, where this place is empty.
    if "id" in listed and listed["id"] != url:
        raise StatusUnavailable("The status list is another one than the badge names.")
    return subject


def _check_times(listed: JsonObject, now: datetime) -> None:
    for name in (*WORDS, *WORDS.values()):
        if name in listed and read_timestamp(listed[name]) is None:
            raise StatusUnavailable("The status list's times cannot be read.")
    start, end = read_timestamp(begin_of(listed)), read_timestamp(end_of(listed))
    if start and start > now + CLOCK_TOLERANCE:
        raise StatusUnavailable("The status list is dated in the future. Check the clock of this machine.")
    if end and end < now:
        raise StatusUnavailable(f"The status list ended on {end:%Y-%m-%d}.")


def _ttl(subject: JsonObject) -> timedelta:
    milliseconds = subject.get("ttl")
    if isinstance(milliseconds, bool) or not isinstance(milliseconds, int | float) or milliseconds <= 0:
        return DEFAULT_TTL
    return timedelta(milliseconds=min(milliseconds, 366 * 86_400_000))
