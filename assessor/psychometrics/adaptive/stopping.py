"""When a test is over, and why: the reason is always given and stored.

The main reason to stop is that a decision is certain. Stopping at a fixed precision instead asks about 40 % more items
for the same accuracy, because far from a cut a coarse estimate is enough (compare Eggen and Straetmans 2000).

    >>> from assessor.psychometrics.measuring.ability import Estimator
    >>> from assessor.psychometrics.standards.bands import Band, Bands
    >>> coarse = Estimator().estimate(Estimator().grid.theta * 0)
    >>> Stopping().reason_to_stop(coarse, Progress(asked=20), Bands(), Band.BASIC)
    <Reason.MAXIMUM: 'maximum'>
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from statistics import NormalDist
from typing import Any, NamedTuple, Self

from assessor.psychometrics.measuring.ability import Estimate, normal_below
from assessor.psychometrics.rules import Rule
from assessor.psychometrics.standards.bands import Band, Bands


class Reason(StrEnum):
    """Why a test ended. When several hold, the first of this order is given.

    It runs from what the result is worth to what merely ended the test. First the decisions: the award is decided
    (`DECIDED`), one level is certain (`LEVEL`), the ratio of likelihoods at the cuts is decided (`RATIO`). A precise
    estimate comes next, since it is a property of the result too. `CURTAILED` says that the remaining questions would
    hardly change the decision. The two limits come last: `MAXIMUM` before `EXHAUSTED`, because a test of full length
    needed no larger bank.
    """

    DECIDED = "decided"
    LEVEL = "level"
    RATIO = "ratio"
    PRECISE = "precise"
    CURTAILED = "curtailed"
    MAXIMUM = "maximum"
    EXHAUSTED = "exhausted"


@dataclass(frozen=True)
class LikelihoodRatio(Rule):
    """Stop when, at every cut, the answers are likelier above or below an indifference region around it.

    delta        half the width of the region, in theta
    error        chance of a wrong decision at either side that is accepted (alpha = beta)
    generalised  compare the best theta above the region with the best below (GLR: Thompson 2011) instead of the
                 region's ends (SPRT: Wald 1947, Reckase 1983). It is never less efficient
    """

    delta: float = 0.3
    error: float = 0.1
    generalised: bool = True

    def __post_init__(self) -> None:
        self.check_number("delta", 0.01, 2)
        self.check_number("error", 0.001, 0.4)
        self.check(isinstance(self.generalised, bool), "generalised must be true or false")

    def is_decided(self, estimate: Estimate, cut: float) -> bool:
        """Whether the answers speak clearly enough for one side of the cut: |log ratio| >= log((1 - e) / e)."""
        above, below = cut + self.delta, cut - self.delta
        if self.generalised:
            best = estimate.most_likely()
            above, below = max(above, best), min(below, best)
        ratio = estimate.log_likelihood_at(above) - estimate.log_likelihood_at(below)
        return abs(ratio) >= math.log((1 - self.error) / self.error)


class Progress(NamedTuple):
    """How far a test is.

    asked                 items answered
    least_asked           items of the competence that has had fewest, among those with something left to ask
    information_to_come   information that the items up to the maximum length can still add
    is_exhausted          nothing is left to ask
    """

    asked: int
    least_asked: int = 0
    information_to_come: float = math.inf
    is_exhausted: bool = False


@dataclass(frozen=True)
class Stopping(Rule):
    """Length limits and the reasons to stop between them.

    minimum_items           no stop before, unless the bank is exhausted
    maximum_items           always a stop
    minimum_per_competence  items each competence should have before an early stop; competences with nothing
                            left to ask are excused. 3 gives every competence an estimate of its own (0 = not
                            required)
    maximum_per_competence  no more items of one competence than this; None = any number
    when_decided            stop when the award is decided at every cut
    level_certainty         stop when one level has this posterior probability; None = never for this reason
    likelihood_ratio        stop when the ratio of likelihoods is decided at every cut; None = never
    standard_error          stop when theta is known this precisely; None = never for this reason
    curtailment             stop when the decision at full length would be today's with this probability; None = never
    each_competence         what is to be decided is the level of each competence, not of the whole
    """

    minimum_items: int = 8
    maximum_items: int = 20
    minimum_per_competence: int = 0
    maximum_per_competence: int | None = None
    when_decided: bool = True
    level_certainty: float | None = None
    likelihood_ratio: LikelihoodRatio | None = None
    standard_error: float | None = 0.40
    curtailment: float | None = None
    each_competence: bool = False

    def __post_init__(self) -> None:
        self.check_number("minimum_items", 1, 5000, whole=True)
        self.check_number("maximum_items", self.minimum_items, 5000, whole=True)
        self.check_number("minimum_per_competence", 0, self.maximum_items, whole=True)
        if self.maximum_per_competence is not None:
            self.check_number("maximum_per_competence", max(self.minimum_per_competence, 1), 5000, whole=True)
        self.check(isinstance(self.when_decided, bool), "when_decided must be true or false")
        self.check(isinstance(self.each_competence, bool), "each_competence must be true or false")
        is_rule = self.likelihood_ratio is None or isinstance(self.likelihood_ratio, LikelihoodRatio)
        self.check(is_rule, "likelihood_ratio must be null or an object")
        both = self.each_competence and self.curtailment is not None
        self.check(not both, "curtailment looks at the award of the whole, so it cannot go with each_competence")
        for name, lowest, highest in (
            ("level_certainty", 0.3, 0.999),
            ("standard_error", 0.01, 2),
            ("curtailment", 0.5, 0.9999),
        ):
            if getattr(self, name) is not None:
                self.check_number(name, lowest, highest)

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """Read what `to_json` wrote."""
        if isinstance(document, Mapping) and isinstance(ratio := document.get("likelihood_ratio"), Mapping):
            document = {**document, "likelihood_ratio": LikelihoodRatio.from_json(ratio)}
        return super().from_json(document)

    def reason_to_stop(
        self, estimate: Estimate, progress: Progress, bands: Bands, highest: Band | None
    ) -> Reason | None:
        """Return why to stop, or None to go on.

        bands, highest   the cuts, and the highest band that can be awarded: what there is to decide
        """
        is_over = progress.asked >= self.maximum_items or progress.is_exhausted
        if progress.asked >= self.minimum_items and (is_over or progress.least_asked >= self.minimum_per_competence):
            reason = self.certain_by(estimate, bands, highest)
            if reason is None and not is_over and self._is_curtailed(estimate, progress, bands, highest):
                reason = Reason.CURTAILED
            if reason:
                return reason
        if not is_over:
            return None
        return Reason.MAXIMUM if progress.asked >= self.maximum_items else Reason.EXHAUSTED

    def certain_by(self, estimate: Estimate, bands: Bands, highest: Band | None) -> Reason | None:
        """Return by which rule an estimate is certain enough, whatever the length; None = by none."""
        if self.when_decided and bands.is_decided(estimate, highest):
            return Reason.DECIDED
        if self.level_certainty is not None and max(bands.level_probabilities(estimate)) >= self.level_certainty:
            return Reason.LEVEL
        if self.likelihood_ratio is not None:
            ratio, cuts = self.likelihood_ratio, bands.relevant_cuts(highest)
            if cuts and all(ratio.is_decided(estimate, cut) for cut in cuts):
                return Reason.RATIO
        if self.standard_error is not None and estimate.standard_error <= self.standard_error:
            return Reason.PRECISE
        return None

    def _is_curtailed(self, estimate: Estimate, progress: Progress, bands: Bands, highest: Band | None) -> bool:
        """Whether what is still to come would probably leave the award as it is: Finkelman 2008.

        At full length the posterior mean is about N(theta, v - w), with v the variance now and w = 1 / (1 / v + I) the
        variance then. A band is reached then when the mean lies above its cut by the margin that an award needs. So
        the award stays when the mean ends above the margin of the band reached and below that of the next.
        """
        possible = [band for band in Band if band <= (highest or 0)]
        if self.curtailment is None or not possible:
            return False
        variance = estimate.standard_error**2
        later = 1 / (1 / variance + progress.information_to_come)
        spread = math.sqrt(max(variance - later, 1e-12))
        z = NormalDist().inv_cdf(bands.certainty)

        def reached_in_the_end(band: Band) -> float:
            margin = z * math.hypot(math.sqrt(later), bands.sd_of(band))
            return normal_below((estimate.theta - bands.cuts[band - 1] - margin) / spread)

        now = bands.awarded_band(estimate, highest)
        following = Band((now or 0) + 1) if (now or 0) < possible[-1] else None
        stays = (1.0 if now is None else reached_in_the_end(now)) - (
            0.0 if following is None else reached_in_the_end(following)
        )
        return stays >= self.curtailment
