"""One real installation: `assessor run` in a folder of its own, and the addresses that it prints."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from urllib.request import urlopen

ROOT = Path(__file__).parents[2]
PATIENCE = 120.0  # seconds until the server answers, and until all of it has ended


class DidNotStart(RuntimeError):
    """The server ended or kept silent; the message holds what it said."""


@dataclass
class Installation:
    """A running server and its worker. ``password`` is ``one_time`` until the first sign-in changes it."""

    folder: Path
    address: str
    login: str
    one_time: str
    card: str
    process: subprocess.Popen[bytes]
    password: str = ""

    def __post_init__(self) -> None:
        self.password = self.one_time

    @property
    def log(self) -> str:
        """All that the server and its worker have written so far."""
        return "".join((self.folder.parent / name).read_text(encoding="utf-8") for name in ("stdout", "stderr"))

    def command(self, *arguments: str) -> str:
        """Run a command of the console script on this installation; returns what it prints."""
        done = self.run(*arguments)
        assert done.returncode == 0, f"assessor {' '.join(arguments)}: {done.stderr}"
        return done.stdout.strip()

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """The same for a command whose exit code is an answer."""
        return subprocess.run(
            [sys.executable, "-m", "assessor", *arguments],
            cwd=ROOT,
            env=_environment(self.folder, self.address),
            capture_output=True,
            text=True,
            check=False,
        )

    def stop(self) -> None:
        """End the server as an operator does. Raises AssertionError when a process of it lives on."""
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(PATIENCE)
            end = time.monotonic() + PATIENCE
            while alive := _group_lives(self.process.pid):
                if time.monotonic() > end:
                    break
                time.sleep(0.05)
            assert not alive, "the server or the worker lives on after SIGTERM"
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)


def start(folder: Path) -> Installation:
    """Start on a free port and wait until the first page answers. Raises `DidNotStart`."""
    address = f"http://localhost:{_free_port()}"
    instance = folder / "instance"
    said, complained = folder / "stdout", folder / "stderr"
    with said.open("wb") as output, complained.open("wb") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "assessor", "run"],
            cwd=ROOT,
            env=_environment(instance, address),
            stdout=output,
            stderr=errors,
            start_new_session=True,  # a group of its own: so we see whether all of it has ended
        )
    try:
        _wait_for(f"{address}/c", process)
        printed = said.read_text(encoding="utf-8")
        staff = re.search(r"name (\S+), password (\S+)", printed)
        card = re.search(rf"{re.escape(address)}/k/\S+", printed)
        if staff is None or card is None:
            raise DidNotStart(f"It did not print its addresses:\n{printed}")
    except DidNotStart as problem:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        raise DidNotStart(f"{problem}\n{complained.read_text(encoding='utf-8')}") from problem
    return Installation(instance, address, staff[1], staff[2], card[0], process)


def _environment(instance: Path, address: str) -> dict[str, str]:
    """This process's environment without settings of another installation."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ASSESSOR_")}
    return kept | {
        "ASSESSOR_INSTANCE": str(instance),
        "ASSESSOR_PUBLIC_URL": address,
        "ASSESSOR_BIND": address.replace("http://localhost", "127.0.0.1"),
        "ASSESSOR_CONTACT_EMAIL": "office@school.example",  # Open Badges 2.0 needs one
        "ASSESSOR_TRUSTED_PROXIES": "1",  # browsers may say where they are, so that people come from different places
    }


def _wait_for(page: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if process.poll() is not None:
            raise DidNotStart(f"It ended with exit code {process.returncode}.")
        with contextlib.suppress(OSError, HTTPException), urlopen(page, timeout=PATIENCE):
            return
        time.sleep(0.1)
    raise DidNotStart(f"{page} gave no answer in {PATIENCE:.0f} s.")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _group_lives(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True
