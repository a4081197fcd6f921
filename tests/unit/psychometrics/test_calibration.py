"""What calibration promises whatever the data: the laws of EM, of shards, and of the forms of the answers."""

import multiprocessing
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessor.psychometrics.calibration.calibrating import calibrate
from assessor.psychometrics.calibration.item_model import Model
from assessor.psychometrics.calibration.result import Calibration
from assessor.psychometrics.measuring.response_models import Array
from assessor.psychometrics.measuring.responses import Responses
from tests.unit.psychometrics.calibration_data import Elsewhere, answers, as_sparse, bank, people

DICHOTOMOUS = [Model.RASCH, Model.ONE_PL, Model.TWO_PL, Model.THREE_PL, Model.FOUR_PL]


def numbers(calibration: Calibration) -> Array:
    """Everything that was estimated, in one row."""
    by_item = [(item.a, item.b, item.c, item.d, item.se_a, item.se_b) for item in calibration.parameters]
    return np.concatenate(
        [np.ravel(by_item), np.ravel(list(calibration.groups.values())), [calibration.log_likelihood]]
    )


def mixed_scores(items: int = 6) -> Responses:
    """Some answers with scores 0 to 2."""
    rng, theta = np.random.default_rng(9), people(400)
    scores = np.clip(np.rint(theta[:, np.newaxis] + rng.normal(1, 1, (400, items))), 0, 2)
    return Responses.from_matrix(scores.astype(np.int8))


@pytest.fixture(scope="module")
def pools() -> Iterator[tuple[ProcessPoolExecutor, ...]]:
    """Two and three workers."""
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(2, mp_context=spawn) as two, ProcessPoolExecutor(3, mp_context=spawn) as three:
        yield two, three


def test_every_e_step_is_reported() -> None:
    seen: list[tuple[int, float]] = []

    calibration = calibrate(
        mixed_scores(), Model.GPCM, on_step=lambda step, log_likelihood: seen.append((step, log_likelihood))
    )

    assert [step for step, _ in seen] == list(range(1, calibration.e_steps + 1))
    assert seen[-1][1] == calibration.log_likelihood


@pytest.mark.parametrize("model", DICHOTOMOUS)
def test_a_sparse_set_gives_what_the_table_gives(model: Model) -> None:
    table = Responses.from_matrix(answers(bank(60), people(300), missing=0.9))

    dense = calibrate(table, model, tolerance=1e-6)
    sparse = calibrate(as_sparse(table), model, tolerance=1e-6)

    assert numbers(sparse) == pytest.approx(numbers(dense), rel=1e-9, abs=1e-9)


def test_polytomous_sparse_rows_give_what_the_table_gives() -> None:
    table = mixed_scores(30)
    keep = np.random.default_rng(2).random(table.dense().shape) < 0.15
    keep[:, 0] = True
    table = Responses.from_matrix(np.where(keep, table.dense(), -1))

    dense, sparse = calibrate(table, Model.GPCM), calibrate(as_sparse(table), Model.GPCM)

    assert numbers(sparse) == pytest.approx(numbers(dense), rel=1e-9, abs=1e-9)


def test_shards_give_what_the_whole_gives() -> None:
    whole = Responses.from_matrix(answers(bank(15), people(900), missing=0.2))

    once = calibrate(whole, Model.TWO_PL, tolerance=1e-6)
    in_pieces = calibrate(list(whole.shards(137)), Model.TWO_PL, tolerance=1e-6)

    assert numbers(in_pieces) == pytest.approx(numbers(once), rel=1e-9, abs=1e-9)


def test_equal_rows_count_as_often_as_they_are_there() -> None:
    scores = answers(bank(5), people(400))
    patterns = Responses.from_matrix(scores).patterns()

    every_row = calibrate(Responses.from_matrix(scores), Model.TWO_PL)
    weighted = calibrate(patterns, Model.TWO_PL)

    assert weighted.answers == every_row.answers == (400,) * 5
    assert numbers(weighted) == pytest.approx(numbers(every_row), rel=1e-9)


