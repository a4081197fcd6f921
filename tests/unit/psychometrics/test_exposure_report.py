"""What a report on the use of a bank says."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessor.psychometrics.care.exposure_report import (
    PathsNotUsable,
    chi_square,
    conditional_rates,
    exposure_rates,
    exposure_report,
    overlap,
    overlap_from_rates,
)

ITEMS = ("mail", "phone", "video", "web")


def test_exposure_rates_are_shares_of_people() -> None:
    paths = [["mail", "web"], ["mail", "phone"], ["mail"]]

    assert exposure_rates(paths, ITEMS).tolist() == pytest.approx([1, 1 / 3, 0, 1 / 3])
    assert conditional_rates(paths, ITEMS, [-2, 0.1, 0.2])[2].tolist() == pytest.approx([1, 0.5, 0, 0])
    assert np.isnan(conditional_rates(paths, ITEMS, [-2, 0.1, 0.2])[4]).all()


def test_the_report_sums_up() -> None:
    report = exposure_report([["mail", "web"], ["mail", "phone"]], ITEMS, theta=[-2, 0])

    assert report.to_json() == {
        "people": 2,
        "mean_length": 2.0,
        "maximum": 1.0,
        "unused": 0.25,
        "chi_square": pytest.approx(1.0),
        "overlap": pytest.approx(0.5),
        "conditional": [1.0, None, 1.0, None, None],
    }


def test_chi_square_is_nothing_for_even_use_and_largest_when_all_meet_the_same() -> None:
    assert chi_square([0.25] * 40) == pytest.approx(0)
    assert chi_square([1.0] * 10 + [0.0] * 30) == pytest.approx(30)
    assert chi_square([0.0, 0.0]) == 0


@settings(max_examples=50)
@given(
    paths=st.integers(1, 4).flatmap(
        lambda length: st.lists(st.permutations(ITEMS).map(lambda all: list(all[:length])), min_size=2, max_size=9)
    )
)
def test_the_overlap_of_pairs_follows_from_the_rates(paths: list[list[str]]) -> None:
    rates = exposure_rates(paths, ITEMS)
    length, variance = len(paths[0]), float(np.var(rates))

    assert overlap_from_rates(rates) == pytest.approx(4 * variance / length + length / 4)
    assert overlap_from_rates(rates, people=len(paths)) == pytest.approx(overlap(paths, ITEMS))


def test_the_overlap_of_tests_of_different_lengths_is_measured_against_their_mean_length() -> None:
    assert overlap([["mail"], ["mail", "web", "phone"]], ITEMS) == pytest.approx(1 / 2)
    assert overlap([[], ["mail"]], ITEMS) == 0


@pytest.mark.parametrize(
    ("paths", "theta", "message"),
    [
        ([], (), "at least one"),
        ([["chat"]], (), "not in the bank: chat"),
        ([["mail", "mail"]], (), "twice"),
        ([["mail"]], (0.0, 1.0), "as many thetas"),
    ],
)
def test_sittings_that_cannot_be_reported_on_are_named(
    paths: list[list[str]], theta: tuple[float, ...], message: str
) -> None:
    with pytest.raises(PathsNotUsable, match=message):
        exposure_report(paths, ITEMS, theta)


def test_the_overlap_of_one_sitting_is_refused() -> None:
    with pytest.raises(PathsNotUsable, match="two"):
        overlap([["mail"]], ITEMS)


@given(st.lists(st.lists(st.sampled_from(ITEMS), unique=True), min_size=2, max_size=9))
def test_the_overlap_is_the_mean_over_all_pairs(paths: list[list[str]]) -> None:
    shares = [
        len(set(one) & set(other)) / ((len(one) + len(other)) / 2) if one or other else 0.0
        for at, one in enumerate(paths)
        for other in paths[:at]
    ]

    assert overlap(paths, ITEMS) == pytest.approx(np.mean(shares))


def test_many_people_and_a_large_bank_need_no_more_memory_than_their_answers() -> None:
    items = [f"item{at}" for at in range(50_000)]
    paths = [items[at : at + 3] for at in range(40_000)]

    tracemalloc.start()
    report = exposure_report(paths, items, theta=np.zeros(len(paths)))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    # People times items would be 2,000 MB.
    assert report.maximum == 3 / 40_000
    assert peak < 60e6
