"""New answers to a calibrated item: its parameters move without calibrating the bank again.

    >>> expert = ItemPosterior.from_parameters(ItemParameters(a=1.2, b=0.5, se_a=0.3, se_b=0.5))
    >>> tonight = Answers.from_normal(theta_mean=[-0.3, 0.4, 1.1], theta_sd=[0.4, 0.4, 0.5], score=[0, 1, 1])
    >>> item = update(expert, [tonight])
    >>> item.answers, round(item.to_parameters().b, 2)
    (3, 0.37)

An item is known as a normal of (log a, b), a person's theta as the posterior from their other answers. The likelihood
of an answer is its probability averaged over that posterior, and a few Newton steps on the sum lead to the mode,
around which the next night's normal is laid. The answers enter through sums alone, so they may be in any order and in
pieces on several machines. This is the Bayes modal estimate of a whole calibration with the other items held fixed.
"""

import builtins
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial, reduce
from operator import add
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from assessor.psychometrics.calibration.item_posterior import ItemPosterior
from assessor.psychometrics.calibration.step_curves import graded_curves, partial_credit_curves
from assessor.psychometrics.measuring.response_models import (
    Array,
    Curve,
    ItemParameters,
    log_probabilities,
    log_probability_table,
)

PASSES = 3
"""Newton steps of an update. The second is short and the third is a check, unless an expert was far off."""

_POINTS, _WEIGHTS = np.polynomial.hermite_e.hermegauss(21)
_WEIGHTS = _WEIGHTS / _WEIGHTS.sum()
_LONGEST = 1.0  # Newton step in log a or b

Map = Callable[..., Iterable["AnswerSums"]]
"""`map`, or the method of a pool of processes that does the same."""


class AnswersNotUsable(ValueError):
    """Answers that cannot update an item; the message names what is wrong and what to do."""


@dataclass(frozen=True, eq=False)
class Answers:
    """Scores of people on one item, each with what the person's *other* answers say about theta.

    An answer that took part in the theta it is compared with would agree with itself.

    theta   points of each person's posterior, float64 (answers, points)
    weight  their probabilities, summing to 1 for each answer; same shape
    score   int64 (answers,)
    """

    theta: Array
    weight: Array
    score: NDArray[np.int64]

    @classmethod
    def from_normal(cls, theta_mean: ArrayLike, theta_sd: ArrayLike, score: ArrayLike) -> Self:
        """Return answers of people whose theta is N(mean, sd²): the two moments that a sitting stores.

        theta_mean, theta_sd, score  each of shape (answers,)

        Raises
        ------
        AnswersNotUsable
            For other shapes, a negative or infinite sd, or scores that are no whole numbers from 0.
        """
        mean, sd = np.asarray(theta_mean, dtype=np.float64), np.asarray(theta_sd, dtype=np.float64)
        scores = _scores(score)
        if not mean.shape == sd.shape == scores.shape:
            raise AnswersNotUsable(f"Means {mean.shape}, SDs {sd.shape} and scores {scores.shape} must match.")
        if not (np.all(np.isfinite(mean)) and np.all(np.isfinite(sd)) and np.all(sd >= 0)):
            raise AnswersNotUsable("Every theta needs a finite mean and a finite SD of at least 0.")
        theta = mean[:, np.newaxis] + sd[:, np.newaxis] * _POINTS
        return cls(theta, np.broadcast_to(_WEIGHTS, theta.shape), scores)

    @classmethod
    def from_grid(
        cls, grid: ArrayLike, posterior: ArrayLike, score: ArrayLike, scored_with: ItemParameters | None = None
    ) -> Self:
        """Return answers of people whose theta is a posterior on a grid.

        Parameters
        ----------
        grid
            Theta, shape (points,).
        posterior
            Weight of each point, not necessarily summing to 1, shape (answers, points).
        score
            Shape (answers,).
        scored_with
            Parameters with which this very answer has taken part in the posterior: it is divided out again. Left
            out, it has not (a try-out item).
        """
        points, weight, scores = (
            np.asarray(grid, dtype=np.float64),
            np.asarray(posterior, dtype=np.float64),
            _scores(score),
        )
        if weight.shape != (*scores.shape, *points.shape):
            raise AnswersNotUsable(f"{len(scores)} answers on {len(points)} points need as many weights each.")
        if not np.all(np.isfinite(weight)) or np.any(weight < 0) or not np.all(weight.sum(axis=1) > 0):
            raise AnswersNotUsable("The weights of a posterior are finite, not negative, and not all 0.")
        if scored_with is not None:
            _check_scores(scores, scored_with.highest_score)
            weight = weight / np.exp(log_probability_table([scored_with], points)[0][scores])
        total = weight.sum(axis=1, keepdims=True)
        return cls(np.broadcast_to(points, weight.shape), weight / total, scores)


@dataclass(frozen=True, slots=True)
class AnswerSums:
    """What answers say about an item near a point: all that leaves the machine where they lie.

    point        (log a, b) at which the sums were taken
    score        gradient of the answers' log-likelihood
    information  its expected curvature: of log a, of both, of b
    answers      how many there are
    """

    point: tuple[float, float]
    score: tuple[float, float]
    information: tuple[float, float, float]
    answers: int

    def __add__(self, other: "AnswerSums") -> "AnswerSums":
        """Return the sums of both; they must have been taken at the same point."""
        if self.point != other.point:
            raise AnswersNotUsable(f"Sums at {self.point} and at {other.point} do not add up. Take both at one point.")
        score = (self.score[0] + other.score[0], self.score[1] + other.score[1])
        first, both, second = (mine + yours for mine, yours in zip(self.information, other.information, strict=True))
        return AnswerSums(self.point, score, (first, both, second), self.answers + other.answers)


