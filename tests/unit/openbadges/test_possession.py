"""Proofs that a wallet has a key, and the names of such keys."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessor.openbadges.errors import InvalidKey, ProofInvalid
from assessor.openbadges.holder_key import HolderKey
from assessor.openbadges.possession import MAX_BYTES, read_possession
from tests.holder_keys import base64url, key, proof

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
ISSUER = "https://badges.example"
ADA = key()


@pytest.mark.parametrize("how", ["did:key", "did:jwk", "jwk"])
@pytest.mark.parametrize("algorithm", ["EdDSA", "ES256"])
def test_a_proof_with_any_kind_of_key_in_any_form_is_believed(algorithm: str, how: str) -> None:
    holder = key(algorithm)

    found = read_possession(proof(holder, ISSUER, "a nonce", NOW, how=how), ISSUER, NOW)

    assert found.nonce == "a nonce"
    assert found.holder.did == (holder.did_key if how == "did:key" else holder.did_jwk)


def test_a_did_without_a_fragment_names_its_one_key() -> None:
    given = proof(ADA, ISSUER, "n", NOW, header={"kid": ADA.did_key})

    assert read_possession(given, ISSUER, NOW).holder.did == ADA.did_key


def test_the_address_of_a_key_by_itself_is_that_of_its_did() -> None:
    found = HolderKey.from_jwk({**ADA.jwk, "use": "sig", "kid": "my key"})

    assert found.did == ADA.did_jwk
    assert HolderKey.from_did_url(f"{found.did}#0").key == found.key


EVE = key(seed="Eve")
WRONG: dict[str, dict[str, Any]] = {
    "signed by another key": {"signer": EVE},
    "for another issuer": {"claims": {"aud": "https://other.example"}},
    "for two audiences": {"claims": {"aud": [ISSUER, "https://other.example"]}},
    "for nobody": {"claims": {"aud": None}},
    "without a time": {"claims": {"iat": None}},
    "with a time that is none": {"claims": {"iat": "now"}},
    "with a truth for a time": {"claims": {"iat": True}},
    "from the future": {"claims": {"iat": int((NOW + timedelta(minutes=2)).timestamp())}},
    "too old": {"claims": {"iat": int((NOW - timedelta(minutes=6)).timestamp())}},
    "over": {"claims": {"exp": int((NOW - timedelta(seconds=1)).timestamp())}},
    "with an end that is none": {"claims": {"exp": "never"}},
    "without a challenge": {"claims": {"nonce": None}},
    "with a challenge that is no text": {"claims": {"nonce": 7}},
    "unsigned": {"header": {"alg": "none"}},
    "with a shared secret": {"header": {"alg": "HS256"}},
    "with the algorithm of another kind of key": {"header": {"alg": "ES256"}},
    "with an algorithm that is no text": {"header": {"alg": ["EdDSA"]}},
    "of another type": {"header": {"typ": "JWT"}},
    "without a type": {"header": {"typ": None}},
    "without a key": {"header": {"kid": None}},
    "with two keys": {"header": {"jwk": ADA.jwk}},
    "with a private key": {"header": {"kid": None, "jwk": {**ADA.jwk, "d": "AAAA"}}},
    "with a key that is no object": {"header": {"kid": None, "jwk": "key"}},
    "with an address that is no text": {"header": {"kid": 7}},
    "with a key of a site": {"header": {"kid": "did:web:wallet.example#0"}},
    "with a fragment that is not there": {"header": {"kid": f"{ADA.did_key}#other"}},
    "with a key from elsewhere": {"header": {"jku": "https://eve.example/keys"}},
    "with a certificate": {"header": {"x5c": ["AAAA"]}},
    "with rules from elsewhere": {"header": {"crit": ["x"], "x": 1}},
}


@pytest.mark.parametrize("change", WRONG.values(), ids=WRONG.keys())
def test_a_proof_that_is_not_in_order_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ProofInvalid):
        read_possession(proof(ADA, ISSUER, "n", NOW, **change), ISSUER, NOW)


def test_a_clock_that_is_a_little_ahead_does_no_harm() -> None:
    made = NOW + timedelta(seconds=50)

    assert read_possession(proof(ADA, ISSUER, "n", made), ISSUER, NOW).nonce == "n"


@pytest.mark.parametrize("text", ["", "a", "a.b", "a.b.c", "….….…", "e30.e30.", "x" * 3 * MAX_BYTES])
def test_what_is_no_token_is_refused(text: str) -> None:
    with pytest.raises(ProofInvalid):
        read_possession(text, ISSUER, NOW)


@given(position=st.integers(min_value=0), sign=st.sampled_from("ABCxyz019-_."))
def test_one_changed_sign_is_refused(position: int, sign: str) -> None:
    whole = proof(ADA, ISSUER, "n", NOW)
    place = position % len(whole)
    changed = whole[:place] + sign + whole[place + 1 :]

    if changed != whole:
        with pytest.raises(ProofInvalid):
            read_possession(changed, ISSUER, NOW)


@pytest.mark.parametrize(
    "text",
    [
        "did:key:",
        "did:key:z",
        "did:key:zzzz0",
        "did:key:" + "z" * 2000,
        "did:jwk:",
        "did:jwk:AAAA#0",
        "did:jwk:" + base64url(b"[]"),
        "did:jwk:" + base64url(json.dumps({"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}).encode()),
        "did:jwk:" + base64url(json.dumps({**key("ES256").jwk, "y": "A" * 43}).encode()),
        "did:jwk:" + base64url(json.dumps({"kty": "RSA", "n": "AAAA", "e": "AQAB"}).encode()),
        f"{key().did_jwk}#1",
    ],
)
def test_an_address_without_a_key_of_ours_is_refused(text: str) -> None:
    with pytest.raises(InvalidKey):
        HolderKey.from_did_url(text)
