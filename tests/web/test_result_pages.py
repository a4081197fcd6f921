"""The learner's result and the staff's page of results: what is reached, what is borderline, how sure that is."""

import re
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.test import TestResponse

from assessor.certificates import number as numbers
from assessor.config import Settings
from assessor.credentials import issuing
from assessor.credentials.models import Award
from assessor.items.speech import sound_name
from assessor.organisations.models import Group
from assessor.psychometrics.adaptive.stopping import Reason
from assessor.sittings import invigilation
from assessor.sittings.commands import spoken
from assessor.sittings.models import Result, Sitting
from assessor.sittings.pages import STATIC
from tests import factories
from tests.factories import NOW, right_answer, unknown
from tests.fixtures import Browser, SignIn
from tests.web.phone import finish

Sessions = sessionmaker[Session]

BASIC = {"probabilities": [0.018, 0.455, 0.525, 0.002, 0.0], "reached": 1, "borderline": [2], "certainty": 0.9}
INTERMEDIATE = {"probabilities": [0.0, 0.02, 0.62, 0.3, 0.06], "reached": 2, "borderline": [], "certainty": 0.9}
PERHAPS_BASIC = {"probabilities": [0.38, 0.51, 0.1, 0.01, 0.0], "reached": None, "borderline": [1], "certainty": 0.9}
BELOW = {"probabilities": [0.96, 0.03, 0.01, 0.0, 0.0], "reached": None, "borderline": [], "certainty": 0.9}


def shows(sessions: Sessions, standing: dict[str, Any] | None, **changes: Any) -> None:
    """What the answers showed is set to this; ``band`` follows the standing where there is one."""
    with sessions.begin() as session:
        result = session.scalars(select(Result)).one()
        result.standing = standing
        if standing is not None:
            result.band = standing["reached"]
        for name, value in changes.items():
            setattr(result, name, value)


def result_of(ada: Browser, sessions: Sessions, standing: dict[str, Any] | None) -> str:
    """Ada's page when the answers showed this."""
    finish(ada, right_answer if standing and standing["reached"] else unknown, sessions)
    shows(sessions, standing)
    page = ada.get("/me/result")
    assert page.status_code == 200
    return page.text


def words_of(page: TestResponse | str) -> str:
    """The text of a page, without its tags."""
    text = page if isinstance(page, str) else page.text
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


# The learner


def test_the_result_says_the_level_and_how_sure_it_is(ada_begins: Browser, sessions: Sessions) -> None:
    finish(ada_begins, right_answer, sessions)

    page = words_of(ada_begins.get("/me/result"))

    assert "You have reached Intermediate. We are at least 90 % sure." in page


def test_a_borderline_level_is_named_with_the_next_step(ada_begins: Browser, sessions: Sessions) -> None:
    page = words_of(result_of(ada_begins, sessions, BASIC))

    assert "You have reached Basic. We are at least 90 % sure." in page
    assert "You may already be at Intermediate. Today’s questions cannot say for sure." in page
    assert "Practise the next steps. Then come again on another day." in page


def test_the_picture_has_a_table_with_the_same_numbers(ada_begins: Browser, sessions: Sessions) -> None:
    page = result_of(ada_begins, sessions, BASIC)

    table = words_of(page[page.index('<table class="numbers">') : page.index("</table>")])

    assert page.count('<div class="chance') - page.count('<div class="chances"') == 3
    assert table == "Level How likely Before Basic 2 % Basic 46 % Intermediate or higher 53 %"


def test_the_highest_level_of_the_questions_is_called_so(ada_begins: Browser, sessions: Sessions) -> None:
    page = words_of(result_of(ada_begins, sessions, INTERMEDIATE))

    assert "You have reached Intermediate." in page
    assert "These questions have no higher level." in page
    assert "You may already" not in page


@pytest.mark.parametrize(("standing", "perhaps"), [(PERHAPS_BASIC, True), (BELOW, False)])
def test_where_nothing_is_reached_the_words_are_kind(
    standing: dict[str, Any], perhaps: bool, ada_begins: Browser, sessions: Sessions
) -> None:
    page = words_of(result_of(ada_begins, sessions, standing))

    assert "You are on the way to Basic." in page
    assert ("You may already be at Basic." in page) is perhaps
    assert "Practise the next steps." in page
    assert not re.search(r"fail|wrong|not reached|% sure", page)


