"""Badges as JWT: one algorithm, and no trick with headers or claims."""

import base64
import hashlib
import hmac
import json
from typing import Any

import pytest

from assessor.openbadges import jwt
from assessor.openbadges.credential import issue_jwt
from assessor.openbadges.errors import ProofInvalid, ProofUnsupported, Unreadable
from assessor.openbadges.multikey import base64url_encode
from tests.unit.openbadges.badges import DID, EVE, JWT_KEY, NOW, SCHOOL, credential


def _token() -> bytes:
    return issue_jwt(credential(), SCHOOL, JWT_KEY.id(DID))


def _with(header: dict[str, Any] | None = None, payload: dict[str, Any] | None = None) -> bytes:
    """The school's own key over a token with other headers or claims: what it would sign by mistake."""
    token = jwt.read(_token())
    parts = ({**token.header, **(header or {})}, {**token.payload, **(payload or {})})
    signed = ".".join(base64url_encode(json.dumps(part).encode()) for part in parts)
    return f"{signed}.{base64url_encode(SCHOOL.sign(signed.encode()))}".encode()


def test_a_token_holds_the_badge_and_its_claims() -> None:
    token = jwt.read(_token())

    jwt.check(token, SCHOOL.public_key)

    # Open Badges 3.0, section 8.2.3, admits no other parameters.
    assert token.header == {"alg": "EdDSA", "typ": "JWT", "kid": JWT_KEY.id(DID)}
    assert token.payload["iss"] == DID
    assert token.payload["jti"] == token.payload["id"]
    assert token.payload["nbf"] == int(NOW.timestamp())
    assert "proof" not in token.payload
    assert token.key_id == JWT_KEY.id(DID)


def test_a_key_named_by_fragment_belongs_to_the_issuer() -> None:
    assert jwt.read(_with({"kid": "#jwt-1"})).key_id == JWT_KEY.id(DID)
    assert jwt.read(_with({"kid": "jwt-1"})).key_id == JWT_KEY.id(DID)
    assert jwt.read(_with({"kid": 5})).key_id == ""


@pytest.mark.parametrize(
    "algorithm", ["none", "None", "HS256", "HS512", "", None, 5, ["EdDSA"], {"alg": "EdDSA"}, "eddsa"]
)
def test_algorithms_that_prove_nothing_are_refused(algorithm: Any) -> None:
    with pytest.raises(ProofInvalid, match="not an algorithm"):
        jwt.check(jwt.read(_with({"alg": algorithm})), SCHOOL.public_key)


def test_a_secret_made_of_the_public_key_is_refused() -> None:
    token = jwt.read(_token())
    signed = (
        base64url_encode(json.dumps({**token.header, "alg": "HS256"}).encode()).encode()
        + b"."
        + token.signed.split(b".")[1]
    )
    mac = hmac.new(SCHOOL.public_key, signed, hashlib.sha256).digest()

    with pytest.raises(ProofInvalid):
        jwt.check(jwt.read(signed + b"." + base64url_encode(mac).encode()), SCHOOL.public_key)


def test_a_key_does_not_sign_with_the_algorithm_of_another_kind() -> None:
    with pytest.raises(ProofInvalid, match="of another kind"):
        jwt.check(jwt.read(_with({"alg": "RS256"})), SCHOOL.public_key)


@pytest.mark.parametrize("algorithm", ["RS512", "PS256", "ES512"])
def test_other_honest_algorithms_are_left_unchecked(algorithm: str) -> None:
    with pytest.raises(ProofUnsupported):
        jwt.check(jwt.read(_with({"alg": algorithm})), SCHOOL.public_key)


@pytest.mark.parametrize(
    ("header", "payload"),
    [
        ({"crit": ["exp"]}, {}),
        ({"b64": False}, {}),
        ({"typ": "dpop+jwt"}, {}),
        ({"typ": 5}, {}),
        ({"iss": "did:web:eve.example"}, {}),
        ({}, {"iss": "did:web:eve.example"}),
        ({}, {"jti": "urn:x:1"}),
        ({}, {"nbf": 0}),
        ({}, {"exp": 99999999999}),
        ({}, {"sub": "did:key:z6Mk"}),
        ({}, {"validUntil": "2099-01-01T00:00:00Z"}),
    ],
)
def test_headers_and_claims_that_contradict_the_badge_are_refused(
    header: dict[str, Any], payload: dict[str, Any]
) -> None:
    with pytest.raises(ProofInvalid):
        jwt.check(jwt.read(_with(header, payload)), SCHOOL.public_key)


def test_a_key_inside_the_token_is_never_used() -> None:
    token = jwt.read(_token())
    header = {**token.header, "jwk": {"kty": "OKP", "crv": "Ed25519", "x": base64url_encode(EVE.public_key)}}
    signed = f"{base64url_encode(json.dumps(header).encode())}.{token.signed.split(b'.')[1].decode()}"
    forged = f"{signed}.{base64url_encode(EVE.sign(signed.encode()))}".encode()

    with pytest.raises(ProofInvalid):
        jwt.check(jwt.read(forged), SCHOOL.public_key)


def test_a_second_spelling_of_the_signature_is_refused() -> None:
    head, _, signature = _token().rpartition(b".")
    # 64 bytes leave four unused bits in the last sign.
    spelled = signature[:-1] + bytes([signature[-1] + 1])
    assert base64.urlsafe_b64decode(spelled + b"==") == base64.urlsafe_b64decode(signature + b"==")

    with pytest.raises(Unreadable):
        jwt.read(head + b"." + spelled)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"a.b",
        b"a.b.c.d",
        b"e30.e30.e30=",
        b"e30.W10.AA",
        b"\xff.e30.AA",
        b"e30. e30.AA",
        b"A" * 600_000 + b".e30.AA",
    ],
)
def test_what_is_no_token_is_not_read(data: bytes) -> None:
    with pytest.raises(Unreadable):
        jwt.read(data)
