"""Badges that were issued, a key that was stolen, and what verifiers say afterwards."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from assessor.certificates import checking, cose
from assessor.config import Settings
from assessor.credentials import issuer, issuing, keys, resigning
from assessor.credentials.models import Credential
from assessor.openbadges.checks import Result
from assessor.openbadges.strict_json import read_json
from assessor.verification import verifying
from tests import factories
from tests.factories import NOW
from tests.fixtures import PASSPHRASE

THEFT = NOW + timedelta(hours=2)
TOLD = NOW + timedelta(hours=4)
AFTER = TOLD + timedelta(hours=1)
Sessions = sessionmaker[Session]


def issue(session: Session, settings: Settings, count: int = 1, now: datetime = NOW) -> list[Credential]:
    """Awards of one day with their badges."""
    made = []
    for number in range(count):
        award = factories.award(session, settings, now, source=f"{now} {number}", name=f"Ada {'I' * (number % 9)}")
        made.append(issuing.sign(session, award, settings, now))
    session.add_all(made)
    session.flush()
    return made


def steal(session: Session, settings: Settings, use: str, since: datetime = THEFT, told: datetime = TOLD) -> str:
    """Report the active key of a use as stolen; gives its id."""
    kid = keys.signer(session, use, PASSPHRASE).kid
    resigning.report_stolen(session, kid, since, settings, told)
    session.commit()
    return kid


def kids(session: Session, settings: Settings, use: str) -> set[str]:
    """The ids of the keys that signed the stored badges, or the stored codes."""
    rows = session.execute(select(Credential.body, Credential.summary)).all()
    known = {
        issuer.key_address(settings, key.public_key, "Multikey"): key.kid
        for key in keys.everything(session)
        if key.use == "badge"
    }
    session.commit()
    if use == "certificate":
        return {cose.read_sign1(summary).kid.hex() for _body, summary in rows}
    return {known[proof["verificationMethod"]] for body, _ in rows for proof in read_json(body)["proof"]}


def answers(session: Session, settings: Settings, credential: Credential, now: datetime) -> tuple[Any, Any]:
    """What verifiers say of the stored badge and of the stored code."""
    return badge_answer(session, settings, credential.body, now), code_answer(
        session, settings, credential.summary, now
    ).result


def badge_answer(session: Session, settings: Settings, body: bytes, now: datetime) -> Result:
    """What a verifier of badges says."""
    own = verifying.own_data(session, settings, now)
    trust, source = verifying.trust_of(own.did_document), own.lists
    return verifying.verify_badge(body, trust, source, now).result


def code_answer(session: Session, settings: Settings, summary: bytes, now: datetime) -> checking.CheckedSummary:
    """What a verifier of codes says."""
    own = verifying.own_data(session, settings, now)
    return own.check(summary, now)


def statement(body: bytes) -> dict[str, Any]:
    """A badge without its proof."""
    return {name: value for name, value in read_json(body).items() if name != "proof"}
