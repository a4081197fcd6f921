"""DIF by counts: people are sorted into strata of equal ability, and the odds of being right are compared in each."""

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc

from assessor.psychometrics.care.dif.contrasts import Contrast, ItemAnswers
from assessor.psychometrics.care.dif.matching import Matching
from assessor.psychometrics.measuring.response_models import Array
from assessor.psychometrics.measuring.responses import Indices

DELTA = -2.35
"""delta = -2.35 ln alpha: the unit in which the ETS states item difficulties (SD 4, mean 13)."""


@dataclass(frozen=True, slots=True)
class MantelHaenszel:
    """The comparison of one item over all strata.

    n_reference, n_focal  people of each group who answered the item
    chi2, chi2_corrected  the test of alpha = 1, one degree of freedom, without and with continuity correction
    alpha                 common odds ratio; above 1, the item favours the reference group
    se_ln_alpha           standard error of ln alpha

    Statistics are nan where no stratum compares the groups: nobody of one, or all right, or all wrong.
    """

    item: str
    n_reference: float
    n_focal: float
    chi2: float
    chi2_corrected: float
    alpha: float
    se_ln_alpha: float

    @property
    def delta(self) -> float:
        """-2.35 ln alpha; below 0, the item favours the reference group (MH D-DIF, Holland and Thayer 1988)."""
        return DELTA * math.log(self.alpha)

    @property
    def se_delta(self) -> float:
        """Standard error of delta."""
        return abs(DELTA) * self.se_ln_alpha

    @property
    def p(self) -> float:
        """P(chi2 or more) without DIF, by the uncorrected statistic: the corrected one is too timid."""
        return float(chdtrc(1, self.chi2))

    @property
    def is_estimated(self) -> bool:
        """Whether there was anything to compare."""
        return not math.isnan(self.alpha)


def mantel_haenszel(contrast: Contrast, matching: Matching) -> tuple[MantelHaenszel, ...]:
    """Compare every item between the groups, people matched.

    In stratum k let A and B be the right and wrong answers of the reference group, C and D those of the focal
    group, N their sum. Then alpha = sum(A D / N) / sum(B C / N), and chi2 = (sum A - sum E(A))² / sum Var(A), the
    absolute difference lessened by one half for the corrected form.

    Returns
    -------
    One result an item, in the order of the items.

    References
    ----------
    Mantel and Haenszel 1959; Holland and Thayer 1988. Variance of ln alpha: Robins, Breslow and Greenland 1986,
    which is that of Phillips and Holland 1987 written differently.
    """
    results = []
    for at, item in enumerate(contrast.items):
        answers = contrast.answers(at)
        statistics = _statistics(_tables(matching.strata(at, answers), answers))
        results.append(MantelHaenszel(item, *answers.people, *statistics))
    return tuple(results)


def _tables(strata: Indices, answers: ItemAnswers) -> Array:
    """Return the counts (strata, 2, 2): group (reference, focal) by answer (right, wrong)."""
    cell = 4 * strata + 2 * answers.is_focal + (answers.right == 0)
    size = 4 * (int(strata.max(initial=-1)) + 1)
    return np.bincount(cell, answers.weight, minlength=size).reshape(-1, 2, 2).astype(np.float64)


def _statistics(tables: Array) -> tuple[float, float, float, float]:
    """Return chi2, chi2 corrected, alpha and the standard error of ln alpha."""
    # A stratum with one group, or one answer, compares nothing: every term of it would be 0. One with weights of a
    # single person in all, shared out over both groups, has no variance to state.
    has_both = (tables.sum(axis=2) > 0).all(axis=1) & (tables.sum(axis=1) > 0).all(axis=1)
    tables = tables[has_both & (tables.sum(axis=(1, 2)) > 1)]
    if not len(tables):
        return math.nan, math.nan, math.nan, math.nan
    people, group, answer = tables.sum(axis=(1, 2)), tables.sum(axis=2), tables.sum(axis=1)
    expected = group[:, 0] * answer[:, 0] / people
    variance = float((group.prod(axis=1) * answer.prod(axis=1) / (people**2 * (people - 1))).sum())
    difference = abs(float((tables[:, 0, 0] - expected).sum()))
    alpha, error = _odds_ratio(tables)
    return difference**2 / variance, max(difference - 0.5, 0.0) ** 2 / variance, alpha, error


def _odds_ratio(tables: Array) -> tuple[float, float]:
    """Return alpha and the standard error of its logarithm."""
    people = tables.sum(axis=(1, 2))
    for_reference = tables[:, 0, 0] * tables[:, 1, 1] / people
    for_focal = tables[:, 0, 1] * tables[:, 1, 0] / people
    top, bottom = float(for_reference.sum()), float(for_focal.sum())
    if top == 0 or bottom == 0:
        # Nobody of one group does better than anybody of the other. That is the strongest DIF there is, and half a
        # person in every cell gives it a finite size (Haldane 1956).
        return _odds_ratio(tables + 0.5)
    alpha = top / bottom
    same = (tables[:, 0, 0] + tables[:, 1, 1] + alpha * (tables[:, 0, 1] + tables[:, 1, 0])) / people
    error = math.sqrt(float((same * (for_reference + alpha * for_focal)).sum()) / 2) / top
    return alpha, error
