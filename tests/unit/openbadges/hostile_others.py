"""Writes hostile badges of strangers to ``tests/vectors/openbadges/hostile-others``, as data for any verifier.

    python -m tests.unit.openbadges.hostile_others

Whoever reads them knows the school of the other tests, and can look up what a case serves. The tests read the files
only.
"""

import json
from collections.abc import Iterator
from typing import Any

from assessor.openbadges.did_web import PublishedKey, did_document
from assessor.openbadges.multikey import jwk, multikey
from assessor.openbadges.strict_json import JsonObject
from tests.unit.openbadges.badges import DID, EVE, VECTORS
from tests.unit.openbadges.exits import DID_DOCUMENT, SMALL, token
from tests.unit.openbadges.hostile_statements import (
    BOUND,
    EVES_DID,
    EVIL,
    NOT_GENUINE,
    NOT_THEIRS,
    UNKNOWN,
    Case,
    endorsements,
    older_words,
    refreshed,
)
from tests.unit.openbadges.strangers import (
    DID_KEY,
    DID_URL,
    EC_MULTIKEY,
    FAR,
    FAR_DID,
    FAR_DOCUMENT,
    HOST,
    KEY,
    PROFILE,
    PROFILE_URL,
    WEB,
    EcSigner,
    ec_jwk,
    proved,
    proved_with,
    stranger,
)

FOLDER = VECTORS / "hostile-others"
KEY_URL = f"{HOST}/keys/1"


def main() -> None:
    """Write all files."""
    kinds = {"names": names, "keys": keys, "lists": lists, "older-words": older_words, "refresh": refreshed}
    files = kinds | {"endorsements": endorsements}
    FOLDER.mkdir(exist_ok=True)
    for name, cases in files.items():
        _write(name, [case.document() for case in cases()])
    index = {
        "what": "Badges that a verifier must judge so, at this time, when it believes this issuer and no other, and "
        "can look up these documents and those of the case (null = taken from the web). Results: 1 genuine, 3 "
        "withdrawn, 5 expired, 6 issuer unknown, 7 not genuine, 9 not a badge that is checked, 10 unreadable.",
        "now": "2026-11-21T12:00:00Z",
        "did_document": DID_DOCUMENT,
        "web": WEB,
        "files": [f"{name}.json" for name in files],
    }
    _write("index", index)


def _write(name: str, value: Any) -> None:
    text = json.dumps(value, ensure_ascii=True, indent=1)
    (FOLDER / f"{name}.json").write_text(text + "\n", encoding="ascii")


def names() -> Iterator[Case]:
    """What the name of an issuer may lead to."""
    badge = proved(stranger())
    eves = did_document(EVES_DID, [PublishedKey(EVE.public_key, fragment="k")])

    def case(name: str, reason: str, served: Any, result: int = UNKNOWN, check: str = BOUND) -> Case:
        return Case(name, badge, result, check, reason, {DID_URL: served})

    yield case("a document about another", "is about did:web:eve.example", eves)
    yield case("a document about nobody", "is about None", {})
    without = FAR_DOCUMENT | {"verificationMethod": [], "assertionMethod": []}
    yield case("a document without keys", "has no key", without)
    yield case("a key that may not assert", "has no key", FAR_DOCUMENT | {"assertionMethod": []})
    method = FAR_DOCUMENT["verificationMethod"][0]
    for name, change in {
        "a key that another controls": {"controller": EVES_DID},
        "a key that was revoked": {"revoked": "2026-01-01T00:00:00Z"},
        "a key of another kind": {"publicKeyMultibase": "z6LSbysY2xFMRpGMhb7tFTLMpeuPRaqaWM1yECx2AtzE3KCc"},
        "a key that is no key": {"publicKeyMultibase": "z6Mk"},
    }.items():
        yield case(name, "has no key", FAR_DOCUMENT | {"verificationMethod": [method | change]})
    yield case("a page", "not well-formed", "<!doctype html>")
    yield case("a list", "not a badge in any form", "[]")
    yield case("a name twice", "stands twice", '{"id":"a","id":"b"}')
    yield case("nothing", "cannot be reached", None)
    away = {DID_URL: {"leads_to": f"{EVIL}/did.json"}, f"{EVIL}/did.json": FAR_DOCUMENT}
    yield Case("led to another host", badge, UNKNOWN, BOUND, "leads to another host", away)
    other = method | {"publicKeyMultibase": multikey(EVE.public_key)}
    exchanged = FAR_DOCUMENT | {"verificationMethod": [other]}
    yield case("another key of that name", "does not belong", exchanged, NOT_GENUINE, "proof")
    renamed = method | {"id": f"{FAR_DID}#other"}
    listed = FAR_DOCUMENT | {"verificationMethod": [renamed], "assertionMethod": [renamed["id"]]}
    yield case("the key under another name", "is not a key of the issuer", listed, NOT_GENUINE)
    yield from _odd_names()


