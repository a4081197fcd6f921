"""Judgements of a test column by column, and what can be said of them together."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

from assessor.psychometrics.adaptive import Design
from assessor.psychometrics.measuring.response_models import Array
from assessor.psychometrics.simulation.measures import Award, BandRow, Honesty, calibration_bins
from assessor.psychometrics.simulation.walking import Judgement
from assessor.psychometrics.standards.bands import Band

FAR_FROM_A_CUT = 0.25
"""Distance in theta from which an ability's band is clear: nearer, no short test can tell."""

Flags = NDArray[np.bool_]
Levels = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Judged:
    """Judgements of abilities: each (judgements,), `probabilities` (judgements, levels).

    level     true level, 0 = below the first cut
    band      true band as far as the pool can award it, 0 = none
    awarded   awarded band, 0 = none
    is_far    whether the ability is far from every cut that an award depends on
    is_clear  whether it is far from every cut
    """

    truth: Array
    theta: Array
    standard_error: Array
    probabilities: Array
    level: Levels
    band: Levels
    awarded: Levels
    is_far: Flags
    is_clear: Flags

    @classmethod
    def of(cls, design: Design, judgements: Sequence[Judgement]) -> Self:
        """Return the columns of judgements made by this design."""
        truth = np.array([one.true_theta for one in judgements])
        cuts = np.array(design.bands.cuts)
        level = np.searchsorted(cuts, truth, side="right")
        distance = np.abs(truth[:, np.newaxis] - cuts)
        highest = len(design.bands.relevant_cuts(design.highest_band))
        return cls(
            truth=truth,
            theta=np.array([one.theta for one in judgements]),
            standard_error=np.array([one.standard_error for one in judgements]),
            probabilities=np.array([one.level_probabilities for one in judgements]),
            level=level,
            band=np.minimum(level, highest),
            awarded=np.array([one.awarded or 0 for one in judgements], dtype=np.intp),
            is_far=np.all(distance[:, :highest] > FAR_FROM_A_CUT, axis=1),
            is_clear=np.all(distance > FAR_FROM_A_CUT, axis=1),
        )

    @cached_property
    def error(self) -> Array:
        """Estimate minus truth."""
        return self.theta - self.truth

    @property
    def is_exact(self) -> Flags:
        """Whether the awarded band is the true one."""
        return np.asarray(self.awarded == self.band)

    @property
    def honesty(self) -> Honesty:
        """What was stated against what is so."""
        stated = self.probabilities.max(axis=1)
        is_right = self.probabilities.argmax(axis=1) == self.level
        levels = np.arange(self.probabilities.shape[1])
        has_award = self.awarded > 0
        # P(the awarded band is reached) is the sum over its level and those above.
        reached = (self.probabilities * (levels >= self.awarded[:, np.newaxis])).sum(axis=1)
        rmse, mean_se = float(np.sqrt(np.square(self.error).mean())), float(self.standard_error.mean())
        return Honesty(
            stated=float(stated.mean()),
            real=float(is_right.mean()),
            real_far=share(is_right, self.is_clear),
            overconfidence=float(stated.mean() - is_right.mean()),
            award_stated=float(reached[has_award].mean()) if has_award.any() else None,
            award_real=self.awarded_true,
            bias=float(self.error.mean()),
            rmse=rmse,
            mean_se=mean_se,
            se_ratio=mean_se / rmse if rmse else None,
            calibration=calibration_bins(self.probabilities, self.level[:, np.newaxis] == levels),
        )

    @property
    def awarded_true(self) -> float | None:
        """The share of those given a band who have at least that band; None = nobody was given one."""
        return share(self.level >= self.awarded, self.awarded > 0)

    def awards(self, highest: Band | None) -> dict[str, Award]:
        """Return, for each band up to the highest that can be given, who got it and whether they have it."""
        return {
            band.name.lower(): Award(int((own := self.awarded == band).sum()), share(self.level >= band, own))
            for band in Band
            if band <= (highest or 0)
        }

    def by_band(self, lengths: Array) -> tuple[BandRow, ...]:
        """Return lengths and results of each true band; lengths (judgements,)."""
        return tuple(
            BandRow(
                band=Band(band).name.lower() if band else "below_basic",
                learners=int((own := self.band == band).sum()),
                mean_length=float(lengths[own].mean()),
                exact=float((self.awarded[own] == band).mean()),
                too_low=float((self.awarded[own] < band).mean()),
                too_high=float((self.awarded[own] > band).mean()),
                mean_se=float(self.standard_error[own].mean()),
            )
            for band in np.unique(self.band).tolist()
        )


def share(flags: Flags, among: Flags) -> float | None:
    """Return the share of flags that are set among some, None when there are none of these."""
    return float(flags[among].mean()) if among.any() else None
