"""An item that is unfair to a group is found, and fair items are left alone."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from assessor.psychometrics.calibration.linking import Link
from assessor.psychometrics.care.dif.contrasts import Contrast, GroupsNotComparable
from assessor.psychometrics.care.dif.logistic import logistic_regression
from assessor.psychometrics.care.dif.lord import ParametersNotComparable, lord, lord_rasch
from assessor.psychometrics.care.dif.mantel_haenszel import mantel_haenszel
from assessor.psychometrics.care.dif.matching import Ability, Matching, MatchingNotPossible, NumberCorrect
from assessor.psychometrics.care.dif.purification import purified
from assessor.psychometrics.care.dif.shrinkage import shrink
from assessor.psychometrics.care.dif.verdicts import (
    DifClass,
    DifRules,
    benjamini_hochberg,
    ets_class,
    significant,
    survey,
)
from assessor.psychometrics.measuring.response_models import Array, ItemParameters, log_probability_table
from assessor.psychometrics.measuring.responses import MISSING, Responses

THETA = np.linspace(-5, 5, 61)


def people(
    seed: int, english: int, arabic: int, items: int = 20, impact: float = 0.5
) -> tuple[np.random.Generator, Array, list[str], Array]:
    """A generator, abilities (the second group is less able), group names, and difficulties."""
    rng = np.random.default_rng(seed)
    theta = np.concatenate([rng.normal(0, 1, english), rng.normal(-impact, 1, arabic)])
    return rng, theta, ["en"] * english + ["ar"] * arabic, rng.normal(-0.3, 1, items)


def fixed_form(
    seed: int,
    english: int = 400,
    arabic: int = 400,
    harder: dict[int, float] | None = None,
    flatter: int | None = None,
) -> Responses:
    """Answers to 20 items, some of which are harder, or one flatter, in the Arabic version."""
    rng, theta, group, b = people(seed, english, arabic)
    is_arabic = np.array(group) == "ar"
    difficulty = np.tile(b, (len(theta), 1))
    slope = np.full_like(difficulty, 1.2)
    for item, by in (harder or {}).items():
        difficulty[is_arabic, item] += by
    if flatter is not None:
        slope[is_arabic, flatter] = 0.2
        difficulty[:, flatter] = -0.25
    right = rng.random(difficulty.shape) < 1 / (1 + np.exp(-slope * (theta[:, np.newaxis] - difficulty)))
    return Responses.from_matrix(right.astype(int), groups=group)


def adaptive(seed: int, harder: float = 0.0, each: int = 700) -> tuple[Responses, Array]:
    """Answers to 16 of 60 items near each person, and EAP estimates; the item `i1` may be harder in Arabic."""
    rng, theta, group, b = people(seed, each, each, items=60, impact=1.0)
    difficulty = np.tile(b, (2 * each, 1))
    difficulty[each:, 0] += harder
    right = rng.random(difficulty.shape) < 1 / (1 + np.exp(-1.2 * (theta[:, np.newaxis] - difficulty)))
    distance = np.abs(theta[:, np.newaxis] + rng.normal(0, 0.5, (2 * each, 1)) - b) + rng.uniform(0, 1.5, right.shape)
    distance[:, 0] -= 0.7
    asked = np.argsort(distance, axis=1)[:, :16]
    scores = np.full(right.shape, MISSING)
    np.put_along_axis(scores, asked, np.take_along_axis(right, asked, axis=1).astype(int), axis=1)
    table = log_probability_table([ItemParameters(1.2, place) for place in b], THETA)
    log_posterior = (scores == 1) @ table[:, 1] + (scores == 0) @ table[:, 0] - THETA**2 / 2
    posterior = np.exp(log_posterior - log_posterior.max(axis=1, keepdims=True))
    estimates = posterior @ THETA / posterior.sum(axis=1)
    return Responses.from_matrix(scores, groups=group), estimates


def by_number_correct(responses: Responses) -> tuple[Contrast, Matching]:
    """Arabic against the rest, matched by number-correct."""
    contrast = Contrast.between(responses, "ar")
    return contrast, NumberCorrect.over(contrast)


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


def test_below_a_hundred_people_nothing_is_said() -> None:
    contrast, matching = by_number_correct(fixed_form(1, 400, 99, harder={4: 2.0}))

    findings = survey(contrast, matching)

    assert {finding.dif_class for finding in findings} == {None}
    assert not any(finding.needs_action for finding in findings)


def test_below_two_hundred_people_the_class_is_that_of_the_shrunken_delta() -> None:
    contrast, matching = by_number_correct(fixed_form(1, 400, 150, harder={4: 1.5}))

    small = survey(contrast, matching)[4]
    trusted = survey(contrast, matching, DifRules(shrink_below=100))[4]

    assert small.delta == small.shrunken.delta
    assert trusted.delta == trusted.mantel_haenszel.delta
    assert abs(small.delta) < abs(trusted.delta)


def test_shrinkage_makes_small_groups_less_wrong() -> None:
    rng = np.random.default_rng(9)
    true = rng.normal(0, 0.5, (20, 300))
    errors = rng.uniform(0.3, 1.5, true.shape)
    observed = true + rng.normal(0, errors)

    posteriors = [item for row in zip(observed, errors, strict=True) for item in shrink(*row)]
    mean, sd = np.array([p.delta for p in posteriors]), np.array([p.sd for p in posteriors])

    assert np.std(observed - true) > 0.9
    assert np.std(mean - true.ravel()) < 0.45
    assert np.mean(np.abs(mean - true.ravel()) < 1.645 * sd) == pytest.approx(0.9, abs=0.03)
    assert np.mean([p.probability_large for p in posteriors]) == pytest.approx(np.mean(np.abs(true) > 1.5), abs=0.01)


def test_with_equal_errors_shrinkage_is_that_of_zwick_thayer_and_lewis() -> None:
    deltas = np.array([-1.2, 0.4, 0.1, 2.0, -0.3])
    spread = deltas.var(ddof=1) - 0.25
    weight = spread / (spread + 0.25)

    found = shrink(deltas, np.full(5, 0.5))

    assert [item.delta for item in found] == pytest.approx(weight * deltas + (1 - weight) * deltas.mean())
    assert found[0].sd == pytest.approx(math.sqrt(weight * 0.25))
    for item in found:
        shares = (item.probability_negligible, item.probability_moderate, item.probability_large)
        assert sum(shares) == pytest.approx(1)
        assert min(shares) >= 0


def test_one_item_that_few_have_seen_does_not_hide_the_dif_of_the_others() -> None:
    deltas = [-1.8, 0.1, 0.2, -0.1, 1.9, 0.0]

    alone = shrink(deltas, [0.3] * 6)
    with_a_rare_one = shrink([*deltas, 0.5], [*[0.3] * 6, 8.0])

    assert with_a_rare_one[0].delta == pytest.approx(alone[0].delta, abs=0.05)


def test_what_is_not_known_is_expected_to_be_like_the_others() -> None:
    *_, unknown = shrink([-1.0, 0.0, 1.0, math.nan], [0.1, 0.1, 0.1, math.nan])

    assert unknown.delta == pytest.approx(0, abs=1e-9)
    assert unknown.sd == pytest.approx(math.sqrt(1 - 0.01), abs=1e-6)


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


def test_lords_statistic_of_fair_items_is_chi_squared() -> None:
    rng = np.random.default_rng(6)
    covariance = np.tile([[0.02, 0.01], [0.01, 0.05]], (4000, 1, 1))
    true = np.column_stack([rng.lognormal(0, 0.2, 4000), rng.normal(size=4000)])
    one, other = (true + rng.multivariate_normal([0, 0], covariance[0], 4000) for _ in range(2))

    tests = lord(one, other, covariance, covariance)

    assert {test.degrees_of_freedom for test in tests} == {2}
    assert stats.kstest([test.p for test in tests], "uniform").pvalue > 0.01
    assert tests[0].difference == pytest.approx(other[0, 1] - one[0, 1])


@settings(max_examples=20)
@given(st.floats(0.5, 2), st.floats(-2, 2))
def test_lords_statistic_does_not_depend_on_the_scale(slope: float, shift: float) -> None:
    line = Link(slope, shift)
    ours, theirs = np.array([[1.2, 0.3], [0.8, -1.0]]), np.array([[1.0, 0.6], [0.9, -1.4]])
    covariance = np.tile([[0.02, 0.01], [0.01, 0.05]], (2, 1, 1))

    def on_the_other_scale(values: Array) -> Array:
        return np.column_stack([values[:, 0] / slope, line.theta(values[:, 1])])

    before = lord(ours, theirs, covariance, covariance)
    after = lord(
        on_the_other_scale(ours),
        on_the_other_scale(theirs),
        line.covariance(covariance),
        line.covariance(covariance),
    )

    assert [test.chi2 for test in after] == pytest.approx([test.chi2 for test in before])


def test_a_rasch_comparison_without_the_unfair_item_leaves_the_others_fair() -> None:
    reference = [ItemParameters(1.0, b, se_b=0.1) for b in (-1.0, 0.0, 1.0, 2.0)]
    focal = [ItemParameters(1.0, b + 0.3, se_b=0.1) for b in (-1.0, 0.0, 1.0, 3.0)]

    all_anchors = lord_rasch(reference, focal)
    fair_anchors = lord_rasch(reference, focal, [True, True, True, False])

    assert [test.chi2 for test in all_anchors] == pytest.approx([3.125, 3.125, 3.125, 28.125])
    assert [test.chi2 for test in fair_anchors] == pytest.approx([0, 0, 0, 50], abs=1e-9)
    assert [test.difference for test in fair_anchors] == pytest.approx([0, 0, 0, 1], abs=1e-9)


def test_parameters_that_do_not_pair_up_are_refused() -> None:
    known, exact, steep = ItemParameters(1, 0, se_b=0.1), ItemParameters(1, 0), ItemParameters(2, 0, se_b=0.1)

    for reference, focal, anchors, message in (
        ([known], [], None, "not 1 and 0"),
        ([known], [steep], None, "Slopes differ"),
        ([known], [exact], None, "no standard error"),
        ([known], [known], [False], "at least one"),
    ):
        with pytest.raises(ParametersNotComparable, match=message):
            lord_rasch(reference, focal, anchors)
    with pytest.raises(ParametersNotComparable, match="do not pair up"):
        lord([[1.0, 0.0]], [[1.0]], [np.eye(2)], [np.eye(2)])
    with pytest.raises(ParametersNotComparable, match="singular"):
        lord([[1.0, 0.0]], [[1.0, 0.0]], [np.zeros((2, 2))], [np.zeros((2, 2))])
