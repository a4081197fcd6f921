"""What a learner sees of it: the question, the list of apps, badges from elsewhere, and the way over the card."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker

from assessor.database import now
from assessor.hosting import scopes
from assessor.hosting.models import HeldCredential, Permission
from assessor.hosting.views import WAITS
from assessor.openbadges.achievement import Profile
from assessor.openbadges.checks import Result
from tests.fixtures import Browser
from tests.web.hosting import foreign
from tests.web.hosting.backpack import Backpack, agree, code_in, sent_back

Sessions = sessionmaker[Session]


def test_the_question_says_who_asks_and_what_for(backpack: Backpack, ada: Browser) -> None:
    page = ada.get(backpack.ask(ada, [scopes.READ_BADGES]).location)

    assert page.status_code == 200
    for words in ("Backpack", "backpack.example", "You are Ada.", "read your badges", "Say yes only if you opened"):
        assert words in page.text
    assert "bring badges" not in page.text
    assert "https://backpack.example/privacy" in page.text
    assert "logo.png" not in page.text


def test_the_answer_may_lead_to_this_app_and_nowhere_else(backpack: Backpack, ada: Browser) -> None:
    page = ada.get(backpack.ask(ada).location)

    policy = page.headers["Content-Security-Policy"]
    assert "form-action 'self' https://backpack.example;" in policy
    assert policy.startswith("default-src 'self';")
    assert "frame-ancestors 'none'" in policy


def test_a_no_goes_back_to_the_app_and_gives_nothing(backpack: Backpack, ada: Browser, sessions: Sessions) -> None:
    answer = agree(ada, backpack.ask(ada), "no")

    assert sent_back(answer)["error"] == "access_denied"
    assert sent_back(answer)["state"] == "26357667"
    with sessions() as session:
        assert session.scalars(select(Permission)).all() == []
    assert ada.get("/me/apps/ask").location == "/me/apps"


def test_whoever_has_no_card_at_hand_scans_it_first_and_goes_on(
    backpack: Backpack, client: Browser, secrets: list[str]
) -> None:
    asked = backpack.ask(client)
    first = client.get(asked.location)
    scanned = client.get(f"/k/{secrets[0]}")
    landed = client.get(scanned.location)

    assert (first.status_code, "Scan your card first." in first.text) == (403, True)
    assert landed.location == "/me/apps/ask"
    assert backpack.redeem(code_in(agree(client, landed))).status_code == 200
    assert client.get("/me").status_code == 200


def test_the_question_waits_for_minutes_and_no_longer(
    backpack: Backpack, client: Browser, secrets: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    backpack.ask(client)
    client.get(f"/k/{secrets[0]}")
    monkeypatch.setattr("assessor.hosting.views.now", lambda: now() + WAITS * 2)

    assert client.get("/me").status_code == 200
    assert client.get("/me/apps/ask").location == "/me/apps"


def test_an_answer_is_to_the_question_that_was_read(app: Flask, backpack: Backpack, ada: Browser) -> None:
    other = Backpack.of(app)
    other.register(client_name="Other")
    page = ada.get(backpack.ask(ada).location).text
    other.ask(ada)

    answer = ada.submit("/me/apps/ask", {"request": page.split('name="request" value="')[1][:64], "answer": "yes"})

    assert answer.location == "/me/apps/ask"
    assert "Other" in ada.get("/me/apps/ask").text


def test_nobody_else_can_say_yes_for_ada(backpack: Backpack, ada: Browser, sessions: Sessions) -> None:
    backpack.ask(ada)

    answer = ada.post("/me/apps/ask", data={"answer": "yes"})

    assert answer.status_code == 400
    with sessions() as session:
        assert session.scalars(select(Permission)).all() == []


def test_what_was_agreed_is_listed_and_ended(connected: Backpack, ada: Browser, sessions: Sessions) -> None:
    listed = ada.get("/me/apps")
    with sessions() as session:
        [permission] = session.scalars(select(Permission.id))

    ended = ada.submit(f"/me/apps/{permission}/end")

    assert "Backpack" in listed.text
    assert ended.location == "/me/apps"
    after = ada.get("/me/apps")
    assert "Backpack cannot read your badges any more." in after.text
    assert "No app can read your badges." in after.text
    assert connected.call("GET", "/credentials").status_code == 401
    assert connected.renew().status_code == 400


def test_nobody_sees_or_ends_the_apps_of_others(connected: Backpack, eves_phone: Browser, sessions: Sessions) -> None:
    with sessions() as session:
        [permission] = session.scalars(select(Permission.id))
    page = eves_phone.get("/me/apps")
    eves_phone.get("/me")  # a page with a form

    answer = eves_phone.submit(f"/me/apps/{permission}/end")

    assert "Backpack" not in page.text
    assert answer.status_code == 404
    assert connected.call("GET", "/credentials").status_code == 200


def test_a_badge_from_elsewhere_is_shown_and_can_be_removed(
    connected: Backpack, ada: Browser, eves_phone: Browser, sessions: Sessions
) -> None:
    connected.bring(foreign.badge())
    connected.bring(foreign.token(2), "text/plain")
    page = ada.get("/me/apps")
    with sessions() as session:
        badges = session.scalars(select(HeldCredential.identity)).all()

    of_eve = eves_phone.get("/me/apps")
    eves_phone.get("/me")  # a page with a form
    refused = eves_phone.submit(f"/me/apps/badges/{badges[0]}/remove")
    for badge in badges:
        ada.submit(f"/me/apps/badges/{badge}/remove")

    assert page.text.count("<h3") == 2
    assert "Sewing school" in page.text
    assert (of_eve.text.count("<h3"), refused.status_code) == (0, 404)
    assert connected.badges() == {"credential": [], "compactJwsString": []}
    assert ada.submit(f"/me/apps/badges/{badges[0]}/remove").status_code == 404


@pytest.mark.parametrize(
    ("result", "words"),
    [
        (Result.GENUINE, "Genuine"),
        (Result.EXPIRED, "Does not count any more"),
        (Result.WITHDRAWN, "Does not count any more"),
        (Result.ISSUER_UNKNOWN, "We do not know who gave it"),
    ],
)
def test_what_we_know_of_a_badge_is_said(
    result: Result, words: str, connected: Backpack, ada: Browser, sessions: Sessions
) -> None:
    connected.bring(foreign.badge())
    with sessions.begin() as session:
        session.execute(update(HeldCredential).values(result=int(result)))

    assert words in ada.get("/me/apps").text


def test_what_strangers_write_is_shown_as_text(connected: Backpack, ada: Browser) -> None:
    connected.bring(foreign.badge(issuer=Profile(foreign.DID, "<script>alert(1)</script>" + "x" * 500)))

    page = ada.get("/me/apps").text

    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page
    assert "x" * 200 not in page


def test_the_rules_are_open_to_everybody(client: Browser) -> None:
    page = client.get("/apps")

    assert page.status_code == 200
    assert 'id="privacy"' in page.text
    assert 'id="terms"' in page.text


@pytest.mark.parametrize("address", ["/me/apps", "/me/apps/ask"])
def test_without_a_card_there_is_no_page(address: str, new_browser: Callable[[], Browser]) -> None:
    answer: Any = new_browser().get(address)

    assert answer.status_code == 403
