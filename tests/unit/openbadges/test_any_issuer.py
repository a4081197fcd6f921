"""Badges of issuers that nobody here knows: whose they are is shown, whether to believe them is not decided."""

import json
from pathlib import Path
from typing import Any

import pytest

from assessor.openbadges.checks import Result, State
from assessor.openbadges.did_web import PublishedKey, did_document
from assessor.openbadges.documents import Documents, Fetched
from assessor.openbadges.errors import DocumentUnavailable
from assessor.openbadges.multikey import jwk, read_multikey
from assessor.openbadges.strict_json import JsonObject, write_json
from assessor.openbadges.trust import Trust
from assessor.openbadges.verification import verify
from tests.unit.openbadges.badges import EVE, NOW
from tests.unit.openbadges.exits import token
from tests.unit.openbadges.older_badges import check_named, web
from tests.unit.openbadges.strangers import (
    DID_JWK,
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
    copied,
    ec_jwk,
    holds,
    proved,
    seen,
    stranger,
)

KEY_URL = f"{HOST}/keys/1"


def _token(header: JsonObject, by: str = PROFILE_URL, signer: Any = FAR) -> bytes:
    claims = {"iss": by, "jti": stranger()["id"], "sub": "did:example:ada", "nbf": 1795262400, "exp": 1858420800}
    return token({"typ": "JWT"} | header, stranger(by=by) | claims, signer)


@pytest.mark.parametrize("suite", ["eddsa-rdfc-2022", "eddsa-jcs-2022"])
def test_a_did_web_is_looked_up_at_its_own_address(suite: str) -> None:
    holds(seen(proved(stranger(), suite=suite)))


def test_without_a_network_the_issuer_stays_unknown() -> None:
    report = verify(write_json(proved(stranger())), Trust(), NOW)

    assert (report.result, report.foreign, report.credential) == (Result.ISSUER_UNKNOWN, "", None)
    assert check_named(report, "proof").state is State.NOT_CHECKED


def test_a_known_issuer_is_never_looked_up() -> None:
    def nobody(url: str, /) -> Any:
        raise AssertionError(url)

    report = verify(write_json(proved(stranger())), Trust.of(FAR_DOCUMENT), NOW, fetch=nobody)

    assert (report.result, report.foreign) == (Result.GENUINE, "")


@pytest.mark.parametrize(
    ("name", "method"),
    [(DID_KEY, DID_KEY), (DID_KEY, f"{DID_KEY}#{DID_KEY[8:]}"), (DID_JWK, f"{DID_JWK}#0")],
)
def test_a_name_that_is_a_key_needs_no_look_up(name: str, method: str) -> None:
    holds(seen(proved(stranger(by=name), method), {}), name)


def test_keys_count_that_the_profile_at_the_issuers_address_names() -> None:
    method = f"{PROFILE_URL}#k"
    profile = PROFILE | {
        "verificationMethod": [{"id": method, "controller": PROFILE_URL, "publicKeyJwk": jwk(FAR.public_key)}],
        "assertionMethod": [method],
    }

    holds(seen(_token({"alg": "EdDSA", "kid": method}), {PROFILE_URL: profile}))
    holds(seen(proved(stranger(by=PROFILE_URL), method), {PROFILE_URL: profile}))


@pytest.mark.parametrize("profile", [PROFILE, b"<!doctype html>", None])
def test_a_bare_key_on_the_issuers_own_host_counts(profile: Any) -> None:
    served = {KEY_URL: dict(jwk(FAR.public_key))} | ({} if profile is None else {PROFILE_URL: profile})

    holds(seen(_token({"alg": "EdDSA", "kid": KEY_URL}), served))


def test_a_bare_key_does_not_count_beside_keys_that_the_profile_names() -> None:
    profile = PROFILE | {"verificationMethod": FAR_DOCUMENT["verificationMethod"], "assertionMethod": [KEY]}
    served = {KEY_URL: dict(jwk(EVE.public_key)), PROFILE_URL: profile}

    report = seen(_token({"alg": "EdDSA", "kid": KEY_URL}, signer=EVE), served)

    assert (report.foreign, report.credential) == ("", None)
    assert report.verdict != "genuine"


