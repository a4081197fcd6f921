"""Where a person stands on the levels, as results and awards have it stored: reached, borderline, how sure.

A test can tell levels apart only as far as its bank has questions for them, so levels above the highest band that it
awards are one with that band: "Intermediate or higher". Results that were stored before levels had probabilities have
no standing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

BELOW = 0
"""The level below Basic; Basic to Highly advanced are 1 to 4."""

TOP = 4


@dataclass(frozen=True)
class LevelChance:
    """How probable a level is. ``or_higher``: the levels above it are counted in, since this test has none of them."""

    level: int
    probability: float
    or_higher: bool = False


@dataclass(frozen=True)
class Standing:
    """What a result says of the levels.

    ``reached`` None: no band. ``borderline``: bands neither reached nor ruled out, lowest first. ``certainty``: how
    sure one must be to call a band reached. ``chances``: of each level that the test can tell apart, lowest first.
    """

    reached: int | None
    borderline: tuple[int, ...]
    certainty: float
    chances: tuple[LevelChance, ...]


def read(stored: Mapping[str, Any] | None, highest: int | None) -> Standing | None:
    """The standing that was stored, or None where there is none. ``highest``: the highest band that the test awards."""
    if not stored:
        return None
    return Standing(
        reached=stored["reached"],
        borderline=tuple(stored["borderline"]),
        certainty=stored["certainty"],
        chances=_told_apart(stored["probabilities"], highest or BELOW),
    )


def _told_apart(probabilities: list[float], highest: int) -> tuple[LevelChance, ...]:
    """Of a test that awards nothing, nothing is told."""
    if highest == BELOW:
        return ()
    below = [LevelChance(level, probability) for level, probability in enumerate(probabilities[:highest])]
    return (*below, LevelChance(highest, sum(probabilities[highest:]), or_higher=highest < TOP))
