"""One certificate as the staff see it: its story, correcting the name, the hold; and what the person agrees to."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from assessor import jobs
from assessor.certificates.words import LANGUAGES
from assessor.config import Settings
from assessor.credentials import awarding, issuing
from assessor.credentials.models import Award
from assessor.database import now
from assessor.sittings.models import Sitting
from tests import factories
from tests.factories import right_answer
from tests.fixtures import Browser, SignIn
from tests.unit.certificates.samples import page_text
from tests.web.phone import finish

Sessions = sessionmaker[Session]
LIST = "/staff/demo/certificates"


@pytest.fixture
def award(session: Session, settings: Settings) -> Award:
    """Ada's certificate, with a slip in it."""
    made = factories.award(session, settings, name="Ada Lovelase", now=now())
    session.commit()
    return made


@pytest.fixture
def page(award: Award) -> str:
    """The address of its page."""
    return f"{LIST}/{award.id}"


@pytest.fixture
def olu(signed_in_client: SignIn) -> Browser:
    """Olu may give certificates and take them back."""
    return signed_in_client("issuer", login="olu the issuer")


def newest(sessions: Sessions, award: Award) -> Award:
    """The award that counts at the same address."""
    with sessions() as session:
        return awarding.newest(session, award.credential_id)


def test_the_paper_is_printed_once_more_from_its_page(
    page: str, olu: Browser, sessions: Sessions, settings: Settings
) -> None:
    assert olu.get(f"{page}/paper.pdf").status_code == 409  # not signed yet
    jobs.run_all(sessions, settings, now())

    paper = olu.get(f"{page}/paper.pdf")

    assert f"{page}/paper.pdf" in olu.get(page).text
    assert (paper.mimetype, paper.data[:5]) == ("application/pdf", b"%PDF-")


# Correcting


def test_a_name_is_corrected_after_a_look_at_it(
    award: Award, page: str, olu: Browser, sessions: Sessions, settings: Settings
) -> None:
    assert f"{page}/name" in olu.get(page).text
    assert 'value="Ada Lovelase"' in olu.get(f"{page}/name").text

    preview = olu.submit(f"{page}/name", {"name": "Ada Lovelace", "act": "preview"})
    assert preview.status_code == 200
    assert '<p class="printed" dir="auto">Ada Lovelace</p>' in preview.text
    assert newest(sessions, award).id == award.id

    made = olu.submit(f"{page}/name", {"name": "Ada Lovelace", "agreed": "y", "act": "make"})
    new = newest(sessions, award)
    assert made.location == f"{LIST}/{new.id}"
    assert (new.holder_name, new.named_in_badge) == ("Ada Lovelace", False)
    assert new.awarded_by is not None
    assert jobs.run_all(sessions, settings, now()) == 2

    shown, old = olu.get(made.location).text, olu.get(page).text
    assert "Given again, with a correction" in shown
    assert page in shown
    assert "Replaced by a newer one" in old
    assert "olu the issuer" in old.lower()
    assert f"{page}/name" not in old
    assert "Replaced" in olu.get(LIST).text


def test_the_tick_for_the_badge_is_kept_and_can_be_taken_away(award: Award, olu: Browser, sessions: Sessions) -> None:
    page = f"{LIST}/{award.id}/name"
    olu.get(page)
    olu.submit(page, {"name": "Ada Lovelace", "named_in_badge": "y", "agreed": "y", "act": "make"})
    named = newest(sessions, award)

    page = f"{LIST}/{named.id}/name"
    form = olu.get(page).text
    olu.submit(page, {"name": "Ada Lovelace", "agreed": "y", "act": "make"})

    assert named.named_in_badge
    assert re.search(r'id="named_in_badge" checked', form)
    assert not newest(sessions, award).named_in_badge


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"name": "Ada Lovelace"}, "Ask the person first"),
        ({"name": "", "agreed": "y"}, "Write the name as it should be printed."),
        ({"name": "Ada 7912 3456", "agreed": "y"}, "A phone number does not belong on a certificate."),
        ({"name": "Ada", "second": "...", "agreed": "y"}, "Write the second spelling with letters"),
    ],
)
def test_what_is_missing_or_cannot_be_printed_is_said_and_changes_nothing(
    form: dict[str, str], sentence: str, award: Award, page: str, olu: Browser, sessions: Sessions
) -> None:
    olu.get(f"{page}/name")

    answer = olu.submit(f"{page}/name", {**form, "act": "make"})

    assert answer.status_code == 422
    assert sentence in answer.text
    assert newest(sessions, award).id == award.id


