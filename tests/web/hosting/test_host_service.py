"""What the service says of itself, the profile, who may call what, and the words in which it refuses."""

import json
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from assessor.config import Settings
from assessor.hosting import listing, scopes
from assessor.hosting.models import Permission
from tests.fixtures import Browser
from tests.web.hosting.backpack import BASE, Backpack, minor
from tests.web.hosting.conftest import Fits

Sessions = sessionmaker[Session]
DAY = timedelta(days=1)
JWT = "text/plain"


def test_the_service_describes_itself_as_the_standard_says(backpack: Backpack, fits: Fits, settings: Settings) -> None:
    answer = backpack.web.get(f"{BASE}/discovery")

    found = answer.get_json()
    fits("ServiceDescriptionDocument", found)
    assert found["servers"] == [{"url": f"{settings.public_url}{BASE}"}]
    assert set(found["paths"]) == {"/credentials", "/profile", "/discovery"}
    flow = found["components"]["securitySchemes"]["OAuth2ACG"]["flows"]["authorizationCode"]
    assert list(flow["scopes"]) == list(scopes.MEANING)
    assert answer.headers["Cache-Control"].startswith("public")
    for address in (found["info"]["termsOfService"], found["info"]["x-imssf-privacyPolicyUrl"]):
        assert backpack.web.get(address.removeprefix(settings.public_url)).status_code == 200
    assert backpack.web.get(found["info"]["x-imssf-image"].removeprefix(settings.public_url)).status_code == 200


def test_the_description_names_what_the_official_one_names(backpack: Backpack, reference: Any) -> None:
    official = json.loads((reference / "openbadges" / "schemas" / "ob_v3p0_openapi.json").read_text(encoding="utf-8"))

    found = backpack.discover()

    for path, operations in official["paths"].items():
        for method, operation in operations.items():
            ours = found["paths"][path][method]
            assert ours["operationId"] == operation["operationId"]
            assert ours.get("security") == operation.get("security")
            assert {one["name"] for one in ours.get("parameters", ())} == {
                one["name"] for one in operation.get("parameters", ())
            }


def test_a_profile_holds_a_nickname_and_no_more(connected: Backpack, fits: Fits) -> None:
    found = connected.call("GET", "/profile").get_json()

    fits("Profile", found)
    assert set(found) == {"@context", "id", "type", "name"}
    assert found["name"] == "Ada"


def test_two_apps_see_ada_under_different_ids(app: Flask, connected: Backpack, ada: Browser) -> None:
    other = Backpack.of(app)
    other.connect(ada)

    ids = {one.call("GET", "/profile").get_json()["id"] for one in (connected, other)}

    assert len(ids) == 2
    connected.connect(ada)
    assert connected.call("GET", "/profile").get_json()["id"] in ids


def test_an_app_leaves_a_picture_and_no_telephone(connected: Backpack, fits: Fits, sessions: Sessions) -> None:
    sent = {
        **{"@context": ["https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"], "type": ["Profile"]},
        **{"id": "https://backpack.example/1", "name": "Ada Lovelace", "email": "ada@example.org", "phone": "111"},
        **{"url": "https://backpack.example/ada", "description": "I sew.", "dateOfBirth": "1990-01-01"},
        "image": {"id": "https://backpack.example/ada.png", "type": "Image"},
    }

    answer = connected.call("PUT", "/profile", json=sent)

    kept = answer.get_json()
    fits("Profile", kept)
    assert (answer.status_code, kept) == (200, connected.call("GET", "/profile").get_json())
    assert set(kept) == {"@context", "id", "type", "name", "url", "description", "image"}
    assert kept["name"] == "Ada"
    with sessions() as session:
        stored = json.dumps(session.scalars(select(Permission)).one().profile)
    assert "Lovelace" not in stored
    assert "example.org" not in stored


