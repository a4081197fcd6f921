"""What a learner sees of it: the question, the list of apps, badges from elsewhere, and the way over the card."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker

from assessor.config import Settings
from assessor.credentials import awarding
from assessor.credentials.models import Award
from assessor.database import now
from assessor.hosting import permitting, scopes
from assessor.hosting.models import HeldCredential, Permission
from assessor.hosting.views import WAITS
from assessor.openbadges.achievement import Profile
from assessor.openbadges.checks import Result
from tests.fixtures import Browser
from tests.web.hosting import foreign
from tests.web.hosting.backpack import Backpack, agree, code_in, sent_back

Sessions = sessionmaker[Session]
DAY = timedelta(days=1)


def test_the_question_says_who_asks_and_what_for(backpack: Backpack, ada: Browser) -> None:
    page = ada.get(backpack.ask(ada, [scopes.READ_BADGES]).location)

    assert page.status_code == 200
    for words in ("Backpack", "backpack.example", "You are Ada.", "read your badges", "Say yes only if you opened"):
        assert words in page.text
    for words in ("your level and points", "how you did the test", "your printed name"):
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


def test_a_badge_that_has_run_out_does_not_count(
    connected: Backpack, ada: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    connected.bring(foreign.badge(valid_until=now().replace(microsecond=0) + DAY))
    before = ada.get("/me/apps").text
    monkeypatch.setattr("assessor.hosting.views.now", lambda: now() + 2 * DAY)

    after = ada.get("/me/apps").text

    assert ("We do not know who gave it" in before, "Does not count any more" in before) == (True, False)
    assert ("We do not know who gave it" in after, "Does not count any more" in after) == (False, True)


def test_a_badge_of_ours_that_names_nobody_is_genuine_and_not_said_to_be_hers(
    connected: Backpack, ada: Browser, nobodys_badge: bytes
) -> None:
    connected.bring(nobodys_badge)

    page = ada.get("/me/apps").text

    assert "Genuine, but it does not say that it is yours" in page
    assert ">Genuine<" not in page


def test_a_badge_of_ours_that_was_withdrawn_since_does_not_count(
    connected: Backpack, ada: Browser, nobodys_badge: bytes, sessions: Sessions, settings: Settings
) -> None:
    connected.bring(nobodys_badge)
    with sessions.begin() as session:
        awarding.revoke(session, session.scalars(select(Award)).one(), "mistake", settings, now())

    assert "Does not count any more" in ada.get("/me/apps").text


def test_a_badge_of_ours_on_hold_does_not_count_until_the_hold_ends(
    connected: Backpack, ada: Browser, nobodys_badge: bytes, sessions: Sessions, settings: Settings
) -> None:
    connected.bring(nobodys_badge)
    with sessions.begin() as session:
        awarding.suspend(session, session.scalars(select(Award)).one(), settings, now())
    on_hold = ada.get("/me/apps").text
    with sessions.begin() as session:
        awarding.reinstate(session, session.scalars(select(Award)).one(), settings, now())

    assert "Does not count now" in on_hold
    assert "Genuine, but" in ada.get("/me/apps").text


def test_of_a_badge_that_cannot_be_checked_now_it_is_said_when_it_was_genuine(
    connected: Backpack, ada: Browser, sessions: Sessions
) -> None:
    connected.bring(foreign.badge())
    with sessions.begin() as session:
        session.execute(update(HeldCredential).values(result=int(Result.GENUINE)))

    page = ada.get("/me/apps").text

    assert "Genuine when it came, on " in page
    assert ">Genuine<" not in page


def test_what_strangers_write_is_shown_as_text(connected: Backpack, ada: Browser) -> None:
    connected.bring(foreign.badge(issuer=Profile(foreign.DID, "<script>alert(1)</script>" + "x" * 500)))

    page = ada.get("/me/apps").text

    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page
    assert "x" * 200 not in page


def test_the_rules_say_what_is_in_a_badge(client: Browser) -> None:
    page = client.get("/apps").text

    for words in ("your points", "how you did the test", "your printed name"):
        assert words in page


def test_a_yes_to_an_app_that_is_gone_is_answered_on_a_page(
    backpack: Backpack, ada: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_arguments: Any) -> None:
        raise permitting.UnknownApplication("There is no such app.")

    asked = backpack.ask(ada)
    monkeypatch.setattr(permitting, "give", gone)

    answer = agree(ada, asked)

    assert answer.status_code == 400
    assert "This app made a mistake" in answer.text


def test_the_rules_are_open_to_everybody(client: Browser) -> None:
    page = client.get("/apps")

    assert page.status_code == 200
    assert 'id="privacy"' in page.text
    assert 'id="terms"' in page.text


@pytest.mark.parametrize("address", ["/me/apps", "/me/apps/ask"])
def test_without_a_card_there_is_no_page(address: str, new_browser: Callable[[], Browser]) -> None:
    answer: Any = new_browser().get(address)

    assert answer.status_code == 403
