"""The examples in the docstrings of the libraries run as written."""

import doctest
import importlib
import pkgutil
from types import ModuleType

import pytest

from assessor import certificates, frameworks, items, openbadges, psychometrics

LIBRARIES = (frameworks, psychometrics, items, openbadges, certificates)


def modules(library: ModuleType) -> list[str]:
    """The library itself and every module in it."""
    inside = pkgutil.walk_packages(library.__path__, f"{library.__name__}.")
    return sorted([library.__name__, *(module.name for module in inside)])


@pytest.mark.parametrize("name", [name for library in LIBRARIES for name in modules(library)])
def test_the_examples_of_a_module_run(name: str) -> None:
    module = importlib.import_module(name)

    result = doctest.testmod(module)

    assert result.failed == 0


@pytest.mark.parametrize("library", LIBRARIES, ids=lambda library: library.__name__)
def test_a_library_shows_examples(library: ModuleType) -> None:
    finder = doctest.DocTestFinder()

    examples = [
        example
        for name in modules(library)
        for test in finder.find(importlib.import_module(name))
        for example in test.examples
        if not example.options.get(doctest.SKIP)
    ]

    assert examples