@pytest.mark.parametrize("model", [Model.RASCH, Model.TWO_PL, Model.THREE_PL])
def test_workers_and_lazy_shards_agree_to_the_last_bit(model: Model, pools: tuple[ProcessPoolExecutor, ...]) -> None:
    lazy = [Elsewhere(seed, 14, 250) for seed in range(5)]

    here = calibrate([shard.load() for shard in lazy], model)
    others = [calibrate(lazy, model), calibrate([shard.load() for shard in lazy], model, map=pools[0].map)]
    others += [calibrate(lazy, model, map=pool.map) for pool in pools]

    for other in others:
        assert numbers(other).tobytes() == numbers(here).tobytes()
        assert other.covariance.tobytes() == here.covariance.tobytes()


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 1000))
def test_the_order_of_items_and_people_does_not_matter(seed: int) -> None:
    rng = np.random.default_rng(seed)
    scores = answers(bank(7, seed), people(200, seed), missing=0.2)
    items, rows = rng.permutation(7), rng.permutation(200)
    names = [f"i{number}" for number in range(7)]

    straight = calibrate(Responses.from_matrix(scores, names), Model.TWO_PL, tolerance=1e-7)
    mixed = Responses.from_matrix(scores[rows][:, items], [names[item] for item in items])
    shuffled = calibrate(mixed, Model.TWO_PL, tolerance=1e-7)

    again = shuffled.by_item()
    for name, item in straight.by_item().items():
        assert (again[name].a, again[name].b, again[name].se_b) == pytest.approx((item.a, item.b, item.se_b), abs=1e-6)
    assert shuffled.log_likelihood == pytest.approx(straight.log_likelihood, abs=1e-6)


def test_a_finer_grid_changes_little() -> None:
    responses = Responses.from_matrix(answers(bank(20), people(600)))

    usual = calibrate(responses, Model.TWO_PL, tolerance=1e-7)
    reference = calibrate(responses, Model.TWO_PL, tolerance=1e-7, points=121)

    assert numbers(usual) == pytest.approx(numbers(reference), abs=1e-5)


def test_missing_cells_change_nothing_for_those_who_answered() -> None:
    scores = answers(bank(6), people(300))
    nobody = np.full((50, 6), -1, dtype=np.int8)

    without = calibrate(Responses.from_matrix(scores), Model.TWO_PL, tolerance=1e-8)
    with_empty_rows = calibrate(Responses.from_matrix(np.concatenate([scores, nobody])), Model.TWO_PL, tolerance=1e-8)

    assert with_empty_rows.log_likelihood == pytest.approx(without.log_likelihood, abs=1e-7)
    assert [item.b for item in with_empty_rows.parameters] == pytest.approx([item.b for item in without.parameters])


def test_a_start_at_the_end_needs_one_step() -> None:
    responses = Responses.from_matrix(answers(bank(10), people(500)))
    first = calibrate(responses, Model.THREE_PL, tolerance=1e-6)

    again = calibrate(responses, Model.THREE_PL, start=first.by_item())

    assert first.converged
    assert again.e_steps == 1
    assert again.converged


def test_too_few_steps_are_said_not_to_have_converged() -> None:
    responses = Responses.from_matrix(answers(bank(10), people(500)))

    calibration = calibrate(responses, Model.TWO_PL, maximum_steps=2)

    assert not calibration.converged
    assert calibration.e_steps == 2
    assert calibration.warnings[0].startswith("Not converged after 2 steps")


def test_rows_hold_what_a_table_of_items_needs() -> None:
    right_or_wrong = calibrate(Responses.from_matrix(answers(bank(3), people(200)), ["x", "y", "z"]), Model.TWO_PL)
    stepwise = calibrate(mixed_scores(), Model.GRM)

    row, steps = right_or_wrong.to_rows()[1], stepwise.to_rows()[0]

    assert list(row) == ["item", "model", "a", "b", "se_a", "se_b", "c", "d", "answers"]
    assert (row["item"], row["model"], row["answers"], row["d"]) == ("y", "2pl", 200, 1.0)
    assert list(steps)[8:] == ["b1", "b2", "answers"]
