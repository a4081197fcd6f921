"""The shadow test: the best whole test at every step, and how near the quick selector comes to it."""

from collections.abc import Callable, Sequence
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.random import default_rng

from assessor.psychometrics.adaptive import Administer, Administered, Design, answered, begin, next_step
from assessor.psychometrics.adaptive.constraints import Constraints
from assessor.psychometrics.adaptive.pool import Mask, Pool, PoolItem
from assessor.psychometrics.adaptive.selection import Selection
from assessor.psychometrics.adaptive.shadow_test import ShadowTestInfeasible, ShadowTestNotFound, ShadowTests
from assessor.psychometrics.adaptive.stopping import Stopping
from assessor.psychometrics.measuring.response_models import Array, probability
from tests.unit.psychometrics.mixed_pools import COMPETENCES, information_at, mixed_pool

MakeItem = Callable[..., PoolItem]

LENGTH = 15
RULES = Constraints(
    competence_minimum=dict.fromkeys(COMPETENCES, 3),
    competence_maximum=dict.fromkeys(COMPETENCES, 4),
    band_maximum={"highly_advanced": 6},
    media_minimum={"picture": 4, "simulation": 2},
    media_maximum={"sound": 2},
    reading_load_budget=22,
)


def broken_rules(pool: Pool, rules: Constraints, items: Sequence[int], length: int) -> list[str]:
    """Return what a whole test does not keep to, found without the library's own tables."""
    test = [pool.items[at] for at in items]
    broken = [] if len(set(items)) == length else ["length"]
    of_kind = {
        "competence": [item.competence for item in test],
        "band": [item.band.name.lower() for item in test],
        "media": [item.media for item in test],
    }
    for kind, names in of_kind.items():
        broken += [name for name, least in rules.minimum(kind).items() if names.count(name) < least]
        broken += [name for name, most in rules.maximum(kind).items() if names.count(name) > most]
    families = [item.family for item in test if item.family is not None]
    broken += [] if len(set(families)) == len(families) else ["families"]
    broken += [item.id for item in test if item.enemies & {other.id for other in test}]
    budget = rules.reading_load_budget
    return broken + ([] if budget is None or sum(item.reading_load for item in test) <= budget else ["budget"])


def sit(pool: Pool, choose: Callable[[Array, list[int]], int], seed: int) -> list[int]:
    """Let one virtual person take a test of full length; `choose` gets the information and the items so far."""
    grid, rng = np.linspace(-4, 4, 41), default_rng(seed)
    ability, luck = rng.standard_normal(), rng.random(len(pool))
    log_posterior, asked = -0.5 * grid**2, list[int]()
    for _ in range(LENGTH):
        weight = np.exp(log_posterior - log_posterior.max())
        item = choose(information_at(pool, float(weight @ grid / weight.sum())), asked)
        a, b = pool.items[item].parameters.a, pool.items[item].parameters.b
        right = probability(grid, a, b)
        log_posterior = log_posterior + np.log(right if luck[item] < probability(ability, a, b) else 1 - right)
        asked.append(item)
    return asked


def sit_by_design(pool: Pool, seed: int) -> list[int]:
    """Let the same person take the test as it is delivered: by the priority index."""
    selection = Selection(best_of=1, next_competence="any", opening_items=0)
    length = Stopping(minimum_items=LENGTH, maximum_items=LENGTH)
    design = Design(pool, selection=selection, stopping=length, constraints=RULES)
    rng = default_rng(seed)
    ability, luck = rng.standard_normal(), rng.random(len(pool))
    state = begin(design)
    while isinstance(step := next_step(design, state), Administer):
        item = pool.position[step.item_id]
        a, b = pool.items[item].parameters.a, pool.items[item].parameters.b
        is_right = bool(luck[item] < probability(ability, a, b))
        state = answered(design, state, Administered(step.item_id, int(is_right)))
    return list(state.items)


@pytest.mark.parametrize("seed", [1, 2])
def test_the_shadow_test_meets_every_constraint_at_every_step(seed: int) -> None:
    pool = mixed_pool(items=120, seed=1)
    tests = ShadowTests(pool, RULES, LENGTH)

    def choose(information: Array, asked: list[int]) -> int:
        shadow = tests.assemble(information, asked)
        assert broken_rules(pool, RULES, shadow.items.tolist(), LENGTH) == []
        assert set(asked) <= set(shadow.items.tolist())
        assert shadow.objective == pytest.approx(information[shadow.items].sum())
        return tests.select(information, asked)

    asked = sit(pool, choose, seed)

    assert broken_rules(pool, RULES, asked, LENGTH) == []


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32), first=st.integers(0, 9))
def test_no_other_test_is_better(seed: int, first: int) -> None:
    pool = mixed_pool(items=10, seed=seed)
    rules = Constraints(competence_maximum={"1.1": 1}, media_minimum={"text": 2}, reading_load_budget=7)
    information = information_at(pool, 0.0)
    possible = [
        float(information[list(items)].sum())
        for items in combinations(range(10), 4)
        if first in items and not broken_rules(pool, rules, items, 4)
    ]

    try:
        best = ShadowTests(pool, rules, length=4).assemble(information, [first]).objective
    except ShadowTestInfeasible:
        assert possible == []
    else:
        assert best == pytest.approx(max(possible), abs=1e-9)


