"""The learner's way, page by page, without JavaScript: whatever is sent twice or by somebody else does no harm."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from assessor import jobs
from assessor.config import Settings
from assessor.credentials.models import Award
from assessor.database import now
from assessor.organisations.models import Group
from assessor.sittings import invigilation
from assessor.sittings.models import Presentation, Response, Sitting
from tests import factories
from tests.factories import right_answer, unknown, wrong_answer
from tests.fixtures import Browser
from tests.web.phone import PHONE, finish, reply, shown_id

Sessions = sessionmaker[Session]
NewBrowser = Callable[[], Browser]


def stored(sessions: Sessions, model: type[Response] | type[Presentation] | type[Sitting] | type[Award]) -> int:
    """How many rows there are."""
    with sessions() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def confirm(sessions: Sessions) -> None:
    """Olu saw Ada doing it."""
    with sessions.begin() as session:
        sitting = session.scalars(select(Sitting)).one()
        sitting.confirmed_at, sitting.confirmed_by = now(), factories.olu(session).id


def end_session(sessions: Sessions, group: Group) -> None:
    """The staff end the session."""
    with sessions.begin() as session:
        opened = invigilation.open_of(session, group.organisation_id, group.id)
        assert opened is not None
        invigilation.end(opened, now())


def test_from_the_card_to_the_signed_certificate(
    ada: Browser, app: Flask, sessions: Sessions, settings: Settings
) -> None:
    # 1. The landing, the language, what happens.
    assert "Ada" in ada.get("/me").text
    assert ada.submit("/me/language", {"language": "en"}).location == "/me/start"
    assert ada.get("/me/start").status_code == 200
    assert ada.submit("/me/start", headers=PHONE).location == "/me/item"

    # 2. Practice and test.
    after = finish(ada, right_answer, sessions)
    assert after.location == "/me/result"

    # 3. The result, before and after somebody says yes.
    assert "I can" in ada.get("/me/result").text
    assert "/me/name" not in ada.get("/me/result").text
    confirm(sessions)
    assert "/me/name" in ada.get("/me/result").text

    # 4. The name.
    ada.get("/me/name")
    preview = ada.submit("/me/name", {"name": "Ada Lovelace", "act": "preview"})
    assert preview.status_code == 200
    assert stored(sessions, Award) == 0
    made = ada.submit("/me/name", {"name": "Ada Lovelace", "agreed": "1", "act": "make"})
    assert made.location == "/me/certificate"
    assert ada.get("/me/certificate").status_code == 200
    assert ada.get("/me/certificate.pdf").status_code == 409

    # 5. Signed.
    assert jobs.run_all(sessions, settings, now()) == 1
    assert "Ada Lovelace" in ada.get("/me/certificate").text
    kinds = {form: ada.get(f"/me/certificate.{form}").mimetype for form in ("json", "png", "svg", "pdf")}
    assert kinds == {
        **{"json": "application/vc+ld+json", "png": "image/png"},
        **{"svg": "image/svg+xml", "pdf": "application/pdf"},
    }
    with sessions() as session:
        assert session.scalars(select(Award)).one().conditions["device"] == "phone"
    assert ada.get("/me/certificate.docx").status_code == 422
    assert app.config["WTF_CSRF_ENABLED"] is not False


def test_who_knows_nothing_yet_gets_next_steps_and_no_certificate(ada_begins: Browser, sessions: Sessions) -> None:
    finish(ada_begins, unknown, sessions)
    confirm(sessions)

    page = ada_begins.get("/me/result")

    assert page.status_code == 200
    assert "/me/name" not in page.text
    ada_begins.get("/me/name")
    refused = ada_begins.submit("/me/name", {"name": "Ada", "agreed": "1", "act": "make"})
    assert refused.status_code == 409
    assert stored(sessions, Award) == 0


def test_the_same_question_waits_after_a_reload_and_on_another_phone(
    ada_is_asked: Browser, new_browser: NewBrowser, secrets: list[str], sessions: Sessions
) -> None:
    reply(ada_is_asked, ada_is_asked.get("/me/item"), right_answer, sessions)
    waiting = shown_id(ada_is_asked.get("/me/item"))
    assert shown_id(ada_is_asked.get("/me/item")) == waiting

    other_phone = new_browser()
    other_phone.get(f"/k/{secrets[0]}")

    assert shown_id(other_phone.get("/me/item")) == waiting
    assert ada_is_asked.get("/me/item").status_code == 403
    assert stored(sessions, Response) == 1


def test_a_post_is_answered_by_a_redirect(ada_is_asked: Browser, sessions: Sessions) -> None:
    answer = reply(ada_is_asked, ada_is_asked.get("/me/item"), right_answer, sessions)

    assert (answer.status_code, answer.location) == (303, "/me/item")


def test_the_back_button_and_a_double_post_are_harmless(ada_is_asked: Browser, sessions: Sessions) -> None:
    page = ada_is_asked.get("/me/item")
    reply(ada_is_asked, page, right_answer, sessions)
    waiting = shown_id(ada_is_asked.get("/me/item"))

    again = reply(ada_is_asked, page, wrong_answer, sessions)

    assert (again.status_code, again.location) == (303, "/me/item")
    assert shown_id(ada_is_asked.get("/me/item")) == waiting
    with sessions() as session:
        assert session.scalars(select(Response.points)).all() == [1]


def test_starting_twice_is_one_sitting(ada_begins: Browser, sessions: Sessions) -> None:
    ada_begins.submit("/me/start")

    assert stored(sessions, Sitting) == 1


def test_the_name_sent_twice_is_one_award(ada_begins: Browser, sessions: Sessions) -> None:
    finish(ada_begins, right_answer, sessions)
    confirm(sessions)
    ada_begins.get("/me/name")

    for name in ("Ada Lovelace", "Ada King"):
        sent = ada_begins.submit("/me/name", {"name": name, "agreed": "1", "act": "make"})
        assert sent.location == "/me/certificate"

    with sessions() as session:
        assert session.scalars(select(Award.holder_name)).all() == ["Ada Lovelace"]


@pytest.mark.parametrize("form", [{"name": "", "agreed": "1"}, {"name": "Ada"}, {"name": "\u202e", "agreed": "1"}])
def test_without_a_name_or_a_yes_nothing_is_made(form: dict[str, str], ada_begins: Browser, sessions: Sessions) -> None:
    finish(ada_begins, right_answer, sessions)
    confirm(sessions)
    ada_begins.get("/me/name")

    answer = ada_begins.submit("/me/name", {**form, "act": "make"})

    assert answer.status_code == 422
    assert stored(sessions, Award) == 0


def test_next_without_a_choice_asks_for_one_and_stores_nothing(ada_is_asked: Browser, sessions: Sessions) -> None:
    waiting = shown_id(ada_is_asked.get("/me/item"))

    answer = ada_is_asked.submit("/me/answers", {"presentation": waiting})

    assert answer.status_code == 422
    assert shown_id(answer) == waiting
    assert 'role="alert"' in answer.text
    assert stored(sessions, Response) == 0


@pytest.mark.parametrize("forged", ["", "1", "'; DROP TABLE response", "00000000-0000-4000-8000-000000000000"])
def test_a_forged_question_is_refused(forged: str, ada_is_asked: Browser, sessions: Sessions) -> None:
    answer = ada_is_asked.submit("/me/answers", {"presentation": forged, "unknown": "1"})

    assert answer.status_code == 404
    assert stored(sessions, Response) == 0


@pytest.mark.parametrize("forged", ["practice:", "practice:no-such-item"])
def test_a_forged_practice_changes_nothing(forged: str, ada_is_asked: Browser, sessions: Sessions) -> None:
    waiting = shown_id(ada_is_asked.get("/me/item"))

    ada_is_asked.submit("/me/answers", {"presentation": forged, "unknown": "1"})

    assert shown_id(ada_is_asked.get("/me/item")) == waiting
    assert stored(sessions, Response) == 0


def test_nobody_answers_for_somebody_else(
    ada_is_asked: Browser, new_browser: NewBrowser, secrets: list[str], sessions: Sessions
) -> None:
    of_ada = shown_id(ada_is_asked.get("/me/item"))
    eve = new_browser()
    eve.get(f"/k/{secrets[1]}")
    eve.get("/me/start")
    eve.submit("/me/start")
    eve.get("/me/item")

    answer = eve.submit("/me/answers", {"presentation": of_ada, "unknown": "1"})

    assert answer.status_code == 404
    assert stored(sessions, Response) == 0


def test_a_form_without_its_token_is_not_taken(ada_is_asked: Browser, sessions: Sessions) -> None:
    waiting = shown_id(ada_is_asked.get("/me/item"))

    answer = ada_is_asked.post("/me/answers", data={"presentation": waiting, "unknown": "1"})

    assert answer.status_code == 400
    assert stored(sessions, Response) == 0


def test_ten_megabytes_are_refused_with_a_page(ada_is_asked: Browser) -> None:
    answer = ada_is_asked.post("/me/answers", data={"presentation": "x" * 10_000_000})

    assert answer.status_code == 413
    assert "Too large" in answer.text
    assert ada_is_asked.get("/me/item").status_code == 200


def test_after_the_end_the_page_says_that_answers_are_safe(
    ada_is_asked: Browser, sessions: Sessions, evening: Group
) -> None:
    page = ada_is_asked.get("/me/item")
    reply(ada_is_asked, page, right_answer, sessions)
    page = ada_is_asked.get("/me/item")
    end_session(sessions, evening)

    late = reply(ada_is_asked, page, right_answer, sessions)
    closed = ada_is_asked.get("/me/item")

    assert (late.status_code, closed.status_code) == (409, 409)
    assert "Your answers are safe" in late.text
    assert "The session has ended" in closed.text
    assert stored(sessions, Response) == 1


def test_rest_and_help_lead_back_to_the_same_question(ada_is_asked: Browser, sessions: Sessions) -> None:
    waiting = shown_id(ada_is_asked.get("/me/item"))

    assert ada_is_asked.submit("/me/rest").status_code == 200
    assert ada_is_asked.submit("/me/help").location == "/me/item"
    assert ada_is_asked.submit("/me/help", {"cancel": "1"}).location == "/me/item"

    assert shown_id(ada_is_asked.get("/me/item")) == waiting
    with sessions() as session:
        assert session.scalars(select(Sitting.help_called_at)).all() == [None]


def test_not_my_card_ends_the_visit(ada: Browser) -> None:
    ada.get("/me")

    ada.submit("/me")

    assert ada.get("/me").status_code == 403
