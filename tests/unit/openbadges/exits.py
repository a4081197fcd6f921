"""A small badge of Ada in every exit, and a school that also signs with RS256."""

import json
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa

from assessor.openbadges.contexts import CREDENTIALS_V2, OPEN_BADGES_V3
from assessor.openbadges.did_web import PublishedKey, did_document
from assessor.openbadges.exits import Statement, as_jcs, as_jwt
from assessor.openbadges.multikey import base58_encode, base64url_decode, base64url_encode
from assessor.openbadges.proof import JCS_SUITE, hash_data, sign_document
from assessor.openbadges.rsa import RsaSigner
from assessor.openbadges.strict_json import JsonObject, write_json
from assessor.openbadges.trust import Trust
from tests.unit.openbadges.badges import DID, JWT_KEY, KEY, NOW, SCHOOL, VECTORS

RFC_TOKENS: dict[str, Any] = json.loads((VECTORS / "rfc-tokens.json").read_bytes())


def _rsa_signer() -> RsaSigner:
    """The key of RFC 7515, appendix A.2: known to everybody, it proves nothing outside of tests."""
    vector = RFC_TOKENS["RFC 7515, appendix A.2"]
    n, e, d, p, q = (
        int.from_bytes(base64url_decode((vector["key"] | vector["private"])[name]), "big") for name in "nedpq"
    )
    crt = (rsa.rsa_crt_dmp1(d, p), rsa.rsa_crt_dmq1(d, q), rsa.rsa_crt_iqmp(p, q))
    return RsaSigner.from_key(rsa.RSAPrivateNumbers(p, q, d, *crt, rsa.RSAPublicNumbers(e, n)).private_key())


RSA_SCHOOL = _rsa_signer()
RSA_KEY = PublishedKey(RSA_SCHOOL.public_key, "JsonWebKey", "rsa-1")
DID_DOCUMENT = did_document(DID, [KEY, JWT_KEY, RSA_KEY])
TRUST_OF_EXITS = Trust.of(DID_DOCUMENT)

SMALL: JsonObject = {
    "@context": [CREDENTIALS_V2, OPEN_BADGES_V3],
    "id": "https://badges.example/credentials/small",
    "type": ["VerifiableCredential", "OpenBadgeCredential"],
    "name": "First steps",
    "issuer": {"id": DID, "type": ["Profile"], "name": "School of Olu"},
    "validFrom": "2026-11-21T12:00:00Z",
    "validUntil": "2028-11-21T12:00:00Z",
    "credentialSubject": {
        "id": "did:example:ada",
        "type": ["AchievementSubject"],
        "achievement": {
            "id": "https://badges.example/achievements/small",
            "type": ["Achievement"],
            "name": "First steps",
            "description": "Digital skills: first steps",
            "criteria": {"narrative": "Answer ten tasks under supervision."},
        },
    },
}


def small(**changes: Any) -> JsonObject:
    """The small badge, unsigned, with members changed; a member that becomes None is left out."""
    return {name: value for name, value in (SMALL | changes).items() if value is not None}


def small_jwt() -> bytes:
    """Signed with EdDSA."""
    return as_jwt(Statement.of(SMALL), SCHOOL, JWT_KEY.id(DID))


def small_rs256() -> bytes:
    """Signed with RS256."""
    return as_jwt(Statement.of(SMALL), RSA_SCHOOL, RSA_KEY.id(DID))


def small_jcs() -> bytes:
    """With an eddsa-jcs-2022 proof."""
    return as_jcs(Statement.of(SMALL), SCHOOL, KEY.id(DID), NOW)


def signed_jcs(document: JsonObject, **options: Any) -> JsonObject:
    """Any document with such a proof, past our own checks; `options`: members of the proof that are signed with it."""
    signed = sign_document(document, SCHOOL, KEY.id(DID), NOW, JCS_SUITE)
    return sign_again(signed, **options) if options else signed


def sign_again(signed: JsonObject, **options: Any) -> JsonObject:
    """The document with its proof changed and signed anew over the change."""
    unsecured = {name: value for name, value in signed.items() if name != "proof"}
    proof = {name: value for name, value in (signed["proof"][0] | options).items() if name != "proofValue"}
    return {
        **unsecured,
        "proof": [{**proof, "proofValue": "z" + base58_encode(SCHOOL.sign(hash_data(unsecured, proof)))}],
    }


def part(value: Any) -> str:
    """A part of a token: JSON, or bytes as they are."""
    return base64url_encode(value if isinstance(value, bytes) else write_json(value))


def token(header: Any, payload: Any, signer: Any = SCHOOL) -> bytes:
    """Any header and payload, signed past our own checks."""
    signed = f"{part(header)}.{part(payload)}"
    return f"{signed}.{base64url_encode(signer.sign(signed.encode()))}".encode()
