"""Whom we believe: issuers and the keys that speak for them, given as values and never fetched.

>>> from assessor.openbadges.did_web import PublishedKey, did_document
>>> from assessor.openbadges.multikey import MemorySigner
>>> from assessor.openbadges.trust import Trust
>>> key = PublishedKey(MemorySigner.from_seed(bytes(32)).public_key, fragment="k")
>>> trust = Trust.of(did_document("did:web:a.example", [key]))
>>> sorted(trust.issuers)
['did:web:a.example']
"""

from collections.abc import Container, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any, Self

from assessor.openbadges.elliptic import EcPublicKey
from assessor.openbadges.errors import InvalidDid, InvalidKey, KeyNotTheirs
from assessor.openbadges.grammar import read_timestamp
from assessor.openbadges.jose import PublicKey, read_token_key
from assessor.openbadges.multikey import read_multikey
from assessor.openbadges.rsa import RsaPublicKey
from assessor.openbadges.strict_json import JsonObject


@dataclass(frozen=True)
class DatedKey:
    """A published key. `end`: from when on it is not to be used, None = it does not end."""

    key: PublicKey
    end: datetime | None = None


@dataclass(frozen=True)
class TrustedIssuer:
    """An issuer and the keys that may assert for it, by the address of each key.

    `keys`: Ed25519, for proofs and tokens. `name` is for people; empty = the issuer's own id is shown. `rsa_keys`: for
    tokens signed with RS256 only. `ec_keys`: ECDSA, for proofs and tokens. `suspension_lists`: for a status list that
    badges name, the list over the same places that says who is on hold, which badges cannot name as well. `ends`: when
    the keys end that do, by their addresses.
    """

    id: str
    keys: Mapping[str, bytes]
    name: str = ""
    rsa_keys: Mapping[str, RsaPublicKey] = field(default_factory=dict)
    ec_keys: Mapping[str, EcPublicKey] = field(default_factory=dict)
    suspension_lists: Mapping[str, str] = field(default_factory=dict)
    ends: Mapping[str, datetime] = field(default_factory=dict)

    @property
    def token_keys(self) -> Mapping[str, PublicKey]:
        """Every key that may sign tokens."""
        return {**self.keys, **self.rsa_keys, **self.ec_keys}

    @property
    def proof_keys(self) -> Mapping[str, bytes | EcPublicKey]:
        """Every key that may make proofs."""
        return {**self.keys, **self.ec_keys} if self.ec_keys else self.keys

    def check_end_of(self, key: str, now: datetime) -> None:
        """Raise `KeyNotTheirs` if the key of this address is not to be used any more."""
        if (end := self.ends.get(key)) is not None and end <= now:
            raise KeyNotTheirs(f"{key[:120]} was a key of the issuer and ended on {end:%Y-%m-%d}.")

    @classmethod
    def with_dated_keys(cls, issuer: str, keys: Mapping[str, DatedKey], name: str = "") -> Self:
        """An issuer with these keys, of whatever kinds, by their addresses."""
        ends = {address: dated.end for address, dated in keys.items() if dated.end is not None}
        plain = cls.with_keys(issuer, {address: dated.key for address, dated in keys.items()}, name)
        return replace(plain, ends=MappingProxyType(ends))

    @classmethod
    def with_keys(cls, issuer: str, keys: Mapping[str, PublicKey], name: str = "") -> Self:
        """The same with keys that do not end."""
        return cls(
            issuer,
            MappingProxyType({address: key for address, key in keys.items() if isinstance(key, bytes)}),
            name,
            MappingProxyType({address: key for address, key in keys.items() if isinstance(key, RsaPublicKey)}),
            MappingProxyType({address: key for address, key in keys.items() if isinstance(key, EcPublicKey)}),
        )

    @classmethod
    def from_did_document(cls, document: JsonObject, name: str = "") -> Self:
        """The issuer of a DID document: the keys under its own control that may make assertions.

        Keys of other kinds are left out. Raises `InvalidDid` when the document has no id, or no key remains.
        """
        did = document.get("id")
        if not isinstance(did, str) or not did:
            raise InvalidDid("The issuer's document has no id.")
        methods = [method for method in _entries(document, "verificationMethod") if isinstance(method, dict)]
        asserting = _entries(document, "assertionMethod")
        embedded = [method for method in asserting if isinstance(method, dict)]
        named = {_absolute(method, did) for method in asserting if isinstance(method, str)}
        usable = [method for method in methods if _absolute(method.get("id"), did) in named] + embedded
        keys = {_absolute(method.get("id"), did): key for method in usable if (key := key_of(method, did)) is not None}
        if not keys:
            raise InvalidDid(f"The document of {did[:120]} has no key that may sign badges, of a kind known here.")
        return cls.with_dated_keys(did, keys, name)


@dataclass(frozen=True)
class Trust:
    """The issuers that are believed, by id. To an empty trust, every badge is of an unknown issuer.

    `profiles`: the addresses of the believed issuers of Open Badges 2.0, whose keys are asked for there. `endorsers`:
    believed in what they say in favour of others, and not in badges of their own.
    """

    issuers: Mapping[str, TrustedIssuer] = field(default_factory=dict)
    profiles: Container[str] = frozenset()
    endorsers: Mapping[str, TrustedIssuer] = field(default_factory=dict)

    @classmethod
    def of(cls, *documents: JsonObject) -> Self:
        """Trust in the issuers of these DID documents."""
        issuers = [TrustedIssuer.from_did_document(document) for document in documents]
        return cls(MappingProxyType({issuer.id: issuer for issuer in issuers}))

    def in_endorsements(self) -> Self:
        """Whom to believe when somebody speaks for somebody else."""
        return replace(self, issuers={**self.endorsers, **self.issuers}) if self.endorsers else self

    def beside(self, issuer: TrustedIssuer) -> Self:
        """The same with the keys of one more issuer, for the signatures of what that issuer says."""
        return self if issuer.id in self.issuers else replace(self, issuers={**self.issuers, issuer.id: issuer})


def key_of(method: JsonObject, controller: str) -> DatedKey | None:
    """The key of a verification method, if this issuer controls it and it is of a kind known here.

    With its end (Controlled Identifiers 1.0, section 2.2); a key whose end cannot be read is none.
    """
    if method.get("controller", controller) != controller or "revoked" in method:
        return None
    end = read_timestamp(method.get("expires"))
    if "expires" in method and end is None:
        return None
    try:
        if isinstance(text := method.get("publicKeyMultibase"), str):
            return DatedKey(read_proof_key(text), end)
        return DatedKey(read_token_key(method.get("publicKeyJwk")), end)
    except InvalidKey:
        return None


def read_proof_key(text: str) -> bytes | EcPublicKey:
    """The key of a `publicKeyMultibase`: Ed25519, P-256 or P-384; any other is `InvalidKey`."""
    return EcPublicKey.from_multikey(text) if text.startswith(("zDn", "z82")) else read_multikey(text)


def _entries(document: JsonObject, name: str) -> list[Any]:
    value = document.get(name, [])
    return value if isinstance(value, list) else [value]


def _absolute(name: Any, did: str) -> str:
    text = name if isinstance(name, str) else ""
    return did + text if text.startswith("#") else text
