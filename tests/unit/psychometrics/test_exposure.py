"""Exposure control: who may be asked what, and what is learnt from earlier sittings."""

import json
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.random import default_rng

from assessor.psychometrics.adaptive.exposure import Condition, Eligibility, EligibilityNotReadable, ExposureControl
from assessor.psychometrics.adaptive.exposure_counts import (
    CountsDoNotMatch,
    ExposureCounts,
    MaximumOutOfRange,
    Visit,
    draw,
    eligibility_probabilities,
)
from assessor.psychometrics.adaptive.pool import Pool, PoolItem
from assessor.psychometrics.measuring.response_models import ItemParameters
from assessor.psychometrics.rules import RuleNotUnderstood
from assessor.psychometrics.standards.bands import Band

ITEMS = ("mail", "phone", "video", "web")
EVERYTHING = Eligibility.of_everything(edges=(0.0,))


@pytest.fixture(scope="module")
def pool() -> Pool:
    return Pool(PoolItem(item, ItemParameters(1.0, 0.0), "4.1", Band.BASIC) for item in ITEMS)


def counts_of_nobody(condition: Condition = Condition.PASSED) -> ExposureCounts:
    return ExposureCounts.empty(ITEMS, edges=(0.0,), condition=condition)


def path(*visits: tuple[float, str]) -> list[Visit]:
    return [Visit(theta, item) for theta, item in visits]


def one_interval(people: float, eligible: float, met: float) -> ExposureCounts:
    """Counts of one item where no ability intervals are told apart: the row of the interval and that of the sitting."""
    column = np.ones((2, 1))
    return replace(
        ExposureCounts.empty(["phone"], edges=()),
        people=people * column,
        eligible=eligible * column,
        met=met * column,
    )


# What a sitting may use


def test_the_draw_holds_in_the_interval_in_which_the_estimate_lies(pool: Pool) -> None:
    eligibility = Eligibility((0.0,), (frozenset({"mail"}), frozenset({"phone", "of another release"})))

    assert eligibility.allowed(pool, -0.5).tolist() == [False, True, True, True]
    assert eligibility.allowed(pool, 0.0).tolist() == [False, True, True, True]
    assert eligibility.allowed(pool, 0.1).tolist() == [True, False, True, True]


def test_items_of_different_abilities_are_looked_up_at_their_own_estimates(pool: Pool) -> None:
    eligibility = Eligibility((0.0,), (frozenset({"mail", "video"}), frozenset({"phone", "web"})))

    allowed = eligibility.allowed(pool, [-1.0, -1.0, 1.0, 1.0])

    assert allowed.tolist() == [False, True, True, False]


def test_where_a_draw_leaves_nothing_the_first_of_the_order_that_could_be_asked_comes_back(pool: Pool) -> None:
    held_back = frozenset({"mail", "phone", "video"})
    eligibility = Eligibility((), (held_back,), order=("video", "phone", "mail"))
    is_open = np.array([True, True, True, True])

    of_two = eligibility.first_back(pool, is_open, np.array([0, 1]))
    of_one_that_is_open = eligibility.first_back(pool, np.array([True, False, True, True]), np.array([0, 1]))
    of_none = eligibility.first_back(pool, is_open, np.array([3]))

    assert np.flatnonzero(of_two).tolist() == [1]
    assert np.flatnonzero(of_one_that_is_open).tolist() == [0]
    assert not of_none.any()


def test_without_an_order_no_item_comes_back_before_the_others(pool: Pool) -> None:
    eligibility = Eligibility((), (frozenset({"mail", "phone"}),))

    assert not eligibility.first_back(pool, np.ones(4, dtype=np.bool_), np.arange(4)).any()


def test_a_draw_is_stored_with_each_item_named_once() -> None:
    held_back = (frozenset({"web"}), frozenset({"web", "mail"}), frozenset[str]())
    eligibility = Eligibility((-1.0, 1.0), held_back, order=("web", "mail"))

    stored = json.loads(json.dumps(eligibility.to_json(), sort_keys=True))

    assert stored == {"edges": [-1.0, 1.0], "ineligible": {"mail": [1], "web": [0, 1]}, "order": [1, 0]}
    assert Eligibility.from_json(stored) == eligibility


