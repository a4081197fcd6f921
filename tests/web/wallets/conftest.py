"""Ada's certificate, and the wallet on her phone that is offered it."""

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session, sessionmaker

from assessor.config import Settings
from assessor.credentials import issuing
from assessor.credentials.models import Award
from assessor.organisations.models import Group
from tests import factories
from tests.fixtures import Browser
from tests.web.wallets.wallet import Wallet, offered


@pytest.fixture
def award(sessions: sessionmaker[Session], settings: Settings, evening: Group) -> Award:
    """Ada's certificate, signed."""
    with sessions.begin() as session:
        [ada, _eve] = factories.people(session, evening)
        made = factories.award(session, settings, learner_id=ada.id, named_in_badge=True)
        session.add(issuing.sign(session, made, settings, factories.NOW))
    return made


@pytest.fixture
def wallet(ada: Browser, award: Award, new_browser: Callable[[], Browser]) -> Wallet:
    """Ada's wallet on the same phone, after it followed the link of an offer."""
    return Wallet.scans(new_browser(), offered(ada, award, "here"))
