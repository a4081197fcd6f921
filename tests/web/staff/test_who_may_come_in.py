"""Who may open the staff's pages, and where each role begins."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.routing import Rule

from assessor import access
from assessor.accounts.models import Account
from assessor.config import Settings
from assessor.database import now
from assessor.organisations import roles
from assessor.sittings.models import Invigilation
from tests import factories
from tests.fixtures import Browser, SignIn

SOME_ID = "7b0f5d0e-4f5e-4f0e-9c7b-0d6a3f4a9e11"
HOME = "/staff/demo/"


def staff_addresses(app: Flask) -> list[tuple[str, str]]:
    """Method and address of everything below an organisation, with ids that are nobody's."""
    return [
        (method, filled(rule))
        for rule in app.url_map.iter_rules()
        if "organisation" in rule.arguments
        for method in sorted((rule.methods or set()) & {"GET", "POST"})
    ]


def filled(rule: Rule) -> str:
    """An address of this rule in the organisation of the demonstration."""
    with_organisation = rule.rule.replace("<organisation>", "demo").replace("<language>", "es")
    return re.sub(r"<uuid:\w+>", SOME_ID, with_organisation)


def test_there_are_pages_to_protect(app: Flask) -> None:
    assert len(staff_addresses(app)) > 20


def test_a_stranger_is_led_to_the_sign_in_everywhere(app: Flask, new_browser: Callable[[], Browser]) -> None:
    for method, address in staff_addresses(app):
        browser = new_browser()
        browser.get("/staff/sign-in")

        answer = browser.submit(address) if method == "POST" else browser.get(address)

        assert (answer.status_code, answer.location) == (302, "/staff/sign-in"), f"{method} {address}"


def test_eve_finds_nothing_anywhere(app: Flask, signed_in_client: SignIn) -> None:
    eve = signed_in_client(login="eve")
    eve.get("/staff/sign-in")

    for method, address in staff_addresses(app):
        answer = eve.submit(address) if method == "POST" else eve.get(address)

        assert answer.status_code == 404, f"{method} {address}"


def test_a_role_elsewhere_opens_nothing_here(
    app: Flask, sessions: sessionmaker[Session], signed_in_client: SignIn
) -> None:
    eve = signed_in_client(login="eve")
    with sessions.begin() as session:
        elsewhere = roles.found(session, "elsewhere", "Elsewhere", "MT", "", now())
        eves = session.scalars(select(Account).filter_by(login="eve")).one()
        roles.grant(session, elsewhere.id, eves.id, access.ROLES)
    eve.get("/staff/elsewhere/")

    for method, address in staff_addresses(app):
        answer = eve.submit(address) if method == "POST" else eve.get(address)

        assert answer.status_code == 404, f"{method} {address}"


def test_ids_of_another_organisation_are_not_found(
    session: Session, opened: Invigilation, settings: Settings, signed_in_client: SignIn
) -> None:
    award = factories.award(session, settings)
    elsewhere = roles.found(session, "elsewhere", "Elsewhere", "MT", "", now())
    session.commit()
    eve = signed_in_client(login="eve")
    eves = session.scalars(select(Account).filter_by(login="eve")).one()
    roles.grant(session, elsewhere.id, eves.id, access.ROLES)
    session.commit()

    for address in (
        f"/staff/elsewhere/groups/{opened.group_id}",
        f"/staff/elsewhere/groups/{opened.group_id}/cards.pdf",
        f"/staff/elsewhere/sessions/{opened.id}",
        f"/staff/elsewhere/sessions/{opened.id}/certificates.pdf",
        f"/staff/elsewhere/certificates/{award.id}/withdraw",
    ):
        assert eve.get(address).status_code == 404, address


@pytest.mark.parametrize(
    ("role", "first", "closed"),
    [
        ("invigilator", "/staff/demo/", "/staff/demo/certificates"),
        ("issuer", "/staff/demo/certificates", "/staff/demo/"),
        ("reviewer", "/staff/demo/translations", "/staff/demo/"),
    ],
)
def test_each_role_begins_at_its_own_page_and_sees_no_other(
    signed_in_client: SignIn, role: str, first: str, closed: str
) -> None:
    browser = signed_in_client(role)

    assert browser.get("/staff/").location == first
    assert browser.get(first).status_code == 200
    assert browser.get(closed).status_code == 404


def test_somebody_without_a_part_reads_whom_to_ask(signed_in_client: SignIn) -> None:
    answer = signed_in_client(login="eve").get("/staff/")

    assert answer.status_code == 200
    assert "Ask the person who runs Assessor" in answer.text


def test_two_organisations_are_offered_as_a_choice(sessions: sessionmaker[Session], signed_in_client: SignIn) -> None:
    grace = signed_in_client("invigilator")
    with sessions.begin() as session:
        second = roles.found(session, "second", "Second House", "MT", "", now())
        graces = session.scalars(select(Account).filter_by(login="grace")).one()
        roles.grant(session, second.id, graces.id, ["issuer"])

    page = grace.get("/staff/").text

    assert 'href="/staff/demo/"' in page
    assert 'href="/staff/second/certificates"' in page


def test_signing_out_leads_to_the_sign_in(grace: Browser) -> None:
    grace.get(HOME)

    answer = grace.submit("/staff/sign-out", {"staff": "1"})

    assert answer.location == "/staff/sign-in"
    assert grace.get(HOME).location == "/staff/sign-in"
