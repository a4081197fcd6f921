"""Databases for tests: a SQLite file, or a PostgreSQL cluster of our own that lives as long as the run."""

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from time import sleep
from typing import TypeVar

from sqlalchemy.orm import Session, sessionmaker

Value = TypeVar("Value")
Sessions = sessionmaker[Session]

ROOM = 2 << 30  # bytes


class NoPostgres(Exception):
    """This machine has no PostgreSQL server binaries."""


def binaries() -> Path:
    """The folder with initdb and postgres. Raises `NoPostgres`."""
    candidates = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    if found := shutil.which("initdb"):
        candidates.append(Path(found).parent)
    for folder in candidates:
        if (folder / "initdb").exists():
            return folder
    raise NoPostgres("no PostgreSQL server binaries on this machine (Debian: apt-get install postgresql)")


@contextlib.contextmanager
def cluster() -> Iterator[str]:
    """A running cluster on a free local port; gives the SQLAlchemy address of its first database."""
    folder = binaries()
    user = _server_user()
    home = Path(tempfile.mkdtemp(prefix="assessor-postgres-", dir=roomy_memory()))
    data = home / "data"
    if user:
        shutil.chown(home, user)
    subprocess.run(
        [folder / "initdb", "-D", data, "-U", "postgres", "--auth=trust", "-E", "UTF8", "--no-sync"],
        check=True, stdout=subprocess.DEVNULL, cwd="/", user=user,
    )  # fmt: skip
    port = _free_port()
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={home} -c fsync=off"
    control: list[str | Path] = [folder / "pg_ctl", "-D", data, "-w", "-s"]
    start = [*control, "-o", options, "-l", home / "log", "start"]
    subprocess.run(start, check=True, stdout=subprocess.DEVNULL, cwd="/", user=user)
    try:
        yield f"postgresql+psycopg://postgres@127.0.0.1:{port}/postgres"
    finally:
        subprocess.run([*control, "-m", "immediate", "stop"], check=False, cwd="/", user=user)
        shutil.rmtree(home, ignore_errors=True)


def roomy_memory() -> Path | None:
    """A folder in memory with room for the databases of a run: there a copy takes a tenth of the time."""
    folder = Path("/dev/shm")
    return folder if folder.is_dir() and shutil.disk_usage(folder).free > ROOM else None


def _server_user() -> str | None:
    """PostgreSQL refuses to run as root: then somebody else runs it."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def meanwhile(sessions: Sessions, first: Callable[[Session], object], second: Callable[[Session], Value]) -> Value:
    """Begin the second while the first is done and not committed; both commit."""

    def act() -> Value:
        with sessions.begin() as session:
            return second(session)

    with ThreadPoolExecutor(1) as pool:
        with sessions.begin() as session:
            first(session)
            waiting: Future[Value] = pool.submit(act)
            sleep(0.4)  # long enough for the second to reach what the first holds
        return waiting.result()
