"""Certificates by the thousand: ordered, drawn by the worker in chunks, taken, and gone after some days."""

import io
import multiprocessing
import os
import resource
import signal
import threading
import time
import zipfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import Session, sessionmaker

from assessor import jobs
from assessor.certificates import number as numbers
from assessor.certificates.attachment import attached_credential
from assessor.config import Settings
from assessor.credentials import awarding, print_files, printing
from assessor.credentials.models import Award, PrintOrder
from assessor.errors import NotFound
from tests import factories
from tests.console import Run
from tests.factories import NOW
from tests.fixtures import Installations

NAMES = ("Chen Wei", "Ada Lovelace", "أمل حداد", "Bo / K: *?", "Zoë Grünfeld")
LATER = NOW + timedelta(minutes=1)


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two certificates in a chunk."""
    monkeypatch.setattr(printing, "CHUNK", 2)


@pytest.fixture
def awards(session: Session, settings: Settings) -> list[Award]:
    """Five certificates of five people."""
    made = [
        factories.signed_award(session, settings, name=name, source=f"row {place}")[0]
        for place, name in enumerate(NAMES)
    ]
    session.commit()
    return made


def ordered(session: Session, form: str = "pdf", **wanted: Any) -> PrintOrder:
    """An order of everything that is like that."""
    made = printing.order(
        session, factories.organisation(session).id, printing.Wanted(**wanted), form, {}, NOW, factories.olu(session).id
    )
    session.commit()
    return made


def drawn(session: Session, sessions: sessionmaker[Session], settings: Settings) -> PrintOrder:
    """An order of a zip whose parts are all there."""
    made = ordered(session, "zip")
    for place in range(3):
        printing.draw_chunk(sessions, (made.organisation_id, made.id, place), settings, LATER)
    return made


def looked_at(session: Session, made: PrintOrder, settings: Settings) -> printing.Progress:
    """How far it is now."""
    session.expire_all()
    found = printing.progress(session, printing.find(session, made.organisation_id, made.id), settings)
    session.commit()
    return found


def content(made: PrintOrder, settings: Settings) -> dict[str, bytes]:
    """Every file in the folder of an order, with the begun ones."""
    folder = print_files.folder(settings, made.id)
    return {file.name: file.read_bytes() for file in sorted(folder.iterdir())}


def test_files_to_print_hold_everybody_in_the_order_of_their_names(
    session: Session, sessions: sessionmaker[Session], settings: Settings, awards: list[Award]
) -> None:
    made = ordered(session)
    assert looked_at(session, made, settings) == printing.Progress(0, len(awards), {}, ())

    jobs.run_all(sessions, settings, LATER)

    done = looked_at(session, made, settings)
    assert (done.drawn, done.left_out) == (5, {})
    assert done.files == ("certificates-001.pdf", "certificates-002.pdf", "certificates-003.pdf")
    pages = []
    for file in content(made, settings).values():
        with pikepdf.Pdf.open(io.BytesIO(file)) as pdf:
            pages.append(len(pdf.pages))
            assert pdf.Root.MarkInfo.Marked
    assert pages == [4, 4, 2]


def test_the_zip_has_a_whole_pdf_of_everybody_under_a_name_for_every_system(
    session: Session, sessions: sessionmaker[Session], settings: Settings, awards: list[Award]
) -> None:
    made = ordered(session, "zip")

    jobs.run_all(sessions, settings, LATER)

    assert list(content(made, settings)) == ["certificates.zip"]
    with zipfile.ZipFile(io.BytesIO(content(made, settings)["certificates.zip"])) as whole:
        assert whole.testzip() is None
        expected = {f"{numbers.written(award.number)} {award.holder_name}.pdf" for award in awards}
        assert set(whole.namelist()) == {name.replace("Bo / K: *?", "Bo K") for name in expected}
        assert all(attached_credential(whole.read(name)) for name in whole.namelist())
        assert {entry.date_time for entry in whole.infolist()} == {
            (*NOW.timetuple()[:5], NOW.second // 2 * 2)
        }  # zip counts in twos


@pytest.mark.usefixtures("awards")
@pytest.mark.parametrize("form", printing.FORMS)
def test_a_worker_that_is_killed_again_and_again_ends_with_the_same_bytes(
    session: Session, sessions: sessionmaker[Session], settings: Settings, form: str
) -> None:
    whole = ordered(session, form)
    jobs.run_all(sessions, settings, LATER)
    killed = ordered(session, form)

    codes = []
    for hour, replaced in enumerate((0, 1, 1, 0, 9), 1):
        codes.append(exit_code_of_worker(settings, NOW + timedelta(hours=hour), replaced))

    assert codes == [-signal.SIGKILL] * 4 + [0]
    begun = {name for name in content(killed, settings) if name.startswith(".")}
    assert begun  # what the killed ones had begun is there, and in nobody's way
    assert {k: v for k, v in content(killed, settings).items() if k not in begun} == content(whole, settings)
    assert looked_at(session, killed, settings).files == looked_at(session, whole, settings).files


@pytest.mark.usefixtures("awards")
@pytest.mark.parametrize(
    ("act", "times", "left"),
    [
        ("replace", 3, ["part-001.zip", "part-002.zip", "part-003.zip"]),
        ("unlink", 5, ["certificates.zip", "part-002.zip", "part-003.zip"]),  # one of each file begun, and of a part
    ],
)
def test_a_zip_whose_worker_is_killed_while_it_is_put_together_is_ended_by_the_next(
    session: Session, sessions: sessionmaker[Session], settings: Settings, act: str, times: int, left: list[str]
) -> None:
    whole = ordered(session, "zip")
    jobs.run_all(sessions, settings, LATER)
    killed = ordered(session, "zip")

    assert exit_code_of_worker(settings, NOW + timedelta(hours=1), times, act) == -signal.SIGKILL
    assert sorted(name for name in content(killed, settings) if not name.startswith(".")) == left
    jobs.run_all(sessions, settings, NOW + timedelta(hours=2))

    assert content(killed, settings)["certificates.zip"] == content(whole, settings)["certificates.zip"]
    assert [name for name in content(killed, settings) if name.startswith("part")] == []
    assert looked_at(session, killed, settings).files == ("certificates.zip",)


def exit_code_of_worker(settings: Settings, at: datetime, times: int, act: str = "replace") -> int | None:
    """A worker that does every job and is killed (-9) when it has put so many files in place, and has the next one."""

    def work() -> None:
        real = getattr(Path, act)
        calls: list[Path] = []

        def counted(self: Path, *given: Any, **named: Any) -> Any:
            if len(calls) == times:
                os.kill(os.getpid(), signal.SIGKILL)
            calls.append(self)
            return real(self, *given, **named)

        setattr(Path, act, counted)  # in this process, which ends now
        jobs.run_all(sessionmaker(create_engine(settings.database), expire_on_commit=False), settings, at)
        os._exit(0)

    process = multiprocessing.get_context("fork").Process(target=work)
    process.start()
    process.join(timeout=120)
    return process.exitcode


def test_what_counts_no_more_is_left_out_and_named(
    session: Session, sessions: sessionmaker[Session], settings: Settings, awards: list[Award]
) -> None:
    unsigned = factories.award(session, settings, name="Dana", source="row 9")
    made = ordered(session)
    awarding.revoke(session, awards[0], "mistake", settings, NOW)
    awarding.suspend(session, awards[1], settings, NOW)
    session.commit()

    printing.draw_chunk(sessions, (made.organisation_id, made.id, 0), settings, LATER)
    printing.draw_chunk(sessions, (made.organisation_id, made.id, 1), settings, LATER)
    printing.draw_chunk(sessions, (made.organisation_id, made.id, 2), settings, LATER)
    assert printing.finish(sessions, (made.organisation_id, made.id), settings, LATER)

    assert looked_at(session, made, settings).left_out == {
        numbers.written(awards[0].number): "withdrawn",
        numbers.written(awards[1].number): "on hold",
        numbers.written(unsigned.number): "not signed",
    }


def test_a_badge_a_group_and_a_time_are_chosen(session: Session, awards: list[Award]) -> None:
    assert ordered(session, badge=awards[0].achievement_code, since=NOW, until=LATER).count == len(awards)
    with pytest.raises(printing.NothingToPrint):
        ordered(session, badge="NO-SUCH-BADGE")
    with pytest.raises(printing.NothingToPrint):
        ordered(session, since=LATER)
    with pytest.raises(printing.NothingToPrint):
        ordered(session, group_id=factories.group(session).id)


def test_an_order_is_limited(session: Session, awards: list[Award], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(printing, "MOST", len(awards) - 1)

    with pytest.raises(printing.TooMany):
        ordered(session)


@pytest.mark.usefixtures("awards")
def test_files_are_for_this_user_alone_and_gone_after_seven_days(
    session: Session, sessions: sessionmaker[Session], settings: Settings
) -> None:
    made = ordered(session)
    jobs.run_all(sessions, settings, LATER)
    folder = print_files.folder(settings, made.id)
    assert [path.stat().st_mode & 0o777 for path in (folder.parent, folder)] == [0o700, 0o700]
    assert {file.stat().st_mode & 0o777 for file in folder.iterdir()} == {0o600}

    jobs.run_all(sessions, settings, NOW + printing.KEPT)

    assert not folder.exists()
    assert looked_at(session, made, settings).files == ()


@pytest.mark.usefixtures("awards")
def test_an_order_that_is_deleted_while_it_is_drawn_leaves_nothing(
    session: Session, sessions: sessionmaker[Session], settings: Settings
) -> None:
    made = ordered(session)
    assert jobs.run_one(sessions, settings, LATER)
    printing.delete(session, printing.find(session, made.organisation_id, made.id), settings, LATER)
    session.commit()

    jobs.run_all(sessions, settings, LATER)

    assert not print_files.folder(settings, made.id).exists()


@pytest.mark.usefixtures("awards")
@pytest.mark.parametrize(
    ("name", "after"), [("put_together", False), ("written", False), ("_copy", True), ("put_together", True)]
)
def test_an_order_that_is_deleted_while_its_zip_is_put_together_leaves_nothing(
    session: Session,
    sessions: sessionmaker[Session],
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    after: bool,
) -> None:
    made = drawn(session, sessions, settings)
    real = getattr(print_files, name)

    def delete() -> None:
        with sessions.begin() as other:
            found = printing.find(other, made.organisation_id, made.id)
            printing.delete(other, found, settings, LATER)

    def acting(*given: Any) -> Any:
        if not after:
            delete()
        done = real(*given)
        if after:
            delete()
        return done

    monkeypatch.setattr(print_files, name, acting)

    assert not printing.finish(sessions, (made.organisation_id, made.id), settings, LATER)

    assert not print_files.folder(settings, made.id).exists()
    session.expire_all()
    assert printing.find(session, made.organisation_id, made.id).finished_at is None


@pytest.mark.usefixtures("awards")
@pytest.mark.parametrize("done", [0, len(NAMES)])  # then the job draws, or puts together
def test_what_a_killed_process_wrote_of_a_deleted_order_goes_with_its_job(
    session: Session, sessions: sessionmaker[Session], settings: Settings, done: int
) -> None:
    made = ordered(session, "zip")
    while looked_at(session, made, settings).drawn < done:
        assert jobs.run_one(sessions, settings, LATER)
    printing.delete(session, printing.find(session, made.organisation_id, made.id), settings, LATER)
    session.commit()
    with print_files.written(print_files.folder(settings, made.id) / print_files.ALL) as file:
        file.write(b"names")

    jobs.run_all(sessions, settings, LATER)

    assert not print_files.folder(settings, made.id).exists()


# Two processes at one order


@pytest.mark.usefixtures("awards")
def test_two_that_put_a_zip_together_at_a_time_lose_nobody(
    session: Session, sessions: sessionmaker[Session], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second comes when the first has copied a part; the first goes on when the second is done, or waits."""
    alone = ordered(session, "zip")
    jobs.run_all(sessions, settings, LATER)
    made = drawn(session, sessions, settings)
    done_or_waits = threading.Event()
    second = threading.Thread(target=lambda: ended.append(finish()))
    ended: list[bool] = []
    real, real_sleep = print_files._copy, time.sleep

    def finish() -> bool:
        done = printing.finish(sessions, (made.organisation_id, made.id), settings, LATER)
        done_or_waits.set()
        return done

    def copy(*given: Any) -> None:
        real(*given)
        if threading.current_thread() is not second and second.ident is None:
            second.start()
            assert done_or_waits.wait(timeout=60)

    def sleep(seconds: float) -> None:
        done_or_waits.set()
        real_sleep(seconds)

    monkeypatch.setattr(print_files, "_copy", copy)
    monkeypatch.setattr(time, "sleep", sleep)
    monkeypatch.setattr(os, "getpid", threading.get_ident)  # each is a process of its own

    ended.append(finish())
    second.join(timeout=60)

    assert ended == [True, True]
    assert content(made, settings) == content(alone, settings)


