"""Links and offers on both kinds of database: nothing is given twice, whatever comes at the same moment."""

import contextlib
import json
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import flask_migrate
import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.orm import Session, sessionmaker

from assessor import migrations
from assessor.accounts.models import Learner
from assessor.config import Settings
from assessor.credentials import awarding, issuing, resigning, trust
from assessor.credentials.models import Award, SigningKey
from assessor.database import db
from assessor.openbadges.checks import Result
from assessor.openbadges.verification import verify
from assessor.wallets import collecting, holding, metadata, nonces, offering, sharing
from assessor.wallets.choice import Choice
from assessor.wallets.models import Offer, Share, UsedNonce, WalletCopy
from assessor.wallets.refusals import CredentialRefused, ProtocolRefusal, TokenRefused
from tests import factories
from tests.databases import meanwhile
from tests.factories import NOW
from tests.holder_keys import WalletKey, key, proof

KEY = "the secret key of this installation"
Sessions = sessionmaker[Session]


@pytest.fixture
def award(sessions: Sessions, settings: Settings) -> Award:
    """Ada's certificate, signed."""
    with sessions.begin() as session:
        [ada] = factories.people(session, factories.group(session))
        made = factories.award(session, settings, learner_id=ada.id)
        session.add(issuing.sign(session, made, settings, NOW))
    return made


@pytest.fixture
def offer(sessions: Sessions, award: Award) -> Offer:
    """An offer of it to a wallet on the same phone."""
    with sessions.begin() as session:
        return offering.offer(session, award, False, KEY, NOW)


def code_of(session: Session, made: Offer, settings: Settings) -> str:
    """The code that a wallet reads in the offer."""
    secret = offering.link(made, KEY, settings).rpartition("%2F")[2]
    grants = offering.document(session, secret, KEY, settings, NOW)["grants"]
    return str(grants[metadata.GRANT][offering.CODE])


def token_for(session: Session, code: str) -> str:
    """The token for a code."""
    given = {"grant_type": [metadata.GRANT], offering.CODE: [code]}
    return str(offering.token(session, given, KEY, NOW)["access_token"])


def request_of(holder: WalletKey, settings: Settings, nonce: str = "", form: str = "ldp_vc") -> bytes:
    """A credential request with a proof of this key."""
    made = proof(holder, settings.public_url, nonce or nonces.make(KEY, NOW), NOW)
    return json.dumps({"credential_configuration_id": f"DIGI-FIRST-STEPS_{form}", "proofs": {"jwt": [made]}}).encode()


def tried(act: Callable[[], Any]) -> Any:
    """What it gave, or the error code with which it was refused."""
    try:
        return act()
    except ProtocolRefusal as refusal:
        return refusal.code


# Links


def test_a_link_is_found_by_its_secret_until_it_is_ended(session: Session, settings: Settings, award: Award) -> None:
    made = sharing.share(session, award, "link", Choice(name=True), KEY, NOW)
    secret = sharing.address(made, KEY, settings).rpartition("/")[2]

    found, shown = sharing.find_open(session, secret.upper())
    assert (found.id, shown.id, found.shows) == (made.id, award.id, Choice(name=True))

    sharing.end(made, NOW)
    session.flush()
    with pytest.raises(sharing.NoSuchLink):
        sharing.find_open(session, secret)


def test_a_link_that_another_secret_key_made_cannot_be_shown_again(
    session: Session, settings: Settings, award: Award
) -> None:
    made = sharing.share(session, award, "link", Choice(), KEY, NOW)

    assert sharing.address(made, "another key", settings) == ""


def test_the_address_shows_what_the_widest_link_shows_and_never_what_links_show_together(
    session: Session, award: Award
) -> None:
    assert sharing.widest_of(session, award) is None

    wide, narrow = Choice(name=True, level=True), Choice(areas=True, conditions=True)
    for choice, seconds in ((Choice(areas=True), 1), (wide, 2), (Choice(), 3)):
        sharing.share(session, award, "link", choice, KEY, NOW + timedelta(seconds=seconds))
    assert sharing.widest_of(session, award) == wide

    sharing.share(session, award, "link", narrow, KEY, NOW + timedelta(seconds=4))
    assert sharing.widest_of(session, award) == narrow  # of two as wide, the newer


def test_of_two_taps_at_the_same_moment_one_link_is_made(sessions: Sessions, award: Award) -> None:
    def tap(session: Session) -> uuid.UUID:
        return sharing.share(session, award, "link", Choice(name=True), KEY, NOW).id

    made: list[uuid.UUID] = []
    second = meanwhile(sessions, lambda session: made.append(tap(session)), tap)

    assert made == [second]
    with sessions() as session:
        assert session.scalars(select(Share.id)).all() == [second]


