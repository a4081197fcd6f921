"""An app of somebody else registers itself: what must be said, what is refused, and how many may come."""

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from assessor.database import now
from assessor.hosting import permitting, registering, scopes
from assessor.hosting.models import Application
from tests.web.hosting.backpack import REDIRECT, Backpack, described


def test_a_registration_answers_with_what_counts(backpack: Backpack) -> None:
    contacts = ["a@b.example"]

    answer = backpack.register(scope=f"{scopes.READ_BADGES} offline_access", unknown_member="x", contacts=contacts)

    said = answer.get_json()
    assert said["scope"] == scopes.READ_BADGES
    assert said["contacts"] == contacts
    assert "unknown_member" not in said
    assert said["client_secret_expires_at"] == 0
    assert said["redirect_uris"] == [REDIRECT]


@pytest.mark.parametrize(
    "changes",
    [
        *({name: None} for name in ("client_name", "client_uri", "logo_uri", "tos_uri", "policy_uri", "redirect_uris")),
        *({name: None} for name in ("software_id", "software_version", "scope")),
        {"client_name": "Back\u202epack"},
        {"client_name": "x" * 81},
        {"client_name": {"en": "Backpack"}},
        {"client_name": "nul\x00"},
        {"redirect_uris": []},
        {"redirect_uris": REDIRECT},
        {"redirect_uris": [REDIRECT] * 9},
        {"redirect_uris": [7]},
        {"redirect_uris": ["http://backpack.example/back"]},
        {"redirect_uris": ["https://elsewhere.example/back"]},
        {"redirect_uris": [f"{REDIRECT}#part"]},
        {"redirect_uris": ["https://ada:secret@backpack.example/back"]},
        {"redirect_uris": ["https://backpack.example;script-src/back"]},
        {"redirect_uris": ["https://backpack.example:0/back"]},
        {"redirect_uris": ["javascript:alert(1)"]},
        {"policy_uri": "https://elsewhere.example/privacy"},
        {"token_endpoint_auth_method": "none"},
        {"grant_types": ["client_credentials"]},
        {"grant_types": [{}]},
        {"response_types": ["token"]},
        {"scope": "openid"},
    ],
)
def test_what_the_standard_forbids_is_not_registered(
    changes: dict[str, Any], backpack: Backpack, sessions: sessionmaker[Session]
) -> None:
    answer = backpack.register(**changes)

    assert answer.status_code == 400
    assert answer.get_json()["error"] == "invalid_client_metadata"
    with sessions() as session:
        assert session.scalar(select(func.count()).select_from(Application)) == 1


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b'{"a":1,"a":2}', b"\xff", b"[" * 5000, b'"' + b"x" * 20_000 + b'"']
)
def test_what_is_no_document_is_not_registered(body: bytes, backpack: Backpack) -> None:
    answer = backpack.web.post(backpack.addresses["register"], data=body, content_type="application/json")

    assert answer.status_code == 400
    assert answer.get_json()["error"] == "invalid_client_metadata"


def test_a_demonstration_takes_apps_of_the_same_machine(backpack: Backpack) -> None:
    local = dict.fromkeys(registering.ADDRESSES, "http://localhost:3000/x")

    answer = backpack.register(**local, redirect_uris=["http://localhost:3000/back"])

    assert answer.status_code == 201


def test_where_https_is_used_an_app_of_the_same_machine_is_not_taken(session: Session) -> None:
    local = dict.fromkeys(registering.ADDRESSES, "http://localhost:3000/x")
    body = json.dumps(described(**local, redirect_uris=["http://localhost:3000/back"])).encode()

    answer = registering.register(session, body, False, now())

    assert answer.status == 400


def test_strangers_register_a_few_apps_an_hour(backpack: Backpack) -> None:
    answers = [backpack.register() for _ in range(20)]

    assert [answer.status_code for answer in answers] == [201] * 19 + [429]
    assert (
        answers[-1].get_json()["imsx_codeMinor"]["imsx_codeMinorField"][0]["imsx_codeMinorFieldValue"] == "server_busy"
    )


def test_apps_that_nobody_uses_make_room(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registering, "MOST_UNUSED", 2)
    body = json.dumps(described()).encode()

    def register(later: timedelta) -> int:
        return registering.register(session, body, False, now() + later).status

    assert [register(timedelta()) for _ in range(3)] == [201, 201, 503]
    assert register(registering.FIRST_DAY * 2) == 201
    assert permitting.count_unused(session) == 1
