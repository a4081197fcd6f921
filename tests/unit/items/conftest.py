"""The sample bank, and its items by id."""

from pathlib import Path

import pytest

from assessor.items.item import Item
from tests.unit.items.sample_bank import SampleBank


@pytest.fixture
def sample(tmp_path: Path) -> SampleBank:
    """A valid bank folder of its own for each test."""
    return SampleBank(tmp_path / "sample")


@pytest.fixture(scope="session")
def items(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Item]:
    """The items of the sample, for tests that only look at them."""
    return {item.id: item for item in SampleBank(tmp_path_factory.mktemp("bank")).items()}
