"""Withdrawn, on hold or not known: what the status list of a badge decides."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from assessor.openbadges import jwt
from assessor.openbadges.checks import Result, State
from assessor.openbadges.errors import StatusUnavailable
from assessor.openbadges.proof import sign_document
from assessor.openbadges.strict_json import JsonObject, write_json
from assessor.openbadges.withdrawal import FetchedList
from tests.unit.openbadges.adas_badge import ADAS_BADGE, judged, state_of
from tests.unit.openbadges.badges import (
    DID,
    EVE,
    JWT_KEY,
    KEY,
    LIST_URL,
    NOW,
    PLACE,
    SCHOOL,
    credential,
    serving,
    signed,
    signed_anyhow,
    status_list,
)


def _unreachable(url: str) -> FetchedList:
    raise StatusUnavailable(f"{url} cannot be reached.")


def _list_jwt(document: JsonObject) -> bytes:
    return jwt.sign(document, SCHOOL, JWT_KEY.id(DID)).encode()


def _list_json(document: JsonObject) -> bytes:
    return write_json(sign_document(document, SCHOOL, KEY.id(DID), NOW))


@pytest.mark.parametrize("form", [_list_json, _list_jwt])
def test_the_list_is_read_in_both_forms(form: Callable[[JsonObject], bytes]) -> None:
    assert judged(ADAS_BADGE, serving(form(status_list()))).result is Result.GENUINE
    assert judged(ADAS_BADGE, serving(form(status_list(PLACE)))).result is Result.WITHDRAWN
    assert judged(ADAS_BADGE, serving(form(status_list(PLACE + 1)))).result is Result.GENUINE


def test_a_badge_on_hold_is_suspended() -> None:
    document = credential().document()
    document["credentialStatus"]["statusPurpose"] = "suspension"
    source = serving(_list_json(status_list(PLACE, purpose="suspension")))

    report = judged(signed_anyhow(document), source)

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
    report = judged(ADAS_BADGE, LISTS_THAT_PROVE_NOTHING[name])

    assert (report.result, report.verdict, report.exit_code) == (
        Result.GENUINE_STATUS_UNKNOWN,
        "could not be checked",
        2,
    )
    assert state_of(report, "status") is State.NOT_CHECKED


def test_an_old_list_that_withdraws_still_counts() -> None:
    old = serving(_list_json(status_list(PLACE, valid_from=NOW - timedelta(days=3))))

    assert judged(ADAS_BADGE, old).result is Result.WITHDRAWN


def test_an_old_list_just_fetched_is_fresh() -> None:
    old = serving(_list_json(status_list(valid_from=NOW - timedelta(days=3))), NOW - timedelta(minutes=1))

    assert judged(ADAS_BADGE, old).result is Result.GENUINE


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

    report = judged(signed_anyhow(document))

    assert report.result is Result.GENUINE_STATUS_UNKNOWN


def test_a_status_entry_with_a_list_where_one_value_belongs_is_refused() -> None:
    document = credential().document()
    document["credentialStatus"]["statusPurpose"] = ["revocation", "suspension"]

    report = judged(signed_anyhow(document))

    assert report.result is Result.NOT_GENUINE


def test_a_badge_without_status_cannot_be_withdrawn_and_is_genuine() -> None:
    report = judged(signed(status=None), None)

    assert report.result is Result.GENUINE
    assert "no way to withdraw" in next(check.reason for check in report.checks if check.name == "status")
