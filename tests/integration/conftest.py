"""Every test of this folder runs on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from assessor import create_app
from assessor.config import Settings
from tests.fixtures import KINDS, Installations, opened


@pytest.fixture(params=KINDS)
def settings(request: pytest.FixtureRequest, installations: Installations, tmp_path: Path) -> Settings:
    """Those of a complete, filled installation of its own."""
    return installations.filled(request.param, tmp_path / "instance")


@pytest.fixture(params=KINDS)
def empty_app(request: pytest.FixtureRequest, installations: Installations, tmp_path: Path) -> Iterator[Flask]:
    """An installation whose database has no tables yet."""
    with opened(create_app(installations.empty(request.param, tmp_path / "instance"))) as app:
        yield app
