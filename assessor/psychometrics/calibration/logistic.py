"""Right-or-wrong items as EM sees them: Rasch, 1PL, 2PL, 3PL and 4PL.

    >>> from assessor.psychometrics.calibration.priors import Priors
    >>> items = logistic_items(Model.TWO_PL, np.linspace(-6, 6, 61), Priors.flat().of(["phone", "mail"]))
    >>> [round(item.b, 2) for item in items.to_parameters(items.start(np.array([0.6, 0.9])), None)]
    [-0.48, -2.59]

With z = a theta + d, P = c + (u - c) / (1 + exp(-z)). A row of values is (log a, d, logit c, logit u), as many of them
as the model has; the Rasch model has d alone. In these the likelihood is close to quadratic and no value is
forbidden, which b = -d / a and a itself are not. The upper share is called u here, because d is the intercept.
"""

from collections.abc import Sequence

import numpy as np

from assessor.psychometrics.calibration.fisher_scoring import climb
from assessor.psychometrics.calibration.item_model import Model
from assessor.psychometrics.calibration.priors import ItemPriors
from assessor.psychometrics.measuring.response_models import Array, ItemParameters

LOWEST = np.array([-4.0, -60.0, -9.0, 0.1])  # of log a, d, logit c, logit u: beyond these nothing is visible in data
HIGHEST = np.array([4.0, 60.0, 0.0, 9.0])  # c stays below u: .5 against .525

COLUMNS = {
    Model.RASCH: slice(1, 2),
    Model.ONE_PL: slice(0, 2),
    Model.TWO_PL: slice(0, 2),
    Model.THREE_PL: slice(0, 3),
    Model.FOUR_PL: slice(0, 4),
}


def logistic_items(model: Model, nodes: Array, priors: ItemPriors) -> "LogisticItems":
    """Return the items of a dichotomous model.

    Parameters
    ----------
    model
        One of `Model` for scores 0 and 1.
    nodes
        Theta of the quadrature points, (nodes,).
    priors
        In the order of the items.
    """
    return OneSlopeItems(model, nodes, priors) if model is Model.ONE_PL else LogisticItems(model, nodes, priors)


