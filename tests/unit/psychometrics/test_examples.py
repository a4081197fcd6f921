"""The examples in the docstrings of adaptive testing run as written."""

import doctest
import importlib
import pkgutil

import pytest

from assessor import psychometrics

MODULES = sorted(module.name for module in pkgutil.iter_modules(psychometrics.__path__))


@pytest.mark.parametrize("name", MODULES)
def test_the_example_of_a_module_runs(name: str) -> None:
    module = importlib.import_module(f"{psychometrics.__name__}.{name}")

    result = doctest.testmod(module)

    assert result.attempted > 0
    assert result.failed == 0
