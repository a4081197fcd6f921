"""What to make of the statistics: too few people to judge, a class of the ETS, and what needs action.

>>> ets_class(-1.9, 0.3)
<DifClass.LARGE: 'C'>
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike

from assessor.psychometrics.care.dif.contrasts import Contrast
from assessor.psychometrics.care.dif.logistic import LogisticDif, logistic_regression
from assessor.psychometrics.care.dif.mantel_haenszel import MantelHaenszel, mantel_haenszel
from assessor.psychometrics.care.dif.matching import Matching
from assessor.psychometrics.care.dif.shrinkage import LARGE, MODERATE, Shrunken, shrink
from assessor.psychometrics.measuring.response_models import Array
from assessor.psychometrics.rules import Rule

# Two-sided .05 against 0, and one-sided .05 against 1.
_DIFFERS_FROM_0 = 1.959963984540054
_EXCEEDS_1 = 1.6448536269514722


class DifClass(StrEnum):
    """The classes of the ETS: Zieky 1993."""

    NEGLIGIBLE = "A"
    MODERATE = "B"
    LARGE = "C"


def ets_class(delta: float, standard_error: float, *, differs_from_0: bool | None = None) -> DifClass:
    """Return the class of a delta.

    A: |delta| below 1, or not significantly different from 0. C: |delta| at least 1.5, and significantly above 1.
    B: anything between. Significance at .05.

    differs_from_0  the answer of another test (Mantel-Haenszel's chi2); None = delta over its standard error
    """
    size = abs(delta)
    significant = size > _DIFFERS_FROM_0 * standard_error if differs_from_0 is None else differs_from_0
    if size < MODERATE or not significant:
        return DifClass.NEGLIGIBLE
    return DifClass.LARGE if size >= LARGE and size - _EXCEEDS_1 * standard_error > 1 else DifClass.MODERATE


def benjamini_hochberg(p: ArrayLike) -> Array:
    """Return p-values adjusted for many tests: declaring those up to q, a share q at most is false on average.

    q_(i) = min over j >= i of p_(j) n / j: Benjamini and Hochberg 1995. nan stays nan and is not counted.
    """
    values = np.asarray(p, dtype=np.float64)
    adjusted = np.full(values.shape, np.nan)
    known = np.flatnonzero(np.isfinite(values))
    order = known[np.argsort(values[known], kind="stable")]
    scaled = values[order] * len(order) / np.arange(1, len(order) + 1)
    adjusted[order] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1.0)
    return adjusted


@dataclass(frozen=True)
class DifRules(Rule):
    """When DIF is judged, and when it is acted on.

    per_group        fewer people in either group are too few to judge
    shrink_below     with fewer in either group the class is read from the shrunken delta
    false_discovery  share of false alarms tolerated among the items named significant
    """

    per_group: int = 100
    shrink_below: int = 200
    false_discovery: float = 0.05

    def __post_init__(self) -> None:
        self.check_number("per_group", 10, 100_000, whole=True)
        self.check_number("shrink_below", 0, 100_000, whole=True)
        self.check_number("false_discovery", 0.001, 0.5)


@dataclass(frozen=True, slots=True)
class ItemDif:
    """What is known of one item's DIF.

    dif_class  None = too few people to judge, or nothing to compare
    delta, sd  the delta that the class was read from, raw or shrunken, and its error
    q          false discovery rate of the Mantel-Haenszel test; q_any that of the 2 df logistic test, which also
               sees non-uniform DIF
    """

    mantel_haenszel: MantelHaenszel
    shrunken: Shrunken
    logistic: LogisticDif
    dif_class: DifClass | None
    delta: float
    sd: float
    q: float
    q_any: float

    @property
    def item(self) -> str:
        """Id of the item."""
        return self.mantel_haenszel.item

    @property
    def needs_action(self) -> bool:
        """Whether the item is to be taken out of use and looked at: class C from enough people."""
        return self.dif_class is DifClass.LARGE

    @property
    def favours_focal(self) -> bool:
        """Whether equally able people of the focal group find the item easier."""
        return self.delta > 0


_DEFAULT_RULES = DifRules()


def survey(contrast: Contrast, matching: Matching, rules: DifRules = _DEFAULT_RULES) -> tuple[ItemDif, ...]:
    """Judge every item of a comparison: Mantel-Haenszel, shrunken where groups are small, and logistic regression.

    Returns
    -------
    One finding an item, in the order of the items.
    """
    counts = mantel_haenszel(contrast, matching)
    regressions = logistic_regression(contrast, matching)
    steadied = shrink([item.delta for item in counts], [item.se_delta for item in counts])
    q = benjamini_hochberg([item.p for item in counts])
    q_any = benjamini_hochberg([item.p_both for item in regressions])
    rows = zip(counts, steadied, regressions, q, q_any, strict=True)
    return tuple(_finding(*row, rules) for row in rows)


def significant(findings: Sequence[ItemDif], rules: DifRules = _DEFAULT_RULES) -> tuple[ItemDif, ...]:
    """Return the findings that stand though many items were tested, uniform or not; no size is asked for."""
    return tuple(finding for finding in findings if finding.q_any <= rules.false_discovery)


def _finding(
    counts: MantelHaenszel, steadied: Shrunken, regression: LogisticDif, q: float, q_any: float, rules: DifRules
) -> ItemDif:
    fewest = min(counts.n_reference, counts.n_focal)
    if fewest < rules.shrink_below:
        delta, sd, differs = steadied.delta, steadied.sd, None
    else:
        delta, sd, differs = counts.delta, counts.se_delta, counts.chi2 > _DIFFERS_FROM_0**2
    can_judge = fewest >= rules.per_group and counts.is_estimated
    dif_class = ets_class(delta, sd, differs_from_0=differs) if can_judge else None
    return ItemDif(counts, steadied, regression, dif_class, delta, sd, float(q), float(q_any))
