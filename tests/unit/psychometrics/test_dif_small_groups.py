"""What is said of items that few people of a group have answered."""

import math

import numpy as np
import pytest

from assessor.psychometrics.care.dif.shrinkage import shrink
from assessor.psychometrics.care.dif.verdicts import (
    DifRules,
    survey,
)
from tests.unit.psychometrics.two_groups import by_number_correct, fixed_form


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
