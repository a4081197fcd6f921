"""What the lowest possible maximum exposure of a design is."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog

from assessor.psychometrics.adaptive import Design, Pool, PoolItem
from assessor.psychometrics.adaptive.constraints import Constraints
from assessor.psychometrics.adaptive.exposure import ExposureControl
from assessor.psychometrics.adaptive.exposure_feasibility import lowest_maximum, out_of_reach, reaches
from assessor.psychometrics.adaptive.selection import ANY, Selection
from assessor.psychometrics.adaptive.stopping import Stopping
from assessor.psychometrics.measuring.response_models import ItemParameters
from assessor.psychometrics.standards.bands import Band


def pool_with(**families: list[str | None]) -> Pool:
    """A pool with items of each of these competences, given by their families; c1 stands for 1.1."""
    return Pool(
        PoolItem(f"{name}-{at:02}", ItemParameters(1.0, 0.0), f"{name[1]}.1", Band.BASIC, family=family)
        for name, members in families.items()
        for at, family in enumerate(members)
    )


def test_items_on_their_own_can_be_met_equally_often() -> None:
    assert lowest_maximum([1] * 16, 5) == pytest.approx(5 / 16)
    assert lowest_maximum([1] * 4, 4) == 1


def test_a_large_family_is_met_by_everybody_and_the_others_share_the_rest() -> None:
    # With .4 for each item the family of 6 would be met 2.4 times by each person, who may meet it once.
    assert lowest_maximum([6, 1, 1, 1, 1], 4) == pytest.approx(3 / 4)
    assert lowest_maximum([6, 1, 1, 1, 1], 1) == pytest.approx(1 / 10)


def test_nobody_meets_more_families_than_there_are() -> None:
    assert lowest_maximum([2, 2, 2], 5) == 0.5
    assert lowest_maximum([], 5) == 0
    assert lowest_maximum([1, 1], 0) == 0


@given(sizes=st.lists(st.integers(1, 6), min_size=1, max_size=6), share=st.floats(0.05, 1))
def test_the_lowest_maximum_is_that_of_the_linear_programme(sizes: list[int], share: float) -> None:
    asked, items = share * len(sizes), sum(sizes)
    families = np.repeat(np.eye(len(sizes)), sizes, axis=1)
    # Unknowns are the rates and, last, their maximum.
    below_maximum = np.column_stack([np.eye(items), -np.ones(items)])
    once = np.column_stack([families, np.zeros(len(sizes))])
    solved = linprog(
        np.append(np.zeros(items), 1.0),
        A_ub=np.vstack([below_maximum, once]),
        b_ub=np.append(np.zeros(items), np.ones(len(sizes))),
        A_eq=[np.append(np.ones(items), 0.0)],
        b_eq=[asked],
    )

    assert lowest_maximum(sizes, asked) == pytest.approx(solved.fun, abs=1e-7)


def test_a_design_that_asks_the_impossible_is_named_with_its_competence() -> None:
    design = Design(pool_with(c1=[None] * 16, c4=[None] * 48), exposure=ExposureControl(maximum=0.35))

    found = out_of_reach(design)

    assert [(reach.competence, reach.asked, reach.lowest) for reach in found] == [("1.1", 10, 0.625)]
    assert str(found[0]) == (
        "A person meets 10 of the 16 items of competence 1.1, so the most used one is met by 62 % of the people "
        "or more."
    )


def test_the_whole_pool_is_looked_at_too() -> None:
    design = Design(pool_with(c1=[None] * 10, c4=[None] * 30), selection=Selection(next_competence=ANY))

    assert [(reach.competence, reach.lowest) for reach in reaches(design)] == [(None, 0.5)]


def test_with_the_mean_length_it_holds_for_all_people_together() -> None:
    design = Design(pool_with(c1=[None] * 40), exposure=ExposureControl(maximum=0.25))

    assert out_of_reach(design)
    assert out_of_reach(design, length=9.5) == ()


def test_minima_and_maxima_of_competences_count() -> None:
    pool = pool_with(c1=[None] * 10, c4=[None] * 30)
    least = Design(
        pool, selection=Selection(next_competence=ANY), constraints=Constraints(competence_minimum={"1.1": 6})
    )
    most = Design(pool, stopping=Stopping(maximum_per_competence=4))

    assert {reach.competence: reach.asked for reach in reaches(least)} == {None: 20, "1.1": 6}
    assert {reach.competence: reach.lowest for reach in reaches(most)}["1.1"] == pytest.approx(0.4)


def test_only_what_can_be_shown_counts() -> None:
    pool = Pool(
        PoolItem(f"item-{at}", ItemParameters(1.0, 0.0), "1.1", Band.BASIC, devices=frozenset({"phone"} if at else ()))
        for at in range(8)
    )

    assert reaches(Design(pool), length=1, device="desktop")[0].items == 1
    assert reaches(Design(pool), length=1, device="phone")[0].items == 8


def test_a_family_counts_once() -> None:
    reach = reaches(Design(pool_with(c1=["twins", "twins", None])), length=2)[0]

    assert (reach.items, reach.different) == (3, 2)
    assert reach.lowest == 1


def test_without_exposure_control_nothing_is_out_of_reach() -> None:
    assert out_of_reach(Design(pool_with(c1=[None] * 3))) == ()
