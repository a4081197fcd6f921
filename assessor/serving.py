"""``assessor run``: the server and one worker, started together and ended together."""

import os
import signal
import socket
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

from flask import Flask
from sqlalchemy.orm import sessionmaker

from assessor import jobs
from assessor.config import Settings
from assessor.credentials import status
from assessor.database import db
from assessor.errors import Conflict

IDLE = 0.25  # seconds between two looks for work
HOURLY = 3600.0


class CannotServe(Conflict):
    """The address or the folder cannot be used; the message says what to change."""


def check_address(bind: str) -> None:
    """Raise `CannotServe` when the address is taken or is none."""
    host, _, port = bind.rpartition(":")
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


def serve(settings: Settings) -> int:
    """Run gunicorn and one worker until either ends or we are told to stop. Returns the exit code."""
    server = subprocess.Popen(
        [
            *(sys.executable, "-m", "gunicorn", "assessor.wsgi:app"),
            *("--bind", settings.bind, "--worker-class", "gthread", "--preload", "--no-control-socket"),
            *("--workers", str(settings.workers), "--threads", str(settings.threads)),
            *("--log-level", "warning", "--limit-request-line", "4094", "--timeout", "60"),
        ],
        env={**os.environ, "ASSESSOR_INSTANCE": str(settings.instance)},
    )
    worker = subprocess.Popen(
        [sys.executable, "-m", "assessor", "worker"],
        env={**os.environ, "ASSESSOR_INSTANCE": str(settings.instance)},
    )
    children = (server, worker)

    def stop(number: int, _frame: FrameType | None) -> None:
        for child in children:
            child.send_signal(number)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, lambda _number, _frame: None)  # the terminal sends it to the children itself
    while all(child.poll() is None for child in children):
        time.sleep(0.1)
    for child in children:
        if child.poll() is None:
            child.terminate()
    codes = [child.wait(timeout=70) for child in children]
    return max(0, *(code for code in codes if code not in (-signal.SIGINT, -signal.SIGTERM)), 0)


def work(app: Flask) -> None:
    """Do jobs as they come, and sign status lists again every day, until told to stop."""
    settings: Settings = app.config["SETTINGS"]
    ended = False

    def stop(_number: int, _frame: FrameType | None) -> None:
        nonlocal ended
        ended = True

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    with app.app_context():
        sessions = sessionmaker(db.engine)
        signed_at = 0.0
        while not ended:
            if time.monotonic() - signed_at > HOURLY or not signed_at:
                with sessions.begin() as session:
                    status.sign_due(session, settings, datetime.now(UTC))
                signed_at = time.monotonic()
            if not jobs.run_one(sessions, settings, datetime.now(UTC)):
                time.sleep(IDLE)
