"""Bands, levels and area scores."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessor.psychometrics.measuring.ability import Estimator, GridEstimate, NormalEstimate
from assessor.psychometrics.rules import RuleNotUnderstood
from assessor.psychometrics.standards.bands import NOT_ASSESSED, Band, Bands, area_score

BANDS = Bands()
ESTIMATOR = Estimator()
SURE = 0.1  # standard error of an estimate that is known well
Z90 = 1.2816  # a normal posterior has 90 % above its mean - 1.2816 SE


def normal_estimate(theta: float, standard_error: float = SURE) -> GridEstimate:
    """An estimate whose posterior is N(theta, standard_error²)."""
    grid = ESTIMATOR.grid.theta
    log_posterior = -0.5 * np.square((grid - theta) / standard_error)
    # The likelihood that turns the prior into this posterior.
    return ESTIMATOR.estimate(log_posterior + 0.5 * np.square(grid))


@pytest.mark.parametrize(
    ("theta", "band"),
    [
        (-2.5, None),
        (-1.5, Band.BASIC),
        (-0.5, Band.INTERMEDIATE),
        (0.5, Band.ADVANCED),
        (1.5, Band.HIGHLY_ADVANCED),
        (5.0, Band.HIGHLY_ADVANCED),
    ],
)
def test_a_person_known_well_gets_the_band_they_are_in(theta: float, band: Band | None) -> None:
    assert BANDS.awarded_band(normal_estimate(theta), Band.HIGHLY_ADVANCED) == band


def test_a_band_needs_nine_chances_in_ten_not_just_an_estimate_inside_it() -> None:
    se = 0.4
    just_enough, not_quite = -1 + Z90 * se + 0.01, -1 + Z90 * se - 0.01

    assert BANDS.awarded_band(normal_estimate(just_enough, se), Band.ADVANCED) == Band.INTERMEDIATE
    assert BANDS.awarded_band(normal_estimate(not_quite, se), Band.ADVANCED) == Band.BASIC


def test_no_band_above_what_the_release_can_ask_about_is_awarded() -> None:
    brilliant = normal_estimate(3.0)

    assert BANDS.awarded_band(brilliant, Band.INTERMEDIATE) == Band.INTERMEDIATE
    assert BANDS.awarded_level(brilliant, Band.INTERMEDIATE) == 4
    assert BANDS.awarded_band(brilliant, None) is None
    assert BANDS.awarded_level(brilliant, None) is None


def test_eight_items_make_a_band_awardable_and_seven_do_not() -> None:
    basic, intermediate = [Band.BASIC], [Band.INTERMEDIATE]

    assert BANDS.highest_awardable(basic * 8 + intermediate * 7) == Band.BASIC
    assert BANDS.highest_awardable(basic * 8 + intermediate * 8) == Band.INTERMEDIATE
    assert BANDS.highest_awardable(basic * 7) is None


@pytest.mark.parametrize(
    ("theta", "level"),
    [(-2.4, None), (-1.8, 1), (-1.2, 2), (-0.8, 3), (-0.2, 4), (0.2, 5), (0.8, 6), (1.2, 7), (1.8, 8)],
)
def test_the_upper_level_of_a_band_needs_its_midpoint(theta: float, level: int | None) -> None:
    assert BANDS.awarded_level(normal_estimate(theta, 0.08), Band.HIGHLY_ADVANCED) == level


def test_levels_belong_to_bands_two_by_two() -> None:
    assert [Band.of_level(level).value for level in range(1, 9)] == [1, 1, 2, 2, 3, 3, 4, 4]


@given(st.floats(-4, 4), st.floats(0.2, 1.0))
def test_level_and_band_never_contradict_each_other(theta: float, standard_error: float) -> None:
    estimate = normal_estimate(theta, standard_error)

    band = BANDS.awarded_band(estimate, Band.HIGHLY_ADVANCED)
    level = BANDS.awarded_level(estimate, Band.HIGHLY_ADVANCED)

    assert (None if level is None else Band.of_level(level)) == band


def test_the_prior_alone_awards_nothing_though_it_makes_basic_likely() -> None:
    unasked = ESTIMATOR.estimate(np.zeros(ESTIMATOR.points))

    assert unasked.probability_at_least(-2) > 0.90
    assert BANDS.awarded_band(unasked, Band.HIGHLY_ADVANCED) is None
    assert not BANDS.is_decided(unasked, Band.BASIC)


def test_an_award_is_decided_when_every_cut_that_matters_is_clear() -> None:
    clear_of_minus_one = normal_estimate(0.0, 0.5)

    assert BANDS.is_decided(clear_of_minus_one, Band.INTERMEDIATE)
    assert not BANDS.is_decided(clear_of_minus_one, Band.ADVANCED)
    assert not BANDS.is_decided(clear_of_minus_one, None)


@pytest.mark.parametrize(
    ("theta", "score"),
    [
        (-4, 0),
        (-3, 0),
        (-2, 13),
        (-1, 25),
        (-0.5, 38),
        (0, 50),
        (0.5, 63),
        (1, 75),
        (2, 88),
        (3, 100),
        (4, 100),
    ],
)
def test_the_cuts_lie_at_25_50_and_75_of_the_area_score(theta: float, score: int) -> None:
    estimate = GridEstimate(theta, SURE, ESTIMATOR.grid, np.empty(0), np.empty(0))

    assert area_score(estimate) == score


def test_an_area_without_an_estimate_is_not_assessed_rather_than_zero() -> None:
    assert area_score(None) == NOT_ASSESSED == 255


@pytest.mark.parametrize(
    "rule",
    [
        {"cuts": [-1, 0, 1]},
        {"cuts": [-2, 0, 0, 1]},
        {"cuts": ["a", "b", "c", "d"]},
        {"certainty": 1},
        {"minimum_items": 0},
    ],
)
def test_cuts_that_make_no_sense_are_refused(rule: dict[str, object]) -> None:
    with pytest.raises(RuleNotUnderstood):
        Bands.from_json(rule)


@pytest.mark.parametrize("cut_sds", [(), (0.1, 0.2, 0.2, 0.3)])
def test_the_certainty_of_many_levels_is_that_of_each(cut_sds: tuple[float, ...]) -> None:
    bands = Bands(cut_sds=cut_sds)
    means, sds = np.array([-2.2, -0.4, 0.1, 1.7]), np.array([0.9, 0.3, 0.5, 0.2])

    certainties = bands.certainties(means, sds)

    one_by_one = [
        max(bands.level_probabilities(NormalEstimate(mean, sd, True)))
        for mean, sd in zip(means.tolist(), sds.tolist(), strict=True)
    ]
    assert certainties == pytest.approx(one_by_one, abs=1e-12)
