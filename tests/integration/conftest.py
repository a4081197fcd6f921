"""Every test of this folder runs on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from tests.fixtures import KINDS, Installations, opened


@pytest.fixture(params=KINDS)
def app(request: pytest.FixtureRequest, installations: Installations, tmp_path: Path) -> Iterator[Flask]:
    """A complete, filled installation of its own."""
    with opened(installations.filled(request.param, tmp_path / "instance")) as app:
        yield app


@pytest.fixture(params=KINDS)
def empty_app(request: pytest.FixtureRequest, installations: Installations, tmp_path: Path) -> Iterator[Flask]:
    """An installation whose database has no tables yet."""
    with opened(installations.empty(request.param, tmp_path / "instance")) as app:
        yield app