def _odd_names() -> Iterator[Case]:
    for name in (
        "did:web:far.example%2Fissuers",
        "did:web:far.example:..:did.json",
        "did:web:eve.example@far.example",
        "did:web:",
        "did:web:169.254.169.254",
        "did:web:localhost%3A6379",
        "did:ethr:0xb9c5714089478a327f09197987f16f9e5d936e8a",
        "did:key:z6Mk",
        "did:key:zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme",
        "did:jwk:eyJrdHkiOiJvY3QifQ",
        "did:jwk:AAAA",
        "mailto:ada@example.org",
        "https://far.example:8443/issuers/1",
        "https://far.example/issuers/1#me",
        "ftp://far.example/issuers/1",
        "",
    ):
        badge = proved(stranger(by=name), suite="eddsa-jcs-2022")
        yield Case(f"issuer “{name}”", badge, UNKNOWN, BOUND, "is not known here")
    by_key = proved(stranger(by=DID_KEY), KEY)
    yield Case("a badge by a key, signed by the key of a host", by_key, *NOT_THEIRS)
    by_host = proved(stranger(), DID_KEY)
    yield Case("a badge by a host, signed by a bare key", by_host, *NOT_THEIRS)
    ours = proved(stranger(by=DID))
    yield Case("our name, a stranger's key", ours, *NOT_THEIRS)
    method = FAR_DOCUMENT["verificationMethod"][0] | {"publicKeyMultibase": multikey(EVE.public_key)}
    sworn = stranger(issuer={"id": FAR_DID, "type": ["Profile"], "verificationMethod": [method]})
    eves = proved(sworn, KEY, EVE, "eddsa-jcs-2022")
    yield Case("an issuer with keys inside the badge", eves, NOT_GENUINE, "proof", "does not belong")


def _bare(kid: str, signer: Any = FAR, **header: Any) -> bytes:
    claims = {"iss": PROFILE_URL, "jti": SMALL["id"], "sub": "did:example:ada", "nbf": 1795262400, "exp": 1858420800}
    named = {"alg": "EdDSA", "typ": "JWT", "kid": kid} | header
    return token({name: value for name, value in named.items() if value}, stranger(by=PROFILE_URL) | claims, signer)


def keys() -> Iterator[Case]:
    """Keys at addresses: on whose host they stand, and whose they say that they are."""
    own, evil = dict(jwk(FAR.public_key)), dict(jwk(EVE.public_key))
    foreign = f"{EVIL}/keys/1"

    for name, address in {
        "a key on another host": foreign,
        "a key on a host that begins like it": "https://far.example.eve.example/keys/1",
        "a key on a host below": "https://eve.far.example/keys/1",
        "a key at another door of the host": "https://far.example:8443/keys/1",
        "a key behind a user's name": "https://far.example@eve.example/keys/1",
    }.items():
        yield Case(name, _bare(address, EVE), *NOT_THEIRS, {address: evil})
    method = {"id": KEY_URL, "type": "Multikey", "publicKeyMultibase": multikey(FAR.public_key)}
    controlled = method | {"controller": PROFILE_URL}
    for name, served in {
        "a private key": own | {"d": "AA"},
        "a secret": {"kty": "oct", "k": "AA"},
        "a page for a key": "<!doctype html>",
        "no key": None,
        "a method of nobody": method,
        "a method that another controls": method | {"controller": EVIL},
        "a method of another name": controlled | {"id": f"{HOST}/keys/2"},
        "a method that was revoked": controlled | {"revoked": "2026-01-01T00:00:00Z"},
    }.items():
        yield Case(name, _bare(KEY_URL), *NOT_THEIRS, {KEY_URL: served})
    away = {KEY_URL: {"leads_to": foreign}, foreign: evil}
    yield Case("a key led to another host", _bare(KEY_URL, EVE), *NOT_THEIRS, away)
    exchanged = {KEY_URL: evil}
    yield Case("another's key in the right place", _bare(KEY_URL), NOT_GENUINE, "proof", "does not belong", exchanged)
    alone = {PROFILE_URL: None}
    yield Case("no profile, and no key on its host", _bare(foreign), UNKNOWN, BOUND, "gave no profile", alone)
    taken = {PROFILE_URL: PROFILE | {"id": f"{HOST}/issuers/2"}}
    yield Case("the profile of another tenant", _bare(foreign), UNKNOWN, BOUND, "calls itself", taken)
    named = PROFILE | {"verificationMethod": [controlled], "assertionMethod": [KEY_URL]}
    beside = {PROFILE_URL: named, f"{HOST}/keys/2": evil}
    yield Case("a bare key beside the keys of the profile", _bare(f"{HOST}/keys/2", EVE), *NOT_THEIRS, beside)
    yield from _headers(own, evil)


