"""Three years by a fake clock: keys come, are retired and destroyed, and nothing stops being genuine."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from assessor.certificates import checking, signed_data
from assessor.certificates.trust import Bundle
from assessor.config import Settings
from assessor.credentials import issuer, issuing, keys, publishing, rotation, status
from assessor.credentials.models import Credential
from assessor.openbadges.checks import Result
from assessor.openbadges.trust import Trust
from assessor.openbadges.verification import verify
from assessor.verification import verifying
from tests import factories
from tests.fixtures import PASSPHRASE

PAUSE = timedelta(days=7)
USES = ("badge", "certificate", "status")
GENUINE = (int(Result.GENUINE), checking.GENUINE)


def trust_of(session: Session, settings: Settings) -> Trust:
    """What a verifier of badges believes who looks now."""
    return Trust.of(issuer.document(session, settings))


def bundle_of(session: Session, settings: Settings, now: datetime) -> Bundle:
    """What a verifier of codes believes who looks now."""
    return signed_data.read_bundle(publishing.signed_bundle(session, settings, now), publishing.root_key(session))


def answers(session: Session, settings: Settings, trust: Trust, bundle: Bundle, now: datetime) -> set[tuple[int, int]]:
    """What verifiers with this trust say of every credential that has not ended: of the badge, and of the code."""
    own = verifying.own_data(session, settings, now)
    said = set()
    for credential in session.scalars(select(Credential)):
        if credential.award.valid_until is not None and credential.award.valid_until <= now:
            continue
        badge = verify(credential.body, trust, now, status=own.lists)
        code = checking.check_summary(credential.summary, bundle, own.status_jwts, own.withdrawals, now)
        said.add((int(badge.result), code.result))
    return said


def issue(session: Session, settings: Settings, name: str, now: datetime) -> None:
    """One award with an end after a year, and one without."""
    for years in (1, 0):
        own = replace(settings, certificate_years=years)
        award = factories.award(session, own, now, source=f"{name} {years}")
        session.add(issuing.sign(session, award, own, now))
    session.flush()


@dataclass
class Operator:
    """Olu, who changes keys of each use in every way that there is. ``waiting``: published keys by use."""

    session: Session
    settings: Settings
    waiting: dict[str, str] = field(default_factory=dict)

    def publish(self, use: str, now: datetime) -> None:
        """Show a new key to verifiers."""
        self.waiting[use] = keys.create(self.session, use, PASSPHRASE, now).kid
        keys.publish(self.session, self.waiting[use], now)

    def activate(self, use: str, now: datetime) -> None:
        """Let it sign."""
        rotation.activate(self.session, self.waiting[use], self.settings, now)

    def destroy_oldest(self, use: str, now: datetime) -> None:
        """Wipe the oldest private half that signs no more."""
        retired = [key.kid for key in keys.everything(self.session) if (key.use, key.state) == (use, "retired")]
        rotation.destroy(self.session, retired[0], self.settings, now)

    def rotate(self, use: str, now: datetime) -> None:
        """Change the key in a hurry, without a pause."""
        rotation.rotate(self.session, use, self.settings, now)

    def retire_active(self, use: str, now: datetime) -> None:
        """Take the key out of use that signs now."""
        rotation.retire(self.session, keys.signer(self.session, use, PASSPHRASE).kid, self.settings, now)


#: What is done to the keys of a use, at which turns of ninety days.
PLAN: tuple[tuple[Callable[[Operator, str, datetime], None], tuple[int, ...]], ...] = (
    (Operator.publish, (1, 4, 8)),
    (Operator.activate, (2, 5, 9)),
    (Operator.destroy_oldest, (3, 6, 10, 12)),
    (Operator.rotate, (7,)),
    (Operator.retire_active, (11,)),
)
TURNS, TURN = 15, timedelta(days=90)


def test_at_every_instant_every_unexpired_credential_verifies(session: Session, settings: Settings) -> None:
    operator = Operator(session, settings)

    for turn in range(TURNS):
        now = factories.NOW + turn * TURN
        for shift, use in enumerate(USES):  # not all uses in the same week
            for act, turns in PLAN:
                if turn - shift in turns:
                    act(operator, use, now)
        for moment in (now, now + timedelta(days=1)):
            issue(session, settings, f"award {moment}", moment)
            status.sign_due(session, settings, moment)
            trust, bundle = trust_of(session, settings), bundle_of(session, settings, moment)
            assert answers(session, settings, trust, bundle, moment) == {GENUINE}, turn

    states = [key.state for key in keys.everything(session) if key.use in USES]
    assert {state: states.count(state) for state in set(states)} == {"active": 3, "retired": 3, "destroyed": 12}


def test_a_verifier_who_looked_when_the_key_was_published_believes_what_it_signs(
    session: Session, settings: Settings
) -> None:
    now = factories.NOW
    new = {use: keys.create(session, use, PASSPHRASE, now).kid for use in USES}
    for kid in new.values():
        keys.publish(session, kid, now)
    trust, bundle = trust_of(session, settings), bundle_of(session, settings, now)

    later = now + PAUSE
    for kid in new.values():
        rotation.activate(session, kid, settings, later)
    issue(session, settings, "after the change", later)

    assert answers(session, settings, trust, bundle, later) == {GENUINE}
    assert {keys.signer(session, use, PASSPHRASE).kid for use in new} == set(new.values())


def test_without_a_pause_a_verifier_with_an_older_copy_is_not_sure(session: Session, settings: Settings) -> None:
    now = factories.NOW
    trust, bundle = trust_of(session, settings), bundle_of(session, settings, now)

    later = now + timedelta(hours=1)
    for use in ("badge", "certificate"):
        rotation.rotate(session, use, settings, later)
    issue(session, settings, "after the change", later)

    [(badge, code)] = answers(session, settings, trust, bundle, later)
    assert badge != Result.GENUINE
    assert code == checking.ISSUER_UNKNOWN
