"""The issuer's name on the web, `did:web`, and the document with the keys that speak for it.

>>> from assessor.openbadges.did_web import did_web_from_url, url_of_did
>>> did_web_from_url("https://badges.example:8443/school")
'did:web:badges.example%3A8443:school'
>>> url_of_did("did:web:badges.example")
'https://badges.example/.well-known/did.json'
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from assessor.openbadges.contexts import DID_V1, MULTIKEY_V1
from assessor.openbadges.errors import InvalidDid, InvalidKey
from assessor.openbadges.multikey import jwk, jwk_thumbprint, multikey
from assessor.openbadges.rsa import RsaPublicKey
from assessor.openbadges.strict_json import JsonObject

JWK_V1 = "https://w3id.org/security/jwk/v1"

_HOST = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*", re.ASCII)
_SEGMENT = re.compile(r"[A-Za-z0-9._~-]+", re.ASCII)
_LOCAL = frozenset({"localhost", "127.0.0.1"})


def did_web_from_url(public_url: str) -> str:
    """The did:web of a public address: host, port as `%3A`, each step of the path after a colon.

    Raises `InvalidDid` for anything that cannot be one (query, credentials, odd host). http is taken for
    localhost only.
    """
    parts = urlsplit(public_url)
    host = (parts.hostname or "").lower()
    try:
        port = parts.port
    except ValueError as error:
        raise InvalidDid(f"{public_url} has no valid port.") from error
    if parts.query or parts.fragment or parts.username is not None or _HOST.fullmatch(host) is None:
        raise InvalidDid(f"{public_url} cannot be the address of an issuer: write https://host or https://host/path.")
    if parts.scheme != "https" and not (parts.scheme == "http" and host in _LOCAL):
        raise InvalidDid(f"{public_url} must begin with https:// (http:// is for localhost only).")
    steps = [step for step in parts.path.split("/") if step]
    if any(_SEGMENT.fullmatch(step) is None or step in {".", ".."} for step in steps):
        raise InvalidDid(f"The path of {public_url} has signs that a did:web cannot hold.")
    return ":".join(["did:web", host + (f"%3A{port}" if port else ""), *steps])


def url_of_did(did: str) -> str:
    """The address of a did:web's document; http only for localhost. Raises `InvalidDid`."""
    method, _, name = did.partition("did:web:")
    place, *steps = name.split(":")
    host, _, port = re.sub("%3a", "%3A", place).partition("%3A")
    well_formed = (
        not method
        and len(did) <= 512
        and _HOST.fullmatch(host.lower())
        and (("%3A" not in place.upper()) or (port.isascii() and port.isdecimal() and 0 < int(port) < 65536))
        and all(_SEGMENT.fullmatch(step) and step not in {".", ".."} for step in steps)
    )
    if not well_formed:
        raise InvalidDid(f"“{did[:120]}” is not a did:web.")
    scheme = "http" if host.lower() in _LOCAL else "https"
    path = "/".join(steps) if steps else ".well-known"
    return f"{scheme}://{host}{':' + port if port else ''}/{path}/did.json"


@dataclass(frozen=True)
class PublishedKey:
    """A public key that a DID document names.

    `fragment`: the part after `#`; empty = made from the key (Multikey: the key itself; JsonWebKey: its
    thumbprint). `form`: Multikey for Data Integrity proofs, JsonWebKey for JWTs; a key used for both is
    published twice. RSA keys have one form, JsonWebKey.
    """

    public_key: bytes | RsaPublicKey
    form: Literal["Multikey", "JsonWebKey"] = "Multikey"
    fragment: str = ""

    def id(self, did: str) -> str:
        """The verification method's address, as proofs and JWT headers name it."""
        return f"{did}#{self.fragment or self._fingerprint()}"

    def method(self, did: str) -> JsonObject:
        """The verification method of this key (Controlled Identifiers 1.0, section 2.2)."""
        return {"id": self.id(did), "type": self.form, "controller": did, **self._key()}

    def _fingerprint(self) -> str:
        if isinstance(self.public_key, RsaPublicKey):
            return self.public_key.thumbprint()
        return multikey(self.public_key) if self.form == "Multikey" else jwk_thumbprint(self.public_key)

    def _key(self) -> JsonObject:
        if isinstance(self.public_key, RsaPublicKey):
            if self.form != "JsonWebKey":
                raise InvalidKey("An RSA key is published as JsonWebKey: proofs are not made with it.")
            return {"publicKeyJwk": self.public_key.jwk()}
        if self.form == "Multikey":
            return {"publicKeyMultibase": multikey(self.public_key)}
        return {"publicKeyJwk": jwk(self.public_key)}


def did_document(did: str, keys: Sequence[PublishedKey]) -> JsonObject:
    """The document of a did:web: every key may make assertions (sign badges and status lists)."""
    ids = [key.id(did) for key in keys]
    if not ids or len(set(ids)) != len(ids):
        raise InvalidDid("A DID document needs at least one key, and every key its own name.")
    contexts = [DID_V1, MULTIKEY_V1]
    if any(key.form == "JsonWebKey" for key in keys):
        contexts.append(JWK_V1)
    return {
        "@context": contexts,
        "id": did,
        "verificationMethod": [key.method(did) for key in keys],
        "assertionMethod": ids,
    }
