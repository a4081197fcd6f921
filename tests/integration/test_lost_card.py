"""A lost card: whatever its finder may have let others do ends with it, and what somebody else did goes on."""

from dataclasses import dataclass
from datetime import timedelta
from random import Random

import pytest
from sqlalchemy.orm import Session

from assessor.accounts.models import Learner
from assessor.config import Settings
from assessor.credentials import issuing
from assessor.credentials.models import Award
from assessor.hosting import permitting, scopes
from assessor.hosting.models import Application
from assessor.organisations import groups
from assessor.organisations.models import Group
from assessor.wallets import metadata, offering, sharing
from assessor.wallets.choice import Choice
from assessor.wallets.models import Offer, Share
from tests import factories
from tests.factories import NOW

KEY = "the secret key of this installation"
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Doing:
    """What a learner, or the finder of the card, let others do."""

    learner: Learner
    award: Award
    link: Share
    offered: Offer


@pytest.fixture
def group(session: Session) -> Group:
    """Ada and Eve."""
    return factories.group(session, ("Ada", "Eve"))


@pytest.fixture
def backpack(session: Session) -> Application:
    """An app of somebody else."""
    app = Application(
        id="backpack",
        secret_digest="",
        name="Backpack",
        **dict.fromkeys(("uri", "policy_uri", "terms_uri"), "https://backpack.example"),
        redirect_uris=[],
        scopes=list(scopes.MEANING),
        may_refresh=True,
        registered_at=NOW,
        permitted_until=NOW,
    )
    session.add(app)
    session.flush()
    return app


def busy(session: Session, settings: Settings, learner: Learner, app: Application) -> Doing:
    """This learner has a badge, a permitted app, an open link and a running offer."""
    award = factories.award(session, settings, learner_id=learner.id, source=f"a test of {learner.nickname}")
    session.add(issuing.sign(session, award, settings, NOW))
    session.flush()
    permitting.give(session, learner, app, [scopes.READ_BADGES], NOW)
    link = sharing.share(session, award, "link", Choice(level=True), KEY, NOW)
    return Doing(learner, award, link, offering.offer(session, award, False, KEY, NOW))


def token_of(session: Session, offered: Offer, settings: Settings) -> str:
    """A wallet takes the offer, and has the token for the badge."""
    secret = offering.link(offered, KEY, settings).rpartition("%2F")[2]
    code = offering.document(session, secret, KEY, settings, NOW)["grants"][metadata.GRANT][offering.CODE]
    given = {"grant_type": [metadata.GRANT], offering.CODE: [code]}
    return str(offering.token(session, given, KEY, NOW)["access_token"])


def replace(session: Session, group: Group, learner: Learner) -> None:
    """The staff make a new card."""
    groups.replace_card(session, group, learner.id, "key", NOW + MINUTE, Random(3))
    session.flush()
    session.expire_all()


def test_apps_links_and_offers_end_with_the_card(
    session: Session, settings: Settings, group: Group, backpack: Application
) -> None:
    of_ada = busy(session, settings, factories.people(session, group)[0], backpack)

    replace(session, group, of_ada.learner)

    assert permitting.given(session, of_ada.learner, NOW + MINUTE) == []
    assert sharing.open_of(session, of_ada.award) == []
    assert of_ada.link.ended_at == NOW + MINUTE
    assert not offering.is_waiting(of_ada.offered, NOW + MINUTE)


def test_a_wallet_that_has_the_token_gets_no_badge_any_more(
    session: Session, settings: Settings, group: Group, backpack: Application
) -> None:
    of_ada = busy(session, settings, factories.people(session, group)[0], backpack)
    token = token_of(session, of_ada.offered, settings)

    replace(session, group, of_ada.learner)

    assert offering.find_by_token(session, token, NOW + MINUTE) is None
    assert offering.state(session, of_ada.offered, NOW + MINUTE) == "over"


def test_what_somebody_else_lets_others_do_goes_on(
    session: Session, settings: Settings, group: Group, backpack: Application
) -> None:
    ada, eve = factories.people(session, group)
    of_eve = busy(session, settings, eve, backpack)

    replace(session, group, ada)

    assert len(permitting.given(session, eve, NOW + MINUTE)) == 1
    assert len(sharing.open_of(session, of_eve.award)) == 1
    assert offering.is_waiting(of_eve.offered, NOW + MINUTE)


def test_what_ended_before_keeps_its_time(
    session: Session, settings: Settings, group: Group, backpack: Application
) -> None:
    of_ada = busy(session, settings, factories.people(session, group)[0], backpack)
    sharing.end(of_ada.link, NOW)
    session.flush()

    replace(session, group, of_ada.learner)

    assert of_ada.link.ended_at == NOW


def test_a_card_that_is_not_replaced_after_all_ends_nothing(
    session: Session, settings: Settings, group: Group, backpack: Application
) -> None:
    of_ada = busy(session, settings, factories.people(session, group)[0], backpack)
    session.commit()
    replace(session, group, of_ada.learner)

    session.rollback()

    assert of_ada.link.ended_at is None
    assert len(permitting.given(session, of_ada.learner, NOW)) == 1
