"""While the database does not answer, verifiers still get what they need; and staff and learners a plain sentence."""

import os
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy.orm import Session, sessionmaker
from structlog.testing import capture_logs

from assessor import create_app
from assessor.certificates import signed_data
from assessor.config import Settings
from assessor.credentials import awarding, foreign, kept, keys, mirroring, publishing, resigning
from assessor.database import now
from assessor.serving import Worker
from tests import factories
from tests.fixtures import PASSPHRASE, Browser, opened
from tests.partner import ID, Partner, serving

LISTS = ("/status/1", "/status/1.jwt", "/status/1-suspension", "/status/1-suspension.jwt")
TRUST = ("/c/trust/bundle", "/c/trust/catalogue", "/c/trust/withdrawals")
DOCUMENTS = (*LISTS, *TRUST, "/.well-known/did.json")
DOWN = {
    "no server": "postgresql+psycopg://nobody@127.0.0.1:1/none",
    "no disk": "sqlite:////no/such/folder/assessor.db",
}


@pytest.fixture(params=sorted(DOWN))
def without(request: pytest.FixtureRequest, settings: Settings) -> Iterator[Browser]:
    """A browser before the same installation, whose database does not answer."""
    with opened(create_app(replace(settings, database_url=DOWN[request.param]))) as app:
        app.test_client_class = Browser
        browser = app.test_client()
        assert isinstance(browser, Browser)
        yield browser


def test_what_was_served_before_is_served_on(client: Browser, without: Browser) -> None:
    for address in DOCUMENTS:
        before = client.get(address)

        with capture_logs() as logged:
            after = without.get(address)

        assert (before.status_code, after.status_code) == (200, 200), address
        assert after.data == before.data
        names = ("Content-Type", "ETag", "Access-Control-Allow-Origin", "Cache-Control")
        assert [after.headers[name] for name in names] == [before.headers[name] for name in names]
        assert after.headers["Access-Control-Allow-Origin"] == "*"
        assert [entry["event"] for entry in logged] == ["database unavailable, served what was kept"]
        again = without.get(address, headers={"If-None-Match": before.headers["ETag"]})
        assert again.status_code == 304


@pytest.mark.parametrize("accept", ["application/json", "text/html"])
def test_what_was_never_seen_is_a_clear_503(accept: str, without: Browser) -> None:
    for address in DOCUMENTS:
        with capture_logs() as logged:
            answer = without.get(address, headers={"Accept": accept})

        assert answer.status_code == 503, address
        assert "This cannot be read at the moment. Ask again in a minute." in answer.text
        assert [entry["event"] for entry in logged] == ["database unavailable, nothing kept"]


def test_the_page_of_every_code_opens_without_a_database(client: Browser, without: Browser) -> None:
    before = client.get("/c").text

    after = without.get("/c")

    assert after.status_code == 200
    assert after.text == before


def test_the_newest_that_was_served_is_kept(
    client: Browser, without: Browser, sessions: sessionmaker[Session], settings: Settings
) -> None:
    client.get("/status/1")
    with sessions.begin() as session:
        awarding.revoke(session, factories.award(session, settings), "other", settings, now())

    newest = client.get("/status/1").data

    assert without.get("/status/1").data == newest


def test_the_worker_keeps_what_nobody_asked_for(
    without: Browser, sessions: sessionmaker[Session], settings: Settings
) -> None:
    Worker(sessions, settings).round()

    assert [without.get(address).status_code for address in DOCUMENTS] == [200] * len(DOCUMENTS)
    assert without.get("/c").status_code == 200


def test_files_of_partners_and_lists_after_a_theft_are_kept_too(
    without: Browser, client: Browser, sessions: sessionmaker[Session], settings: Settings
) -> None:
    partner = Partner(dated=now().replace(microsecond=0))
    with sessions.begin() as session:
        offered = foreign.read(partner.bundle, partner.root.public_key)
        foreign.add(session, offered, publishing.own_issuer(session, settings), now())
        kid = keys.signer(session, "certificate", PASSPHRASE).kid
        resigning.report_stolen(session, kid, now(), settings, now())
    mirroring.refresh(sessions, settings, now(), serving(partner.files))
    place = foreign.place_of(ID)
    addresses = (f"/c/trust/{place}/catalogue", f"/c/trust/{place}/status/3.jwt", f"/c/trust/issued/{kid}")
    Worker(sessions, settings).round()

    for address in addresses:
        before, after = client.get(address), without.get(address)
        assert (before.status_code, after.status_code) == (200, 200), address
        assert after.data == before.data
        names = ("Content-Type", "ETag", "X-Kept")
        assert [after.headers.get(name) for name in names] == [before.headers.get(name) for name in names]


def test_the_log_says_when_a_document_grows_too_large_for_verifiers(
    sessions: sessionmaker[Session], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signed_data, "MAX_CATALOGUE", 50_000)

    with capture_logs() as logged, sessions() as session:
        kept.keep_everything(session, settings, now())

    assert [entry["document"] for entry in logged] == ["catalogue"]


def test_an_unknown_list_is_not_found_and_nothing_is_kept_of_it(client: Browser, settings: Settings) -> None:
    for address in ("/status/9", "/status/9-suspension.jwt"):
        assert client.get(address).status_code == 404

    assert not list((settings.instance / kept.FOLDER).glob("status-9*"))


def test_copies_are_for_this_user_alone_and_whole(settings: Settings) -> None:
    for body in (b"one", b"the second"):
        kept.keep(settings, "document", body)

    folder = settings.instance / kept.FOLDER
    assert (folder / "document").read_bytes() == b"the second"
    assert [path.name for path in folder.iterdir()] == ["document"]
    assert folder.stat().st_mode & 0o077 == (folder / "document").stat().st_mode & 0o077 == 0


def test_whoever_reads_while_others_write_reads_one_of_them_whole(settings: Settings) -> None:
    bodies = [bytes([turn]) * 20_000 for turn in range(8)]
    kept.keep(settings, "document", bodies[0])
    writers = [threading.Thread(target=kept.keep, args=(settings, "document", body)) for body in bodies]
    for writer in writers:
        writer.start()

    read = [(settings.instance / kept.FOLDER / "document").read_bytes() for _ in range(200)]

    for writer in writers:
        writer.join()
    assert set(read) <= set(bodies)


def test_a_copy_that_is_the_same_is_not_written_again(settings: Settings) -> None:
    kept.keep(settings, "document", b"one")
    path = settings.instance / kept.FOLDER / "document"
    os.utime(path, (1, 1))

    kept.keep(settings, "document", b"one")

    assert path.stat().st_mtime == 1


def test_a_disk_that_takes_nothing_does_not_stand_in_the_way(client: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_path: Path, _body: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(kept, "_write", full)

    with capture_logs() as logged:
        answer = client.get("/status/1")

    assert answer.status_code == 200
    assert [(entry["event"], entry["log_level"]) for entry in logged] == [("not kept", "warning")]


def test_pages_that_need_the_database_say_so(without: Browser) -> None:
    answer = without.get("/achievements/DIGI-FIRST-STEPS")

    assert answer.status_code == 503
    assert "Try again in a minute" in answer.text
