"""Writes the hostile badges of Open Badges 2.0 as data: `python -m tests.unit.openbadges.hostile_older_badges`.

Each case is one thing that somebody could try. The files are complete in themselves, so that a verifier in any
language can be held against them.
"""

import hashlib
import hmac
import json
from collections.abc import Iterator
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from assessor.openbadges.multikey import base64url_decode, base64url_encode
from assessor.openbadges.strict_json import JsonObject, write_json
from tests.unit.openbadges.badges import EVE, VECTORS
from tests.unit.openbadges.hostile_older_carriers import EVIL, Case, carriers, case, drawings, hosted_badge, texts
from tests.unit.openbadges.older_badges import (
    EMAIL,
    HOST,
    KEY_URL,
    LIST_URL,
    PLACES,
    SIGNED_ID,
    documents,
    pem,
    signed_assertion,
    token,
)

FOLDER = VECTORS / "hostile-v2"
BOUND = "key bound to issuer"
ID, CLASS, ISSUER = PLACES.assertion, PLACES.badge_class, PLACES.issuer


def _published(name: str, result: int, check: str, reason: str, /, **changes: Any) -> Case:
    """A badge that stands so at its own address."""
    return case(name, hosted_badge(**changes), result, check, reason, web={ID: changes})


def shown_otherwise() -> Iterator[Case]:
    """What is shown is not what stands at the badge's address."""
    recipient = documents()[ID]["recipient"]
    for name, changes in {
        "another salt": {"recipient": recipient | {"salt": "x" * 22}},
        "another holder": {"recipient": recipient | {"identity": "sha256$" + "0" * 64}},
        "hashed written as a number": {"recipient": recipient | {"hashed": 1}},
        "another class": {"badge": f"{HOST}/ob2/achievements/b"},
        "an earlier date": {"issuedOn": "2020-01-01T00:00:00Z"},
        "a later end": {"expires": "2099-01-01T00:00:00Z"},
        "no end": {"expires": None},
    }.items():
        [member] = changes
        yield case(name, hosted_badge(**changes), 7, "proof", f"another “{member}”")
    yield case("another story", hosted_badge(narrative="Band: 4"), 6, "proof", "another “narrative”")
    yield case("another evidence", hosted_badge(evidence=[]), 6, "proof", "another “evidence”")
    yield case("signed, without a signature", hosted_badge(verification={"type": "signed"}), 7, "proof", "no signature")


def addresses() -> Iterator[Case]:
    """The address of the badge decides, and whose it is."""
    own = hosted_badge(id=f"{EVIL}/1")
    yield case("on a host of its own", own, 7, BOUND, "not its issuer's", web={f"{EVIL}/1": own})
    lookalike = hosted_badge(id="https://badges.example.eve.example/1")
    yield case(
        "on a host that begins like the issuer's",
        lookalike,
        7,
        BOUND,
        "not its issuer's",
        web={lookalike["id"]: lookalike, ISSUER: {"verification": {"startsWith": "https://badges.example"}}},
    )
    elsewhere = {"allowedOrigins": ["other.example"]}
    yield case(
        "outside the origins",
        hosted_badge(),
        7,
        BOUND,
        "not its issuer's",
        web={ISSUER: {"verification": elsewhere}},
    )
    beside = {"startsWith": [f"{HOST}/other/"]}
    yield case(
        "outside the path",
        hosted_badge(),
        7,
        BOUND,
        "not its issuer's",
        web={ISSUER: {"verification": beside}},
    )
    yield case("not reached", hosted_badge(), 6, "proof", "cannot be reached", web={ID: None})
    yield case("a page instead", hosted_badge(), 6, "proof", "not an SVG", web={ID: "<html>Sign in</html>"})
    yield case("text instead", hosted_badge(), 6, "proof", "in any form", web={ID: "Hello"})
    yield case("a list instead", hosted_badge(), 6, "proof", "in any form", web={ID: "[]"})
    yield case("a token instead", hosted_badge(), 6, "proof", "signed text", web={ID: token(hosted_badge()).decode()})
    twice = write_json(hosted_badge()).decode().replace("{", '{"id":"x",', 1)
    yield case("a name twice", hosted_badge(), 6, "proof", "stands twice", web={ID: twice})
    yield case("another id there", hosted_badge(), 6, "proof", "calls itself", web={ID: {"id": f"{HOST}/2"}})
    away = {ID: {"leads_to": f"{EVIL}/1"}, f"{EVIL}/1": hosted_badge()}
    yield case("led to another host", hosted_badge(), 6, "proof", "another host", web=away)
    yield case("no web address", hosted_badge(id="urn:uuid:1"), 7, BOUND, "not its issuer's")
    yield case("no id", hosted_badge(id=None), 7, BOUND, "not its issuer's")
    yield case("taken away", hosted_badge(), 3, "status", "taken the badge back", gone=[ID])
    revoked = dict.fromkeys(hosted_badge()) | {"id": ID, "revoked": True}
    yield case("revoked", hosted_badge(), 3, "status", "taken the badge back", web={ID: revoked})


