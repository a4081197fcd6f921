"""Tokens by the published vectors, RS256, keys that tokens bring along, and claims of other issuers."""

import json
from pathlib import Path
from typing import Any

import pytest

from assessor.openbadges import jwt
from assessor.openbadges.checks import Report, Result
from assessor.openbadges.did_web import PublishedKey, did_document
from assessor.openbadges.errors import InvalidBadge, InvalidDid, InvalidKey, ProofInvalid, Unreadable
from assessor.openbadges.exits import Statement, as_jwt
from assessor.openbadges.jose import read_token_key
from assessor.openbadges.multikey import MemorySigner, base64url_decode
from assessor.openbadges.reading import read_credential
from assessor.openbadges.rsa import MAX_BITS, RsaPublicKey
from assessor.openbadges.strict_json import write_json
from assessor.openbadges.trust import Trust, TrustedIssuer
from assessor.openbadges.verification import verify
from tests.unit.openbadges.badges import (
    ADA_WITHDRAWN,
    DID,
    JWT_KEY,
    KEY,
    NOTHING_WITHDRAWN,
    NOW,
    SCHOOL,
    TRUST,
    serving,
    signed,
    status_list,
)
from tests.unit.openbadges.exits import (
    DID_DOCUMENT,
    RFC_TOKENS,
    RSA_KEY,
    RSA_SCHOOL,
    SMALL,
    TRUST_OF_EXITS,
    small,
    small_jwt,
    small_rs256,
    token,
)


def _reason(report: Report, name: str) -> str:
    return next(check.reason for check in report.checks if check.name == name)


@pytest.mark.parametrize("name", ["RFC 8037, appendix A.4", "RFC 7515, appendix A.2"])
def test_the_signatures_of_the_standards_are_checked_and_made_again(name: str) -> None:
    vector = RFC_TOKENS[name]
    signed_part, _, signature = vector["token"].encode().rpartition(b".")
    is_rsa = vector["algorithm"] == "RS256"
    signer: jwt.TokenSigner = RSA_SCHOOL if is_rsa else MemorySigner.from_seed(base64url_decode(vector["private"]["d"]))

    made = signer.sign(signed_part)

    assert made == base64url_decode(signature.decode())
    jwt.check_signed(vector["algorithm"], read_token_key(vector["key"]), made, signed_part)
    with pytest.raises(ProofInvalid):
        jwt.check_signed(vector["algorithm"], read_token_key(vector["key"]), made, signed_part + b"A")


@pytest.mark.parametrize("name", ["RFC 7515, appendix A.1", "RFC 7515, appendix A.5"])
def test_tokens_of_the_standards_that_prove_nothing_are_refused(name: str) -> None:
    with pytest.raises(ProofInvalid, match="not an algorithm"):
        jwt.check(jwt.read(RFC_TOKENS[name]["token"].encode()), SCHOOL.public_key)


@pytest.mark.parametrize("make", [small_jwt, small_rs256])
def test_a_badge_as_token_is_genuine_with_either_kind_of_key(make: Any) -> None:
    report = verify(make(), TRUST_OF_EXITS, NOW)

    assert report.result is Result.GENUINE
    assert report.failed == ()
    assert make() == make()


def test_the_stored_badge_as_token_says_the_same_and_is_withdrawn_with_it() -> None:
    stored = signed()

    written = as_jwt(Statement.stored(stored), RSA_SCHOOL, RSA_KEY.id(DID))

    payload = jwt.read(written).payload
    said = Statement.stored(stored).document
    assert {name: payload[name] for name in said} == said
    assert set(payload) - set(said) == {"iss", "jti", "nbf", "exp"}
    assert "RS256" in _reason(verify(written, TRUST_OF_EXITS, NOW, status=NOTHING_WITHDRAWN), "proof")
    assert verify(written, TRUST_OF_EXITS, NOW, status=ADA_WITHDRAWN).result is Result.WITHDRAWN


def test_an_rs256_token_of_an_issuer_without_such_a_key_is_not_genuine() -> None:
    report = verify(small_rs256(), TRUST, NOW)

    assert report.result is Result.NOT_GENUINE
    assert _reason(report, "key bound to issuer") == f"{RSA_KEY.id(DID)} is not a key of the issuer."


@pytest.mark.parametrize("name", ["simple-jwt.png", "simple-jwt.svg"])
def test_official_samples_that_bring_their_key_count_if_the_issuer_publishes_it(reference: Path, name: str) -> None:
    data = (reference / "openbadges" / "examples" / "ob3-validator-samples" / name).read_bytes()
    sample = jwt.read(read_credential(data)[1])
    brought = RsaPublicKey.from_jwk(sample.header["jwk"])
    issuer = jwt.issuer_of(sample.payload)
    trust = Trust.of(did_document(issuer, [PublishedKey(brought, "JsonWebKey")]))
    stranger = Trust.of(did_document(issuer, [RSA_KEY]))

    assert verify(data, trust, NOW).result is Result.GENUINE
    assert verify(data, stranger, NOW).result is Result.NOT_GENUINE
    assert _reason(verify(data, stranger, NOW), "key bound to issuer").startswith("The key that the token brings along")


def test_a_key_beside_the_name_of_the_same_key_does_no_harm() -> None:
    header = {"alg": "RS256", "kid": RSA_KEY.id(DID), "jwk": RSA_SCHOOL.public_key.jwk(), "typ": "JWT"}
    payload = jwt.read(small_rs256()).payload

    assert verify(token(header, payload, RSA_SCHOOL), TRUST_OF_EXITS, NOW).result is Result.GENUINE


