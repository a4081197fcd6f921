"""Genuine, not genuine, could not be checked: which answer for which badge, and why."""

import json
import random
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessor.openbadges import jwt
from assessor.openbadges.baking import bake_svg
from assessor.openbadges.checks import NAMES, Report, Result, State
from assessor.openbadges.credential import issue_jwt
from assessor.openbadges.did_web import PublishedKey, did_document
from assessor.openbadges.errors import StatusUnavailable
from assessor.openbadges.multikey import base64url_encode
from assessor.openbadges.proof import sign_document
from assessor.openbadges.strict_json import JsonObject, write_json
from assessor.openbadges.trust import Trust
from assessor.openbadges.verification import verify
from assessor.openbadges.withdrawal import FetchedList, StatusSource
from tests.unit.openbadges.badges import (
    ADA_WITHDRAWN,
    DID,
    EVE,
    JWT_KEY,
    KEY,
    LIST_URL,
    NOTHING_WITHDRAWN,
    NOW,
    PICTURE_SVG,
    PLACE,
    SCHOOL,
    TRUST,
    credential,
    serving,
    signed,
    signed_anyhow,
    status_list,
)

ADAS_BADGE = signed()
NOT_ASKED = {"recipient", "endorsements"}  # nobody said who shows the badge, and it brings none
ADAS_JWT = issue_jwt(credential(), SCHOOL, JWT_KEY.id(DID))


def _verify(data: bytes, status: StatusSource | None = NOTHING_WITHDRAWN, now: datetime = NOW) -> Report:
    return verify(data, TRUST, now, status=status)


def _state(report: Report, name: str) -> State:
    return next(check.state for check in report.checks if check.name == name)


def _unreachable(url: str) -> FetchedList:
    raise StatusUnavailable(f"{url} cannot be reached.")


@pytest.mark.parametrize(
    "data", [ADAS_BADGE, ADAS_JWT, bake_svg(PICTURE_SVG, ADAS_BADGE), bake_svg(PICTURE_SVG, ADAS_JWT)]
)
def test_adas_badge_is_genuine_in_every_carrier(data: bytes) -> None:
    report = _verify(data)

    assert report.result is Result.GENUINE
    assert (report.verdict, report.exit_code) == ("genuine", 0)
    assert [check.name for check in report.checks] == list(NAMES)
    assert report.failed == ()
    assert {check.name for check in report.checks if check.state is State.NOT_CHECKED} == NOT_ASKED
    assert report.credential is not None
    assert report.credential["name"] == "Digital skills: first steps"


def test_the_report_as_json_is_the_contract_of_the_command() -> None:
    report = _verify(ADAS_BADGE, None).as_json()

    assert report.keys() == {"result", "verdict", "format", "checks"}
    assert (report["result"], report["verdict"], report["format"]) == (2, "could not be checked", "json")
    assert {
        "name": "status",
        "state": "not checked",
        "reason": "The status list was not asked for.",
    } in report["checks"]


@pytest.mark.parametrize("data", [ADAS_BADGE, ADAS_JWT])
def test_a_withdrawn_badge_shows_its_number_only(data: bytes) -> None:
    report = _verify(data, ADA_WITHDRAWN)

    assert (report.result, report.verdict, report.exit_code) == (Result.WITHDRAWN, "no longer valid", 1)
    assert report.credential is None
    assert report.credential_id == credential().id


def _list_jwt(document: JsonObject) -> bytes:
    return jwt.sign(document, SCHOOL, JWT_KEY.id(DID)).encode()


def _list_json(document: JsonObject) -> bytes:
    return write_json(sign_document(document, SCHOOL, KEY.id(DID), NOW))


@pytest.mark.parametrize("form", [_list_json, _list_jwt])
def test_the_list_is_read_in_both_forms(form: Callable[[JsonObject], bytes]) -> None:
    assert _verify(ADAS_BADGE, serving(form(status_list()))).result is Result.GENUINE
    assert _verify(ADAS_BADGE, serving(form(status_list(PLACE)))).result is Result.WITHDRAWN
    assert _verify(ADAS_BADGE, serving(form(status_list(PLACE + 1)))).result is Result.GENUINE


def test_a_badge_on_hold_is_suspended() -> None:
    document = credential().document()
    document["credentialStatus"]["statusPurpose"] = "suspension"
    source = serving(_list_json(status_list(PLACE, purpose="suspension")))

    report = _verify(signed_anyhow(document), source)

    assert (report.result, report.exit_code, report.credential) == (Result.SUSPENDED, 1, None)


def _eves_list() -> bytes:
    return write_json(sign_document(status_list(), EVE, KEY.id(DID), NOW))


