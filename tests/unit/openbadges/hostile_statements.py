"""Hostile badges of strangers that say something odd: in older words, of newer versions, in favour of others."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from assessor.openbadges import jwt
from assessor.openbadges.contexts import CREDENTIALS_V1, CREDENTIALS_V2, OPEN_BADGES_V3
from assessor.openbadges.strict_json import JsonObject, write_json
from tests.unit.openbadges.badges import DID, EVE, SCHOOL
from tests.unit.openbadges.badges import KEY as SCHOOLS_KEY
from tests.unit.openbadges.exits import SMALL, signed_jcs, small, token
from tests.unit.openbadges.strangers import (
    DID_URL,
    ED25519_2020,
    EXTENSIONS,
    FAR,
    FAR_DID,
    HOST,
    KEY,
    older,
    proved,
    proved_2020,
    stranger,
    wrapped,
)

BOUND = "key bound to issuer"
EVIL = "https://eve.example"
EVES_DID = "did:web:eve.example"
GENUINE, WITHDRAWN, EXPIRED, UNKNOWN, NOT_GENUINE, NO_BADGE, UNREADABLE = 1, 3, 5, 6, 7, 9, 10
NOT_THEIRS = (NOT_GENUINE, BOUND, "is not a key of the issuer")


@dataclass(frozen=True)
class Case:
    """A badge, what stands on the web when it is checked, and what a verifier must find."""

    name: str
    badge: bytes | JsonObject
    result: int
    check: str
    reason: str
    web: JsonObject = field(default_factory=dict)

    def document(self) -> JsonObject:
        """As it is written."""
        badge = self.badge if isinstance(self.badge, bytes) else write_json(self.badge)
        found = {"badge": badge.decode(), "result": self.result, "check": self.check, "reason": self.reason}
        return {"name": self.name, **found, **({"web": self.web} if self.web else {})}


def older_words() -> Iterator[Case]:
    """The words of Verifiable Credentials 1.1, mixed with the newer ones and with each other."""
    both = [CREDENTIALS_V1, CREDENTIALS_V2, ED25519_2020]

    def case(name: str, badge: bytes | JsonObject, result: int, check: str, reason: str) -> Case:
        return Case(name, badge, result, check, reason)

    yield case("two beginnings", proved_2020(older(validFrom="2020-01-01T00:00:00Z")), NO_BADGE, "schema", "newer data")
    yield case("two ends", proved_2020(older(validUntil="2099-01-01T00:00:00Z")), NO_BADGE, "schema", "newer data")
    newer = older(issuanceDate=None, validFrom="2026-11-21T12:00:00Z")
    yield case("the newer beginning only", proved_2020(newer), NO_BADGE, "schema", "newer data model")
    yield case("no beginning", proved_2020(older(issuanceDate=None)), NO_BADGE, "schema", "“issuanceDate” is missing")
    yield case("a day as beginning", proved_2020(older(issuanceDate="2026-11-21")), NO_BADGE, "schema", "is not a time")
    ended = proved_2020(older(expirationDate="2026-11-20T00:00:00Z"))
    yield case("ended", ended, EXPIRED, "validity window", "expired")
    early = proved_2020(older(issuanceDate="2027-01-01T00:00:00Z"))
    yield case("not yet", early, EXPIRED, "validity window", "begins on 2027")
    mixed = {
        **small(issuanceDate="2020-01-01T00:00:00Z"),
        "proof": proved(small(), SCHOOLS_KEY.id(DID), SCHOOL)["proof"],
    }
    yield case("the older beginning beside the newer", mixed, NOT_GENUINE, "safe context", "issuanceDate")
    yield case("both data models", proved_2020_raw(older(), both), NO_BADGE, "shape", "not an Open Badge 3.0")
    good = proved_2020(older())
    later = {"issuanceDate": "2020-01-01T00:00:00Z", "expirationDate": "2099-01-01T00:00:00Z"}
    for member, value in ({"name": "Last steps"} | later).items():
        yield case(f"another {member}", good | {member: value}, NOT_GENUINE, "proof", "does not belong")
    proof = good["proof"][0]
    for name, change, reason in (
        ("with a newer suite in it", {"cryptosuite": "eddsa-jcs-2022"}, "not checked here"),
        ("for another purpose", {"proofPurpose": "authentication"}, "another purpose"),
        ("as JWS", {"proofValue": None, "jws": "AAAA..AAAA"}, "not a base-58"),
        ("by another time", {"created": "2020-01-01T00:00:00Z"}, "does not belong"),
        ("by no time", {"created": "yesterday"}, "is not a time"),
    ):
        changed = {key: value for key, value in (proof | change).items() if value is not None}
        result = UNKNOWN if "not checked" in reason else NOT_GENUINE
        yield case(f"signature {name}", {**good, "proof": [changed]}, result, "proof", reason)
    bare = older(**{"@context": older()["@context"][:2]})
    wordless = {**bare, "proof": good["proof"]}
    yield case("without the words of its signature", wordless, NOT_GENUINE, "safe context", "defined")
    yield case("a draft", proved_2020_raw(older(), [CREDENTIALS_V1, DRAFT, ED25519_2020]), NO_BADGE, "shape", "a draft")
    yield from _wrapped()


DRAFT = "https://purl.imsglobal.org/spec/ob/v3p0/context.json"


def proved_2020_raw(document: JsonObject, contexts: list[str]) -> JsonObject:
    """An older badge whose vocabularies were changed after it was signed."""
    return proved_2020(document) | {"@context": contexts}


def _wrapped() -> Iterator[Case]:
    badge = older()

    def case(name: str, data: bytes, result: int, check: str, reason: str) -> Case:
        return Case(f"token: {name}", data, result, check, reason)

    wrong: JsonObject = {
        "iss": EVES_DID,
        "jti": "urn:x:1",
        "sub": "did:example:eve",
        "nbf": 0,
        "exp": 4_000_000_000,
    }
    for claim, value in wrong.items():
        changed = wrapped(badge, None, **{claim: value})
        yield case(f"another {claim}", changed, NOT_GENUINE, "proof", f"“{claim}” contradicts")
    for claim in ("iss", "jti", "sub", "nbf"):
        without = wrapped(badge, None, **{claim: None})
        yield case(f"no {claim}", without, NOT_GENUINE, "proof", f"lacks the claim “{claim}”")
    odds: tuple[Any, ...] = (None, [], "eyJ", 7)
    for odd in odds:
        yield case(f"vc {odd!r}", _odd_vc(odd), UNREADABLE, "reading", "is not a badge")
    for member in ("@context", "type", "credentialSubject"):
        double = wrapped(badge, **{member: badge[member]})
        yield case(f"a second {member}", double, UNREADABLE, "reading", "holds two badges")
    ended = wrapped(older(expirationDate=None), exp=1795176000)
    yield case("an end that only the token names", ended, EXPIRED, "validity window", "expired on 2026-11-20")
    renamed = wrapped({name: value for name, value in badge.items() if name != "issuer"}, iss=DID)
    yield case("an issuer that only the token names", renamed, *NOT_THEIRS)
    inner = wrapped({"vc": badge})
    yield case("a token in a token", inner, NO_BADGE, "shape", "not a verifiable credential")


def _odd_vc(value: Any) -> bytes:
    return token({"alg": "EdDSA", "typ": "JWT", "kid": KEY}, {"iss": FAR_DID, "vc": value}, FAR)


def refreshed() -> Iterator[Case]:
    """What stands at the place for newer versions."""
    place = f"{HOST}/newest"
    contexts = [CREDENTIALS_V2, OPEN_BADGES_V3, EXTENSIONS]
    service = {"id": place, "type": "1EdTechCredentialRefresh"}
    ours = small(issuer={"id": DID, "type": ["Profile"], "name": "School of Olu"}, **{"@context": contexts})
    old = ours | {"validFrom": "2026-01-01T00:00:00Z", "refreshService": service}
    badge = signed_jcs(old)

    def case(name: str, served: Any, reason: str, result: int = GENUINE) -> Case:
        return Case(name, badge, result, "refresh", reason, {place: served})

    yield case("a newer version", signed_jcs(old | {"validFrom": "2026-06-01T00:00:00Z"}), "newer version on", EXPIRED)
    yield case("an older version", signed_jcs(old | {"validFrom": "2020-01-01T00:00:00Z"}), "no newer version")
    yield case("a version of tomorrow", signed_jcs(old | {"validFrom": "2027-01-01T00:00:00Z"}), "no newer version")
    yield case("another badge", signed_jcs(old | {"id": "urn:x:2"}), "is another badge")
    later = old | {"validFrom": "2026-06-01T00:00:00Z"}
    yield case("unsigned", later, "is not signed")
    yield case("changed", signed_jcs(later) | {"name": "Last steps"}, "does not belong")
    yield case("signed by Eve", proved(later, SCHOOLS_KEY.id(DID), EVE), "does not belong")
    eves = later | {"issuer": {"id": EVES_DID, "type": ["Profile"]}}
    yield case("of another issuer", proved(eves, f"{EVES_DID}#k", EVE), "of another issuer")
    yield case("in other words", {**later, "@context": [CREDENTIALS_V2, f"{EVIL}/c"]}, "not known here")
    yield case("a page", "<!doctype html>", "was not seen")
    yield case("nothing", None, "was not seen")
    away = {place: {"leads_to": f"{EVIL}/n"}, f"{EVIL}/n": signed_jcs(later)}
    yield Case("led to another host", badge, GENUINE, "refresh", "another host", away)
    yield case("not JSON", '{"id":', "not JSON")
    odd = signed_jcs(old | {"refreshService": {"id": place, "type": "ManualRefreshService2018"}})
    yield Case("another kind of service", odd, GENUINE, "refresh", "not known here")
    inside = signed_jcs(old | {"refreshService": {"id": "http://localhost/", "type": "1EdTechCredentialRefresh"}})
    yield Case("a place inside of our network", inside, GENUINE, "refresh", "was not seen")


def endorsements() -> Iterator[Case]:
    """Endorsements that do not hold: said in their own check, and the badge is what it was."""
    subject = {"id": DID, "type": ["EndorsementSubject"], "endorsementComment": "In good standing"}
    said: JsonObject = {
        "@context": [CREDENTIALS_V2, OPEN_BADGES_V3],
        "id": "https://far.example/endorsements/1",
        "type": ["VerifiableCredential", "EndorsementCredential"],
        "name": "Endorsement",
        "issuer": {"id": FAR_DID, "type": ["Profile"], "name": "Far School"},
        "validFrom": "2026-01-01T00:00:00Z",
        "credentialSubject": subject,
    }

    def case(name: str, endorsement: Any, reason: str, **served: Any) -> Case:
        listed = endorsement if isinstance(endorsement, list) else [endorsement]
        issuer = {"id": DID, "type": ["Profile"], "name": "School of Olu", "endorsement": listed}
        badge = signed_jcs(small(issuer=issuer))
        return Case(name, badge, GENUINE, "endorsements", reason, served)

    good = proved(said, suite="eddsa-jcs-2022")
    yield case("by a stranger", good, "by the owner of far.example, who is not known here")
    yield case("by nobody that is found", good, "is not known here", **{DID_URL: None})
    yield case("changed", good | {"name": "Praise"}, "does not belong")
    yield case("signed by Eve", proved(said, signer=EVE, suite="eddsa-jcs-2022"), "does not belong")
    yield case("unsigned", said, "is not signed")
    eves = said | {"issuer": {"id": FAR_DID, "type": ["Profile"]}}
    yield case("with a key of another", proved(eves, f"{EVES_DID}#k", EVE, "eddsa-jcs-2022"), "is not a key")
    ended = proved(said | {"validUntil": "2026-06-01T00:00:00Z"}, suite="eddsa-jcs-2022")
    yield case("that ended", ended, "ended on 2026-06-01")
    about = proved(said | {"credentialSubject": subject | {"id": EVES_DID}}, suite="eddsa-jcs-2022")
    yield case("about another", about, "something else")
    by_itself = signed_jcs(said | {"issuer": {"id": DID, "type": ["Profile"], "name": "School of Olu"}})
    yield case("of eight and one more", [by_itself] * 9, "Only the first 8")
    yield case("of which one is false", [by_itself, good | {"name": "Praise"}], "1 of 2 do not hold")
    nested = replace(case("that is a badge", proved(stranger()), "not an endorsement"), result=NO_BADGE)
    yield nested
    model = said | {"@context": [CREDENTIALS_V1, OPEN_BADGES_V3], "issuanceDate": "2026-01-01T00:00:00Z"}
    yield case("in older words", model, "older data model")
    jwt_of = jwt.sign(said, FAR, KEY)
    for name, text, reason in (
        ("as token of a stranger", jwt_of, "owner of far.example"),
        ("as token that was changed", jwt_of[:-4] + "AAAA", "does not belong"),
        ("as token with two parts", "eyJ.eyJ", "not"),
        ("as token of nothing", "", "not"),
    ):
        issuer = {"id": DID, "type": ["Profile"], "name": "School of Olu", "endorsementJwt": [text]}
        claims = {"iss": DID, "jti": SMALL["id"], "sub": "did:example:ada", "nbf": 1795262400, "exp": 1858420800}
        header = {"alg": "EdDSA", "typ": "JWT", "kid": f"{DID}#jwt-1"}
        badge = token(header, small(issuer=issuer) | claims, SCHOOL)
        result = GENUINE if text.count(".") == 2 else NO_BADGE
        yield Case(name, badge, result, "endorsements", reason)
