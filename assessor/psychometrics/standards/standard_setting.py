"""Cut scores from the judgement of a panel: Angoff and bookmark sheets, agreement of the experts, rising cuts.

    >>> items = {"phone": ItemParameters(1.0, -1.0), "mail": ItemParameters(1.0, 0.0), "map": ItemParameters(1.0, 1.0)}
    >>> first = AngoffSheet("Basic", tuple(items), {"Grace": (0.7, 0.5, 0.3), "Olu": (0.8, 0.6, 0.4)})
    >>> cut = angoff_cut(first, items)
    >>> round(cut.theta, 2), round(cut.sd, 2)
    (0.24, 0.33)

What a learner at the border of a level can do is a judgement. A cut therefore comes with the spread of the panel that
set it, and whoever awards levels takes it as cut ~ N(theta, SD²): a level close to a contested cut is less certain.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

import numpy as np
from scipy.optimize import brentq, isotonic_regression

from assessor.psychometrics.measuring.response_models import Array, ItemParameters, log_probability_table

RESPONSE_PROBABILITY = 0.67
"""Chance of success at which an item counts as mastered in a bookmark booklet: RP67."""

MINIMUM_GAP = 0.1
"""Least distance of two cuts, in theta: less than any test tells apart."""

_ENDS = (-8.0, 8.0)

# 1.2533 = sqrt(pi / 2): how much less certain the median of a normal sample is than its mean.
_OF_A_MEDIAN = 1.2533

# Modified z-scores above 3.5 are outliers: Iglewicz and Hoaglin 1993. Panels that agree to .1 have none.
_OUTLYING, _SMALLEST_SPREAD = 3.5, 0.1


class JudgementsNotUsable(ValueError):
    """Judgements from which no cut follows; the message names the expert or the item."""


class CutsDoNotRise(ValueError):
    """Cuts of higher levels that lie no higher; the panel has to meet again."""


class Centre(StrEnum):
    """What stands for a panel: the median, which one stubborn expert cannot move, or the mean."""

    MEDIAN = "median"
    MEAN = "mean"


class Disorder(StrEnum):
    """What to do with cuts that do not rise."""

    POOL = "pool"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class AngoffSheet:
    """One round of Angoff judgements for one cut.

    level      what begins at the cut, as people call it
    items      ids of the items judged
    judgements each expert's probability, item by item, that a learner just at the cut is right; for items with
               several scores the expected share of the highest. None = not judged
    """

    level: str
    items: tuple[str, ...]
    judgements: Mapping[str, Sequence[float | None]]

    def __post_init__(self) -> None:
        if not self.judgements or not self.items:
            raise JudgementsNotUsable(f"The sheet for {self.level} has no judgements.")
        for expert, row in self.judgements.items():
            if len(row) != len(self.items):
                raise JudgementsNotUsable(f"{expert} judged {len(row)} items; the sheet has {len(self.items)}.")
            if any(value is not None and not 0 <= value <= 1 for value in row):
                raise JudgementsNotUsable(f"{expert} gave a probability outside 0 to 1.")
            if all(value is None for value in row):
                raise JudgementsNotUsable(f"{expert} judged nothing. Leave the row out.")

    @property
    def table(self) -> Array:
        """The judgements, (experts, items), nan where there is none."""
        return np.array(list(self.judgements.values()), dtype=np.float64)

    @property
    def spread_of_items(self) -> Mapping[str, float]:
        """Standard deviation of each item's probabilities, nan with fewer than two: talk about the largest."""
        columns = (column[~np.isnan(column)] for column in self.table.T)
        spreads = (float(column.std(ddof=1)) if len(column) > 1 else float("nan") for column in columns)
        return dict(zip(self.items, spreads, strict=True))


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a booklet: an item, the score that counts, and the theta where it is reached with the RP chance."""

    item: str
    score: int
    theta: float


@dataclass(frozen=True, slots=True)
class PanelCut:
    """One cut as a panel sees it.

    level           what begins at the cut
    experts         cut of each expert, in theta
    theta           the cut: median or mean over the panel
    sd              standard deviation over the panel; how far apart experts are
    standard_error  of `theta`: how far another such panel would probably be from it
    outliers        experts far from the rest; hear them before leaving them out
    inconsistency   of each expert: mean distance of judged and modelled probability at their own cut, 0 to 1; {} for
                    bookmarks
    """

    level: str
    experts: Mapping[str, float]
    theta: float
    sd: float
    standard_error: float
    outliers: tuple[str, ...]
    inconsistency: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class PanelCuts:
    """The strictly rising cuts of one competence, with their uncertainty.

    cuts             lowest first, in theta
    standard_errors  of each; where a cut was moved to make them rise, larger by the move
    sds              spread of each panel, larger by the move as well
    moved            how far each cut was moved; 0 = as the panel set it
    """

    cuts: tuple[float, ...]
    standard_errors: tuple[float, ...]
    sds: tuple[float, ...]
    moved: tuple[float, ...]

    @property
    def for_bands(self) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """The `cuts` and `cut_sds` of `bands.Bands`: an award takes each cut as N(cut, SD²).

        Its SD is that of the panel, `sds`, and not the standard error: a learner is told what one more expert would
        say, and not what the mean of ever larger panels comes to.
        """
        return self.cuts, self.sds


def angoff_cut(
    sheet: AngoffSheet, parameters: Mapping[str, ItemParameters], centre: Centre = Centre.MEDIAN
) -> PanelCut:
    """Return the cut of one round: each expert's is the theta with the expected score that they ask for.

    Sum over the items judged of E(x | theta) = sum of the judged probabilities (times the highest score): the test
    characteristic curve read backwards. Keep the sheet and cut of each round; the last one counts, and `sd` should
    have fallen.

    Raises
    ------
    JudgementsNotUsable
        Fewer than two experts, an item without parameters, or an expert asks for less than guessing or more than
        anyone gives.

    References
    ----------
    Angoff 1971; Cizek and Bunch 2007, chapter 6 (modified, in rounds); van der Linden 1982 (inconsistency).
    """
    missing = [item for item in sheet.items if item not in parameters]
    if missing:
        raise JudgementsNotUsable(f"There are no parameters for {', '.join(missing[:5])}. Calibrate these items first.")
    items = [parameters[item] for item in sheet.items]
    cuts, inconsistency = {}, {}
    for expert, row in zip(sheet.judgements, sheet.table, strict=True):
        judged = ~np.isnan(row)
        chosen = [item for item, used in zip(items, judged, strict=True) if used]
        cuts[expert] = _theta_of(row[judged], chosen, expert)
        inconsistency[expert] = float(np.abs(_expected_shares(chosen, cuts[expert]) - row[judged]).mean())
    return panel_cut(sheet.level, cuts, centre, inconsistency)


def booklet(
    parameters: Mapping[str, ItemParameters], response_probability: float = RESPONSE_PROBABILITY
) -> tuple[Page, ...]:
    """Return the ordered booklet of the bookmark method, easiest page first; ties by item id.

    Each item is on as many pages as it has scores above 0; a page lies where P(score or more | theta) is the response
    probability, guessing included.

    Raises
    ------
    JudgementsNotUsable
        An item's curve never crosses the response probability.

    References
    ----------
    Mitzel, Lewis, Patz and Green 2001.
    """
    pages = []
    for name, item in parameters.items():
        for score in range(1, item.highest_score + 1):
            pages.append(Page(name, score, _mastered_at(name, item, score, response_probability)))
    return tuple(sorted(pages, key=lambda page: (page.theta, page.item, page.score)))


def bookmark_cut(
    level: str, pages: Sequence[Page], bookmarks: Mapping[str, int], centre: Centre = Centre.MEDIAN
) -> PanelCut:
    """Return the cut of a panel that placed bookmarks.

    Parameters
    ----------
    level
        What begins at the cut.
    pages
        The booklet, in its order.
    bookmarks
        How many pages each expert thinks a learner just at the cut masters: the bookmark lies behind them. The
        expert's cut is halfway between the last page mastered and the first that is not, since any theta between
        the two says the same, and taking the lower one sets every cut too low: Reckase 2006.

    Raises
    ------
    JudgementsNotUsable
        Fewer than two experts, or a bookmark before the first or behind the last page.
    """
    cuts = {}
    for expert, mastered in bookmarks.items():
        if not 1 <= mastered < len(pages):
            raise JudgementsNotUsable(
                f"{expert}'s bookmark must lie behind page 1 to {len(pages) - 1}, not {mastered}: "
                "outside, the booklet does not tell where the cut is. Add easier or harder items."
            )
        cuts[expert] = (pages[mastered - 1].theta + pages[mastered].theta) / 2
    return panel_cut(level, cuts, centre)


def panel_cut(
    level: str,
    experts: Mapping[str, float],
    centre: Centre = Centre.MEDIAN,
    inconsistency: Mapping[str, float] | None = None,
) -> PanelCut:
    """Sum up the cuts of a panel's experts, in theta, however they were found.

    Raises
    ------
    JudgementsNotUsable
        There are fewer than two experts, so that nothing is known of their agreement.
    """
    if len(experts) < 2:
        raise JudgementsNotUsable(f"The cut of {level} needs at least two experts; their agreement is its certainty.")
    thetas = np.array(list(experts.values()), dtype=np.float64)
    if not np.isfinite(thetas).all():
        raise JudgementsNotUsable(f"The experts' cuts of {level} must be finite numbers.")
    middle = float(np.median(thetas))
    sd = float(thetas.std(ddof=1))
    error = sd / float(np.sqrt(len(thetas)))
    distance = np.abs(thetas - middle)
    spread = max(float(np.median(distance)) / 0.6745, _SMALLEST_SPREAD)
    outliers = tuple(name for name, far in zip(experts, distance, strict=True) if far / spread > _OUTLYING)
    theta = middle if centre is Centre.MEDIAN else float(thetas.mean())
    error *= _OF_A_MEDIAN if centre is Centre.MEDIAN else 1.0
    return PanelCut(level, dict(experts), theta, sd, error, outliers, dict(inconsistency or {}))


def rising_cuts(
    competence: str,
    panel: Sequence[PanelCut],
    *,
    minimum_gap: float = MINIMUM_GAP,
    disorder: Disorder = Disorder.POOL,
) -> PanelCuts:
    """Return the cuts of one competence so that each lies at least `minimum_gap` above the one before.

    Cuts in order stay as they are. Others are moved as little as possible, the less certain the more: weighted least
    squares under the order (pool adjacent violators, on cuts less k times the gap). A move is doubt about the cut, and
    adds to its standard error and SD: sqrt(SE² + move²).

    Parameters
    ----------
    competence
        Its name, for messages.
    panel
        The cuts, lowest level first.
    minimum_gap
        Least distance, in theta, above 0.
    disorder
        `REFUSE` raises instead of moving anything.

    Raises
    ------
    CutsDoNotRise
        With `REFUSE`, naming the levels; with no cuts or a gap of 0 or below.

    References
    ----------
    Barlow, Bartholomew, Bremner and Brunk 1972.
    """
    if not panel or minimum_gap <= 0:
        raise CutsDoNotRise(f"Give {competence} at least one cut, and a least distance above 0.")
    crossing = [
        f"{upper.level} ({upper.theta:.2f}) after {lower.level} ({lower.theta:.2f})"
        for lower, upper in pairwise(panel)
        if upper.theta - lower.theta < minimum_gap - 1e-9
    ]
    if crossing and disorder is Disorder.REFUSE:
        raise CutsDoNotRise(
            f"In {competence} cuts do not rise by {minimum_gap}: {'; '.join(crossing)}. Let the panel judge again."
        )
    thetas, errors = (np.array([getattr(cut, name) for cut in panel]) for name in ("theta", "standard_error"))
    sds = np.array([cut.sd for cut in panel])
    if not crossing:
        return PanelCuts(_floats(thetas), _floats(errors), _floats(sds), (0.0,) * len(panel))
    steps = minimum_gap * np.arange(len(panel))
    certainty = 1 / np.square(np.maximum(errors, 0.01))
    cuts = isotonic_regression(thetas - steps, weights=certainty).x + steps
    moved = cuts - thetas
    return PanelCuts(_floats(cuts), _floats(np.hypot(errors, moved)), _floats(np.hypot(sds, moved)), _floats(moved))


def _expected_shares(items: Sequence[ItemParameters], theta: float) -> Array:
    """Return E(score | theta) / highest score of each item."""
    shares = np.exp(log_probability_table(items, [theta], uncertain=False)[:, :, 0])
    highest = np.array([item.highest_score for item in items])
    return np.asarray(shares @ np.arange(shares.shape[1]) / highest, dtype=np.float64)


def _theta_of(judged: Array, items: Sequence[ItemParameters], expert: str) -> float:
    """Return the theta with the expected score that an expert asks for."""
    points = np.array([item.highest_score for item in items])
    asked = float(points @ judged)

    def surplus(theta: float) -> float:
        return float(points @ _expected_shares(items, theta)) - asked

    if surplus(_ENDS[0]) >= 0 or surplus(_ENDS[1]) <= 0:
        raise JudgementsNotUsable(
            f"{expert} asks for {asked:.2f} of {points.sum()} points, which no ability leads to: "
            "guessing gives more, or hardly anyone as much. Ask for the judgements again."
        )
    return float(brentq(surplus, *_ENDS, xtol=1e-9))


def _mastered_at(name: str, item: ItemParameters, score: int, chance: float) -> float:
    def surplus(theta: float) -> float:
        shares = np.exp(log_probability_table([item], [theta], uncertain=False)[0, :, 0])
        return float(shares[score:].sum()) - chance

    lowest, highest = item.b - 40 / item.a, item.b + 40 / item.a
    if surplus(lowest) >= 0 or surplus(highest) <= 0:
        raise JudgementsNotUsable(
            f"The chance of success on item {name} never crosses {chance}, because of guessing or slips. Leave it out."
        )
    return float(brentq(surplus, lowest, highest, xtol=1e-9))


def _floats(values: Array) -> tuple[float, ...]:
    return tuple(float(value) for value in values)
