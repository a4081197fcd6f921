"""The address of a badge: what stands there for people and for programs, and when."""

import re
import uuid
from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session, sessionmaker

from assessor.config import Settings
from assessor.credentials import issuing
from assessor.credentials.models import Award
from assessor.openbadges import jwt
from assessor.organisations.models import Group
from tests.fixtures import Browser
from tests.web.holders import BROWSER, EVERYTHING, award_of, shares, withdrawn

Sessions = sessionmaker[Session]


@pytest.fixture
def award(sessions: Sessions, settings: Settings, evening: Group) -> Award:
    """Ada's certificate, signed."""
    return award_of(sessions, settings, evening, "a test")


def test_the_address_of_a_badge_is_empty_until_it_is_shared_and_after_that(
    ada: Browser, award: Award, new_browser: Callable[[], Browser]
) -> None:
    stranger, address = new_browser(), f"/credentials/{award.id}"
    assert stranger.get(address).status_code == 404

    shares(ada, award)
    assert stranger.get(address, headers=BROWSER).status_code == 200

    [place] = re.findall(r'action="([^"]+/end)"', ada.get(f"/me/proof/{award.id}/share").text)
    ada.submit(place)
    assert stranger.get(address, headers=BROWSER).status_code == 404
    assert stranger.get(f"/credentials/{uuid.uuid4()}").status_code == 404


@pytest.mark.parametrize(
    ("accept", "answered"),
    [
        ("*/*", "application/vc+ld+json"),
        ("", "application/vc+ld+json"),
        ("application/json", "application/json"),
        ("application/ld+json, text/html;q=0.5", "application/ld+json"),
        ("application/json;q=0.3, text/html;q=0.2", "application/json"),
        ("application/json;q=0.2, text/html;q=0.3", "text/html"),
        ("application/vc;q=0.9, */*;q=0.1", "application/vc"),
        ("application/*", "application/vc+ld+json"),
        ("application/vc+jwt", "application/vc+jwt"),
        ("application/jwt, application/json;q=0", "application/jwt"),
        ("text/html;q=0, */*", "application/vc+ld+json"),
        (BROWSER["Accept"], "text/html"),
    ],
)
def test_the_address_of_a_badge_answers_in_the_form_that_is_wanted_most(
    accept: str, answered: str, ada: Browser, award: Award, sessions: Sessions, new_browser: Callable[[], Browser]
) -> None:
    shares(ada, award, **EVERYTHING)

    answer = new_browser().get(f"/credentials/{award.id}", headers={"Accept": accept} if accept else {})

    assert (answer.status_code, answer.mimetype) == (200, answered)
    assert "Accept" in answer.headers["Vary"]
    with sessions() as session:
        signed = issuing.credential_of(session, award)
    assert signed is not None
    if answered.endswith("jwt"):
        assert jwt.read(answer.data).payload["jti"].endswith(str(award.id))
    elif answered != "text/html":
        assert answer.data == signed.body
        assert answer.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("accept", ["image/png", "text/html;q=0, application/json;q=0", "text/turtle"])
def test_other_forms_are_refused_with_the_list(
    accept: str, ada: Browser, award: Award, new_browser: Callable[[], Browser]
) -> None:
    shares(ada, award, **EVERYTHING)

    answer = new_browser().get(f"/credentials/{award.id}", headers={"Accept": accept})

    assert answer.status_code == 406
    assert "application/vc+jwt" in answer.text


@pytest.mark.parametrize("missing", list(EVERYTHING))
def test_the_badge_itself_says_everything_so_it_is_given_only_where_everything_is_shown(
    missing: str, ada: Browser, award: Award, new_browser: Callable[[], Browser]
) -> None:
    shares(ada, award, **{name: "1" for name in EVERYTHING if name != missing})

    program = new_browser().get(f"/credentials/{award.id}", headers={"Accept": "application/json"})
    person = new_browser().get(f"/credentials/{award.id}", headers=BROWSER)

    assert program.status_code == 404
    assert "a part of this badge" in program.get_json()["detail"]
    assert person.status_code == 200


def test_two_links_for_two_people_are_never_joined_for_a_third(
    ada: Browser, award: Award, new_browser: Callable[[], Browser]
) -> None:
    shares(ada, award, areas="1", conditions="1", level="1")
    shares(ada, award, name="1")

    program = new_browser().get(f"/credentials/{award.id}", headers={"Accept": "application/json"})
    person = new_browser().get(f"/credentials/{award.id}", headers=BROWSER)

    assert program.status_code == 404
    assert "Supervised" in person.text
    assert "Ada Lovelace" not in person.text


@pytest.mark.parametrize("accept", ["application/json", "text/html"])
def test_the_address_of_a_withdrawn_badge_says_that_it_is_gone(
    accept: str, ada: Browser, award: Award, sessions: Sessions, settings: Settings, new_browser: Callable[[], Browser]
) -> None:
    shares(ada, award, **EVERYTHING)
    withdrawn(sessions, settings)

    answer = new_browser().get(f"/credentials/{award.id}", headers={"Accept": accept})

    assert answer.status_code == 410
    assert "ithdrawn" in answer.text
    assert "Ada" not in answer.text
