"""``assessor run``: the server and one worker, started together and ended together."""

import contextlib
import gc
import multiprocessing
import multiprocessing.connection
import signal
import socket
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

import structlog
from flask import Flask
from gunicorn.app.base import BaseApplication
from sqlalchemy.orm import Session, sessionmaker

from assessor import jobs
from assessor.config import BadSetting, Settings
from assessor.credentials import asking, kept, mirroring, status
from assessor.database import db, reading
from assessor.errors import Conflict, Refusal

IDLE = 0.25  # seconds between two looks for work
HOURLY = 3600.0
#: Seconds after something failed: a job, the signing of lists.
RETRY, SIGN_RETRY = 2.0, 60.0
KEEP_EVERY = 60.0  # seconds after which a change is kept for a time without database, at the latest

_log = structlog.get_logger("assessor.serving")


class CannotServe(Conflict):
    """The address or the folder cannot be used; the message says what to change."""


def check_address(bind: str) -> None:
    """Raise `CannotServe` when the address is taken or is none."""
    host, colon, port = bind.rpartition(":")
    if not colon or not port.isdecimal():
        raise CannotServe(f"ASSESSOR_BIND is {bind}. Write a host and a port, such as 127.0.0.1:8000.")
    try:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host or "127.0.0.1", int(port)))
    except (OSError, ValueError, OverflowError) as error:
        raise CannotServe(
            f"Nothing can listen on {bind}: {getattr(error, 'strerror', None) or 'it is not host:port'}. "
            "Is another program there? Choose one with ASSESSOR_BIND=127.0.0.1:8001."
        ) from error


def check_folder(instance: Path) -> None:
    """Raise `CannotServe` when the instance folder cannot be written."""
    try:
        instance.mkdir(parents=True, exist_ok=True)
        probe = instance / ".writable"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise CannotServe(
            f"The folder {instance} cannot be written. Give it to this user, or name another with ASSESSOR_INSTANCE."
        ) from error


class Server(BaseApplication):
    """gunicorn with an application that is there already, so that nothing is imported twice."""

    def __init__(self, app: Flask, settings: Settings) -> None:
        self.app, self.settings = app, settings
        super().__init__()

    def load_config(self) -> None:
        """Threads for slow phones, processes for the cores."""
        for name, value in {
            "bind": self.settings.bind,
            "worker_class": "gthread",
            "workers": self.settings.workers,
            "threads": self.settings.threads,
            "loglevel": "warning",
            "timeout": 60,
            "control_socket_disable": True,
        }.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """The application that every server process serves."""
        return self.app


def serve(app: Flask, settings: Settings) -> int:
    """Run gunicorn and one worker until either ends or we are told to stop. Returns the exit code."""
    with app.app_context():
        db.engine.dispose()  # a connection must not be shared by two processes
    gc.collect()
    gc.freeze()  # what is loaded now stays; no process walks through it again
    fork = multiprocessing.get_context("fork")
    children = (
        fork.Process(target=lambda: Server(app, settings).run()),
        fork.Process(target=work, args=(app,)),
    )
    for child in children:
        child.start()

    def stop(_number: int, _frame: FrameType | None) -> None:
        for child in children:
            child.terminate()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    multiprocessing.connection.wait([child.sentinel for child in children])
    for child in children:
        child.terminate()
    for child in children:
        child.join(timeout=30)
    return max(0, *(child.exitcode or 0 for child in children))


class Worker:
    """Does one job after another and signs status lists again. What fails is logged and tried again later:

    a locked database, a full disk or a wrong passphrase must end neither the worker nor the server beside it.
    """

    def __init__(self, sessions: sessionmaker[Session], settings: Settings) -> None:
        self.sessions, self.settings = sessions, settings
        self._sign_at = self._keep_at = self._mirror_at = 0.0  # on the monotonic clock

    def round(self) -> float:
        """Do what is due; returns the seconds to rest before the next round."""
        rest = RETRY
        if time.monotonic() >= self._sign_at:
            self._sign_at = time.monotonic() + SIGN_RETRY
            with _logged("status lists not signed"):
                with self.sessions.begin() as session:
                    status.sign_due(session, self.settings, datetime.now(UTC))
                self._sign_at = time.monotonic() + HOURLY
        if time.monotonic() >= self._keep_at:
            self._keep_at = time.monotonic() + KEEP_EVERY
            with _logged("public documents not kept"):
                self._keep_documents()
        if time.monotonic() >= self._mirror_at:
            self._mirror_at = time.monotonic() + HOURLY
            with _logged("files of partners not mirrored"):
                self._mirror()
        with _logged("no job done"):
            rest = 0.0 if jobs.run_one(self.sessions, self.settings, datetime.now(UTC)) else IDLE
        return rest

    def _mirror(self) -> None:
        for told in mirroring.refresh(self.sessions, self.settings, datetime.now(UTC), asking.outside()):
            _log.warning("trust in partners", told=told)

    def _keep_documents(self) -> None:
        token = reading.set(True)  # answers must not wait for it
        try:
            with self.sessions() as session:
                kept.keep_everything(session, self.settings, datetime.now(UTC))
        finally:
            reading.reset(token)


def work(app: Flask) -> None:
    """Do jobs as they come, and sign status lists again every day, until told to stop."""
    ended = False

    def stop(_number: int, _frame: FrameType | None) -> None:
        nonlocal ended
        ended = True

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    with app.app_context():
        worker = Worker(sessionmaker(db.engine), app.config["SETTINGS"])
        while not ended:
            time.sleep(worker.round())


@contextlib.contextmanager
def _logged(what: str) -> Iterator[None]:
    try:
        yield
    except Refusal as refusal:
        _log.error(what, reason=refusal.message)
    except BadSetting as bad:
        _log.error(what, reason=str(bad))
    except Exception as error:  # whatever it was, the next round may succeed, and people's certificates wait for it
        _log.error(what, exc_info=error)