def issuers() -> Iterator[Case]:
    """Who says so, and whether it can be believed."""
    away = {ISSUER: {"leads_to": f"{EVIL}/issuer"}, f"{EVIL}/issuer": documents()[ISSUER]}
    yield case("issuer led to another host", hosted_badge(), 6, BOUND, "another host", web=away)
    yield case("issuer not reached", hosted_badge(), 6, BOUND, "who issued it", web={ISSUER: None})
    yield case("class not reached", hosted_badge(), 6, BOUND, "what was earned", web={CLASS: None})
    ring = {CLASS: {"id": f"{HOST}/a"}, f"{HOST}/a": {"id": f"{HOST}/b"}}
    yield case("class that is always elsewhere", hosted_badge(), 6, BOUND, "calls itself", web=ring)
    own = {f"{EVIL}/{name}": documents()[address] for name, address in (("c", CLASS), ("i", ISSUER))}
    eves = hosted_badge(id=f"{EVIL}/1", badge=f"{EVIL}/c")
    own[f"{EVIL}/1"] = eves
    own[f"{EVIL}/c"] |= {"id": f"{EVIL}/c", "issuer": f"{EVIL}/i"}
    own[f"{EVIL}/i"] |= {"id": f"{EVIL}/i"}
    yield case("an issuer with a borrowed name", eves, 6, BOUND, "not known here", web=own)
    enclosed = documents()[CLASS] | {"issuer": documents()[ISSUER]}
    brought = hosted_badge(id=f"{EVIL}/1", badge=enclosed)
    yield case("an issuer brought along", brought, 7, BOUND, "not its issuer's", web={f"{EVIL}/1": brought})
    yield case("class of a list", hosted_badge(badge=[CLASS]), 7, "proof", "another “badge”")
    yield case(
        "issuer without e-mail", hosted_badge(), 9, "schema", "“email” is missing", web={ISSUER: {"email": None}}
    )
    yield case(
        "issuer that is a badge",
        hosted_badge(),
        9,
        "schema",
        "does not say Issuer",
        web={ISSUER: {"type": "BadgeClass"}},
    )
    yield case(
        "class without criteria", hosted_badge(), 9, "schema", "“criteria” is missing", web={CLASS: {"criteria": None}}
    )
    yield case("class without picture", hosted_badge(), 9, "schema", "“image” is missing", web={CLASS: {"image": None}})


def words() -> Iterator[Case]:
    """Contexts that give words another meaning."""
    v2 = "https://w3id.org/openbadges/v2"
    own = [v2, {"recipient": "https://eve.example/anybody"}]
    yield _published("a word with a meaning of its own", 7, "safe context", "meaning of its own", **{"@context": own})
    yield _published("a catch-all", 7, "safe context", "“@vocab”", **{"@context": [v2, {"@vocab": f"{EVIL}/"}]})
    yield _published("an empty base", 7, "safe context", "“@base”", **{"@context": [v2, {"@base": f"{EVIL}/"}]})
    yield _published("an unknown vocabulary", 9, "safe context", "not known here", **{"@context": [v2, f"{EVIL}/c"]})
    yield _published("a number for a vocabulary", 7, "safe context", "neither an address", **{"@context": [v2, 7]})
    inner = [{"id": f"{HOST}/e", "@context": {"narrative": "urn:x:y"}, "narrative": "Band: 4"}]
    yield _published("a meaning changed inside", 7, "safe context", "“narrative”", evidence=inner)
    other = {CLASS: {"@context": "https://www.w3.org/ns/credentials/v2"}}
    yield case("a class in other words", hosted_badge(), 9, "safe context", "not known here", web=other)
    changed = {CLASS: {"@context": {"name": "urn:x:y"}}}
    yield case("a class with words of its own", hosted_badge(), 7, "safe context", "“name”", web=changed)
    yield _published("no vocabulary", 9, "shape", "not a verifiable credential", **{"@context": None})
    yield _published(
        "the words of 3.0",
        9,
        "shape",
        "not a verifiable credential",
        **{"@context": "https://www.w3.org/ns/credentials/v2"},
    )


