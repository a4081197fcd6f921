"""`assessor calibrate` and files for it; the parameters that `assessor inspect` looks at."""

from pathlib import Path

import pytest

from tests.console import Ended, Run
from tests.integration.calibrating.answers import IN_ORDER, answers, table


@pytest.fixture
def run(run_bare: Run) -> Run:
    """Runs ``assessor calibrate`` with these words, without an installation."""

    def run_command(*words: object, command: str = "calibrate") -> Ended:
        return run_bare(command, *words)

    return run_command


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """600 people, 5 items."""
    return table(tmp_path / "answers.csv", answers())


@pytest.fixture
def parameters(tmp_path: Path) -> Path:
    """The parameters that every simulated answer follows."""
    return IN_ORDER.parameters(tmp_path / "parameters.csv")
