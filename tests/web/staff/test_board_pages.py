"""The board of a session: who needs somebody, and how it ends."""

import re

import pytest
from sqlalchemy.orm import Session

from assessor.database import now
from assessor.organisations.models import Group
from assessor.sittings import delivery
from assessor.sittings.models import Invigilation
from tests import factories
from tests.fixtures import Browser
from tests.web.staff.boards import board_of, finished

HOME = "/staff/demo/"


def test_a_second_tap_on_open_leads_to_the_same_session(session: Session, grace: Browser, opened: Invigilation) -> None:
    design = factories.design(session)
    session.commit()
    grace.get(f"/staff/demo/groups/{opened.group_id}")

    answer = grace.submit(f"/staff/demo/groups/{opened.group_id}/sessions", {"design": str(design.id)})

    assert answer.location == board_of(opened)


def test_a_test_of_nobody_is_not_opened(grace: Browser, group: Group) -> None:
    grace.get(f"/staff/demo/groups/{group.id}")

    grace.submit(f"/staff/demo/groups/{group.id}/sessions", {"design": "no id"})

    assert "Choose a test first" in grace.get(f"/staff/demo/groups/{group.id}").text


def test_those_who_need_somebody_come_first(
    session: Session, grace: Browser, group: Group, opened: Invigilation
) -> None:
    finished(session, group, 0)
    [_ada, _bilal, chen] = factories.people(session, group)
    delivery.call_help(session, factories.sitting(session, chen, now=now()), now())
    session.commit()

    board = grace.get(board_of(opened)).text

    tiles = board[board.index("tiles-live") :]
    assert tiles.index("Chen") < tiles.index("Bilal") < tiles.index("Ada")
    assert "Chen wants help" in board
    assert group.code in board


def test_i_am_coming_is_remembered_and_helped_ends_the_call(
    session: Session, grace: Browser, group: Group, opened: Invigilation
) -> None:
    sitting = factories.sitting(session, factories.people(session, group)[0], now=now())
    delivery.call_help(session, sitting, now())
    session.commit()
    grace.get(board_of(opened))

    grace.submit(f"{board_of(opened)}/help/{sitting.id}/come")
    coming = grace.get(board_of(opened)).text
    grace.submit(f"{board_of(opened)}/help/{sitting.id}/done")
    calm = grace.get(board_of(opened)).text

    assert "You are going to Ada" in coming
    assert "alert-bar" not in calm


def test_the_changing_parts_are_sent_only_when_something_changed(
    session: Session, grace: Browser, group: Group, opened: Invigilation
) -> None:
    address = f"{board_of(opened)}/board"
    version = grace.get(address).headers["ETag"]

    unchanged = grace.get(address, headers={"If-None-Match": version})
    finished(session, group)
    changed = grace.get(address, headers={"If-None-Match": version})

    assert unchanged.status_code == 304
    assert changed.status_code == 200
    assert "Finished" in changed.text


def test_the_board_tells_nobody_what_was_right(
    session: Session, grace: Browser, group: Group, opened: Invigilation
) -> None:
    right, wrong = (factories.sitting(session, learner, now=now()) for learner in factories.people(session, group)[:2])
    factories.answer(session, right, factories.right_answer, now())
    factories.answer(session, wrong, factories.wrong_answer, now())
    session.commit()

    board = grace.get(f"{board_of(opened)}/board").text

    ada, bilal = (re.search(rf"<bdi>{name}</bdi>.*?</li>", board, re.DOTALL) for name in ("Ada", "Bilal"))
    assert ada is not None
    assert bilal is not None
    assert ada.group().replace("Ada", "") == bilal.group().replace("Bilal", "")


def test_ending_asks_once_and_then_takes_no_more_answers(
    session: Session, grace: Browser, group: Group, opened: Invigilation
) -> None:
    sitting = factories.sitting(session, factories.people(session, group)[0], now=now())
    session.commit()

    asked = grace.get(f"{board_of(opened)}/end").text
    grace.submit(f"{board_of(opened)}/end")

    assert "1 person has not finished" in asked
    assert "This session has ended." in grace.get(board_of(opened)).text
    session.expire_all()
    with pytest.raises(delivery.SittingClosed):
        factories.answer(session, session.merge(sitting), factories.right_answer, now())


def test_the_start_page_says_what_comes_next(session: Session, grace: Browser, group: Group) -> None:
    before = grace.get(HOME).text
    opened = factories.open_session(session, group, now=now())
    session.commit()
    during = grace.get(HOME).text
    finished(session, group)
    session.merge(opened).ended_at = now()
    session.commit()
    after = grace.get(HOME).text

    assert "Cards ready" in before
    assert "0 of 3 have finished" in during
    assert "1 certificate waits" in after