def test_the_links_of_a_replaced_certificate_lead_to_the_new_one(
    session: Session, settings: Settings, award: Award
) -> None:
    made = sharing.share(session, award, "link", Choice(), KEY, NOW)
    old = session.get_one(Award, (award.organisation_id, award.id))
    new = awarding.replace(session, old, awarding.Holder("Ada King"), settings, NOW + timedelta(seconds=1))
    session.flush()

    secret = sharing.address(made, KEY, settings).rpartition("/")[2]

    assert sharing.find_open(session, secret)[1].id == new.id
    ada = session.get_one(Learner, (award.organisation_id, award.learner_id))
    assert [one.id for one in holding.of_learner(session, ada)] == [new.id]


# Offers


def test_of_two_wallets_with_the_same_code_at_the_same_moment_neither_keeps_a_token(
    sessions: Sessions, settings: Settings, offer: Offer
) -> None:
    with sessions() as session:
        code = code_of(session, offer, settings)
    tokens = []

    second = meanwhile(
        sessions,
        lambda session: tokens.append(token_for(session, code)),
        lambda session: tried(lambda: token_for(session, code)),
    )

    assert (len(tokens), second) == (1, "invalid_grant")
    with sessions() as session:
        assert offering.find_by_token(session, tokens[0], NOW) is None


def test_of_two_requests_with_one_proof_at_the_same_moment_one_is_answered(
    sessions: Sessions, settings: Settings, offer: Offer
) -> None:
    with sessions.begin() as session:
        token = token_for(session, code_of(session, offer, settings))
    request = request_of(key(), settings)
    copies = []

    second = meanwhile(
        sessions,
        lambda session: copies.append(collecting.collect(session, token, request, KEY, settings, NOW).body),
        lambda session: tried(lambda: collecting.collect(session, token, request, KEY, settings, NOW)),
    )

    assert (len(copies), second) == (1, "invalid_nonce")


def test_of_two_keys_at_the_same_moment_one_gets_the_badge(
    sessions: Sessions, settings: Settings, offer: Offer
) -> None:
    with sessions.begin() as session:
        token = token_for(session, code_of(session, offer, settings))
    ada, eve = (request_of(key(seed=name), settings) for name in ("Ada", "Eve"))

    second = meanwhile(
        sessions,
        lambda session: collecting.collect(session, token, ada, KEY, settings, NOW),
        lambda session: tried(lambda: collecting.collect(session, token, eve, KEY, settings, NOW)),
    )

    assert second == "credential_request_denied"
    with sessions() as session:
        assert session.scalars(select(WalletCopy.holder)).all() == [key(seed="Ada").did_key]


def test_of_two_taps_at_the_same_moment_one_offer_is_open(sessions: Sessions, award: Award) -> None:
    def tap(session: Session) -> uuid.UUID:
        return offering.offer(session, award, False, KEY, NOW).id

    second = meanwhile(sessions, tap, tap)

    with sessions() as session:
        assert session.scalars(select(Offer.id)).all() == [second]


@pytest.mark.parametrize(("form", "use"), [("ldp_vc", "badge"), ("jwt_vc_json", "jwt")])
def test_a_repeated_request_after_a_theft_gets_a_badge_of_the_new_key(
    form: str, use: str, sessions: Sessions, settings: Settings, offer: Offer
) -> None:
    with sessions.begin() as session:
        token = token_for(session, code_of(session, offer, settings))

    def collected(now: datetime) -> bytes:
        with sessions.begin() as session:
            nonce = nonces.make(KEY, NOW)
            request = request_of(key(), settings, nonce, form)
            return collecting.collect(session, token, request, KEY, settings, now).body

    first, again = collected(NOW), collected(NOW)
    with sessions.begin() as session:
        kid = session.scalars(select(SigningKey.kid).where(SigningKey.use == use, SigningKey.state == "active")).one()
        resigning.report_stolen(session, kid, NOW, settings, NOW)
    after = collected(NOW)

    assert again == first
    assert after != first
    with sessions() as session:
        assert session.scalars(select(WalletCopy.body)).all() == [after]
        ours, lists = trust.in_ourselves(session, settings), trust.own_lists(session, settings, NOW)
        assert verify(after, ours, NOW, status=lists).result is Result.GENUINE