def test_it_never_ends_in_the_dead_end_where_greed_does(make_item: MakeItem) -> None:
    # The sharpest item of 1.1 is of one family with the only item of 4.1, which every test must have.
    pool = Pool(
        [
            make_item("sharp", competence="1.1", family="passwords"),
            make_item("plain", competence="1.1"),
            make_item("only", competence="4.1", family="passwords"),
        ]
    )
    position, information = pool.position, np.zeros(3)
    information[[position["sharp"], position["plain"], position["only"]]] = 3.0, 2.0, 1.0
    rules = Constraints(competence_minimum={"4.1": 1})

    greedy = int(np.where(rules.within_limits(pool, [], length=2), information, -1).argmax())
    may_follow = np.array([item.family != pool.items[greedy].family for item in pool.items])
    tests = ShadowTests(pool, rules, length=2)
    first = tests.select(information)
    second = tests.select(information, [first])

    assert not rules.within_limits(pool, [greedy], 2, may_follow).any()
    assert [pool.items[at].id for at in (first, second)] == ["plain", "only"]


def test_the_priority_index_comes_within_a_few_percent_of_the_best() -> None:
    pool = mixed_pool(items=120, seed=1)
    tests = ShadowTests(pool, RULES, LENGTH)

    exact = [sit(pool, tests.select, seed) for seed in range(6)]
    quick = [sit_by_design(pool, seed) for seed in range(6)]

    def total(sittings: list[list[int]]) -> float:
        return sum(
            float(information_at(pool, default_rng(seed).standard_normal())[items].sum())
            for seed, items in enumerate(sittings)
        )

    assert all(broken_rules(pool, RULES, items, LENGTH) == [] for items in quick)
    assert total(quick) / total(exact) > 0.95


def test_a_sitting_on_a_phone_has_only_what_a_phone_can_show() -> None:
    pool = mixed_pool(items=120, seed=1)

    test = ShadowTests(pool, RULES, LENGTH, device="phone").assemble(information_at(pool, 0.0))

    assert all("desktop" not in pool.items[at].devices for at in test.items)


def test_of_one_test_the_most_informative_item_is_next_and_of_equal_ones_the_first_by_id(make_item: MakeItem) -> None:
    pool = Pool(make_item(name) for name in ("c", "a", "b"))

    assert ShadowTests(pool, Constraints(), length=3).select(np.array([1.0, 1.0 + 1e-12, 1.0])) == 0


def test_an_item_asked_stays_even_if_it_could_not_be_asked_now(make_item: MakeItem) -> None:
    pool = Pool([make_item("a", devices=frozenset({"desktop"})), make_item("b"), make_item("c")])

    test = ShadowTests(pool, Constraints(), length=2, device="phone").assemble(np.array([1.0, 1.0, 2.0]), [0])

    assert test.items.tolist() == [0, 2]


@pytest.mark.parametrize(
    ("eligible", "items", "is_relaxed"), [([True, False, True], [0, 2], False), ([True, False, False], [0, 1], True)]
)
def test_exposure_control_gives_way_only_where_it_leaves_no_test(
    make_item: MakeItem, eligible: list[bool], items: list[int], is_relaxed: bool
) -> None:
    pool = Pool(make_item(name) for name in "abc")
    mask: Mask = np.array(eligible)

    test = ShadowTests(pool, Constraints(), length=2).assemble(np.array([3.0, 2.0, 1.0]), eligible=mask)

    assert (test.items.tolist(), test.is_relaxed) == (items, is_relaxed)


@pytest.mark.parametrize(
    ("rules", "asked", "length"),
    [
        (Constraints(competence_minimum={"5.1": 1}), [], 2),
        (Constraints(competence_maximum={"4.1": 1}), [], 2),
        (Constraints(competence_maximum={"4.1": 0}), [0], 1),
        (Constraints(reading_load_budget=1), [], 2),
        (Constraints(reading_load_cap=0), [], 1),
        (Constraints(), [], 4),
        (Constraints(), [0, 1], 1),
    ],
)
def test_a_test_that_cannot_be_made_is_named(
    make_item: MakeItem, rules: Constraints, asked: list[int], length: int
) -> None:
    pool = Pool(make_item(name) for name in "abc")

    with pytest.raises(ShadowTestInfeasible, match=rf"{length}"):
        ShadowTests(pool, rules, length).assemble(np.ones(3), asked, np.ones(3, dtype=np.bool_))


def test_a_whole_test_has_nothing_left_to_choose(make_item: MakeItem) -> None:
    with pytest.raises(ShadowTestInfeasible, match="nothing is left"):
        ShadowTests(Pool([make_item("a")]), Constraints(), length=1).select(np.ones(1), [0])


def test_a_solver_without_time_says_that_it_found_nothing() -> None:
    pool = mixed_pool(items=120, seed=1)

    with pytest.raises(ShadowTestNotFound):
        ShadowTests(pool, RULES, LENGTH, time_limit=0.0).assemble(information_at(pool, 0.0))
