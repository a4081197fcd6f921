"""Whom a verifier trusts, and what the issuers' lists say: the values inside the signed data.

`signed_data` writes and reads them as signed documents. Public keys and numbers are bytes, times are aware
UTC datetimes.
"""

import hashlib
from collections.abc import Mapping
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
class Key:
    """A public Ed25519 key of an issuer and what it may sign.

    `valid_until` None: no end is planned. `compromised_since` None: not known to be stolen.
    """

    public_key: bytes
    uses: tuple[KeyUse, ...]
    valid_from: datetime
    valid_until: datetime | None = None
    compromised_since: datetime | None = None

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

    def keys_for(self, use: KeyUse) -> tuple[Key, ...]:
        """The keys that may sign this kind of document."""
        return tuple(key for key in self.keys if use in key.uses)

    def status_list(self, number: int) -> StatusListPlace | None:
        """The list of that number, None if the bundle does not name it."""
        return next((place for place in self.status_lists if place.number == number), None)


@dataclass(frozen=True, slots=True)
class Bundle:
    """Everyone a verifier trusts, numbered by `version`. After `expires` it still serves, with a warning."""

    version: int
    issued: datetime
    expires: datetime
    issuers: tuple[Issuer, ...]

    def certificate_keys(self, kid: bytes) -> tuple[tuple[Issuer, Key], ...]:
        """Every trusted key with this hint, with the issuer it belongs to."""
        return tuple(
            (issuer, key) for issuer in self.issuers for key in issuer.keys_for("certificate") if key.kid == kid
        )


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
