"""Holders of certificates and their links, for tests of what they show to others."""

import re
from html import unescape
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from assessor.config import Settings
from assessor.credentials import awarding, issuing
from assessor.credentials.models import Award
from assessor.database import now
from assessor.organisations.models import Group
from tests import factories
from tests.fixtures import Browser

Sessions = sessionmaker[Session]

EVERYTHING = {"name": "1", "level": "1", "areas": "1", "conditions": "1"}
#: What a stranger's browser asks for.
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


def award_of(sessions: Sessions, settings: Settings, evening: Group, source: str, person: int = 0) -> Award:
    """A signed certificate of Ada, or of another person of the group."""
    with sessions.begin() as session:
        learner = factories.people(session, evening)[person]
        made = factories.award(session, settings, learner_id=learner.id, source=source)
        session.add(issuing.sign(session, made, settings, factories.NOW))
    return made


def shares(ada: Browser, award: Award, **ticked: str) -> str:
    """Ada makes a link; its path."""
    place = f"/me/proof/{award.id}/share"
    ada.get(place)
    page = ada.submit(place, ticked, follow_redirects=True)
    found = re.search(r'data-share="http://localhost:8000(/s/[a-z2-7]{26})"', page.text)
    assert found is not None, page.text
    return found.group(1)


def changed(sessions: Sessions, **changes: Any) -> None:
    """The one award is set to this."""
    with sessions.begin() as session:
        made = session.scalars(select(Award)).one()
        for name, value in changes.items():
            setattr(made, name, value)


def withdrawn(sessions: Sessions, settings: Settings) -> None:
    """The one award is withdrawn."""
    with sessions.begin() as session:
        awarding.revoke(session, session.scalars(select(Award)).one(), "mistake", settings, now())


def words_of(page: str) -> str:
    """The text of a page, without its tags."""
    return unescape(" ".join(re.sub(r"<[^>]+>", " ", page).split()))
