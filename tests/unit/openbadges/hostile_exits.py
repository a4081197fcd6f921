"""Writes hostile tokens and eddsa-jcs-2022 badges to ``tests/vectors/openbadges/hostile``, as data for any verifier.

    python -m tests.unit.openbadges.hostile_exits

Where a trick needs a signature that holds, it was made with the keys of the tests. The tests read the files only.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from assessor.openbadges import jwt
from assessor.openbadges.contexts import CREDENTIALS_V2, OPEN_BADGES_EXTENSIONS, OPEN_BADGES_V3
from assessor.openbadges.multikey import base64url_encode, jwk
from assessor.openbadges.strict_json import JsonObject, write_json
from tests.unit.openbadges.badges import DID, EVE, JWT_KEY, NOW, SCHOOL, VECTORS
from tests.unit.openbadges.exits import (
    DID_DOCUMENT,
    RSA_KEY,
    RSA_SCHOOL,
    SMALL,
    part,
    sign_again,
    signed_jcs,
    small,
    small_jcs,
    small_jwt,
    small_rs256,
    token,
)

FOLDER = VECTORS / "hostile"

BOUND = "key bound to issuer"
GENUINE, EXPIRED, ISSUER_UNKNOWN, NOT_GENUINE, NOT_CHECKED, UNREADABLE = 1, 5, 6, 7, 9, 10
HEADER: JsonObject = {"alg": "EdDSA", "typ": "JWT", "kid": JWT_KEY.id(DID)}
PAYLOAD: JsonObject = jwt.read(small_jwt()).payload
EVES_KEY = jwk(EVE.public_key)
DUPLICATE = b'"validUntil":"2028-11-21T12:00:00Z"'


@dataclass(frozen=True)
class Case:
    """A badge, and what a verifier must find. ``badge``: its bytes, or pieces of text, each with how often it comes."""

    name: str
    badge: bytes | list[tuple[str, int]]
    result: int
    check: str
    reason: str

    def document(self) -> JsonObject:
        """As it is written; bytes that are no text stand in base64."""
        named: JsonObject = {"name": self.name}
        if isinstance(self.badge, list):
            named["repeated"] = self.badge
        else:
            try:
                named["badge"] = self.badge.decode()
            except UnicodeDecodeError:
                named["base64"] = base64.b64encode(self.badge).decode()
        return {**named, "result": self.result, "check": self.check, "reason": self.reason}


def main() -> None:
    """Write all files."""
    files = {"tokens": tokens(), "claims": claims(), "token-texts": texts(), "jcs": jcs(), "controls": controls()}
    FOLDER.mkdir(exist_ok=True)
    for name, cases in files.items():
        _write(name, [case.document() for case in cases])
    index = {
        "what": "Badges that a verifier must judge so, at this time, when it believes this issuer and no other. "
        "Results: 1 genuine, 5 expired, 6 issuer unknown, 7 not genuine, 9 not a badge that is checked, 10 unreadable.",
        "now": "2026-11-21T12:00:00Z",
        "did_document": DID_DOCUMENT,
        "files": [f"{name}.json" for name in files],
    }
    _write("index", index)


def _write(name: str, value: Any) -> None:
    text = json.dumps(value, ensure_ascii=True, indent=1)
    (FOLDER / f"{name}.json").write_text(text + "\n", encoding="ascii")


def controls() -> Iterator[Case]:
    """Badges that must be believed: without them, refusing everything would pass."""
    shuffled = json.dumps(dict(reversed(json.loads(small_jcs()).items())), indent=1).encode()
    for name, badge in (
        ("token signed with EdDSA", small_jwt()),
        ("token signed with RS256", small_rs256()),
        ("token that calls its algorithm Ed25519", token(HEADER | {"alg": "Ed25519"}, PAYLOAD)),
        ("token whose key is named by its fragment", token(HEADER | {"kid": "#jwt-1"}, PAYLOAD)),
        ("token with the issuer's own key beside its name", token(HEADER | {"jwk": jwk(SCHOOL.public_key)}, PAYLOAD)),
        ("token of VC-JOSE-COSE without claims", token(HEADER | {"typ": "vc+jwt"}, SMALL)),
        ("proof over the JSON", small_jcs()),
        ("proof over the JSON, written with spaces and in another order", shuffled),
    ):
        yield Case(name, badge, GENUINE, "proof", "holds")


def _refused(name: str, header: JsonObject, reason: str, check: str = "proof", result: int = NOT_GENUINE) -> Case:
    return Case(name, token(header, PAYLOAD), result, check, reason)


def _hs256(algorithm: str, secret: bytes, kid: str) -> bytes:
    signed = f"{part({'alg': algorithm, 'typ': 'JWT', 'kid': kid})}.{part(PAYLOAD)}".encode()
    mac = hmac.new(secret, signed, hashlib.sha256 if algorithm == "HS256" else hashlib.sha512).digest()
    return signed + b"." + base64url_encode(mac).encode()


def tokens() -> Iterator[Case]:
    """What the header may try."""
    yield from _algorithms()
    without = {name: value for name, value in HEADER.items() if name != "kid"}
    refused = _refused
    yield refused("crit", HEADER | {"crit": ["exp"]}, "“crit”")
    yield refused("crit, empty", HEADER | {"crit": []}, "“crit”")
    yield refused("b64 with crit", HEADER | {"b64": False, "crit": ["b64"]}, "“crit”")
    yield refused("b64 alone", HEADER | {"b64": True}, "“b64”")
    yield refused("jku", HEADER | {"jku": "https://eve.example/keys.json"}, "“jku”")
    yield refused("jku of the issuer", HEADER | {"jku": "https://badges.example/keys.json"}, "“jku”")
    yield refused("x5u", HEADER | {"x5u": "https://eve.example/chain.pem"}, "“x5u”")
    yield refused("x5c", HEADER | {"x5c": ["MIIB"]}, "“x5c”", result=NOT_CHECKED)
    yield refused("x5t", HEADER | {"x5t": "AAAA"}, "“x5t”", result=NOT_CHECKED)
    eve = token(HEADER | {"jwk": EVES_KEY}, PAYLOAD, EVE)
    yield Case("Eve's key in the token, beside the name of the issuer's", eve, NOT_GENUINE, "proof", "its own key")
    yield refused("Eve's key in a token of the issuer", HEADER | {"jwk": EVES_KEY}, "its own key")
    eve = token(without | {"jwk": EVES_KEY}, PAYLOAD, EVE)
    yield Case(
        "Eve's key in the token instead of a name",
        eve,
        NOT_GENUINE,
        BOUND,
        "brings along is not a key of",
    )
    yield refused("a private key in the token", HEADER | {"jwk": EVES_KEY | {"d": "AAAA"}}, "gives away a private key")
    yield refused(
        "a secret in the token", HEADER | {"jwk": {"kty": "oct", "k": "AAAA"}}, "brings a key that is not one"
    )
    yield refused("a short RSA key in the token", HEADER | {"jwk": {"kty": "RSA", "n": "AQAB", "e": "AQAB"}}, "not one")
    yield refused("a text as key in the token", HEADER | {"jwk": "AAAA"}, "brings a key that is not one")
    yield refused("no name of a key", without, "A key without a name", BOUND)
    yield refused("a number as name of the key", HEADER | {"kid": 1}, "A key without a name", BOUND)
    yield refused(
        "a key of Eve's",
        HEADER | {"kid": "did:web:eve.example#jwt-1"},
        "not a key of the issuer",
        BOUND,
    )
    yield refused(
        "a key that names itself",
        HEADER | {"kid": "did:key:z6Mk#z6Mk"},
        "not a key of the issuer",
        BOUND,
    )
    yield refused("a path as key", HEADER | {"kid": "../../../../dev/null"}, "not a key of the issuer", BOUND)
    yield refused("an address of a file as key", HEADER | {"kid": "file:///dev/null"}, "not a key of", BOUND)
    yield refused("an access token", HEADER | {"typ": "at+jwt"}, "“at+jwt”")
    yield refused("a proof of possession", HEADER | {"typ": "openid4vci-proof+jwt"}, "“openid4vci-proof+jwt”")
    yield refused("a number as type", HEADER | {"typ": 1}, "“1”")


def _algorithms() -> Iterator[Case]:
    unsigned = f"{part(HEADER | {'alg': 'none'})}.{part(PAYLOAD)}.".encode()
    yield Case("none, without signature", unsigned, NOT_GENUINE, "proof", "not signed at all")
    for spelling in ("none", "None", "NONE", "nOnE"):
        yield _refused(f"{spelling}, with the signature", HEADER | {"alg": spelling}, "not signed at all")
    secret = SCHOOL.public_key
    pem = RSA_SCHOOL.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    for algorithm, name, key, kid in (
        ("HS256", "the public key", secret, JWT_KEY.id(DID)),
        ("HS512", "the public key", secret, JWT_KEY.id(DID)),
        ("HS256", "the public RSA key as PEM", pem, RSA_KEY.id(DID)),
        ("HS256", "an empty secret", b"", JWT_KEY.id(DID)),
    ):
        badge = _hs256(algorithm, key, kid)
        yield Case(f"{algorithm} with {name}", badge, NOT_GENUINE, "proof", "can also sign")
    missing = {name: value for name, value in HEADER.items() if name != "alg"}
    yield _refused("no algorithm", missing, "“None” is not an algorithm")
    for odd in (5, ["EdDSA"], {"alg": "EdDSA"}, "eddsa", "", "EdDSA ", "RS256\u0000"):
        yield _refused(f"algorithm {odd!r}", HEADER | {"alg": odd}, "is not an algorithm")
    for other in ("ES512", "PS256", "RS512"):
        yield _refused(f"algorithm {other}", HEADER | {"alg": other}, f"signed with {other}", result=NOT_CHECKED)
    yield _refused("ES256 with an Ed25519 key", HEADER | {"alg": "ES256"}, "of another kind")
    yield _refused("RS256 with an Ed25519 key", HEADER | {"alg": "RS256"}, "of another kind")
    yield _refused("EdDSA with an RSA key", HEADER | {"kid": RSA_KEY.id(DID)}, "of another kind")
    with_rsa = token(HEADER | {"alg": "RS256"}, PAYLOAD, RSA_SCHOOL)
    yield Case("RS256, signed so, with the name of the other key", with_rsa, NOT_GENUINE, "proof", "of another kind")


def claims() -> Iterator[Case]:
    """What the claims may try, each signed by the issuer itself."""
    end = int(NOW.timestamp()) + 86_400
    wrong = {"iss": "did:web:eve.example", "jti": "urn:x:1", "sub": "did:example:eve", "nbf": 0, "exp": end}
    for name, value in wrong.items():
        badge = token(HEADER, PAYLOAD | {name: value})
        yield Case(f"another {name}", badge, NOT_GENUINE, "proof", f"“{name}” contradicts")
    for name in ("iss", "jti", "sub", "nbf"):
        badge = token(HEADER, {member: value for member, value in PAYLOAD.items() if member != name})
        yield Case(f"no {name}", badge, NOT_GENUINE, "proof", f"lacks the claim “{name}”")
    odd: dict[str, JsonObject] = {
        "nbf as text": {"nbf": str(PAYLOAD["nbf"])},
        "nbf as truth": {"nbf": True},
        "exp as list": {"exp": [PAYLOAD["exp"]]},
        "iss as list": {"iss": [DID]},
        "sub as object": {"sub": {"id": "did:example:ada"}},
        "jti in capitals": {"jti": SMALL["id"].upper()},
    }
    for name, change in odd.items():
        yield Case(name, token(HEADER, PAYLOAD | change), NOT_GENUINE, "proof", "contradicts")
    endless = {name: value for name, value in PAYLOAD.items() if name != "validUntil"}
    over = token(HEADER, endless | {"exp": int(NOW.timestamp()) - 60})
    yield Case("an end that only the token names", over, EXPIRED, "validity window", "expired on 2026-11-21")
    for name, value in (("exp far beyond all calendars", 2**53 - 1), ("exp as text", "never")):
        yield Case(name, token(HEADER, endless | {"exp": value}), NOT_GENUINE, "proof", "“exp” contradicts")
    header = HEADER | {"typ": "vc+jwt", "iss": "did:web:eve.example"}
    yield Case("another issuer in the header", token(header, PAYLOAD), NOT_GENUINE, "proof", "names another issuer")
    foreign = PAYLOAD | {"issuer": "did:web:eve.example", "iss": "did:web:eve.example"}
    yield Case("another issuer altogether", token(HEADER, foreign), ISSUER_UNKNOWN, "proof", "is not known here")
    wrapped = {"iss": DID, "vc": SMALL}
    yield Case("a badge inside vc without its claims", token(HEADER, wrapped), NOT_GENUINE, "proof", "lacks the claim")
    yield Case("no holder", token(HEADER, _without_holder()), NOT_CHECKED, "subject", "Cannot tell whose")


def _without_holder() -> JsonObject:
    subject = {name: value for name, value in SMALL["credentialSubject"].items() if name != "id"}
    return {name: value for name, value in PAYLOAD.items() if name != "sub"} | {"credentialSubject": subject}


def texts() -> Iterator[Case]:
    """Tokens that are no tokens, and payloads that two readers could read in two ways; all signed by the issuer."""
    head, body, signature = small_jwt().split(b".")
    tail = bytes([signature[-1] + 1])
    changed = token(HEADER, PAYLOAD | {"name": "Last steps"}).split(b".")[1]
    yield Case("changed text", b".".join((head, changed, signature)), NOT_GENUINE, "proof", "does not belong")
    yield Case("changed text that broke", b".".join((head, body[4:], signature)), NOT_GENUINE, "reading", "was changed")
    yield Case("signed by Eve", token(HEADER, PAYLOAD, EVE), NOT_GENUINE, "proof", "does not belong")
    yield Case("signature of another token", b".".join((head, body, _eves())), NOT_GENUINE, "proof", "does not belong")
    yield Case("half a signature", b".".join((head, body, signature[:43])), NOT_GENUINE, "proof", "wrong length")
    yield Case("no signature", b".".join((head, body, b"")), NOT_GENUINE, "proof", "wrong length")
    second = b".".join((head, body, signature[:-1] + tail))
    yield Case("second spelling of the signature", second, UNREADABLE, "reading", "not base64url")
    yield Case("padding", b".".join((head, body, signature + b"==")), UNREADABLE, "reading", "not a badge in any form")
    yield Case("a space inside", b". ".join((head, body, signature)), UNREADABLE, "reading", "not a badge in any form")
    yield Case("two parts", head + b"." + body, UNREADABLE, "reading", "not a badge in any form")
    yield Case("four parts", small_jwt() + b".AAAA", UNREADABLE, "reading", "not a badge in any form")
    yield Case("five parts, encrypted", b"eyJh.AAAA.AAAA.AAAA.AAAA", UNREADABLE, "reading", "not a badge in any form")
    yield Case("content elsewhere", b"..".join((head, signature)), UNREADABLE, "reading", "middle part is empty")
    text, many = write_json(PAYLOAD), b'{"a":[' + b"1," * 10_001 + b"1]}"
    readings = {
        "a name twice in the header": (b'{"alg":"none",' + write_json(HEADER)[1:], text, "stands twice"),
        "a name twice": (HEADER, text[:-1] + b"," + DUPLICATE + b"}", "stands twice"),
        "a name twice, once spelled as escape": (HEADER, text[:-1] + b',"n\\u0061me":"A"}', "stands twice"),
        "NaN": (HEADER, text[:-1] + b',"a":NaN}', "NaN"),
        "infinity": (HEADER, text[:-1] + b',"a":-Infinity}', "Infinity"),
        "a huge exponent": (HEADER, text[:-1] + b',"a":1e999}', "too large"),
        "a huge number": (HEADER, text[:-1] + b',"a":' + b"9" * 5000 + b"}", "too large"),
        "half a character": (HEADER, text[:-1] + b',"a":"\\ud800"}', "lone surrogate"),
        "no UTF-8": (HEADER, text[:-1] + b',"a":"\xff"}', "not UTF-8"),
        "a mark at the beginning": (HEADER, b"\xef\xbb\xbf" + text, "not JSON"),
        "a list": (HEADER, b"[" + text + b"]", "not a JSON object"),
        "a text": (HEADER, b'"eyJ"', "not a JSON object"),
        "a comment": (HEADER, text + b"// end", "not JSON"),
        "a list as header": (b"[]", text, "not a JSON object"),
        "a header of 9 kB": (HEADER | {"a": "x" * 9216}, text, "larger than 8 kB"),
        "25 levels": (HEADER, b'{"a":' * 25 + b"1" + b"}" * 25, "nested too deeply"),
        "10,000 levels": (HEADER, b'{"a":' + b"[" * 10_000 + b"]" * 10_000 + b"}", "nested too deeply"),
        "10,002 values": (HEADER, many, "too many values"),
    }
    for name, (header, payload, reason) in readings.items():
        yield Case(name, token(header, payload), UNREADABLE, "reading", reason)
    yield Case("400 kB", [(part(HEADER) + ".", 1), ("A", 400_000), (".AAAA", 1)], UNREADABLE, "reading", "larger than")
    yield Case("a million points", [("A", 1), (".", 1_000_000)], UNREADABLE, "reading", "not a badge in any form")
    own = PAYLOAD | {"@context": [CREDENTIALS_V2, OPEN_BADGES_V3, {"@vocab": "https://eve.example/"}]}
    yield Case("its own words", token(HEADER, own), NOT_GENUINE, "safe context", "brings its own @context")
    strange = PAYLOAD | {"@context": [CREDENTIALS_V2, OPEN_BADGES_V3, "https://eve.example/v1"]}
    yield Case("a strange vocabulary", token(HEADER, strange), NOT_CHECKED, "safe context", "not known here")
    graph = PAYLOAD | {"@graph": [SMALL]}
    yield Case("a second graph", token(HEADER, graph), NOT_GENUINE, "safe context", "keyword “@graph”")
    yield Case("an empty member", token(HEADER, PAYLOAD | {"image": None}), NOT_GENUINE, "safe context", "is empty")


def _eves() -> bytes:
    return token(HEADER, PAYLOAD | {"name": "Last steps"}).split(b".")[2]


def jcs() -> Iterator[Case]:
    """Badges with an eddsa-jcs-2022 proof."""
    document = json.loads(small_jcs())
    proof = document["proof"][0]
    yield from _changed_documents(document)
    yield from _changed_proofs(document)
    for name, options, check, reason, result in (
        ("made to sign in", {"proofPurpose": "authentication"}, "proof", "another purpose", NOT_GENUINE),
        ("a signature that ended", {"expires": "2026-01-01T00:00:00Z"}, "proof", "ended on 2026", NOT_GENUINE),
        ("a chain", {"previousProof": "urn:x:1"}, "proof", "Chains", NOT_CHECKED),
        ("no purpose", {"proofPurpose": "none"}, "proof", "another purpose", NOT_GENUINE),
        (
            "signed for Eve's key",
            {"verificationMethod": "did:web:eve.example#k"},
            BOUND,
            "is not a key",
            NOT_GENUINE,
        ),
        (
            "an RSA key for a proof",
            {"verificationMethod": RSA_KEY.id(DID)},
            BOUND,
            "is not a key",
            NOT_GENUINE,
        ),
        ("no time", {"created": "yesterday"}, "proof", "is not a time", NOT_GENUINE),
        ("a keyword in the proof", {"@id": "urn:x:1"}, "safe context", "keyword “@id”", NOT_GENUINE),
    ):
        badge = write_json(sign_again(document, **options))
        yield Case(f"signed so by the issuer: {name}", badge, result, check, reason)
    five = write_json({**document, "proof": [proof] * 5})
    yield Case("five proofs", five, NOT_CHECKED, "proof", "more than 4")
    two = write_json({**document, "proof": [proof, proof | {"proofValue": "z" + "1" * 64}]})
    yield Case("a true and a false proof", two, NOT_GENUINE, "proof", "does not belong")
    for name, value in (("a text as proof", "none"), ("a list in the list", [[proof]]), ("a number as proof", [1])):
        yield Case(name, write_json({**document, "proof": value}), NOT_GENUINE, "proof", "is not a proof")
    unsigned = {name: value for name, value in document.items() if name != "proof"}
    yield Case("no proof", write_json(unsigned), NOT_GENUINE, "proof", "is not signed")


def _changed_documents(document: JsonObject) -> Iterator[Case]:
    contexts = document["@context"]
    changes: dict[str, JsonObject] = {
        "another name": {"name": "Last steps"},
        "another end": {"validUntil": "2099-11-21T12:00:00Z"},
        "another holder": {"credentialSubject": document["credentialSubject"] | {"id": "did:example:eve"}},
        "one member more": {"description": "With honours"},
        "a member that no vocabulary knows": {"honours": "yes"},
        "the same letter spelled in another way": {"name": "First steps\u0301"},
        "a number for a text": {"name": 1},
    }
    for name, change in changes.items():
        yield Case(name, write_json(document | change), NOT_GENUINE, "proof", "does not belong")
    wider = write_json(document | {"@context": [*contexts, OPEN_BADGES_EXTENSIONS]})
    yield Case("a vocabulary more than was signed", wider, NOT_GENUINE, "proof", "more vocabularies")
    older = write_json(document | {"@context": [contexts[0], contexts[1].replace("3.0.3", "3.0.2")]})
    yield Case("another edition of the vocabulary", older, NOT_GENUINE, "proof", "another vocabulary")
    own = write_json(signed_jcs(small(**{"@context": [*contexts, {"name": "https://eve.example/name"}]})))
    yield Case("its own words, signed", own, NOT_GENUINE, "safe context", "brings its own @context")
    inner = document["credentialSubject"] | {"@context": {"@vocab": "https://eve.example/"}}
    badge = write_json(signed_jcs(small(credentialSubject=inner)))
    yield Case("its own words inside, signed", badge, NOT_GENUINE, "safe context", "brings its own @context")
    text = write_json(document)
    yield Case("a name twice", text[:-1] + b"," + DUPLICATE + b"}", UNREADABLE, "reading", "stands twice")
    yield Case("two documents", text + text, UNREADABLE, "reading", "not JSON")
    yield Case("an empty member", write_json(document | {"image": None}), NOT_GENUINE, "safe context", "is empty")
    yield Case("an empty list", write_json(document | {"evidence": []}), NOT_GENUINE, "safe context", "is empty")
    huge = [('{"a":"', 1), ("x", 300_000), ('"}', 1)]
    yield Case("300 kB", huge, UNREADABLE, "reading", "larger than 256 kB")
    yield Case("100,000 levels", [('{"a":', 1), ("[", 100_000)], UNREADABLE, "reading", "nested too deeply")


def _changed_proofs(document: JsonObject) -> Iterator[Case]:
    proof = document["proof"][0]
    changes: dict[str, tuple[JsonObject, str]] = {
        "the other suite": ({"cryptosuite": "eddsa-rdfc-2022"}, "does not belong"),
        "another time": ({"created": "2020-01-01T00:00:00Z"}, "does not belong"),
        "a vocabulary less in the proof": ({"@context": ["https://www.w3.org/ns/credentials/v2"]}, "more vocabularies"),
        "another key of the issuer": ({"verificationMethod": JWT_KEY.id(DID)}, "does not belong"),
        "a signature in base64": ({"proofValue": "u" + "A" * 86}, "not a base-58 text"),
        "a sign that base 58 lacks": ({"proofValue": "z0" + proof["proofValue"][2:]}, "not a base-58 text"),
        "a long signature": ({"proofValue": "z" + "1" * 10_000}, "not a base-58 text"),
        "a short signature": ({"proofValue": "z2"}, "wrong length"),
        "no signature": ({"proofValue": True}, "not a base-58 text"),
    }
    for name, (change, reason) in changes.items():
        yield Case(name, write_json({**document, "proof": [proof | change]}), NOT_GENUINE, "proof", reason)
    unknown: dict[str, JsonObject] = {
        "an older kind of proof": {"type": "Ed25519Signature2020"},
        "a suite that is not checked": {"cryptosuite": "bbs-2023"},
        "a list as suite": {"cryptosuite": ["eddsa-jcs-2022"]},
    }
    for name, change in unknown.items():
        badge = write_json({**document, "proof": [proof | change]})
        yield Case(name, badge, NOT_CHECKED, "proof", "not checked here")
    for name, key in {
        "a key of Eve's": "did:web:eve.example#k",
        "a number as key": 5,
        "a key of nobody": "#badge-1",
    }.items():
        badge = write_json({**document, "proof": [proof | {"verificationMethod": key}]})
        yield Case(name, badge, NOT_GENUINE, BOUND, "is not a key of the issuer")


if __name__ == "__main__":
    main()
