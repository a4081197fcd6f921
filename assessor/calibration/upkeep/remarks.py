"""Findings about an item that a person should look at: what, how much, and what to do; the worst first."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from assessor.calibration.bank_items import BankItem
from assessor.calibration.unusable import shown
from assessor.calibration.upkeep.fit import Fit
from assessor.psychometrics.calibration.testlets import DependentPair
from assessor.psychometrics.care.classical import ItemStatistics
from assessor.psychometrics.care.dif.verdicts import DifClass, DifRules, ItemDif
from assessor.psychometrics.care.drift import DriftRules, Shift
from assessor.psychometrics.care.lifecycle import Evidence, GroupDif, LifecycleRules, State, Transition, next_state
from assessor.psychometrics.rules import Rule


class Kind(StrEnum):
    """What a remark is about, the worst first."""

    KEY = "wrong key"
    GROUP = "unfair to a group"
    DRIFT = "drift"
    MISFIT = "misfit"
    PAIR = "dependent pair"
    CONSTANT = "one score for all"
    UNEVEN = "groups differ"
    WEAK = "weak"


@dataclass(frozen=True, slots=True)
class Remark:
    """A finding to look at; what a doubtful key explains is not remarked on beside it.

    size   orders remarks of one kind
    text   what was found, in a sentence
    advice what to do
    """

    kind: Kind
    size: float
    text: str
    advice: str


@dataclass(frozen=True)
class RemarkRules(Rule):
    """When a finding is remarked on; all sizes come on top of significance.

    fewest_answers   below, nothing is said of an item's difficulty and discrimination
    false_alarms     share of false alarms tolerated among the misfits, or chance of one among the keys
    rmsea, residual  least misfit that matters: of S-X², and as a share of the highest score
    weak             a correlation with the other items surely below this is weak, in a fixed form
    r2_change        least Nagelkerke R² of DIF that changes with ability (moderate: Jodoin and Gierl 2001)
    """

    fewest_answers: int = 30
    false_alarms: float = 0.05
    rmsea: float = 0.05
    residual: float = 0.05
    weak: float = 0.15
    r2_change: float = 0.035


RULES = RemarkRules()
LIFECYCLE = LifecycleRules()
_DIF, _DRIFT = DifRules(), DriftRules()

_ONE_SIDED = 1.6448536269514722  # .05


@dataclass(frozen=True)
class GroupFinding:
    """DIF of an item between two groups."""

    focal: str
    reference: str
    dif: ItemDif


@dataclass(frozen=True)
class ItemFinding:
    """All that the answers say about an item.

    answers       people who answered it in this file
    fit_q         false discovery rate of its misfit; nan = not tested
    key_p         P(the worst of these items correlates with ability as low) if none went against it; 1 = unknown
    is_fixed_form whether everybody answered everything
    displacement  since the earlier calibration; None = not compared
    """

    item: str
    on_file: BankItem
    answers: int
    statistics: ItemStatistics
    fit: Fit
    fit_q: float
    key_p: float
    is_fixed_form: bool
    groups: tuple[GroupFinding, ...] = ()
    pairs: tuple[DependentPair, ...] = ()
    displacement: Shift | None = None

    @property
    def is_key_doubtful(self) -> bool:
        """Whether abler people do worse, beyond the chance of one such item among all."""
        return self.answers >= RULES.fewest_answers and self.key_p <= RULES.false_alarms

    @property
    def fits(self) -> bool | None:
        """Whether the answers follow the model; None = too few, or nothing estimated that could be tested."""
        if self.is_key_doubtful:
            return False
        tested = self.fit.size is not None and not math.isnan(self.fit_q) and bool(self.on_file.estimated)
        if not tested or self.answers < LIFECYCLE.operational_from:
            return None
        return not (self.fit_q <= RULES.false_alarms and (self.fit.size or 0.0) >= self._size_that_matters)

    @property
    def _size_that_matters(self) -> float:
        return RULES.rmsea if self.is_fixed_form else RULES.residual

    @property
    def transition(self) -> Transition:
        """Where the item belongs. Without a state on file it is one that its parameters let it be."""
        total = max(self.answers, self.on_file.answers or 0)
        evidence = Evidence(
            answers=total,
            new_answers=self.answers,
            is_calibrated=bool(self.on_file.estimated),
            fits=self.fits,
            shift_in_sd=None if self.displacement is None else self.displacement.in_sd,
            dif=tuple(_group_dif(one) for one in self.groups),
        )
        return next_state(self.on_file.state or State.SEEDED, evidence, LIFECYCLE)

    @property
    def remarks(self) -> tuple[Remark, ...]:
        """What a person should look at, the worst first."""
        found = [*_about_key(self), *_about_groups(self), *_about_drift(self), *_about_fit(self), *_about_pairs(self)]
        return tuple(sorted(found, key=severity))


def severity(remark: Remark) -> tuple[int, float]:
    """Return what remarks are sorted by: the kind, then the size, largest first."""
    return list(Kind).index(remark.kind), -remark.size


def probability_of_key(statistics: ItemStatistics) -> float:
    """Return P(correlation as low or lower) where item and ability have nothing in common, by Fisher's z."""
    r, answers = statistics.rest_correlation, statistics.answers
    if math.isnan(r) or answers < 4:
        return math.nan
    return 0.5 * math.erfc(-math.atanh(float(np.clip(r, -0.999, 0.999))) * math.sqrt((answers - 3) / 2))