class LogisticItems:
    """Items with a slope each, or with a = 1: fulfils `ItemModel`."""

    def __init__(self, model: Model, nodes: Array, priors: ItemPriors) -> None:
        self.nodes = nodes
        self._priors = priors
        self._columns = COLUMNS[model]
        modes = np.array([priors.guessing.mode, priors.upper.mode])
        self._fixed = np.concatenate([np.zeros(2), np.log(modes) - np.log1p(-modes)])

    def start(self, easiness: Array) -> Array:
        """Return a = 1 and the intercepts that give these shares of right answers in N(0, 1)."""
        full = self._complete(np.empty((len(easiness), 0)))
        c = _share(full[:, 2]) if self._guesses else 0.0
        knows = np.clip((easiness - c) / (1 - c), 0.02, 0.98)
        # Averaging over N(0, 1) flattens the curve: see `effective_slope`.
        full[:, 1] = np.log(knows / (1 - knows)) * np.sqrt(1 + np.pi / 8)
        return full[:, self._columns]

    def to_values(self, parameters: Sequence[ItemParameters]) -> Array:
        """Return the values of these items."""
        a, b, c, u = np.array([(item.a, item.b, item.c, item.d) for item in parameters], dtype=np.float64).T
        with np.errstate(divide="ignore"):
            full = np.stack([np.log(a), -a * b, np.log(c / (1 - c)), np.log(u) - np.log1p(-u)], axis=1)
        return self.within_bounds(full[:, self._columns])

    def log_probability_table(self, values: Array) -> Array:
        """Return log P of wrong and right: (items, 2, nodes)."""
        log_a, d, logit_c, logit_u = self._complete(values).T[:, :, np.newaxis]
        knows, does_not = _log_expit_pair(np.exp(log_a) * self.nodes + d)
        if not self._guesses:
            return np.stack([does_not, knows], axis=1)
        (log_c, log_not_c), (log_u, log_slips) = _log_expit_pair(logit_c), self._log_upper(logit_u)
        right = np.logaddexp(log_c + does_not, log_u + knows)
        wrong = np.logaddexp(log_not_c + does_not, log_slips + knows)
        return np.stack([wrong, right], axis=1)

    def gradient_table(self, values: Array) -> Array:
        """Return d log P / d values: (items, parameters, 2, nodes)."""
        return self._gradient(values, self.log_probability_table(values))

    def table_and_gradient(self, values: Array) -> tuple[Array, Array]:
        """Return both tables, as one M-step needs them."""
        table = self.log_probability_table(values)
        return table, self._gradient(values, table)

    def maximise(self, values: Array, counts: Array) -> Array:
        """Return values with a higher expected log posterior."""
        return climb(self, values, counts)

    def within_bounds(self, values: Array) -> Array:
        """Return the nearest values that the model allows."""
        return np.clip(values, LOWEST[self._columns], HIGHEST[self._columns])

    def rescaled(self, values: Array, mean: float, deviation: float) -> Array:
        """Return the values of the same curves on the scale (theta - mean) / deviation."""
        full = self._complete(values)
        full[:, 1] += np.exp(full[:, 0]) * mean
        full[:, 0] += np.log(deviation)
        return self.within_bounds(full[:, self._columns])

    def log_prior(self, values: Array) -> float:
        """Return the log prior density up to a constant."""
        return float(self.log_prior_by_item(values).sum())

    def prior_information(self, values: Array) -> Array:
        """Return minus the second derivatives of the log prior, as Gauss and Newton: (items, values, values)."""
        return self.prior_score(values)[1]

    def to_parameters(self, values: Array, covariance: Array | None) -> tuple[ItemParameters, ...]:
        """Return a, b, c and d with standard errors of a and b by the delta method."""
        log_a, d, logit_c, logit_u = self._complete(values).T
        a, b = np.exp(log_a), -d * np.exp(-log_a)
        c, u = (_share(logit_c), _share(logit_u)) if self._guesses else (np.zeros_like(a), np.ones_like(a))
        if self._columns.stop < 4:
            u = np.ones_like(a)
        se_a, se_b = np.zeros_like(a), np.zeros_like(a)
        if covariance is not None:
            se_b = _deviation(self._gradient_of_b(values), covariance)
            if not self._columns.start:
                se_a = a * np.sqrt(np.maximum(covariance[:, 0, 0], 0))
        columns = np.stack([a, b, se_a, se_b, c, u], axis=1).tolist()
        return tuple(ItemParameters(*row) for row in columns)

    @property
    def _guesses(self) -> bool:
        return self._columns.stop > 2

    def _complete(self, values: Array) -> Array:
        """Return (items, 4): columns that `values` does not have are a = 1, d = 0 and the modes of the priors."""
        full = np.empty((len(values), 4))
        full[:] = self._fixed
        full[:, self._columns.start : self._columns.start + values.shape[1]] = values
        return full

    def _log_upper(self, logit_u: Array) -> tuple[Array, Array]:
        """Return log u and log(1 - u); a 3PL item has u = 1."""
        if self._columns.stop < 4:
            return np.zeros_like(logit_u), np.full_like(logit_u, -np.inf)
        return _log_expit_pair(logit_u)

    def _gradient(self, values: Array, table: Array) -> Array:
        log_a, d, logit_c, logit_u = self._complete(values).T[:, :, np.newaxis]
        slope = np.exp(log_a) * self.nodes
        knows, does_not = _log_expit_pair(slope + d)
        if not self._guesses:
            by_z = np.stack([-np.exp(knows), np.exp(does_not)], axis=1)
            return np.stack([slope[:, np.newaxis] * by_z, by_z], axis=1)[:, self._columns]
        c, (log_u, _) = _share(logit_c), self._log_upper(logit_u)
        wrong, right = table[:, 0], table[:, 1]
        by_z = _by_score(np.log(np.exp(log_u) - c) + knows + does_not, wrong, right)
        by_c = _by_score(np.log(c * (1 - c)) + does_not, wrong, right)
        columns = [slope[:, np.newaxis] * by_z, by_z, by_c]
        if self._columns.stop == 4:
            u = _share(logit_u)
            columns.append(_by_score(np.log(u * (1 - u)) + knows, wrong, right))
        return np.stack(columns, axis=1)

    def log_prior_by_item(self, values: Array) -> Array:
        """Return the log prior density of each item up to a constant: (items,)."""
        log_a, d, logit_c, logit_u = self._complete(values).T
        priors, columns = self._priors, self._columns
        total = -0.5 * priors.b_precision * np.square(-d * np.exp(-log_a) - priors.b_mean)
        if columns.start == 0:
            total = total - 0.5 * priors.log_a.precision * np.square(log_a - priors.log_a.mean)
        for column, prior, logit in ((2, priors.guessing, logit_c), (3, priors.upper, logit_u)):
            if column < columns.stop:
                share, rest = _log_expit_pair(logit)
                total = total + prior.people * (prior.mode * share + (1 - prior.mode) * rest)
        return np.asarray(total, dtype=np.float64)

    def prior_score(self, values: Array) -> tuple[Array, Array]:
        """Return the gradient (items, values) and the information (items, values, values) of the prior."""
        full, priors = self._complete(values), self._priors
        gradient_of_b = self._gradient_of_b(values)
        b = -full[:, 1] * np.exp(-full[:, 0])
        score = (priors.b_precision * (priors.b_mean - b))[:, np.newaxis] * gradient_of_b
        outer = gradient_of_b[:, :, np.newaxis] * gradient_of_b[:, np.newaxis]
        information = priors.b_precision[:, np.newaxis, np.newaxis] * outer
        if self._columns.start == 0:
            score[:, 0] += priors.log_a.precision * (priors.log_a.mean - full[:, 0])
            information[:, 0, 0] += priors.log_a.precision
        for column, prior in ((2, priors.guessing), (3, priors.upper)):
            if column < self._columns.stop:
                share = _share(full[:, column])
                score[:, column] += prior.people * (prior.mode - share)
                information[:, column, column] += prior.people * share * (1 - share)
        return score, information

    def _gradient_of_b(self, values: Array) -> Array:
        """Return d b / d values: b = -d / a, so -b for log a and -1 / a for d."""
        full = self._complete(values)
        gradient = np.zeros_like(full)
        gradient[:, 0] = full[:, 1] * np.exp(-full[:, 0])
        gradient[:, 1] = -np.exp(-full[:, 0])
        return gradient[:, self._columns]


