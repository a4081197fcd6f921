"""A badge goes into a wallet: the flow as the standard has it, and everything that must not work."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from assessor.config import Settings
from assessor.credentials import awarding, issuing
from assessor.credentials.models import Award
from assessor.database import now
from assessor.openbadges import jwt
from assessor.openbadges.checks import Result
from assessor.wallets.models import WalletCopy
from tests import factories
from tests.fixtures import Browser
from tests.holder_keys import key
from tests.web.wallets.wallet import Wallet, checked, digits_on, late, offered, refusal

Sessions = sessionmaker[Session]


# What works


@pytest.mark.parametrize("how", ["did:key", "did:jwk", "jwk"])
@pytest.mark.parametrize("algorithm", ["EdDSA", "ES256"])
def test_a_wallet_collects_a_genuine_badge_that_names_its_key(
    algorithm: str, how: str, wallet: Wallet, award: Award, sessions: Sessions, settings: Settings
) -> None:
    wallet.holder = key(algorithm)

    answer = wallet.asks_for_badge(wallet.token(), wallet.proof(now(), how=how))

    assert answer.status_code == 200, answer.text
    [given] = answer.get_json()["credentials"]
    badge = given["credential"]
    with sessions() as session:
        stored = json.loads(_body(session, award))
        assert checked(session, settings, json.dumps(badge).encode()) is Result.GENUINE
    did = wallet.holder.did_key if how == "did:key" else wallet.holder.did_jwk
    assert badge["credentialSubject"].pop("id") == did
    assert {**badge, "proof": None} == {**stored, "proof": None}
    assert badge["proof"][0]["cryptosuite"] == "eddsa-rdfc-2022"


def _body(session: Session, award: Award) -> bytes:
    signed = issuing.credential_of(session, award)
    assert signed is not None
    return signed.body


def test_the_same_badge_comes_as_a_token(wallet: Wallet, award: Award, sessions: Sessions, settings: Settings) -> None:
    answer = wallet.asks_for_badge(wallet.token(), wallet.proof(now()), "jwt_vc_json")

    [given] = answer.get_json()["credentials"]
    token = jwt.read(given["credential"].encode())
    assert token.payload["sub"] == token.payload["credentialSubject"]["id"] == wallet.holder.did_key
    assert token.payload["jti"].endswith(f"/credentials/{award.id}")
    with sessions() as session:
        assert checked(session, settings, given["credential"].encode()) is Result.GENUINE


def test_the_bytes_that_were_given_are_stored(wallet: Wallet, sessions: Sessions) -> None:
    answer = wallet.asks_for_badge(wallet.token(), wallet.proof(now()))

    with sessions() as session:
        copied = session.scalars(select(WalletCopy)).one()
    assert copied.holder == wallet.holder.did_key
    assert answer.data == b'{"credentials":[{"credential":' + copied.body + b"}]}"


def test_asked_again_with_a_new_proof_the_same_bytes_come_again(wallet: Wallet) -> None:
    token = wallet.token()
    first = wallet.asks_for_badge(token, wallet.proof(now()))

    again = wallet.asks_for_badge(token, wallet.proof(now()))

    assert again.status_code == 200
    assert again.data == first.data


def test_both_formats_are_given_for_one_offer_each_to_a_key_of_its_own(wallet: Wallet) -> None:
    token = wallet.token()

    one = wallet.asks_for_badge(token, wallet.proof(now()))
    other = wallet.asks_for_badge(token, wallet.proof(now(), holder=key("ES256")), "jwt_vc_json")

    assert (one.status_code, other.status_code) == (200, 200)


def test_a_withdrawal_reaches_the_copy_in_the_wallet(
    wallet: Wallet, award: Award, sessions: Sessions, settings: Settings
) -> None:
    badge = wallet.asks_for_badge(wallet.token(), wallet.proof(now())).get_json()["credentials"][0]["credential"]

    with sessions.begin() as session:
        awarding.revoke(session, session.get_one(Award, (award.organisation_id, award.id)), "mistake", settings, now())

    with sessions() as session:
        assert checked(session, settings, json.dumps(badge).encode()) is Result.WITHDRAWN


def test_another_phone_scans_a_code_and_types_digits_that_the_page_keeps_back(
    ada: Browser, award: Award, new_browser: Callable[[], Browser]
) -> None:
    wallet = Wallet.scans(new_browser(), offered(ada, award, "other"))
    assert wallet.grant["tx_code"]["length"] == 4

    token = wallet.token(digits_on(ada, award))

    assert "Your wallet is taking it now." in ada.get(f"/me/proof/{award.id}/wallet").text
    assert wallet.asks_for_badge(token, wallet.proof(now())).status_code == 200
    assert "It is in your wallet." in ada.get(f"/me/proof/{award.id}/wallet").text


def test_the_metadata_names_every_badge_in_both_formats(client: Browser, settings: Settings) -> None:
    answer = client.get("/.well-known/openid-credential-issuer")

    found = answer.get_json()
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Set-Cookie" not in answer.headers
    for endpoint in ("credential_endpoint", "nonce_endpoint"):
        assert found[endpoint].startswith(settings.public_url)
    configurations = found["credential_configurations_supported"]
    assert {one["format"] for one in configurations.values()} == {"ldp_vc", "jwt_vc_json"}
    for one in configurations.values():
        assert one["cryptographic_binding_methods_supported"]
        assert one["proof_types_supported"]["jwt"]["proof_signing_alg_values_supported"]
        assert one["credential_definition"]["type"] == ["VerifiableCredential", "OpenBadgeCredential"]
        assert len({shown["locale"] for shown in one["credential_metadata"]["display"]}) >= 3
        assert ("@context" in one["credential_definition"]) is (one["format"] == "ldp_vc")


def test_a_wallet_that_is_a_web_page_may_ask(client: Browser) -> None:
    answer = client.options("/wallet/credential", headers={"Origin": "https://wallet.example"})

    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Authorization" in answer.headers["Access-Control-Allow-Headers"]
    assert "POST" in answer.headers["Access-Control-Allow-Methods"]


# The offer and the token


def test_a_code_is_exchanged_once_and_its_token_ends_with_the_second_try(wallet: Wallet) -> None:
    token = wallet.token()

    assert refusal(wallet.asks_for_token()) == (400, "invalid_grant")

    assert refusal(wallet.asks_for_badge(token, wallet.proof(now()))) == (401, "invalid_token")


def test_a_code_is_over_after_five_minutes(wallet: Wallet, sessions: Sessions) -> None:
    late(sessions, 5)

    assert refusal(wallet.asks_for_token()) == (400, "invalid_grant")


def test_an_offer_that_is_over_is_not_read_any_more(
    ada: Browser, award: Award, sessions: Sessions, new_browser: Callable[[], Browser]
) -> None:
    address = re.sub(r".*offer_uri=", "", offered(ada, award, "here")).replace("%2F", "/").replace("%3A", ":")
    late(sessions, 5)

    answer = new_browser().get(address.removeprefix("http://localhost:8000"))

    assert (answer.status_code, answer.get_json()["error"]) == (404, "invalid_request")
    assert "The five minutes are over." in ada.get(f"/me/proof/{award.id}/wallet").text


def test_a_new_offer_ends_the_one_before(ada: Browser, wallet: Wallet, award: Award) -> None:
    offered(ada, award, "here")

    assert refusal(wallet.asks_for_token()) == (400, "invalid_grant")


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"pre-authorized_code": "a" * 26}, "invalid_grant"),
        ({"pre-authorized_code": None}, "invalid_request"),
        ({"grant_type": "authorization_code"}, "unsupported_grant_type"),
        ({"grant_type": None}, "invalid_request"),
        ({"tx_code": "1234"}, "invalid_request"),
        ({"grant_type": ["a", "b"]}, "invalid_request"),
        ({"authorization_details": "[]"}, "invalid_authorization_details"),
    ],
)
def test_a_token_request_that_is_not_in_order_is_refused(change: dict[str, Any], error: str, wallet: Wallet) -> None:
    assert refusal(wallet.asks_for_token(**change)) == (400, error)

    assert wallet.token()  # nothing was used up


def test_a_token_request_of_another_kind_is_refused(wallet: Wallet) -> None:
    assert refusal(wallet.http.post("/wallet/token", json={"grant_type": "x"})) == (400, "invalid_request")
    assert refusal(wallet.http.post("/wallet/token", data={"x": "x" * 9000})) == (400, "invalid_request")


def test_wrong_digits_are_refused_and_the_third_time_ends_the_offer(
    ada: Browser, award: Award, new_browser: Callable[[], Browser]
) -> None:
    wallet = Wallet.scans(new_browser(), offered(ada, award, "other"))
    digits = digits_on(ada, award)
    wrong = f"{(int(digits) + 1) % 10_000:04}"

    assert refusal(wallet.asks_for_token()) == (400, "invalid_request")
    assert [refusal(wallet.asks_for_token(wrong)) for _try in range(3)] == [(400, "invalid_grant")] * 3

    assert refusal(wallet.asks_for_token(digits)) == (400, "invalid_grant")


@pytest.mark.parametrize("guess", ["", "١٢٣٤", "12345", "\ud800"])
def test_what_is_no_digit_is_refused(
    guess: str, ada: Browser, award: Award, new_browser: Callable[[], Browser]
) -> None:
    wallet = Wallet.scans(new_browser(), offered(ada, award, "other"))

    assert refusal(wallet.asks_for_token(guess.encode("utf-8", "replace").decode()))[1] == "invalid_grant"


def test_who_guesses_codes_is_stopped(wallet: Wallet) -> None:
    for number in range(60):
        assert refusal(wallet.asks_for_token(**{"pre-authorized_code": f"guess {number}"}))[0] == 400

    assert refusal(wallet.asks_for_token()) == (429, "temporarily_unavailable")


def test_codes_digits_and_tokens_are_not_in_the_database(
    ada: Browser, award: Award, sessions: Sessions, new_browser: Callable[[], Browser]
) -> None:
    link = offered(ada, award, "other")
    wallet = Wallet.scans(new_browser(), link)
    token = wallet.token(digits_on(ada, award))

    with sessions() as session:
        everything = factories.everything_in(session)
    assert wallet.grant["pre-authorized_code"].encode() not in everything
    assert link.rpartition("%2F")[2].encode() not in everything
    assert token.encode() not in everything