def _changed_list(**changes: Any) -> bytes:
    document = status_list(**{name: value for name, value in changes.items() if name != "subject"})
    document["credentialSubject"] |= changes.get("subject", {})
    return _list_jwt(document)


LISTS_THAT_PROVE_NOTHING = {
    "unreachable": _unreachable,
    "not JSON": serving(b"<html>Not found</html>"),
    "empty": serving(b""),
    "a badge instead": serving(ADAS_BADGE),
    "unsigned": serving(write_json(status_list())),
    "signed by Eve": serving(_eves_list()),
    "of another issuer": serving(_changed_list(issuer="did:web:eve.example")),
    "for another purpose": serving(_changed_list(purpose="suspension")),
    "of another address": serving(_changed_list(url="https://badges.example/status/2")),
    "ended": serving(_changed_list(valid_from=NOW - timedelta(days=9), valid_until=NOW - timedelta(days=2))),
    "from the future": serving(_changed_list(valid_from=NOW + timedelta(days=1))),
    "too small": serving(_changed_list(subject={"encodedList": "uH4sIAAAAAAAAAwMAAAAAAAAAAAA"})),
    "not packed": serving(_changed_list(subject={"encodedList": "uAAAA"})),
    "no list": serving(_changed_list(subject={"encodedList": ["u"]})),
    "of another type": serving(_changed_list(subject={"type": "BitstringStatusListEntry"})),
    "old copy": serving(_changed_list(valid_from=NOW - timedelta(days=3))),
    "fetched long ago": serving(_list_json(status_list()), NOW - timedelta(days=3)),
    "enormous": serving(b'{"a":"' + b"x" * 3_000_000 + b'"}'),
}


@pytest.mark.parametrize("name", LISTS_THAT_PROVE_NOTHING)
def test_a_list_that_proves_nothing_gives_neither_yes_nor_no(name: str) -> None:
    report = _verify(ADAS_BADGE, LISTS_THAT_PROVE_NOTHING[name])

    assert (report.result, report.verdict, report.exit_code) == (
        Result.GENUINE_STATUS_UNKNOWN,
        "could not be checked",
        2,
    )
    assert _state(report, "status") is State.NOT_CHECKED


def test_an_old_list_that_withdraws_still_counts() -> None:
    old = serving(_list_json(status_list(PLACE, valid_from=NOW - timedelta(days=3))))

    assert _verify(ADAS_BADGE, old).result is Result.WITHDRAWN


def test_an_old_list_just_fetched_is_fresh() -> None:
    old = serving(_list_json(status_list(valid_from=NOW - timedelta(days=3))), NOW - timedelta(minutes=1))

    assert _verify(ADAS_BADGE, old).result is Result.GENUINE


@pytest.mark.parametrize(
    "change",
    [
        {"statusListIndex": "131072"},
        {"statusListIndex": "-1"},
        {"statusListIndex": "1e3"},
        {"statusListIndex": "٣"},
        {"statusListIndex": True},
        {"statusPurpose": "message"},
        {"statusSize": 2},
        {"type": "1EdTechRevocationList"},
    ],
)
def test_a_status_entry_that_cannot_be_followed_is_not_genuine(change: dict[str, Any]) -> None:
    document = credential().document()
    document["credentialStatus"] |= change
    if change.get("type") == "1EdTechRevocationList":
        document["credentialStatus"] = {"id": LIST_URL, **change}

    report = _verify(signed_anyhow(document))

    assert report.result is Result.GENUINE_STATUS_UNKNOWN


def test_a_status_entry_with_a_list_where_one_value_belongs_is_refused() -> None:
    document = credential().document()
    document["credentialStatus"]["statusPurpose"] = ["revocation", "suspension"]

    report = _verify(signed_anyhow(document))

    assert report.result is Result.NOT_GENUINE


def test_a_badge_without_status_cannot_be_withdrawn_and_is_genuine() -> None:
    report = _verify(signed(status=None), None)

    assert report.result is Result.GENUINE
    assert "no way to withdraw" in next(check.reason for check in report.checks if check.name == "status")


@pytest.mark.parametrize(("days", "result"), [(-1, 5), (0, 1), (729, 2), (731, 5)])
def test_a_badge_counts_inside_its_time_only(days: int, result: int) -> None:
    report = _verify(ADAS_BADGE, now=NOW + timedelta(days=days))

    assert report.result == result
    assert (report.exit_code == 1) is (result == 5)


def test_a_clock_a_little_behind_does_not_refuse_a_new_badge() -> None:
    assert _state(_verify(ADAS_BADGE, None, NOW - timedelta(minutes=2)), "validity window") is State.PASSED


