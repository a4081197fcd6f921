"""Putting the parameters of two calibrations on one scale, by the items they have in common.

    >>> new = [ItemParameters(1.0, -1.0), ItemParameters(1.2, 0.5)]
    >>> old = [Link(A=0.8, B=0.3).apply(item) for item in new]
    >>> link = mean_sigma(new, old)
    >>> round(link.A, 6), round(link.B, 6)
    (0.8, 0.3)

A calibration fixes its own zero and unit, those of the people who answered. Two calibrations of the same items
therefore differ by a line, theta* = A theta + B, and linking finds that line. The moment methods compare means and
spreads of parameters. The characteristic-curve methods compare the curves and so are hardly misled by an item whose
a and b are poorly known but whose curve is not. All of them take the source's items first, and the target's, in
the same order, second.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import least_squares

from assessor.psychometrics.measuring.response_models import Array, ItemParameters, log_probability_table

NODES = 30
"""Gauss-Hermite nodes for N(0, 1), the weights of the curve methods. R package equateIRT uses as many."""

Items = Sequence[ItemParameters]


class LinkNotPossible(ValueError):
    """Anchor items from which no line between the two scales can be found."""


@dataclass(frozen=True, slots=True)
class Link:
    """The line theta* = A theta + B that takes the source's scale to the target's; A is above 0.

    Raises `LinkNotPossible` for another A or numbers that are not finite.
    """

    A: float = 1.0
    B: float = 0.0

    def __post_init__(self) -> None:
        if not (math.isfinite(self.A) and math.isfinite(self.B) and self.A > 0):
            raise LinkNotPossible(f"A link needs a finite A above 0 and a finite B, not A = {self.A}, B = {self.B}.")

    def apply(self, item: ItemParameters) -> ItemParameters:
        """Return the item on the target's scale: a* = a / A, b* = A b + B, thresholds and standard errors alike.

        The probability of each score is unchanged: P(theta*; a*, b*) = P(theta; a, b). Kolen and Brennan 2014,
        equations 6.2 to 6.4.
        """
        moved = tuple(self.A * threshold + self.B for threshold in item.thresholds)
        b = sum(moved) / len(moved) if moved else self.A * item.b + self.B
        return replace(item, a=item.a / self.A, b=b, se_a=item.se_a / self.A, se_b=self.A * item.se_b, thresholds=moved)

    def theta(self, theta: ArrayLike) -> Array:
        """Return abilities (or cut scores) on the target's scale, in the shape given."""
        return np.asarray(self.A * np.asarray(theta, dtype=np.float64) + self.B, dtype=np.float64)

    def standard_error(self, standard_error: ArrayLike) -> Array:
        """Return standard errors of theta on the target's scale; a shift does not touch them."""
        return np.asarray(self.A * np.asarray(standard_error, dtype=np.float64), dtype=np.float64)

    def covariance(self, covariance: ArrayLike) -> Array:
        """Return covariances of (a, b), or (a, b, c), on the target's scale: shape (..., k, k), k = 2 or 3."""
        matrix = np.asarray(covariance, dtype=np.float64)
        factor = np.array([1 / self.A, self.A, 1.0])[: matrix.shape[-1]]
        return np.asarray(matrix * factor[:, np.newaxis] * factor, dtype=np.float64)

    @property
    def inverse(self) -> "Link":
        """The line back, from the target's scale to the source's."""
        return Link(1 / self.A, -self.B / self.A)

    def then(self, following: "Link") -> "Link":
        """Return the two links in one: first this, then `following`."""
        return Link(following.A * self.A, following.A * self.B + following.B)


def mean_mean(source: Items, target: Items) -> Link:
    """Return the link by the means of slopes and difficulties: A = mean(a) / mean(a*), B = mean(b*) - A mean(b).

    For Rasch calibrations, where every slope is 1, A is 1 and only the zero moves.

    Parameters
    ----------
    source, target
        The anchors as each calibration has them, in the same order.

    References
    ----------
    Loyd and Hoover 1980.
    """
    _check_anchors(source, target)
    return _through_means(_slopes(source).mean() / _slopes(target).mean(), source, target)


