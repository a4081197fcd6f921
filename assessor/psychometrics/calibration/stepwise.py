"""Items with more than two scores, as EM sees them: partial credit (PCM, GPCM) and graded (GRM).

    >>> from assessor.psychometrics.calibration.priors import Priors
    >>> priors = Priors().of(["letter", "form"])
    >>> items = PartialCreditItems(np.linspace(-6, 6, 61), [3, 2], priors, slope_is_free=True)
    >>> values = items.start(np.array([0.5, 0.7]))
    >>> items.log_probability_table(values).shape      # items, scores, points; -inf where an item has no such score
    (2, 4, 61)

The logit of step j is a theta + c_j, and its threshold b_j = -c_j / a. Each row of working parameters is
(log a, then one number per step):

    partial credit   c_1 … c_m. They need no order
    graded           c_1, then log(c_1 - c_2), log(c_2 - c_3), …: thresholds rise whatever the numbers are

With a fixed slope (PCM: a = 1) the first column is left out. Items with fewer steps than others end in columns that
stay 0 and change nothing.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike

from assessor.psychometrics.calibration.fisher_scoring import climb
from assessor.psychometrics.calibration.priors import ItemPriors
from assessor.psychometrics.calibration.step_curves import graded_curves, partial_credit_curves
from assessor.psychometrics.measuring.response_models import Array, Curve, ItemParameters, ParametersOutOfRange

_LOG_A = 4.0  # |log a| at most: slopes of .02 to 55
_INTERCEPT = 60.0  # |c| at most: beyond, a probability differs from 0 or 1 by less than 1e-26
_LOG_GAP = (-12.0, 4.1)  # of intercepts 6e-6 apart, with a score between that nobody gets, to 60


class StepwiseItems(ABC):
    """The items of one calibration, each with scores 0 to its highest: fulfils `ItemModel`.

    Parameters
    ----------
    nodes
        Theta of the quadrature points, shape (nodes,).
    highest_scores
        Highest score of each item, 1 or more, shape (items,). 1 is an ordinary right-or-wrong item.
    priors
        On log a, on b, and on each threshold around b; in the order of the items.
    slope_is_free
        False keeps a = 1 for all items.
    """

    curve: ClassVar[Curve]

    def __init__(self, nodes: Array, highest_scores: ArrayLike, priors: ItemPriors, slope_is_free: bool = True) -> None:
        self.nodes = np.asarray(nodes, dtype=np.float64)
        self.highest_scores = np.asarray(highest_scores, dtype=np.int64)
        self.priors = priors
        self.slope_is_free = slope_is_free
        steps = int(self.highest_scores.max())
        self._has_step = np.arange(1, steps + 1) <= self.highest_scores[:, np.newaxis]
        self._share = self._has_step / self.highest_scores[:, np.newaxis]  # of each threshold in b
        of_log_a = np.full(len(self.highest_scores), priors.log_a.precision * slope_is_free)
        of_thresholds = self._has_step * priors.threshold.precision
        precision = np.concatenate([np.stack([of_log_a, priors.b_precision], axis=1), of_thresholds], axis=1)
        self._sharpness = np.sqrt(precision)  # 1 / prior SD of log a, of b and of each threshold

    def start(self, easiness: Array) -> Array:
        """Return first values: a = 1, b from the mean share of the highest score, thresholds one apart."""
        share = np.clip(np.asarray(easiness, dtype=np.float64), 0.02, 0.98)
        middle = (self.highest_scores[:, np.newaxis] + 1) / 2
        offsets = np.arange(1, self._has_step.shape[1] + 1) - middle
        intercepts = np.log(share / (1 - share))[:, np.newaxis] - offsets
        steps = np.where(self._has_step, self._steps_of(intercepts), 0.0)
        return np.concatenate([np.zeros((len(share), int(self.slope_is_free))), steps], axis=1)

    def log_probability_table(self, values: Array) -> Array:
        """Return log P(score | theta): (items, scores, nodes), -inf for scores that an item does not have."""
        return self._curves(self._logits(values))[0]

    def gradient_table(self, values: Array) -> Array:
        """Return d log P / d values: (items, parameters, scores, nodes), 0 for scores an item does not have."""
        return self.table_and_gradient(values)[1]

    def table_and_gradient(self, values: Array) -> tuple[Array, Array]:
        """Return `log_probability_table` and `gradient_table`, which share most of their work."""
        table, of_logits = self._curves(self._logits(values))
        _, jacobian = self._intercepts(self._step_columns(values))
        of_steps = np.einsum("isp,iskq->ipkq", jacobian * self._has_step[:, np.newaxis], of_logits)
        if not self.slope_is_free:
            return table, of_steps
        a_theta = np.exp(self._log_a(values))[:, np.newaxis] * self.nodes
        of_log_a = of_logits.sum(axis=1) * a_theta[:, np.newaxis]
        return table, np.concatenate([of_log_a[:, np.newaxis], of_steps], axis=1)

    def maximise(self, values: Array, counts: Array) -> Array:
        """Return values with a higher expected log-posterior, by Fisher scoring over all items at once.

        Parameters
        ----------
        values
            Working parameters to start from, shape (items, parameters).
        counts
            Expected number of people by item, score and node, shape (items, scores, nodes).

        Returns
        -------
        Array
            No item's objective is lower than before: a step that would lower it is halved, or not taken.
        """
        return climb(self, values, counts)

    def log_prior(self, values: Array) -> float:
        """Return the log prior density of all items, up to a constant; 0 where nothing is known beforehand."""
        return float(self.log_prior_by_item(values).sum())

    def prior_information(self, values: Array) -> Array:
        """Return minus the second derivatives of the log prior, as Gauss and Newton have them."""
        return self.prior_score(values)[1]

    def log_prior_by_item(self, values: Array) -> Array:
        """Return the log prior density of each item, up to a constant: (items,)."""
        normal = -0.5 * np.square(self._prior_residuals(values)[0]).sum(axis=1)
        return np.asarray(normal + np.einsum("ip,ip->i", values, self._order_gradient), dtype=np.float64)

    def prior_score(self, values: Array) -> tuple[Array, Array]:
        """Return the gradient (items, parameters) and the information of the log prior."""
        residuals, jacobian = self._prior_residuals(values)
        gradient = self._order_gradient - np.einsum("irp,ir->ip", jacobian, residuals)
        return gradient, jacobian.transpose(0, 2, 1) @ jacobian

    def within_bounds(self, values: Array) -> Array:
        """Return the values with those cut off that no answers could tell from the limit."""
        lowest, highest = self._bounds()
        if self.slope_is_free:
            lowest, highest = np.append(-_LOG_A, lowest), np.append(_LOG_A, highest)
        return np.clip(values, lowest, highest)

    def rescaled(self, values: Array, mean: float, deviation: float) -> Array:
        """Return the values of the same curves when a theta of today is called (theta - mean) / deviation.

        deviation  must be 1 where the slope is fixed
        """
        moves = np.exp(self._log_a(values))[:, np.newaxis] * mean * self._moves_with_theta
        log_a = values[:, :1] + np.log(deviation) if self.slope_is_free else values[:, :0]
        return np.concatenate([log_a, self._step_columns(values) + moves], axis=1)

    def to_values(self, parameters: Sequence[ItemParameters]) -> Array:
        """Return the values of these parameters, one item each: undoes `to_parameters`.

        Raises
        ------
        ParametersOutOfRange
            For an item of another curve or number of scores, or with a slope other than 1 where it is fixed.
        """
        intercepts = -np.arange(1.0, self._has_step.shape[1] + 1) * np.ones((len(parameters), 1))
        for at, (item, highest) in enumerate(zip(parameters, self.highest_scores, strict=True)):
            self._check_fits(item, int(highest))
            intercepts[at, :highest] = -item.a * np.array(item.thresholds or (item.b,))
            intercepts[at, highest:] += intercepts[at, highest - 1]
        steps = np.where(self._has_step, self._steps_of(intercepts), 0.0)
        log_a = np.log([[item.a] for item in parameters])
        return np.concatenate([log_a, steps], axis=1) if self.slope_is_free else steps

    def _check_fits(self, item: ItemParameters, highest: int) -> None:
        is_two_scores = highest == 1 and item.curve is Curve.LOGISTIC and (item.c, item.d) == (0.0, 1.0)
        if item.highest_score != highest or not (is_two_scores or item.curve is self.curve):
            raise ParametersOutOfRange(
                f"{item} are not the parameters of a {self.curve} item with scores 0 to {highest}."
            )
        if not self.slope_is_free and abs(item.a - 1) > 1e-9:
            raise ParametersOutOfRange(f"The slope of every item is 1 in this model, not {item.a}. Choose the GPCM.")

    def to_parameters(self, values: Array, covariance: Array | None = None) -> tuple[ItemParameters, ...]:
        """Return the items in a, b and thresholds; those with scores 0 and 1 as logistic items, which they are.

        Parameters
        ----------
        values
            Shape (items, parameters).
        covariance
            Of the values, shape (items, parameters, parameters); gives se_a and se_b by the delta method. Left out,
            both are 0.
        """
        thresholds, jacobian = self._thresholds(values)
        a = np.exp(self._log_a(values))
        se_a, se_b = np.zeros((2, len(a)))
        if covariance is not None:
            of_b = np.einsum("is,isp->ip", self._share, jacobian)
            se_b = np.sqrt(np.maximum(np.einsum("ip,ipj,ij->i", of_b, covariance, of_b), 0.0))
            se_a = a * np.sqrt(np.maximum(covariance[:, 0, 0], 0.0)) if self.slope_is_free else se_a
        rows = zip(a.tolist(), thresholds, se_a.tolist(), se_b.tolist(), self.highest_scores, strict=True)
        return tuple(
            ItemParameters.stepwise(self.curve, slope, of_item[:highest], slope_error, error)
            if highest > 1
            else ItemParameters(slope, float(of_item[0]), slope_error, error)
            for slope, of_item, slope_error, error, highest in rows
        )

    @abstractmethod
    def _curves(self, logits: Array) -> tuple[Array, Array]:
        """Return log P by score and its gradient by step logit."""

    @abstractmethod
    def _intercepts(self, steps: Array) -> tuple[Array, Array]:
        """Return the intercepts (items, steps) of the step columns, and their jacobian (items, steps, steps)."""

    @abstractmethod
    def _steps_of(self, intercepts: Array) -> Array:
        """Return the step columns of intercepts: the inverse of `_intercepts`."""

    @property
    @abstractmethod
    def _moves_with_theta(self) -> Array:
        """Return 1 for step columns that change by a when every theta changes by 1, else 0: (items, steps)."""

    @property
    def _order_gradient(self) -> Array:
        """Return what the order of thresholds adds to the gradient of the log prior: (items, parameters)."""
        return np.zeros((len(self.highest_scores), self._has_step.shape[1] + int(self.slope_is_free)))

    @abstractmethod
    def _bounds(self) -> tuple[Array, Array]:
        """Return the lowest and highest value of each step column."""

    def _log_a(self, values: Array) -> Array:
        return np.clip(values[:, 0], -_LOG_A, _LOG_A) if self.slope_is_free else np.zeros(len(values))

    def _step_columns(self, values: Array) -> Array:
        # Clipped, because an accelerated EM leaps as far as it likes to see where it would land.
        return np.clip(values[:, int(self.slope_is_free) :], *self._bounds())

    def _logits(self, values: Array) -> Array:
        intercepts = np.where(self._has_step, self._intercepts(self._step_columns(values))[0], -np.inf)
        a = np.exp(self._log_a(values))[:, np.newaxis, np.newaxis]
        return np.asarray(a * self.nodes + intercepts[:, :, np.newaxis], dtype=np.float64)

    def _thresholds(self, values: Array) -> tuple[Array, Array]:
        """Return the thresholds (items, steps), 0 where there is none, and their jacobian by the values."""
        intercepts, jacobian = self._intercepts(self._step_columns(values))
        a = np.exp(self._log_a(values))[:, np.newaxis]
        thresholds = np.where(self._has_step, -intercepts / a, 0.0)
        of_steps = np.where(self._has_step[:, :, np.newaxis], -jacobian / a[:, :, np.newaxis], 0.0)
        if not self.slope_is_free:
            return thresholds, of_steps
        return thresholds, np.concatenate([-thresholds[:, :, np.newaxis], of_steps], axis=2)

    def _prior_residuals(self, values: Array) -> tuple[Array, Array]:
        """Return what the normal priors square, in SDs: (items, residuals), and its jacobian by the values."""
        thresholds, of_thresholds = self._thresholds(values)
        b, of_b = np.einsum("is,is->i", self._share, thresholds), np.einsum("is,isp->ip", self._share, of_thresholds)
        apart = np.where(self._has_step, thresholds - b[:, np.newaxis], 0.0)
        of_apart = np.where(self._has_step[:, :, np.newaxis], of_thresholds - of_b[:, np.newaxis], 0.0)
        of_log_a = np.zeros_like(of_b)
        of_log_a[:, 0] = float(self.slope_is_free)
        from_mean = np.stack([self._log_a(values) - self.priors.log_a.mean, b - self.priors.b_mean], axis=1)
        residuals = np.concatenate([from_mean, apart - self.priors.threshold.mean], axis=1)
        jacobian = np.concatenate([of_log_a[:, np.newaxis], of_b[:, np.newaxis], of_apart], axis=1)
        return residuals * self._sharpness, jacobian * self._sharpness[:, :, np.newaxis]


class PartialCreditItems(StepwiseItems):
    """Generalised partial credit items, or with a fixed slope partial credit items: Muraki 1992, Masters 1982."""

    curve = Curve.PARTIAL_CREDIT

    def _curves(self, logits: Array) -> tuple[Array, Array]:
        return partial_credit_curves(logits)

    def _intercepts(self, steps: Array) -> tuple[Array, Array]:
        return steps, np.broadcast_to(np.eye(steps.shape[1]), (len(steps), steps.shape[1], steps.shape[1]))

    def _steps_of(self, intercepts: Array) -> Array:
        return intercepts

    @property
    def _moves_with_theta(self) -> Array:
        return self._has_step.astype(np.float64)

    def _bounds(self) -> tuple[Array, Array]:
        limit = np.full(self._has_step.shape[1], _INTERCEPT)
        return -limit, limit


class GradedItems(StepwiseItems):
    """Graded response items with rising thresholds: Samejima 1969.

    The prior of the thresholds is that of ordered normals, with its mode taken in the logarithms of their gaps. As
    a density of the thresholds themselves it would be highest where a score that nobody has yet is squeezed away.
    """

    curve = Curve.GRADED

    def _curves(self, logits: Array) -> tuple[Array, Array]:
        return graded_curves(logits)

    def _intercepts(self, steps: Array) -> tuple[Array, Array]:
        gaps = np.exp(steps[:, 1:])
        intercepts = steps[:, :1] - np.concatenate([np.zeros_like(steps[:, :1]), np.cumsum(gaps, axis=1)], axis=1)
        jacobian = np.zeros((*steps.shape, steps.shape[1]))
        jacobian[:, :, 0] = 1.0
        jacobian[:, :, 1:] = -gaps[:, np.newaxis] * np.tri(steps.shape[1], dtype=np.float64)[:, 1:]
        return intercepts, jacobian

    def _steps_of(self, intercepts: Array) -> Array:
        return np.concatenate([intercepts[:, :1], np.log(-np.diff(intercepts, axis=1))], axis=1)

    @property
    def _moves_with_theta(self) -> Array:
        is_first = np.arange(self._has_step.shape[1]) == 0
        return np.tile(is_first.astype(np.float64), (len(self._has_step), 1))

    @property
    def _order_gradient(self) -> Array:
        """A gap of thresholds is exp(g) / a, so its logarithm g - log a."""
        has_prior = float(self.priors.threshold.precision > 0)
        gaps = self._has_step[:, 1:] * has_prior
        zero, all_gaps = np.zeros((len(gaps), 1)), gaps.sum(axis=1, keepdims=True)
        return np.concatenate([-all_gaps, zero, gaps] if self.slope_is_free else [zero, gaps], axis=1)

    def _bounds(self) -> tuple[Array, Array]:
        gaps = self._has_step.shape[1] - 1
        lowest = np.concatenate([[-_INTERCEPT], np.full(gaps, _LOG_GAP[0])])
        return lowest, np.concatenate([[_INTERCEPT], np.full(gaps, _LOG_GAP[1])])
