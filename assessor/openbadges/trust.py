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
from types import MappingProxyType
from typing import Any, Self

from assessor.openbadges.elliptic import EcPublicKey
from assessor.openbadges.errors import InvalidDid, InvalidKey
from assessor.openbadges.jose import PublicKey, read_token_key
from assessor.openbadges.multikey import read_multikey
from assessor.openbadges.rsa import RsaPublicKey
from assessor.openbadges.strict_json import JsonObject


@dataclass(frozen=True)
class TrustedIssuer:
    """An issuer and the keys that may assert for it, by the address of each key.

    `keys`: Ed25519, for proofs and tokens. `name` is for people; empty = the issuer's own id is shown. `rsa_keys`: for
    tokens signed with RS256 only. `ec_keys`: ECDSA, for proofs and tokens. `suspension_lists`: for a status list that
    badges name, the list over the same places that says who is on hold, which badges cannot name as well.
    """

    id: str
    keys: Mapping[str, bytes]
    name: str = ""
    rsa_keys: Mapping[str, RsaPublicKey] = field(default_factory=dict)
    ec_keys: Mapping[str, EcPublicKey] = field(default_factory=dict)
    suspension_lists: Mapping[str, str] = field(default_factory=dict)

    @property
    def token_keys(self) -> Mapping[str, PublicKey]:
        """Every key that may sign tokens."""
        return {**self.keys, **self.rsa_keys, **self.ec_keys}

    @property
    def proof_keys(self) -> Mapping[str, bytes | EcPublicKey]:
        """Every key that may make proofs."""
        return {**self.keys, **self.ec_keys} if self.ec_keys else self.keys

    @classmethod
    def with_keys(cls, issuer: str, keys: Mapping[str, PublicKey], name: str = "") -> Self:
        """An issuer with these keys, of whatever kinds, by their addresses."""
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
        return cls.with_keys(did, keys, name)


@dataclass(frozen=True)
class Trust:
    """The issuers that are believed, by id. To an empty trust, every badge is of an unknown issuer.

    `profiles`: the addresses of the believed issuers of Open Badges 2.0, whose keys are asked for there.
    """

    issuers: Mapping[str, TrustedIssuer] = field(default_factory=dict)
    profiles: Container[str] = frozenset()

    @classmethod
    def of(cls, *documents: JsonObject) -> Self:
        """Trust in the issuers of these DID documents."""
        issuers = [TrustedIssuer.from_did_document(document) for document in documents]
        return cls(MappingProxyType({issuer.id: issuer for issuer in issuers}))

    def beside(self, issuer: TrustedIssuer) -> Self:
        """The same with the keys of one more issuer, for the signatures of what that issuer says."""
        return self if issuer.id in self.issuers else replace(self, issuers={**self.issuers, issuer.id: issuer})


def key_of(method: JsonObject, controller: str) -> PublicKey | None:
    """The key of a verification method, if this issuer controls it and it is of a kind known here."""
    if method.get("controller", controller) != controller or "revoked" in method:
        return None
    try:
        if isinstance(text := method.get("publicKeyMultibase"), str):
            return read_proof_key(text)
        return read_token_key(method.get("publicKeyJwk"))
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
