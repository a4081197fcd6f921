"""Banks the tests of adaptive testing draw from."""

from collections.abc import Callable

import pytest

from assessor.psychometrics.adaptive.pool import Pool, PoolItem
from assessor.psychometrics.measuring.response_models import ItemParameters
from assessor.psychometrics.standards.bands import Band

COMPETENCES = ("1.1", "2.1", "4.1", "4.2")


def prior_item(competence: str, level: int, number: int) -> PoolItem:
    """An item as experts rate it before anybody has answered: difficulty from level and complexity."""
    complexity = number % 3 - 1
    difficulty = -2.25 + 0.5 * level + 0.2 * complexity
    se_b = 0.35 if number % 2 else 0.5
    parameters = ItemParameters(a=1.2, b=difficulty, se_a=0.3, se_b=se_b)
    return PoolItem(f"{competence}-level{level}-{number}", parameters, competence, Band.of_level(level))


@pytest.fixture(scope="session")
def prior_pool() -> Pool:
    """64 items, Basic and Intermediate, four competences: the first bank, known by expert priors alone."""
    return Pool(prior_item(c, level, n) for c in COMPETENCES for level in range(1, 5) for n in range(4))


@pytest.fixture(scope="session")
def full_pool() -> Pool:
    """96 items over all four bands."""
    return Pool(prior_item(c, level, n) for c in COMPETENCES for level in range(1, 9) for n in range(3))


@pytest.fixture(scope="session")
def make_item() -> Callable[..., PoolItem]:
    """An item that differs from an ordinary one only in what the test names."""

    def make(id: str, b: float = 0.0, **changes: object) -> PoolItem:
        ordinary = {"parameters": ItemParameters(1.2, b), "competence": "4.1", "band": Band.BASIC}
        return PoolItem(id, **(ordinary | changes))  # type: ignore[arg-type]  # the fields are the caller's choice

    return make
