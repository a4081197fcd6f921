"""What a learner does on the phone: read a question, answer it, go on to the end."""

import re
from html import unescape
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from assessor.items.item import Item
from assessor.sittings.models import Presentation
from tests import factories
from tests.factories import Learning
from tests.fixtures import Browser

Sessions = sessionmaker[Session]
PHONE = {"User-Agent": "Mozilla/5.0 (Linux; Android 14) Mobile"}


def shown_id(page: TestResponse) -> str:
    """The presentation that the form of an item page sends back."""
    found = re.search(r'name="presentation" value="([^"]+)"', page.text)
    assert found is not None, page.text[:2000]
    return unescape(found.group(1))


def shown_item(page: TestResponse, sessions: Sessions) -> Item:
    """The question on a page."""
    shown = shown_id(page)
    with sessions() as session:
        edition = factories.edition(session)
        if shown.startswith("practice:"):
            return edition.item(shown.partition(":")[2])
        found = session.scalars(select(Presentation).where(Presentation.id == UUID(shown))).one()
        return edition.item(found.item_id)


def reply(browser: Browser, page: TestResponse, how: Learning, sessions: Sessions) -> TestResponse:
    """Answer the question on a page."""
    form = how(shown_item(page, sessions))
    return browser.submit("/me/answers", MultiDict([("presentation", shown_id(page)), *form.items(multi=True)]))


def finish(browser: Browser, how: Learning, sessions: Sessions) -> TestResponse:
    """Answer every question; gives the page after the last."""
    while (page := browser.get("/me/item")).status_code == 200:
        reply(browser, page, how, sessions)
    return page
