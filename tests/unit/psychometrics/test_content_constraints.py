"""Constraints: what may still be asked, what is weighed down, and designs that no pool can meet."""

import json
import pickle
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.random import default_rng

from assessor.psychometrics.adaptive import Administered, Conditions, Design, answered, begin
from assessor.psychometrics.adaptive.constraints import Constraints
from assessor.psychometrics.adaptive.feasibility import ConstraintsNotMet, check_feasible
from assessor.psychometrics.adaptive.pool import Pool, PoolItem
from assessor.psychometrics.adaptive.stopping import Stopping
from assessor.psychometrics.rules import RuleNotUnderstood
from assessor.psychometrics.standards.bands import Band
from tests.unit.psychometrics.mixed_pools import mixed_pool

MakeItem = Callable[..., PoolItem]


@pytest.fixture
def four(make_item: MakeItem) -> Pool:
    """Two items of each of two competences; one of each is a picture, and the second competence has more to read."""
    return Pool(
        [
            make_item("a", competence="1.1", media="text", reading_load=1),
            make_item("b", competence="1.1", media="picture", reading_load=0),
            make_item("c", competence="4.1", media="text", reading_load=3),
            make_item("d", competence="4.1", media="picture", reading_load=2),
        ]
    )


def reasons(*arguments: object, **conditions: object) -> tuple[str, ...]:
    """Return why a design cannot be met."""
    with pytest.raises(ConstraintsNotMet) as caught:
        check_feasible(*arguments, **conditions)  # type: ignore[arg-type]  # passed on as they are
    return caught.value.reasons


# Constraints as data


def test_constraints_are_stored_and_read_back() -> None:
    rules = Constraints(
        competence_minimum={"1.1": 2},
        competence_maximum={"1.1": 4, "4.1": 0},
        band_maximum={"highly_advanced": 3},
        media_minimum={"simulation": 1},
        reading_load_cap=2,
        reading_load_budget=20,
    )

    assert Constraints.from_json(json.loads(json.dumps(rules.to_json()))) == rules


@pytest.mark.parametrize(
    "fields",
    [
        {"competence_minimum": {"1.1": -1}},
        {"competence_minimum": {"1.1": 1.5}},
        {"competence_minimum": {"1.1": True}},
        {"competence_minimum": {1: 1}},
        {"competence_minimum": ["1.1"]},
        {"competence_minimum": {"1.1": 3}, "competence_maximum": {"1.1": 2}},
        {"media_maximum": {"text": 10**9}},
        {"band_minimum": {"expert": 1}},
        {"reading_load_cap": -1},
        {"reading_load_budget": "little"},
        {"enemies": []},
    ],
)
def test_constraints_that_cannot_be_followed_are_refused(fields: dict[str, object]) -> None:
    with pytest.raises(RuleNotUnderstood):
        Constraints.from_json(fields)


def test_constraints_travel_to_another_process_without_their_tables(four: Pool) -> None:
    rules = Constraints(media_maximum={"picture": 1})
    rules.table(four)

    there = pickle.loads(pickle.dumps(rules))

    assert there == rules
    assert there.within_limits(four, [1]).tolist() == [True, False, True, False]


# What may be asked


def test_what_a_phone_cannot_show_or_a_language_does_not_have_is_not_asked(make_item: MakeItem) -> None:
    pool = Pool(
        [
            make_item("anywhere"),
            make_item("desktop", devices=frozenset({"desktop"})),
            make_item("khmer", languages=frozenset({"km"})),
            make_item("long", reading_load=3),
        ]
    )

    assert Constraints().allowed(pool).tolist() == [True, True, True, True]
    assert Constraints().allowed(pool, "en", "phone").tolist() == [True, False, False, True]
    assert Constraints(reading_load_cap=2).allowed(pool, "km", "desktop").tolist() == [True, True, True, False]


def test_what_has_reached_its_maximum_is_shut_out(four: Pool) -> None:
    assert Constraints(competence_maximum={"1.1": 1}).within_limits(four, [0]).tolist() == [False, False, True, True]
    assert Constraints(media_maximum={"picture": 0}).within_limits(four, []).tolist() == [True, False, True, False]
    assert Constraints(band_maximum={"basic": 2}).within_limits(four, [0, 3]).tolist() == [False] * 4