def test_a_draw_without_an_order_is_stored_without_one() -> None:
    eligibility = Eligibility((), (frozenset({"web", "mail"}),))

    assert "order" not in eligibility.to_json()
    assert Eligibility.from_json(eligibility.to_json()) == eligibility


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"edges": [0.0]},
        {"edges": [0.0], "ineligible": {"web": [2]}},
        {"edges": [0.0], "ineligible": {"web": [-1]}},
        {"edges": [0.0], "ineligible": {"web": 1}},
        {"edges": [1.0, 0.0], "ineligible": {}},
        {"edges": ["low"], "ineligible": {}},
        {"edges": [float("nan")], "ineligible": {}},
        {"edges": 3, "ineligible": []},
        {"edges": [0.0], "ineligible": {"web": [0], "mail": [1]}, "order": [0]},
        {"edges": [0.0], "ineligible": {"web": [0], "mail": [1]}, "order": [0, 0]},
        {"edges": [0.0], "ineligible": {"web": [0], "mail": [1]}, "order": [1, -1]},
        {"edges": [0.0], "ineligible": {"web": [0], "mail": [1]}, "order": ["web", "mail"]},
        {"edges": [0.0], "ineligible": {"web": [0]}, "order": 0},
    ],
)
def test_a_draw_that_cannot_be_understood_is_refused(document: dict[str, object]) -> None:
    with pytest.raises(EligibilityNotReadable):
        Eligibility.from_json(document)


def test_the_rule_is_stored_and_read_back() -> None:
    rule = ExposureControl(maximum=0.2, edges=(-1.0, 1.0), condition="ended", forgetting=1)

    assert ExposureControl.from_json(json.loads(json.dumps(rule.to_json()))) == rule


@pytest.mark.parametrize(
    "fields",
    [
        {"maximum": 0},
        {"maximum": "high"},
        {"forgetting": 1.5},
        {"condition": "sometimes"},
        {"edges": [1, 0]},
        {"edges": 3},
        {"edges": ["low"]},
        {"ceiling": 0.2},
    ],
)
def test_a_rule_that_cannot_be_followed_is_refused(fields: dict[str, object]) -> None:
    with pytest.raises(RuleNotUnderstood):
        ExposureControl.from_json(fields)


# What is learnt from sittings


def test_before_anybody_has_come_everything_is_eligible() -> None:
    counts = counts_of_nobody()

    assert (eligibility_probabilities(counts, 0.25) == 1).all()
    assert draw(counts, 0.25, default_rng(1)) == EVERYTHING


def test_a_person_counts_where_the_estimate_passed_and_where_the_item_was_met() -> None:
    held_back = Eligibility((0.0,), (frozenset({"web"}), frozenset({"mail"})))

    counts = counts_of_nobody().with_sitting(held_back, path((-1, "mail"), (0.5, "phone"), (-0.2, "video")))

    assert counts.people.ravel().tolist() == [1, 1, 1]
    assert counts.met.tolist() == [[1, 0, 1, 0], [0, 1, 0, 0], [1, 1, 1, 0]]
    assert counts.eligible.tolist() == [[1, 1, 1, 0], [0, 1, 1, 1], [1, 1, 1, 1]]


def test_where_a_person_never_was_nothing_is_counted() -> None:
    counts = counts_of_nobody().with_sitting(EVERYTHING, path((-1, "mail")))

    assert counts.people.ravel().tolist() == [1, 0, 1]
    assert counts.eligible[1].tolist() == [0, 0, 0, 0]


def test_counts_by_where_people_ended_hold_all_that_they_met() -> None:
    held_back = Eligibility((0.0,), (frozenset({"web"}), frozenset({"web"})))

    counts = counts_of_nobody(Condition.ENDED).with_sitting(held_back, path((-1, "mail"), (0.5, "phone")))

    assert counts.people.ravel().tolist() == [0, 1, 1]
    assert counts.met.tolist() == [[0, 0, 0, 0], [1, 1, 0, 0], [1, 1, 0, 0]]
    assert counts.eligible.tolist() == [[0, 0, 0, 0], [1, 1, 1, 0], [1, 1, 1, 0]]


