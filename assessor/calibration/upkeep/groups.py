"""Whether items are harder for one group than for equally able people of another: DIF, group by group."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from assessor.calibration.upkeep.rest_ability import RestAbility
from assessor.psychometrics.care.dif.contrasts import Contrast, Mask
from assessor.psychometrics.care.dif.matching import Matching, MatchingNotPossible, NumberCorrect
from assessor.psychometrics.care.dif.purification import Purified, purified
from assessor.psychometrics.care.dif.verdicts import DifRules, ItemDif, survey
from assessor.psychometrics.measuring.response_models import ItemParameters
from assessor.psychometrics.measuring.responses import Responses, Sparse

RULES = DifRules()

_FEWEST_ITEMS = 5


@dataclass(frozen=True)
class Comparison:
    """A group compared with the reference group.

    people, reference_people  how many there are
    findings                  by item; {} where nothing can be compared
    purified                  what people were matched by; None where nothing can be compared
    why_not                   "" = compared; otherwise why not, in a sentence
    is_problem                whether that is something to look at, and not just a small group
    """

    focal: str
    reference: str
    people: float
    reference_people: float
    findings: dict[str, ItemDif]
    purified: Purified | None
    why_not: str = ""
    is_problem: bool = False


def largest_group(responses: Responses) -> str:
    """Return the group that most people are in, the first by alphabet of equally large ones."""
    return responses.groups[int(np.bincount(responses.group, responses.weight).argmax())]


def compare_groups(responses: Responses, items: Sequence[ItemParameters], reference: str) -> tuple[Comparison, ...]:
    """Compare every other group with the reference group, over the items that are right or wrong.

    items  in the order of the columns
    """
    binary = responses.highest_score <= 1
    chosen = responses if binary.all() else _only(responses, binary)
    kept = [item for item, is_binary in zip(items, binary, strict=True) if is_binary]
    sizes = dict(zip(responses.groups, np.bincount(responses.group, responses.weight).tolist(), strict=True))
    comparisons = []
    for focal in (name for name in responses.groups if name != reference):
        waiting = Comparison(focal, reference, sizes[focal], sizes[reference], {}, None)
        if why_not := _too_few(waiting, len(kept)):
            comparisons.append(replace(waiting, why_not=why_not))
        else:
            comparisons.append(_compared(waiting, chosen, kept))
    return tuple(comparisons)


def _too_few(waiting: Comparison, items: int) -> str:
    fewest = min(waiting.people, waiting.reference_people)
    if fewest < RULES.per_group:
        return f"{fewest:.0f} people are too few to judge; {RULES.per_group} of each group are needed."
    if items < _FEWEST_ITEMS:
        return f"{items} right-or-wrong items are too few to match people by; {_FEWEST_ITEMS} are needed."
    return ""


def _compared(waiting: Comparison, responses: Responses, items: Sequence[ItemParameters]) -> Comparison:
    contrast = Contrast.between(responses, waiting.focal, waiting.reference)

    def match(anchors: Mask) -> Matching:
        if responses.is_complete:
            return NumberCorrect.over(contrast, anchors)
        return RestAbility.over(contrast, items, anchors, _only(responses, anchors))

    try:
        matched = purified(contrast, match)
    except MatchingNotPossible as error:
        return replace(waiting, why_not=str(error), is_problem=True)
    findings = {finding.item: finding for finding in survey(contrast, matched.matching, RULES)}
    return replace(waiting, findings=findings, purified=matched)


def _only(responses: Responses, chosen: Mask) -> Responses:
    """Return the answers to some of the items; the people stay, even those who answered none of them."""
    names = tuple(name for name, is_chosen in zip(responses.items, chosen, strict=True) if is_chosen)
    scores = responses.scores
    if not isinstance(scores, Sparse):
        return Responses(names, scores[:, chosen], responses.weight, responses.groups, responses.group)
    kept = chosen[scores.item]
    before = np.concatenate(([0], np.cumsum(kept)))
    place = np.cumsum(chosen) - 1
    part = Sparse(before[scores.start], place[scores.item[kept]].astype(np.int32), scores.score[kept])
    return Responses(names, part, responses.weight, responses.groups, responses.group)
