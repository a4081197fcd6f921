"""What the EM algorithm asks of a response model, so that one driver calibrates all of them."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol

from assessor.psychometrics.measuring.response_models import Array, ItemParameters


class Model(StrEnum):
    """The response models that can be calibrated.

    RASCH     a = 1 for every item; the spread of the population is estimated
    ONE_PL    one slope for all items, the population is N(0, 1): the Rasch model on another scale
    TWO_PL    a slope for each item
    THREE_PL  and a share c who are right by guessing
    FOUR_PL   and a share d of those who know that are right
    PCM       partial credit, a = 1; the spread of the population is estimated
    GPCM      partial credit with a slope for each item
    GRM       graded response
    """

    RASCH = "rasch"
    ONE_PL = "1pl"
    TWO_PL = "2pl"
    THREE_PL = "3pl"
    FOUR_PL = "4pl"
    PCM = "pcm"
    GPCM = "gpcm"
    GRM = "grm"

    @property
    def is_dichotomous(self) -> bool:
        """Whether scores are 0 and 1 only."""
        return self in (Model.RASCH, Model.ONE_PL, Model.TWO_PL, Model.THREE_PL, Model.FOUR_PL)

    @property
    def slope_is_fixed(self) -> bool:
        """Whether a = 1, so that the population's standard deviation is estimated instead."""
        return self in (Model.RASCH, Model.PCM)


class ItemModel(Protocol):
    """The items of one calibration as EM sees them: one row of unconstrained values an item.

    Arrays are float64; `values` is (items, parameters), `counts` is (items, categories, nodes): the expected number
    of people at each node with each score.
    """

    @property
    def nodes(self) -> Array:
        """Theta of the quadrature points, (nodes,)."""
        ...

    def start(self, easiness: Array) -> Array:
        """Return first values from each item's mean share of its highest score, strictly between 0 and 1."""
        ...

    def to_values(self, parameters: Sequence[ItemParameters]) -> Array:
        """Return the values that give these parameters, one an item; undoes `to_parameters`."""
        ...

    def log_probability_table(self, values: Array) -> Array:
        """Return log P, (items, categories, nodes); -inf for categories an item does not have."""
        ...

    def gradient_table(self, values: Array) -> Array:
        """Return d log P / d values, (items, parameters, categories, nodes); 0 where the category does not exist."""
        ...

    def maximise(self, values: Array, counts: Array) -> Array:
        """Return values with a higher (never a lower) sum of counts × log P plus log prior: one M-step."""
        ...

    def within_bounds(self, values: Array) -> Array:
        """Return the nearest values that the model allows; a leap may end beyond them."""
        ...

    def rescaled(self, values: Array, mean: float, deviation: float) -> Array:
        """Return the values of the same curves when a theta of today is called (theta - mean) / deviation.

        For a logistic item a' = a × deviation, b' = (b - mean) / deviation; thresholds move as b does. Models with
        a = 1 are only called with deviation 1.
        """
        ...

    def log_prior(self, values: Array) -> float:
        """Return the log prior density of the values up to a constant; 0 without priors."""
        ...

    def prior_information(self, values: Array) -> Array:
        """Return minus the second derivatives of `log_prior`, (items, parameters, parameters); 0 without priors."""
        ...

    def to_parameters(self, values: Array, covariance: Array | None) -> tuple[ItemParameters, ...]:
        """Return the parameters, with standard errors by the delta method.

        covariance  of `values`, (items, parameters, parameters); None = not known, standard errors 0
        """
        ...