def test_a_minimum_gets_the_last_places(four: Pool) -> None:
    rules = Constraints(media_minimum={"picture": 1})

    assert rules.within_limits(four, [0], length=3).tolist() == [False, True, True, True]
    assert rules.within_limits(four, [0], length=2).tolist() == [False, True, False, True]
    assert rules.within_limits(four, [0, 1], length=3).tolist() == [False, False, True, True]


def test_minima_that_need_all_places_leave_none_to_others(four: Pool) -> None:
    rules = Constraints(competence_minimum={"1.1": 1, "4.1": 2})

    assert rules.within_limits(four, [0], length=3).tolist() == [False, False, True, True]


def test_minima_are_met_or_missing(four: Pool) -> None:
    rules = Constraints(competence_minimum={"4.1": 1}, media_minimum={"picture": 1})

    assert not rules.minima_met(four, [0, 1])
    assert rules.minima_met(four, [1, 2])
    assert [quota.name for quota in rules.table(four).missing([0, 1])] == ["4.1"]


def test_the_reading_budget_is_never_passed(four: Pool) -> None:
    rules = Constraints(reading_load_budget=3)

    assert rules.within_limits(four, [3]).tolist() == [True, True, False, False]
    assert rules.within_limits(four, [2]).tolist() == [False, True, False, False]


def test_an_item_that_leaves_too_little_to_read_for_the_rest_is_shut_out(four: Pool) -> None:
    rules = Constraints(reading_load_budget=3)

    # With two light items to follow (loads 0 and 1), 2 can be spent now and 3 cannot.
    assert rules.within_limits(four, [], length=3).tolist() == [True, True, False, True]


# What is weighed down


def test_without_constraints_nothing_is_weighed(four: Pool) -> None:
    assert not Constraints().has_quotas
    assert Constraints().priority(four, [0], length=4).tolist() == [1, 1, 1, 1]


def test_priority_is_the_part_of_the_quota_that_is_left(four: Pool) -> None:
    rules = Constraints(competence_maximum={"1.1": 4}, media_maximum={"picture": 2})

    # One of four of 1.1 and one of two pictures are used.
    assert rules.priority(four, [1], length=6).tolist() == [3 / 4, 3 / 4 * 1 / 2, 1, 1 / 2]


def test_a_minimum_weighs_down_everything_else_until_it_is_met(four: Pool) -> None:
    rules = Constraints(media_minimum={"picture": 2})

    # Of the six places of a test of eight that others may have, two are used.
    assert rules.priority(four, [0, 2], length=8).tolist() == pytest.approx([4 / 6, 1, 4 / 6, 1])
    assert rules.priority(four, [1, 3], length=8).tolist() == [1, 1, 1, 1]
    assert rules.priority(four, [], length=2).tolist() == [0, 1, 0, 1]


def test_reading_above_the_pace_is_weighed_down_in_proportion(four: Pool) -> None:
    rules = Constraints(reading_load_budget=6)

    assert rules.priority(four, [], length=4).tolist() == [1, 1, 1.5 / 3, 1.5 / 2]
    assert Constraints(reading_load_budget=0).priority(four, [], length=4).tolist() == [0, 1, 0, 0]


def test_priority_of_some_items_is_that_of_all_of_them(four: Pool) -> None:
    rules = Constraints(competence_maximum={"1.1": 4}, media_minimum={"picture": 2}, reading_load_budget=6)
    some = np.array([3, 1])

    assert rules.priority(four, [0], 8, some).tolist() == rules.priority(four, [0], 8)[some].tolist()


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32), length=st.integers(1, 15))
def test_a_test_of_any_choices_stays_inside_every_limit(seed: int, length: int) -> None:
    pool = mixed_pool(items=60, seed=3)
    rules = Constraints(
        competence_maximum={"1.1": 3},
        band_maximum={"highly_advanced": 2},
        media_minimum={"simulation": 1},
        media_maximum={"sound": 1},
        reading_load_budget=20,
    )
    rng = default_rng(seed)
    design = Design(pool, constraints=rules, stopping=Stopping(minimum_items=1, maximum_items=length))

    state = begin(design, Conditions(device="phone"))
    while len(state.items) < length and state.open.any():
        priority = rules.priority(pool, state.items, length)
        assert ((priority >= 0) & (priority <= 1)).all()
        chosen = int(rng.choice(np.flatnonzero(state.open)))
        state = answered(design, state, Administered(pool.items[chosen].id, int(rng.integers(2))))

    asked = state.items
    items = [pool.items[at] for at in asked]
    families = [item.family for item in items if item.family is not None]
    assert len(set(asked)) == len(asked)
    assert sum(item.competence == "1.1" for item in items) <= 3
    assert sum(item.band is Band.HIGHLY_ADVANCED for item in items) <= 2
    assert sum(item.media == "sound" for item in items) <= 1
    assert sum(item.reading_load for item in items) <= 20
    assert len(set(families)) == len(families)
    assert not {item.id for item in items} & {enemy for item in items for enemy in item.enemies}
    assert all(not item.devices or "phone" in item.devices for item in items)
    assert len(asked) < length or rules.minima_met(pool, asked)


