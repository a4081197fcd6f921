"""Permissions, tokens and badges from elsewhere on both databases: what must hold when two come at once."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import Engine, event, func, select
from sqlalchemy.orm import Session, sessionmaker

from assessor.accounts.models import Learner
from assessor.config import Settings
from assessor.credentials import issuing
from assessor.hosting import authorization, holding, listing, permitting, registering, scopes
from assessor.hosting.authorization import Answer, Asked, HostServer
from assessor.hosting.holding import Outcome
from assessor.hosting.listing import Slice
from assessor.hosting.models import Application, AuthorizationCode, HeldCredential, Permission, Token
from tests import factories
from tests.console import Run
from tests.databases import meanwhile
from tests.factories import NOW
from tests.web.hosting import foreign
from tests.web.hosting.backpack import Backpack, described

DAY = timedelta(days=1)


@pytest.fixture
def ada(session: Session) -> Learner:
    [learner] = factories.people(session, factories.group(session))
    session.flush()
    return learner


@pytest.fixture
def backpack(session: Session) -> Backpack:
    """The app, registered at this database; it has no web here."""
    answer = registering.register(session, json.dumps(described()).encode(), False, NOW)
    assert answer.status == 201
    return Backpack(None, answer.body["client_id"], answer.body["client_secret"])  # type: ignore[arg-type]  # no web


def code_for(session: Session, backpack: Backpack, ada: Learner) -> str:
    """Ada says yes; the code that her browser would carry."""
    server = HostServer(session, NOW)
    grant = server.consent_to(Asked("GET", {}, {name: [value] for name, value in backpack.question().items()}))
    permission = permitting.give(session, ada, grant.client, list(scopes.MEANING), NOW)
    [(_location, address)] = server.answer_to(grant, permission).headers
    session.flush()
    return parse_qs(urlsplit(address).query)["code"][0]


def tokens(session: Session, backpack: Backpack, moment: datetime, **fields: str) -> Answer:
    """What the token endpoint answers."""
    asked = Asked("POST", backpack.proof(), {name: [value] for name, value in fields.items()})
    return HostServer(session, moment).tokens(asked)


def redeemed(session: Session, backpack: Backpack, code: str) -> Answer:
    """The code exchanged."""
    address = backpack.question()["redirect_uri"]
    fields = {"grant_type": "authorization_code", "code": code, "redirect_uri": address}
    return tokens(session, backpack, NOW, **fields, code_verifier=backpack.verifier)


def count(session: Session, kind: Any) -> int:
    """How many rows there are."""
    return session.scalar(select(func.count()).select_from(kind)) or 0


def test_a_permission_takes_codes_and_tokens_along(session: Session, backpack: Backpack, ada: Learner) -> None:
    redeemed(session, backpack, code_for(session, backpack, ada))
    [permission] = permitting.given(session, ada, NOW)

    application = permitting.end(session, ada, permission.id)

    assert application.name == "Backpack"
    assert [count(session, kind) for kind in (Permission, AuthorizationCode, Token)] == [0, 0, 0]
    with pytest.raises(permitting.UnknownPermission):
        permitting.end(session, ada, permission.id)


def test_an_app_that_is_forgotten_takes_its_permissions_along(
    session: Session, backpack: Backpack, ada: Learner
) -> None:
    redeemed(session, backpack, code_for(session, backpack, ada))

    session.delete(session.get_one(Application, backpack.id))
    session.flush()

    assert [count(session, kind) for kind in (Permission, AuthorizationCode, Token)] == [0, 0, 0]


def test_an_app_is_not_forgotten_on_the_day_its_last_permission_ends(
    session: Session, backpack: Backpack, ada: Learner
) -> None:
    late = NOW + permitting.UNUSED_APPLICATION * 2
    application = session.get_one(Application, backpack.id)
    permission = permitting.give(session, ada, application, [scopes.READ_BADGES], late)

    permitting.end(session, ada, permission.id)
    permitting.remove_expired(session, late + DAY)

    assert count(session, Application) == 1
    permitting.remove_expired(session, late + permitting.UNUSED_APPLICATION + DAY)
    assert count(session, Application) == 0


def test_an_app_whose_tokens_have_run_out_waits_for_the_next_yes(
    session: Session, backpack: Backpack, ada: Learner
) -> None:
    redeemed(session, backpack, code_for(session, backpack, ada))

    permitting.remove_expired(session, NOW + authorization.REFRESH + DAY)

    assert (count(session, Permission), count(session, Application)) == (0, 1)


def test_a_yes_to_an_app_that_was_removed_meanwhile_is_refused(
    sessions: sessionmaker[Session], session: Session, backpack: Backpack, ada: Learner
) -> None:
    read = session.get_one(Application, backpack.id)
    session.commit()
    with sessions.begin() as other:
        permitting.remove_application(other, backpack.id)

    with pytest.raises(permitting.UnknownApplication):
        permitting.give(session, ada, read, [scopes.READ_BADGES], NOW)


def test_an_app_that_is_permitted_at_this_moment_is_not_forgotten(
    sessions: sessionmaker[Session], session: Session, backpack: Backpack, ada: Learner
) -> None:
    late = NOW + permitting.UNUSED_APPLICATION * 2
    session.commit()

    def permit(one: Session) -> None:
        permitting.give(one, ada, one.get_one(Application, backpack.id), [scopes.READ_BADGES], late)

    meanwhile(sessions, permit, lambda other: permitting.remove_expired(other, late))

    assert (count(session, Permission), count(session, Application)) == (1, 1)


def test_a_code_that_is_redeemed_twice_at_once_leads_to_one_pair(
    sessions: sessionmaker[Session], session: Session, backpack: Backpack, ada: Learner
) -> None:
    code = code_for(session, backpack, ada)
    session.commit()

    def redeem(_number: int) -> int:
        with sessions.begin() as other:
            return redeemed(other, backpack, code).status

    with ThreadPoolExecutor(2) as threads:
        statuses = sorted(threads.map(redeem, range(2)))

    assert statuses == [200, 400]
    assert count(session, Token) == 0  # a code that comes twice was stolen from somebody


def test_a_badge_that_is_brought_twice_at_once_is_kept_once(
    sessions: sessionmaker[Session], session: Session, settings: Settings, ada: Learner
) -> None:
    session.commit()

    def bring(_number: int) -> str:
        with sessions.begin() as other:
            return holding.receive(other, ada, foreign.badge(), "json", settings, NOW)[0].value

    with ThreadPoolExecutor(2) as threads:
        outcomes = sorted(threads.map(bring, range(2)))

    assert outcomes == ["created", "unchanged"]


def test_a_token_that_was_renewed_opens_until_its_own_end(session: Session, backpack: Backpack, ada: Learner) -> None:
    given = redeemed(session, backpack, code_for(session, backpack, ada)).body

    renewed = tokens(session, backpack, NOW + DAY, grant_type="refresh_token", refresh_token=given["refresh_token"])

    assert renewed.status == 200
    bearer = {"Authorization": f"Bearer {renewed.body['access_token']}"}
    assert authorization.permission_of(session, bearer, scopes.READ_BADGES, NOW + DAY).learner_id == ada.id
    assert permitting.given(session, ada, NOW + DAY + authorization.REFRESH) == []


def test_the_shelf_keeps_one_edition_of_each_badge(session: Session, settings: Settings, ada: Learner) -> None:
    editions = [foreign.badge(), foreign.badge(later=DAY), foreign.token(), foreign.badge()]
    kinds: list[holding.Form] = ["json", "json", "jwt", "json"]

    outcomes = [
        holding.receive(session, ada, body, form, settings, NOW)[0] for body, form in zip(editions, kinds, strict=True)
    ]

    assert outcomes == [Outcome.CREATED, Outcome.REPLACED, Outcome.UNCHANGED, Outcome.UNCHANGED]
    assert listing.badges(session, ada, Slice()).documents == (editions[1],)
    assert count(session, HeldCredential) == 1


def test_the_weight_of_a_shelf_is_that_of_what_stays(
    session: Session, settings: Settings, ada: Learner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(holding, "MOST_BYTES", len(foreign.badge()) + 10)
    holding.receive(session, ada, foreign.badge(), "json", settings, NOW)

    outcome, _kept = holding.receive(session, ada, foreign.badge(later=DAY), "json", settings, NOW)

    assert outcome is Outcome.REPLACED
    with pytest.raises(holding.ShelfFull):
        holding.receive(session, ada, foreign.badge(2), "json", settings, NOW)


def test_awards_and_badges_from_elsewhere_stand_in_one_order(
    session: Session, settings: Settings, ada: Learner
) -> None:
    award = factories.award(session, settings, learner_id=ada.id)
    session.add(issuing.sign(session, award, settings, NOW))
    holding.receive(session, ada, foreign.badge(later=timedelta(days=3650)), "json", settings, NOW)
    holding.receive(session, ada, foreign.badge(2), "json", settings, NOW)

    found = listing.badges(session, ada, Slice())

    ids = [json.loads(body)["id"].rpartition(":")[2] for body in found.documents]
    assert (ids[0], ids[2], found.total) == ("2", "1", 3)
    assert str(award.credential_id) in ids[1]


def test_of_a_page_only_its_own_bodies_are_read(
    session: Session, settings: Settings, ada: Learner, engine: Engine
) -> None:
    award = factories.award(session, settings, learner_id=ada.id)
    session.add(issuing.sign(session, award, settings, NOW))
    for number in range(3):
        holding.receive(session, ada, foreign.badge(number), "json", settings, NOW)
    session.flush()
    session.expunge_all()
    asked: list[str] = []

    def listen(*arguments: Any) -> None:
        asked.append(arguments[2])

    event.listen(engine, "before_cursor_execute", listen)
    page = listing.badges(session, ada, Slice(limit=1))
    event.remove(engine, "before_cursor_execute", listen)

    assert (len(page.documents), page.total) == (1, 4)
    assert all(" IN (" in text for text in asked if "body" in text)
    assert not any(column in text for text in asked for column in (".png", ".svg", ".summary"))


def test_the_operator_sees_the_apps_and_removes_one(
    session: Session, backpack: Backpack, ada: Learner, run: Run
) -> None:
    redeemed(session, backpack, code_for(session, backpack, ada))
    session.commit()

    [listed] = run("apps", "list", "--json").document
    removed = run("apps", "remove", backpack.id)
    again = run("apps", "remove", backpack.id)

    assert (listed["name"], listed["host"], listed["permissions"]) == ("Backpack", "backpack.example", 1)
    assert (removed.code, removed.out) == (0, "Removed: Backpack (backpack.example)\n")
    assert again.code == 1
    assert "assessor apps list" in again.err
    assert run("apps", "list").out == ""
    assert [count(session, kind) for kind in (Permission, Token)] == [0, 0]
