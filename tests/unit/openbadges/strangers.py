"""Issuers that nobody here knows, and the web on which they can be found: a school with a did:web, and others."""

import json
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from assessor.openbadges.checks import Report, Result, State
from assessor.openbadges.contexts import CREDENTIALS_V1
from assessor.openbadges.did_web import PublishedKey, did_document
from assessor.openbadges.elliptic import EcPublicKey
from assessor.openbadges.multikey import MemorySigner, base58_encode, base64url_encode, jwk, multikey
from assessor.openbadges.proof import hash_data, sign_document
from assessor.openbadges.strict_json import JsonObject, write_json
from assessor.openbadges.trust import Trust
from assessor.openbadges.verification import verify
from tests.unit.openbadges.badges import NOW
from tests.unit.openbadges.exits import SMALL, token
from tests.unit.openbadges.older_badges import check_named, web

FAR = MemorySigner.from_seed(b"far school" + bytes(22))
HOST = "https://far.example"
FAR_DID = "did:web:far.example"
KEY = f"{FAR_DID}#k"
DID_URL = f"{HOST}/.well-known/did.json"
FAR_DOCUMENT = did_document(FAR_DID, [PublishedKey(FAR.public_key, fragment="k")])
PROFILE_URL = f"{HOST}/issuers/1"
PROFILE: JsonObject = {"id": PROFILE_URL, "type": ["Profile"], "name": "Far School"}
DID_KEY = f"did:key:{multikey(FAR.public_key)}"
DID_JWK = f"did:jwk:{base64url_encode(write_json(dict(jwk(FAR.public_key))))}"
ED25519_2020 = "https://w3id.org/security/suites/ed25519-2020/v1"
OPEN_BADGES_V3_1 = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.1.json"
EXTENSIONS = "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"

EC_KEY = ec.derive_private_key(2026, ec.SECP256R1())
EC_PUBLIC = EcPublicKey("P-256", EC_KEY.public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint))
EC_MULTIKEY = "z" + base58_encode(b"\x80\x24" + EC_PUBLIC.point)


class EcSigner:
    """Signs as ES256; the signature is two numbers."""

    public_key = EC_PUBLIC

    def sign(self, data: bytes, /) -> bytes:
        r, s = decode_dss_signature(EC_KEY.sign(data, ec.ECDSA(SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def ec_jwk() -> JsonObject:
    """The EC key as JSON Web Key."""
    numbers = EC_KEY.public_key().public_numbers()
    x, y = (base64url_encode(number.to_bytes(32, "big")) for number in (numbers.x, numbers.y))
    return {"kty": "EC", "crv": "P-256", "x": x, "y": y}


def stranger(**changes: Any) -> JsonObject:
    """A small badge of the far school, unsigned; a member that becomes None is left out."""
    issuer = {"id": changes.pop("by", FAR_DID), "type": ["Profile"], "name": "Far School"}
    document = SMALL | {"issuer": issuer} | changes
    return {name: value for name, value in document.items() if value is not None}


def proved(document: JsonObject, method: str = KEY, signer: Any = FAR, suite: str = "eddsa-rdfc-2022") -> JsonObject:
    """Any document with a Data Integrity proof of any suite, past our own checks."""
    if suite in {"eddsa-rdfc-2022", "eddsa-jcs-2022"}:
        return sign_document(document, signer, method, NOW, suite)  # type: ignore[arg-type]  # one of the two
    return proved_with(document, signer, {"type": "DataIntegrityProof", "cryptosuite": suite}, method)


def proved_with(document: JsonObject, signer: Any, kind: JsonObject, method: str) -> JsonObject:
    """The same with the words of any proof; `kind`: what makes it one of its suite."""
    options = {
        **kind,
        "created": "2026-11-21T12:00:00Z",
        "verificationMethod": method,
        "proofPurpose": "assertionMethod",
    }
    digest = {"digest": signer.public_key.digest} if isinstance(signer, EcSigner) else {}
    signature = signer.sign(hash_data(document, options, **digest))
    return {**document, "proof": [{**options, "proofValue": "z" + base58_encode(signature)}]}


def older(**changes: Any) -> JsonObject:
    """A badge in the words of Verifiable Credentials 1.1, unsigned."""
    dates = {"validFrom": None, "validUntil": None, "issuanceDate": SMALL["validFrom"]}
    contexts = {"@context": [CREDENTIALS_V1, OPEN_BADGES_V3_1, ED25519_2020]}
    return stranger(**contexts | dates | {"expirationDate": SMALL["validUntil"]} | changes)


def proved_2020(document: JsonObject, **options: Any) -> JsonObject:
    """With an Ed25519Signature2020 proof; `options` join what is signed."""
    return proved_with(document, FAR, {"type": "Ed25519Signature2020", **options}, KEY)


def wrapped(credential: JsonObject, header: JsonObject | None = None, **claims: Any) -> bytes:
    """A token that carries a badge in `vc`; a claim that becomes None is left out."""
    usual = {
        "iss": FAR_DID,
        "jti": SMALL["id"],
        "sub": "did:example:ada",
        "nbf": 1795262400,
        "exp": 1858420800,
    }
    payload = {name: value for name, value in (usual | claims).items() if value is not None}
    return token(header or {"alg": "EdDSA", "typ": "JWT", "kid": KEY}, payload | {"vc": credential}, FAR)


WEB: dict[str, Any] = {DID_URL: FAR_DOCUMENT, PROFILE_URL: PROFILE}


def seen(
    badge: bytes | JsonObject, served: Mapping[str, Any] | None = None, trust: Trust | None = None, **options: Any
) -> Report:
    """The report of somebody who knows nobody, and can look up what is served."""
    data = badge if isinstance(badge, bytes) else write_json(badge)
    return verify(data, trust or Trust(), NOW, fetch=web(WEB if served is None else served), **options)


def copied(document: JsonObject) -> JsonObject:
    """A copy to change."""
    copy: JsonObject = json.loads(write_json(document))
    return copy


def holds(report: Report, owner: str = "far.example") -> None:
    """Everything of the badge holds, and it is shown whose it is."""
    assert (report.result, report.exit_code, report.failed) == (Result.ISSUER_UNKNOWN, 2, ()), report.checks
    assert report.foreign == owner
    assert check_named(report, "proof").state is State.PASSED
    assert check_named(report, "key bound to issuer").state is State.PASSED
    assert (report.credential is None) is owner.startswith("did:")