# Whether a design can be met at all


def test_a_design_that_a_pool_can_meet_passes() -> None:
    halves = {"1.1": 7, "4.1": 7}
    rules = Constraints(halves, media_minimum={"simulation": 2, "picture": 3}, reading_load_budget=25)

    check_feasible(rules, mixed_pool(120, seed=1), 15, "km", "phone")


def test_too_few_items_that_a_phone_can_show_are_named(make_item: MakeItem) -> None:
    on_desktops = [make_item(f"d{n}", competence="2.1", devices=frozenset({"desktop"})) for n in range(3)]
    on_phones = [make_item(f"p{n}", competence="2.1", devices=frozenset({"phone"})) for n in range(3)]
    rules = Constraints(competence_minimum={"2.1": 5}, reading_load_cap=2)

    check_feasible(rules, Pool(on_desktops + on_phones), 5)

    assert reasons(rules, Pool(on_desktops + on_phones), 5, language="km", device="phone") == (
        "The test has 5 items, but the pool has 3 that a phone can show in km with a reading load of at most 2, "
        "counting a family once.",
        "The design asks for 5 items of competence 2.1, but the pool has 3 that a phone can show in km with a reading "
        "load of at most 2.",
    )


def test_a_family_counts_once_towards_a_minimum(make_item: MakeItem) -> None:
    pool = Pool(make_item(f"i{n}", media="sound", family="songs") for n in range(3))

    (reason,) = reasons(Constraints(media_minimum={"sound": 2}), pool, 1)[:1]

    assert reason == "The design asks for 2 items with medium sound, but the pool has 1."


def test_a_minimum_of_what_the_pool_does_not_have_is_named(four: Pool) -> None:
    assert reasons(Constraints(competence_minimum={"5.1": 1}), four, 2) == (
        "The design asks for 1 item of competence 5.1, but the pool has 0.",
    )


def test_minima_that_do_not_fit_into_the_test_are_named(four: Pool) -> None:
    rules = Constraints(competence_minimum={"1.1": 2, "4.1": 2})

    assert reasons(rules, four, 3) == ("The minima of each competence add up to 4 items, but the test has 3.",)


def test_maxima_that_cannot_fill_the_test_are_named(four: Pool) -> None:
    rules = Constraints(competence_maximum={"1.1": 1, "4.1": 1})

    assert reasons(rules, four, 3) == ("The maxima of each competence leave room for 2 items, but the test has 3.",)


def test_a_reading_budget_below_the_lightest_test_is_named(four: Pool) -> None:
    assert reasons(Constraints(reading_load_budget=2), four, 3) == (
        "The 3 items with least to read have a reading load of 3; the design allows 2.",
    )


def test_constraints_that_only_contradict_each_other_together_are_found(make_item: MakeItem) -> None:
    pool = Pool(
        [
            make_item("a", competence="1.1", media="sound"),
            make_item("b", competence="1.1", media="picture"),
            make_item("c", competence="4.1", media="text"),
        ]
    )
    rules = Constraints(competence_maximum={"1.1": 1}, media_minimum={"sound": 1, "picture": 1})

    (reason,) = reasons(rules, pool, 2)

    assert reason.startswith("Each constraint can be met alone, but no test of 2 items meets all of them")
