"""Pages through the test client, on SQLite."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session, sessionmaker

from assessor.access import ROLES
from assessor.accounts import visits
from assessor.accounts.views import TOKEN
from assessor.database import now
from tests import factories
from tests.fixtures import Browser, Installations, SignIn, opened


@pytest.fixture
def app(installations: Installations, tmp_path: Path) -> Iterator[Flask]:
    """A complete, filled installation of its own."""
    with opened(installations.filled("sqlite", tmp_path / "instance")) as app:
        app.test_client_class = Browser
        yield app


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
