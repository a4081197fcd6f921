"""DIF by logistic regression of the answer on ability, group, and both together.

It finds non-uniform DIF, which Mantel-Haenszel does not see, and takes theta as it is, without strata.
"""

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc, expit, xlogy

from assessor.psychometrics.care.dif.contrasts import Contrast, ItemAnswers
from assessor.psychometrics.care.dif.mantel_haenszel import DELTA
from assessor.psychometrics.care.dif.matching import Matching
from assessor.psychometrics.measuring.response_models import Array

_MAXIMUM_STEPS = 50

# A group that is all right or all wrong has an infinite coefficient. Its likelihood is finite, and beyond this logit
# it no longer changes.
_LARGEST_LOGIT = 30.0


@dataclass(frozen=True, slots=True)
class LogisticDif:
    """Three likelihood-ratio tests of one item.

    n_reference, n_focal  people of each group who answered the item
    uniform               chi2 (1 df) of adding the group to the matching variable
    nonuniform            chi2 (1 df) of adding group × matching variable to that
    both                  chi2 (2 df) of adding the two at once
    delta, se_delta       the group's coefficient on the ETS scale; below 0, the item favours the reference group. nan
                          where the answers set it no bound: one group all right or all wrong. The tests still stand
    r2_change             Nagelkerke's R² that group and interaction add; .035 is called moderate, .070 large
                          (Jodoin and Gierl 2001)

    Statistics are nan where nothing can be compared: one group alone, all right, all wrong, or nobody of one group as
    able as somebody of the other, so that the group cannot be told from the ability.
    """

    item: str
    n_reference: float
    n_focal: float
    uniform: float
    nonuniform: float
    both: float
    delta: float
    se_delta: float
    r2_change: float

    @property
    def p_uniform(self) -> float:
        """P(uniform or more) without uniform DIF."""
        return float(chdtrc(1, self.uniform))

    @property
    def p_nonuniform(self) -> float:
        """P(nonuniform or more) without non-uniform DIF."""
        return float(chdtrc(1, self.nonuniform))

    @property
    def p_both(self) -> float:
        """P(both or more) without DIF."""
        return float(chdtrc(2, self.both))

    @property
    def is_estimated(self) -> bool:
        """Whether there was anything to compare."""
        return not math.isnan(self.both)


def logistic_regression(contrast: Contrast, matching: Matching) -> tuple[LogisticDif, ...]:
    """Test every item for uniform and non-uniform DIF.

    logit P(right) = b0 + b1 m + b2 g + b3 m g with m the matching variable and g = 1 in the focal group: Swaminathan
    and Rogers 1990. The tests compare the models without b2 and b3, without b3, and with all. delta is 2.35 b2 of
    the model without b3 (Monahan et al. 2007).

    Returns
    -------
    One result an item, in the order of the items.
    """
    results = []
    for at, item in enumerate(contrast.items):
        answers = contrast.answers(at)
        results.append(LogisticDif(item, *answers.people, *_tests(matching.values(at, answers), answers)))
    return tuple(results)


@dataclass(frozen=True)
class _Counts:
    """People with equal matching variable and group, counted together.

    design  (cells, 4): 1, m, g, m g; m has mean 0 and SD 1
    """

    design: Array
    people: Array
    right: Array

    @classmethod
    def of(cls, matching: Array, answers: ItemAnswers) -> "_Counts":
        levels, level = np.unique(matching, return_inverse=True)
        cell = 2 * level + answers.is_focal
        people = np.bincount(cell, answers.weight, minlength=2 * len(levels)).astype(np.float64)
        right = np.bincount(cell, answers.weight * answers.right, minlength=2 * len(levels)).astype(np.float64)
        m, g = np.repeat(levels, 2), np.tile([0.0, 1.0], len(levels))
        spread = matching.std() or 1.0
        m = (m - matching.mean()) / spread
        there = people > 0
        return cls(np.column_stack([np.ones_like(m), m, g, m * g])[there], people[there], right[there])

    @property
    def is_comparable(self) -> bool:
        """Whether some answers are right and some wrong, and both groups answered and overlap in what matches them."""
        right, people = self.right.sum(), self.people.sum()
        matching, is_focal = self.design[:, 1], self.design[:, 2] == 1
        if not 0 < right < people or is_focal.all() or not is_focal.any():
            return False
        focal, reference = matching[is_focal], matching[~is_focal]
        return bool(max(focal.min(), reference.min()) <= min(focal.max(), reference.max()))


def _tests(matching: Array, answers: ItemAnswers) -> tuple[float, ...]:
    """Return the fields of `LogisticDif` after the numbers of people."""
    if not len(matching) or not (counts := _Counts.of(matching, answers)).is_comparable:
        return (math.nan,) * 6
    ability, _, _ = _fit(counts, 2)
    uniform, coefficient, error = _fit(counts, 3)
    if error > _LARGEST_LOGIT:  # the coefficient is where Newton's steps stopped, on their way to infinity
        coefficient = error = math.nan
    both, _, _ = _fit(counts, 4)
    steps = (2 * max(uniform - ability, 0.0), 2 * max(both - uniform, 0.0), 2 * max(both - ability, 0.0))
    gain = _nagelkerke(both, counts) - _nagelkerke(ability, counts)
    return *steps, -DELTA * coefficient, -DELTA * error, gain


def _fit(counts: _Counts, columns: int) -> tuple[float, float, float]:
    """Return the highest log-likelihood with the first columns of the design, and the last coefficient with its SE."""
    design = counts.design[:, :columns]
    beta = np.zeros(columns)
    best = _log_likelihood(counts, design @ beta)
    # The trace of a ridge lets Newton's step exist where groups do not overlap; it is far below what data say.
    ridge = 1e-10 * counts.people.sum() * np.eye(columns)
    for _ in range(_MAXIMUM_STEPS):
        p = expit(design @ beta)
        information = design.T @ (design * (counts.people * p * (1 - p))[:, np.newaxis]) + ridge
        step = np.linalg.solve(information, design.T @ (counts.right - counts.people * p))
        reached = _log_likelihood(counts, design @ (beta + step))
        while reached < best - 1e-9 * abs(best) and np.abs(step).max() > 1e-8:
            step = step / 2
            reached = _log_likelihood(counts, design @ (beta + step))
        beta = beta + step
        gained, best = reached - best, reached
        if gained < 1e-10 * (1 + abs(best)):
            break
    error = math.sqrt(float(np.linalg.inv(information)[-1, -1]))
    return best, float(beta[-1]), error


def _log_likelihood(counts: _Counts, logit: Array) -> float:
    p = expit(np.clip(logit, -_LARGEST_LOGIT, _LARGEST_LOGIT))
    return float((xlogy(counts.right, p) + xlogy(counts.people - counts.right, 1 - p)).sum())


def _nagelkerke(log_likelihood: float, counts: _Counts) -> float:
    """Return Nagelkerke's R²: Cox and Snell's, divided by the highest value it can take (Nagelkerke 1991)."""
    people, right = counts.people.sum(), counts.right.sum()
    share = right / people
    alone = float(xlogy(right, share) + xlogy(people - right, 1 - share))
    return float(np.expm1(2 / people * (alone - log_likelihood)) / np.expm1(2 / people * alone))
