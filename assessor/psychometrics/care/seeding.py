"""Trying out new items inside real tests: which positions of a sitting, and which item there.

    >>> tryout_positions(20, seed=7)
    (7, 16)

A try-out is not scored, and the person does not know which one it is. One position in ten costs a learner two
questions and replaces a pilot: items near a person's theta tell most about their own difficulty as well.

An item collects answers here until it has 50. From 30 the next calibration may take it out of here, into scored use
(`lifecycle`); the 50 are where the collecting stops while no calibration has run.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from numpy.random import Generator

from assessor.psychometrics.adaptive.draws import draw, stream
from assessor.psychometrics.rules import Rule

# Sets this use of a sitting's seed apart from the choice of scored items; no test has so many questions.
_USE = 0x5EED


@dataclass(frozen=True)
class SeedingRules(Rule):
    """Where try-outs stand, and how one is chosen.

    block     one position in so many is a try-out
    earliest  never among the first questions: they find the person's level, and should reassure
    until     answers after which an item is no longer tried out
    width     a try-out whose difficulty is this far from theta waits as if it had all its answers already
    choices   the item is drawn among this many of the best, so that people who sit at the same time differ
    """

    block: int = 10
    earliest: int = 2
    until: int = 50
    width: float = 4.0
    choices: int = 3

    def __post_init__(self) -> None:
        self.check_number("block", 2, 1000, whole=True)
        self.check_number("earliest", 0, self.block - 1, whole=True)
        self.check_number("until", 1, 100_000, whole=True)
        self.check_number("width", 0.1, 20)
        self.check_number("choices", 1, 100, whole=True)


@dataclass(frozen=True, slots=True)
class TryOut:
    """An item that collects answers.

    b        difficulty as far as known: the experts' at first
    answers  how many it has, those that are being given now included
    """

    item: str
    b: float
    answers: int = 0

    def __post_init__(self) -> None:
        if not math.isfinite(self.b) or self.answers < 0:
            raise ValueError(f"A try-out needs a finite difficulty and 0 or more answers: {self}.")


_DEFAULT_RULES = SeedingRules()


def tryout_positions(length: int, seed: int, rules: SeedingRules = _DEFAULT_RULES) -> tuple[int, ...]:
    """Return the positions, from 0, of the try-outs of a sitting.

    One falls at random into each whole block, so that a test that stops early has had its share and no more. The
    same seed always gives the same positions: they are not stored, and a resumed sitting goes on as it began.

    Parameters
    ----------
    length
        Questions of the sitting at most, try-outs included.
    seed
        The sitting's, 0 or more.
    rules
        How long a block is, and from which position on there are try-outs.

    Returns
    -------
    Positions, ascending, one for each whole block of `length`.
    """
    own, positions = stream(seed, _USE), []
    for number, start in enumerate(range(0, length - rules.block + 1, rules.block)):
        first = max(start, rules.earliest)
        positions.append(first + draw(own, number, start + rules.block - first))
    return tuple(positions)


def choose_tryout(
    theta: float, tryouts: Sequence[TryOut], rng: Generator, rules: SeedingRules = _DEFAULT_RULES
) -> str | None:
    """Return the item to try out on a person at theta, or None when none needs answers any more.

    The item with the least answers / until + ((theta - b) / width)² comes first: near items, but one that lags
    behind is given to people further away, so that hard and easy items fill as well. Drawn among the best
    `choices`; ties go by item id.

    Parameters
    ----------
    theta
        The person's, as estimated now.
    tryouts
        Those the person may see: not met before, in a language and on a device they have.
    rng
        Any: how many answers the others have differs from hour to hour, so the choice is stored and not repeated.
    rules
        How the choice is made.
    """
    open_ones = [tryout for tryout in tryouts if tryout.answers < rules.until]
    if not open_ones:
        return None

    def waits(tryout: TryOut) -> tuple[float, str]:
        away = (theta - tryout.b) / rules.width
        return round(tryout.answers / rules.until + away**2, 9), tryout.item

    best = sorted(open_ones, key=waits)[: rules.choices]
    return best[int(rng.integers(len(best)))].item
