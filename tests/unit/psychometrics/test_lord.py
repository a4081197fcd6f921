"""Parameters of one item in two groups, compared by Lord's statistic."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from assessor.psychometrics.calibration.linking import Link
from assessor.psychometrics.care.dif.lord import ParametersNotComparable, lord, lord_rasch
from assessor.psychometrics.measuring.response_models import Array, ItemParameters


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