def _group_dif(one: GroupFinding) -> GroupDif:
    counts = one.dif.mantel_haenszel
    return GroupDif(one.focal, one.dif.dif_class, round(counts.n_reference), round(counts.n_focal))


def _about_key(finding: ItemFinding) -> Iterator[Remark]:
    r, others = finding.statistics.rest_correlation, "the other items" if finding.is_fixed_form else "ability"
    if finding.answers < RULES.fewest_answers:
        return
    if finding.statistics.sd == 0:
        text = "Everybody has the same score, so it tells nobody from anybody."
        yield Remark(Kind.CONSTANT, finding.answers, text, "Make it harder or easier, or leave it out.")
    elif finding.is_key_doubtful:
        text = f"Abler people do worse on it: correlation {r:.2f} with {others}."
        advice = "Check the key first, then whether a wrong answer could be right as well."
        yield Remark(Kind.KEY, -r, text, advice)
    elif finding.is_fixed_form and not math.isnan(r):
        highest = math.tanh(math.atanh(min(r, 0.999)) + _ONE_SIDED / math.sqrt(max(finding.answers - 3, 1)))
        if highest < RULES.weak:
            text = f"Able people do hardly better on it than others: correlation {r:.2f} with {others}."
            yield Remark(Kind.WEAK, 1 - r, text, "Make the question clearer, or leave it out.")


def _about_groups(finding: ItemFinding) -> Iterator[Remark]:
    for one in finding.groups:
        delta, counts = one.dif.delta, one.dif.mantel_haenszel
        direction = "Easier" if one.dif.favours_focal else "Harder"
        whom = f"for {shown(one.focal)} than for equally able people of {shown(one.reference)}"
        numbers = f"{counts.n_focal:.0f} against {counts.n_reference:.0f} people"
        if one.dif.needs_action:
            text = f"{direction} {whom}: DIF of class C, delta {delta:.1f}, {numbers}."
            advice = "Compare wording, translation and pictures of the two before it is scored again."
            yield Remark(Kind.GROUP, abs(delta), text, advice)
        elif finding.is_key_doubtful:
            continue  # a wrong key turns every comparison round
        elif one.dif.dif_class is DifClass.MODERATE and one.dif.q <= _DIF.false_discovery:
            text = f"Somewhat {direction.lower()} {whom}: DIF of class B, delta {delta:.1f}, {numbers}."
            yield Remark(Kind.UNEVEN, abs(delta), text, "Compare its wording and translation; it may stay in use.")
        elif _changes_with_ability(one.dif):
            text = f"Fair to {shown(one.focal)} at one ability and not at another: DIF that changes, {numbers}."
            yield Remark(Kind.UNEVEN, one.dif.logistic.r2_change, text, "Compare its wording; it may stay in use.")


def _changes_with_ability(dif: ItemDif) -> bool:
    is_large = dif.logistic.r2_change >= RULES.r2_change
    return dif.dif_class is not None and dif.q_any <= _DIF.false_discovery and is_large


def _about_drift(finding: ItemFinding) -> Iterator[Remark]:
    moved = finding.displacement
    if moved is not None and moved.is_drift(_DRIFT) and not finding.is_key_doubtful:
        direction = "Harder" if moved.displacement > 0 else "Easier"
        how_far = f"{abs(moved.displacement):.2f} ({abs(moved.in_sd):.1f} SD)"
        text = f"{direction} than at the earlier calibration by {how_far}."
        cause = "What it asks about may have changed." if moved.displacement > 0 else "It may have become known."
        yield Remark(Kind.DRIFT, abs(moved.in_sd), text, f"{cause} Rewrite or replace it.")


def _about_fit(finding: ItemFinding) -> Iterator[Remark]:
    fit = finding.fit
    is_explained = finding.is_key_doubtful or finding.statistics.sd == 0
    if finding.fits is False and not is_explained and fit.size is not None:
        size = f"RMSEA {fit.size:.2f}" if finding.is_fixed_form else f"off by {fit.size:.0%} of the points on average"
        text = f"The answers do not follow its curve: {fit.method} {fit.statistic:.1f}, {fit.df} df, {size}."
        advice = "Look for a second right answer, a give-away, or something one must know besides."
        yield Remark(Kind.MISFIT, fit.size, text, advice)


def _about_pairs(finding: ItemFinding) -> Iterator[Remark]:
    for pair in finding.pairs:
        other = pair.second if pair.first == finding.item else pair.first
        text = f"Goes with {shown(other)} beyond ability: residuals correlate {pair.q3:.2f}, {pair.persons:.0f} people."
        yield Remark(Kind.PAIR, pair.excess, text, "Join the two to one testlet, or leave one out.")