@pytest.mark.usefixtures("awards")
def test_nobody_waits_for_ever_for_another_who_puts_the_zip_together(
    session: Session, sessions: sessionmaker[Session], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = drawn(session, sessions, settings)
    key = (made.organisation_id, made.id)
    monkeypatch.setattr(print_files, "PATIENCE", 0)

    with print_files.alone(print_files.folder(settings, made.id)), pytest.raises(print_files.NotDrawnYet):
        printing.finish(sessions, key, settings, LATER)

    assert looked_at(session, made, settings).files == ()
    assert printing.finish(sessions, key, settings, LATER)
    assert list(content(made, settings)) == ["certificates.zip"]


@pytest.mark.usefixtures("awards")
def test_the_first_moment_at_which_an_order_was_finished_stays(
    session: Session, sessions: sessionmaker[Session], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = drawn(session, sessions, settings)
    key, real = (made.organisation_id, made.id), print_files.put_together

    def slow(*given: Any) -> None:
        monkeypatch.setattr(print_files, "put_together", real)
        assert printing.finish(sessions, key, settings, LATER)
        real(*given)

    monkeypatch.setattr(print_files, "put_together", slow)

    assert printing.finish(sessions, key, settings, LATER + timedelta(minutes=1))

    session.expire_all()
    assert printing.find(session, *key).finished_at == LATER


# What is missing, and what is not


@pytest.mark.usefixtures("awards")
def test_a_zip_is_not_made_without_one_of_its_parts(
    session: Session, sessions: sessionmaker[Session], settings: Settings
) -> None:
    made = drawn(session, sessions, settings)
    (print_files.folder(settings, made.id) / "part-002.zip").unlink()

    with pytest.raises(FileNotFoundError, match=r"part-002\.zip"):
        printing.finish(sessions, (made.organisation_id, made.id), settings, LATER)

    assert "certificates.zip" not in content(made, settings)
    assert looked_at(session, made, settings).files == ()


def test_a_chunk_of_which_everybody_is_left_out_has_no_part_and_is_not_missed(
    session: Session, sessions: sessionmaker[Session], settings: Settings, awards: list[Award]
) -> None:
    made = ordered(session, "zip")
    first = printing.chunks_of(session, made)[0].awards
    session.commit()
    printing.draw_chunk(sessions, (made.organisation_id, made.id, 1), settings, LATER)
    standing = print_files.folder(settings, made.id) / "part-001.zip"
    standing.write_bytes(standing.with_name("part-002.zip").read_bytes())  # by a process that was killed before
    for award in awards:
        if str(award.id) in first:
            awarding.revoke(session, award, "mistake", settings, NOW)
    session.commit()

    jobs.run_all(sessions, settings, LATER)

    [file] = content(made, settings).values()
    with zipfile.ZipFile(io.BytesIO(file)) as whole:
        assert len(whole.namelist()) == len(set(whole.namelist())) == len(awards) - len(first)
    assert len(looked_at(session, made, settings).left_out) == len(first)


@pytest.mark.usefixtures("awards")
def test_every_taking_is_kept(session: Session, sessions: sessionmaker[Session], settings: Settings) -> None:
    made = ordered(session)
    with pytest.raises(print_files.NotDrawnYet):
        printing.take(session, made, "certificates-001.pdf", settings, NOW)
    session.commit()
    jobs.run_all(sessions, settings, LATER)
    session.expire_all()
    made, olu = printing.find(session, made.organisation_id, made.id), factories.olu(session)

    printing.take(session, made, "certificates-001.pdf", settings, LATER, olu.id)

    assert [(one["by"], one["file"]) for one in made.taken] == [(str(olu.id), "certificates-001.pdf")]
    with pytest.raises(NotFound):
        printing.take(session, made, "../../secret_key", settings, LATER, olu.id)


def test_memory_does_not_grow_with_the_order(
    installations: Installations, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(printing, "CHUNK", 20)
    settings = installations.filled("sqlite", tmp_path / "instance")
    engine = create_engine(settings.database)
    sessions = sessionmaker(engine, expire_on_commit=False)
    with sessions.begin() as session:
        for place in range(160):
            factories.signed_award(session, settings, name=f"Ada {place}", source=f"row {place}")
        made = printing.order(session, factories.organisation(session).id, printing.Wanted(), "zip", {}, NOW)
    key = made.organisation_id, made.id

    peaks = []
    for place in range(8):
        printing.draw_chunk(sessions, (*key, place), settings, LATER)
        peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
    printing.finish(sessions, key, settings, LATER)
    peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
    engine.dispose()

    assert max(peaks) - peaks[1] < 16 * 1024  # KB, from 40 to 160 and the zip of all


# The command


def test_the_command_draws_at_once_and_the_worker_has_nothing_left_to_do(
    sessions: sessionmaker[Session], settings: Settings, awards: list[Award], run: Run, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    ended = run("certificates", "print", "--badge", awards[0].achievement_code, "--form", "zip", "--out", out)

    assert ended.code == 0, ended.err
    with zipfile.ZipFile(out / "certificates.zip") as whole:
        assert len(whole.namelist()) == len(awards)
    [listed] = run("certificates", "orders", "--json").document
    assert (listed["state"], listed["drawn"], len(listed["taken"])) == ("ready", 5, 1)
    assert listed["id"] == ended.out.strip()
    assert "ready" in run("certificates", "orders").out
    jobs.run_all(sessions, settings, LATER)
    again = run("certificates", "print", "--order", listed["id"], "--out", tmp_path / "again")
    assert again.code == 0
    assert (tmp_path / "again" / "certificates.zip").read_bytes() == (out / "certificates.zip").read_bytes()

    assert run("certificates", "delete", listed["id"]).code == 0
    refused = run("certificates", "print", "--order", listed["id"], "--out", out)
    assert (refused.code, "deleted" in refused.err) == (1, True)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ((), 64, "Say which ones"),
        (("--badge", "NO-SUCH-BADGE"), 1, "No certificate is like that"),
        (("--group", "0000"), 1, "No group has the code"),
        (("--badge", "X", "--organisation", "nowhere"), 1, "no organisation"),
        (("--order", "7b0f5d0e-4f5e-4f0e-9c7b-0d6a3f4a9e11"), 1, "no print order"),
        (("--from", "yesterday"), 64, "yesterday"),
    ],
)
def test_the_command_refuses_in_words(run: Run, words: tuple[str, ...], code: int, said: str) -> None:
    ended = run("certificates", "print", *words)

    assert (ended.code, said in ended.err) == (code, True), ended.err
