"""Has an item moved since its parameters were stored, and which anchors can still carry the scale?

    >>> shift(ItemParameters(1.2, 0.0, se_b=0.15), ItemParameters(1.2, 0.7, se_b=0.15)).in_sd.__round__(2)
    3.3

An item drifts when it leaks, when what it asks about changes, or when everybody has learnt it. One that is only
scored gives a few people a wrong estimate. One that anchors a calibration bends the scale for everybody, and is
therefore left out before the link is made (`stable_link`).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from assessor.psychometrics.calibration.linking import Link, LinkMethod, LinkNotPossible, link
from assessor.psychometrics.measuring.response_models import Array, ItemParameters
from assessor.psychometrics.rules import Rule


class DriftNotMeasurable(ValueError):
    """Parameters whose change cannot be judged, since neither says how well it is known."""


class TooFewStableAnchors(LinkNotPossible):
    """Without the anchors that have drifted, too few are left to carry the scale."""


@dataclass(frozen=True)
class DriftRules(Rule):
    """When an item counts as moved.

    shift_in_sd            a shift of b beyond this many SDs against the stored version is drift
    robust_z               an anchor this far from the others (in robust SDs) is an outlier; 2.7 is where a box
                           plot draws single points
    smallest_displacement  and never below this difference of b, in theta, or of ln a: with exact anchors the
                           smallest oddity would stand out
    fewest_anchors         a link on fewer is refused
    """

    shift_in_sd: float = 3.0
    robust_z: float = 2.7
    smallest_displacement: float = 0.3
    fewest_anchors: int = 5

    def __post_init__(self) -> None:
        self.check_number("shift_in_sd", 1, 20)
        self.check_number("robust_z", 1, 20)
        self.check_number("smallest_displacement", 0, 3)
        self.check_number("fewest_anchors", 2, 10_000, whole=True)


@dataclass(frozen=True, slots=True)
class Shift:
    """How far an item's difficulty has moved from its stored version.

    displacement  b new minus b stored, in theta: above 0, the item has become harder
    sd            SD that the displacement would have if nothing had moved
    """

    displacement: float
    sd: float

    @property
    def in_sd(self) -> float:
        """The displacement in its SDs."""
        return self.displacement / self.sd

    def is_drift(self, rules: DriftRules) -> bool:
        """Whether the item has moved further than chance explains."""
        return abs(self.in_sd) > rules.shift_in_sd


def shift(stored: ItemParameters, new: ItemParameters, *, new_answers_only: bool = True) -> Shift:
    """Return how far the difficulty has moved.

    Parameters
    ----------
    stored, new : the item on one scale (link them first), each with its `se_b`
    new_answers_only : `new` rests on answers since the stored version alone. The two are then independent and
        SD² = se_stored² + se_new². Otherwise it rests on the old answers as well; a posterior that grows moves by
        SD² = se_stored² - se_new² when all is well, at most by se_stored², and that bound is used: the difference
        itself would call any rounding a drift when few answers were added.

    Raises
    ------
    DriftNotMeasurable : no standard error
    """
    variance = stored.se_b**2 + (new.se_b**2 if new_answers_only else 0.0)
    if variance == 0:
        raise DriftNotMeasurable("Both difficulties are given as exact. Store them with their standard errors.")
    return Shift(new.b - stored.b, math.sqrt(variance))


def robust_z(values: ArrayLike, among: ArrayLike | None = None) -> Array:
    """Return (x - median) / (.74 IQR) of each value.

    .74 IQR is the SD of a normal distribution, and unlike the SD it is not inflated by the outliers it should find.
    Where the middle half of the values is equal, every other value is infinitely far.

    Parameters
    ----------
    values
        x, (n,).
    among
        Mask of those whose median and IQR count, (n,); None = all.

    Returns
    -------
    (n,), 0 at the median, negative below it.

    References
    ----------
    Huynh and Meyer 2010, "Use of robust z in detecting unstable items in item response theory models".
    """
    x = np.asarray(values, dtype=np.float64)
    lower, median, upper = np.quantile(x if among is None else x[np.asarray(among, dtype=bool)], [0.25, 0.5, 0.75])
    distance = x - median
    spread = 0.74 * (upper - lower)
    if spread > _SMALLEST_SPREAD:
        return np.asarray(distance / spread, dtype=np.float64)
    return np.where(np.abs(distance) > _SMALLEST_SPREAD, np.copysign(np.inf, distance), 0.0)


# Anchors that agree to this many digits agree; what remains is rounding.
_SMALLEST_SPREAD = 1e-6


@dataclass(frozen=True, slots=True)
class AnchorCheck:
    """One anchor against the others, after the link.

    displacement  b of the target minus b of the source, linked, in theta
    slope_ratio   ln a of the target minus ln a of the source, linked
    z, slope_z    the two as robust z among the anchors that carry the link
    """

    item: str
    displacement: float
    slope_ratio: float
    z: float
    slope_z: float

    def is_drift(self, rules: DriftRules) -> bool:
        """Whether the difficulty or the slope stands out, and by enough to matter."""
        return self.excess(rules) > 0

    def excess(self, rules: DriftRules) -> float:
        """Return the larger |z| of difficulty and slope if it is drift; 0 where the anchor is stable."""
        pairs = ((self.displacement, self.z), (self.slope_ratio, self.slope_z))
        return max(
            abs(z) if abs(z) > rules.robust_z and abs(difference) > rules.smallest_displacement else 0.0
            for difference, z in pairs
        )


@dataclass(frozen=True)
class StableLink:
    """A link through the anchors that have kept their place.

    link     from the source's scale to the target's
    kept     ids of the anchors it rests on
    drifted  the anchors left out, in the order in which they were found, each as it looked then
    checks   every anchor against the final link
    """

    link: Link
    kept: tuple[str, ...]
    drifted: tuple[AnchorCheck, ...]
    checks: tuple[AnchorCheck, ...]


_DEFAULT_RULES = DriftRules()


def stable_link(
    source: Mapping[str, ItemParameters],
    target: Mapping[str, ItemParameters],
    method: LinkMethod = LinkMethod.STOCKING_LORD,
    rules: DriftRules = _DEFAULT_RULES,
) -> StableLink:
    """Link two calibrations through the items both have, leaving out the worst anchor until none has drifted.

    One at a time, because an anchor that has moved bends the link, and in a bent link good anchors look bad.
    Ties are broken by item id.

    Raises
    ------
    TooFewStableAnchors : fewer than `rules.fewest_anchors` are common, or remain
    LinkNotPossible : the two calibrations have an anchor under different models
    """
    common = sorted(source.keys() & target.keys())
    kept, drifted = list(common), list[AnchorCheck]()
    while True:
        if len(kept) < rules.fewest_anchors:
            raise TooFewStableAnchors(_too_few(len(common), drifted, rules))
        line = link([source[item] for item in kept], [target[item] for item in kept], method)
        checks = _checks(common, kept, source, target, line)
        worst = max((check for check in checks if check.item in kept), key=lambda check: check.excess(rules))
        if not worst.is_drift(rules):
            return StableLink(line, tuple(kept), tuple(drifted), checks)
        kept.remove(worst.item)
        drifted.append(worst)


def _checks(
    items: list[str],
    kept: list[str],
    source: Mapping[str, ItemParameters],
    target: Mapping[str, ItemParameters],
    line: Link,
) -> tuple[AnchorCheck, ...]:
    linked = {item: line.apply(source[item]) for item in items}
    displacement = np.array([target[item].b - linked[item].b for item in items])
    ratio = np.array([math.log(target[item].a / linked[item].a) for item in items])
    carries = np.array([item in kept for item in items])
    z, slope_z = robust_z(displacement, carries), robust_z(ratio, carries)
    rows = zip(items, displacement, ratio, z, slope_z, strict=True)
    return tuple(AnchorCheck(item, *(float(value) for value in values)) for item, *values in rows)


def _too_few(common: int, drifted: list[AnchorCheck], rules: DriftRules) -> str:
    if not drifted:
        return f"The calibrations share {common} items; a link needs {rules.fewest_anchors}. Seed more of the old ones."
    names = ", ".join(check.item for check in drifted)
    return (
        f"Of {common} common items {len(drifted)} have drifted ({names}), and a link needs {rules.fewest_anchors} "
        "stable ones. Look at these items, then calibrate with more anchors."
    )
