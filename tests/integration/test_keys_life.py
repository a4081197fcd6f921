"""The steps of a key's life, one after the other, and the commands that take them."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from assessor import jobs
from assessor.config import Settings, key_secrets
from assessor.credentials import hardware, issuer, keys, publishing, rotation
from assessor.credentials.models import SigningKey
from assessor.jobs import Job
from tests import factories
from tests.console import Run
from tests.databases import meanwhile
from tests.factories import NOW
from tests.fixtures import PASSPHRASE

LATER = NOW + timedelta(days=7)


def in_document(session: Session, settings: Settings, key: SigningKey) -> bool:
    """Whether verifiers of badges are shown the key."""
    methods = issuer.document(session, settings)["verificationMethod"]
    return issuer.key_address(settings, keys.public_half(key), "Multikey") in {method["id"] for method in methods}


def active(session: Session, use: str) -> SigningKey:
    """The key that signs for a use."""
    return session.scalars(select(SigningKey).where(SigningKey.use == use, SigningKey.state == "active")).one()


def test_a_key_is_known_before_it_signs(session: Session, settings: Settings) -> None:
    old = active(session, "badge")

    new = keys.create(session, "badge", PASSPHRASE, NOW)
    assert not in_document(session, settings, new)

    keys.publish(session, new.kid, NOW)
    assert in_document(session, settings, new)
    assert keys.signer(session, "badge", PASSPHRASE).kid == old.kid

    rotation.activate(session, new.kid, settings, LATER)
    assert keys.signer(session, "badge", PASSPHRASE).kid == new.kid
    assert (old.state, old.retired_at) == ("retired", LATER)
    assert in_document(session, settings, old)


def test_a_published_certificate_key_is_in_the_bundle_with_its_term(session: Session, settings: Settings) -> None:
    new = keys.create(session, "certificate", PASSPHRASE, NOW)
    before = publishing.bundle(session, settings, LATER)

    keys.publish(session, new.kid, LATER)

    after = publishing.bundle(session, settings, LATER)
    assert after.version > before.version
    added = {key.public_key: key for key in after.issuers[0].keys}[new.public_key]
    assert (added.valid_from, added.valid_until) == (NOW, None)


def test_a_step_that_was_taken_is_not_taken_again(session: Session, settings: Settings) -> None:
    old, new = active(session, "badge"), keys.create(session, "badge", PASSPHRASE, NOW)
    acts: list[Callable[[], object]] = [
        lambda: keys.publish(session, new.kid, LATER),
        lambda: rotation.activate(session, new.kid, settings, LATER),
        lambda: rotation.retire(session, old.kid, settings, LATER),
        lambda: rotation.destroy(session, old.kid, settings, LATER),
    ]

    for act in acts:
        act()
        before = [(key.kid, key.state) for key in keys.everything(session)]
        act()

        assert [(key.kid, key.state) for key in keys.everything(session)] == before


@pytest.mark.parametrize(
    ("states", "step", "said"),
    [
        ([], "activate", "Publish it first: assessor keys publish"),
        ([], "retire", "Destroy it: assessor keys destroy"),
        (["publish"], "destroy", "is published. Retire it first"),
        (["publish", "activate"], "destroy", "is active. Retire it first"),
        (["publish", "activate"], "publish", "is active. Only a key that is created can become published"),
        (["publish", "retire"], "activate", "is retired. Only a key that is published can become active"),
        (["destroy"], "publish", "is destroyed"),
        (["destroy"], "retire", "is destroyed"),
        (["publish", "compromised"], "activate", "is compromised"),
        (["publish", "activate", "compromised"], "retire", "is compromised"),
    ],
)
def test_a_step_that_does_not_follow_is_refused(states: list[str], step: str, said: str, run: Run) -> None:
    kid = run("keys", "create", "badge").out.strip()
    for one in states:
        assert run("keys", one, kid).code == 0

    refused = run("keys", step, kid)

    assert refused.code == 1
    assert said in refused.err
    assert kid in refused.err


@pytest.mark.parametrize("step", ["publish", "activate", "retire", "compromised", "destroy"])
def test_a_key_that_does_not_exist_is_named_so(step: str, run: Run) -> None:
    refused = run("keys", step, "0123456789abcdef")

    assert (refused.code, refused.err.strip()) == (1, "There is no key 0123456789abcdef. See: assessor keys list")


@pytest.mark.parametrize("use", keys.USES)
def test_a_use_is_never_left_without_a_key(use: str, session: Session, settings: Settings) -> None:
    old = active(session, use)

    rotation.retire(session, old.kid, settings, LATER)

    assert old.state == "retired"
    assert active(session, use).activated_at == LATER


def test_of_two_keys_the_one_that_is_known_already_takes_the_place_of_a_retired_one(
    session: Session, settings: Settings
) -> None:
    waiting = keys.create(session, "badge", PASSPHRASE, NOW)
    keys.publish(session, waiting.kid, NOW)

    rotation.retire(session, active(session, "badge").kid, settings, LATER)

    assert active(session, "badge").kid == waiting.kid


def test_a_new_token_key_after_an_rsa_one_is_rsa(session: Session, settings: Settings) -> None:
    old = keys.rotate(session, "jwt", PASSPHRASE, NOW, "RS256")

    rotation.retire(session, old.kid, settings, LATER)

    assert len(active(session, "jwt").public_key) > 32


def test_destroying_wipes_the_private_half_and_keeps_the_public_one_published(
    session: Session, settings: Settings
) -> None:
    old = active(session, "badge")
    keys.signer(session, "badge", PASSPHRASE)
    sealed = old.sealed_key
    assert sealed is not None
    rotation.rotate(session, "badge", settings, LATER)

    rotation.destroy(session, old.kid, settings, LATER)

    assert (old.state, old.sealed_key, old.destroyed_at) == ("destroyed", None, LATER)
    assert sealed not in factories.everything_in(session)
    assert in_document(session, settings, old)


def test_a_key_that_nobody_knew_is_gone_when_it_is_destroyed(session: Session, settings: Settings) -> None:
    new = keys.create(session, "badge", PASSPHRASE, NOW)

    rotation.destroy(session, new.kid, settings, NOW)

    assert not in_document(session, settings, new)
    assert new.kid not in {key.kid for key in keys.published(session)}


def test_a_certificate_key_is_not_destroyed_while_an_award_of_its_time_waits(
    session: Session, settings: Settings
) -> None:
    old = active(session, "certificate")
    factories.award(session, settings, NOW)
    rotation.rotate(session, "certificate", settings, LATER)

    with pytest.raises(rotation.StillNeeded, match="jobs list"):
        rotation.destroy(session, old.kid, settings, LATER)

    assert old.sealed_key is not None


def test_a_key_is_activated_on_its_day(session: Session, sessions: sessionmaker[Session], settings: Settings) -> None:
    new = keys.create(session, "status", PASSPHRASE, NOW)
    keys.publish(session, new.kid, NOW)
    assert rotation.activate_later(session, new.kid, 7, NOW) == LATER
    session.commit()

    jobs.run_all(sessions, settings, LATER - timedelta(minutes=1))
    session.refresh(new)
    assert new.state == "published"
    session.commit()

    jobs.run_all(sessions, settings, LATER)
    session.refresh(new)
    assert (new.state, new.activated_at) == ("active", LATER)


def test_a_key_that_was_retired_before_its_day_stays_so(
    session: Session, sessions: sessionmaker[Session], settings: Settings
) -> None:
    new = keys.create(session, "badge", PASSPHRASE, NOW)
    keys.publish(session, new.kid, NOW)
    rotation.activate_later(session, new.kid, 7, NOW)
    rotation.retire(session, new.kid, settings, NOW)
    session.commit()

    jobs.run_all(sessions, settings, LATER)

    session.refresh(new)
    assert new.state == "retired"
    assert session.scalars(select(Job.state).where(Job.kind == rotation.ACTIVATE)).one() == "done"


def test_two_who_activate_at_once_leave_one_active_key(
    session: Session, sessions: sessionmaker[Session], settings: Settings
) -> None:
    one, two = (keys.create(session, "badge", PASSPHRASE, NOW).kid for _ in range(2))
    for kid in (one, two):
        keys.publish(session, kid, NOW)
    session.commit()

    def second(own: Session) -> None:
        try:
            rotation.activate(own, two, settings, LATER)
        except keys.KeyMadeMeanwhile:  # PostgreSQL tells the second; SQLite lets it wait
            own.rollback()

    meanwhile(sessions, lambda own: rotation.activate(own, one, settings, LATER), second)

    session.expire_all()
    assert active(session, "badge").kid in (one, two)


def test_the_commands_lead_a_key_through_its_life(run: Run) -> None:
    kid = run("keys", "create", "badge").out.strip()

    seen = []
    for step in (["publish", kid], ["activate", kid], ["retire", kid], ["destroy", kid]):
        assert run("keys", *step).code == 0
        seen.append({row["kid"]: row["state"] for row in run("keys", "list", "--json").document}[kid])

    assert seen == ["published", "active", "retired", "destroyed"]
    [row] = [row for row in run("keys", "list", "--json").document if row["kid"] == kid]
    assert list(row)[:4] == ["kid", "use", "state", "public_hex"]
    assert (row["use"], row["place"], len(row["public_hex"])) == ("badge", "nowhere", 64)
    assert None not in (row["published_at"], row["activated_at"], row["retired_at"], row["destroyed_at"])
    assert kid in run("keys", "list").out


def test_publishing_with_a_pause_says_when_the_key_signs(run: Run, session: Session) -> None:
    kid = run("keys", "create", "badge").out.strip()
    session.commit()

    published = run("keys", "publish", kid, "--activate-after", 7)

    assert published.code == 0
    assert "It signs from" in published.out
    assert session.scalars(select(Job.key).where(Job.kind == rotation.ACTIVATE)).one() == kid


def test_a_key_for_a_token_that_is_not_set_is_refused(session: Session, settings: Settings, run: Run) -> None:
    with pytest.raises(hardware.TokenNotUsable, match="ASSESSOR_PKCS11_MODULE"):
        keys.create(session, "badge", key_secrets(settings), NOW, in_token=True)
    session.rollback()

    assert run("keys", "create", "badge", "--hsm").code == 1
