"""Work for later is there if and only if what it belongs to is there, and is done once."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from assessor import jobs
from assessor.config import Settings
from assessor.credentials import issuing
from assessor.credentials.models import Award, Credential
from assessor.jobs import Job
from assessor.organisations.models import Group
from tests import factories
from tests.factories import NOW

TRY = "try something"


@pytest.fixture
def done() -> Iterator[list[str]]:
    """What the jobs of kind `TRY` did; a job whose payload says so fails."""
    seen: list[str] = []

    @jobs.job(TRY)
    def run(_session: Session, payload: dict[str, Any], _settings: Settings, _now: object) -> None:
        seen.append(payload["what"])
        if payload.get("fails"):
            raise RuntimeError("this job always fails")

    yield seen
    del jobs._kinds[TRY]


def the_job(session: Session) -> Job:
    """The one job that there is, as it is now."""
    session.expire_all()
    found = session.scalars(select(Job)).one()
    session.commit()
    return found


def test_a_job_is_done_once(
    session: Session, sessions: sessionmaker[Session], settings: Settings, done: list[str]
) -> None:
    jobs.enqueue(session, TRY, "one", {"what": "one"}, NOW)
    session.commit()

    tried = jobs.run_all(sessions, settings, NOW), jobs.run_all(sessions, settings, NOW)

    assert tried == (1, 0)
    assert done == ["one"]
    assert the_job(session).state == "done"


def test_what_is_rolled_back_leaves_no_job(
    session: Session, sessions: sessionmaker[Session], settings: Settings
) -> None:
    factories.award(session, settings)
    session.rollback()

    assert session.scalar(select(func.count()).select_from(Award)) == 0
    session.commit()
    assert jobs.run_all(sessions, settings, NOW) == 0


def test_the_same_kind_and_key_is_one_job(session: Session, done: list[str]) -> None:  # noqa: ARG001  # registers the kind
    jobs.enqueue(session, TRY, "one", {"what": "first"}, NOW)
    jobs.enqueue(session, TRY, "one", {"what": "second"}, NOW)

    assert the_job(session).payload == {"what": "first"}


def test_a_kind_that_nobody_does_is_refused(session: Session) -> None:
    with pytest.raises(LookupError):
        jobs.enqueue(session, "nobody does this", "one", {}, NOW)


def test_a_job_waits_for_its_time(
    session: Session, sessions: sessionmaker[Session], settings: Settings, done: list[str]
) -> None:
    jobs.enqueue(session, TRY, "later", {"what": "later"}, NOW + timedelta(hours=1))
    session.commit()

    assert jobs.run_all(sessions, settings, NOW) == 0
    assert jobs.run_all(sessions, settings, NOW + timedelta(hours=1)) == 1
    assert done == ["later"]


def test_a_job_whose_worker_was_killed_is_taken_again(
    session: Session, sessions: sessionmaker[Session], settings: Settings
) -> None:
    award = factories.award(session, settings)
    session.commit()
    with sessions.begin() as killed:
        assert jobs._lease(killed, NOW) is not None

    during = jobs.run_all(sessions, settings, NOW + jobs.LEASE - timedelta(seconds=1))
    after = jobs.run_all(sessions, settings, NOW + jobs.LEASE + timedelta(seconds=1))

    assert (during, after) == (0, 1)
    assert issuing.credential_of(session, award) is not None


def test_signing_again_gives_the_same_credential(
    session: Session, sessions: sessionmaker[Session], settings: Settings
) -> None:
    award = factories.award(session, settings)
    session.commit()
    jobs.run_all(sessions, settings, NOW)
    first = session.get_one(Credential, (award.organisation_id, award.id)).body
    session.commit()

    with sessions.begin() as second:
        payload = {"organisation": str(award.organisation_id), "award": str(award.id)}
        issuing.sign_job(second, payload, settings, NOW + timedelta(days=1))

    session.expire_all()
    assert session.scalars(select(Credential)).one().body == first


def test_a_job_that_always_fails_is_dead_in_the_end_and_keeps_the_reason(
    session: Session, sessions: sessionmaker[Session], settings: Settings, done: list[str]
) -> None:
    jobs.enqueue(session, TRY, "poison", {"what": "poison", "fails": True}, NOW)
    session.commit()

    for day in range(20):
        jobs.run_all(sessions, settings, NOW + timedelta(days=day))

    dead = the_job(session)
    assert len(done) == jobs.ATTEMPTS == 12
    assert dead.state == "dead"
    assert (dead.last_error or "").startswith("RuntimeError at test_jobs.py:")


def test_a_failing_job_waits_longer_each_time_and_holds_up_no_other(
    session: Session, sessions: sessionmaker[Session], settings: Settings, done: list[str]
) -> None:
    jobs.enqueue(session, TRY, "poison", {"what": "poison", "fails": True}, NOW)
    jobs.enqueue(session, TRY, "good", {"what": "good"}, NOW)
    session.commit()

    jobs.run_all(sessions, settings, NOW)

    assert done == ["poison", "good"]
    session.expire_all()
    assert session.scalars(select(Job.run_after).where(Job.key == "poison")).one() > NOW


def test_what_a_failing_job_wrote_is_gone(
    session: Session, sessions: sessionmaker[Session], settings: Settings, done: list[str]
) -> None:
    @jobs.job(TRY)
    def write_and_fail(inner: Session, _payload: dict[str, Any], _settings: Settings, _now: object) -> None:
        factories.group(inner, ("Eve",))
        inner.flush()
        raise RuntimeError("after writing")

    groups_before = len(groups(session))
    jobs.enqueue(session, TRY, "half", {"what": "half"}, NOW)
    session.commit()

    jobs.run_all(sessions, settings, NOW)

    assert len(groups(session)) == groups_before
    assert done == []


def groups(session: Session) -> list[object]:
    """Every group that is stored."""
    return list(session.scalars(select(Group.id)))