class OneSlopeItems(LogisticItems):
    """Items with the same slope (1PL): the first value of every row is the same number.

    The M-step of the items leaves the slope alone. It is the scale of theta against the population: renaming theta
    so that the population is N(0, 1) again (`populations`) changes all slopes together, and so finds the best one.
    """

    def to_values(self, parameters: Sequence[ItemParameters]) -> Array:
        """Return the values of these items, with the mean of their log slopes for all."""
        values = super().to_values(parameters)
        values[:, 0] = values[:, 0].mean()
        return values

    def table_and_gradient(self, values: Array) -> tuple[Array, Array]:
        """Return both tables, the gradient by the slope as 0."""
        table, gradient = super().table_and_gradient(values)
        gradient[:, 0] = 0.0
        return table, gradient

    def log_prior_by_item(self, values: Array) -> Array:
        """Return the log prior, with that of the one slope counted once."""
        of_slope = -0.5 * self._priors.log_a.precision * np.square(values[:, 0] - self._priors.log_a.mean)
        return np.asarray(super().log_prior_by_item(values) - of_slope * (1 - 1 / len(values)), dtype=np.float64)

    def prior_score(self, values: Array) -> tuple[Array, Array]:
        """Return gradient and information by the intercept alone."""
        score, information = super().prior_score(values)
        score[:, 0] = 0.0
        information[:, 0], information[:, :, 0] = 0.0, 0.0
        return score, information

    def prior_information(self, values: Array) -> Array:
        """Return the information of the prior, with that of the one slope spread over the items."""
        information = super().prior_score(values)[1]
        information[:, 0, 0] -= self._priors.log_a.precision * (1 - 1 / len(values))
        return information


def _by_score(log_change: Array, wrong: Array, right: Array) -> Array:
    """Return d log P by score from log(dP of right): what right gains, wrong loses."""
    return np.stack([-np.exp(log_change - wrong), np.exp(log_change - right)], axis=1)


def _deviation(gradient: Array, covariance: Array) -> Array:
    return np.asarray(np.sqrt(np.maximum(np.einsum("ip,ipr,ir->i", gradient, covariance, gradient), 0)))


def _share(logit: Array) -> Array:
    return np.asarray(1 / (1 + np.exp(-logit)), dtype=np.float64)


def _log_expit_pair(logit: Array) -> tuple[Array, Array]:
    """Return log S(z) and log S(-z) of the logistic function with one exponential and one logarithm."""
    tail = np.log1p(np.exp(-np.abs(logit)))
    return np.minimum(logit, 0) - tail, -np.maximum(logit, 0) - tail
