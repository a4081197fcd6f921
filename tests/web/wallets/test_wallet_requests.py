"""What a wallet asks for and how it proves to have a key: everything that must not get a badge."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from assessor.credentials.models import Award
from assessor.database import now
from assessor.wallets.models import UsedNonce
from tests.fixtures import Browser
from tests.holder_keys import key
from tests.web.wallets.wallet import Wallet, late, refusal

Sessions = sessionmaker[Session]


def test_without_a_token_nothing_is_given(wallet: Wallet) -> None:
    answer = wallet.http.post("/wallet/credential", json={})

    assert refusal(answer) == (401, "invalid_token")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert refusal(wallet.asks_for_badge("a guess", wallet.proof(now()))) == (401, "invalid_token")


def test_a_token_is_over_after_five_minutes(wallet: Wallet, sessions: Sessions) -> None:
    token = wallet.token()
    late(sessions, 5)

    assert refusal(wallet.asks_for_badge(token, wallet.proof(now()))) == (401, "invalid_token")


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"signer": key(seed="Eve")}, "invalid_proof"),
        ({"audience": "https://other.example"}, "invalid_proof"),
        ({"header": {"alg": "none"}}, "invalid_proof"),
        ({"header": {"typ": "JWT"}}, "invalid_proof"),
        ({"claims": {"iat": 4102444800}}, "invalid_proof"),
        ({"claims": {"iat": 1000000000}}, "invalid_proof"),
        ({"claims": {"nonce": None}}, "invalid_proof"),
        ({"nonce": "made up"}, "invalid_nonce"),
    ],
)
def test_a_proof_that_is_not_in_order_gets_no_badge(change: dict[str, Any], error: str, wallet: Wallet) -> None:
    token = wallet.token()

    assert refusal(wallet.asks_for_badge(token, wallet.proof(now(), **change))) == (400, error)

    assert wallet.asks_for_badge(token, wallet.proof(now())).status_code == 200  # the right one still does


def test_a_proof_is_good_once(wallet: Wallet) -> None:
    token, proof = wallet.token(), wallet.proof(now())
    assert wallet.asks_for_badge(token, proof).status_code == 200

    assert refusal(wallet.asks_for_badge(token, proof)) == (400, "invalid_nonce")


def test_a_challenge_of_another_key_of_this_installation_is_refused(wallet: Wallet) -> None:
    token, nonce = wallet.token(), wallet.nonce()
    changed = ("A" if nonce[0] != "A" else "B") + nonce[1:]

    assert refusal(wallet.asks_for_badge(token, wallet.proof(now(), changed))) == (400, "invalid_nonce")


def test_asking_for_challenges_stores_nothing(wallet: Wallet, sessions: Sessions) -> None:
    nonces = {wallet.nonce() for _time in range(20)}

    assert len(nonces) == 20
    with sessions() as session:
        assert session.scalars(select(UsedNonce)).all() == []


def test_nobody_gets_a_second_copy_for_another_key(wallet: Wallet) -> None:
    token = wallet.token()
    assert wallet.asks_for_badge(token, wallet.proof(now())).status_code == 200

    answer = wallet.asks_for_badge(token, wallet.proof(now(), holder=key(seed="Eve")))

    assert refusal(answer) == (400, "credential_request_denied")


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"credential_configuration_id": "DIGI-FIRST-STEPS_mso_mdoc"}, "unknown_credential_configuration"),
        ({"credential_configuration_id": None}, "invalid_credential_request"),
        ({"credential_configuration_id": 7}, "invalid_credential_request"),
        ({"credential_identifier": "x"}, "unknown_credential_identifier"),
        ({"credential_response_encryption": {}}, "invalid_encryption_parameters"),
        ({"proofs": None}, "invalid_proof"),
        ({"proofs": {"jwt": []}}, "invalid_proof"),
        ({"proofs": {"jwt": ["a", "b"]}}, "invalid_proof"),
        ({"proofs": {"jwt": [7]}}, "invalid_proof"),
        ({"proofs": {"di_vp": [{}]}}, "invalid_proof"),
        ({"proofs": {"jwt": ["a"], "di_vp": [{}]}}, "invalid_proof"),
        ({"proofs": "jwt"}, "invalid_proof"),
    ],
)
def test_a_request_that_is_not_in_order_is_refused(change: dict[str, Any], error: str, wallet: Wallet) -> None:
    assert refusal(wallet.asks_for_badge(wallet.token(), wallet.proof(now()), **change)) == (400, error)


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'{"a":1,"a":2}', b'{"a":NaN}', b'{"a":"' + b"x" * 20_000 + b'"}', b"\xff" * 9]
)
def test_a_body_that_is_no_small_json_object_is_refused(body: bytes, wallet: Wallet) -> None:
    headers = {"Authorization": f"Bearer {wallet.token()}", "Content-Type": "application/json"}

    answer = wallet.http.post("/wallet/credential", data=body, headers=headers)

    assert refusal(answer) == (400, "invalid_credential_request")


def test_a_body_that_is_far_too_large_is_not_read(wallet: Wallet) -> None:
    headers = {"Authorization": "Bearer x", "Content-Type": "application/json"}

    answer = wallet.http.post("/wallet/credential", data=b"x" * 300_000, headers=headers)

    assert answer.status_code in (401, 413)


@pytest.mark.parametrize("what", ["revoked", "suspended"])
def test_what_does_not_count_is_not_given(what: str, wallet: Wallet, sessions: Sessions) -> None:
    token = wallet.token()
    with sessions.begin() as session:
        made = session.scalars(select(Award)).one()
        made.revoked_at, made.suspended_at = (now(), None) if what == "revoked" else (None, now())

    assert refusal(wallet.asks_for_badge(token, wallet.proof(now()))) == (400, "credential_request_denied")


def test_nothing_of_this_leaves_a_cookie(wallet: Wallet) -> None:
    answers = [
        wallet.asks_for_token(),
        wallet.http.post("/wallet/nonce"),
        wallet.asks_for_badge("x", wallet.proof(now())),
    ]

    assert all("Set-Cookie" not in answer.headers for answer in answers)
    assert all(answer.headers["Access-Control-Allow-Origin"] == "*" for answer in answers)


def test_a_request_without_a_token_is_asked_for_one_and_told_no_error(client: Browser) -> None:
    without = client.post("/wallet/credential", json={})
    wrong = client.post("/wallet/credential", json={}, headers={"Authorization": "Bearer guessed"})

    assert (without.status_code, without.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert (wrong.status_code, wrong.headers["WWW-Authenticate"]) == (401, 'Bearer error="invalid_token"')


def test_the_metadata_has_what_is_required_and_offers_no_scope(client: Browser) -> None:
    server = client.get("/.well-known/oauth-authorization-server").get_json()
    configured = client.get("/.well-known/openid-credential-issuer").get_json()["credential_configurations_supported"]

    assert server["response_types_supported"]
    assert "authorization_endpoint" not in server
    assert all("scope" not in configuration for configuration in configured.values())
