"""How an app of somebody else gets its tokens: it registers, Ada says yes; and every way in which that is refused."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker

from assessor.database import now
from assessor.hosting import authorization, permitting, scopes
from assessor.hosting.models import Application, AuthorizationCode, Permission, Token
from tests.fixtures import Browser
from tests.web.hosting.backpack import HOME, REDIRECT, Backpack, agree, code_in, sent_back

Sessions = sessionmaker[Session]


def count(sessions: Sessions, kind: Any) -> int:
    """How many rows there are."""
    with sessions() as session:
        return len(session.scalars(select(kind)).all())


def expire(sessions: Sessions, kind: Any) -> None:
    """Let the lifetime of all codes or tokens be over."""
    with sessions.begin() as session:
        session.execute(update(kind).values(expires_at=now() - timedelta(seconds=1)))


# --- the whole way


def test_an_app_finds_registers_asks_and_reads(app: Flask, ada: Browser) -> None:
    backpack = Backpack.of(app)
    backpack.discover()
    registered = backpack.register()
    asked = backpack.ask(ada)
    agreed = agree(ada, asked)
    tokens = backpack.redeem(code_in(agreed))

    assert (registered.status_code, asked.status_code, agreed.status_code, tokens.status_code) == (201, 302, 303, 200)
    assert sent_back(agreed)["state"] == "26357667"
    assert sent_back(agreed)["scope"].split() == list(scopes.MEANING)
    given = tokens.get_json()
    assert given["token_type"] == "Bearer"
    assert given["expires_in"] == 3600
    assert given["scope"].split() == list(scopes.MEANING)
    assert tokens.headers["Cache-Control"] == "no-store"
    assert backpack.badges() == {"credential": [], "compactJwsString": []}


def test_nothing_that_opens_a_door_is_stored(connected: Backpack, sessions: Sessions) -> None:
    with sessions() as session:
        stored = [
            str(vars(row)) for kind in (Application, AuthorizationCode, Token) for row in session.scalars(select(kind))
        ]

    assert len(stored) == 4
    assert not any(
        secret in row for row in stored for secret in (connected.secret, connected.access, connected.refresh)
    )


# --- the question


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": None},
        {"client_id": "nobody"},
        {"client_id": "nul\x00"},
        {"redirect_uri": None},
        {"redirect_uri": "https://elsewhere.example/back"},
        {"redirect_uri": f"{REDIRECT}/"},
        {"redirect_uri": f"{REDIRECT}?x=1"},
        {"redirect_uri": "https://bäckpack.example/back"},
        {"redirect_uri": REDIRECT.upper()},
        {"scope": "x" * 3000},
    ],
)
def test_nobody_is_sent_to_an_address_that_was_not_registered(
    changes: dict[str, str | None], backpack: Backpack, ada: Browser
) -> None:
    answer = backpack.ask(ada, scopes.MEANING, **changes)

    assert answer.status_code == 400
    assert "Location" not in answer.headers
    assert "Go back to the app and try again." in answer.text


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"code_challenge": None, "code_challenge_method": None}, "invalid_request"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": None}, "invalid_scope"),
        ({"scope": "openid offline_access"}, "invalid_scope"),
    ],
)
def test_a_wrong_question_goes_back_to_the_app(
    changes: dict[str, str | None], error: str, backpack: Backpack, ada: Browser
) -> None:
    answer = backpack.ask(ada, scopes.MEANING, **changes)

    assert sent_back(answer)["error"] == error
    assert sent_back(answer)["state"] == "26357667"


def test_a_parameter_that_stands_twice_is_refused(backpack: Backpack, ada: Browser) -> None:
    query = [*backpack.question().items(), ("redirect_uri", "https://elsewhere.example")]

    answer = ada.get(backpack.addresses["authorize"], query_string=query)

    assert answer.status_code == 400


def test_an_app_gets_no_scope_that_it_did_not_register(app: Flask, ada: Browser) -> None:
    backpack = Backpack.of(app)
    backpack.register(scope=scopes.READ_BADGES)

    agreed = agree(ada, backpack.ask(ada))

    assert sent_back(agreed)["scope"] == scopes.READ_BADGES
    assert backpack.redeem(code_in(agreed)).get_json()["scope"] == scopes.READ_BADGES
    assert backpack.call("GET", "/profile").status_code == 403


# --- tokens


@pytest.mark.parametrize(
    "changes",
    [
        {"code_verifier": "x" * 43},
        {"code_verifier": None},
        {"redirect_uri": f"{HOME}/other"},
        {"redirect_uri": None},
        {"code": "x" * 43},
        {"code": None},
    ],
)
def test_a_code_is_worth_nothing_without_what_belongs_to_it(
    changes: dict[str, Any], backpack: Backpack, ada: Browser, sessions: Sessions
) -> None:
    code = code_in(agree(ada, backpack.ask(ada)))

    answer = backpack.redeem(code, **changes)

    assert answer.status_code == 400
    assert answer.get_json()["error"] in ("invalid_grant", "invalid_request")
    assert count(sessions, Token) == 0
    assert backpack.redeem(code).status_code == 200


def test_a_code_that_comes_twice_ends_what_it_led_to(backpack: Backpack, ada: Browser, sessions: Sessions) -> None:
    code = code_in(agree(ada, backpack.ask(ada)))
    backpack.redeem(code)

    again = backpack.redeem(code)

    assert (again.status_code, again.get_json()["error"]) == (400, "invalid_grant")
    assert backpack.call("GET", "/credentials").status_code == 401
    assert (count(sessions, Permission), count(sessions, Token), count(sessions, AuthorizationCode)) == (0, 0, 0)


def test_a_code_is_for_the_app_that_asked(app: Flask, backpack: Backpack, ada: Browser) -> None:
    other = Backpack.of(app)
    other.register()
    other.verifier = backpack.verifier
    code = code_in(agree(ada, backpack.ask(ada)))

    stolen = other.redeem(code)

    assert stolen.get_json()["error"] == "invalid_grant"
    assert backpack.redeem(code).status_code == 200


def test_a_code_ends_after_minutes(backpack: Backpack, ada: Browser, sessions: Sessions) -> None:
    code = code_in(agree(ada, backpack.ask(ada)))
    expire(sessions, AuthorizationCode)

    assert backpack.redeem(code).get_json()["error"] == "invalid_grant"


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Basic",
        "Basic !!",
        "Basic //79",
        "Bearer x",
        "Basic bm9ib2R5Ong=",
        "Basic OnNlY3JldA==",
    ],
)
def test_an_app_that_does_not_prove_itself_gets_no_token(header: str, backpack: Backpack, ada: Browser) -> None:
    code = code_in(agree(ada, backpack.ask(ada)))
    fields = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT, "client_id": backpack.id}

    answer = backpack.web.post(
        backpack.addresses["token"],
        data={**fields, "client_secret": backpack.secret, "code_verifier": backpack.verifier},
        headers={"Authorization": header} if header else {},
    )

    assert (answer.status_code, answer.get_json()["error"]) == (401, "invalid_client")
    assert answer.headers["WWW-Authenticate"].startswith("Basic")


def test_a_wrong_secret_gets_no_token(backpack: Backpack, ada: Browser) -> None:
    code = code_in(agree(ada, backpack.ask(ada)))
    backpack.secret = "x" * 43

    assert backpack.redeem(code).status_code == 401


@pytest.mark.parametrize("grant", ["password", "client_credentials", "", "implicit"])
def test_there_are_no_other_ways_to_a_token(grant: str, backpack: Backpack) -> None:
    answer = backpack.web.post(backpack.addresses["token"], data={"grant_type": grant}, headers=backpack.proof())

    assert (answer.status_code, answer.get_json()["error"]) == (400, "unsupported_grant_type")


def test_parameters_in_the_address_of_the_token_endpoint_do_not_count(backpack: Backpack, ada: Browser) -> None:
    code = code_in(agree(ada, backpack.ask(ada)))
    fields = {"grant_type": "authorization_code", "code": code, "code_verifier": backpack.verifier}

    answer = backpack.web.post(backpack.addresses["token"], query_string=fields, headers=backpack.proof())

    assert answer.status_code == 400


# --- renewing and giving back


def test_a_refresh_token_is_good_for_one_new_pair(connected: Backpack) -> None:
    before = (connected.access, connected.refresh)

    renewed = connected.renew()

    assert renewed.status_code == 200
    assert (connected.access, connected.refresh) != before
    assert connected.call("GET", "/credentials").status_code == 200


def test_a_refresh_token_that_comes_twice_ends_the_permission(connected: Backpack, sessions: Sessions) -> None:
    first = connected.refresh
    connected.renew()

    again = connected.web.post(
        connected.addresses["token"],
        data={"grant_type": "refresh_token", "refresh_token": first},
        headers=connected.proof(),
    )

    assert again.get_json()["error"] == "invalid_grant"
    assert connected.call("GET", "/credentials").status_code == 401
    assert connected.renew().get_json()["error"] == "invalid_grant"
    assert count(sessions, Permission) == 0


def test_an_app_may_ask_for_less_and_come_back_for_the_rest(connected: Backpack) -> None:
    less = connected.renew(scope=scopes.READ_PROFILE)
    refused = connected.call("GET", "/credentials").status_code
    connected.renew()

    assert less.get_json()["scope"] == scopes.READ_PROFILE
    assert refused == 403
    assert connected.call("GET", "/credentials").status_code == 200


def test_nothing_grows_when_it_is_renewed(backpack: Backpack, ada: Browser) -> None:
    backpack.connect(ada, [scopes.READ_PROFILE])

    answer = backpack.renew(scope=scopes.READ_BADGES)

    assert answer.get_json()["error"] == "invalid_scope"


@pytest.mark.parametrize("kind", ["access", "refresh"])
def test_tokens_end(kind: str, connected: Backpack, sessions: Sessions) -> None:
    expire(sessions, Token)

    answer = connected.call("GET", "/credentials") if kind == "access" else connected.renew()

    assert answer.status_code == (401 if kind == "access" else 400)


def test_an_access_token_renews_nothing_and_a_refresh_token_reads_nothing(connected: Backpack) -> None:
    refresh, access = connected.refresh, connected.access

    assert connected.renew(access).get_json()["error"] == "invalid_grant"
    connected.access = refresh
    assert connected.call("GET", "/credentials").status_code == 401


def test_an_app_without_refresh_tokens_asks_again_after_an_hour(app: Flask, ada: Browser, sessions: Sessions) -> None:
    backpack = Backpack.of(app)
    backpack.register(grant_types=None)

    backpack.connect(ada)

    assert backpack.refresh == ""
    with sessions() as session:
        [permission] = session.scalars(select(Permission))
    assert permission.expires_at < now() + authorization.ACCESS


def test_an_access_token_that_is_given_back_is_dead(connected: Backpack) -> None:
    answer = connected.revoke(connected.access)

    assert answer.status_code == 200
    assert connected.call("GET", "/credentials").status_code == 401
    assert connected.renew().status_code == 200


def test_with_the_refresh_token_everything_is_given_back(connected: Backpack, sessions: Sessions) -> None:
    answer = connected.revoke(connected.refresh)

    assert answer.status_code == 200
    assert connected.call("GET", "/credentials").status_code == 401
    assert (count(sessions, Permission), count(sessions, Token)) == (0, 0)


def test_giving_back_what_is_no_token_is_answered_like_one(connected: Backpack) -> None:
    assert connected.revoke("x" * 43).status_code == 200


@pytest.mark.parametrize("proof", ["Bearer ", "Basic ", " ", "Basic", "Basic é"])
def test_half_a_proof_is_none(proof: str, connected: Backpack) -> None:
    for address in ("token", "revoke"):
        asked = {"grant_type": "refresh_token", "refresh_token": connected.refresh, "token": connected.refresh}

        answer = connected.web.post(connected.addresses[address], data=asked, headers={"Authorization": proof})

        assert answer.status_code == 401
        assert answer.get_json()["error"] == "invalid_client"


def test_nobody_gives_back_the_tokens_of_others(app: Flask, connected: Backpack) -> None:
    other = Backpack.of(app)
    other.register()

    assert other.revoke(connected.access).status_code == 400
    assert connected.call("GET", "/credentials").status_code == 200


# --- what is forgotten


@pytest.mark.usefixtures("connected")
def test_what_has_run_out_is_forgotten(sessions: Sessions) -> None:
    def tidy(later: datetime) -> tuple[int, ...]:
        with sessions.begin() as session:
            permitting.remove_expired(session, later)
        return tuple(count(sessions, kind) for kind in (Application, Permission, AuthorizationCode, Token))

    assert tidy(now()) == (1, 1, 1, 2)
    assert tidy(now() + permitting.CODE * 2) == (1, 1, 0, 2)
    assert tidy(now() + authorization.ACCESS * 2) == (1, 1, 0, 1)
    assert tidy(now() + authorization.REFRESH * 2) == (0, 0, 0, 0)


def test_a_new_yes_ends_what_the_app_had_before(connected: Backpack, ada: Browser) -> None:
    before = connected.access
    connected.connect(ada, [scopes.READ_PROFILE])
    after, connected.access = connected.access, before

    assert connected.call("GET", "/profile").status_code == 401
    connected.access = after
    assert connected.call("GET", "/profile").status_code == 200
    assert connected.call("GET", "/credentials").status_code == 403
