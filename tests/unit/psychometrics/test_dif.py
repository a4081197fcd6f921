"""An item that is unfair to a group is found, and fair items are left alone."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from assessor.psychometrics.care.dif.contrasts import Contrast
from assessor.psychometrics.care.dif.logistic import logistic_regression
from assessor.psychometrics.care.dif.mantel_haenszel import mantel_haenszel
from assessor.psychometrics.care.dif.matching import Ability, NumberCorrect
from assessor.psychometrics.care.dif.verdicts import (
    DifClass,
    benjamini_hochberg,
    ets_class,
    significant,
    survey,
)
from assessor.psychometrics.measuring.responses import MISSING, Responses
from tests.unit.psychometrics.two_groups import adaptive, by_number_correct, fixed_form


def test_an_item_that_is_harder_in_one_language_is_found_and_only_it() -> None:
    contrast, matching = by_number_correct(fixed_form(1, harder={4: 1.0}))

    findings = survey(contrast, matching)

    assert [finding.item for finding in findings if finding.needs_action] == ["i5"]
    assert [finding.item for finding in significant(findings)] == ["i5"]
    assert not findings[4].favours_focal
    # One logit of difference at slope 1.2 is 2.82 on the scale of delta, a little less in a total it is part of.
    assert findings[4].delta == pytest.approx(-2.6, abs=0.7)


def test_fair_items_raise_false_alarms_at_the_nominal_rate_though_groups_differ_in_ability() -> None:
    uniform, nonuniform, counts, alarms = [], [], [], []
    for seed in range(15):
        contrast, matching = by_number_correct(fixed_form(100 + seed))
        counts += [item.p for item in mantel_haenszel(contrast, matching)]
        regressions = logistic_regression(contrast, matching)
        uniform += [item.p_uniform for item in regressions]
        nonuniform += [item.p_nonuniform for item in regressions]
        alarms += [finding.needs_action for finding in survey(contrast, matching)]

    # 300 tests: two standard errors of .05 are .025.
    for p in (counts, uniform, nonuniform):
        assert np.mean(np.array(p) < 0.05) == pytest.approx(0.05, abs=0.03)
        assert np.mean(p) == pytest.approx(0.5, abs=0.05)
    assert sum(alarms) == 0


def test_adaptive_answers_are_compared_at_equal_theta() -> None:
    p = []
    for seed in range(3):
        responses, theta = adaptive(seed)
        contrast = Contrast.between(responses, "ar")
        matching = Ability.of(contrast, theta)
        pairs = zip(mantel_haenszel(contrast, matching), logistic_regression(contrast, matching), strict=True)
        p += [[counts.p, regression.p_uniform] for counts, regression in pairs if counts.is_estimated]
    assert np.mean(np.array(p) < 0.05, axis=0) == pytest.approx([0.05, 0.05], abs=0.035)

    responses, theta = adaptive(7, harder=1.2)
    contrast = Contrast.between(responses, "ar")
    findings = survey(contrast, Ability.of(contrast, theta))
    assert [finding.item for finding in findings if finding.needs_action] == ["i1"]
    assert findings[0].logistic.delta < -1.5


def test_an_advantage_that_turns_round_is_seen_by_regression_alone() -> None:
    contrast, matching = by_number_correct(fixed_form(3, 800, 800, flatter=6))

    counts, regressions = mantel_haenszel(contrast, matching)[6], logistic_regression(contrast, matching)[6]

    assert regressions.p_nonuniform < 1e-6
    assert counts.p > 0.001
    assert regressions.both == pytest.approx(regressions.uniform + regressions.nonuniform)
    assert regressions.r2_change > 0.02


def test_exchanged_groups_show_the_opposite_dif() -> None:
    responses = fixed_form(2, harder={4: 1.0})
    one, other = Contrast.between(responses, "ar", "en"), Contrast.between(responses, "en", "ar")

    for a, b in zip(survey(one, NumberCorrect.over(one)), survey(other, NumberCorrect.over(other)), strict=True):
        assert a.mantel_haenszel.delta == pytest.approx(-b.mantel_haenszel.delta)
        assert a.mantel_haenszel.chi2 == pytest.approx(b.mantel_haenszel.chi2)
        assert a.logistic.delta == pytest.approx(-b.logistic.delta, abs=1e-6)
        assert a.logistic.both == pytest.approx(b.logistic.both, abs=1e-6)
        assert a.dif_class is b.dif_class


def test_sparse_answers_and_weighted_patterns_change_no_result() -> None:
    dense = fixed_form(5, 150, 120, harder={2: 1.0})
    person, item = np.divmod(np.arange(270 * 20), 20)
    groups = [dense.groups[at] for at in dense.group]
    sparse = Responses.from_rows(person, item, dense.dense().ravel(), dense.items, groups)

    expected = [(f.delta, f.q, f.q_any) for f in survey(*by_number_correct(dense))]

    for other in (sparse, dense.patterns()):
        assert np.array([(f.delta, f.q, f.q_any) for f in survey(*by_number_correct(other))]) == pytest.approx(
            np.array(expected), rel=1e-6
        )


def test_a_third_group_takes_no_part_when_the_reference_is_named() -> None:
    two = fixed_form(6, 200, 200)
    scores = np.vstack([two.dense(), np.ones((50, 20), dtype=int)])
    names = [two.groups[at] for at in two.group]
    three = Responses.from_matrix(scores, groups=[*names, *["fr"] * 50])

    named = Contrast.between(three, "ar", "en")
    contrast, matching = by_number_correct(two)

    assert mantel_haenszel(named, NumberCorrect.over(named)) == mantel_haenszel(contrast, matching)


@pytest.mark.parametrize(
    ("delta", "error", "expected"),
    [
        (0.99, 0.01, DifClass.NEGLIGIBLE),
        (1.2, 0.7, DifClass.NEGLIGIBLE),
        (1.2, 0.3, DifClass.MODERATE),
        (-1.49, 0.01, DifClass.MODERATE),
        (1.6, 0.5, DifClass.MODERATE),
        (1.6, 0.3, DifClass.LARGE),
        (-2.5, 0.6, DifClass.LARGE),
    ],
)
def test_the_classes_of_the_ets_ask_for_size_and_significance(delta: float, error: float, expected: DifClass) -> None:
    assert ets_class(delta, error) is expected


@given(st.lists(st.floats(0, 1), min_size=1, max_size=40))
def test_discovery_rates_are_those_of_scipy(p: list[float]) -> None:
    assert benjamini_hochberg(p) == pytest.approx(stats.false_discovery_control(p), abs=1e-12)


def test_an_item_that_could_not_be_tested_does_not_count_as_tested() -> None:
    assert benjamini_hochberg([0.01, math.nan, 0.03]) == pytest.approx([0.02, math.nan, 0.03], nan_ok=True)


def test_groups_that_share_no_ability_are_not_compared_by_regression() -> None:
    # How able somebody is says of which group they are: a regression would only have its ridge to go by.
    right = np.arange(40)[:, np.newaxis] % 2
    contrast = Contrast.between(Responses.from_matrix(right, groups=["en"] * 20 + ["ar"] * 20), "ar")
    able = np.repeat([0.0, 1.0], 20)
    but_four = np.where(np.arange(40) < 4, 1.0, able)

    (apart,), (overlapping,) = (logistic_regression(contrast, Ability.of(contrast, at)) for at in (able, but_four))

    assert (apart.n_reference, apart.n_focal) == (20, 20)
    assert not apart.is_estimated
    assert math.isnan(apart.delta)
    assert overlapping.is_estimated
    assert overlapping.se_delta < 5


def test_a_group_that_is_all_right_has_a_test_but_no_size() -> None:
    right = np.concatenate([np.arange(50) % 2, np.ones(50, dtype=int)])[:, np.newaxis]
    contrast = Contrast.between(Responses.from_matrix(right, groups=["en"] * 50 + ["ar"] * 50), "ar")

    (found,) = logistic_regression(contrast, Ability.of(contrast, np.tile(np.arange(50.0), 2)))

    assert found.p_uniform < 1e-6
    assert math.isnan(found.delta)
    assert math.isnan(found.se_delta)


def test_a_stratum_of_one_person_shared_out_over_both_groups_compares_nothing() -> None:
    scores = np.array([[1, 0], [0, 1], [0, 1], [1, 0]])
    quarter = Responses.from_matrix(scores, groups=["en", "en", "ar", "ar"], weight=[0.25] * 4)
    contrast = Contrast.between(quarter, "ar")

    assert not mantel_haenszel(contrast, NumberCorrect.over(contrast))[0].is_estimated


def test_items_that_compare_nothing_have_no_statistics_and_no_class() -> None:
    rng = np.random.default_rng(1)
    scores = rng.integers(0, 2, (400, 4))
    scores[:, 0] = 1
    scores[:, 1] = 0
    scores[:200, 2] = MISSING
    contrast = Contrast.between(Responses.from_matrix(scores, groups=["en"] * 200 + ["ar"] * 200), "ar")

    findings = survey(contrast, Ability.of(contrast, rng.normal(size=400)))

    assert [finding.dif_class for finding in findings] == [None, None, None, DifClass.NEGLIGIBLE]
    for finding in findings[:3]:
        assert not finding.mantel_haenszel.is_estimated
        assert not finding.logistic.is_estimated
        assert math.isnan(finding.q)


def test_an_item_that_one_group_alone_can_do_is_the_worst_of_all() -> None:
    rng = np.random.default_rng(1)
    scores = rng.integers(0, 2, (400, 6))
    scores[:, 0] = np.arange(400) < 200
    contrast = Contrast.between(Responses.from_matrix(scores, groups=["en"] * 200 + ["ar"] * 200), "ar")

    finding = survey(contrast, Ability.of(contrast, rng.normal(size=400)))[0]

    assert finding.needs_action
    assert finding.delta < -10
    assert finding.logistic.both > 500
