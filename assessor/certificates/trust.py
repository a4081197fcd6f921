"""Whom a verifier trusts, and what the issuers' lists say: the values inside the signed data.

`signed_data` writes and reads them as signed documents. Public keys and numbers are bytes, times are aware
UTC datetimes.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from assessor.certificates import cose

KeyUse = Literal["certificate", "status", "catalogue", "withdrawals"]
KEY_USES: tuple[KeyUse, ...] = ("certificate", "status", "catalogue", "withdrawals")

ReasonClass = Literal["replaced", "mistake", "request", "misuse", "other"]
REASON_CLASSES: tuple[ReasonClass, ...] = ("replaced", "mistake", "request", "misuse", "other")
"""Why a certificate was withdrawn: a new one exists, it held a mistake, the holder asked for it, the rules
of the test were not kept, or the issuer does not say. Nothing finer is ever published."""


@dataclass(frozen=True, slots=True)
class IssuedPlace:
    """Where the list of what a stolen key signed while it was the issuer's alone is published (`merkle`)."""

    url: str
    root: bytes
    count: int


@dataclass(frozen=True, slots=True)
class Key:
    """A public Ed25519 key of an issuer and what it may sign.

    `valid_until` None: no end is planned. `compromised_since` None: not known to be stolen. `issued`: after a theft,
    the list of what is genuine nevertheless; None: nothing is.
    """

    public_key: bytes
    uses: tuple[KeyUse, ...]
    valid_from: datetime
    valid_until: datetime | None = None
    compromised_since: datetime | None = None
    issued: IssuedPlace | None = None

    @property
    def kid(self) -> bytes:
        """The hint that envelopes carry, computed and never taken from a document."""
        return cose.key_id(self.public_key)

    def was_valid(self, at: datetime) -> bool:
        """Whether the key was in its term then; says nothing about theft."""
        return self.valid_from <= at and (self.valid_until is None or at <= self.valid_until)


@dataclass(frozen=True, slots=True)
class StatusListPlace:
    """A status list of the badges: `url` names the credential whose VC-JWT a verifier reads.

    `suspension_url` None: the issuer never puts certificates of this list on hold.
    """

    number: int
    url: str
    suspension_url: str | None = None


@dataclass(frozen=True, slots=True)
class Issuer:
    """An organisation whose certificates are accepted.

    `names` by language; `project` the project it works in, empty if none; `email` takes reports of doubt.
    `catalogue_sha256` None: any catalogue signed by a key for it will do.
    """

    id: str
    names: Mapping[str, str]
    country: str
    did: str
    keys: tuple[Key, ...]
    prefixes: tuple[str, ...]
    status_lists: tuple[StatusListPlace, ...] = ()
    url: str | None = None
    email: str | None = None
    project: Mapping[str, str] = field(default_factory=dict)
    catalogue_url: str | None = None
    catalogue_sha256: str | None = None
    withdrawals_url: str | None = None

    @property
    def is_demonstration(self) -> bool:
        """Its pages stand on plain http, as they do on one machine only."""
        return any(prefix.startswith("http:") for prefix in self.prefixes)

    def keys_for(self, use: KeyUse) -> tuple[Key, ...]:
        """The keys that may sign this kind of document."""
        return tuple(key for key in self.keys if use in key.uses)

    def status_list(self, number: int) -> StatusListPlace | None:
        """The list of that number, None if the bundle does not name it."""
        return next((place for place in self.status_lists if place.number == number), None)


@dataclass(frozen=True, slots=True)
class Bundle:
    """Everyone a verifier trusts. Of one root key a higher `version` is newer.

    After `expires` it still serves, with a warning.
    """

    version: int
    issued: datetime
    expires: datetime
    issuers: tuple[Issuer, ...]

    def issuer(self, issuer_id: str) -> Issuer | None:
        """The issuer with this id, None if it is not trusted."""
        return next((issuer for issuer in self.issuers if issuer.id == issuer_id), None)

    def certificate_keys(self, kid: bytes) -> tuple[tuple[Issuer, Key], ...]:
        """Every trusted key with this hint, with the issuer it belongs to."""
        return tuple(
            (issuer, key) for issuer in self.issuers for key in issuer.keys_for("certificate") if key.kid == kid
        )


class IssuersOverlap(ValueError):
    """Two issuers claim the same id, key, address or status list, so that one could speak for the other."""


def check_distinct(issuers: Iterable[Issuer]) -> None:
    """Raise `IssuersOverlap` unless every id, key, address and status list belongs to one issuer."""
    ids: set[str] = set()
    keys: dict[bytes, str] = {}
    lists: dict[str, str] = {}
    prefixes: dict[str, str] = {}
    for issuer in issuers:
        if issuer.id in ids:
            raise IssuersOverlap(f"{issuer.id} is named twice.")
        ids.add(issuer.id)
        for key in issuer.keys:
            owner = keys.setdefault(key.kid, issuer.id)
            if owner != issuer.id:
                raise IssuersOverlap(f"The key {key.kid.hex()} is claimed by {owner} and by {issuer.id}.")
        for url in (url for place in issuer.status_lists for url in (place.url, place.suspension_url) if url):
            owner = lists.setdefault(url, issuer.id)
            if owner != issuer.id:
                raise IssuersOverlap(f"The status list {url} is claimed by {owner} and by {issuer.id}.")
        for prefix in issuer.prefixes:
            owner = next((prefixes[other] for other in prefixes if _overlap(other, prefix)), issuer.id)
            if owner != issuer.id:
                raise IssuersOverlap(f"The address {prefix} is claimed by {owner} and by {issuer.id}.")
            prefixes[prefix] = issuer.id


def _overlap(one: str, other: str) -> bool:
    """Whether one address is the other or lies below it. Host names do not know capitals; paths here do not need to."""
    shorter, longer = sorted((one.casefold().rstrip("/"), other.casefold().rstrip("/")), key=len)
    return longer == shorter or longer.startswith(f"{shorter}/")


@dataclass(frozen=True, slots=True)
class AchievementText:
    """An achievement in one language: `areas` in the order of the scores, `tasks` by level."""

    title: str
    areas: tuple[str, ...] = ()
    tasks: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    not_tested: str | None = None


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What achievement codes mean: code, then language, then the text."""

    issuer: str
    version: int
    issued: datetime
    achievements: Mapping[str, Mapping[str, AchievementText]]


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """When a certificate was withdrawn, and the class of reason."""

    date: datetime
    reason: ReasonClass


@dataclass(frozen=True, slots=True)
class Withdrawals:
    """Withdrawn certificates by `number_hash` of their number. A missing entry says nothing."""

    issuer: str
    issued: datetime
    entries: Mapping[str, Withdrawal]


def number_hash(number: bytes) -> str:
    """SHA-256 of a certificate number, in hex: the numbers themselves are not published."""
    return hashlib.sha256(number).hexdigest()