def _headers(own: JsonObject, evil: JsonObject) -> Iterator[Case]:
    served = {KEY_URL: own}
    brought = _bare("", EVE, jwk=evil)
    yield Case("a key in the token, and no name", brought, NOT_GENUINE, BOUND, "brings along is not a key", served)
    beside = _bare(KEY_URL, EVE, jwk=evil)
    yield Case("a key in the token, and the name of another", beside, NOT_GENUINE, "proof", "its own key", served)
    for name in ("jku", "x5u"):
        yield Case(f"an address in {name}", _bare(KEY_URL, **{name: f"{EVIL}/k"}), NOT_GENUINE, "proof", name, served)
    confused = _bare(KEY_URL, EcSigner(), alg="ES256")
    yield Case("ES256 with an Ed25519 key", confused, NOT_GENUINE, "proof", "of another kind", served)
    curve = {KEY_URL: ec_jwk()}
    yield Case("EdDSA with a key on P-256", _bare(KEY_URL), NOT_GENUINE, "proof", "of another kind", curve)
    longer = _bare(KEY_URL, EcSigner(), alg="ES384")
    yield Case("ES384 with a key on P-256", longer, NOT_GENUINE, "proof", "of another kind", curve)
    head, payload, _ = _bare(KEY_URL, EcSigner(), alg="ES256").split(b".")
    nothing = b".".join((head, payload, b"A" * 86))
    yield Case("ES256 with nothing but zeros", nothing, NOT_GENUINE, "proof", "does not belong", curve)
    der = b".".join((head, payload, b"MEUC" * 24))
    yield Case("ES256 in the form of certificates", der, NOT_GENUINE, "proof", "wrong length", curve)
    method = {"id": f"{FAR_DID}#ec", "type": "Multikey", "controller": FAR_DID, "publicKeyMultibase": EC_MULTIKEY}
    document = {DID_URL: FAR_DOCUMENT | {"verificationMethod": [method], "assertionMethod": [method["id"]]}}
    confusing = proved(stranger(), f"{FAR_DID}#ec")
    yield Case("an Ed25519 proof with a key on P-256", confusing, NOT_GENUINE, "proof", "of another kind", document)
    other = {"type": "DataIntegrityProof", "cryptosuite": "ecdsa-rdfc-2019"}
    odd = proved_with(stranger(), FAR, other, KEY)
    yield Case("an ECDSA proof with an Ed25519 key", odd, NOT_GENUINE, "proof", "of another kind")


def _listed(status: JsonObject) -> JsonObject:
    return proved(stranger(credentialStatus=status), suite="eddsa-jcs-2022")


def lists() -> Iterator[Case]:
    """Lists that prove nothing, so that the badge is neither withdrawn nor free."""
    address = f"{HOST}/revoked"
    badge = _listed({"id": address, "type": "1EdTechRevocationList"})
    plain = {"id": address, "issuer": FAR_DID, "revokedCredential": [{"id": badge["id"]}]}
    for name, served, reason in (
        ("of another issuer", plain | {"issuer": EVES_DID}, "of another issuer"),
        ("of no issuer", {"id": address, "revokedCredential": []}, "of another issuer"),
        ("of another address", plain | {"id": f"{HOST}/other"}, "of another issuer"),
        ("without entries", {"id": address, "issuer": FAR_DID}, "not a list of revoked"),
        ("with one entry for a list", plain | {"revokedCredential": {"id": badge["id"]}}, "not a list of revoked"),
        ("a page", "<!doctype html>", "not a status list"),
        ("nothing", None, "was not seen"),
        ("led to another host", {"leads_to": f"{EVIL}/r"}, "another host"),
    ):
        more = {f"{EVIL}/r": plain} if isinstance(served, dict) and "leads_to" in served else {}
        yield Case(f"revocations {name}", badge, UNKNOWN, "status", reason, {address: served, **more})
    away = _listed({"id": f"{EVIL}/revoked", "type": "1EdTechRevocationList"})
    elsewhere = {f"{EVIL}/revoked": plain | {"id": f"{EVIL}/revoked"}}
    yield Case("revocations on another host", away, UNKNOWN, "status", "another host than its issuer", elsewhere)
    unknown = _listed({"id": address, "type": "BitstringStatusList"})
    yield Case("a kind of status that nobody knows", unknown, UNKNOWN, "status", "kind of status")
    owned = {address: plain | {"issuer": DID_KEY}}
    nowhere = proved(
        stranger(by=DID_KEY, credentialStatus={"id": address, "type": "1EdTechRevocationList"}),
        DID_KEY,
        suite="eddsa-jcs-2022",
    )
    yield Case("revocations of a bare key", nowhere, UNKNOWN, "status", "another host than its issuer", owned)


if __name__ == "__main__":
    main()