def members() -> Iterator[Case]:
    """Badges that are not what the data model says, or not now, or not this person's."""
    yield _published("of another type", 9, "shape", "not a badge of somebody", type="OtherAssertion")
    yield _published("a class as a badge", 9, "shape", "not a badge of somebody", type="BadgeClass")
    yield _published("hosted and signed", 9, "shape", "hosted or signed", verification={"type": ["hosted", "signed"]})
    yield _published("neither hosted nor signed", 9, "shape", "hosted or signed", verification={"type": "trusted"})
    yield _published("no verification", 9, "shape", "hosted or signed", verification=None)
    yield _published("verification as text", 9, "shape", "hosted or signed", verification="hosted")
    yield _published(
        "expired",
        5,
        "validity window",
        "expired on 2026-11-01",
        issuedOn="2025-11-01T00:00:00Z",
        expires="2026-11-01T00:00:00Z",
    )
    yield _published("not yet valid", 5, "validity window", "begins on 2027", issuedOn="2027-01-01T00:00:00Z")
    yield _published(
        "ended before it began", 5, "validity window", "before it was issued", expires="2026-11-20T00:00:00Z"
    )
    yield _published("a time without its zone", 9, "schema", "“issuedOn”", issuedOn="2026-11-21T12:00:00")
    yield _published("a day instead of a time", 9, "schema", "“issuedOn”", issuedOn="2026-11-21")
    yield _published("a 13th month", 9, "schema", "“expires”", expires="2027-13-01T00:00:00Z")
    yield _published("nobody's", 9, "subject", "whose badge", recipient=None)
    recipient = documents()[ID]["recipient"]
    yield _published("a hash that is none", 9, "subject", "whose badge", recipient=recipient | {"identity": EMAIL})
    yield _published(
        "an empty holder", 9, "subject", "whose badge", recipient=recipient | {"identity": " ", "hashed": False}
    )
    yield case(
        "somebody else's", hosted_badge(), 1, "recipient", "somebody with another e-mail", recipient="eve@example.org"
    )


def _rsa_token(payload: JsonObject, key: rsa.RSAPrivateKey) -> bytes:
    text = b".".join(base64url_encode(write_json(part)).encode() for part in ({"alg": "RS256"}, payload))
    return text + b"." + base64url_encode(key.sign(text, PKCS1v15(), SHA256())).encode()


