"""Matching without the items that have DIF themselves.

An item that is unfair to a group lowers that group's totals. Its members are then matched with people who are less
able, and fair items look as if they favoured them.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from assessor.psychometrics.care.dif.contrasts import Contrast, Mask
from assessor.psychometrics.care.dif.mantel_haenszel import mantel_haenszel
from assessor.psychometrics.care.dif.matching import Matching, MatchingNotPossible
from assessor.psychometrics.care.dif.verdicts import DifClass, ets_class


@dataclass(frozen=True, eq=False)
class Purified:
    """A matching variable over the items that seem fair.

    anchors    bool (items,): the items it rests on
    rounds     rounds of testing and leaving out
    converged  whether the last round named the same items again. If not, rounds ran out, or they went in circles;
               the matching is that of the last round
    """

    matching: Matching
    anchors: Mask
    rounds: int
    converged: bool


def purified(contrast: Contrast, match: Callable[[Mask], Matching], *, rounds: int = 10, fewest: int = 4) -> Purified:
    """Leave out the items of class B and C, match by the rest, and test all again until nothing changes.

    Parameters
    ----------
    match : the matching over a mask of items: `lambda anchors: NumberCorrect.over(contrast, anchors)`, or a
        function that estimates theta from the answers to these items alone
    rounds : at most so many
    fewest : anchors that must remain

    Raises
    ------
    MatchingNotPossible : fewer anchors would remain

    References
    ----------
    Lord 1980, chapter 14; Holland and Thayer 1988; Clauser, Mazor and Hambleton 1993.
    """
    anchors = np.ones(len(contrast.items), dtype=bool)
    matching = match(anchors)
    for number in range(1, rounds + 1):
        fair = _fair(contrast, matching)
        if np.array_equal(fair, anchors):
            return Purified(matching, anchors, number, converged=True)
        if fair.sum() < fewest:
            raise MatchingNotPossible(
                f"Only {fair.sum()} of {len(fair)} items seem fair, and matching needs {fewest}. Groups that find "
                "nearly every item differently hard do not take the same test: look at translation and device."
            )
        anchors, matching = fair, match(fair)
    return Purified(matching, anchors, rounds, converged=False)


def _fair(contrast: Contrast, matching: Matching) -> Mask:
    """Return which items are of class A; those that cannot be compared stay out, for nothing is known of them."""
    items = mantel_haenszel(contrast, matching)
    return np.array(
        [item.is_estimated and ets_class(item.delta, item.se_delta) is DifClass.NEGLIGIBLE for item in items]
    )
