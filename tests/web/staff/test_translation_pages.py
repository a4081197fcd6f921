"""Translations that wait for a reader."""

import re

import pytest
from sqlalchemy.orm import Session

from tests import factories
from tests.fixtures import SignIn


def test_what_is_read_and_ticked_is_approved(session: Session, signed_in_client: SignIn) -> None:
    edition = factories.edition(session)
    session.commit()
    grace = signed_in_client("reviewer")
    address = f"/staff/demo/translations/{edition.id}/es"
    assert address in grace.get("/staff/demo/translations").text
    waiting = re.findall(r'name="item" value="([^"]+)"', grace.get(address).text)
    if not waiting:
        pytest.skip("the bank has no complete Spanish text that waits for a reader")

    grace.submit(address, {"item": waiting[:2]})

    page = grace.get(address).text
    assert "2 questions are approved" in page
    assert f'value="{waiting[0]}"' not in page


@pytest.mark.parametrize("language", ["en", "xx"])
def test_a_language_without_translation_is_not_found(session: Session, signed_in_client: SignIn, language: str) -> None:
    edition = factories.edition(session)
    session.commit()

    answer = signed_in_client("reviewer").get(f"/staff/demo/translations/{edition.id}/{language}")

    assert answer.status_code == 404


def test_an_unknown_question_is_not_approved(session: Session, signed_in_client: SignIn) -> None:
    edition = factories.edition(session)
    session.commit()
    grace = signed_in_client("reviewer")
    address = f"/staff/demo/translations/{edition.id}/es"
    grace.get(address)

    assert grace.submit(address, {"item": "no-such-question"}).status_code == 404
