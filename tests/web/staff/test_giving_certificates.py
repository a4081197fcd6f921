"""Certificates after a session: confirmed, named, printed."""

import io

import pikepdf
import pytest
from sqlalchemy.orm import Session, sessionmaker

from assessor import jobs
from assessor.config import Settings
from assessor.database import now
from assessor.organisations.models import Group
from assessor.sittings.models import Invigilation
from tests import factories
from tests.fixtures import Browser
from tests.web.staff.boards import board_of, finished

SOME_ID = "7b0f5d0e-4f5e-4f0e-9c7b-0d6a3f4a9e11"


def test_confirmed_then_named_then_printed(
    session: Session, sessions: sessionmaker[Session], settings: Settings, grace: Browser, group: Group,
    opened: Invigilation,
) -> None:  # fmt: skip
    sitting = finished(session, group)
    page = f"{board_of(opened)}/certificates"
    assert "Did you see them do the test themselves?" in grace.get(page).text

    grace.submit(f"{board_of(opened)}/confirm", {"sitting": [str(sitting.id)]})
    assert "The name is missing" in grace.get(page).text
    name = f"{board_of(opened)}/people/{sitting.id}/name"
    grace.get(name)
    grace.submit(name, {"name": "Ada Lovelace", "agreed": "y"})
    assert "being made" in grace.get(page).text
    jobs.run_all(sessions, settings, now())

    assert "Print 1 certificate" in grace.get(page).text
    printed = grace.get(f"{board_of(opened)}/certificates.pdf")
    with pikepdf.Pdf.open(io.BytesIO(printed.data)) as papers:
        assert len(papers.pages) == 2


def test_nothing_is_printed_before_a_certificate_is_signed(grace: Browser, opened: Invigilation) -> None:
    answer = grace.get(f"{board_of(opened)}/certificates.pdf")

    assert answer.status_code == 404
    assert "Confirm the persons" in answer.text


def test_somebody_who_has_not_finished_cannot_be_confirmed(
    session: Session, grace: Browser, group: Group, opened: Invigilation
) -> None:
    sitting = factories.sitting(session, factories.people(session, group)[0], now=now())
    session.commit()
    grace.get(board_of(opened))

    answer = grace.submit(f"{board_of(opened)}/confirm", {"sitting": [str(sitting.id)]})

    assert answer.status_code == 409


def test_a_person_of_another_session_cannot_be_confirmed_here(
    session: Session, grace: Browser, opened: Invigilation
) -> None:
    other = factories.sitting(session, now=now())
    factories.finish(session, other, factories.right_answer, now())
    session.commit()
    grace.get(board_of(opened))

    answer = grace.submit(f"{board_of(opened)}/confirm", {"sitting": [str(other.id)]})

    assert answer.status_code == 404


@pytest.mark.parametrize("ticked", ["no id", SOME_ID])
def test_forged_ids_are_not_found(grace: Browser, opened: Invigilation, ticked: str) -> None:
    grace.get(board_of(opened))

    assert grace.submit(f"{board_of(opened)}/confirm", {"sitting": ticked}).status_code == 404


def test_a_name_needs_the_persons_yes(session: Session, grace: Browser, group: Group, opened: Invigilation) -> None:
    sitting = finished(session, group)
    name = f"{board_of(opened)}/people/{sitting.id}/name"
    grace.get(name)

    answer = grace.submit(name, {"name": "Ada Lovelace"})

    assert answer.status_code == 422
    assert "Say yes first" in answer.text


def test_nobody_is_named_before_somebody_confirmed(
    session: Session, grace: Browser, group: Group, opened: Invigilation
) -> None:
    sitting = finished(session, group)
    name = f"{board_of(opened)}/people/{sitting.id}/name"
    grace.get(name)

    assert grace.submit(name, {"name": "Ada Lovelace", "agreed": "y"}).status_code == 409


def test_a_name_that_cannot_be_printed_is_refused_with_a_sentence(
    session: Session, grace: Browser, group: Group, opened: Invigilation
) -> None:
    sitting = finished(session, group)
    grace.get(board_of(opened))
    grace.submit(f"{board_of(opened)}/confirm", {"sitting": str(sitting.id)})
    name = f"{board_of(opened)}/people/{sitting.id}/name"
    grace.get(name)

    answer = grace.submit(name, {"name": "\u200b", "agreed": "y"})

    assert answer.status_code == 422