def _pem(key: rsa.RSAPublicKey) -> str:
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def tokens() -> Iterator[Case]:
    """Signed badges: what was changed, who signed, and with which tricks."""
    payload = signed_assertion()
    header, payload_part, signature = token(payload).split(b".")
    changed = base64url_encode(write_json(payload | {"expires": "2099-01-01T00:00:00Z"})).encode()
    yield case("changed after signing", b".".join([header, changed, signature]), 7, "proof", "does not belong")
    yield case("signed with another key", token(payload, signer=EVE), 7, "proof", "does not belong")
    half = base64url_encode(base64url_decode(signature.decode())[:32]).encode()
    yield case("half a signature", b".".join([header, payload_part, half]), 7, "proof", "wrong length")
    yield case("a signature in another spelling", token(payload) + b"=", 10, "reading", "not a badge")
    yield case("a token without its end", token(payload)[:-4], 10, "reading", "not base64url")
    yield case("no signature", token(payload).rpartition(b".")[0] + b".", 7, "proof", "wrong length")
    own = {"type": "signed", "creator": f"{EVIL}/key"}
    eves = {f"{EVIL}/key": documents()[KEY_URL] | {"id": f"{EVIL}/key", "publicKeyPem": pem(EVE)}}
    yield case(
        "a key of its own",
        token(payload | {"verification": own}, signer=EVE),
        7,
        BOUND,
        "not a key",
        web=eves,
    )
    yield case(
        "key of another owner",
        token(payload),
        7,
        BOUND,
        "somebody else",
        web={KEY_URL: {"owner": f"{EVIL}/i"}},
    )
    yield case("key that is none", token(payload), 7, BOUND, "does not say", web={KEY_URL: {"type": "Issuer"}})
    yield case("key not reached", token(payload), 6, "proof", "cannot be reached", web={KEY_URL: None})
    yield case("issuer without keys", token(payload), 7, BOUND, "not a key", web={ISSUER: {"publicKey": None}})
    for name, text in _pems().items():
        yield case(name, token(payload), 7, BOUND, "key", web={KEY_URL: {"publicKeyPem": text}})
    secret = base64url_encode(hmac.digest(pem(EVE).encode(), b"x", hashlib.sha256)).encode()
    for algorithm in ("none", "NONE", "", "HS256", None, 7):
        forged = token(payload, {"alg": algorithm}).rpartition(b".")[0] + b"." + secret
        yield case(f"algorithm {algorithm!r}", forged, 7, "proof", "not an algorithm")
    yield case("an algorithm that is not checked", token(payload, {"alg": "ES256"}), 6, "proof", "not checked here")
    yield case("RS256 with another kind of key", token(payload, {"alg": "RS256"}), 7, "proof", "in another way")
    rsa_signed = _rsa_token(payload, rsa.generate_private_key(65537, 2048))
    yield case("RS256 by a key that nobody names", rsa_signed, 7, "proof", "in another way")
    small = rsa.generate_private_key(65537, 1024)
    weak = {KEY_URL: {"publicKeyPem": _pem(small.public_key())}}
    yield case("a key that is too small", _rsa_token(payload, small), 7, BOUND, "2048", web=weak)
    large = {KEY_URL: {"publicKeyPem": _pem(rsa.RSAPublicNumbers(3, 2**16384 + 1).public_key())}}
    yield case("a key that is too large", _rsa_token(payload, small), 7, BOUND, "8192", web=large)
    slow = {KEY_URL: {"publicKeyPem": _pem(rsa.RSAPublicNumbers(2**2047 + 1, 2**2048 - 1).public_key())}}
    yield case("a key that takes long", _rsa_token(payload, small), 7, BOUND, "exponent", web=slow)
    for name in ("jwk", "jku", "x5u", "x5c", "crit", "b64"):
        yield case(f"header {name}", token(payload, {"alg": "EdDSA", name: [KEY_URL]}), 7, "proof", f"“{name}”")
    listed = {LIST_URL: {"revokedAssertions": [SIGNED_ID, "urn:uuid:1"]}}
    yield case("on the list", token(payload), 3, "status", "taken the badge back", web=listed)
    by_uid = {LIST_URL: {"revokedAssertions": [{"uid": "abc123"}, "urn:uuid:1"]}}
    yield case(
        "on the list by uid", token(payload | {"uid": "abc123"}), 3, "status", "taken the badge back", web=by_uid
    )
    yield case("list not reached", token(payload), 2, "status", "was not seen", web={LIST_URL: None})
    yield case(
        "list of another issuer",
        token(payload),
        2,
        "status",
        "another issuer's",
        web={LIST_URL: {"issuer": f"{EVIL}/i"}},
    )
    yield case(
        "list without entries", token(payload), 2, "status", "is missing", web={LIST_URL: {"revokedAssertions": None}}
    )
    yield case(
        "list of numbers", token(payload), 2, "status", "not a text", web={LIST_URL: {"revokedAssertions": [1, 2]}}
    )


def _pems() -> dict[str, str]:
    private = EVE.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return {
        "key of words": "a key",
        "private key": private,
        "endless key": pem(EVE) + " " * 20_000,
        "key in other letters": "ключ",
    }


def main() -> None:
    """Write every file."""
    FOLDER.mkdir(exist_ok=True)
    files = {
        "shown-otherwise.json": shown_otherwise,
        "addresses.json": addresses,
        "issuers.json": issuers,
        "words.json": words,
        "members.json": members,
        "tokens.json": tokens,
        "texts.json": texts,
        "pictures.json": carriers,
        "drawings.json": drawings,
    }
    for name, cases in files.items():
        (FOLDER / name).write_text(json.dumps(list(cases()), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    index = {
        "what": (
            "Open Badges 2.0 that a verifier must judge so, at this time, when it knows these issuers and reaches this "
            "web. A case's `web` is a JSON merge patch for each address, a text as it is, null = cannot be reached, "
            "leads_to = a redirect; `gone` = status 410; `recipient` = who shows it. Results: 2 status unknown, "
            "3 withdrawn, 5 expired, 6 issuer unknown, 7 not genuine, 9 not a badge that is checked, 10 unreadable."
        ),
        "now": "2026-11-21T12:00:00Z",
        "issuers": [ISSUER],
        "files": sorted(files),
        "web": documents(),
    }
    (FOLDER / "index.json").write_text(json.dumps(index, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