def test_a_result_of_before_shows_what_it_showed(ada_begins: Browser, sessions: Sessions) -> None:
    finish(ada_begins, right_answer, sessions)
    shows(sessions, None)

    page = ada_begins.get("/me/result").text

    assert "I can" in page
    assert "Your level" not in page
    assert page.count('class="map-row"') == 4


def test_the_level_is_said_in_both_languages(ada_begins: Browser, sessions: Sessions) -> None:
    with sessions.begin() as session:
        session.scalars(select(Sitting)).one().help_language = "ar"

    page = result_of(ada_begins, sessions, BASIC)

    assert "You have reached Basic." in page
    assert "تم بلوغ المستوى الأساسي." in page
    assert "درجة التأكد 90 % على الأقل." in page


def test_all_that_pages_say_aloud_has_its_sound() -> None:
    silent = [said for said in spoken() if not (STATIC / "sounds" / sound_name(*said)).exists()]

    assert silent == []


# The staff


def staff_page(sessions: Sessions, group: Group, signed_in_client: SignIn) -> TestResponse:
    """The results of the group's session."""
    with sessions() as session:
        opened = invigilation.open_of(session, group.organisation_id, group.id)
        assert opened is not None
        address = f"/staff/demo/sessions/{opened.id}/results"
    return signed_in_client("invigilator").get(address)


def test_before_anybody_finished_there_are_no_results(
    sessions: Sessions, evening: Group, signed_in_client: SignIn
) -> None:
    assert "Nobody has finished yet." in staff_page(sessions, evening, signed_in_client).text


def test_staff_read_what_is_reached_and_what_is_borderline(
    ada_begins: Browser, sessions: Sessions, evening: Group, signed_in_client: SignIn
) -> None:
    finish(ada_begins, right_answer, sessions)
    shows(sessions, BASIC, reason="curtailed", standard_error=0.5)

    page = words_of(staff_page(sessions, evening, signed_in_client))

    assert "Ada" in page
    assert "Basic reached" in page
    assert "At least 90 % sure. Borderline: Intermediate." in page
    assert "Why the test ended: More questions would hardly have changed the result." in page
    assert "Below Basic 2 % Basic 46 % Intermediate or higher 53 %" in page
    assert "within 0.82 of the estimate" in page


def test_staff_read_that_nothing_is_reached_yet(
    ada_begins: Browser, sessions: Sessions, evening: Group, signed_in_client: SignIn
) -> None:
    finish(ada_begins, unknown, sessions)
    shows(sessions, BELOW)

    page = words_of(staff_page(sessions, evening, signed_in_client))

    assert "No level reached yet" in page
    assert "Nothing is borderline." in page
    assert "% sure" not in page


def test_staff_read_of_a_result_of_before_what_is_known(
    ada_begins: Browser, sessions: Sessions, evening: Group, signed_in_client: SignIn
) -> None:
    finish(ada_begins, right_answer, sessions)
    shows(sessions, None, reason="maximum")

    page = words_of(staff_page(sessions, evening, signed_in_client))

    assert "Intermediate reached" in page
    assert "The test had its greatest length." in page
    assert "This result was stored before levels had probabilities." in page


@pytest.mark.usefixtures("ada_is_asked")
@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_to_stop_has_words(
    reason: Reason, sessions: Sessions, evening: Group, signed_in_client: SignIn
) -> None:
    with sessions.begin() as session:
        sitting = session.scalars(select(Sitting)).one()
        factories.finish(session, sitting, unknown)
    shows(sessions, BELOW, reason=str(reason))

    page = words_of(staff_page(sessions, evening, signed_in_client))

    assert re.search(r"Why the test ended: [A-Z][^.]+\.", page), page


# The employer


@pytest.mark.parametrize("of_before", [True, False])
def test_the_answer_to_a_number_says_how_sure_the_level_is(
    of_before: bool, client: Browser, sessions: Sessions, settings: Settings
) -> None:
    award = signed_award(sessions, settings, of_before)

    page = words_of(client.post("/c/number", data={"number": numbers.written(award.number), "language": "en"}))

    assert "Ada Lovelace" in page
    assert ("Level reached with at least 90 % certainty" in page) is not of_before


def signed_award(sessions: Sessions, settings: Settings, of_before: bool) -> Award:
    """Ada's award; ``of_before``: for a result that knows no probabilities."""
    with sessions.begin() as session:
        sitting = factories.confirmed_sitting(session)
        if of_before:
            session.get_one(Result, (sitting.organisation_id, sitting.id)).standing = None
        award = factories.award_of_sitting(session, settings, sitting)
        session.add(issuing.sign(session, award, settings, NOW))
    return award
