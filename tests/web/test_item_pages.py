"""The page of one question: two languages, and every kind of answer as a plain form."""

import re
from collections.abc import Iterator

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from assessor.items.item import KINDS, Item
from assessor.items.simulations import FOLDERS
from assessor.sittings.models import Presentation, Response, Sitting
from tests import factories
from tests.factories import right_answer
from tests.fixtures import Browser
from tests.web.phone import reply, shown_id

Sessions = sessionmaker[Session]


@pytest.fixture
def in_arabic(ada_is_asked: Browser) -> Browser:
    """Ada's phone at a question, with Arabic as her language."""
    ada_is_asked.submit("/me/language", {"language": "ar"})
    return ada_is_asked


def show(sessions: Sessions, kind: str) -> Item:
    """Make a question of this kind the one that waits."""
    with sessions.begin() as session:
        item = next(one.item for one in factories.edition(session).scored.values() if one.item.kind == kind)
        session.scalars(select(Presentation)).one().item_id = item.id
    return item


def test_the_home_language_is_one_tap_away_without_javascript(in_arabic: Browser) -> None:
    page = in_arabic.get("/me/item").text
    at_home = in_arabic.get("/me/item?home=1").text

    assert '<html lang="en" dir="ltr" data-shows="test"' in page
    assert '<html lang="ar" dir="rtl" data-shows="home"' in at_home
    for one in (page, at_home):
        assert re.search('<form method="get"[^>]*>.*?<button name="home" value="1" lang="ar" dir="rtl"', one, re.DOTALL)


def test_the_language_can_be_changed_where_an_answer_was_missing(in_arabic: Browser) -> None:
    in_arabic.submit("/me/answers", {"presentation": shown_id(in_arabic.get("/me/item"))})

    changed = in_arabic.get("/me/answers?home=1")  # where a form without an address leads from there

    assert changed.location == "/me/item?home=1"


@pytest.mark.parametrize("asked", ["", "2", "1; DROP", "\u202e"])
def test_another_value_shows_the_language_of_the_test(asked: str, in_arabic: Browser) -> None:
    page = in_arabic.get("/me/item", query_string={"home": asked})

    assert 'data-shows="test"' in page.text


def test_a_language_that_we_do_not_have_changes_nothing(in_arabic: Browser, sessions: Sessions) -> None:
    in_arabic.submit("/me/language", {"language": "xx"})

    with sessions() as session:
        assert session.scalars(select(Sitting.help_language)).all() == ["ar"]


def test_help_and_sound_that_were_used_are_recorded(in_arabic: Browser, sessions: Sessions) -> None:
    waiting = shown_id(in_arabic.get("/me/item"))

    in_arabic.submit("/me/aids", {"presentation": waiting, "aid": ["home", "sound"]})
    in_arabic.submit("/me/answers", {"presentation": waiting, "unknown": "1"})

    with sessions() as session:
        answered = session.scalars(select(Presentation).order_by(Presentation.position)).first()
        assert answered is not None
        assert (answered.help_language, answered.sound_used) == ("ar", True)


def test_help_that_was_used_is_remembered_through_rest_and_help_and_a_change_of_language(
    in_arabic: Browser, sessions: Sessions
) -> None:
    in_arabic.get("/me/item?home=1")
    in_arabic.submit("/me/help", {})
    in_arabic.submit("/me/rest", {"stop": "1"})
    waiting = shown_id(in_arabic.get("/me/item"))

    in_arabic.submit("/me/answers", {"presentation": waiting, "unknown": "1"})
    in_arabic.submit("/me/language", {"language": "en"})

    with sessions() as session:
        answered = session.scalars(select(Presentation).order_by(Presentation.position)).first()
        assert answered is not None
        assert answered.help_language == "ar"


def test_an_aid_is_noted_only_for_an_own_question(in_arabic: Browser) -> None:
    answer = in_arabic.submit("/me/aids", {"presentation": "11111111-1111-4111-8111-111111111111", "aid": "home"})

    assert answer.status_code == 404


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_question_is_a_form_without_javascript(
    kind: str, ada_is_asked: Browser, sessions: Sessions
) -> None:
    item = show(sessions, kind)

    page = ada_is_asked.get("/me/item")

    for name, value in right_answer(item).items(multi=True):
        assert f'name="{name}" value="{value}"' in page.text
    assert 'name="unknown"' in page.text
    assert reply(ada_is_asked, page, right_answer, sessions).status_code == 303
    with sessions() as session:
        assert session.scalars(select(Response.points)).all() == [1]


def test_the_simulated_phone_offers_every_place_for_every_message(ada_is_asked: Browser, sessions: Sessions) -> None:
    item = show(sessions, "simulation")
    assert item.simulation is not None

    page = ada_is_asked.get("/me/item").text

    for message in item.simulation.messages:
        offered = re.findall(rf'name="place-{message.id}" value="(\w+)"', page)
        assert sorted(offered) == sorted(FOLDERS)


def test_a_simulation_in_which_nothing_was_moved_asks_to_move_something(
    ada_is_asked: Browser, sessions: Sessions
) -> None:
    item = show(sessions, "simulation")
    assert item.simulation is not None
    untouched = {f"place-{message.id}": "inbox" for message in item.simulation.messages}

    answer = ada_is_asked.submit("/me/answers", {"presentation": shown_id(ada_is_asked.get("/me/item")), **untouched})

    assert answer.status_code == 422
    assert "Move one message first" in answer.text


def test_no_page_tells_what_is_right(ada_is_asked: Browser, sessions: Sessions) -> None:
    for kind in KINDS:
        item = show(sessions, kind)
        page = ada_is_asked.get("/me/item").text
        assert item.id not in page
        assert not [reason for reason in reasons(item) if reason in page]


def reasons(item: Item) -> Iterator[str]:
    """What the author wrote about wrong answers; it is for staff."""
    yield from (option.why_wrong for option in item.options if option.why_wrong)
    if item.simulation is not None:
        yield from (message.why_wrong for message in item.simulation.messages if message.why_wrong)


def test_pictures_are_served_by_their_content(ada_is_asked: Browser, sessions: Sessions) -> None:
    show(sessions, "picture")
    [address] = re.findall(r'src="(/media/[0-9a-f]{64})"', ada_is_asked.get("/me/item").text)

    picture = ada_is_asked.get(address)

    assert picture.mimetype == "image/svg+xml"
    assert picture.text.lstrip().startswith("<svg")
    assert ada_is_asked.get("/media/" + "0" * 64).status_code == 404
    assert ada_is_asked.get("/media/x").status_code == 404