def test_what_is_over_for_long_is_forgotten_when_somebody_offers_anything(
    sessions: Sessions, settings: Settings, award: Award, offer: Offer
) -> None:
    with sessions.begin() as session:
        token = token_for(session, code_of(session, offer, settings))
        collecting.collect(session, token, request_of(key(), settings), KEY, settings, NOW)
        other = factories.award(session, settings, source="another test", learner_id=award.learner_id)
        session.add(issuing.sign(session, other, settings, NOW))

    for later, kept in ((offering.RECENT, 1), (offering.RECENT + timedelta(minutes=6), 0)):
        with sessions.begin() as session:
            offering.offer(session, other, False, KEY, NOW + later)
        with sessions() as session:
            assert len(session.scalars(select(WalletCopy)).all()) == kept
            assert (session.get(Offer, (offer.organisation_id, offer.id)) is None) == (not kept)


def test_an_offer_goes_through_its_states(session: Session, settings: Settings, award: Award) -> None:
    made = offering.offer(session, award, False, KEY, NOW)
    states = [offering.state(session, made, NOW)]
    token = token_for(session, code_of(session, made, settings))
    states.append(offering.state(session, made, NOW))
    collecting.collect(session, token, request_of(key(), settings), KEY, settings, NOW)
    states.append(offering.state(session, made, NOW))

    assert states == ["waiting", "coming", "collected"]
    again = offering.offer(session, award, True, KEY, NOW + timedelta(seconds=1))
    assert offering.newest(session, award) is again
    assert offering.state(session, again, again.expires_at) == "over"


def test_a_challenge_ends_after_five_minutes_and_is_forgotten_then(session: Session) -> None:
    nonce = nonces.make(KEY, NOW)
    nonces.take(session, nonce, KEY, NOW)
    later = NOW + timedelta(minutes=6)

    with pytest.raises(CredentialRefused):
        nonces.take(session, nonce, KEY, NOW)
    with pytest.raises(CredentialRefused):
        nonces.take(session, nonce, KEY, later)
    nonces.take(session, nonces.make(KEY, later), KEY, later)
    assert len(session.scalars(select(UsedNonce)).all()) == 1


@pytest.mark.parametrize("nonce", ["", "x", "…", "A" * 54, "A" * 5000])
def test_what_is_no_challenge_of_ours_is_refused(nonce: str, session: Session) -> None:
    with pytest.raises(CredentialRefused):
        nonces.take(session, nonce, KEY, NOW)


def test_a_challenge_from_the_future_or_of_another_installation_is_refused(session: Session) -> None:
    with pytest.raises(CredentialRefused):
        nonces.take(session, nonces.make(KEY, NOW + timedelta(minutes=1)), KEY, NOW)
    with pytest.raises(CredentialRefused):
        nonces.take(session, nonces.make("another key", NOW), KEY, NOW)


def test_wrong_digits_are_counted_with_the_offer(session: Session, settings: Settings, award: Award) -> None:
    made = offering.offer(session, award, True, KEY, NOW)
    given = {"grant_type": [metadata.GRANT], offering.CODE: [code_of(session, made, settings)], "tx_code": ["none"]}

    for _try in range(offering.MOST_MISSES):
        with contextlib.suppress(TokenRefused):
            offering.token(session, given, KEY, NOW)

    assert (made.misses, made.ended_at) == (3, NOW)


# The way from version 0.1


def test_a_certificate_of_before_belongs_to_the_learner_of_its_sitting(app: Flask, settings: Settings) -> None:
    sitting = factories.confirmed_sitting(db.session)
    award = factories.award_of_sitting(db.session, settings, sitting)
    other = factories.award(db.session, settings, source="from elsewhere")
    award_id, other_id, learner_id, organisation = award.id, other.id, sitting.learner_id, sitting.organisation_id
    db.session.commit()
    flask_migrate.Migrate(app, db, directory=str(migrations.FOLDER), render_as_batch=True)
    db.session.close()

    flask_migrate.downgrade(revision="0005")
    with db.engine.begin() as connection:
        connection.execute(text("INSERT INTO miss (kind, key, at) VALUES ('card', 'here', '2026-11-22 10:00:00')"))
    migrations.upgrade(app)

    assert db.session.get_one(Award, (organisation, award_id)).learner_id == learner_id
    assert db.session.get_one(Award, (organisation, other_id)).learner_id is None
    db.session.execute(text("INSERT INTO miss (kind, key, at) VALUES ('share', 'here', '2026-11-22 10:00:00')"))
    assert db.session.scalars(select(Share)).all() == []
