"""DIF by parameters: each group's answers are calibrated on their own, and an item's curves are compared.

>>> english = [ItemParameters(1.0, b, se_b=0.1) for b in (-1.0, 0.0, 1.0)]
>>> arabic = [ItemParameters(1.0, b, se_b=0.1) for b in (-1.2, -0.2, 1.4)]
>>> [round(item.chi2, 1) for item in lord_rasch(english, arabic)]
[2.0, 2.0, 8.0]
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtrc

from assessor.psychometrics.calibration.linking import Link
from assessor.psychometrics.measuring.response_models import ItemParameters


class ParametersNotComparable(ValueError):
    """Parameters of two groups that do not pair up, or that are known without error."""


@dataclass(frozen=True, slots=True)
class LordTest:
    """Lord's test of one item.

    chi2                is chi2-distributed with `degrees_of_freedom` where both groups have the same curve
    difference          b of the focal group minus b of the reference group, on one scale: above 0, the item is
                        harder for the focal group than for equally able people of the reference group
    """

    chi2: float
    degrees_of_freedom: int
    difference: float

    @property
    def p(self) -> float:
        """P(chi2 or more) without DIF."""
        return float(chdtrc(self.degrees_of_freedom, self.chi2))


def lord(
    reference: ArrayLike, focal: ArrayLike, covariance_of_reference: ArrayLike, covariance_of_focal: ArrayLike
) -> tuple[LordTest, ...]:
    """Compare the parameters (b), (a, b) or (a, b, c) of items between two groups, linked to one scale beforehand.

    chi2 = v' (S_reference + S_focal)^-1 v with v the difference of the parameters: Lord 1980, chapter 14.

    Parameters
    ----------
    reference, focal : (items, k), k = 1 for (b), 2 for (a, b), 3 for (a, b, c)
    covariance_of_reference, covariance_of_focal : (items, k, k), on the same scale (`Link.covariance`)

    Raises
    ------
    ParametersNotComparable : shapes that do not fit, or a covariance that is singular
    """
    ours, theirs = np.atleast_2d(np.asarray(reference, dtype=np.float64)), np.atleast_2d(np.asarray(focal, np.float64))
    together = np.asarray(covariance_of_reference, np.float64) + np.asarray(covariance_of_focal, np.float64)
    items, width = ours.shape
    if theirs.shape != ours.shape or not 1 <= width <= 3 or together.shape != (items, width, width):
        raise ParametersNotComparable(
            f"Parameters of shapes {ours.shape} and {theirs.shape} with covariances of shape {together.shape} do not "
            "pair up. Give (items, k) and (items, k, k) with k = 1, 2 or 3."
        )
    difference = theirs - ours
    try:
        weighed = np.linalg.solve(together, difference[:, :, np.newaxis])[:, :, 0]
    except np.linalg.LinAlgError as error:
        raise ParametersNotComparable(
            "A covariance is singular. Lord's test needs the errors of estimation."
        ) from error
    chi2 = (difference * weighed).sum(axis=1)
    b = difference[:, min(width - 1, 1)]
    return tuple(LordTest(float(value), width, float(by)) for value, by in zip(chi2, b, strict=True))


def lord_rasch(
    reference: Sequence[ItemParameters], focal: Sequence[ItemParameters], anchors: ArrayLike | None = None
) -> tuple[LordTest, ...]:
    """Compare the difficulties of items that were calibrated with one common slope in each group.

    The focal group's difficulties are first moved so that those of the anchors have the reference group's mean; the
    errors of that mean, small against those of an item, are left out as in Lord 1980.

    anchors  mask of the items without DIF that carry the scale; None = all

    Raises `ParametersNotComparable` for items that do not pair up, slopes that differ, or no standard errors.
    """
    if len(reference) != len(focal) or not reference:
        raise ParametersNotComparable(f"Give the same items for both groups, not {len(reference)} and {len(focal)}.")
    if len({item.a for item in (*reference, *focal)}) > 1:
        raise ParametersNotComparable("Slopes differ. Calibrate both groups with slope 1, or compare (a, b) by `lord`.")
    if any(item.se_b == 0 for item in (*reference, *focal)):
        raise ParametersNotComparable("Some difficulties have no standard error. Keep them in the calibration.")
    chosen = np.ones(len(reference), dtype=bool) if anchors is None else np.asarray(anchors, dtype=bool)
    if chosen.shape != (len(reference),) or not chosen.any():
        raise ParametersNotComparable(
            f"Anchors must be a mask of the {len(reference)} items with at least one of them."
        )
    ours, theirs = np.array([item.b for item in reference]), np.array([item.b for item in focal])
    moved = Link(B=float((ours - theirs)[chosen].mean())).theta(theirs)
    variances = [np.array([item.se_b**2 for item in items])[:, np.newaxis, np.newaxis] for items in (reference, focal)]
    return lord(ours[:, np.newaxis], moved[:, np.newaxis], *variances)
