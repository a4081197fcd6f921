"""Try-outs take their share of positions, are near the person, and all fill."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessor.psychometrics.care.seeding import SeedingRules, TryOut, choose_tryout, tryout_positions
from assessor.psychometrics.rules import RuleNotUnderstood


@given(st.integers(0, 2**63))
def test_a_sitting_of_twenty_has_two_tryouts_never_among_the_first_questions(seed: int) -> None:
    positions = tryout_positions(20, seed)

    assert len(positions) == 2
    assert 2 <= positions[0] < 10 <= positions[1] < 20


def test_a_resumed_sitting_has_its_tryouts_where_they_were() -> None:
    assert tryout_positions(20, 123) == tryout_positions(20, 123)
    assert len({tryout_positions(20, seed) for seed in range(50)}) > 20


def test_where_tryouts_stand_does_not_depend_on_a_library() -> None:
    # Nobody stores the positions of an open sitting: these may never change.
    assert [tryout_positions(30, seed) for seed in (0, 1, 7, 2**63)] == [
        (8, 11, 22),
        (9, 12, 27),
        (7, 16, 23),
        (7, 16, 22),
    ]


def test_every_position_after_the_first_questions_has_its_turn() -> None:
    taken = np.bincount([at for seed in range(2000) for at in tryout_positions(20, seed)], minlength=20)

    assert taken[:2].tolist() == [0, 0]
    assert taken[2:10] / 2000 == pytest.approx(np.full(8, 1 / 8), abs=0.04)
    assert taken[10:] / 2000 == pytest.approx(np.full(10, 1 / 10), abs=0.04)


@given(st.integers(0, 60), st.integers(0, 1000))
def test_never_more_than_one_question_in_ten_is_a_tryout(length: int, seed: int) -> None:
    assert len(tryout_positions(length, seed)) == length // 10


def test_a_tryout_is_near_the_person() -> None:
    bank = [TryOut(f"at {b:+}", float(b)) for b in range(-3, 4)]
    rng = np.random.default_rng(1)

    chosen = {choose_tryout(2.0, bank, rng) for _ in range(50)}

    assert chosen == {"at +1", "at +2", "at +3"}


def test_one_that_lags_behind_goes_to_people_further_away() -> None:
    bank = [TryOut("near", 0.0, answers=30), TryOut("far", 2.0, answers=5)]

    assert choose_tryout(0.0, bank, np.random.default_rng(1), SeedingRules(choices=1)) == "far"


def test_an_item_with_its_answers_is_not_tried_out_any_more() -> None:
    rng = np.random.default_rng(1)

    assert choose_tryout(0.0, [TryOut("full", 0.0, 50), TryOut("open", 3.0, 49)], rng) == "open"
    assert choose_tryout(0.0, [TryOut("full", 0.0, 50)], rng) is None
    assert choose_tryout(0.0, [], rng) is None


def test_all_tryouts_fill_evenly_by_people_near_them() -> None:
    rng = np.random.default_rng(4)
    difficulty = np.repeat([-1.5, -0.5, 0.5, 1.5], 6) + rng.normal(0, 0.5, 24)
    answers = np.zeros(24, dtype=int)
    distances = []

    # 24 items × 50 answers are 600 people with two try-outs each.
    for person in range(600):
        theta = rng.normal()
        for _ in range(2):
            bank = [TryOut(str(at), difficulty[at], int(answers[at])) for at in range(24)]
            chosen = int(choose_tryout(theta, bank, rng) or -1)
            answers[chosen] += 1
            distances.append(abs(theta - difficulty[chosen]))
        if person == 300:
            assert answers.max() - answers.min() <= 12

    assert set(answers) == {50}
    # By lot it would be about 1.3.
    assert np.mean(distances) < 0.6


@pytest.mark.parametrize("wrong", [{"block": 1}, {"earliest": 10}, {"until": 0}, {"width": 0}, {"choices": 0}])
def test_rules_that_make_no_sense_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(RuleNotUnderstood):
        SeedingRules.from_json(wrong)


def test_a_tryout_without_a_place_is_refused() -> None:
    with pytest.raises(ValueError, match="finite difficulty"):
        TryOut("i", float("nan"))
