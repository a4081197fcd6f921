"""Who comes to a simulated test: virtual people as the design supposes them, or others."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from assessor.assessments.plots import written
from assessor.psychometrics.adaptive import Design
from assessor.psychometrics.measuring.hierarchy import Hierarchy
from assessor.psychometrics.simulation.populations import Population, WithGuessers, supposed_by


class Kind(StrEnum):
    """Whether people are equally good at everything."""

    ONE = "one"
    HIERARCHICAL = "hierarchical"


@dataclass(frozen=True)
class Visitors:
    """The people of a simulation.

    hierarchy    how their abilities hang together; None = one ability behind all competences
    mean, sd     of each ability
    guessers     share of them who tap without reading
    as_supposed  whether the prior of the design is right about those who read
    """

    hierarchy: Hierarchy | None
    competences: tuple[str, ...]
    mean: float
    sd: float
    guessers: float
    as_supposed: bool

    @classmethod
    def of(cls, design: Design, kind: Kind | None, mean: float | None, sd: float | None, guessers: float) -> "Visitors":
        """Return the people who come to this design; what is None is as it supposes."""
        prior = design.estimator
        hierarchy = design.hierarchy
        if kind is not None:
            areas = {code: code.partition(".")[0] for code in design.pool.competences}
            hierarchy = None if kind is Kind.ONE else hierarchy or Hierarchy(areas)
        mean = prior.prior_mean if mean is None else mean
        sd = prior.prior_sd if sd is None else sd
        as_supposed = (hierarchy, mean, sd) == (design.hierarchy, prior.prior_mean, prior.prior_sd)
        return cls(hierarchy, design.pool.competences, mean, sd, guessers, as_supposed)

    @property
    def population(self) -> Population:
        """Draws them."""
        readers = supposed_by(self.hierarchy, self.competences, self.mean, self.sd)
        return WithGuessers(readers, self.guessers) if self.guessers else readers

    @property
    def words(self) -> str:
        """One or two sentences about them."""
        spread = f"with mean {written(self.mean)} and standard deviation {self.sd:g}"
        if self.hierarchy is None or len(self.competences) == 1:
            said = f"One ability behind all questions, {spread}"
        else:
            across, within = self.hierarchy.general, self.hierarchy.general + self.hierarchy.area
            said = (
                f"An ability of their own in each of {len(self.competences)} competences, {spread}; two of them "
                f"correlate {within:.2f} within an area and {across:.2f} otherwise"
            )
        said += ", as the test supposes." if self.as_supposed else ". This is not what the test supposes."
        return said + (f" {self.guessers * 100:g} % of them tap without reading." if self.guessers else "")

    def to_json(self) -> dict[str, Any]:
        """Return them as a JSON object."""
        return {
            "kind": Kind.ONE if self.hierarchy is None else Kind.HIERARCHICAL,
            "mean": self.mean,
            "sd": self.sd,
            "guessers": self.guessers,
            "as_supposed": self.as_supposed,
            "hierarchy": None if self.hierarchy is None else self.hierarchy.to_json(),
        }
