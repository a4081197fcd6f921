"""The populations that people come from: one normal distribution of theta for each group.

Where nothing else fixes the scale, the first group is N(0, 1) by definition (with a = 1 for every item only its mean
is fixed). The M-step estimates it like any other and then renames theta so that it is N(0, 1) again. This is parameter
expansion (Liu, Rubin and Wu 1998): the same maximum in a fraction of the steps, because location and scale, which EM
moves slowest, move at once.

Where experts have placed the items, their levels fix the scale and every population is free. Theta is then renamed so
that the priors are most content: the likelihood stays the same, and again location and scale move at once.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

import numpy as np

from assessor.psychometrics.calibration.priors import Priors
from assessor.psychometrics.measuring.response_models import Array

NARROWEST, WIDEST = 0.2, 3.0
"""Standard deviations that the nodes of a calibration can represent."""

FARTHEST = 4.0
"""The largest mean of a group."""

NEWTON_STEPS = 4
TINY = 1e-300
DIFFERENCE = 1e-3  # for numeric derivatives of the prior, which is close to quadratic


@dataclass(frozen=True, eq=False)
class Populations:
    """Normal distributions of theta, in the order of the groups.

    mean       (groups,)
    deviation  standard deviation, (groups,)
    """

    mean: Array
    deviation: Array

    @classmethod
    def standard(cls, groups: int) -> Self:
        """Return N(0, 1) for each group."""
        return cls(np.zeros(groups), np.ones(groups))

    def log_weights(self, nodes: Array) -> Array:
        """Return log probabilities of the nodes that add up to 1 in each group: (groups, nodes)."""
        log_density = -0.5 * np.square((nodes - self.mean[:, np.newaxis]) / self.deviation[:, np.newaxis])
        return np.asarray(log_density - np.log(np.exp(log_density).sum(axis=1, keepdims=True)), dtype=np.float64)

    def rescaled(self, mean: float, deviation: float) -> "Populations":
        """Return the same populations on the scale (theta - mean) / deviation."""
        return Populations((self.mean - mean) / deviation, self.deviation / deviation)

    def with_standard_reference(self, *, keep_deviation: bool) -> "Populations":
        """Return the same with the first group at mean 0 and, unless it is kept, deviation 1: exact after rounding."""
        mean, deviation = self.mean.copy(), self.deviation.copy()
        mean[0] = 0.0
        deviation[0] = deviation[0] if keep_deviation else 1.0
        return Populations(mean, deviation)

    def log_prior(self, priors: Priors) -> float:
        """Return the log prior density up to a constant. That of N(0, 1) is 0."""
        by_mean = priors.group_mean.precision * np.square(self.mean - priors.group_mean.mean)
        by_deviation = priors.group_log_sd.precision * np.square(np.log(self.deviation) - priors.group_log_sd.mean)
        return float(-0.5 * (by_mean.sum() + by_deviation.sum()))

    def to_values(self) -> Array:
        """Return means and log deviations in one row."""
        return np.concatenate([self.mean, np.log(self.deviation)])

    @classmethod
    def from_values(cls, values: Array) -> Self:
        """Undo `to_values`."""
        mean, log_deviation = np.split(values, 2)
        return cls(np.clip(mean, -FARTHEST, FARTHEST), np.clip(np.exp(log_deviation), NARROWEST, WIDEST))


def estimated(
    nodes: Array, people: Array, before: Populations, priors: Priors, reference_mean: float | None = None
) -> Populations:
    """Return the populations of highest posterior density given the expected people: one M-step.

    Parameters
    ----------
    nodes
        Theta, (nodes,).
    people
        Expected people at each node, (groups, nodes). A group of nobody stays as it was.
    before
        The populations until now.
    reference_mean
        Mean of the first group if that is not to be estimated here.
    """
    number = people.sum(axis=1)
    mean = _means(nodes, people, before, priors)
    if reference_mean is not None:
        mean[0] = reference_mean
    square = (people * np.square(nodes - mean[:, np.newaxis])).sum(axis=1)
    log_deviation = _log_deviations(number, square, before, priors)
    somebody = number > 0
    return Populations.from_values(
        np.concatenate(
            [np.where(somebody, mean, before.mean), np.where(somebody, log_deviation, np.log(before.deviation))]
        )
    )


def _means(nodes: Array, people: Array, before: Populations, priors: Priors) -> Array:
    precision = people.sum(axis=1) / before.deviation**2
    weighted = people @ nodes / before.deviation**2 + priors.group_mean.precision * priors.group_mean.mean
    return np.asarray(weighted / np.maximum(precision + priors.group_mean.precision, TINY), dtype=np.float64)


def _log_deviations(number: Array, square: Array, before: Populations, priors: Priors) -> Array:
    """Maximise -n t - square / (2 exp(2t)) plus the normal prior of t = log deviation, by Newton's method."""
    prior = priors.group_log_sd
    if prior.precision == 0:
        return np.asarray(0.5 * np.log(np.maximum(square / np.maximum(number, TINY), TINY)), dtype=np.float64)
    t = np.log(before.deviation)
    for _ in range(NEWTON_STEPS):
        ratio = square * np.exp(-2 * t)
        gradient = ratio - number - prior.precision * (t - prior.mean)
        t = t + np.clip(gradient / (ratio + number + prior.precision), -0.5, 0.5)
    return t