def test_what_one_app_left_the_other_does_not_see(app: Flask, connected: Backpack, ada: Browser) -> None:
    connected.call("PUT", "/profile", json={"type": "Profile", "description": "I sew."})
    other = Backpack.of(app)

    other.connect(ada)

    assert "description" not in other.call("GET", "/profile").get_json()


@pytest.mark.parametrize(
    "sent",
    [
        *({}, {"type": "Person"}, {"type": ["Profile"], "url": "javascript:x"}, {"type": ["Profile"], "url": 7}),
        *({"type": ["Profile"], "description": "x" * 1001}, {"type": ["Profile"], "image": {}}, {"type": {}}),
        *([], "Profile", None),
    ],
)
def test_what_is_no_profile_changes_nothing(sent: Any, connected: Backpack, fits: Fits) -> None:
    answer = connected.call("PUT", "/profile", json=sent)

    assert answer.status_code == 400
    fits("Imsx_StatusInfo", answer.get_json())


CALLS = {
    ("GET", "/credentials"): scopes.READ_BADGES,
    ("POST", "/credentials"): scopes.BRING_BADGES,
    ("GET", "/profile"): scopes.READ_PROFILE,
    ("PUT", "/profile"): scopes.CHANGE_PROFILE,
}


@pytest.mark.parametrize("call", CALLS)
def test_every_call_needs_its_scope(call: tuple[str, str], backpack: Backpack, ada: Browser, fits: Fits) -> None:
    backpack.connect(ada, [scope for scope in scopes.MEANING if scope != CALLS[call]])

    answer = backpack.call(*call)

    assert (answer.status_code, minor(answer)) == (403, "forbidden")
    assert answer.headers["WWW-Authenticate"] == 'Bearer error="insufficient_scope"'
    fits("Imsx_StatusInfo", answer.get_json())


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize(
    ("header", "challenge"),
    [
        ("", "Bearer"),
        ("Bearer", "Bearer"),
        ("Basic YTpi", "Bearer"),
        ("Bearer x", 'Bearer error="invalid_token"'),
        ("Bearer \xff", 'Bearer error="invalid_token"'),
    ],
)
def test_without_a_token_nothing_is_said(
    call: tuple[str, str], header: str, challenge: str, backpack: Backpack, fits: Fits
) -> None:
    method, path = call
    headers = {"Authorization": header} if header else {}

    answer = backpack.web.open(f"{BASE}{path}", method=method, headers=headers)

    assert (answer.status_code, minor(answer)) == (401, "unauthorizedrequest")
    assert answer.headers["WWW-Authenticate"] == challenge
    fits("Imsx_StatusInfo", answer.get_json())


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        *(("DELETE", "/credentials", 405), ("PUT", "/credentials", 405), ("PATCH", "/profile", 405)),
        *(("POST", "/profile", 405), ("POST", "/discovery", 405), ("GET", "/nothing", 404), ("POST", "/a/b", 404)),
    ],
)
def test_addresses_that_are_none_answer_in_json_too(
    method: str, path: str, status: int, connected: Backpack, fits: Fits
) -> None:
    answer = connected.call(method, path)

    assert (answer.status_code, answer.mimetype) == (status, "application/json")
    fits("Imsx_StatusInfo", answer.get_json())
    assert ("Allow" in answer.headers) == (status == 405)


def test_our_own_mistakes_are_said_in_json_and_nothing_more(
    connected: Backpack, fits: Fits, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_anything: Any) -> None:
        raise ZeroDivisionError("Ada Lovelace")

    monkeypatch.setattr(listing, "badges", broken)

    answer = connected.call("GET", "/credentials")

    assert (answer.status_code, minor(answer)) == (500, "internal_server_error")
    fits("Imsx_StatusInfo", answer.get_json())
    assert "Lovelace" not in answer.text


def test_no_call_leaves_a_cookie(connected: Backpack) -> None:
    for method, path in CALLS:
        assert "Set-Cookie" not in connected.call(method, path).headers
    assert "Set-Cookie" not in connected.renew().headers
    assert "Set-Cookie" not in connected.web.get(f"{BASE}/discovery").headers
