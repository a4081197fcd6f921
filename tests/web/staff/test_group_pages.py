"""Groups and their cards on the staff's pages."""

import io
import re
import uuid

import pikepdf
import pytest
from flask import Flask
from sqlalchemy.orm import Session

from assessor.organisations import groups
from assessor.organisations.models import Group
from tests import factories
from tests.fixtures import Browser

SOME_ID = "7b0f5d0e-4f5e-4f0e-9c7b-0d6a3f4a9e11"
HOME = "/staff/demo/"


def test_from_new_group_to_a_running_session_are_four_taps(grace: Browser) -> None:
    home = grace.get(HOME).text
    assert 'href="/staff/demo/groups/new"' in home  # tap: New group
    grace.get("/staff/demo/groups/new")

    made = grace.submit(  # tap: Make the cards
        "/staff/demo/groups/new", {"names": "Ada\nBilal", "title": "Monday", "language": "ar"}
    )
    page = grace.get(made.location).text
    assert grace.get(f"{made.location}/cards.pdf").mimetype == "application/pdf"  # tap: Print the cards
    design = re.search(r'name="design" value="([^"]+)"[^>]* checked', page)
    assert design is not None  # the test is chosen already
    running = grace.submit(  # tap: Open the session
        f"{made.location}/sessions", {"design": design.group(1), "supervised": "y"}
    )

    board = grace.get(running.location).text
    assert "Bilal" in board
    assert "Supervised" in board


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        ("  \n ", "Write one name or more"),
        ("Ada\n" * 61, "at most 60 people"),
        ("A" * 41, "too long for a card"),
    ],
)
def test_wrong_names_are_refused_with_a_sentence(grace: Browser, names: str, sentence: str) -> None:
    grace.get("/staff/demo/groups/new")

    answer = grace.submit("/staff/demo/groups/new", {"names": names, "title": "Monday", "language": "en"})

    assert answer.status_code == 422
    assert sentence in answer.text


def test_a_group_needs_a_name_and_a_language_that_we_have(grace: Browser) -> None:
    grace.get("/staff/demo/groups/new")

    answer = grace.submit("/staff/demo/groups/new", {"names": "Ada", "title": " ", "language": "xx"})

    assert answer.status_code == 422
    assert "Give the group a short name" in answer.text


def test_the_offered_name_is_one_that_no_group_has(grace: Browser) -> None:
    offered = re.search(r'name="title"[^>]* value="([^"]+)"', grace.get("/staff/demo/groups/new").text)
    assert offered is not None
    grace.submit("/staff/demo/groups/new", {"names": "Ada", "title": offered.group(1), "language": "en"})

    again = grace.get("/staff/demo/groups/new").text

    assert f'value="{offered.group(1)} 2"' in again


def test_ten_cards_are_on_a_page(session: Session, app: Flask, grace: Browser) -> None:
    group = factories.group(session, [f"Ada {n}" for n in range(11)], key=app.config["SECRET_KEY"])
    session.commit()

    answer = grace.get(f"/staff/demo/groups/{group.id}/cards.pdf")

    with pikepdf.Pdf.open(io.BytesIO(answer.data)) as sheet:
        assert len(sheet.pages) == 2


def test_a_replaced_card_is_dead_and_the_new_one_lives(
    app: Flask, session: Session, grace: Browser, group: Group, client: Browser
) -> None:
    [ada, *_] = factories.people(session, group)
    session.commit()
    key = app.config["SECRET_KEY"]
    old = factories.card_secret(session, ada, key)
    session.commit()
    page = f"/staff/demo/groups/{group.id}/people/{ada.id}"
    before = grace.get(page).text

    answer = grace.submit(f"/staff/demo/groups/{group.id}/replace-card/{ada.id}")

    assert answer.location == page
    assert "apps, links and wallet offers end too" in before
    assert "The old card has stopped, and apps, links and wallet offers of this person with it." in (
        grace.get(page).text
    )
    assert client.get(f"/k/{old}").status_code == 404
    new = factories.card_secret(session, ada, key)
    session.commit()
    assert client.get(f"/k/{new}").status_code == 302


def test_people_are_added_and_equal_names_get_a_number(session: Session, grace: Browser, group: Group) -> None:
    address = f"/staff/demo/groups/{group.id}/names"
    grace.get(address)

    grace.submit(address, {"names": "Ada, Dina", "language": "es"})

    nicknames = [place.learner.nickname for place in groups.places(session, group)]
    assert nicknames == ["Ada", "Bilal", "Chen", "Ada 2", "Dina"]


def test_somebody_of_another_group_has_no_card_here(session: Session, grace: Browser, group: Group) -> None:
    stranger = factories.people(session, factories.group(session, ("Eve",)))[0]
    session.commit()

    assert grace.get(f"/staff/demo/groups/{group.id}/people/{stranger.id}").status_code == 404


def test_markup_in_names_is_shown_as_it_was_written(session: Session, grace: Browser) -> None:
    bold = factories.group(session, ("<b>Ada",))
    session.commit()

    page = grace.get(f"/staff/demo/groups/{bold.id}").text

    assert "&lt;b&gt;Ada" in page
    assert "<b>Ada" not in page


def test_an_unknown_group_is_not_found(grace: Browser) -> None:
    assert grace.get(f"/staff/demo/groups/{uuid.UUID(SOME_ID)}").status_code == 404
