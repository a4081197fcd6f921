"""What is believed of item and population parameters before any answer.

    >>> priors = Priors.from_experts({"phone": -1.5, "mail": 0.5})
    >>> priors.of(["mail", "new"]).b_mean.tolist()
    [0.5, 0.0]

Below about 1,000 answers an item, estimates without priors are worse than the level that an expert names, and adaptive
selection makes them worse still: it picks the items whose slope was overestimated. So priors are the default, and
`Priors.flat()` is a deliberate act.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

import numpy as np

from assessor.psychometrics.measuring.response_models import Array

EXPERT_DEVIATION = 0.5
"""Spread of true difficulties around the centre of the level an expert named."""

AGREED_DEVIATION = 0.35
"""The same where two experts named the same level independently."""


FEWEST_PLACED = 5
"""Items that experts must have placed before their levels fix the scale: its error is then about 0.5 / sqrt(5)."""


@dataclass(frozen=True, slots=True)
class Normal:
    """A normal prior. An infinite deviation says nothing: a flat prior."""

    mean: float
    deviation: float

    def __post_init__(self) -> None:
        if not (math.isfinite(self.mean) and self.deviation > 0):
            raise ValueError(f"A prior needs a finite mean and a deviation above 0: {self}.")

    @property
    def precision(self) -> float:
        """1 / deviation², 0 for a flat prior."""
        return self.deviation**-2 if math.isfinite(self.deviation) else 0.0


@dataclass(frozen=True, slots=True)
class Share:
    """A beta prior for a share between 0 and 1: its mode, and the people whose answers would say as much.

    Beta(1 + people × mode, 1 + people × (1 - mode)); 0 people = flat.
    """

    mode: float
    people: float

    def __post_init__(self) -> None:
        if not (0 < self.mode < 1 and 0 <= self.people < math.inf):
            raise ValueError(f"The mode of a share lies between 0 and 1, and its people are 0 or more: {self}.")


FLAT = Normal(0.0, math.inf)


@dataclass(frozen=True)
class ItemPriors:
    """Priors in the order of the items of a calibration; precision 0 = flat.

    b_mean, b_precision  of the difficulty, or of the mean of the thresholds: (items,)
    log_a                natural logarithm of the slope
    threshold            a threshold minus the mean of the item's thresholds
    guessing, upper      c and d
    """

    b_mean: Array
    b_precision: Array
    log_a: Normal
    threshold: Normal
    guessing: Share
    upper: Share

    @property
    def is_flat(self) -> bool:
        """Whether nothing is believed of difficulties and slopes."""
        return not self.b_precision.any() and self.log_a.precision == 0


@dataclass(frozen=True)
class Priors:
    """Priors on every parameter. Densities are those of b, log a, c and d, whatever EM works with.

    difficulty     of an item that no expert has placed
    experts        of items that experts have placed, by item id
    log_a          slopes are log-normal: median 1.2, most between .7 and 2
    threshold      each threshold of a stepwise item around their mean
    guessing       c of 3PL and 4PL; the mode is 1 / number of options
    upper          d of 4PL
    group_mean     mean of a group that is not held at 0
    group_log_sd   natural logarithm of a group's standard deviation
    """

    difficulty: Normal = Normal(0.0, 1.5)
    experts: Mapping[str, Normal] = field(default_factory=dict)
    log_a: Normal = Normal(math.log(1.2), 0.25)
    threshold: Normal = Normal(0.0, 1.5)
    guessing: Share = Share(0.25, 20.0)
    upper: Share = Share(0.98, 50.0)
    group_mean: Normal = Normal(0.0, 2.0)
    group_log_sd: Normal = Normal(0.0, 0.5)

    @classmethod
    def from_experts(cls, centres: Mapping[str, float], deviation: float = EXPERT_DEVIATION) -> Self:
        """Return the default priors, with b ~ N(centre, deviation²) for the items that experts have placed."""
        return cls(experts={item: Normal(centre, deviation) for item, centre in centres.items()})

    @classmethod
    def flat(cls) -> Self:
        """Return no priors at all: maximum likelihood, for at least 1,000 answers an item."""
        return cls(FLAT, {}, FLAT, FLAT, Share(0.25, 0.0), Share(0.98, 0.0), FLAT, FLAT)

    @property
    def is_flat(self) -> bool:
        """Whether the result is decided by the answers alone, difficulties and slopes having no prior."""
        return self.difficulty.precision == 0 and not self.experts and self.log_a.precision == 0

    @property
    def knows_no_scale(self) -> bool:
        """Whether no prior changes when theta is renamed. Those on shares never do."""
        scales = (self.difficulty, self.log_a, self.threshold, self.group_mean, self.group_log_sd)
        return not self.experts and all(prior.precision == 0 for prior in scales)

    def fix_scale(self, items: Sequence[str]) -> bool:
        """Whether experts placed at least half of these items, and `FEWEST_PLACED`: people need no fixed mean then."""
        placed = sum(item in self.experts and self.experts[item].precision > 0 for item in items)
        return placed >= FEWEST_PLACED and 2 * placed >= len(items)

    def of(self, items: Sequence[str]) -> ItemPriors:
        """Return the priors of these items, in their order."""
        b = [self.experts.get(item, self.difficulty) for item in items]
        mean, precision = (np.array(column, dtype=np.float64) for column in _columns(b))
        return ItemPriors(mean, precision, self.log_a, self.threshold, self.guessing, self.upper)


def _columns(priors: Sequence[Normal]) -> tuple[list[float], list[float]]:
    return [prior.mean for prior in priors], [prior.precision for prior in priors]
