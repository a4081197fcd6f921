"""Genuine, not genuine, could not be checked: which answer for which badge, and why."""

import json
from datetime import timedelta
from typing import Any

import pytest

from assessor.openbadges import jwt
from assessor.openbadges.baking import bake_svg
from assessor.openbadges.checks import NAMES, Result, State
from assessor.openbadges.did_web import PublishedKey, did_document
from assessor.openbadges.multikey import base64url_encode
from assessor.openbadges.proof import sign_document
from assessor.openbadges.strict_json import write_json
from assessor.openbadges.trust import Trust
from assessor.openbadges.verification import verify
from tests.unit.openbadges.adas_badge import ADAS_BADGE, ADAS_JWT, changed, judged, state_of
from tests.unit.openbadges.badges import (
    ADA_WITHDRAWN,
    DID,
    EVE,
    JWT_KEY,
    KEY,
    NOTHING_WITHDRAWN,
    NOW,
    PICTURE_SVG,
    SCHOOL,
    credential,
    serving,
    signed_anyhow,
    status_list,
)

NOT_ASKED = {"recipient", "endorsements"}  # nobody said who shows the badge, and it brings none


@pytest.mark.parametrize(
    "data", [ADAS_BADGE, ADAS_JWT, bake_svg(PICTURE_SVG, ADAS_BADGE), bake_svg(PICTURE_SVG, ADAS_JWT)]
)
def test_adas_badge_is_genuine_in_every_carrier(data: bytes) -> None:
    report = judged(data)

    assert report.result is Result.GENUINE
    assert (report.verdict, report.exit_code) == ("genuine", 0)
    assert [check.name for check in report.checks] == list(NAMES)
    assert report.failed == ()
    assert {check.name for check in report.checks if check.state is State.NOT_CHECKED} == NOT_ASKED
    assert report.credential is not None
    assert report.credential["name"] == "Digital skills: first steps"


def test_the_report_as_json_is_the_contract_of_the_command() -> None:
    report = judged(ADAS_BADGE, None).as_json()

    assert report.keys() == {"result", "verdict", "format", "checks"}
    assert (report["result"], report["verdict"], report["format"]) == (2, "could not be checked", "json")
    assert {
        "name": "status",
        "state": "not checked",
        "reason": "The status list was not asked for.",
    } in report["checks"]


@pytest.mark.parametrize("data", [ADAS_BADGE, ADAS_JWT])
def test_a_withdrawn_badge_shows_its_number_only(data: bytes) -> None:
    report = judged(data, ADA_WITHDRAWN)

    assert (report.result, report.verdict, report.exit_code) == (Result.WITHDRAWN, "no longer valid", 1)
    assert report.credential is None
    assert report.credential_id == credential().id


@pytest.mark.parametrize(("days", "result"), [(-1, 5), (0, 1), (729, 2), (731, 5)])
def test_a_badge_counts_inside_its_time_only(days: int, result: int) -> None:
    report = judged(ADAS_BADGE, now=NOW + timedelta(days=days))

    assert report.result == result
    assert (report.exit_code == 1) is (result == 5)


def test_a_clock_a_little_behind_does_not_refuse_a_new_badge() -> None:
    assert state_of(judged(ADAS_BADGE, None, NOW - timedelta(minutes=2)), "validity window") is State.PASSED


def test_a_badge_of_an_unknown_issuer_is_neither_true_nor_false() -> None:
    for data in (ADAS_BADGE, ADAS_JWT):
        report = verify(data, Trust(), NOW, status=NOTHING_WITHDRAWN)

        assert (report.result, report.exit_code, report.credential) == (Result.ISSUER_UNKNOWN, 2, None)
        assert state_of(report, "proof") is State.NOT_CHECKED


@pytest.mark.parametrize(
    ("data", "failed"),
    [
        (changed("credentialSubject/identifier/0/identityHash", "Eve"), "proof"),
        (changed("credentialSubject/result/0/value", "8"), "proof"),
        (changed("validUntil", "2099-01-01T00:00:00Z"), "proof"),
        (changed("issuer/name", "Another school"), "proof"),
        (changed("credentialStatus/statusListIndex", "1"), "proof"),
        (changed("proof/0/created", "2020-01-01T00:00:00Z"), "proof"),
        (changed("proof/0/verificationMethod", f"{DID}#eve"), "key bound to issuer"),
        (
            changed("proof/0/verificationMethod", "did:key:z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"),
            "key bound to issuer",
        ),
        (changed("proof/0/proofPurpose", "authentication"), "proof"),
        (changed("proof", []), "safe context"),
        (changed("proof", "none"), "proof"),
        (changed("nope", "added"), "safe context"),
        (changed("type/1", "Nope"), "safe context"),
        (changed("credentialSubject/achievement/type", ["Achievement", "Nope"]), "safe context"),
        (changed("credentialSubject/achievement/id", "relative"), "safe context"),
        (changed("description", None), "safe context"),
        (changed("@context/2", {"@vocab": "https://eve.example/"}), "safe context"),
        (signed_anyhow(credential().document(), EVE), "proof"),
        (ADAS_JWT[:-6] + b"AAAAAA", "proof"),
    ],
)
def test_a_changed_badge_is_not_genuine_and_the_failing_check_is_named(data: bytes, failed: str) -> None:
    report = judged(data)

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
    assert judged(_token(header)).result is result


def test_a_badge_that_breaks_the_data_model_is_not_one_of_this_kind() -> None:
    document = credential().document()
    del document["credentialSubject"]["achievement"]["description"]

    report = judged(signed_anyhow(document))

    assert report.result is Result.NOT_A_CERTIFICATE
    assert "credentialSubject.achievement.description" in report.failed[0].reason


def test_a_badge_without_a_holder_is_not_one_of_this_kind() -> None:
    document = credential().document()
    del document["credentialSubject"]["identifier"]

    report = judged(signed_anyhow(document))

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
        (changed("@context/2", "https://eve.example/v1"), Result.NOT_A_CERTIFICATE),
        (changed("@context/0", "https://www.w3.org/2018/credentials/v1"), Result.NOT_GENUINE),
    ],
)
def test_other_files_are_called_what_they_are(data: bytes, result: Result) -> None:
    report = judged(data)

    assert report.result is result
    assert len(report.checks) == len(NAMES)