def test_a_badge_of_an_unknown_issuer_is_neither_true_nor_false() -> None:
    for data in (ADAS_BADGE, ADAS_JWT):
        report = verify(data, Trust(), NOW, status=NOTHING_WITHDRAWN)

        assert (report.result, report.exit_code, report.credential) == (Result.ISSUER_UNKNOWN, 2, None)
        assert _state(report, "proof") is State.NOT_CHECKED


def _with(path: str, value: Any) -> bytes:
    """Ada's signed badge with one member changed, as Eve would do it."""
    document = json.loads(ADAS_BADGE)
    place = document
    *steps, last = path.split("/")
    for step in steps:
        place = place[int(step)] if isinstance(place, list) else place[step]
    place[int(last) if isinstance(place, list) else last] = value
    return write_json(document)


@pytest.mark.parametrize(
    ("data", "failed"),
    [
        (_with("credentialSubject/identifier/0/identityHash", "Eve"), "proof"),
        (_with("credentialSubject/result/0/value", "8"), "proof"),
        (_with("validUntil", "2099-01-01T00:00:00Z"), "proof"),
        (_with("issuer/name", "Another school"), "proof"),
        (_with("credentialStatus/statusListIndex", "1"), "proof"),
        (_with("proof/0/created", "2020-01-01T00:00:00Z"), "proof"),
        (_with("proof/0/verificationMethod", f"{DID}#eve"), "key bound to issuer"),
        (
            _with("proof/0/verificationMethod", "did:key:z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"),
            "key bound to issuer",
        ),
        (_with("proof/0/proofPurpose", "authentication"), "proof"),
        (_with("proof", []), "safe context"),
        (_with("proof", "none"), "proof"),
        (_with("nope", "added"), "safe context"),
        (_with("type/1", "Nope"), "safe context"),
        (_with("credentialSubject/achievement/type", ["Achievement", "Nope"]), "safe context"),
        (_with("credentialSubject/achievement/id", "relative"), "safe context"),
        (_with("description", None), "safe context"),
        (_with("@context/2", {"@vocab": "https://eve.example/"}), "safe context"),
        (signed_anyhow(credential().document(), EVE), "proof"),
        (ADAS_JWT[:-6] + b"AAAAAA", "proof"),
    ],
)
def test_a_changed_badge_is_not_genuine_and_the_failing_check_is_named(data: bytes, failed: str) -> None:
    report = _verify(data)

    assert (report.result, report.verdict, report.exit_code) == (Result.NOT_GENUINE, "not genuine", 1)
    assert failed in {check.name for check in report.failed}
    assert report.credential is None
    assert report.credential_id == ""


def test_a_status_list_key_of_the_issuer_is_still_the_issuers_key() -> None:
    second = PublishedKey(EVE.public_key, fragment="status-1")
    trust = Trust.of(did_document(DID, [KEY, second]))
    listed = write_json(sign_document(status_list(), EVE, second.id(DID), NOW))

    assert verify(ADAS_BADGE, trust, NOW, status=serving(listed)).result is Result.GENUINE


def _token(header: dict[str, Any]) -> bytes:
    signed_part = ".".join(
        base64url_encode(part) for part in (json.dumps(header).encode(), write_json(jwt.read(ADAS_JWT).payload))
    )
    return f"{signed_part}.{base64url_encode(SCHOOL.sign(signed_part.encode()))}".encode()


@pytest.mark.parametrize(
    ("header", "result"),
    [
        ({"alg": "none", "kid": JWT_KEY.id(DID)}, Result.NOT_GENUINE),
        ({"alg": "HS256", "kid": JWT_KEY.id(DID)}, Result.NOT_GENUINE),
        ({"alg": ["EdDSA"], "kid": JWT_KEY.id(DID)}, Result.NOT_GENUINE),
        ({"alg": "EdDSA"}, Result.NOT_GENUINE),
        ({"alg": "EdDSA", "kid": f"{DID}#eve"}, Result.NOT_GENUINE),
        ({"alg": "RS256", "kid": JWT_KEY.id(DID)}, Result.NOT_GENUINE),
        ({"alg": "ES256", "kid": JWT_KEY.id(DID)}, Result.NOT_GENUINE),
        ({"alg": "EdDSA", "kid": JWT_KEY.id(DID)}, Result.GENUINE),
    ],
)
def test_tokens_are_judged_by_key_and_algorithm(header: dict[str, Any], result: Result) -> None:
    assert _verify(_token(header)).result is result


def test_a_badge_that_breaks_the_data_model_is_not_one_of_this_kind() -> None:
    document = credential().document()
    del document["credentialSubject"]["achievement"]["description"]

    report = _verify(signed_anyhow(document))

    assert report.result is Result.NOT_A_CERTIFICATE
    assert "credentialSubject.achievement.description" in report.failed[0].reason


