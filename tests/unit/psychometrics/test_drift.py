"""Items that move are found, and do not bend the scale for the others."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessor.psychometrics.calibration.linking import Link, LinkMethod
from assessor.psychometrics.care.drift import (
    DriftNotMeasurable,
    DriftRules,
    TooFewStableAnchors,
    robust_z,
    shift,
    stable_link,
)
from assessor.psychometrics.measuring.response_models import ItemParameters

TRUE_LINK = Link(0.85, -0.4)


def calibrations(
    seed: int = 3, size: int = 24, error: float = 0.05
) -> tuple[dict[str, ItemParameters], dict[str, ItemParameters]]:
    """The same items on two scales, each known with an error."""
    rng = np.random.default_rng(seed)
    source, target = {}, {}
    for number in range(size):
        item = ItemParameters(float(rng.lognormal(0.1, 0.25)), float(rng.normal()), se_a=error, se_b=error)
        moved = TRUE_LINK.apply(item)
        source[f"i{number:02}"] = item
        target[f"i{number:02}"] = replace(
            moved, a=moved.a * math.exp(rng.normal(0, error)), b=moved.b + rng.normal(0, error)
        )
    return source, target


def test_a_shift_is_measured_in_the_sd_of_a_difference() -> None:
    stored, new = ItemParameters(1.2, 0.0, se_b=0.3), ItemParameters(1.2, 1.0, se_b=0.4)

    found = shift(stored, new)

    assert (found.displacement, found.sd, found.in_sd) == pytest.approx((1.0, 0.5, 2.0))
    assert not found.is_drift(DriftRules())
    assert found.is_drift(DriftRules(shift_in_sd=1.9))


def test_easier_and_harder_drift_alike() -> None:
    stored = ItemParameters(1.2, 0.0, se_b=0.1)

    assert shift(stored, replace(stored, b=0.43)).is_drift(DriftRules())
    assert shift(stored, replace(stored, b=-0.43)).is_drift(DriftRules())
    assert not shift(stored, replace(stored, b=0.42)).is_drift(DriftRules())


def test_the_bound_for_grown_posteriors_gives_few_false_alarms_and_keeps_its_power() -> None:
    rng = np.random.default_rng(8)
    old_error, fresh_error = 0.2, 0.15
    first, second = rng.normal(0, old_error, 4000), rng.normal(0, fresh_error, 4000)
    weight = old_error**-2 / (old_error**-2 + fresh_error**-2)
    error = (old_error**-2 + fresh_error**-2) ** -0.5

    def drifted(moved: float) -> float:
        pooled = weight * first + (1 - weight) * (second + moved)
        found = [
            shift(
                ItemParameters(1, stored, se_b=old_error), ItemParameters(1, new, se_b=error), new_answers_only=False
            ).is_drift(DriftRules())
            for stored, new in zip(first, pooled, strict=True)
        ]
        return float(np.mean(found))

    assert drifted(0.0) <= 0.0027
    assert drifted(1.5) > 0.95


def test_difficulties_without_errors_cannot_be_judged() -> None:
    with pytest.raises(DriftNotMeasurable, match="standard errors"):
        shift(ItemParameters(1.2, 0.0), ItemParameters(1.2, 1.0))


def test_robust_z_is_z_where_nothing_is_odd_and_ignores_one_that_is() -> None:
    ordinary = np.random.default_rng(2).normal(0.1, 0.2, 2001)

    z = robust_z(np.append(ordinary, 50.0))

    assert z[:-1] == pytest.approx((ordinary - 0.1) / 0.2, abs=0.2)
    assert z[-1] > 200


@given(st.lists(st.floats(-3, 3), min_size=4, max_size=30), st.floats(0.5, 2), st.floats(-1, 1))
def test_robust_z_does_not_ask_for_zero_and_unit(values: list[float], unit: float, zero: float) -> None:
    x = np.round(values, 2)

    assert robust_z(unit * x + zero) == pytest.approx(robust_z(x), rel=1e-6, abs=1e-6)


def test_equal_values_are_no_outliers_of_each_other() -> None:
    assert robust_z([0.1, 0.1, 0.1, 0.1, 0.1, 0.9, -0.9]).tolist() == [0, 0, 0, 0, 0, math.inf, -math.inf]


@pytest.mark.parametrize("method", LinkMethod)
def test_drifted_anchors_are_left_out_and_the_line_is_found(method: LinkMethod) -> None:
    source, target = calibrations()
    for item, moved in (("i03", 1.2), ("i11", 0.9), ("i17", 1.5)):
        target[item] = replace(target[item], b=target[item].b + moved)

    found = stable_link(source, target, method)

    assert {check.item for check in found.drifted} == {"i03", "i11", "i17"}
    assert len(found.kept) == 21
    assert abs(found.link.A - TRUE_LINK.A) < 0.04
    assert abs(found.link.B - TRUE_LINK.B) < 0.04
    assert {check.item for check in found.checks if check.is_drift(DriftRules())} == {"i03", "i11", "i17"}


def test_an_anchor_whose_slope_has_changed_has_drifted() -> None:
    source, target = calibrations()
    target["i05"] = replace(target["i05"], a=target["i05"].a * 2.5)

    found = stable_link(source, target)

    assert [check.item for check in found.drifted] == ["i05"]
    assert found.drifted[0].slope_ratio == pytest.approx(math.log(2.5), abs=0.15)


def test_anchors_that_have_not_moved_are_all_kept() -> None:
    for seed in range(10):
        source, target = calibrations(seed)

        found = stable_link(source, target)

        assert not found.drifted
        assert len(found.kept) == 24


def test_anchors_that_are_all_poorly_known_are_displaced_but_no_outliers() -> None:
    found = [stable_link(*calibrations(seed, error=0.3), LinkMethod.MEAN_GMEAN) for seed in range(12)]

    displaced = sum(abs(check.displacement) > 0.3 for link in found for check in link.checks)
    left_out = sum(len(link.drifted) for link in found)

    assert displaced > 0.2 * 288
    assert left_out < 0.05 * 288


def test_exact_anchors_are_no_reason_to_be_petty() -> None:
    source = {f"i{n}": ItemParameters(1.0, n / 5) for n in range(10)}
    target = {item: TRUE_LINK.apply(parameters) for item, parameters in source.items()}
    target["i4"] = replace(target["i4"], b=target["i4"].b + 0.05)

    assert not stable_link(source, target, LinkMethod.MEAN_SIGMA).drifted


def test_items_that_only_one_calibration_has_play_no_part() -> None:
    source, target = calibrations()
    shared = stable_link(source, target)

    wider = stable_link(source | {"new": ItemParameters(1, 3)}, target | {"old": ItemParameters(1, -3)})

    assert wider.link == shared.link
    assert wider.kept == shared.kept


def test_too_few_anchors_are_refused_with_what_to_do() -> None:
    source, target = calibrations(size=4)

    with pytest.raises(TooFewStableAnchors, match="share 4 items; a link needs 5"):
        stable_link(source, target)


def test_a_link_whose_anchors_have_drifted_away_is_refused_by_name() -> None:
    source, target = calibrations(size=6)
    target["i02"] = replace(target["i02"], b=target["i02"].b + 3)

    with pytest.raises(TooFewStableAnchors, match=r"1 have drifted \(i02\)"):
        stable_link(source, target, LinkMethod.MEAN_MEAN, DriftRules(fewest_anchors=6))
