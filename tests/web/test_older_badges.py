"""The addresses of Open Badges 2.0: what a backpack reads there, from taking a badge along to taking it back."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask import Flask
from jinja2 import BytecodeCache
from sqlalchemy.orm import Session, sessionmaker

from assessor import create_app, demo
from assessor.config import Settings
from assessor.credentials import awarding, backpack, issuing
from assessor.credentials.models import Award
from assessor.openbadges.checks import Report
from assessor.openbadges.documents import Fetched
from assessor.openbadges.errors import DocumentGone, DocumentUnavailable
from assessor.openbadges.trust import Trust
from assessor.openbadges.verification import verify
from tests import factories
from tests.factories import NOW
from tests.fixtures import Browser, Installations, opened

ISSUER = "http://localhost:8000/ob2/issuer"


@pytest.fixture
def settings(installations: Installations, tmp_path: Path) -> Settings:
    """An installation that can be written to, as 2.0 demands."""
    return replace(installations.filled("sqlite", tmp_path / "instance"), contact_email="badges@open-door.example")


@pytest.fixture
def award(sessions: sessionmaker[Session], settings: Settings) -> Award:
    """Ada's signed certificate."""
    with sessions.begin() as session:
        made = factories.award(session, settings)
        session.add(issuing.sign(session, made, settings, NOW))
    return made


Take = Callable[..., bytes]


@pytest.fixture
def take(sessions: sessionmaker[Session], settings: Settings, award: Award) -> Take:
    """Ada takes her badge along."""

    def taken(form: str = "ob2", recipient: str = "") -> bytes:
        with sessions.begin() as session:
            return backpack.export(session, session.merge(award), form, settings, NOW, recipient).content

    return taken


@pytest.fixture
def client_without_contact(
    installations: Installations, tmp_path: Path, compiled_templates: BytecodeCache
) -> Iterator[Browser]:
    """A browser at an installation that nobody can write to."""
    with opened(create_app(installations.filled("sqlite", tmp_path / "other"))) as app:
        app.jinja_env.bytecode_cache = compiled_templates
        app.test_client_class = Browser
        browser = app.test_client()
        assert isinstance(browser, Browser)
        yield browser


def read_by(client: Browser, badge: bytes, recipient: str = "") -> Report:
    """The report of somebody who asks our addresses and knows us."""

    def fetch(url: str, /) -> Fetched:
        answer = client.get(urlsplit(url).path)
        if answer.status_code == 410:
            raise DocumentGone(f"{url} was taken away.")
        if answer.status_code != 200:
            raise DocumentUnavailable(f"{url} cannot be reached.")
        return Fetched(answer.data, url)

    return verify(
        badge, Trust(profiles=frozenset({ISSUER})), NOW + timedelta(hours=1), fetch=fetch, recipient=recipient
    )


@pytest.mark.parametrize("form", sorted(backpack.FORMS))
def test_what_was_taken_along_is_genuine_until_it_is_taken_back(
    client: Browser, sessions: sessionmaker[Session], settings: Settings, award: Award, take: Take, form: str
) -> None:
    badge = take(form)

    before = read_by(client, badge, "Ada Lovelace")
    with sessions.begin() as session:
        awarding.revoke(session, session.merge(award), "mistake", settings, NOW + timedelta(minutes=1))
    after = read_by(client, badge)

    assert before.verdict == "genuine", before.checks
    assert after.verdict == "no longer valid"
    gone = client.get(f"/ob2/credentials/{award.id}")
    assert (gone.status_code, gone.mimetype) == (410, "application/ld+json")
    assert gone.headers["Access-Control-Allow-Origin"] == "*"
    assert gone.json == {
        "@context": "https://w3id.org/openbadges/v2",
        "type": "Assertion",
        "id": f"http://localhost:8000/ob2/credentials/{award.id}",
        "revoked": True,
        "revocationReason": "mistake",
    }


def test_a_backpack_finds_its_owner_by_e_mail(client: Browser, take: Take) -> None:
    badge = take("ob2", "email:ada@example.org")

    assert read_by(client, badge, "ada@example.org").verdict == "genuine"
    assert read_by(client, badge, "eve@example.org").verdict == "genuine, but not of the person you named"


