"""When a test is over, and why: the reason is always given and stored.

The main reason to stop is that the award is decided. Stopping at a fixed precision instead asks about 40 %
more items for the same accuracy, because far from a cut a coarse estimate is enough (compare Eggen and
Straetmans 2000).

    >>> from assessor.psychometrics.ability import Estimator
    >>> coarse = Estimator().estimate(Estimator().grid.theta * 0)
    >>> Stopping().reason_to_stop(coarse, asked=20, is_decided=False, least_asked=5, is_exhausted=False)
    <Reason.MAXIMUM: 'maximum'>
"""

from dataclasses import dataclass
from enum import StrEnum

from assessor.psychometrics.ability import Estimate
from assessor.psychometrics.rules import Rule


class Reason(StrEnum):
    """Why a test ended. When several hold, the first of this order is given.

    It runs from what the result is worth to what merely ended the test: a decided award says most, whether it
    came with the last item or before. A precise estimate comes next, since it is a property of the result
    too. The two limits come last: `MAXIMUM` before `EXHAUSTED`, because a test of full length needed no
    larger bank.
    """

    DECIDED = "decided"
    PRECISE = "precise"
    MAXIMUM = "maximum"
    EXHAUSTED = "exhausted"


@dataclass(frozen=True)
class Stopping(Rule):
    """Length limits and the reasons to stop between them.

    minimum_items           no stop before, unless the bank is exhausted
    maximum_items           always a stop
    minimum_per_competence  items each competence should have before an early stop; competences with nothing
                            left to ask are excused. 3 gives every competence an estimate of its own (0 = not
                            required)
    when_decided            stop when the award is decided at every cut
    standard_error          stop when theta is known this precisely; None = never for this reason
    """

    minimum_items: int = 8
    maximum_items: int = 20
    minimum_per_competence: int = 0
    when_decided: bool = True
    standard_error: float | None = 0.40

    def __post_init__(self) -> None:
        self.check_number("minimum_items", 1, 1000, whole=True)
        self.check_number("maximum_items", self.minimum_items, 1000, whole=True)
        self.check_number("minimum_per_competence", 0, self.maximum_items, whole=True)
        self.check(isinstance(self.when_decided, bool), "when_decided must be true or false")
        if self.standard_error is not None:
            self.check_number("standard_error", 0.01, 2)

    def reason_to_stop(
        self, estimate: Estimate, asked: int, *, is_decided: bool, least_asked: int, is_exhausted: bool
    ) -> Reason | None:
        """Return why to stop after `asked` items, or None to go on.

        least_asked    items of the competence that has had fewest, among those with something left to ask
        is_exhausted   nothing is left to ask at all
        """
        is_over = asked >= self.maximum_items or is_exhausted
        if asked >= self.minimum_items and (is_over or least_asked >= self.minimum_per_competence):
            if self.when_decided and is_decided:
                return Reason.DECIDED
            if self.standard_error is not None and estimate.standard_error <= self.standard_error:
                return Reason.PRECISE
        if not is_over:
            return None
        return Reason.MAXIMUM if asked >= self.maximum_items else Reason.EXHAUSTED
