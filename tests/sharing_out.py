"""How `make test` shares the tests out among processes: by files, which keep what they made for all of their tests.

The journeys have one installation and one browser, so they stay together; they take longest, so they come first.
"""

from collections.abc import Sequence

import pytest
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]  # publishes no types

JOURNEYS = "tests/journeys"


class FileByFile(LoadScopeScheduling):
    """Who has nothing left to do gets the next file."""

    def _split_scope(self, nodeid: str) -> str:
        file: str = nodeid.partition("::")[0]
        return JOURNEYS if file.startswith(JOURNEYS) else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> FileByFile:
    """Files in the order in which they were collected, not those with many tests first: these need not take long."""
    config.option.loadscopereorder = False
    return FileByFile(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put the journeys first; whoever runs all tests in one process sees quick ones first."""
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: not item.nodeid.startswith(JOURNEYS))


def workers(arguments: Sequence[str]) -> list[str]:
    """The arguments of pytest that use every core, up to four, for each worker fills databases of its own."""
    said = any(argument.startswith(("-n", "--numprocesses")) for argument in arguments)
    return [] if said else ["-n", "auto", "--maxprocesses", "4"]
