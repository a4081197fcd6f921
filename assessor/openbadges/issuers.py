"""Who speaks for an issuer that nobody here knows: its keys, asked for where its name says that they stand.

What comes out is not trust. It shows that a badge was signed by whoever owns the name; whether to believe them is for
a person to decide.

- `did:web`: the document at the address that the name means; it must be about this very DID.
- `did:key`, `did:jwk`: the name is the key. It shows that two badges are by the same hand, not whose hand.
- An https address: the profile that stands there. If it names keys for assertions, those count and no others. Open
  Badges 3.0, section 8.2, also lets a signature name the address of a bare key, and no rule says whose key that is: it
  counts only on the issuer's own origin (scheme, host and port), and only if it names no other controller. That much is
  what we say of the badge in the end: it is by the owner of this host.
- Whatever leads to another host proves nothing about this one (`documents`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assessor.openbadges.did_web import url_of_did
from assessor.openbadges.documents import Documents, origin_of
from assessor.openbadges.errors import (
    DocumentGone,
    DocumentUnavailable,
    InvalidDid,
    InvalidKey,
    OpenBadgesError,
    Unreadable,
)
from assessor.openbadges.jose import PublicKey, read_token_key
from assessor.openbadges.multikey import base64url_decode
from assessor.openbadges.strict_json import JsonObject, read_json
from assessor.openbadges.trust import DatedKey, TrustedIssuer, key_of, read_proof_key

MAX_METHODS = 4
_NAMES_KEYS = ("verificationMethod", "assertionMethod")


@dataclass(frozen=True)
class FoundIssuer:
    """An issuer and its keys as found. `owner`: the host (with an odd port) that gave them; of a key, its own name."""

    issuer: TrustedIssuer
    owner: str


def find_issuer(name: str, methods: Sequence[str], documents: Documents) -> FoundIssuer:
    """The keys that speak for the issuer of this id. `methods`: the addresses of keys that a signature names.

    Raises `DocumentUnavailable`, `Unreadable`, `InvalidDid` or `InvalidKey` with the reason why nothing is found. An
    issuer without the key that is asked for is no reason: then it is not the issuer's key.
    """
    if name.startswith("did:web:"):
        return _of_did_web(name, documents)
    if (key := key_in_name(name)) is not None:
        return FoundIssuer(TrustedIssuer.with_keys(name, key), name)
    if name.startswith(("https://", "http://")):
        return _of_address(name, methods, documents)
    raise InvalidDid(f"“{name[:120]}” is a name that cannot be looked up.")


def key_in_name(name: str) -> Mapping[str, PublicKey] | None:
    """The key that a `did:key` or `did:jwk` is, under every address by which signatures call it; else None.

    `name` may be the address of the key as well. Raises `InvalidKey` for one that is no key, or of another kind.
    """
    did = name.partition("#")[0]
    method, _, text = did.removeprefix("did:").partition(":")
    if not did.startswith("did:") or method not in {"key", "jwk"}:
        return None
    if method == "key":
        key: PublicKey = read_proof_key(text)
        return {did: key, f"{did}#{text}": key}
    try:
        key = read_token_key(read_json(base64url_decode(text), max_bytes=4096))
    except Unreadable as error:
        raise InvalidKey(f"“{did[:60]}” is not a key.") from error
    return {did: key, f"{did}#0": key}


def _of_did_web(did: str, documents: Documents) -> FoundIssuer:
    address = url_of_did(did)
    document = documents.plain_at(address)
    if document.get("id") != did:
        raise InvalidDid(f"The document at {address[:200]} is about {str(document.get('id'))[:120]}, not about {did}.")
    return FoundIssuer(TrustedIssuer.from_did_document(document), _authority(address))


def _of_address(address: str, methods: Sequence[str], documents: Documents) -> FoundIssuer:
    host = _authority(address)
    try:
        profile = documents.at(address)
    except DocumentGone:
        raise
    except (DocumentUnavailable, Unreadable) as error:
        # Many issuers have a page for people there.
        keys = _bare_keys(address, methods, documents)
        if not keys:
            raise DocumentUnavailable(f"{host} gave no profile of the issuer with its keys. {error}") from error
        return FoundIssuer(TrustedIssuer.with_dated_keys(address, keys), host)
    if any(name in profile for name in _NAMES_KEYS):
        return FoundIssuer(TrustedIssuer.from_did_document(profile), host)
    return FoundIssuer(TrustedIssuer.with_dated_keys(address, _bare_keys(address, methods, documents)), host)


def _bare_keys(issuer: str, methods: Sequence[str], documents: Documents) -> dict[str, DatedKey]:
    """The keys at these addresses, as far as they stand on the issuer's own origin and are not somebody else's."""
    keys: dict[str, DatedKey] = {}
    origin = origin_of(issuer)
    for method in methods[:MAX_METHODS]:
        if origin is None or origin_of(method) != origin:
            continue
        try:
            key = _key_at(method, issuer, documents.plain_at(method))
        except OpenBadgesError:
            continue
        if key is not None:
            keys[method] = key
    return keys


def _key_at(address: str, issuer: str, document: JsonObject) -> DatedKey | None:
    """The key of a document: a JSON Web Key, or a verification method that calls itself by its address."""
    if "kty" in document:
        return DatedKey(read_token_key(document))
    # Another tenant's document can stand on the same host; it must say that the issuer controls the key.
    if document.get("id") != address or document.get("controller") != issuer:
        return None
    return key_of(document, issuer)


def _authority(address: str) -> str:
    """Host and port of an address, as one reads them: the port of the web is not said."""
    origin = origin_of(address)
    if origin is None:
        return ""
    return origin[0] if origin[1] == 443 else f"{origin[0]}:{origin[1]}"