def test_a_badge_without_a_holder_is_not_one_of_this_kind() -> None:
    document = credential().document()
    del document["credentialSubject"]["identifier"]

    report = _verify(signed_anyhow(document))

    assert report.result is Result.NOT_A_CERTIFICATE
    assert [check.name for check in report.failed] == ["subject"]


@pytest.mark.parametrize(
    ("data", "result"),
    [
        (b"", Result.UNREADABLE),
        (b"hello", Result.UNREADABLE),
        (b"{", Result.UNREADABLE),
        (b'{"id": "a", "id": "b"}', Result.UNREADABLE),
        (b'{"a": NaN}', Result.UNREADABLE),
        (ADAS_BADGE[:-1], Result.UNREADABLE),
        (ADAS_BADGE[:-1] + b',"id":"urn:x:1"}', Result.UNREADABLE),
        (b"{}", Result.NOT_A_CERTIFICATE),
        (b'{"@context": "https://schema.org"}', Result.NOT_A_CERTIFICATE),
        (write_json(status_list()), Result.NOT_A_CERTIFICATE),
        (PICTURE_SVG, Result.NOT_A_CERTIFICATE),
        (b"%PDF-2.0", Result.NOT_A_CERTIFICATE),
        (b"<svg/>", Result.UNREADABLE),
        (bake_svg(PICTURE_SVG, ADAS_BADGE).replace(b'r="1"', b'r="2"'), Result.NOT_GENUINE),
        (_with("@context/2", "https://eve.example/v1"), Result.NOT_A_CERTIFICATE),
        (_with("@context/0", "https://www.w3.org/2018/credentials/v1"), Result.NOT_GENUINE),
    ],
)
def test_other_files_are_called_what_they_are(data: bytes, result: Result) -> None:
    report = _verify(data)

    assert report.result is result
    assert len(report.checks) == len(NAMES)


def test_no_changed_byte_of_a_badge_ever_verifies() -> None:
    rng = random.Random(20261121)
    tokens = (ADAS_BADGE, ADAS_JWT)

    for data in tokens:
        for place in rng.sample(range(len(data)), 900):
            changed = data[:place] + bytes([data[place] ^ (1 << rng.randrange(8))]) + data[place + 1 :]

            assert _verify(changed, None).result not in {Result.GENUINE, Result.GENUINE_STATUS_UNKNOWN}, place


ODD: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=5) | st.just("https://a.example/"),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "type", "@context", "x"]), inner, max_size=3)
    ),
    max_leaves=5,
)
PATHS = [
    "@context",
    "@context/0",
    "id",
    "type",
    "issuer",
    "issuer/id",
    "validFrom",
    "validUntil",
    "credentialSubject",
    "credentialSubject/identifier",
    "credentialSubject/achievement",
    "credentialSubject/result/0",
    "evidence",
    "credentialSchema",
    "credentialStatus",
    "credentialStatus/statusPurpose",
    "credentialStatus/statusListIndex",
    "credentialStatus/statusListCredential",
    "proof",
    "proof/0",
    "proof/0/type",
    "proof/0/cryptosuite",
    "proof/0/created",
    "proof/0/verificationMethod",
    "proof/0/proofValue",
]


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(PATHS), ODD)
def test_odd_members_never_raise_and_never_verify(path: str, value: Any) -> None:
    report = _verify(_with(path, value))

    assert report.result is not Result.GENUINE


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(PATHS), ODD)
def test_odd_members_that_the_issuer_signed_never_raise(path: str, value: Any) -> None:
    token = jwt.read(ADAS_JWT)
    document = json.loads(_with(path, value)) if not path.startswith("proof") else json.loads(ADAS_BADGE)
    payload = {**token.payload, **{name: member for name, member in document.items() if name != "proof"}}
    part = f"{base64url_encode(write_json(token.header))}.{base64url_encode(write_json(payload))}"

    report = _verify(f"{part}.{base64url_encode(SCHOOL.sign(part.encode()))}".encode())

    assert len(report.checks) == len(NAMES)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_get_an_answer(data: bytes) -> None:
    for prefix in (b"", b"{", b"<svg", b"\x89PNG\r\n\x1a\n", b"eyJ."):
        report = verify(prefix + data, TRUST, NOW)

        assert report.result in {Result.UNREADABLE, Result.NOT_A_CERTIFICATE, Result.NOT_GENUINE}


def test_a_hostile_badge_is_refused_in_little_time() -> None:
    leaf: Any = {"type": ["Evidence"]}
    for _ in range(7):
        leaf = {"type": ["Achievement"], "related": [leaf, leaf]}
    hostile = write_json({**json.loads(ADAS_BADGE), "evidence": [leaf]})
    _verify(ADAS_BADGE)
    began = time.process_time()

    report = _verify(hostile)

    assert report.exit_code == 2
    assert time.process_time() - began < 0.5
