"""Draws that stay what they are: SplitMix64 against the values of others."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from assessor.psychometrics.adaptive.draws import draw, stream

SEEDS = st.integers(0, 2**64 - 1)


def test_the_numbers_are_those_of_every_other_splitmix64() -> None:
    # The first values for the seed 1234567 that implementations in other languages publish (Rosetta Code).
    published = [
        6457827717110365317,
        3203168211198807973,
        9817491932198370423,
        4593380528125082431,
        16408922859458223821,
    ]

    assert [draw(1234567, number) for number in range(5)] == published


@given(SEEDS, st.integers(0, 1000), st.integers(1, 50))
def test_a_draw_lies_below_its_limit_and_can_be_repeated(seed: int, number: int, count: int) -> None:
    drawn = draw(seed, number, count)

    assert 0 <= drawn < count
    assert draw(seed, number, count) == drawn


def test_every_outcome_is_equally_likely() -> None:
    counted = Counter(draw(seed, number, 6) for seed in range(200) for number in range(30))

    # Six standard deviations of 6,000 throws of a die.
    assert all(abs(times - 1000) < 6 * 29 for times in counted.values())
    assert len(counted) == 6


@given(SEEDS)
def test_another_use_of_a_seed_draws_other_numbers(seed: int) -> None:
    own = [draw(seed, number) for number in range(20)]
    other = [draw(stream(seed, 1000), number) for number in range(20)]

    assert not set(own) & set(other)
