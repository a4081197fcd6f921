"""Grace, a group of hers and its session."""

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from assessor.database import now
from assessor.organisations.models import Group
from assessor.sittings.models import Invigilation
from tests import factories
from tests.fixtures import Browser, SignIn


@pytest.fixture
def grace(signed_in_client: SignIn) -> Browser:
    """Grace teaches: she opens sessions."""
    return signed_in_client("invigilator")


@pytest.fixture
def group(session: Session, app: Flask) -> Group:
    """A new group of three with cards that open doors."""
    made = factories.group(session, ("Ada", "Bilal", "Chen"), key=app.config["SECRET_KEY"])
    session.commit()
    return made


@pytest.fixture
def opened(session: Session, group: Group) -> Invigilation:
    """Its session."""
    made = factories.open_session(session, group, now=now())
    session.commit()
    return made