def test_nothing_changed_is_no_new_certificate(award: Award, page: str, olu: Browser, sessions: Sessions) -> None:
    olu.get(f"{page}/name")

    sent = olu.submit(f"{page}/name", {"name": "Ada Lovelase", "agreed": "y", "act": "make"})

    assert sent.location == page
    assert "Nothing was changed" in olu.get(page).text
    assert newest(sessions, award).id == award.id


def test_sent_twice_the_second_reads_that_it_was_done(
    award: Award, page: str, olu: Browser, sessions: Sessions
) -> None:
    olu.get(f"{page}/name")
    form = {"name": "Ada Lovelace", "agreed": "y", "act": "make"}

    olu.submit(f"{page}/name", form)
    again = olu.submit(f"{page}/name", form)

    assert again.status_code == 409
    assert "replaced by a newer one" in again.text
    with sessions() as session:
        assert len(session.scalars(select(Award)).all()) == 2
    assert newest(sessions, award).holder_name == "Ada Lovelace"


# On hold


def test_a_certificate_is_put_on_hold_and_counts_again(
    page: str, olu: Browser, client: Browser, sessions: Sessions, settings: Settings
) -> None:
    jobs.run_all(sessions, settings, now())
    olu.get(page)

    olu.submit(f"{page}/hold")
    held, listed = olu.get(page).text, olu.get(LIST).text
    olu.submit(f"{page}/end-hold")
    counts = olu.get(page).text

    assert "On hold" in held
    assert f"{page}/end-hold" in held
    assert f"{page}/name" not in held
    assert "On hold" in listed
    assert "The hold was ended" in counts
    assert f"{page}/hold" in counts
    assert client.get("/status/1-suspension").status_code == 200


def test_the_same_hold_twice_is_told(page: str, olu: Browser) -> None:
    olu.get(page)
    olu.submit(f"{page}/hold")

    assert olu.submit(f"{page}/hold").status_code == 409
    olu.submit(f"{page}/end-hold")
    assert olu.submit(f"{page}/end-hold").status_code == 409


@pytest.mark.parametrize("act", ["", "/name", "/hold", "/end-hold", "/withdraw"])
def test_who_gives_no_certificates_changes_none(
    act: str, app: Flask, award: Award, page: str, signed_in_client: SignIn, sessions: Sessions
) -> None:
    app.config["WTF_CSRF_ENABLED"] = False  # access alone decides
    for eve in (signed_in_client(login="eve"), signed_in_client("author", "invigilator", login="grace")):
        for answer in (eve.get(f"{page}{act}"), eve.submit(f"{page}{act}", {"name": "Eve", "agreed": "y"})):
            assert answer.status_code in (403, 404, 405)

    found = newest(sessions, award)
    assert (found.id, found.suspended_at, found.revoked_at) == (award.id, None, None)


# What the learner agrees to


def at_the_name(browser: Browser, sessions: Sessions) -> Browser:
    """Finished, confirmed, and at the page of the name."""
    finish(browser, right_answer, sessions)
    with sessions.begin() as session:
        sitting = session.scalars(select(Sitting)).one()
        sitting.confirmed_at, sitting.confirmed_by = now(), factories.olu(session).id
    browser.get("/me/name")
    return browser


