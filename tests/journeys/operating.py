"""What Ren does, who runs the machine: every step is a command, typed where the installation is."""

import json
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.journeys.installation import Installation

PATIENCE = 60.0  # seconds until the worker has done what a stolen key asks of it


@dataclass(frozen=True)
class Verified:
    """What ``assessor verify`` says. ``reasons``: of the checks that failed."""

    exit_code: int
    verdict: str
    reasons: str


class Ren:
    """The operator. ``folder``: where files lie that the commands read and write."""

    def __init__(self, installation: Installation, folder: Path) -> None:
        self.installation = installation
        self.folder = folder

    def verifies(self, name: str, certificate: bytes) -> Verified:
        """Check a file."""
        (self.folder / name).write_bytes(certificate)
        done = self.installation.run("verify", str(self.folder / name), "--json")
        assert done.returncode in (0, 1, 2), done.stderr
        report = json.loads(done.stdout)
        failed = [check["reason"] for check in report["checks"] if check["state"] == "failed"]
        return Verified(done.returncode, report["verdict"], " ".join(failed))

    def exports(self, number: str, form: str, *options: str) -> bytes:
        """A certificate as a file, by the number on the paper."""
        self.installation.command("export", number, "--format", form, "--out", str(self.folder / form), *options)
        return (self.folder / form).read_bytes()

    def rotates(self, use: str) -> str:
        """A new key signs from now on. Returns its id."""
        return self.installation.command("keys", "rotate", use)

    def reports_stolen(self, key: str, since: str) -> None:
        """Nobody is to trust this key any more."""
        self.installation.command("keys", "compromised", key, "--since", since)

    def key_states(self, use: str) -> dict[str, str]:
        """Key → its state."""
        keys: list[dict[str, Any]] = json.loads(self.installation.command("keys", "list", "--json"))
        return {key["kid"]: key["state"] for key in keys if key["use"] == use}

    def waits_for_the_worker(self) -> None:
        """Look at the jobs until none is due; what is planned for later may wait."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            jobs: list[dict[str, Any]] = json.loads(self.installation.command("jobs", "list", "--json"))
            failed = [job["last_error"] for job in jobs if job["last_error"]]
            assert not failed, failed
            if all(datetime.fromisoformat(job["run_after"]) > datetime.now(UTC) for job in jobs):
                return
        raise AssertionError(f"the worker has not done it in {PATIENCE:.0f} s")
