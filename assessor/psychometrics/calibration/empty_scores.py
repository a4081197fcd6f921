"""Scores that nobody has: with priors an item like any other, without them no maximum."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from assessor.psychometrics.measuring.responses import ResponsesNotUsable

_NAMED = 5  # empty scores listed in a message
_NOBODY = 1e-9  # of those who answered: rounding in a sum of expected people


class EmptyScore(ResponsesNotUsable):
    """A score that nobody has, and no prior that could say where its thresholds lie."""


def check_every_score_is_given(items: Sequence[str], people: ArrayLike, highest_scores: ArrayLike) -> None:
    """Refuse items with a score that nobody has, to be called before a calibration without priors.

    Parameters
    ----------
    items
        Item ids.
    people
        Number of people by item and score, shape (items, scores). Expected counts summed over nodes are just that.
    highest_scores
        Highest score of each item, shape (items,).

    Raises
    ------
    EmptyScore
        The likelihood then has no maximum: a partial credit item's two thresholds around the score run away from
        each other, a graded item's meet. An item that nobody answered at all is not reported.
    """
    counted = np.asarray(people, dtype=np.float64)
    everybody = counted.sum(axis=1, keepdims=True)
    exists = np.arange(counted.shape[1]) <= np.asarray(highest_scores)[:, np.newaxis]
    empty = exists & (counted <= _NOBODY * everybody) & (everybody > 0)
    if not empty.any():
        return
    named = [f"score {score} of {items[item]}" for item, score in np.argwhere(empty)[:_NAMED].tolist()]
    more = f" and {empty.sum() - _NAMED} more" if empty.sum() > _NAMED else ""
    raise EmptyScore(
        f"Nobody has {', '.join(named)}{more}. Without priors such a score cannot be calibrated: count it together "
        "with the score beside it, or calibrate with priors."
    )
