"""A certificate is found and withdrawn on the staff's pages."""

import pytest
from sqlalchemy.orm import Session

from assessor.certificates import number as numbers
from assessor.config import Settings
from assessor.credentials.models import Award
from assessor.database import now
from tests import factories
from tests.fixtures import SignIn


@pytest.fixture
def award(session: Session, settings: Settings) -> Award:
    made = factories.award(session, settings, name="Ada Lovelace", now=now())
    session.commit()
    return made


def test_a_certificate_is_withdrawn_in_two_steps(session: Session, award: Award, signed_in_client: SignIn) -> None:
    olu = signed_in_client("issuer")
    page, address = (f"/staff/demo/certificates/{award.id}{act}" for act in ("", "/withdraw"))
    assert page in olu.get("/staff/demo/certificates").text
    assert address in olu.get(page).text
    assert "cannot be undone" in olu.get(address).text

    olu.submit(address, {"reason": "mistake"})

    listed = olu.get("/staff/demo/certificates").text
    assert "It holds a mistake" in listed
    assert address not in olu.get(page).text
    session.expire_all()
    assert session.get_one(Award, (award.organisation_id, award.id)).revoked_reason == "mistake"


@pytest.mark.parametrize("reason", ["", "because"])
def test_a_reason_of_ours_is_needed(award: Award, signed_in_client: SignIn, reason: str) -> None:
    olu = signed_in_client("issuer")
    address = f"/staff/demo/certificates/{award.id}/withdraw"
    olu.get(address)

    assert olu.submit(address, {"reason": reason}).status_code == 422


def test_withdrawing_twice_says_that_it_was_done(award: Award, signed_in_client: SignIn) -> None:
    olu = signed_in_client("issuer")
    address = f"/staff/demo/certificates/{award.id}/withdraw"
    olu.get(address)
    olu.submit(address, {"reason": "request"})

    again = olu.submit(address, {"reason": "request"})

    assert again.status_code == 409
    assert "This certificate was withdrawn" in olu.get(address).text


def test_a_certificate_is_found_by_name_and_by_number(award: Award, signed_in_client: SignIn) -> None:
    olu = signed_in_client("issuer")
    number = numbers.written(award.number)

    assert "Ada Lovelace" in olu.get("/staff/demo/certificates?q=lovelace").text
    assert "Ada Lovelace" in olu.get("/staff/demo/certificates", query_string={"q": number[:7].lower()}).text
    assert "No certificate has this name" in olu.get("/staff/demo/certificates?q=Hopper").text
