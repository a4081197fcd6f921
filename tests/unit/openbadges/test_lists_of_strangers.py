"""Whether a badge of an issuer that nobody here knows was withdrawn or is on hold."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from assessor.openbadges.checks import Report, Result, State
from assessor.openbadges.status_list import BitstringStatusList, status_list_credential
from assessor.openbadges.strict_json import JsonObject, write_json
from assessor.openbadges.trust import Trust
from assessor.openbadges.withdrawal import FetchedList
from tests.unit.openbadges.badges import NOW
from tests.unit.openbadges.exits import token
from tests.unit.openbadges.older_badges import check_named
from tests.unit.openbadges.strangers import (
    FAR,
    FAR_DID,
    FAR_DOCUMENT,
    HOST,
    KEY,
    WEB,
    copied,
    holds,
    proved,
    seen,
    stranger,
)


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

    holds(held)
    assert check_named(held, "status").state is State.PASSED
    assert (taken.result, taken.exit_code, taken.credential) == (Result.WITHDRAWN, 1, None)
    assert taken.foreign == "far.example"


def test_the_plain_list_of_an_issuer_on_its_own_host_is_read() -> None:
    status = {"id": f"{HOST}/revoked", "type": "1EdTechRevocationList"}
    badge = proved(stranger(credentialStatus=status), suite="eddsa-jcs-2022")
    listed = {"id": f"{HOST}/revoked", "issuer": FAR_DID, "revokedCredential": [{"id": "urn:x:1"}]}

    holds(seen(badge, WEB | {f"{HOST}/revoked": listed}))
    for entry in ({"id": badge["id"]}, {"id": badge["id"], "revoked": True}, badge["id"]):
        named = listed | {"revokedCredential": [entry]}
        assert seen(badge, WEB | {f"{HOST}/revoked": named}).result is Result.WITHDRAWN
    let_go = listed | {"revokedCredential": [{"id": badge["id"], "revoked": False}]}
    holds(seen(badge, WEB | {f"{HOST}/revoked": let_go}))


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