def test_an_item_asked_though_it_was_held_back_had_come_back_and_no_other_had() -> None:
    held_back = Eligibility((0.0,), (frozenset(ITEMS), frozenset()))

    counts = counts_of_nobody().with_sitting(held_back, path((-1, "mail"), (1, "web")))

    assert counts.people.ravel().tolist() == [1, 1, 1]
    assert counts.eligible[0].tolist() == [1, 0, 0, 0]
    assert counts.eligible[2].tolist() == [1, 1, 1, 1]


def test_an_item_counts_only_where_the_ability_it_measures_was_asked_about() -> None:
    counts = ExposureCounts.empty(ITEMS, edges=(0.0,), dimension=(0, 0, 1, 1))

    counts = counts.with_sitting(EVERYTHING, path((-1, "mail"), (1, "web")))

    assert counts.people.tolist() == [[1, 0], [0, 1], [1, 1]]
    assert counts.eligible.tolist() == [[1, 1, 0, 0], [0, 0, 1, 1], [1, 1, 1, 1]]


def test_old_people_are_forgotten_where_new_ones_come() -> None:
    counts = counts_of_nobody().with_sitting(EVERYTHING, path((-1, "mail")))

    counts = counts.with_sitting(EVERYTHING, path((1, "web")), forgetting=0.9)

    assert counts.people.ravel().tolist() == pytest.approx([1, 1, 1.9])
    assert counts.met[-1].tolist() == pytest.approx([0.9, 0, 0, 1])


def test_the_probability_follows_the_published_formula() -> None:
    counts = one_interval(people=10, eligible=6, met=4)

    probability = eligibility_probabilities(counts, 0.25)

    assert probability.tolist() == [[pytest.approx(0.25 * 6 / 4)]]


def test_no_interval_gives_an_item_more_than_the_whole_sitting_does() -> None:
    counts = counts_of_nobody()
    often = counts.met.copy()
    often[:, 0] = 4, 4, 8
    counts = replace(counts, people=counts.people + 8, eligible=often * 0 + 8, met=often)

    probability = eligibility_probabilities(counts, 0.25)

    assert probability[:, 0].tolist() == [0.25, 0.25]


def test_nobody_knows_where_they_will_end_so_the_rarest_end_decides() -> None:
    counts = counts_of_nobody(Condition.ENDED)
    often = counts.met.copy()
    often[:, 0] = 1, 5, 6
    counts = replace(counts, people=counts.people + 10, eligible=often * 0 + 10, met=often)

    probability = eligibility_probabilities(counts, 0.25)

    assert probability[:, 0].tolist() == pytest.approx([0.25 * 10 / 6] * 2)


@given(met=st.integers(1, 200), spared=st.integers(0, 200), never=st.integers(0, 200), maximum=st.floats(0.05, 0.9))
def test_who_meets_an_item_makes_it_rarer_and_who_is_spared_makes_it_commoner(
    met: int, spared: int, never: int, maximum: float
) -> None:
    people, eligible = met + spared + never, met + spared
    before = eligibility_probabilities(one_interval(people, eligible, met), maximum)

    after_met = eligibility_probabilities(one_interval(people + 1, eligible + 1, met + 1), maximum)
    after_spared = eligibility_probabilities(one_interval(people + 1, eligible + 1, met), maximum)

    assert after_met <= before <= after_spared
    assert before >= maximum


@given(
    sittings=st.lists(
        st.tuples(
            st.lists(st.tuples(st.floats(-2, 2), st.sampled_from(ITEMS)), max_size=4, unique_by=lambda visit: visit[1]),
            st.frozensets(st.sampled_from(ITEMS)),
        ),
        max_size=8,
    ),
    share=st.integers(0, 8),
    condition=st.sampled_from(Condition),
)
def test_counts_of_shards_add_up_to_the_counts_of_all(
    sittings: list[tuple[list[tuple[float, str]], frozenset[str]]], share: int, condition: Condition
) -> None:
    def count(some: Sequence[tuple[list[tuple[float, str]], frozenset[str]]]) -> ExposureCounts:
        counts = counts_of_nobody(condition)
        for visits, held_back in some:
            counts = counts.with_sitting(Eligibility((0.0,), (held_back, frozenset())), path(*visits))
        return counts

    whole, shards = count(sittings), count(sittings[:share]) + count(sittings[share:])

    assert shards.to_json() == whole.to_json()
    assert (whole.met <= whole.eligible).all()
    assert (whole.eligible <= whole.people[:, whole.dimension]).all()