def test_the_name_is_in_the_badge_only_when_the_learner_ticks_it(
    ada_begins: Browser, sessions: Sessions, settings: Settings
) -> None:
    ada = at_the_name(ada_begins, sessions)
    page = ada.get("/me/name").text

    ada.submit("/me/name", {"name": "Ada Lovelace", "agreed": "1", "act": "make"})

    [tick] = re.findall(r'<input[^>]*id="named_in_badge"[^>]*>', page)
    assert "checked" not in tick
    assert "required" not in tick
    assert "The paper always has your name." in page
    jobs.run_all(sessions, settings, now())
    assert b"Lovelace" not in ada.get("/me/certificate.json").data


def test_the_tick_stays_when_one_looks_how_it_looks(ada_begins: Browser, sessions: Sessions) -> None:
    ada = at_the_name(ada_begins, sessions)

    preview = ada.submit("/me/name", {"name": "Ada Lovelace", "named_in_badge": "1", "act": "preview"}).text
    ada.submit("/me/name", {"name": "Ada Lovelace", "named_in_badge": "1", "agreed": "1", "act": "make"})

    assert re.search(r'id="named_in_badge"[^>]* checked', preview)
    with sessions() as session:
        assert session.scalars(select(Award.named_in_badge)).all() == [True]


def test_the_paper_speaks_the_language_that_the_learner_chooses(
    ada_begins: Browser, sessions: Sessions, settings: Settings
) -> None:
    ada = at_the_name(ada_begins, sessions)
    page = ada.get("/me/name").text

    look = ada.submit("/me/name", {"name": "Ada Lovelace", "language": "lv", "act": "preview"}).text
    ada.submit("/me/name", {"name": "Ada Lovelace", "language": "lv", "agreed": "1", "act": "make"})

    assert page.count("<option") == len(LANGUAGES)
    assert re.search(r'<option value="lv"[^>]* selected>Latviešu', look)
    jobs.run_all(sessions, settings, now())
    with sessions() as session:
        assert session.scalars(select(Award.language)).all() == ["lv"]
    assert "Sertifikāts" in page_text(ada.get("/me/certificate.pdf").data)


def test_a_language_without_words_is_refused(ada_begins: Browser, sessions: Sessions) -> None:
    ada = at_the_name(ada_begins, sessions)

    answer = ada.submit("/me/name", {"name": "Ada Lovelace", "language": "pl", "agreed": "1", "act": "make"})

    assert answer.status_code == 422
    with sessions() as session:
        assert session.scalars(select(Award)).all() == []


def test_staff_give_the_paper_another_language(award: Award, page: str, olu: Browser, sessions: Sessions) -> None:
    shown = olu.get(f"{page}/name").text

    olu.submit(f"{page}/name", {"name": "Ada Lovelase", "language": "tr", "agreed": "y", "act": "make"})

    assert shown.count("<option") == len(LANGUAGES)
    changed = newest(sessions, award)
    assert (changed.holder_name, changed.language) == ("Ada Lovelase", "tr")


def test_a_learner_finds_the_newest_and_reads_of_a_hold(
    ada_begins: Browser, sessions: Sessions, settings: Settings
) -> None:
    ada = at_the_name(ada_begins, sessions)
    ada.submit("/me/name", {"name": "Ada Lovelase", "agreed": "1", "act": "make"})
    change: Callable[[Session, Award], object]
    for change in (
        lambda session, one: awarding.replace(session, one, awarding.Holder("Ada King"), settings, now()),
        lambda session, one: session.add(issuing.sign(session, one, settings, now())),
    ):
        with sessions.begin() as session:
            change(session, session.scalars(select(Award).where(Award.replaced_by.is_(None))).one())

    newest = ada.get("/me/certificate").text
    with sessions.begin() as session:
        one = session.scalars(select(Award).where(Award.replaced_by.is_(None))).one()
        awarding.suspend(session, one, settings, now())

    assert "Ada King" in newest
    assert "Lovelase" not in newest
    assert "on hold" in ada.get("/me/certificate").text
