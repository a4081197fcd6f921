"""What every test may use: the reference data, and a closed network."""

import os
import socket
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

#: The same examples in every run, however slow the machine: what fails was broken by the change that is tested.
settings.register_profile("same", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("same")
#: `make fuzz` looks for new ones, a hundred times longer.
settings.register_profile("long", settings.get_profile("same"), derandomize=False, max_examples=10_000)

pytest_plugins = ["tests.fixtures", "tests.console", "tests.bare_console", "tests.sharing_out"]

LOCAL = ("127.0.0.1", "::1", "localhost")


@pytest.fixture(scope="session")
def reference() -> Path:
    """The folder of reference data; tests that need it are skipped where it is absent."""
    folder = os.environ.get("ASSESSOR_REFERENCE", "")
    if not folder or not Path(folder).is_dir():
        pytest.skip("ASSESSOR_REFERENCE does not name the folder of reference data")
    return Path(folder)


@pytest.fixture(autouse=True)
def _closed_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test reaches this machine and nothing else."""
    connect = socket.socket.connect

    def local_only(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX and address[0] not in LOCAL:
            raise AssertionError(f"a test tried to reach {address}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", local_only)