def test_nothing_answers_before_the_holder_takes_the_badge_along(client: Browser, award: Award) -> None:
    assert client.get(f"/ob2/credentials/{award.id}").status_code == 404


def test_a_holder_ends_it_and_nothing_answers_any_more(
    client: Browser, sessions: sessionmaker[Session], award: Award, take: Take
) -> None:
    badge = take()
    with sessions.begin() as session:
        backpack.end_hosting(session, session.merge(award))

    assert client.get(f"/ob2/credentials/{award.id}").status_code == 404
    assert read_by(client, badge).verdict == "could not be checked"


def test_a_replaced_badge_is_gone_and_the_new_one_has_an_address_of_its_own(
    client: Browser, sessions: sessionmaker[Session], settings: Settings, award: Award, take: Take
) -> None:
    old = take()
    with sessions.begin() as session:
        later = NOW + timedelta(minutes=1)
        new = awarding.replace(session, session.merge(award), awarding.Holder("Ada King"), settings, later)
        session.add(issuing.sign(session, new, settings, later))
        taken = backpack.export(session, new, "ob2", settings, later).content

    gone = client.get(f"/ob2/credentials/{award.id}")

    assert gone.status_code == 410
    assert json.loads(gone.data)["revocationReason"] == "replaced"
    assert read_by(client, old).verdict == "no longer valid"
    assert read_by(client, taken, "Ada King").verdict == "genuine"


def test_a_badge_on_hold_is_not_served(
    client: Browser, sessions: sessionmaker[Session], award: Award, take: Take
) -> None:
    badge = take()
    with sessions.begin() as session:
        session.merge(award).suspended_at = NOW

    assert read_by(client, badge).verdict == "could not be checked"


def test_the_address_tells_neither_name_nor_e_mail(client: Browser, award: Award, take: Take) -> None:
    take("ob2", "email:ada@example.org")

    body = client.get(f"/ob2/credentials/{award.id}").data

    assert b"Lovelace" not in body
    assert b"ada@" not in body


@pytest.mark.parametrize("path", ["issuer", "revocations", f"achievements/{demo.ACHIEVEMENT}"])
def test_the_other_documents_stand_at_their_own_ids_for_everybody(client: Browser, path: str) -> None:
    answer = client.get(f"/ob2/{path}")

    assert (answer.status_code, answer.mimetype) == (200, "application/ld+json")
    assert json.loads(answer.data)["id"] == f"http://localhost:8000/ob2/{path}"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Set-Cookie" not in answer.headers
    again = client.get(f"/ob2/{path}", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


def test_the_issuer_names_its_list_which_has_two_entries_or_more(
    client: Browser, sessions: sessionmaker[Session], settings: Settings, award: Award, take: Take
) -> None:
    take()
    profile = client.get("/ob2/issuer").json
    before = client.get("/ob2/revocations").json
    with sessions.begin() as session:
        awarding.revoke(session, session.merge(award), "mistake", settings, NOW + timedelta(minutes=1))
    after = client.get("/ob2/revocations").json

    assert profile is not None
    assert before is not None
    assert after is not None
    assert profile["email"] == "badges@open-door.example"
    assert profile["revocationList"] == "http://localhost:8000/ob2/revocations"
    assert len(before["revokedAssertions"]) == len(after["revokedAssertions"]) == 2
    assert f"http://localhost:8000/ob2/credentials/{award.id}" in after["revokedAssertions"]
    assert f"http://localhost:8000/ob2/credentials/{award.id}" not in before["revokedAssertions"]


def test_strangers_are_not_told_which_setting_an_issuer_has_to_make(client_without_contact: Browser) -> None:
    answer = client_without_contact.get("/ob2/issuer", headers={"Accept": "application/json"})

    assert answer.status_code == 409
    assert "e-mail address of the issuer" in answer.text
    assert "ASSESSOR_" not in answer.text


def test_an_unknown_class_is_not_found(client: Browser, app: Flask) -> None:
    assert app.url_map is not None
    assert client.get("/ob2/achievements/NOPE").status_code == 404
