"""A root key elsewhere signs the bundle: nothing is issued that verifiers with this bundle would not believe."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from assessor import jobs
from assessor.certificates import checking, cose, signed_data
from assessor.certificates.trust import Issuer, StatusListPlace
from assessor.config import Settings
from assessor.credentials import adopted, drafts, foreign, keys, publishing, rotation
from assessor.credentials.models import Credential, SigningKey
from assessor.jobs import Job
from tests import factories
from tests.factories import NOW
from tests.fixtures import PASSPHRASE
from tests.integration.theft import AFTER, THEFT, TOLD, Sessions, code_answer, issue, steal
from tests.partner import HOST, ID, Partner
from tests.unit.certificates.trusted import MemorySigner

ROOT = MemorySigner(b"z" * 32)


def sign_elsewhere(session: Session, settings: Settings, now: datetime) -> None:
    """The bundle with what is true of us then, signed by the root key elsewhere and published."""
    ours, served = publishing.own_issuer(session, settings), publishing.bundle(session, settings, now)
    signed = drafts.sign(drafts.with_issuer(served, ours), ROOT, now, 90)
    adopted.adopt(session, signed, ROOT.public_key, ours, served.version, now)
    session.commit()


@pytest.fixture(autouse=True)
def _elsewhere(session: Session, settings: Settings) -> None:
    sign_elsewhere(session, settings, NOW + timedelta(seconds=5))


def active(session: Session, use: str) -> str:
    """The id of the key that signs."""
    return session.scalars(select(SigningKey.kid).where(SigningKey.use == use, SigningKey.state == "active")).one()


@pytest.mark.parametrize("use", ["certificate", "status"])
def test_a_key_signs_only_when_the_bundle_names_it(use: str, session: Session, settings: Settings) -> None:
    before = active(session, use)
    new = keys.create(session, use, PASSPHRASE, NOW)
    keys.publish(session, new.kid, NOW)
    session.commit()

    attempts: tuple[Callable[[], object], ...] = (
        lambda: rotation.rotate(session, use, settings, THEFT),
        lambda: rotation.retire(session, before, settings, THEFT),
        lambda: rotation.activate(session, new.kid, settings, THEFT),
    )
    for attempt in attempts:
        with pytest.raises(rotation.SuccessorNotNamed, match="trust publish"):
            attempt()
        session.rollback()
    [credential] = issue(session, settings, now=THEFT)
    sign_elsewhere(session, settings, THEFT)
    rotation.activate(session, new.kid, settings, TOLD)
    [after] = issue(session, settings, now=TOLD)

    assert active(session, use) == new.kid
    for issued in (credential, after):
        assert code_answer(session, settings, issued.summary, AFTER).result == checking.GENUINE


@pytest.mark.parametrize("use", ["badge", "jwt", "root"])
def test_other_keys_change_as_ever(use: str, session: Session, settings: Settings) -> None:
    before = active(session, use)

    rotation.rotate(session, use, settings, THEFT)

    assert active(session, use) != before


def test_after_a_theft_certificates_wait_until_the_bundle_is_signed_again(
    session: Session, sessions: Sessions, settings: Settings
) -> None:
    [old] = issue(session, settings)
    stolen = steal(session, settings, "certificate")
    waiting = factories.award(session, settings, TOLD, source="new")
    session.commit()

    jobs.run_all(sessions, settings, TOLD)
    session.expire_all()
    errors = [job.last_error or "" for job in jobs.unfinished(session) if job.attempts]
    signed_before = session.get(Credential, (waiting.organisation_id, waiting.id))
    sign_elsewhere(session, settings, TOLD)
    jobs.run_all(sessions, settings, AFTER + timedelta(days=1))
    session.expire_all()

    assert signed_before is None
    assert {"does not name the key" in error and "assessor trust list" in error for error in errors} == {True}
    new = session.get_one(Credential, (waiting.organisation_id, waiting.id))
    for credential in (session.get_one(Credential, (old.organisation_id, old.award_id)), new):
        assert cose.read_sign1(credential.summary).kid.hex() not in (stolen, "")
        assert code_answer(session, settings, credential.summary, AFTER).result == checking.GENUINE
    assert session.scalars(select(Job).where(Job.state == "dead")).all() == []


def changed(ours: Issuer, **changes: object) -> Issuer:
    """Us, with other values in our certificate key."""
    keys_ = [replace(key, **changes) if "certificate" in key.uses else key for key in ours.keys]  # type: ignore[arg-type]  # values of any field
    return replace(ours, keys=tuple(keys_))


def is_retired(until: datetime) -> Callable[[Issuer], Issuer]:
    """Our certificate key ended then."""
    return lambda ours: changed(ours, valid_until=until)


@pytest.mark.parametrize(
    ("true", "said", "lacking"),
    [
        (is_retired(TOLD), is_retired(THEFT), ("is in use until",)),
        (is_retired(TOLD), is_retired(TOLD), ()),
        (is_retired(TOLD), is_retired(AFTER), ()),
        (lambda ours: ours, is_retired(AFTER), ("is in use",)),
        (lambda ours: ours, lambda ours: replace(ours, catalogue_url=None), ("the catalogue",)),
        (lambda ours: ours, lambda ours: replace(ours, withdrawals_url=None), ("the withdrawals",)),
    ],
)
def test_what_the_bundle_does_not_say_of_us_is_told(
    true: Callable[[Issuer], Issuer],
    said: Callable[[Issuer], Issuer],
    lacking: tuple[str, ...],
    session: Session,
    settings: Settings,
) -> None:
    ours = publishing.own_issuer(session, settings)
    bundle = replace(publishing.bundle(session, settings, NOW), issuers=(said(ours),))

    told = adopted.missing(bundle, true(ours))

    assert len(told) == len(lacking)
    assert all(word in one for word, one in zip(lacking, told, strict=True))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"prefixes": ()}, f"{ID} must have 1 to 8 addresses"),
        ({"prefixes": ("javascript:alert(1)//",)}, "cannot stand on a certificate"),
        ({"names": {"en": "Partner\u202eertneC"}}, "cannot be seen"),
        ({"country": "Italy"}, f"country of {ID} is not two letters"),
    ],
    ids=["no address", "script", "direction", "country"],
)
def test_an_issuer_that_would_harm_readers_is_neither_signed_nor_published(
    changes: dict[str, Any], said: str, session: Session, settings: Settings
) -> None:
    ours, served = publishing.own_issuer(session, settings), publishing.bundle(session, settings, NOW)
    draft = replace(served, version=served.version + 1, issuers=(ours, Partner(issuer_changes=changes).issuer))
    signed = signed_data.sign_bundle(draft, ROOT)

    with pytest.raises(drafts.DraftNotUsable, match=said):
        drafts.sign(draft, ROOT, NOW, 90)
    with pytest.raises(foreign.BundleNotUsable, match=said):
        adopted.adopt(session, signed, ROOT.public_key, ours, served.version, NOW)


def test_those_who_share_a_root_may_be_larger_than_a_partner(session: Session, settings: Settings) -> None:
    served = publishing.bundle(session, settings, NOW)
    lists = tuple(StatusListPlace(n, f"{HOST}/status/{n}") for n in range(1, foreign.MOST_LISTS + 2))
    large = Partner(issuer_changes={"status_lists": lists})

    signed = drafts.sign(drafts.with_issuer(served, large.issuer), ROOT, NOW, 90)

    assert signed_data.read_bundle(signed, ROOT.public_key).issuer(ID) == large.issuer
    with pytest.raises(foreign.BundleNotUsable, match="more than 64 status lists"):
        foreign.read(large.bundle, large.root.public_key)


def test_under_our_own_root_a_new_key_signs_at_once(session: Session, settings: Settings) -> None:
    adopted.drop(session)

    rotation.rotate(session, "certificate", settings, THEFT)
    [credential] = issue(session, settings, now=TOLD)

    assert code_answer(session, settings, credential.summary, AFTER).result == checking.GENUINE