def test_a_token_that_ends_before_its_badge_says_when_is_expired() -> None:
    claims = {"iss": DID, "jti": SMALL["id"], "sub": "did:example:ada", "nbf": int(NOW.timestamp())}
    header = {"alg": "EdDSA", "kid": JWT_KEY.id(DID), "typ": "JWT"}
    payload = small(validUntil=None) | claims | {"exp": int(NOW.timestamp()) - 1}

    report = verify(token(header, payload), TRUST_OF_EXITS, NOW)

    assert report.result is Result.EXPIRED
    assert report.credential is not None
    assert report.credential["validUntil"] == "2026-11-21T11:59:59Z"


def test_credentials_of_other_standards_need_no_claims() -> None:
    header = {"alg": "EdDSA", "kid": JWT_KEY.id(DID), "typ": "vc+jwt"}

    assert verify(token(header, SMALL), TRUST_OF_EXITS, NOW).result is Result.GENUINE


def test_a_status_list_signed_with_rs256_is_believed() -> None:
    listed = serving(jwt.sign(status_list(), RSA_SCHOOL, RSA_KEY.id(DID)).encode())

    assert verify(signed(), TRUST_OF_EXITS, NOW, status=listed).result is Result.GENUINE


def test_a_changed_token_is_not_genuine_even_where_its_text_broke() -> None:
    written = small_jwt()
    head, payload, signature = written.split(b".")
    broken = b".".join((head, b"AAAA" + payload[4:], signature))

    report = verify(broken, TRUST_OF_EXITS, NOW)

    assert report.result is Result.NOT_GENUINE
    assert "was changed" in _reason(report, "reading")
    assert verify(broken, Trust(), NOW).result is Result.UNREADABLE


def test_what_the_issuer_signed_but_nobody_can_read_is_unreadable() -> None:
    header = {"alg": "EdDSA", "kid": JWT_KEY.id(DID), "typ": "JWT"}

    assert verify(token(header, b'{"id":1,"id":2}'), TRUST_OF_EXITS, NOW).result is Result.UNREADABLE
    with pytest.raises(Unreadable, match="twice"):
        jwt.read(token(header, b'{"id":1,"id":2}'))


def test_keys_of_both_kinds_are_published_and_read_back() -> None:
    issuer = TrustedIssuer.from_did_document(json.loads(write_json(DID_DOCUMENT)))

    assert issuer.keys == {KEY.id(DID): SCHOOL.public_key, JWT_KEY.id(DID): SCHOOL.public_key}
    assert issuer.rsa_keys == {RSA_KEY.id(DID): RSA_SCHOOL.public_key}
    assert issuer.token_keys == {**issuer.keys, **issuer.rsa_keys}


def test_a_key_without_a_name_is_named_by_its_thumbprint() -> None:
    key = RsaPublicKey.from_jwk(
        {
            "kty": "RSA",
            "n": (
                "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCi"
                "FV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgn"
                "Yb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw"
                "0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"
            ),
            "e": "AQAB",
            "alg": "RS256",
        }
    )

    # RFC 7638, section 3.1.
    assert PublishedKey(key, "JsonWebKey").id(DID) == f"{DID}#NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"


def test_an_rsa_key_is_no_multikey() -> None:
    with pytest.raises(InvalidKey):
        PublishedKey(RSA_SCHOOL.public_key).method(DID)


RSA_JWK = RSA_SCHOOL.public_key.jwk()


@pytest.mark.parametrize(
    "change",
    [
        {"n": "AQAB"},
        {"n": RSA_JWK["n"][:-2]},
        {"n": "A" * (MAX_BITS // 4 + 1)},
        {"n": "_" * (MAX_BITS // 6 + 2)},
        {"n": None},
        {"n": "+/+/"},
        {"e": "AQ"},
        {"e": "Ag"},
        {"e": "AQAAAAAB"},
        {"e": ""},
        {"use": "enc"},
        {"alg": "PS256"},
        {"alg": "HS256"},
        {"d": "AQAB"},
        {"p": "AQAB"},
        {"kty": "oct"},
        {"kty": "EC"},
    ],
)
def test_odd_rsa_keys_are_refused(change: dict[str, Any]) -> None:
    with pytest.raises(InvalidKey):
        read_token_key(RSA_JWK | change)


def test_a_document_whose_keys_are_all_odd_is_refused() -> None:
    document = did_document(DID, [RSA_KEY])
    document["verificationMethod"][0]["publicKeyJwk"]["e"] = "Ag"

    with pytest.raises(InvalidDid):
        Trust.of(document)


@pytest.mark.parametrize("key_id", ["did:web:eve.example#k", f"{DID}.eve#k", "no address"])
def test_a_token_is_not_made_with_a_key_of_another(key_id: str) -> None:
    with pytest.raises(InvalidBadge):
        as_jwt(Statement.of(SMALL), SCHOOL, key_id)


def test_there_is_no_claim_about_the_holder_where_the_holder_has_no_id() -> None:
    subject = {name: value for name, value in SMALL["credentialSubject"].items() if name != "id"}
    identified = {"type": "IdentityObject", "hashed": False, "identityHash": "Ada", "identityType": "name"}
    statement = small(credentialSubject={**subject, "identifier": [identified]})

    written = as_jwt(Statement.of(statement), SCHOOL, JWT_KEY.id(DID))

    assert "sub" not in jwt.read(written).payload
    assert verify(written, TRUST_OF_EXITS, NOW).result is Result.GENUINE
