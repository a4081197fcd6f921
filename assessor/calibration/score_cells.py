"""What a cell may say: a whole score from 0, or nothing for an item that was not asked.

    >>> read_score("2"), read_score(" 1.0"), read_score(""), read_score("NA")
    (2, 1, -1, -1)

Programmes that know no empty whole numbers write 1.0 and NA; both are what they mean. Nothing else is.
"""

import re

from assessor.psychometrics.measuring.responses import MISSING

HIGHEST = 30
"""Highest score of one item. A larger number is a year, an identity or a mistake."""

# The same two patterns are given to DuckDB, so they use only what both dialects know.
SCORE = r"[ \t]*([0-9]{1,2})(?:\.0)?[ \t]*"
NOT_ASKED = r"[ \t]*(?:NA)?[ \t]*"

_SCORE = re.compile(SCORE)
_NOT_ASKED = re.compile(NOT_ASKED)

ADVICE = f"Write 0, 1, 2 … up to {HIGHEST}, or leave the cell empty where the item was not asked."


class NotAScore(ValueError):
    """A cell that is neither a score nor empty."""


def read_score(cell: str) -> int:
    """Return the score of a cell, `MISSING` for an item not asked. Raises `NotAScore`."""
    found = _SCORE.fullmatch(cell)
    if found and int(found[1]) <= HIGHEST:
        return int(found[1])
    if _NOT_ASKED.fullmatch(cell):
        return MISSING
    raise NotAScore(cell)


def is_score(cell: str) -> bool:
    """Tell whether a cell holds a score."""
    found = _SCORE.fullmatch(cell)
    return found is not None and int(found[1]) <= HIGHEST
