"""Backpack and the phones of those whose badges it wants."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from flask import Flask
from sqlalchemy.orm import Session, sessionmaker

from assessor import jobs
from assessor.config import Settings
from assessor.credentials import issuing
from assessor.database import now
from tests import factories
from tests.fixtures import Browser
from tests.web.hosting.backpack import Backpack

Fits = Callable[[str, Any], None]


@pytest.fixture
def backpack(app: Flask) -> Backpack:
    """The app, registered."""
    server = Backpack.of(app)
    assert server.register().status_code == 201
    return server


@pytest.fixture
def connected(backpack: Backpack, ada: Browser) -> Backpack:
    """The app, after Ada said yes to everything."""
    backpack.connect(ada)
    return backpack


@pytest.fixture
def eves_phone(new_browser: Callable[[], Browser], secrets: list[str]) -> Browser:
    """Eve's phone, after her card was scanned."""
    browser = new_browser()
    browser.get(f"/k/{secrets[1]}")
    return browser


@pytest.fixture
def adas_award(sessions: sessionmaker[Session], settings: Settings, evening: Any) -> str:
    """Ada earned a certificate; gives the address of its badge."""
    with sessions.begin() as session:
        ada = factories.people(session, evening)[0]
        award = factories.award(session, settings, learner_id=ada.id)
    jobs.run_all(sessions, settings, now())
    return f"{settings.public_url}/credentials/{award.credential_id}"


@pytest.fixture
def nobodys_badge(sessions: sessionmaker[Session], settings: Settings) -> bytes:
    """A badge of ours for somebody without a card."""
    with sessions.begin() as session:
        award = factories.award(session, settings, name="Eve")
    jobs.run_all(sessions, settings, now())
    with sessions() as session:
        return issuing.export(session, award, "json", settings).content


@pytest.fixture(scope="session")
def fits(reference: Path) -> Fits:
    """Asserts that a document is what a schema of the official OpenAPI document says."""
    path = reference / "openbadges" / "schemas" / "ob_v3p0_openapi.json"
    components = json.loads(path.read_text(encoding="utf-8"))["components"]

    def check(schema: str, document: Any) -> None:
        whole = {"$ref": f"#/components/schemas/{schema}", "components": components}
        jsonschema.Draft7Validator(whole).validate(document)

    return check