def mean_gmean(source: Items, target: Items) -> Link:
    """Return the link by the geometric mean of slope ratios: A = (prod a / a*)^(1/n), B = mean(b*) - A mean(b).

    Parameters
    ----------
    source, target
        The anchors as each calibration has them, in the same order.

    References
    ----------
    Mislevy and Bock 1990.
    """
    _check_anchors(source, target)
    return _through_means(np.exp(np.log(_slopes(source) / _slopes(target)).mean()), source, target)


def mean_sigma(source: Items, target: Items) -> Link:
    """Return the link by means and spreads of the difficulties: A = SD(b*) / SD(b), B = mean(b*) - A mean(b).

    Parameters
    ----------
    source, target
        The anchors as each calibration has them, in the same order.

    Raises
    ------
    LinkNotPossible
        All difficulties of a form are equal, and a point has no unit.

    References
    ----------
    Marco 1977.
    """
    _check_anchors(source, target)
    spread, spread_of_target = _difficulties(source).std(), _difficulties(target).std()
    if min(spread, spread_of_target) < 1e-9:
        raise LinkNotPossible("All anchors of a form are equally difficult. Use mean-mean, or anchors that differ.")
    return _through_means(spread_of_target / spread, source, target)


def haebara(source: Items, target: Items) -> Link:
    """Return the link whose item curves agree best.

    Minimises the sum over items, scores k and nodes of N(0, 1) on the target's scale of the weight times
    (P(k | theta; linked source) - P(k | theta; target))². For items scored 0 and 1 that is Haebara's criterion for the
    target's population.

    Parameters
    ----------
    source, target
        The anchors as each calibration has them, in the same order.

    References
    ----------
    Haebara 1980; Kolen and Brennan 2014, chapter 6.
    """
    _check_anchors(source, target)

    def differences(ours: Array, theirs: Array) -> Array:
        return (ours - theirs).reshape(-1, ours.shape[-1])

    return _closest_curves(source, target, differences)


def stocking_lord(source: Items, target: Items) -> Link:
    """Return the link whose test characteristic curves agree best.

    Minimises the sum over nodes of N(0, 1) on the target's scale of the weight times the squared difference between
    the expected total scores of the two forms.

    Parameters
    ----------
    source, target
        The anchors as each calibration has them, in the same order.

    References
    ----------
    Stocking and Lord 1983; Kolen and Brennan 2014, chapter 6.
    """
    _check_anchors(source, target)

    def difference(ours: Array, theirs: Array) -> Array:
        scores = np.arange(ours.shape[1], dtype=np.float64)
        return np.asarray(np.einsum("k,ikq->q", scores, ours - theirs)[np.newaxis], dtype=np.float64)

    return _closest_curves(source, target, difference)


class LinkMethod(StrEnum):
    """The ways to find a link."""

    MEAN_MEAN = "mean-mean"
    MEAN_GMEAN = "mean-gmean"
    MEAN_SIGMA = "mean-sigma"
    HAEBARA = "Haebara"
    STOCKING_LORD = "Stocking-Lord"


METHODS: Mapping[LinkMethod, Callable[[Items, Items], Link]] = MappingProxyType(
    {
        LinkMethod.MEAN_MEAN: mean_mean,
        LinkMethod.MEAN_GMEAN: mean_gmean,
        LinkMethod.MEAN_SIGMA: mean_sigma,
        LinkMethod.HAEBARA: haebara,
        LinkMethod.STOCKING_LORD: stocking_lord,
    }
)


def link(source: Items, target: Items, method: LinkMethod = LinkMethod.STOCKING_LORD) -> Link:
    """Return the line from the source's scale to the target's.

    Parameters
    ----------
    source, target : the same items in the same order, as each calibration has them
    method : how; the default is the most stable one with anchors that are not equally well known

    Raises
    ------
    LinkNotPossible : no anchors, forms that do not pair up, or equal difficulties for mean-sigma
    """
    return METHODS[method](source, target)