def test_elliptic_curves_are_read_as_proof_and_as_token() -> None:
    method = f"{FAR_DID}#ec"
    listed = {"id": method, "type": "Multikey", "controller": FAR_DID, "publicKeyMultibase": EC_MULTIKEY}
    served = {DID_URL: FAR_DOCUMENT | {"verificationMethod": [listed], "assertionMethod": [method]}}

    for suite in ("ecdsa-rdfc-2019", "ecdsa-jcs-2019"):
        holds(seen(proved(stranger(), method, EcSigner(), suite), served))
    holds(seen(_token({"alg": "ES256", "kid": KEY_URL}, signer=EcSigner()), {KEY_URL: ec_jwk(), PROFILE_URL: PROFILE}))


def test_the_signature_itself_is_checked_where_the_key_is_no_name_of_the_issuer() -> None:
    report = seen(proved(stranger(by="urn:uuid:0d6d2b4e-7b1e-4a52-9f5e-0f2b8c5a3d11"), DID_KEY))

    assert (report.result, report.foreign, report.credential) == (Result.ISSUER_UNKNOWN, "", None)
    assert check_named(report, "proof").state is State.PASSED
    assert check_named(report, "key bound to issuer").state is State.NOT_CHECKED


@pytest.mark.parametrize("end", ["https://far.example:8443/eve", "http://far.example/eve", "https://eve.example/1"])
def test_what_another_port_or_an_open_line_gives_does_not_speak_for_a_host(end: str) -> None:
    def fetch(_url: str, /) -> Fetched:
        return Fetched(write_json(FAR_DOCUMENT), end)

    report = verify(write_json(proved(stranger())), Trust(), NOW, fetch=fetch)

    assert (report.result, report.foreign) == (Result.ISSUER_UNKNOWN, "")


@pytest.mark.parametrize(
    "end", ["https://far.example:443/moved", "https://www.far.example/moved", "https://FAR.example/"]
)
def test_a_redirect_inside_of_a_host_is_followed(end: str) -> None:
    def fetch(_url: str, /) -> Fetched:
        return Fetched(write_json(FAR_DOCUMENT), end)

    holds(verify(write_json(proved(stranger())), Trust(), NOW, fetch=fetch))


@pytest.mark.parametrize("steps", ["/a/../1", "/%2e%2E/1", "/..", "/a%2f..%2f1", "/.", "/x/..;a/1"])
def test_an_address_with_steps_is_never_asked(steps: str) -> None:
    asked: list[str] = []

    def fetch(url: str, /) -> Fetched:
        asked.append(url)
        return Fetched(b"{}", url)

    with pytest.raises(DocumentUnavailable, match="steps"):
        Documents(fetch).content_at(HOST + steps)

    assert asked == []


def test_the_host_is_named_with_its_port() -> None:
    did = "did:web:far.example%3A8443:school"
    document = did_document(did, [PublishedKey(FAR.public_key, fragment="k")])

    report = seen(proved(stranger(by=did), f"{did}#k"), {"https://far.example:8443/school/did.json": document})

    assert report.foreign == "far.example:8443"


def test_what_ended_is_no_longer_valid_whoever_issued_it() -> None:
    report = seen(proved(stranger(validUntil="2026-11-20T00:00:00Z")))

    assert (report.result, report.exit_code, report.foreign) == (Result.EXPIRED, 1, "far.example")


def test_a_badge_is_read_at_its_address() -> None:
    badge = proved(stranger())

    holds(seen(f"{HOST}/badge".encode(), WEB | {f"{HOST}/badge": badge}))
    assert seen(f"{HOST}/badge".encode()).result is Result.UNREADABLE
    assert verify(b"https://far.example/badge", Trust(), NOW).result is Result.UNREADABLE