def test_counts_are_stored_and_read_back() -> None:
    counts = counts_of_nobody(Condition.ENDED).with_sitting(EVERYTHING, path((1, "web")), forgetting=0.999)

    stored = json.loads(json.dumps(counts.to_json()))

    assert ExposureCounts.from_json(stored).to_json() == counts.to_json()


@pytest.mark.parametrize(
    "change",
    [
        {"items": ["mail"]},
        {"items": ["mail", "mail", "web", "video"]},
        {"people": [[-1.0], [0.0], [0.0]]},
        {"met": [[0.0]]},
        {"met": "none"},
        {"condition": "sometimes"},
        {"dimension": [0, 0, 0, -1]},
        {"edges": [0.0, 1.0]},
    ],
)
def test_counts_that_cannot_be_understood_are_refused(change: dict[str, object]) -> None:
    document = counts_of_nobody().to_json() | change

    with pytest.raises((CountsDoNotMatch, EligibilityNotReadable)):
        ExposureCounts.from_json(document)


def test_counts_follow_the_bank_into_its_next_release() -> None:
    counts = counts_of_nobody().with_sitting(EVERYTHING, path((1, "web"), (1, "mail")))

    following = counts.on(["chat", "web"])

    assert following.items == ("chat", "web")
    assert following.met[-1].tolist() == [0, 1]
    assert following.people.ravel().tolist() == [0, 1, 1]
    assert eligibility_probabilities(following)[:, 0].tolist() == [1, 1]


def test_counts_that_do_not_belong_together_are_refused() -> None:
    counts = counts_of_nobody()

    with pytest.raises(CountsDoNotMatch, match="items"):
        counts + ExposureCounts.empty(["chat"], edges=(0.0,))
    with pytest.raises(CountsDoNotMatch, match="'chat' is not counted"):
        counts.with_sitting(EVERYTHING, path((0, "chat")))
    with pytest.raises(CountsDoNotMatch, match="intervals"):
        counts.with_sitting(Eligibility.of_everything(), path((0, "web")))
    with pytest.raises(CountsDoNotMatch, match="old counts"):
        counts.with_sitting(EVERYTHING, path((0, "web")), forgetting=0)
    with pytest.raises(CountsDoNotMatch, match="not counted"):
        counts.on(ITEMS, dimension=(0, 0, 1, 1))


@pytest.mark.parametrize("maximum", [0.0, 1.1, float("nan")])
def test_a_maximum_that_is_no_share_is_refused(maximum: float) -> None:
    with pytest.raises(MaximumOutOfRange):
        eligibility_probabilities(counts_of_nobody(), maximum)


def test_items_are_drawn_as_often_as_they_should_be() -> None:
    counts = one_interval(people=100, eligible=100, met=50)
    rng = default_rng(1)

    eligible = [not draw(counts, 0.25, rng).ineligible[0] for _ in range(4000)]

    assert np.mean(eligible) == pytest.approx(0.5, abs=0.025)


def test_an_item_withheld_where_it_is_commoner_is_withheld_where_it_is_rarer() -> None:
    counts = counts_of_nobody()
    often = np.array([[4.0] * 4, [8.0] * 4, [6.0] * 4])
    counts = replace(counts, people=counts.people + 10, eligible=often * 0 + 10, met=often)

    draws = [draw(counts, 0.25, default_rng(seed)) for seed in range(200)]

    assert all(one.ineligible[0] <= one.ineligible[1] for one in draws)
    assert any(one.ineligible[0] < one.ineligible[1] for one in draws)


def test_items_come_back_first_that_missed_their_chance_most_narrowly() -> None:
    counts = ExposureCounts.empty(ITEMS, edges=())
    often = np.array([[90.0, 90.0, 50.0, 0.0]] * 2)
    counts = replace(counts, people=counts.people + 100, eligible=often * 0 + 100, met=often)

    draws = [draw(counts, 0.25, default_rng(seed)) for seed in range(300)]
    firsts = [one.order[0] for one in draws if one.ineligible[0] == {"mail", "phone", "video"}]

    assert all(sorted(one.order) == sorted(one.ineligible[0]) for one in draws)
    assert firsts.count("video") > 2 * firsts.count("mail") > 0
    assert len({one.order for one in draws}) > 5
