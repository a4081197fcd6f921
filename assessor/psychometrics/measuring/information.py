"""How much one answer tells about theta, and which score is expected: the curves of an item and of a whole test.

    >>> float(item_information(0.0, 1.0, 0.0))
    0.25
    >>> item_characteristic([ItemParameters(a=1.2, b=0.0)], [0.0]).tolist()
    [[0.5]]

Information is Fisher's: its inverse square root is the smallest standard error that an estimate of theta from these
items can have. The information of a test is the sum over its items.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from assessor.psychometrics.measuring.derivatives import Curves, logistic_halves, proportion
from assessor.psychometrics.measuring.response_models import Array, ItemParameters, log_probability_table


def item_information(theta: ArrayLike, a: ArrayLike, b: ArrayLike, c: ArrayLike = 0.0, d: ArrayLike = 1.0) -> Array:
    """Return the information of logistic items at theta.

    Parameters
    ----------
    theta, a, b, c, d
        ability and item parameters as in `ItemParameters`; they broadcast

    Returns
    -------
    Array
        I = a² (P - c)² (d - P)² / ((d - c)² P (1 - P)), at least 0, in units of 1 / theta². It is a² P (1 - P) where
        nobody guesses and nobody slips, and is exact in both tails.

    References
    ----------
    Lord 1980, chapter 5 (d = 1); Magis 2013, Applied Psychological Measurement 37, 304-315 (4PL).
    """
    slope, difficulty, lower, upper = (np.asarray(value, dtype=np.float64) for value in (a, b, c, d))
    success, failure = logistic_halves(
        np.asarray(slope * (np.asarray(theta, dtype=np.float64) - difficulty), dtype=np.float64)
    )
    # P'² / (P Q) is a² S T times the shares of P and of Q that come from knowing and not knowing: nothing cancels.
    information = np.square(slope) * success * failure
    if np.any(lower > 0):
        information = information * proportion(success * (upper - lower), lower)
    if np.any(upper < 1):
        information = information * proportion(failure * (upper - lower), 1 - upper)
    return np.asarray(information, dtype=np.float64)


def most_informative_theta(a: ArrayLike, b: ArrayLike, c: ArrayLike = 0.0, d: ArrayLike = 1.0) -> Array:
    """Return the theta at which a logistic item tells most.

    The best P is the middle root of 2 P³ - 3 P² + (c + d - 2 c d) P + c d = 0, which sets the derivative of the
    information to 0.

    Parameters
    ----------
    a, b, c, d
        item parameters as in `ItemParameters`; they broadcast

    Returns
    -------
    Array
        theta, finite: b where nobody guesses or slips, and above b for an item that can be guessed

    References
    ----------
    Birnbaum 1968 (3PL); Magis 2013 (4PL).
    """
    slope, difficulty, lower, upper = (np.asarray(value, dtype=np.float64) for value in (a, b, c, d))
    # With P = t + 1/2 the cubic is t³ + p t + r = 0; its three roots are real, one each below c, inside, above d.
    p = (lower + upper - 2 * lower * upper - 1.5) / 2
    r = (lower + upper - 1) / 4
    angle = np.arccos(np.clip(1.5 * r / p * np.sqrt(-3 / p), -1, 1)) / 3
    best = 0.5 + 2 * np.sqrt(-p / 3) * np.cos(angle - 2 * np.pi / 3)
    return np.asarray(difficulty + np.log((best - lower) / (upper - best)) / slope, dtype=np.float64)


def information_table(items: Sequence[ItemParameters], theta: ArrayLike, *, uncertain: bool = True) -> Array:
    """Return the information of items of any curve, (items, points).

    Parameters
    ----------
    items
        n of them
    theta
        (points,)
    uncertain
        use the effective slope, so that items with an uncertain difficulty tell less

    Returns
    -------
    Array
        I(theta) = sum over scores of P'(theta)² / P(theta), at least 0, in units of 1 / theta²

    References
    ----------
    Samejima 1969 (graded); Muraki 1993, Applied Psychological Measurement 17, 351-363 (partial credit).
    """
    return (
        Curves.of(items, uncertain=uncertain)
        .derivatives(np.atleast_1d(np.asarray(theta, dtype=np.float64)))
        .information
    )


def whole_test_information(items: Sequence[ItemParameters], theta: ArrayLike, *, uncertain: bool = True) -> Array:
    """Return the information of a whole test, the sum over its items.

    Parameters
    ----------
    items, theta, uncertain
        as in `information_table`

    Returns
    -------
    Array
        (points,), at least 0, in units of 1 / theta²; its inverse square root is the standard error of ML

    References
    ----------
    Birnbaum 1968; Lord 1980, chapter 5.
    """
    return np.asarray(information_table(items, theta, uncertain=uncertain).sum(axis=0))


def item_characteristic(items: Sequence[ItemParameters], theta: ArrayLike, *, uncertain: bool = True) -> Array:
    """Return the expected score of each item, its characteristic curve.

    Parameters
    ----------
    items, theta, uncertain
        as in `information_table`

    Returns
    -------
    Array
        (items, points), the sum over scores k of k P(k | theta): from 0 to the item's highest score, never falling in
        theta. For a logistic item it is the probability of a right answer
    """
    p = np.exp(log_probability_table(items, theta, uncertain=uncertain))
    return np.asarray(np.einsum("k,ikp->ip", np.arange(p.shape[1], dtype=np.float64), p))


def whole_test_characteristic(items: Sequence[ItemParameters], theta: ArrayLike, *, uncertain: bool = True) -> Array:
    """Return the expected sum score of a test, its characteristic curve: the sum over its items.

    Parameters
    ----------
    items, theta, uncertain
        as in `information_table`

    Returns
    -------
    Array
        (points,), from 0 to the highest sum of scores, never falling in theta
    """
    return np.asarray(item_characteristic(items, theta, uncertain=uncertain).sum(axis=0))
