"""Jobs outlast an evening of trouble, the worker outlasts its jobs, and neither tells the log a name."""

import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import structlog
from flask import Flask
from sqlalchemy import Connection, Engine, event, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from assessor import access, commands, jobs, serving
from assessor.config import Settings
from assessor.credentials import keys, status
from assessor.credentials.models import Achievement, StatusList
from assessor.database import db
from assessor.errors import Invalid
from assessor.jobs import Job
from tests import factories
from tests.factories import NOW
from tests.fixtures import PASSPHRASE, Browser

TRY = "try something"
NAME = "Amara the unmistakable"

Run = Callable[..., Any]


@pytest.fixture
def tried() -> Iterator[list[str]]:
    """What jobs of kind `TRY` did: ``fails`` and ``stores a name twice`` fail, everything else succeeds."""
    seen: list[str] = []

    @jobs.job(TRY)
    def run(session: Session, payload: dict[str, Any], _settings: Settings, _now: object) -> None:
        seen.append(payload["what"])
        if payload["what"] == "fails":
            raise Invalid("The name %(name)s is too long.", name=NAME)
        if payload["what"] == "stores a name twice":
            store_twice(session)

    yield seen
    del jobs._kinds[TRY]


def store_twice(session: Session) -> None:
    """Break a constraint with a name in the row, as a bug would."""
    for _ in range(2):
        session.execute(
            insert(Achievement).values(
                {"code": NAME, "folder": "", "digest": "", "achievement_json": b"", "certificate_toml": b""}
                | {"pictures": {}, "loaded_at": NOW}
            )
        )


def enqueue(session: Session, what: str) -> None:
    """Store a job that does this."""
    jobs.enqueue(session, TRY, what, {"what": what}, NOW)
    session.commit()


def the_job(session: Session) -> Job:
    """The one job of kind `TRY`, as it is now."""
    session.expire_all()
    found = session.scalars(select(Job).where(Job.kind == TRY)).one()
    session.commit()
    return found


def kill_a_worker(sessions: sessionmaker[Session], at: Any) -> bool:
    """A worker takes a job and is killed while it does it. False when there was none to take."""
    with sessions.begin() as killed:
        return jobs._lease(killed, at) is not None


