"""What a pool knows of its items, whoever asks."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from assessor.psychometrics.adaptive.pool import Administered, HistoryNotOfPool, Pool, PoolItem
from assessor.psychometrics.measuring.ability import Estimator
from assessor.psychometrics.measuring.information import item_information
from assessor.psychometrics.measuring.response_models import Curve, ItemParameters
from assessor.psychometrics.simulation.banks import realistic_bank
from assessor.psychometrics.standards.bands import Band

slopes, places = st.floats(0.3, 4), st.floats(-4, 4)


@example(a=4.0, b=-4.0, c=0.2, d=1.0, theta=6.0)
@example(a=20.0, b=-4.0, c=0.2, d=0.95, theta=6.0)
@given(a=slopes, b=places, c=st.sampled_from([0.0, 0.2]), d=st.sampled_from([1.0, 0.95]), theta=st.floats(-6, 6))
def test_information_is_that_of_the_item_alone(a: float, b: float, c: float, d: float, theta: float) -> None:
    pool = Pool([PoolItem("one", ItemParameters(a, b, c=c, d=d), "4.1", Band.BASIC)])

    information = pool.information(theta, pool.of_competence(None))

    assert information[0] == pytest.approx(float(item_information(theta, a, b, c, d)), rel=1e-7, abs=1e-300)


@pytest.mark.parametrize("theta", [-2.31, 0.0, 0.517, 3.0])
def test_the_sharpest_items_are_the_sharpest_of_all(theta: float) -> None:
    pool = realistic_bank(500, np.random.default_rng(3), competences=("1.1", "4.1")).pool

    for competence in (None, 0, 1):
        everyone, sharpest = pool.of_competence(competence), pool.sharpest(theta, competence)
        information = pool.information(theta, everyone)
        best = everyone.positions[np.argsort(-information)[:10]]

        assert set(best.tolist()) <= set(sharpest.positions.tolist())
        left = ~np.isin(everyone.positions, sharpest.positions)
        assert information[left].max() <= sharpest.outside + 1e-12


def test_success_counts_every_score_for_its_share() -> None:
    stepwise = ItemParameters.stepwise(Curve.GRADED, 1.0, [-1.0, 1.0])
    pool = Pool([PoolItem("two steps", stepwise, "4.1", Band.BASIC)])

    at_the_middle = pool.success(0.0, np.array([0]))

    assert at_the_middle == pytest.approx([0.5])


def test_a_competence_has_something_open_or_not() -> None:
    pool = realistic_bank(9, np.random.default_rng(3), competences=("1.1", "2.1", "4.1")).pool
    mask = pool.competence != 1

    assert pool.has_any_of(mask).tolist() == [True, False, True]


def test_a_table_holds_every_score_and_no_other() -> None:
    items = [
        PoolItem("a", ItemParameters(1, 0), "4.1", Band.BASIC),
        PoolItem("b", ItemParameters.stepwise(Curve.PARTIAL_CREDIT, 1.0, [0.0, 1.0]), "4.1", Band.BASIC),
    ]

    rows = Pool(items).table(Estimator().grid).rows(np.array([0, 1]))

    assert rows.shape == (2, 3, 121)
    assert np.exp(rows).sum(axis=1) == pytest.approx(np.ones((2, 121)))
    assert np.isneginf(rows[0, 2]).all()


def test_families_cost_no_more_than_their_items() -> None:
    pool = Pool(PoolItem(f"i{n:05}", ItemParameters(1, 0), "4.1", Band.BASIC, family="all") for n in range(20_000))
    mask = np.ones(len(pool), dtype=np.bool_)

    mask[list(pool.shut_out_by[7])] = False

    assert not mask.any()


def test_the_items_nearest_to_a_success_are_the_nearest_of_all() -> None:
    pool = realistic_bank(500, np.random.default_rng(3)).pool
    everyone = pool.of_competence(None).positions

    away = np.abs(pool.success(-0.8, everyone) - 0.7)

    assert set(np.argsort(away)[:5].tolist()) <= set(pool.nearest(-0.8, 0.7).positions.tolist())


@pytest.mark.parametrize("score", [True, 1.0, -1, 2])
def test_a_score_that_is_none_is_refused(score: object) -> None:
    pool = Pool([PoolItem("one", ItemParameters(1, 0), "4.1", Band.BASIC)])

    with pytest.raises(HistoryNotOfPool):
        pool.position_of(Administered("one", score))  # type: ignore[arg-type]  # what must be refused
