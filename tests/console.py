"""The console script in tests: its words go in, what it printed and its exit code come out."""

import contextlib
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import structlog
from sqlalchemy import Connection, Engine, event

from assessor import commands
from assessor.config import Settings
from tests.fixtures import PASSPHRASE


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The one JSON document on stdout; NaN is no JSON."""

        def refuse(name: str) -> None:
            raise AssertionError(f"{name} is no JSON")

        return json.loads(self.out, parse_constant=refuse)


Run = Callable[..., Ended]


@pytest.fixture
def run(settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs ``assessor`` with these words, for the installation under test."""
    monkeypatch.setenv("ASSESSOR_INSTANCE", str(settings.instance))
    monkeypatch.setenv("ASSESSOR_KEY_PASSPHRASE", PASSPHRASE)
    if settings.database_url:
        monkeypatch.setenv("ASSESSOR_DATABASE_URL", settings.database_url)

    def run_command(*words: object) -> Ended:
        monkeypatch.setattr(sys, "argv", ["assessor", *map(str, words)])
        capsys.readouterr()
        with closed_connections(), pytest.raises(SystemExit) as ended:
            commands.main()
        structlog.reset_defaults()  # the command's log went to a stream that is captured only here
        captured = capsys.readouterr()
        return Ended(int(ended.value.code or 0), captured.out, captured.err)

    return run_command


@contextlib.contextmanager
def closed_connections() -> Iterator[None]:
    """A command leaves its connections to the end of its process; here that is the end of the block."""
    engines: set[Engine] = set()

    def remember(connection: Connection) -> None:
        engines.add(connection.engine)

    event.listen(Engine, "engine_connect", remember)
    try:
        yield
    finally:
        event.remove(Engine, "engine_connect", remember)
        for engine in engines:
            engine.dispose()
