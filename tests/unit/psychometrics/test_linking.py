"""Laws of linking: a line between two scales is found exactly, and changes nothing but the names of the thetas."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessor.psychometrics.calibration.linking import Link, LinkMethod, LinkNotPossible, link, standard_errors
from assessor.psychometrics.measuring.response_models import Curve, ItemParameters, log_probability_table

THETA = np.linspace(-4, 4, 41)

LINKS = st.builds(Link, st.floats(0.4, 2.5), st.floats(-2, 2))


def form(seed: int = 1, size: int = 12) -> list[ItemParameters]:
    """Items of all curves, each known with some error."""
    rng = np.random.default_rng(seed)
    items = [
        ItemParameters(a, b, se_a=0.1, se_b=0.15, c=c)
        for a, b, c in zip(
            rng.lognormal(0.1, 0.3, size), rng.normal(0, 1, size), rng.uniform(0, 0.3, size), strict=True
        )
    ]
    items.append(ItemParameters.stepwise(Curve.PARTIAL_CREDIT, 0.9, (0.4, -0.6, 1.0), 0.1, 0.1))
    items.append(ItemParameters.stepwise(Curve.GRADED, 1.4, (-1.2, 0.1, 0.9), 0.1, 0.1))
    return items


def numbers(items: list[ItemParameters]) -> list[float]:
    """All parameters in one row."""
    return [n for item in items for n in (item.a, item.b, item.se_a, item.se_b, item.c, item.d, *item.thresholds)]


def pair(line: Link) -> tuple[float, float]:
    """A and B."""
    return line.A, line.B


@pytest.mark.parametrize("method", LinkMethod)
@settings(max_examples=15, deadline=None)
@given(line=LINKS, seed=st.integers(0, 10_000))
def test_a_form_that_was_only_renamed_gives_back_the_line(method: LinkMethod, line: Link, seed: int) -> None:
    source = form(seed)
    target = [line.apply(item) for item in source]

    found = link(source, target, method)

    assert pair(found) == pytest.approx((line.A, line.B), abs=1e-6)


@given(line=LINKS, seed=st.integers(0, 10_000))
def test_linking_there_and_back_is_the_identity(line: Link, seed: int) -> None:
    items = form(seed)

    returned = [line.inverse.apply(line.apply(item)) for item in items]

    assert numbers(returned) == pytest.approx(numbers(items), abs=1e-12)


@given(first=LINKS, second=LINKS)
def test_two_links_in_one_do_what_they_do_in_turn(first: Link, second: Link) -> None:
    items = form()

    in_turn = [second.apply(first.apply(item)) for item in items]

    assert numbers([first.then(second).apply(item) for item in items]) == pytest.approx(numbers(in_turn), abs=1e-12)
    assert first.then(second).theta(THETA) == pytest.approx(second.theta(first.theta(THETA)), abs=1e-12)


@settings(max_examples=30, deadline=None)
@given(line=LINKS)
def test_linking_changes_no_probability_and_no_uncertainty(line: Link) -> None:
    items = form()
    linked = [line.apply(item) for item in items]

    for uncertain in (False, True):
        before = np.exp(log_probability_table(items, THETA, uncertain=uncertain))
        after = np.exp(log_probability_table(linked, line.theta(THETA), uncertain=uncertain))
        assert after == pytest.approx(before, abs=1e-12)


@given(line=LINKS, seed=st.integers(0, 10_000))
def test_scores_after_linking_are_the_linked_scores(line: Link, seed: int) -> None:
    items = form(seed)
    rng = np.random.default_rng(seed)
    answers = [int(rng.integers(item.highest_score + 1)) for item in items]

    def eap(bank: list[ItemParameters], theta: np.ndarray, log_prior: np.ndarray) -> tuple[float, float]:
        table = log_probability_table(bank, theta)
        log_posterior = log_prior + sum(table[at, score] for at, score in enumerate(answers))
        posterior = np.exp(log_posterior - log_posterior.max())
        posterior /= posterior.sum()
        mean = float(posterior @ theta)
        return mean, float(posterior @ np.square(theta - mean)) ** 0.5

    mean, sd = eap(items, THETA, -np.square(THETA) / 2)
    linked = eap([line.apply(item) for item in items], line.theta(THETA), -np.square(THETA) / 2)

    assert linked == pytest.approx((float(line.theta(mean)), float(line.standard_error(sd))), abs=1e-9)


def test_rasch_scales_differ_by_a_shift_alone() -> None:
    source = [ItemParameters(1.0, b) for b in (-1.0, 0.2, 0.9)]
    target = [ItemParameters(1.0, b) for b in (-0.5, 0.9, 1.3)]

    found = link(source, target, LinkMethod.MEAN_MEAN)

    assert pair(found) == pytest.approx((1.0, 1.6 / 3))


def test_curves_are_hardly_misled_by_a_hard_item_with_a_flat_curve() -> None:
    source = form()
    wild = ItemParameters(0.2, 3.0)
    target = [*source, replace(wild, b=7.0)]

    by_moments, by_curves = (
        link([*source, wild], target, method) for method in (LinkMethod.MEAN_SIGMA, LinkMethod.STOCKING_LORD)
    )

    assert abs(by_moments.A - 1) > 0.25
    assert abs(by_curves.A - 1) < 0.1


@pytest.mark.parametrize("method", [LinkMethod.MEAN_SIGMA, LinkMethod.STOCKING_LORD])
def test_standard_errors_are_the_spread_of_links_over_calibrations(method: LinkMethod) -> None:
    source = [item for item in form(size=15) if item.curve is Curve.LOGISTIC]
    target = [Link(0.8, 0.4).apply(item) for item in source]
    rng = np.random.default_rng(5)

    def recalibrated(items: list[ItemParameters]) -> list[ItemParameters]:
        return [replace(i, a=i.a + rng.normal(0, i.se_a), b=i.b + rng.normal(0, i.se_b)) for i in items]

    found = [link(recalibrated(source), recalibrated(target), method) for _ in range(200)]
    spread = np.std([pair(line) for line in found], axis=0)

    # The SD of 200 draws is itself known to 5 %.
    assert standard_errors(source, target, method) == pytest.approx(tuple(spread), rel=0.15)


def test_a_covariance_is_linked_as_its_standard_errors_are() -> None:
    line = Link(0.8, 0.4)
    item = ItemParameters(1.2, 0.5, se_a=0.1, se_b=0.2)
    linked = line.apply(item)

    covariance = line.covariance([[0.01, 0.012], [0.012, 0.04]])

    assert np.sqrt(np.diag(covariance)) == pytest.approx((linked.se_a, linked.se_b))
    assert covariance[0, 1] == pytest.approx(0.012)


@pytest.mark.parametrize(
    ("source", "target", "message"),
    [
        ([], [], "no item in common"),
        ([ItemParameters(1, 0)], [], "1 and 0 anchors"),
        ([ItemParameters(1, 0)], [ItemParameters.stepwise(Curve.GRADED, 1, (0, 1))], "Calibrate both by one model"),
        ([ItemParameters(1, 0)] * 3, [ItemParameters(1, 0)] * 3, "equally difficult"),
    ],
)
def test_anchors_that_cannot_carry_a_link_are_named(
    source: list[ItemParameters], target: list[ItemParameters], message: str
) -> None:
    with pytest.raises(LinkNotPossible, match=message):
        link(source, target, LinkMethod.MEAN_SIGMA)


@pytest.mark.parametrize(("slope", "shift"), [(0.0, 0.0), (-1.0, 0.0), (float("inf"), 0.0), (1.0, float("nan"))])
def test_a_line_that_is_no_scale_is_refused(slope: float, shift: float) -> None:
    with pytest.raises(LinkNotPossible, match="A above 0"):
        Link(slope, shift)
