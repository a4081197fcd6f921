"""How rarely the most used item of a test can be met at best, asked before anybody sits it.

    >>> round(lowest_maximum([1] * 16, 5), 4)
    0.3125

A test must ask something: when everybody has 5 of the 16 items of a competence, some item is met by 5 people in 16 at
least, whatever the control does. A design whose maximum is below that asks the impossible. It can still be used: its
control then makes all items of the competence about equally common.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from assessor.psychometrics.adaptive.design import Design
from assessor.psychometrics.adaptive.pool import Mask
from assessor.psychometrics.adaptive.selection import BY_SHARE


@dataclass(frozen=True)
class Reach:
    """How far the exposure of some items can be lowered.

    competence  whose items they are; None = the whole pool
    items       how many there are
    different   how many of them one person can meet: a family counts once
    asked       how many of them a person meets
    lowest      the smallest share of people that the most used of them can have
    """

    competence: str | None
    items: int
    different: int
    asked: float
    lowest: float

    def __str__(self) -> str:
        """Return a sentence for the people who make the design."""
        where = "the pool" if self.competence is None else f"competence {self.competence}"
        return (
            f"A person meets {self.asked:g} of the {self.items} items of {where}, so the most used one is met by "
            f"{100 * self.lowest:.0f} % of the people or more."
        )


def lowest_maximum(families: Iterable[int], asked: float) -> float:
    """Return the smallest maximum exposure that items can have, 0 to 1.

    Parameters
    ----------
    families
        How many items each family has, of which a person meets one at most; an item on its own is a family of 1.
    asked
        How many of the items a person meets on average; more than there are families counts as all of them.

    Notes
    -----
    With a maximum of t a family of m is met by min(1, m t) of the people, and these add up to `asked`. Taking the k
    largest families as met by everybody bounds the sum by k + t * (items in the others), so t is at least
    (asked - k) / (items in the others); the largest of these bounds, over k, is reached.
    """
    sizes = np.sort(np.fromiter(families, dtype=np.float64))[::-1]
    others = np.cumsum(sizes[::-1])[::-1]
    bounds = (min(asked, len(sizes)) - np.arange(len(sizes))) / others
    return float(max(bounds.max(initial=0.0), 0.0))


def reaches(
    design: Design, length: float | None = None, language: str | None = None, device: str | None = None
) -> tuple[Reach, ...]:
    """Return the lowest maximum exposure of the whole pool and of each competence that must be asked.

    Parameters
    ----------
    design
        Its shares say how much each competence is asked, if competences are chosen by them; else only the minimum of
        each counts.
    length
        Items that a person meets; None = the longest test, which people near a cut take. With the mean length it holds
        for all people together.
    language, device
        In which and on which the test is taken; None = not restricted.
    """
    whole = float(design.stopping.maximum_items if length is None else length)
    usable, pool = design.open_to(language, device), design.pool
    found = [_reach(design, None, usable, whole)]
    for at, competence in enumerate(pool.competences):
        found.append(_reach(design, competence, usable & (pool.competence == at), _asked(design, at, whole)))
    return tuple(reach for reach in found if reach.items and reach.asked > 0)


def out_of_reach(
    design: Design, length: float | None = None, language: str | None = None, device: str | None = None
) -> tuple[Reach, ...]:
    """Return where the maximum exposure of the design cannot be kept, whatever is asked; arguments as in `reaches`."""
    if design.exposure is None:
        return ()
    maximum = design.exposure.maximum
    return tuple(reach for reach in reaches(design, length, language, device) if reach.lowest > maximum)


def _reach(design: Design, competence: str | None, members: Mask, asked: float) -> Reach:
    sizes = _family_sizes(design, members)
    return Reach(competence, int(members.sum()), len(sizes), min(asked, len(sizes)), lowest_maximum(sizes, asked))


def _family_sizes(design: Design, members: Mask) -> Sequence[int]:
    items = [design.pool.items[at] for at in np.flatnonzero(members)]
    families = Counter(item.family for item in items if item.family is not None)
    return [*families.values(), *[1] * sum(item.family is None for item in items)]


def _asked(design: Design, at: int, length: float) -> float:
    """Return how many items of one competence a person meets at least."""
    competence, rules = design.pool.competences[at], design.stopping
    asked = float(max(design.constraints.competence_minimum.get(competence, 0), rules.minimum_per_competence))
    if design.selection.next_competence == BY_SHARE:
        asked = max(asked, length * float(design.weights[at]))
    return asked if rules.maximum_per_competence is None else min(asked, float(rules.maximum_per_competence))
