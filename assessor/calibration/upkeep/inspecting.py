"""One look at a bank: the answers, the parameters on file, an earlier calibration; what is found comes back."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from assessor.calibration.bank_items import BankItem
from assessor.calibration.upkeep.drift import Drift, compare
from assessor.calibration.upkeep.fit import dependent_pairs, item_fits
from assessor.calibration.upkeep.groups import Comparison, compare_groups, largest_group
from assessor.calibration.upkeep.people import People, Population, estimate_people
from assessor.calibration.upkeep.people_fit import PersonFitSummary, Precision, precision, summarise_person_fit
from assessor.calibration.upkeep.remarks import GroupFinding, ItemFinding, probability_of_key, severity
from assessor.psychometrics.care.classical import ItemStatistics, item_statistics
from assessor.psychometrics.care.dif.verdicts import benjamini_hochberg
from assessor.psychometrics.measuring.responses import Responses, Sparse

Tell = Callable[[str], None]

MANY_SURPRISE = "Many people's answers surprise the model. Look at the items first, then at how people sat the test."


@dataclass(frozen=True)
class Inspection:
    """What was found.

    people       who answered something (weighted)
    groups       comparisons with the reference group; () = nobody asked for them
    drift        None = nobody asked for it
    unanswered   items on file that nobody here answered
    """

    people: float
    is_fixed_form: bool
    population: Population
    precision: Precision
    person_fit: PersonFitSummary
    items: tuple[ItemFinding, ...]
    groups: tuple[Comparison, ...]
    drift: Drift | None
    unanswered: tuple[str, ...]

    @property
    def remarkable(self) -> list[ItemFinding]:
        """The items with remarks, the worst first."""
        found = [finding for finding in self.items if finding.remarks]
        return sorted(found, key=lambda finding: (severity(finding.remarks[0]), finding.item))

    @property
    def notes(self) -> tuple[str, ...]:
        """What is to be looked at and is no single item's."""
        found = []
        if self.person_fit.is_many:
            found.append(MANY_SURPRISE)
        found += [f"Group {one.focal}: {one.why_not}" for one in self.groups if one.is_problem]
        if self.drift and self.drift.why_not:
            found.append(self.drift.why_not)
        return tuple(found)

    @property
    def is_in_order(self) -> bool:
        """Whether there is nothing to look at."""
        return not self.notes and not self.remarkable


def inspect(
    responses: Responses,
    bank: Mapping[str, BankItem],
    *,
    reference: str | None = None,
    earlier: Mapping[str, BankItem] | None = None,
    tell: Tell = lambda _: None,
) -> Inspection:
    """Look at every item that was answered.

    responses  every item has a row in `bank`, and no score above its highest
    reference  group that others are compared with; None = the largest, where there are groups
    earlier    an earlier calibration; None = nothing to compare with
    tell       called with what comes next

    Raises `drift.NothingToCompare`, `LinkNotPossible` and `DriftNotMeasurable` for `earlier`.
    """
    moved = None if earlier is None else compare(bank, earlier)
    answers = _as_one_form(responses)
    on_file = _with_held_anchors([bank[name] for name in answers.items], answers.items, moved)
    items = [item.parameters for item in on_file]
    tell("Estimating abilities")
    people = estimate_people(answers, items)
    tell("Comparing answers with curves")
    found = _findings(answers, on_file, people)
    pairs = dependent_pairs(answers, items, people)
    tell("Comparing groups")
    groups: tuple[Comparison, ...] = ()
    if answers.groups:
        groups = compare_groups(answers, items, reference or largest_group(answers))
    findings = tuple(
        replace(
            finding,
            groups=tuple(_of_item(finding.item, groups)),
            pairs=tuple(pair for pair in pairs if finding.item in (pair.first, pair.second)),
            displacement=moved.displacements.get(finding.item) if moved else None,
        )
        for finding in found
    )
    return Inspection(
        float(answers.weight.sum()),
        answers.is_complete,
        people.population,
        precision(answers, people),
        summarise_person_fit(answers, items, people),
        findings,
        groups,
        moved,
        tuple(name for name in bank if name not in set(answers.items)),
    )


def _as_one_form(responses: Responses) -> Responses:
    """Return answers in the dense form where everybody answered everything, which a long table does not show."""
    if isinstance(responses.scores, Sparse) and len(responses.scores.score) == responses.persons * len(responses.items):
        return replace(responses, scores=responses.dense())
    return responses


def _with_held_anchors(on_file: Sequence[BankItem], names: Sequence[str], moved: Drift | None) -> list[BankItem]:
    """Return the items so that those held at their earlier parameters were not estimated from these answers."""
    held = set(moved.held) if moved else set[str]()
    return [replace(item, answers=None) if name in held else item for name, item in zip(names, on_file, strict=True)]


def _findings(responses: Responses, on_file: Sequence[BankItem], people: People) -> list[ItemFinding]:
    """Return what needs neither groups nor an earlier calibration."""
    fits = item_fits(responses, on_file, people)
    q = benjamini_hochberg([math.nan if fit.p is None else fit.p for fit in fits])
    statistics = item_statistics(responses, None if responses.is_complete else people.theta)
    return [
        ItemFinding(
            one.item,
            item,
            round(one.answers),
            one,
            fit,
            float(rate),
            _key_p(one, len(statistics)),
            responses.is_complete,
        )
        for one, item, fit, rate in zip(statistics, on_file, fits, q, strict=True)
    ]


def _key_p(statistics: ItemStatistics, items: int) -> float:
    """Return the chance that the worst of so many sound items looks as bad (Bonferroni); 1 where nothing is known."""
    p = probability_of_key(statistics)
    return 1.0 if math.isnan(p) else min(1.0, items * p)


def _of_item(item: str, groups: Sequence[Comparison]) -> list[GroupFinding]:
    return [GroupFinding(one.focal, one.reference, one.findings[item]) for one in groups if item in one.findings]
