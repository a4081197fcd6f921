"""Pages through the test client, on SQLite."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session, sessionmaker

from assessor.access import ROLES
from assessor.accounts import visits
from assessor.accounts.views import TOKEN
from assessor.config import Settings
from assessor.database import now
from assessor.organisations.models import Group
from tests import factories
from tests.factories import unknown
from tests.fixtures import SECRET_KEY, Browser, Installations, SignIn
from tests.web.phone import PHONE, reply, shown_id


@pytest.fixture
def settings(installations: Installations, tmp_path: Path) -> Settings:
    """Those of a complete, filled installation of its own."""
    return installations.filled("sqlite", tmp_path / "instance")


@pytest.fixture
def new_browser(app: Flask) -> Callable[[], Browser]:
    """Opens another browser that nobody knows."""

    def open_browser() -> Browser:
        browser = app.test_client()
        assert isinstance(browser, Browser)
        return browser

    return open_browser


@pytest.fixture
def client(new_browser: Callable[[], Browser]) -> Browser:
    """The browser of a stranger."""
    return new_browser()


@pytest.fixture
def signed_in_client(new_browser: Callable[[], Browser], sessions: sessionmaker[Session]) -> SignIn:
    """Opens the browser of a member of staff: ``signed_in_client("invigilator", login="grace")``.

    Without roles and login it is somebody with every role; ``signed_in_client(login="eve")`` has none.
    """

    def sign_in(*roles: str, login: str = "") -> Browser:
        with sessions.begin() as session:
            if roles or login:
                account = factories.staff(session, login or "grace", *roles)
            else:
                account = factories.staff(session, "olu adeyemi", *ROLES)
            token = visits.begin_for_staff(session, account, now())
        browser = new_browser()
        with browser.session_transaction() as cookie:
            cookie[TOKEN] = token
        return browser

    return sign_in


@pytest.fixture
def evening(sessions: sessionmaker[Session]) -> Group:
    """Ada and Eve, with an open session."""
    with sessions.begin() as session:
        group = factories.group(session, ("Ada", "Eve"), SECRET_KEY)
        factories.open_session(session, group)
    return group


@pytest.fixture
def secrets(sessions: sessionmaker[Session], evening: Group) -> list[str]:
    """What their cards hold."""
    with sessions() as session:
        people = factories.people(session, evening)
        return [factories.card_secret(session, learner, SECRET_KEY) for learner in people]


@pytest.fixture
def ada(client: Browser, secrets: list[str]) -> Browser:
    """Ada's phone, after her card was scanned."""
    client.get(f"/k/{secrets[0]}")
    return client


@pytest.fixture
def ada_begins(ada: Browser) -> Browser:
    """Ada's phone at the first practice question."""
    ada.get("/me/start")
    ada.submit("/me/start", headers=PHONE)
    ada.get("/me/item")
    return ada


@pytest.fixture
def ada_is_asked(ada_begins: Browser, sessions: sessionmaker[Session]) -> Browser:
    """Ada's phone at the first question that counts."""
    while "practice:" in shown_id(page := ada_begins.get("/me/item")):
        reply(ada_begins, page, unknown, sessions)
    return ada_begins