def standard_errors(source: Items, target: Items, method: LinkMethod = LinkMethod.STOCKING_LORD) -> tuple[float, float]:
    """Return the standard errors of A and B that come from those of the items' a and b.

    The delta method with central differences: Var(A) = sum (dA/dx)² SE(x)² over every a and b of both forms. Each
    item's a and b are taken as uncorrelated, since `ItemParameters` holds no covariance.

    Parameters
    ----------
    source, target
        The anchors as each calibration has them, in the same order.
    method
        How the link was found.

    Returns
    -------
    (SE of A, SE of B in theta), at least 0; 0 where every parameter is taken as known.

    References
    ----------
    Ogasawara 2000, 2001, with the same derivatives in closed form.
    """
    forms = (tuple(source), tuple(target))
    variance = np.zeros(2)
    for which, at in ((form, at) for form in range(2) for at in range(len(source))):
        item = forms[which][at]
        for name, error in (("a", item.se_a), ("b", item.se_b)):
            if error > 0:
                above, below = (_line(forms, which, at, name, step, method) for step in (_STEP, -_STEP))
                variance += np.square((above - below) / (2 * _STEP) * error)
    error_of_a, error_of_b = np.sqrt(variance)
    return float(error_of_a), float(error_of_b)


_STEP = 1e-4


def _line(forms: tuple[Items, Items], which: int, at: int, name: str, step: float, method: LinkMethod) -> Array:
    """Return (A, B) when one item of one form has another a, or another b with all its thresholds."""
    item = forms[which][at]
    if name == "a":
        moved = replace(item, a=item.a * math.exp(step / item.a))
    else:
        moved = replace(item, b=item.b + step, thresholds=tuple(threshold + step for threshold in item.thresholds))
    changed = [*forms[which][:at], moved, *forms[which][at + 1 :]]
    line = link(changed, forms[1], method) if which == 0 else link(forms[0], changed, method)
    return np.array([line.A, line.B])


def _check_anchors(source: Items, target: Items) -> None:
    if len(source) != len(target):
        raise LinkNotPossible(f"The forms have {len(source)} and {len(target)} anchors. Give the same items twice.")
    if not source:
        raise LinkNotPossible("The forms have no item in common. Calibrate them together with some that both share.")
    for number, (ours, theirs) in enumerate(zip(source, target, strict=True), start=1):
        if (ours.curve, ours.highest_score) != (theirs.curve, theirs.highest_score):
            raise LinkNotPossible(
                f"Anchor {number} is a {ours.curve} item up to score {ours.highest_score} in one form and a "
                f"{theirs.curve} item up to {theirs.highest_score} in the other. Calibrate both by one model."
            )


def _slopes(items: Items) -> Array:
    return np.array([item.a for item in items])


def _difficulties(items: Items) -> Array:
    """Return b of each item; all thresholds of one that has them, each being the theta of a step."""
    return np.array([value for item in items for value in (item.thresholds or (item.b,))])


def _through_means(slope: float, source: Items, target: Items) -> Link:
    return Link(float(slope), float(_difficulties(target).mean() - slope * _difficulties(source).mean()))


def _closest_curves(source: Items, target: Items, difference: Callable[[Array, Array], Array]) -> Link:
    theta, weight = _standard_normal()
    theirs = np.exp(log_probability_table(target, theta, uncertain=False))

    # An item on the new scale at theta is the item on its own scale at (theta - B) / A: the parameters stay put.
    # log A is free, so that A cannot become negative.
    def residuals(line: Array) -> Array:
        own = np.exp(log_probability_table(source, (theta - line[1]) * np.exp(-line[0]), uncertain=False))
        return (difference(own, theirs) * np.sqrt(weight)).ravel()

    start = mean_mean(source, target)
    found = least_squares(
        residuals, [math.log(start.A), start.B], jac="3-point", xtol=1e-12, ftol=1e-14, gtol=1e-14, max_nfev=200
    )
    return Link(math.exp(found.x[0]), float(found.x[1]))


@cache
def _standard_normal() -> tuple[Array, Array]:
    theta, weight = np.polynomial.hermite_e.hermegauss(NODES)
    return theta, weight / weight.sum()