@pytest.fixture
def run(settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Run]:
    """Runs ``assessor`` with these words; gives exit code, output and messages."""
    monkeypatch.setenv("ASSESSOR_INSTANCE", str(settings.instance))
    monkeypatch.setenv("ASSESSOR_KEY_PASSPHRASE", PASSPHRASE)
    monkeypatch.setenv("ASSESSOR_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("ASSESSOR_BIND", "127.0.0.1:0")
    engines: set[Engine] = set()

    def remember(connection: Connection) -> None:
        engines.add(connection.engine)

    def run_command(*words: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["assessor", *map(str, words)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            commands.main()
        captured = capsys.readouterr()
        return int(ended.value.code or 0), captured.out, captured.err

    event.listen(Engine, "engine_connect", remember)
    yield run_command
    event.remove(Engine, "engine_connect", remember)
    for engine in engines:
        engine.dispose()


def test_a_job_that_fails_for_a_day_is_done_when_the_trouble_is_over(
    session: Session, sessions: sessionmaker[Session], settings: Settings, tried: list[str]
) -> None:
    enqueue(session, "fails")

    for hour in range(25):
        jobs.run_all(sessions, settings, NOW + timedelta(hours=hour))
    with sessions.begin() as mending:
        mending.scalars(select(Job)).one().payload = {"what": "works"}
    jobs.run_all(sessions, settings, NOW + timedelta(hours=32))

    assert the_job(session).state == "done"
    assert tried[-1] == "works"


def test_the_pauses_grow_and_a_job_is_dead_after_two_days(
    session: Session, sessions: sessionmaker[Session], settings: Settings, tried: list[str]
) -> None:
    enqueue(session, "fails")
    waited = []

    while (waiting := the_job(session)).state == "waiting":
        waited.append(waiting.run_after - NOW)
        jobs.run_all(sessions, settings, waiting.run_after)

    assert waited == sorted(waited)
    assert timedelta(days=1) < waited[-1] < timedelta(days=3)
    assert len(tried) == len(waited) == jobs.ATTEMPTS
    assert the_job(session).state == "dead"


def test_a_job_that_kills_its_worker_each_time_is_dead_in_the_end(
    session: Session, sessions: sessionmaker[Session], settings: Settings, tried: list[str]
) -> None:
    enqueue(session, "kills")
    at, killed = NOW, 0

    while kill_a_worker(sessions, at):
        killed += 1
        at += timedelta(days=1)

    dead = the_job(session)
    assert killed == jobs.ATTEMPTS
    assert (dead.state, dead.last_error) == ("dead", "its worker was ended each time")
    assert jobs.run_all(sessions, settings, at) == 0
    assert tried == []


def test_a_job_that_killed_its_worker_waits_as_long_as_one_that_failed(
    session: Session, sessions: sessionmaker[Session], tried: list[str]
) -> None:
    enqueue(session, "kills")
    third = NOW + timedelta(hours=2)
    for at in (NOW, NOW + timedelta(hours=1), third):
        assert kill_a_worker(sessions, at)

    assert not kill_a_worker(sessions, third + jobs.LEASE + timedelta(seconds=1))
    assert kill_a_worker(sessions, third + timedelta(minutes=11))
    assert tried == []


def test_whoever_wants_the_work_of_a_dead_job_revives_it(
    session: Session, sessions: sessionmaker[Session], settings: Settings, tried: list[str]
) -> None:
    enqueue(session, "works")
    with sessions.begin() as other:
        dead = other.scalars(select(Job)).one()
        dead.state, dead.attempts = "dead", jobs.ATTEMPTS
    session.expire_all()

    enqueue(session, "works")

    assert jobs.run_all(sessions, settings, NOW) == 1
    assert tried == ["works"]


@pytest.mark.parametrize("what", ["stores a name twice", "fails"])
def test_the_reason_of_a_failure_names_class_and_place_and_nobody(
    what: str,
    session: Session,
    sessions: sessionmaker[Session],
    settings: Settings,
    tried: list[str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    enqueue(session, what)

    jobs.run_all(sessions, settings, NOW)

    reason = the_job(session).last_error or ""
    assert reason.startswith(("IntegrityError at ", "Invalid at "))
    assert NAME not in reason
    assert NAME not in "".join(capsys.readouterr())
    assert tried == [what]


def test_an_unexpected_error_is_logged_with_its_lines_and_without_the_values_of_the_row(
    app: Flask, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken() -> str:
        secret_of_the_function = NAME
        store_twice(db.session)
        return secret_of_the_function

    app.add_url_rule("/broken", view_func=access.public_writing(broken))
    browser = app.test_client()
    assert isinstance(browser, Browser)

    answer = browser.get("/broken")

    logged = capsys.readouterr().err
    entry = json.loads(logged.strip().splitlines()[-1])
    assert answer.status_code == 500
    assert NAME not in logged + answer.text
    assert entry["event"] == "unexpected error"
    assert entry["error"][0]["class"] == "IntegrityError"
    assert any(line.endswith(" broken") for line in entry["error"][0]["lines"])


def test_the_words_of_a_database_error_hold_no_parameters(app: Flask) -> None:
    with app.app_context(), pytest.raises(IntegrityError) as broken:
        store_twice(db.session)

    assert "parameters hidden" in str(broken.value)


@pytest.fixture
def unsigned(session: Session) -> None:
    """A status list that must be signed now."""
    session.scalars(select(StatusList)).one().signed_at = None
    session.commit()


@pytest.mark.usefixtures("unsigned")
def test_the_wrong_passphrase_ends_no_worker(
    sessions: sessionmaker[Session], settings: Settings, session: Session, tried: list[str]
) -> None:
    worker = serving.Worker(sessions, replace(settings, key_passphrase="another"))
    jobs.enqueue(session, TRY, "works", {"what": "works"}, NOW)
    session.commit()

    with structlog.testing.capture_logs() as logs:
        worker.round()

    assert tried == ["works"]
    assert [entry["event"] for entry in logs] == ["status lists not signed", "public documents not kept"]
    assert all("passphrase" in entry["reason"] for entry in logs)


def test_an_unexpected_error_ends_no_worker_either(
    sessions: sessionmaker[Session], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> bool:
        raise RuntimeError(NAME)

    monkeypatch.setattr(jobs, "run_one", broken)
    monkeypatch.setattr(status, "sign_due", broken)

    with structlog.testing.capture_logs() as logs:
        rest = serving.Worker(sessions, settings).round()

    assert rest == serving.RETRY
    assert [entry["event"] for entry in logs] == ["status lists not signed", "no job done"]


@pytest.mark.usefixtures("unsigned")
def test_a_worker_signs_what_is_due_and_rests_when_there_is_nothing_to_do(
    sessions: sessionmaker[Session], settings: Settings, session: Session
) -> None:
    rest = serving.Worker(sessions, settings).round()

    session.expire_all()
    assert session.scalars(select(StatusList)).one().signed_at is not None
    assert rest == serving.IDLE


def test_a_start_with_the_wrong_passphrase_is_one_sentence_and_prints_no_address(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSESSOR_KEY_PASSPHRASE", "another")

    code, out, err = run("run")

    assert code == 1
    assert out == ""
    assert err.strip().splitlines() == [
        "The passphrase does not open the signing keys. Look at ASSESSOR_KEY_PASSPHRASE."
    ]


def test_a_passphrase_that_fits_is_no_hindrance(session: Session) -> None:
    assert keys.signer(session, "status", PASSPHRASE).kid


@pytest.fixture
def dead(session: Session, settings: Settings) -> Job:
    """The dead job that signs Ada's badge."""
    factories.award(session, settings)
    found = session.scalars(select(Job)).one()
    found.state, found.attempts, found.last_error = "dead", jobs.ATTEMPTS, "NoSpace at issuing.py:1 in sign"
    session.commit()
    return found


def test_jobs_that_are_not_done_are_listed_with_their_reason(run: Run, dead: Job) -> None:
    _code, out, _err = run("jobs", "list", "--json")
    _code, words, _err = run("jobs", "list")

    [listed] = json.loads(out)
    assert (listed["id"], listed["state"], listed["attempts"]) == (dead.id, "dead", jobs.ATTEMPTS)
    assert listed["last_error"] == dead.last_error
    assert str(dead.last_error) in words


@pytest.mark.parametrize("which", [(), ("all",), ("id",)])
def test_a_dead_job_is_tried_again_when_a_person_says_so(
    which: tuple[str, ...],
    run: Run,
    dead: Job,
    session: Session,
    sessions: sessionmaker[Session],
    settings: Settings,
) -> None:
    words = [dead.id if word == "id" else word for word in which]

    code, out, _err = run("jobs", "retry", *words, "--json")

    assert (code, json.loads(out)) == (0, {"retried": [dead.id]})
    assert jobs.run_all(sessions, settings, NOW + timedelta(days=400)) == 1
    session.expire_all()
    assert session.scalars(select(Job)).one().state == "done"


def test_a_job_that_is_done_or_unknown_is_not_tried_again(run: Run, dead: Job, sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as other:
        other.get_one(Job, dead.id).state = "done"

    assert run("jobs", "retry", dead.id)[0] == 1
    assert "no job with the number" in run("jobs", "retry", 4711)[2]
    for no_number in ("everything", "9" * 30, "-1", "٣"):
        assert run("jobs", "retry", no_number)[0] == commands.WRONG_USAGE
    assert json.loads(run("jobs", "retry", "--json")[1]) == {"retried": []}
