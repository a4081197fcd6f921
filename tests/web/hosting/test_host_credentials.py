"""What an app reads and brings once it has its tokens: badges in pages, editions, and what is not taken."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from assessor.config import Settings
from assessor.credentials import awarding
from assessor.credentials.models import Award, Credential
from assessor.database import now
from assessor.hosting import holding, listing
from assessor.hosting.models import HeldCredential
from assessor.openbadges.checks import Result
from assessor.openbadges.strict_json import MAX_BYTES
from tests.fixtures import Browser
from tests.unit.openbadges import badges
from tests.web.hosting import foreign
from tests.web.hosting.backpack import BASE, Backpack, minor
from tests.web.hosting.conftest import Fits

Sessions = sessionmaker[Session]
DAY = timedelta(days=1)
JWT = "text/plain"


def links(answer: Any) -> dict[str, str]:
    """Relation → address."""
    found = re.findall(r'<([^>]+)>; rel="([a-z]+)"', answer.headers["Link"])
    return {relation: address for address, relation in found}


def held(sessions: Sessions) -> list[HeldCredential]:
    """What is kept."""
    with sessions() as session:
        return list(session.scalars(select(HeldCredential)))


# --- reading


def test_an_award_is_there_exactly_as_it_was_signed(
    connected: Backpack, adas_award: str, fits: Fits, sessions: Sessions
) -> None:
    answer = connected.call("GET", "/credentials")

    found = answer.get_json()
    fits("GetOpenBadgeCredentialsResponse", found)
    assert [badge["id"] for badge in found["credential"]] == [adas_award]
    assert found["compactJwsString"] == []
    assert answer.headers["X-Total-Count"] == "1"
    assert set(links(answer)) == {"first", "last"}
    with sessions() as session:
        assert session.scalars(select(Credential.body)).one() in answer.data


@pytest.mark.usefixtures("adas_award")
def test_a_withdrawn_award_is_not_there(connected: Backpack, sessions: Sessions, settings: Settings) -> None:
    with sessions.begin() as session:
        awarding.revoke(session, session.scalars(select(Award)).one(), "mistake", settings, now())

    assert connected.badges()["credential"] == []


@pytest.mark.usefixtures("adas_award")
def test_an_award_on_hold_is_not_there_until_the_hold_ends(
    connected: Backpack, sessions: Sessions, settings: Settings
) -> None:
    with sessions.begin() as session:
        awarding.suspend(session, session.scalars(select(Award)).one(), settings, now())
    on_hold = connected.badges()["credential"]
    with sessions.begin() as session:
        awarding.reinstate(session, session.scalars(select(Award)).one(), settings, now())

    assert (on_hold, len(connected.badges()["credential"])) == ([], 1)


@pytest.mark.usefixtures("adas_award")
def test_badges_of_others_are_not_there(backpack: Backpack, eves_phone: Browser) -> None:
    backpack.connect(eves_phone)

    assert backpack.badges() == {"credential": [], "compactJwsString": []}


def test_what_one_learner_holds_the_other_does_not(app: Flask, connected: Backpack, eves_phone: Browser) -> None:
    connected.bring(foreign.badge())
    of_eve = Backpack.of(app)
    of_eve.connect(eves_phone)

    assert of_eve.badges()["credential"] == []
    assert of_eve.bring(foreign.badge()).status_code == 201
    assert len(connected.badges()["credential"]) == 1


def test_all_pages_together_hold_every_badge_once_and_in_order(connected: Backpack, adas_award: str) -> None:
    for number in range(4):
        connected.bring(foreign.badge(number, later=number * DAY))
    connected.bring(foreign.token(9, later=10 * DAY), JWT)

    seen, address = [], f"{BASE}/credentials?limit=2"
    while address:
        answer = connected.call("GET", address[address.index("/credentials") :])
        page = answer.get_json()
        assert answer.headers["X-Total-Count"] == "6"
        seen += [*(badge["id"] for badge in page["credential"]), *page["compactJwsString"]]
        address = links(answer).get("next", "")

    assert seen[:4] == [f"urn:example:badge:{number}" for number in range(4)]
    assert set(seen[4:]) == {adas_award, foreign.token(9, later=10 * DAY).decode()}
    assert links(answer)["last"].endswith("offset=4")
    assert links(answer)["prev"].endswith("offset=2")


def test_only_what_is_newer_than_a_time(connected: Backpack) -> None:
    for number in range(3):
        connected.bring(foreign.badge(number, later=number * DAY))

    def since(text: str) -> list[str]:
        return [badge["id"][-1] for badge in connected.badges(since=text)["credential"]]

    assert since("2026-03-01T08:00:00Z") == ["1", "2"]
    assert since("2026-03-02T09:00:00+01:00") == ["2"]
    assert since("2026-03-02") == ["1", "2"]
    assert since("2030-01-01T00:00:00") == []
    answer = connected.call("GET", "/credentials?limit=1&since=2026-03-01T08:00:00Z")
    assert "since=2026-03-01T08%3A00%3A00Z" in links(answer)["next"]
    assert answer.headers["X-Total-Count"] == "2"


@pytest.mark.parametrize(
    "query",
    [
        *("limit=0", "limit=-1", "limit=x", "limit=", "limit=9999999999", "limit=1.5", "limit=%D9%A1"),
        *(
            "offset=-1",
            "offset=x",
            "since=yesterday",
            "since=2026-13-01T00:00:00Z",
            "since=",
            "since=0001-01-01T00:00:00%2B14:00",
        ),
    ],
)
def test_a_question_that_makes_no_sense_is_named(query: str, connected: Backpack, fits: Fits) -> None:
    answer = connected.call("GET", f"/credentials?{query}")

    assert answer.status_code == 400
    assert minor(answer) == "invalid_query_parameter"
    fits("Imsx_StatusInfo", answer.get_json())


def test_a_page_far_beyond_the_end_is_empty(connected: Backpack) -> None:
    connected.bring(foreign.badge())

    answer = connected.call("GET", "/credentials?limit=500&offset=999999999")

    assert answer.get_json()["credential"] == []
    assert links(answer)["prev"].endswith(f"limit={listing.MOST}&offset=0")


# --- bringing


def test_a_signed_document_comes_back_as_it_came(connected: Backpack, fits: Fits, sessions: Sessions) -> None:
    brought = json.dumps(json.loads(foreign.badge()), indent=1).replace('"64"', '"6\\u0034"').encode()

    answer = connected.bring(brought)

    assert (answer.status_code, answer.mimetype, answer.data) == (201, "application/json", brought)
    fits("AchievementCredential", answer.get_json())
    page = connected.call("GET", "/credentials")
    assert brought in page.data
    fits("GetOpenBadgeCredentialsResponse", page.get_json())
    assert Result(held(sessions)[0].result) is Result.ISSUER_UNKNOWN


def test_a_token_comes_back_to_the_letter(connected: Backpack, fits: Fits) -> None:
    brought = foreign.token()

    answer = connected.bring(brought, JWT)

    assert (answer.status_code, answer.mimetype, answer.data) == (201, JWT, brought)
    found = connected.badges()
    assert found == {"credential": [], "compactJwsString": [brought.decode()]}
    fits("GetOpenBadgeCredentialsResponse", found)


def test_of_two_editions_the_newer_one_stays(connected: Backpack) -> None:
    older, newer = foreign.badge(), foreign.badge(later=DAY)

    answers = [connected.bring(badge).status_code for badge in (older, older, newer, newer, older)]

    assert answers == [201, 304, 200, 304, 304]
    assert connected.badges()["credential"] == [json.loads(newer)]


def test_an_edition_may_have_another_form(connected: Backpack) -> None:
    connected.bring(foreign.badge())

    same, newer = connected.bring(foreign.token(), JWT), connected.bring(foreign.token(later=DAY), JWT)

    assert (same.status_code, newer.status_code) == (304, 200)
    assert connected.badges() == {"credential": [], "compactJwsString": [foreign.token(later=DAY).decode()]}


def test_ids_are_compared_unescaped_and_trimmed(connected: Backpack) -> None:
    connected.bring(foreign.badge(id="https://badges.example/a%41"))

    assert connected.bring(foreign.badge(id="https://badges.example/aA")).status_code == 304
    assert connected.bring(foreign.badge(id="https://badges.example/AA")).status_code == 201


def test_an_award_of_ours_that_is_brought_changes_nothing(connected: Backpack, adas_award: str) -> None:
    [ours] = connected.badges()["credential"]

    answer = connected.bring(json.dumps(ours).encode())

    assert (answer.status_code, answer.data) == (304, b"")
    assert [badge["id"] for badge in connected.badges()["credential"]] == [adas_award]


def test_a_badge_whose_issuer_would_have_to_be_asked_is_kept_unchecked(connected: Backpack, sessions: Sessions) -> None:
    assert connected.bring(foreign.of_a_stranger()).status_code == 201

    [kept] = held(sessions)
    assert Result(kept.result) is Result.ISSUER_UNKNOWN


def test_a_badge_of_ours_that_somebody_else_earned_is_not_taken(
    app: Flask, connected: Backpack, adas_award: str, eves_phone: Browser, fits: Fits, sessions: Sessions
) -> None:
    [of_ada] = connected.badges()["credential"]
    of_eve = Backpack.of(app)
    of_eve.connect(eves_phone)

    answer = of_eve.bring(json.dumps(of_ada).encode())

    assert (of_ada["id"], answer.status_code) == (adas_award, 400)
    assert "the card of somebody else" in answer.get_json()["imsx_description"]
    fits("Imsx_StatusInfo", answer.get_json())
    assert (held(sessions), of_eve.badges()["credential"]) == ([], [])


def test_a_badge_of_ours_that_belongs_to_nobody_known_is_checked(
    connected: Backpack, sessions: Sessions, nobodys_badge: bytes
) -> None:
    altered = connected.bring(nobodys_badge.replace(b"Digital", b"Dogital", 1))
    brought = connected.bring(nobodys_badge)

    assert (altered.status_code, brought.status_code) == (400, 201)
    assert Result(held(sessions)[0].result) is Result.GENUINE


def test_a_badge_that_has_run_out_is_still_its_holders(connected: Backpack) -> None:
    assert connected.bring(foreign.badge(valid_until=foreign.FROM + DAY)).status_code == 201


def _tampered() -> bytes:
    return foreign.badge().replace(b"Sewing school", b"Sowing school")


def _signed_by_eve() -> bytes:
    document = json.loads(foreign.badge())
    document.pop("proof")
    return badges.signed_anyhow(document, foreign.EVE)


def _changed(**members: Any) -> Callable[[], bytes]:
    def make() -> bytes:
        document = json.loads(foreign.badge()) | members
        return json.dumps({name: value for name, value in document.items() if value is not None}).encode()

    return make


@pytest.mark.parametrize(
    "make",
    [
        _tampered,
        _signed_by_eve,
        _changed(proof=None),
        _changed(validFrom=None),
        _changed(id=None),
        _changed(name={"en": "a map"}),
        _changed(credentialSubject={}),
        _changed(type=["VerifiableCredential"]),
        _changed(**{"@context": ["https://www.w3.org/2018/credentials/v1"]}),
        _changed(**{"@context": ["https://www.w3.org/ns/credentials/v2", {"name": "urn:x"}]}),
        _changed(**{"@context": None}),
        _changed(issuer="did:key:zNoKey"),
        _changed(undefined="word"),
        lambda: b"",
        lambda: b"{}",
        lambda: b"[]",
        lambda: b"null",
        lambda: b"\xff\xfe",
        lambda: b'{"a":NaN}',
        lambda: b'{"a":1,"a":2}',
        lambda: b'{"a":' * 2000 + b"1" + b"}" * 2000,
        lambda: b'{"a":"\\ud800"}',
        lambda: foreign.token(),
        lambda: b"\x89PNG\r\n\x1a\n",
    ],
)
def test_what_is_no_badge_or_a_false_one_is_not_kept(
    make: Callable[[], bytes], connected: Backpack, fits: Fits, sessions: Sessions
) -> None:
    answer = connected.bring(make())

    assert answer.status_code == 400, answer.text
    assert minor(answer) == "invalid_data"
    fits("Imsx_StatusInfo", answer.get_json())
    assert held(sessions) == []


@pytest.mark.parametrize(
    "make",
    [
        lambda: foreign.badge(),
        lambda: foreign.token()[:-4] + b"AAAA",
        lambda: foreign.token() + b"x",
        lambda: b"e30.e30.",
        lambda: b"e30.e30.e30",
        lambda: b"..",
        lambda: b"eyJhbGciOiJub25lIn0." + foreign.token().split(b".")[1] + b".AAAA",
        lambda: b"eyJhbGciOiJIUzI1NiJ9." + foreign.token().split(b".")[1] + b".AAAA",
    ],
)
def test_what_is_no_token_or_a_false_one_is_not_kept(
    make: Callable[[], bytes], connected: Backpack, sessions: Sessions
) -> None:
    answer = connected.bring(make(), JWT)

    assert answer.status_code == 400, answer.text
    assert held(sessions) == []


@pytest.mark.parametrize("kind", ["text/html", "multipart/form-data", "application/x-www-form-urlencoded", ""])
def test_other_kinds_of_bodies_are_not_taken(kind: str, connected: Backpack, fits: Fits) -> None:
    answer = connected.bring(foreign.badge(), kind)

    assert answer.status_code == 415
    fits("Imsx_StatusInfo", answer.get_json())


def test_what_is_too_large_is_not_read(connected: Backpack, fits: Fits) -> None:
    answer = connected.bring(b"{" + b" " * MAX_BYTES + b"}")

    assert answer.status_code == 413
    fits("Imsx_StatusInfo", answer.get_json())


def test_a_shelf_has_an_end(connected: Backpack, fits: Fits, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(holding, "MOST", 2)
    connected.bring(foreign.badge(1))
    connected.bring(foreign.badge(2))

    third, newer = connected.bring(foreign.badge(3)), connected.bring(foreign.badge(2, later=DAY))

    assert (third.status_code, newer.status_code) == (403, 200)
    fits("Imsx_StatusInfo", third.get_json())


def test_a_shelf_is_full_by_weight_too(connected: Backpack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(holding, "MOST_BYTES", len(foreign.badge()) * 3 // 2)
    connected.bring(foreign.badge(1))

    assert connected.bring(foreign.badge(2)).status_code == 403