@pytest.mark.parametrize(
    ("claimed", "result"),
    [
        ("did:example:ada", Result.GENUINE),
        ("did:example:eve", Result.GENUINE),  # it holds; the verdict says that it is of somebody else
        ("ada@example.org", Result.GENUINE),  # the badge says nothing about addresses
        ("", Result.GENUINE),
    ],
)
def test_the_person_is_compared_when_somebody_asks(claimed: str, result: Result) -> None:
    report = seen(proved(stranger()), trust=Trust.of(FAR_DOCUMENT), recipient=claimed)

    assert report.result is result
    assert (check_named(report, "recipient").state is State.PASSED) is (claimed == "did:example:ada")
    assert (check_named(report, "recipient").state is State.FAILED) is (claimed == "did:example:eve")


SAMPLE = "https://1edtech.edu/issuers/565049"


def test_the_official_samples_hold_where_their_issuers_publish_their_keys(reference: Path) -> None:
    folder = reference / "openbadges" / "examples" / "ob3-validator-samples"
    key = "z6MkjZRZv3aez3r18pB1RBFJR1kwUVJ5jHt92JmQwXbd5hwi"
    published = [PublishedKey(read_multikey(key), fragment=key)]
    did = "did:web:dc.1edtech.org:wellspring2022:wellspring-portal:org:da1e96e9-afcc-4eed-b9a2-2ddf7353214c"
    badge = json.loads((folder / "credential-status-revoked.json").read_bytes())
    revocations = badge["credentialStatus"]["id"]
    listed = {"id": revocations, "issuer": did, "revokedCredentials": [{"id": badge["id"]}]}
    served = {
        SAMPLE: did_document(SAMPLE, published),
        f"https://{did[8:].replace(':', '/')}/did.json": did_document(did, published),
    }

    holds(seen((folder / "simple-did-web-method.json").read_bytes(), served), "1edtech.edu")
    unlisted = seen(write_json(badge), served)
    holds(unlisted, "dc.1edtech.org")
    assert check_named(unlisted, "status").state is State.NOT_CHECKED
    assert seen(write_json(badge), served | {revocations: listed}).result is Result.WITHDRAWN
    wrong = copied(badge) | {"name": "Another badge"}
    assert seen(write_json(wrong), served).result is Result.NOT_GENUINE


def test_the_official_status_list_withdraws_its_sample(reference: Path) -> None:
    folder = reference / "openbadges" / "examples" / "ob3-validator-samples"
    badge = (folder / "bit-string-list" / "credential-status-revoked.json").read_bytes()
    listed = (folder / "bit-string-list" / "testlist").read_bytes()
    key = "z6MkjZRZv3aez3r18pB1RBFJR1kwUVJ5jHt92JmQwXbd5hwi"
    served: dict[str, Any] = {SAMPLE: did_document(SAMPLE, [PublishedKey(read_multikey(key), fragment=key)])}
    address = json.loads(badge)["credentialStatus"]["statusListCredential"]

    holds(seen(badge, served), "1edtech.edu")
    # The list calls itself by another address than it is served at, so it says nothing about this badge.
    report = seen(badge, served | {address: listed})
    assert check_named(report, "status").state is State.NOT_CHECKED


def test_the_number_of_documents_asked_for_is_bounded() -> None:
    asked: list[str] = []

    def fetch(url: str, /) -> Any:
        asked.append(url)
        return web(WEB)(url)

    entries = [
        {
            "id": f"{HOST}/{place}#1",
            "type": "BitstringStatusListEntry",
            "statusPurpose": "revocation",
            "statusListIndex": "1",
            "statusListCredential": f"{HOST}/{place}",
        }
        for place in range(50)
    ]
    proofs = [proved(stranger(credentialStatus=entries), f"{HOST}/keys/{place}")["proof"][0] for place in range(4)]
    badge = {**stranger(credentialStatus=entries, by=PROFILE_URL), "proof": proofs}

    verify(write_json(badge), Trust(), NOW, fetch=fetch)

    assert len(asked) <= 10
