"""Badges of 2.0, hosted and signed, of any issuer: every check said, nothing believed that the badge brings along."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessor.openbadges.baking import bake_png, bake_svg, unbake_png
from assessor.openbadges.checks import NAMES, Result, State
from assessor.openbadges.jwt import read as read_token
from assessor.openbadges.strict_json import write_json
from assessor.openbadges.v2 import revoked_assertion
from tests.unit.openbadges.badges import EVE, NOW, PICTURE_SVG
from tests.unit.openbadges.older_badges import (
    EMAIL,
    HOST,
    KEY_URL,
    LIST_URL,
    PLACES,
    SIGNED_ID,
    ada,
    check_named,
    checked,
    documents,
    signed_assertion,
    token,
    verify_v2,
    web,
)
from tests.unit.openbadges.test_baking import _png

HOSTED = ada().assertion


def test_a_hosted_badge_of_ours_is_genuine() -> None:
    report = checked(HOSTED, recipient=EMAIL)

    assert report.result is Result.GENUINE
    assert [check.name for check in report.checks] == list(NAMES)
    assert report.failed == ()
    assert {check.name for check in report.checks if check.state is State.NOT_CHECKED} == {"refresh", "endorsements"}
    assert report.credential is not None
    assert report.credential["badge"]["issuer"]["name"] == "School of Olu"
    assert report.status_as_of == NOW


@pytest.mark.parametrize("form", ["json", "png", "svg", "address", "baked address"])
def test_a_hosted_badge_is_read_from_every_carrier(form: str) -> None:
    carried = {
        "json": HOSTED,
        "png": bake_png(_png(), HOSTED, "2.0"),
        "svg": bake_svg(PICTURE_SVG, HOSTED, "2.0"),
        "address": PLACES.assertion.encode(),
        "baked address": bake_png(_png(), PLACES.assertion.encode(), "2.0"),
    }

    assert checked(carried[form]).result is Result.GENUINE


@pytest.mark.parametrize("form", ["jwt", "png", "svg"])
def test_a_signed_badge_is_read_from_every_carrier(form: str) -> None:
    text = token(signed_assertion())
    carried = {"jwt": text, "png": bake_png(_png(), text, "2.0"), "svg": bake_svg(PICTURE_SVG, text, "2.0")}

    report = checked(carried[form], recipient=EMAIL)

    assert report.result is Result.GENUINE
    assert report.format == form
    assert check_named(report, "key bound to issuer").state is State.PASSED


def test_a_sound_badge_of_an_unknown_issuer_says_so() -> None:
    report = checked(HOSTED, issuers=())

    assert report.result is Result.ISSUER_UNKNOWN
    assert report.failed == ()
    assert "not known here" in check_named(report, "key bound to issuer").reason


def test_offline_a_hosted_badge_could_not_be_checked() -> None:
    report = verify_v2(HOSTED, None, NOW, issuers={PLACES.issuer})

    assert report.exit_code == 2
    assert check_named(report, "proof").state is State.NOT_CHECKED
    assert "not asked" in check_named(report, "proof").reason


@pytest.mark.parametrize("reason", ["", "superseded"])
def test_a_revoked_hosted_badge_is_no_longer_valid(reason: str) -> None:
    served = documents() | {PLACES.assertion: json.loads(revoked_assertion(PLACES.assertion, reason))}

    for report in (checked(HOSTED, served), checked(HOSTED, gone=[PLACES.assertion])):
        assert report.result is Result.WITHDRAWN
        assert report.credential is None
        assert report.credential_id == PLACES.assertion


@pytest.mark.parametrize("entry", [SIGNED_ID, {"id": SIGNED_ID, "revocationReason": "Issued in error."}])
def test_a_signed_badge_on_the_list_is_no_longer_valid(entry: Any) -> None:
    served = documents()
    served[LIST_URL]["revokedAssertions"].append(entry)

    assert checked(token(signed_assertion()), served).result is Result.WITHDRAWN


def test_a_list_that_cannot_be_reached_leaves_the_question_open() -> None:
    served = documents()
    del served[LIST_URL]

    assert checked(token(signed_assertion()), served).result is Result.GENUINE_STATUS_UNKNOWN


def test_an_issuer_without_a_list_cannot_withdraw() -> None:
    served = documents()
    del served[PLACES.issuer]["revocationList"]

    report = checked(token(signed_assertion()), served)

    assert report.result is Result.GENUINE
    assert "no way to withdraw" in check_named(report, "status").reason
    assert report.status_as_of is None


def test_the_time_of_the_list_of_a_signed_badge_is_said_where_one_was_read() -> None:
    assert checked(token(signed_assertion())).status_as_of == NOW


def _scoped(*starts: str, origins: tuple[str, ...] = ("badges.example",)) -> dict[str, Any]:
    served = documents()
    served[PLACES.issuer]["verification"] = {
        "type": "VerificationObject",
        "allowedOrigins": list(origins),
        **({"startsWith": list(starts)} if starts else {}),
    }
    return served


def _stands_at(address: str, served: dict[str, Any]) -> Result:
    assertion = served[PLACES.assertion] | {"id": address}
    return checked(assertion, served | {address: assertion}).result


@pytest.mark.parametrize(
    "steps",
    [
        "/../../eve/1",
        "/%2e%2e/%2E%2e/eve/1",
        "/.%2e/x",
        "/./1",
        "/..%2f..%2feve",
        "/..;/1",
        "/%252e%252e/eve",
        "/..%5ceve",
        "/a/..",
        "-of-eve/1",
        ".eve/1",
        "%2f..%2f1",
    ],
)
def test_an_address_that_leaves_the_scope_of_its_issuer_is_not_the_issuers(steps: str) -> None:
    served = _scoped(f"{HOST}/ob2/credentials", f"{HOST}/ob2/credentials/")

    assert _stands_at(f"{HOST}/ob2/credentials{steps}", served) is not Result.GENUINE


@pytest.mark.parametrize(
    "address", ["/ob2/credentials/1", "/ob2/credentials?1", "/ob2/badge-7", "/ob2/credentials/a.b..c"]
)
def test_an_address_inside_of_the_scope_is_the_issuers(address: str) -> None:
    served = _scoped(f"{HOST}/ob2/credentials", f"{HOST}/ob2/badge-")

    assert _stands_at(HOST + address, served) is Result.GENUINE


@pytest.mark.parametrize(
    ("origin", "address", "result"),
    [
        ("badges.example:8443", "https://badges.example:8443/1", Result.GENUINE),
        ("https://badges.example:8443", "https://badges.example:8443/1", Result.GENUINE),
        ("https://Badges.example", "https://badges.example/1", Result.GENUINE),
        ("badges.example:443", "https://badges.example/1", Result.GENUINE),
        ("badges.example:8443", "https://badges.example/1", Result.NOT_GENUINE),
        ("badges.example:8443", "https://eve.example:8443/1", Result.NOT_GENUINE),
        ("badges.example:x", "https://badges.example/1", Result.NOT_GENUINE),
        ("[", "https://badges.example/1", Result.NOT_GENUINE),
    ],
)
def test_an_origin_may_name_its_port(origin: str, address: str, result: Result) -> None:
    assert _stands_at(address, _scoped(origins=(origin,))) is result


def test_the_key_may_stand_in_the_issuers_own_profile() -> None:
    served = documents()
    served[PLACES.issuer]["publicKey"] = [served.pop(KEY_URL)]

    assert checked(token(signed_assertion()), served).result is Result.GENUINE


def test_an_issuer_that_a_badge_brings_along_is_not_believed() -> None:
    served = documents()
    key = served[KEY_URL] | {"publicKeyPem": "whatever"}
    issuer = served[PLACES.issuer] | {"publicKey": key}
    payload = signed_assertion() | {"badge": served[PLACES.badge_class] | {"issuer": issuer}}

    assert checked(token(payload, signer=EVE)).result is Result.NOT_GENUINE
    assert checked(token(payload)).result is Result.GENUINE


def test_a_class_that_calls_itself_by_another_address_is_asked_for_there() -> None:
    served = documents()
    served[f"{HOST}/old"] = served[PLACES.badge_class]
    served[PLACES.assertion]["badge"] = f"{HOST}/old"

    report = checked(served[PLACES.assertion], served)

    assert report.result is Result.GENUINE


def test_a_badge_of_somebody_else_stays_genuine_and_the_answer_is_no() -> None:
    report = checked(HOSTED, recipient="eve@example.org")

    assert (report.result, report.exit_code) == (Result.GENUINE, 1)
    assert report.verdict == "genuine, but not of the person you named"
    assert check_named(report, "recipient").state is State.FAILED


def test_what_is_no_word_of_2_0_is_said_and_not_shown() -> None:
    served = documents()
    served[PLACES.assertion]["grade"] = "best of all"

    report = checked(served[PLACES.assertion], served)

    assert report.result is Result.GENUINE
    assert "grade" in check_named(report, "safe context").reason
    assert "grade" not in (report.credential or {})


@settings(max_examples=300, deadline=None)
@given(place=st.integers(0, len(HOSTED) - 1), mask=st.integers(1, 255))
def test_no_change_of_one_byte_is_shown_as_the_issuers(place: int, mask: int) -> None:
    changed = HOSTED[:place] + bytes([HOSTED[place] ^ mask]) + HOSTED[place + 1 :]

    report = checked(changed)

    assert report.result is not Result.GENUINE or json.loads(changed) == json.loads(HOSTED)


@settings(max_examples=150, deadline=None)
@given(place=st.integers(0, 4000), mask=st.integers(1, 255))
def test_no_changed_byte_of_a_signed_badge_holds(place: int, mask: int) -> None:
    text = token(signed_assertion())
    place %= len(text)

    report = checked(text[:place] + bytes([text[place] ^ mask]) + text[place + 1 :])

    assert report.result is not Result.GENUINE


SMALL = st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=8)


@settings(max_examples=25, deadline=None)
@given(st.recursive(SMALL, lambda inner: st.lists(inner) | st.dictionaries(st.just("id"), inner), max_leaves=4))
def test_no_value_of_any_member_breaks_the_verification(value: Any) -> None:
    for address, document in documents().items():
        for name in document:
            served = documents() | {address: document | {name: value}}

            for badge in (write_json(served[PLACES.assertion]), token(signed_assertion())):
                report = verify_v2(badge, web(served), NOW, issuers={PLACES.issuer})

                assert len(report.checks) == len(NAMES)


SAMPLES = "openbadges/examples/ob2-validator-samples"


def sample_web(folder: Path, badge: bytes) -> dict[str, bytes]:
    """The samples as their validator serves them: by file name; what this badge leads to also by its own id."""
    served = {f"https://example.org/{path.name}": path.read_bytes() for path in folder.glob("assets/*.json")}
    document = json.loads(badge)
    served[_secure(document["id"])] = badge
    for name in ("badge", "issuer"):
        linked = document.get(name)
        if not isinstance(linked, dict) and (data := served.get(_secure(str(linked)))):
            linked = json.loads(data)
            served[_secure(linked["id"])] = data
        document = linked or {}
    return served


def _secure(address: str) -> str:
    return "https:" + address.partition(":")[2]


@pytest.mark.parametrize(
    ("name", "result", "failed"),
    [
        ("basic-assertion", Result.GENUINE, ()),
        ("assertion-with-data-image", Result.GENUINE, ()),
        ("assertion-with-endorsements", Result.GENUINE, ()),
        ("basic-assertion-with-language", Result.GENUINE, ()),
        ("basic-assertion-no-public-key", Result.GENUINE, ()),
        ("basic-assertion-with-allowed-origins", Result.GENUINE, ()),
        ("basic-assertion-with-allowed-origins-valid-starts-with", Result.GENUINE, ()),
        ("basic-assertion-with-allowed-origins-valid-multiple-starts-with", Result.GENUINE, ()),
        ("warning-with-redirection", Result.GENUINE, ()),
        ("assertion-with-extension-node-basic", Result.GENUINE, ()),
        ("assertion-with-multiple-extensions", Result.GENUINE, ()),
        ("basic-assertion-with-allowed-origins-invalid-starts-with", Result.NOT_GENUINE, ("key bound to issuer",)),
        (
            "basic-assertion-with-allowed-origins-invalid-multiple-starts-with",
            Result.NOT_GENUINE,
            ("key bound to issuer",),
        ),
        ("assertion-with-extension-node-invalid", Result.NOT_A_CERTIFICATE, ()),
        ("basic-assertion-expired", Result.EXPIRED, ("validity window",)),
        ("basic-assertion-expired-before-issued", Result.EXPIRED, ("validity window",)),
        ("basic-assertion-in-future", Result.EXPIRED, ("validity window",)),
        ("basic-assertion-invalid-context", Result.NOT_A_CERTIFICATE, ("shape",)),
        ("basic-assertion-invalid-type", Result.NOT_A_CERTIFICATE, ("shape",)),
        ("issuer-compact-iri-validation", Result.NOT_A_CERTIFICATE, ("shape",)),
        ("badge-class-with-language", Result.NOT_A_CERTIFICATE, ("shape",)),
        ("warning-issuer-non-http", Result.ISSUER_UNKNOWN, ()),
        ("redirected-validation-subject", Result.UNREADABLE, ("reading",)),
    ],
)
def test_the_official_hosted_samples_are_taken_as_their_names_say(
    reference: Path, name: str, result: Result, failed: tuple[str, ...]
) -> None:
    folder = reference / SAMPLES
    data = (folder / f"{name}.json").read_bytes()
    served = {} if result is Result.UNREADABLE else sample_web(folder, data)

    report = verify_v2(data, web(served), NOW, issuers=_Everybody())

    assert (report.result, tuple(check.name for check in report.failed)) == (result, failed), report.checks


@pytest.mark.parametrize(
    ("name", "result"),
    [("simple", Result.GENUINE), ("simple-not-revoked", Result.GENUINE), ("simple-revoked", Result.WITHDRAWN)],
)
def test_the_official_signed_samples_are_taken_as_their_names_say(reference: Path, name: str, result: Result) -> None:
    folder = reference / SAMPLES
    data = (folder / f"{name}.jwt").read_bytes().strip()

    served = sample_web(folder, write_json(read_token(data).payload))

    assert verify_v2(data, web(served), NOW, issuers=_Everybody()).result is result


def test_the_official_picture_carries_its_badge(reference: Path) -> None:
    folder = reference / SAMPLES
    picture = (folder / "simple-badge.png").read_bytes()

    report = verify_v2(picture, web(sample_web(folder, unbake_png(picture))), NOW, issuers=_Everybody())

    assert report.result is Result.GENUINE
    assert report.format == "png"


class _Everybody:
    """Knows every issuer: the samples' own."""

    def __contains__(self, _issuer: object) -> bool:
        return True