def best_scale(
    nodes: Array, people: Array, log_prior: Callable[[float, float], float] | None, deviation: float | None
) -> tuple[float, float]:
    """Return mean and deviation of the reference group before theta is renamed.

    Maximises the likelihood of the group's expected people plus the prior of everything else after the renaming.

    Parameters
    ----------
    nodes, people
        Theta, and expected people of the reference group at each node: (nodes,).
    log_prior
        log prior of everything else on the scale (theta - mean) / deviation; None = there are no priors.
    deviation
        The group's deviation if that is estimated instead of a common slope: theta is then only moved, and the
        deviation returned is 1. None = find it.
    """
    number = max(float(people.sum()), TINY)
    mean = float(people @ nodes) / number
    variance = float(people @ np.square(nodes - mean)) / number
    if log_prior is None:
        return mean, 1.0 if deviation is not None else float(np.clip(np.sqrt(variance), NARROWEST, WIDEST))
    free = np.array([1.0, 0.0 if deviation is not None else 1.0])
    place = np.array([mean, 0.5 * np.log(variance)]) * free
    for _ in range(NEWTON_STEPS):
        prior_gradient, prior_curvature = _numeric_derivatives(log_prior, place)
        spread = deviation**2 if deviation is not None else np.exp(2 * place[1])
        ratio = (variance + (mean - place[0]) ** 2) / spread
        gradient = number * np.array([(mean - place[0]) / spread, ratio - 1]) + prior_gradient
        curvature = number * np.array([1 / spread, 2 * ratio]) + np.maximum(-prior_curvature, 0)
        place += free * np.clip(gradient / curvature, -0.5, 0.5)
    return float(place[0]), float(np.exp(place[1]))


def scale_of_priors(log_prior: Callable[[float, float], float], *, keep_deviation: bool) -> tuple[float, float]:
    """Return the mean and deviation to rename theta by where the priors, and nothing else, fix the scale.

    Climbs log_prior(mean, deviation), the log prior of everything on the scale (theta - mean) / deviation, by Newton's
    method; (0, 1) if that leads no higher.
    """
    free = np.array([1.0, 0.0 if keep_deviation else 1.0])
    place = np.zeros(2)
    for _ in range(NEWTON_STEPS):
        gradient, curvature = _numeric_derivatives(log_prior, place)
        place += free * np.clip(gradient / np.maximum(-curvature, TINY), -0.5, 0.5)
    mean, deviation = float(place[0]), float(np.exp(place[1]))
    return (mean, deviation) if log_prior(mean, deviation) > log_prior(0.0, 1.0) else (0.0, 1.0)


def variances_of_scale(log_prior: Callable[[float, float], float]) -> tuple[float, float]:
    """Return the variances of mean and log deviation of a scale that priors alone fix; see `scale_of_priors`."""
    of_mean, of_deviation = np.maximum(-_numeric_derivatives(log_prior, np.zeros(2))[1], 1.0).tolist()
    return 1 / of_mean, 1 / of_deviation


def _numeric_derivatives(log_prior: Callable[[float, float], float], place: Array) -> tuple[Array, Array]:
    """Return first and second derivatives by mean and by log deviation."""
    gradient, curvature = np.zeros(2), np.zeros(2)
    middle = log_prior(float(place[0]), float(np.exp(place[1])))
    for axis in range(2):
        step = np.zeros(2)
        step[axis] = DIFFERENCE
        above, below = (log_prior(float(at[0]), float(np.exp(at[1]))) for at in (place + step, place - step))
        gradient[axis] = (above - below) / (2 * DIFFERENCE)
        curvature[axis] = (above - 2 * middle + below) / DIFFERENCE**2
    return gradient, curvature
