"""Small tables of a simulation report: each row says what it counted, and how many stand behind it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from assessor.psychometrics.adaptive.pool import Pool
from assessor.psychometrics.care.exposure_report import overlap_from_rates
from assessor.psychometrics.measuring.information import whole_test_information
from assessor.psychometrics.measuring.response_models import Array

EXPOSURE_LIMIT = 0.25
"""Share of learners above which an item is known too soon: `Usage.overexposed` counts those."""

_THETA_EDGES = np.arange(-2.5, 2.51, 0.5)
_PROBABILITY_BINS = 10
_INFORMATION_THETAS = np.linspace(-4.0, 4.0, 33)

# Items whose curves are in memory together.
_PART = 2_000


@dataclass(frozen=True)
class ThetaBin:
    """Learners whose true theta lies from `lowest` (None = no limit) up to, without, `highest`."""

    lowest: float | None
    highest: float | None
    learners: int
    mean_length: float
    bias: float
    rmse: float
    mean_se: float


@dataclass(frozen=True)
class CalibrationBin:
    """Statements "this person is on this level with probability p" with p from `lowest` to `highest`.

    statements  how many were made: one of each ability and level
    stated      mean of p
    real        share of them that were true
    """

    lowest: float
    highest: float
    statements: int
    stated: float
    real: float


@dataclass(frozen=True)
class BandRow:
    """Learners of one true band, "below_basic" included; the shares add up to 1."""

    band: str
    learners: int
    mean_length: float
    exact: float
    too_low: float
    too_high: float
    mean_se: float


@dataclass(frozen=True)
class Award:
    """Learners who were given one band.

    awarded     how many
    true_share  share of them who have at least that band; None = nobody was given it
    """

    awarded: int
    true_share: float | None


@dataclass(frozen=True)
class InformationPoint:
    """Information of all items of the pool together at a theta, in 1 / theta²."""

    theta: float
    information: float


@dataclass(frozen=True)
class Honesty:
    """Whether what the test states about itself is so.

    stated          mean stated probability of the most probable level
    real            share of abilities that are on it: what a report of that level would get right
    real_far        the same among abilities more than 0.25 from every cut; None = there were none
    overconfidence  stated minus real; near 0 is honest
    award_stated    mean stated probability that the awarded band is reached, where one was awarded; None = nowhere
    award_real      share of these that have reached it
    bias            mean of estimate minus truth, in theta
    rmse            root mean square of the same
    mean_se         mean stated standard error
    se_ratio        mean_se / rmse; near 1 is honest
    calibration     statements by their probability
    """

    stated: float
    real: float
    real_far: float | None
    overconfidence: float
    award_stated: float | None
    award_real: float | None
    bias: float
    rmse: float
    mean_se: float
    se_ratio: float | None
    calibration: tuple[CalibrationBin, ...] = field(repr=False)


@dataclass(frozen=True)
class CompetenceRow:
    """One competence of a test that tells them apart.

    mean_length  items of it that a learner was asked
    honesty      what the test states about it, against the truth
    """

    competence: str
    mean_length: float
    honesty: Honesty


@dataclass(frozen=True)
class Usage:
    """How the pool was used.

    items        in the pool
    unused       of them nobody met
    overexposed  of them met by more than a quarter of the learners
    overlap      share of a test that two learners have in common, on average; None = a single learner
    """

    items: int
    unused: int
    overexposed: int
    overlap: float | None


def theta_bins(truth: Array, error: Array, standard_error: Array, lengths: Array) -> tuple[ThetaBin, ...]:
    """Return learners by true theta, all arguments (learners,); bins without learners are left out."""
    which = np.searchsorted(_THETA_EDGES, truth, side="right")
    edges = [None, *_THETA_EDGES.tolist(), None]
    return tuple(
        ThetaBin(
            lowest=edges[at],
            highest=edges[at + 1],
            learners=int((own := which == at).sum()),
            mean_length=float(lengths[own].mean()),
            bias=float(error[own].mean()),
            rmse=float(np.sqrt(np.square(error[own]).mean())),
            mean_se=float(standard_error[own].mean()),
        )
        for at in np.unique(which).tolist()
    )


def calibration_bins(stated: Array, is_true: NDArray[np.bool_]) -> tuple[CalibrationBin, ...]:
    """Return statements of one shape by their stated probability; bins without statements are left out."""
    which = np.minimum((stated * _PROBABILITY_BINS).astype(np.intp), _PROBABILITY_BINS - 1)
    return tuple(
        CalibrationBin(
            lowest=at / _PROBABILITY_BINS,
            highest=(at + 1) / _PROBABILITY_BINS,
            statements=int((own := which == at).sum()),
            stated=float(stated[own].mean()),
            real=float(is_true[own].mean()),
        )
        for at in np.unique(which).tolist()
    )


def usage(exposure: Mapping[str, float], learners: int) -> Usage:
    """Return how a pool was used, from the share of learners who met each item."""
    rates = np.array(list(exposure.values()))
    return Usage(
        items=len(rates),
        unused=int((rates == 0).sum()),
        overexposed=int((rates > EXPOSURE_LIMIT).sum()),
        overlap=overlap_from_rates(rates, learners) if learners > 1 else None,
    )


def pool_information(pool: Pool) -> tuple[InformationPoint, ...]:
    """Return the information of the whole pool from theta -4 to 4, with the slopes that scoring uses."""
    parameters = [item.parameters for item in pool.items]
    parts = (parameters[first : first + _PART] for first in range(0, len(parameters), _PART))
    total = sum((whole_test_information(part, _INFORMATION_THETAS) for part in parts), np.zeros(1))
    pairs = zip(_INFORMATION_THETAS.tolist(), total.tolist(), strict=True)
    return tuple(InformationPoint(theta, information) for theta, information in pairs)


def length_counts(lengths: Sequence[int]) -> dict[int, int]:
    """Return how many tests had each length, from the shortest to the longest, with 0 between."""
    counts = Counter(lengths)
    return {length: counts[length] for length in range(min(counts), max(counts) + 1)}
