"""Badges of issuers that nobody here knows: whose they are is shown, whether to believe them is not decided."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from assessor.openbadges import contexts
from assessor.openbadges.checks import Report, Result, State
from assessor.openbadges.did_web import PublishedKey, did_document
from assessor.openbadges.documents import Documents, Fetched
from assessor.openbadges.elliptic import EcPublicKey
from assessor.openbadges.errors import DocumentUnavailable, InvalidKey, ProofInvalid
from assessor.openbadges.multikey import jwk, read_multikey
from assessor.openbadges.proof import check_proof
from assessor.openbadges.status_list import BitstringStatusList, status_list_credential
from assessor.openbadges.strict_json import JsonObject, write_json
from assessor.openbadges.trust import Trust, read_proof_key
from assessor.openbadges.verification import verify
from assessor.openbadges.withdrawal import FetchedList
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
    proved,
    seen,
    stranger,
)

KEY_URL = f"{HOST}/keys/1"


def _holds(report: Report, owner: str = "far.example") -> None:
    assert (report.result, report.exit_code, report.failed) == (Result.ISSUER_UNKNOWN, 2, ()), report.checks
    assert report.foreign == owner
    assert check_named(report, "proof").state is State.PASSED
    assert check_named(report, "key bound to issuer").state is State.PASSED
    assert (report.credential is None) is owner.startswith("did:")


def _token(header: JsonObject, by: str = PROFILE_URL, signer: Any = FAR) -> bytes:
    claims = {"iss": by, "jti": stranger()["id"], "sub": "did:example:ada", "nbf": 1795262400, "exp": 1858420800}
    return token({"typ": "JWT"} | header, stranger(by=by) | claims, signer)


@pytest.mark.parametrize("suite", ["eddsa-rdfc-2022", "eddsa-jcs-2022"])
def test_a_did_web_is_looked_up_at_its_own_address(suite: str) -> None:
    _holds(seen(proved(stranger(), suite=suite)))


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
    _holds(seen(proved(stranger(by=name), method), {}), name)


def test_keys_count_that_the_profile_at_the_issuers_address_names() -> None:
    method = f"{PROFILE_URL}#k"
    profile = PROFILE | {
        "verificationMethod": [{"id": method, "controller": PROFILE_URL, "publicKeyJwk": jwk(FAR.public_key)}],
        "assertionMethod": [method],
    }

    _holds(seen(_token({"alg": "EdDSA", "kid": method}), {PROFILE_URL: profile}))
    _holds(seen(proved(stranger(by=PROFILE_URL), method), {PROFILE_URL: profile}))


@pytest.mark.parametrize("profile", [PROFILE, b"<!doctype html>", None])
def test_a_bare_key_on_the_issuers_own_host_counts(profile: Any) -> None:
    served = {KEY_URL: dict(jwk(FAR.public_key))} | ({} if profile is None else {PROFILE_URL: profile})

    _holds(seen(_token({"alg": "EdDSA", "kid": KEY_URL}), served))


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
        _holds(seen(proved(stranger(), method, EcSigner(), suite), served))
    _holds(seen(_token({"alg": "ES256", "kid": KEY_URL}, signer=EcSigner()), {KEY_URL: ec_jwk(), PROFILE_URL: PROFILE}))


@pytest.mark.parametrize("suite", ["rdfc", "jcs"])
def test_the_ecdsa_vectors_of_w3c_hold(reference: Path, suite: str, monkeypatch: pytest.MonkeyPatch) -> None:
    name = "ECDSAP256" if suite == "rdfc" else "JCSECDSAP256"
    folder = reference / "openbadges" / "vectors" / f"ecdsa-{suite}-2019-p256"
    document = json.loads((folder / f"signed{name}.json").read_bytes())
    key = read_proof_key(document["proof"]["verificationMethod"].partition("#")[2])
    examples = reference / "openbadges" / "contexts" / "w3c-credentials-examples-v2.jsonld"
    _pin_examples(monkeypatch, examples)

    check_proof(document, document["proof"], key)

    document["issuer"] = "https://vc.example/issuers/5679"
    with pytest.raises(ProofInvalid):
        check_proof(document, document["proof"], key)


def _pin_examples(monkeypatch: pytest.MonkeyPatch, path: Path) -> None:
    """The vectors use a vocabulary that no badge may use; it is known for this test only."""

    entry = {"file": str(path), "sha256": "57393fbc69d6efb9b9b5dc9cb6b9880b0944360abfe2eaf459c9e58cf2279d7c"}
    monkeypatch.setitem(contexts.index(), "https://www.w3.org/ns/credentials/examples/v2", entry)


@pytest.mark.parametrize(
    "change", [{"y": ec_jwk()["x"]}, {"crv": "P-521"}, {"x": "AA"}, {"d": "AA"}, {"use": "enc"}, {"alg": "ES384"}]
)
def test_odd_elliptic_keys_are_refused(change: JsonObject) -> None:
    with pytest.raises(InvalidKey):
        EcPublicKey.from_jwk(ec_jwk() | change)


def test_an_elliptic_key_is_read_from_either_form() -> None:
    assert EcPublicKey.from_jwk(ec_jwk()) == read_proof_key(EC_MULTIKEY)
    with pytest.raises(InvalidKey):
        read_proof_key("zDn1")


def test_the_signature_itself_is_checked_where_the_key_is_no_name_of_the_issuer() -> None:
    report = seen(proved(stranger(by="urn:uuid:0d6d2b4e-7b1e-4a52-9f5e-0f2b8c5a3d11"), DID_KEY))

    assert (report.result, report.foreign, report.credential) == (Result.ISSUER_UNKNOWN, "", None)
    assert check_named(report, "proof").state is State.PASSED
    assert check_named(report, "key bound to issuer").state is State.NOT_CHECKED


def _listed(kind: str = "Bitstring", *places: int, by: Any = FAR) -> JsonObject:
    bits = BitstringStatusList.empty().with_bits(dict.fromkeys(places, True))
    listed = status_list_credential(
        bits, url=f"{HOST}/list", issuer=FAR_DID, valid_from=NOW, valid_until=NOW.replace(year=2027), ttl_seconds=60
    )
    if kind == "2021":
        listed["@context"] = [listed["@context"][0], "https://w3id.org/vc/status-list/2021/v1"]
        listed["type"] = ["VerifiableCredential", "StatusList2021Credential"]
        subject = listed["credentialSubject"]
        listed["credentialSubject"] = {name: value for name, value in subject.items() if name != "ttl"} | {
            "type": "StatusList2021",
            "encodedList": subject["encodedList"][1:],
        }
    return proved(listed, signer=by, suite="eddsa-jcs-2022")


def _with_status(kind: str) -> JsonObject:
    entry = {
        "id": f"{HOST}/list#7",
        "type": kind,
        "statusPurpose": "revocation",
        "statusListIndex": "7",
        "statusListCredential": f"{HOST}/list",
    }
    contexts = [*stranger()["@context"], *(["https://w3id.org/vc/status-list/2021/v1"] if "2021" in kind else [])]
    return proved(stranger(credentialStatus=entry, **{"@context": contexts}), suite="eddsa-jcs-2022")


@pytest.mark.parametrize(
    ("kind", "entry"), [("Bitstring", "BitstringStatusListEntry"), ("2021", "StatusList2021Entry")]
)
def test_the_lists_of_strangers_are_read(kind: str, entry: str) -> None:
    badge = _with_status(entry)

    held = seen(badge, WEB | {f"{HOST}/list": _listed(kind)})
    taken = seen(badge, WEB | {f"{HOST}/list": _listed(kind, 7)})

    _holds(held)
    assert check_named(held, "status").state is State.PASSED
    assert (taken.result, taken.exit_code, taken.credential) == (Result.WITHDRAWN, 1, None)
    assert taken.foreign == "far.example"


def test_the_plain_list_of_an_issuer_on_its_own_host_is_read() -> None:
    status = {"id": f"{HOST}/revoked", "type": "1EdTechRevocationList"}
    badge = proved(stranger(credentialStatus=status), suite="eddsa-jcs-2022")
    listed = {"id": f"{HOST}/revoked", "issuer": FAR_DID, "revokedCredential": [{"id": "urn:x:1"}]}

    _holds(seen(badge, WEB | {f"{HOST}/revoked": listed}))
    for entry in ({"id": badge["id"]}, {"id": badge["id"], "revoked": True}, badge["id"]):
        named = listed | {"revokedCredential": [entry]}
        assert seen(badge, WEB | {f"{HOST}/revoked": named}).result is Result.WITHDRAWN
    let_go = listed | {"revokedCredential": [{"id": badge["id"], "revoked": False}]}
    _holds(seen(badge, WEB | {f"{HOST}/revoked": let_go}))


@pytest.mark.parametrize("age", [None, timedelta(days=300), timedelta(minutes=6)])
def test_a_plain_list_of_unknown_or_great_age_can_only_withdraw(age: timedelta | None) -> None:
    address = f"{HOST}/revoked"
    status = {"id": address, "type": "1EdTechRevocationList"}
    badge = proved(stranger(credentialStatus=status), suite="eddsa-jcs-2022")
    listed = {"id": address, "issuer": FAR_DID, "revokedCredential": []}
    fetched = None if age is None else NOW - age

    def asked(*revoked: str) -> Report:
        data = write_json(listed | {"revokedCredential": list(revoked)})
        return seen(badge, trust=Trust.of(FAR_DOCUMENT), status=lambda _url: FetchedList(data, fetched))

    clear, taken = asked(), asked(badge["id"])

    assert clear.result is Result.GENUINE_STATUS_UNKNOWN
    assert taken.result is Result.WITHDRAWN
    assert clear.status_as_of == taken.status_as_of == fetched
    assert ("unknown age" in check_named(clear, "status").reason) is (age is None)


def test_a_status_list_may_be_a_token_of_the_older_data_model() -> None:
    listed = copied(_listed("2021"))
    del listed["proof"]
    claims = {
        "iss": FAR_DID,
        "jti": listed["id"],
        "sub": listed["credentialSubject"]["id"],
        "nbf": int(NOW.timestamp()),
    }
    served = {f"{HOST}/list": token({"alg": "EdDSA", "typ": "JWT", "kid": KEY}, claims | {"vc": listed}, FAR)}

    report = seen(_with_status("StatusList2021Entry"), WEB | served)

    assert check_named(report, "status").state is State.PASSED, check_named(report, "status").reason


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

    _holds(verify(write_json(proved(stranger())), Trust(), NOW, fetch=fetch))


@pytest.mark.parametrize("steps", ["/a/../1", "/%2e%2E/1", "/..", "/a%2f..%2f1", "/.", "/x/..;a/1"])
def test_an_address_with_steps_is_never_asked(steps: str) -> None:
    asked: list[str] = []

    def fetch(url: str, /) -> Fetched:
        asked.append(url)
        return Fetched(b"{}", url)

    with pytest.raises(DocumentUnavailable, match="steps"):
        Documents(fetch).content_at(HOST + steps)

    assert asked == []


def test_our_own_lists_come_before_the_network() -> None:
    badge = _with_status("BitstringStatusListEntry")

    def own(_url: str) -> FetchedList:

        return FetchedList(write_json(_listed("Bitstring", 7)), NOW)

    assert seen(badge, WEB, status=own).result is Result.WITHDRAWN


def test_who_is_on_hold_is_read_from_the_list_beside_the_one_that_the_badge_names() -> None:
    [known] = Trust.of(FAR_DOCUMENT).issuers.values()
    trust = Trust({FAR_DID: replace(known, suspension_lists={f"{HOST}/list": f"{HOST}/held"})})
    held = copied(_listed("Bitstring", 7))
    held.pop("proof")
    held["id"], held["credentialSubject"]["statusPurpose"] = f"{HOST}/held", "suspension"
    served = {f"{HOST}/list": _listed(), f"{HOST}/held": proved(held, suite="eddsa-jcs-2022")}
    badge = _with_status("BitstringStatusListEntry")

    assert seen(badge, served, trust).result is Result.SUSPENDED
    assert seen(badge, {f"{HOST}/list": _listed()}, trust).result is Result.GENUINE_STATUS_UNKNOWN
    assert seen(badge, served | {f"{HOST}/list": _listed("Bitstring", 7)}, trust).result is Result.WITHDRAWN


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

    _holds(seen(f"{HOST}/badge".encode(), WEB | {f"{HOST}/badge": badge}))
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

    _holds(seen((folder / "simple-did-web-method.json").read_bytes(), served), "1edtech.edu")
    unlisted = seen(write_json(badge), served)
    _holds(unlisted, "dc.1edtech.org")
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

    _holds(seen(badge, served), "1edtech.edu")
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
