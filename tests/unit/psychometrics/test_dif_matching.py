"""Whom to compare with whom: matching, its purification, and groups that cannot be compared."""

import numpy as np
import pytest

from assessor.psychometrics.care.dif.contrasts import Contrast, GroupsNotComparable
from assessor.psychometrics.care.dif.logistic import logistic_regression
from assessor.psychometrics.care.dif.mantel_haenszel import mantel_haenszel
from assessor.psychometrics.care.dif.matching import Ability, MatchingNotPossible, NumberCorrect
from assessor.psychometrics.care.dif.purification import purified
from assessor.psychometrics.measuring.responses import Responses
from tests.unit.psychometrics.two_groups import adaptive, by_number_correct, fixed_form


def test_unfair_items_are_taken_out_of_the_matching() -> None:
    unfair = dict.fromkeys(range(6), 1.2)
    contrast, matching = by_number_correct(fixed_form(4, 1500, 1500, harder=unfair))

    found = purified(contrast, lambda anchors: NumberCorrect.over(contrast, anchors))

    assert found.converged
    assert np.flatnonzero(~found.anchors).tolist() == list(range(6))
    fair = slice(6, 20)
    before = np.mean([item.delta for item in mantel_haenszel(contrast, matching)[fair]])
    after = np.mean([item.delta for item in mantel_haenszel(contrast, found.matching)[fair]])
    assert before > 0.4
    assert abs(after) < 0.1


def test_the_studied_item_belongs_to_the_total_even_when_it_is_no_anchor() -> None:
    contrast, matching = by_number_correct(fixed_form(4))
    without = NumberCorrect.over(contrast, np.arange(20) != 7)

    assert mantel_haenszel(contrast, without)[7] == mantel_haenszel(contrast, matching)[7]
    assert logistic_regression(contrast, without)[7] == logistic_regression(contrast, matching)[7]
    assert mantel_haenszel(contrast, without)[8] != mantel_haenszel(contrast, matching)[8]


def test_groups_that_find_everything_different_cannot_be_matched() -> None:
    contrast, _ = by_number_correct(fixed_form(4, 500, 500, harder={item: (-1) ** item * 1.5 for item in range(20)}))

    with pytest.raises(MatchingNotPossible, match="seem fair"):
        purified(contrast, lambda anchors: NumberCorrect.over(contrast, anchors))


def test_totals_over_different_items_are_refused() -> None:
    responses, theta = adaptive(1, each=50)
    contrast = Contrast.between(responses, "ar")

    with pytest.raises(MatchingNotPossible, match="Match on theta"):
        NumberCorrect.over(contrast)
    with pytest.raises(MatchingNotPossible, match="100 people and 99 thetas"):
        Ability.of(contrast, theta[1:])
    with pytest.raises(MatchingNotPossible, match="not a number"):
        Ability.of(contrast, np.where(theta > 1, np.nan, theta))
    with pytest.raises(MatchingNotPossible, match="at least 2 strata"):
        Ability.of(contrast, theta, strata=1)
    with pytest.raises(MatchingNotPossible, match="at least one"):
        NumberCorrect.over(contrast, np.zeros(60, dtype=bool))


@pytest.mark.parametrize(
    ("scores", "groups", "focal", "reference", "message"),
    [
        ([[1], [0]], ["en", "ar"], "fr", None, "The groups of these answers: ar, en"),
        ([[1], [0]], ["en", "ar"], "ar", "fr", "no group 'fr'"),
        ([[1], [0]], ["en", "ar"], "ar", "ar", "compared with itself"),
        ([[1], [0]], ["ar", "ar"], "ar", None, "nobody to compare"),
        ([[1], [0]], [], "ar", None, "groups of these answers: none"),
        ([[2], [0]], ["en", "ar"], "ar", None, "i1 have scores above 1"),
    ],
)
def test_groups_that_cannot_be_compared_are_named(
    scores: list[list[int]], groups: list[str], focal: str, reference: str | None, message: str
) -> None:
    with pytest.raises(GroupsNotComparable, match=message):
        Contrast.between(Responses.from_matrix(scores, groups=groups), focal, reference)