def update(
    item: ItemPosterior,
    batches: Iterable[Answers],
    *,
    passes: int = PASSES,
    map: Map = builtins.map,
) -> ItemPosterior:
    """Return what is known of the item after new answers.

    Parameters
    ----------
    item
        What was known before them.
    batches
        Answers in as many pieces as convenient. How they are split and ordered does not matter.
    passes
        Newton steps, each of which reads all answers once, and twice for an item with few answers; 2 are enough
        where little changes.
    map
        Applied to the pieces: the built-in, or one that spreads them over processes.

    Raises
    ------
    AnswersNotUsable
        When a score is above the item's highest.
    """
    pieces = list(batches)
    if not sum(len(piece.score) for piece in pieces):
        return item
    updated = _updated(item, pieces, passes, map)
    if item.is_rasch_first:
        alone = _updated(item.with_slope_before, pieces, passes, map)
        updated = replace(updated, rasch=(alone.b, alone.variance_b))
    return updated


def _updated(item: ItemPosterior, pieces: Sequence[Answers], passes: int, map: Map) -> ItemPosterior:
    point = (item.log_a, item.b)
    for _ in range(passes):
        sums = reduce(add, map(partial(answer_sums, item, point), pieces))
        point, covariance = newton_step(item, sums)
    return replace(
        item,
        log_a=point[0],
        b=point[1],
        variance_log_a=float(covariance[0, 0]),
        variance_b=float(covariance[1, 1]),
        covariance=float(covariance[0, 1]),
        answers=item.answers + sums.answers,
    )


def answer_sums(item: ItemPosterior, point: tuple[float, float], answers: Answers) -> AnswerSums:
    """Return the gradient and expected information of the answers' log-likelihood at (log a, b) = `point`.

    With L(x) = sum over points of weight × P(x | theta), the gradient of log L(x) is the average of the gradient of
    log P(x | theta) over theta given the answer x too; the information is its square, averaged over the scores x.
    """
    _check_scores(answers.score, len(item.offsets) or 1)
    log_p, gradient = _curves(item, point, answers.theta.reshape(-1))
    shape = (len(log_p), *answers.theta.shape)  # scores, answers, points
    joint = np.exp(log_p).reshape(shape) * answers.weight
    likelihood = joint.sum(axis=2)
    with np.errstate(invalid="ignore"):  # a score that cannot happen has no gradient, and no share below
        averaged = (joint * gradient.reshape(2, *shape)).sum(axis=3) / likelihood
    averaged = np.where(likelihood > 0, averaged, 0.0)
    given = averaged[:, answers.score, np.arange(len(answers.score))].sum(axis=1)
    information = np.einsum("kn,pkn,rkn->pr", likelihood, averaged, averaged)
    of_both = (float(information[0, 0]), float(information[0, 1]), float(information[1, 1]))
    return AnswerSums(point, (float(given[0]), float(given[1])), of_both, len(answers.score))


def newton_step(item: ItemPosterior, sums: AnswerSums) -> tuple[tuple[float, float], Array]:
    """Return the next point towards the mode of the posterior, and the covariance (2, 2) around it.

    With prior N(m, S), gradient u and information F at v: (I + S F) step = S u - (v - m), covariance
    (I + S F)⁻¹ S. Written so, a parameter that is known exactly (variance 0) needs no exception.
    """
    prior = np.array([[item.variance_log_a, item.covariance], [item.covariance, item.variance_b]])
    of_a, of_both, of_b = sums.information
    shrink = np.eye(2) + prior @ np.array([[of_a, of_both], [of_both, of_b]])
    away = np.array(sums.point) - (item.log_a, item.b)
    step = np.clip(np.linalg.solve(shrink, prior @ sums.score - away), -_LONGEST, _LONGEST)
    covariance = np.linalg.solve(shrink, prior)
    point = (sums.point[0] + float(step[0]), sums.point[1] + float(step[1]))
    return point, np.asarray((covariance + covariance.T) / 2, dtype=np.float64)


def _curves(item: ItemPosterior, point: tuple[float, float], theta: Array) -> tuple[Array, Array]:
    """Return log P (scores, points) and its gradient by log a and b (2, scores, points)."""
    a, b = math.exp(point[0]), point[1]
    if item.curve is Curve.LOGISTIC:
        return _logistic_curves(a * (theta - b), a, item.c, item.d)
    logits = a * (theta - b - np.array(item.offsets)[:, np.newaxis])
    log_p, by_step = (graded_curves if item.curve is Curve.GRADED else partial_credit_curves)(logits[np.newaxis])
    by_log_a = np.einsum("jq,jkq->kq", logits, by_step[0])
    return log_p[0], np.stack([by_log_a, -a * by_step[0].sum(axis=0)])


def _logistic_curves(logit: Array, a: float, c: float, d: float) -> tuple[Array, Array]:
    wrong, right = log_probabilities(logit, 1.0, 0.0, c, d)
    does_not, knows = log_probabilities(logit, 1.0, 0.0)
    change = math.log(d - c) + knows + does_not
    by_logit = np.stack([-np.exp(change - wrong), np.exp(change - right)])
    return np.stack([wrong, right]), np.stack([logit * by_logit, -a * by_logit])


def _scores(score: ArrayLike) -> NDArray[np.int64]:
    scores = np.asarray(score)
    if scores.ndim != 1 or (scores.size and (np.any(scores != np.round(scores)) or scores.min() < 0)):
        raise AnswersNotUsable("Scores must be a row of whole numbers from 0. Leave out items that were not asked.")
    return scores.astype(np.int64)


def _check_scores(scores: NDArray[np.int64], highest: int) -> None:
    if scores.size and scores.max() > highest:
        raise AnswersNotUsable(f"A score of {scores.max()} on an item with scores 0 to {highest}. Check the scoring.")
