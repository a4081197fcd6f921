"""In with a card, or with a code and three pictures; nobody gets in by guessing."""

from random import Random

import pytest
from sqlalchemy.orm import Session, sessionmaker

from assessor.database import now
from assessor.organisations import groups
from assessor.organisations.models import Group
from tests import factories
from tests.fixtures import SECRET_KEY, Browser

Sessions = sessionmaker[Session]


def test_the_secret_of_the_card_is_not_in_the_next_address(client: Browser, secrets: list[str]) -> None:
    answer = client.get(f"/k/{secrets[0]}")

    assert answer.status_code == 302
    assert answer.location == "/me"
    assert secrets[0] not in answer.text + str(answer.headers)
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("secret", ["a" * 26, "short", "%F0%9F%92%A9", "x" * 3000])
def test_an_unknown_card_says_so_and_begins_no_visit(client: Browser, secret: str) -> None:
    answer = client.get(f"/k/{secret}")

    assert answer.status_code == 404
    assert "We do not know this card" in answer.text
    assert client.get("/me").status_code == 403


def test_a_replaced_card_says_that_there_is_a_newer_one(
    ada: Browser, secrets: list[str], sessions: Sessions, evening: Group
) -> None:
    with sessions.begin() as session:
        first = factories.people(session, evening)[0]
        groups.replace_card(session, evening, first.id, SECRET_KEY, now(), Random(5))

    answer = ada.get(f"/k/{secrets[0]}")

    assert answer.status_code == 404
    assert "This card is old" in answer.text
    assert ada.get("/me").status_code == 403


def test_sixty_unknown_cards_from_one_place_are_the_last(client: Browser, secrets: list[str]) -> None:
    for number in range(60):
        assert client.get(f"/k/wrong{number}").status_code == 404

    assert client.get(f"/k/{secrets[0]}").status_code == 429


def test_the_code_and_three_pictures_open_the_same_way(client: Browser, sessions: Sessions, evening: Group) -> None:
    with sessions() as session:
        words = groups.places(session, evening)[0].card.picture_words
    client.get("/words")

    answer = client.submit("/words", {"code": evening.code, "word": words})

    assert answer.location == "/me"
    assert "Ada" in client.get("/me").text


def test_a_hundred_wrong_pictures_lock_the_group(client: Browser, sessions: Sessions, evening: Group) -> None:
    with sessions() as session:
        words = groups.places(session, evening)[0].card.picture_words
    client.get("/words")

    wrong = {"code": evening.code, "word": ["key", "cup", "sun"]}
    statuses = [client.submit("/words", wrong).status_code for _ in range(100)]

    assert statuses == [403] * 20 + [429] * 80
    assert client.submit("/words", {"code": evening.code, "word": words}).status_code == 429
