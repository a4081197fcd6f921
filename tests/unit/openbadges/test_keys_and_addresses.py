"""Keys as text, did:web names, and whom an installation trusts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessor.openbadges.did_web import PublishedKey, did_document, did_web_from_url, url_of_did
from assessor.openbadges.errors import InvalidDid, InvalidKey
from assessor.openbadges.multikey import (
    base58_decode,
    base58_encode,
    base64url_decode,
    jwk,
    jwk_thumbprint,
    multikey,
    read_jwk,
    read_multikey,
)
from assessor.openbadges.trust import Trust, TrustedIssuer
from tests.unit.openbadges.badges import DID, EVE, KEY, SCHOOL

W3C_KEY = "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"  # vc-di-eddsa, test vectors


def test_the_published_key_of_the_test_vectors_reads_back() -> None:
    assert multikey(read_multikey(W3C_KEY)) == W3C_KEY


@given(st.binary(max_size=70))
def test_base_58_keeps_every_byte(data: bytes) -> None:
    assert base58_decode(base58_encode(data)) == data


@pytest.mark.parametrize(("data", "text"), [(b"", ""), (b"\0\0", "11"), (b"hello world", "StV1DL6CwTryKyV")])
def test_base_58_of_known_texts(data: bytes, text: str) -> None:
    assert base58_encode(data) == text


@pytest.mark.parametrize(
    "text",
    ["z0OIl", "u" + W3C_KEY[1:], "", "z" + "1" * 200, "z6LSbysY2xFMRpGMhb7tFTLMpeuPRaqaWM1yECx2AtzE3KCc"],
)
def test_other_keys_and_other_alphabets_are_refused(text: str) -> None:
    with pytest.raises(InvalidKey):
        read_multikey(text)


def test_the_thumbprint_is_that_of_the_standard() -> None:
    # RFC 8037, appendix A.3.
    key = base64url_decode("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")

    assert jwk_thumbprint(key) == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


def test_a_private_or_foreign_jwk_is_refused() -> None:
    public = jwk(SCHOOL.public_key)

    assert read_jwk(public) == SCHOOL.public_key
    for wrong in ({**public, "d": "x"}, {**public, "crv": "X25519"}, {**public, "x": "AA"}, "key", None):
        with pytest.raises(InvalidKey):
            read_jwk(wrong)


@pytest.mark.parametrize(
    ("url", "did", "document"),
    [
        ("https://badges.example", "did:web:badges.example", "https://badges.example/.well-known/did.json"),
        ("https://Badges.Example/", "did:web:badges.example", "https://badges.example/.well-known/did.json"),
        ("http://localhost:8000", "did:web:localhost%3A8000", "http://localhost:8000/.well-known/did.json"),
        (
            "https://b.example:8443/school/a",
            "did:web:b.example%3A8443:school:a",
            "https://b.example:8443/school/a/did.json",
        ),
    ],
)
def test_an_address_becomes_a_did_and_finds_its_document(url: str, did: str, document: str) -> None:
    assert did_web_from_url(url) == did
    assert url_of_did(did) == document


@pytest.mark.parametrize(
    "url",
    [
        "http://badges.example",
        "https://",
        "https://a.example/?q",
        "https://u@a.example",
        "https://a.example:99999",
        "https://a_b.example",
        "https://a.example/x y",
        "https://a.example/../b",
        "ftp://a.example",
        "badges.example",
    ],
)
def test_an_address_that_cannot_be_a_did_is_refused(url: str) -> None:
    with pytest.raises(InvalidDid):
        did_web_from_url(url)


@pytest.mark.parametrize(
    "did",
    [
        "did:key:z6Mk",
        "did:web:",
        "did:web:a.example/../x",
        "did:web:a.example:..:x",
        "did:web:a.example%3A",
        "did:web:a.example%3A0x",
        "did:web:a@b",
        "did:web:a.example:x%2Fy",
        "xdid:web:a.example",
        "did:web:a.example%2F",
    ],
)
def test_a_did_that_leads_astray_is_refused(did: str) -> None:
    with pytest.raises(InvalidDid):
        url_of_did(did)


def test_a_document_publishes_keys_in_both_forms() -> None:
    keys = [KEY, PublishedKey(EVE.public_key, "JsonWebKey")]

    document = did_document(DID, keys)

    assert document["assertionMethod"] == [key.id(DID) for key in keys]
    assert TrustedIssuer.from_did_document(document).keys == {
        KEY.id(DID): SCHOOL.public_key,
        keys[1].id(DID): EVE.public_key,
    }


def test_a_document_needs_keys_with_different_names() -> None:
    for keys in ([], [KEY, KEY]):
        with pytest.raises(InvalidDid):
            did_document(DID, keys)


def test_only_keys_for_assertions_under_the_issuers_own_control_are_trusted() -> None:
    document = did_document(DID, [KEY])
    foreign = {**KEY.method(DID), "id": f"{DID}#foreign", "controller": "did:web:eve.example"}
    for_login = {**KEY.method(DID), "id": f"{DID}#login"}
    document["verificationMethod"] += [foreign, for_login]
    document["assertionMethod"].append(foreign["id"])

    issuer = TrustedIssuer.from_did_document(document)

    assert set(issuer.keys) == {KEY.id(DID)}


@pytest.mark.parametrize(
    "document", [{}, {"id": DID}, {"id": DID, "verificationMethod": "x", "assertionMethod": [1, None]}]
)
def test_a_document_without_a_usable_key_is_refused(document: dict[str, object]) -> None:
    with pytest.raises(InvalidDid):
        Trust.of(document)
