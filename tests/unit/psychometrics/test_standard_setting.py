"""From sheets of experts to rising cuts with their uncertainty."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from assessor.psychometrics.measuring.response_models import Curve, ItemParameters, log_probability_table, probability
from assessor.psychometrics.standards.bands import Bands
from assessor.psychometrics.standards.standard_setting import (
    AngoffSheet,
    Centre,
    CutsDoNotRise,
    Disorder,
    JudgementsNotUsable,
    PanelCut,
    angoff_cut,
    booklet,
    bookmark_cut,
    panel_cut,
    rising_cuts,
)
from tests.unit.psychometrics.item_strategies import any_items

ITEMS = {f"i{number}": ItemParameters(1.2, float(b)) for number, b in enumerate(np.linspace(-2, 2, 9))}
ESSAY = ItemParameters.stepwise(Curve.GRADED, 1.0, [-1.0, 0.5, 1.5])


def cut_at(theta: float, standard_error: float = 0.1, level: str = "some level") -> PanelCut:
    """A cut in which only its place matters."""
    return PanelCut(level, {}, theta, standard_error * 2, standard_error, (), {})


def judged(theta: float) -> list[float | None]:
    """What an expert says who knows the items and means this theta."""
    return [float(probability(theta, item.a, item.b)) for item in ITEMS.values()]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(-2.5, 2.5), min_size=2, max_size=8))
def test_the_cut_of_an_expert_who_knows_the_items_is_what_they_mean(meant: list[float]) -> None:
    experts = {f"expert {number}": theta for number, theta in enumerate(meant)}
    sheet = AngoffSheet("Basic", tuple(ITEMS), {name: judged(theta) for name, theta in experts.items()})

    cut = angoff_cut(sheet, ITEMS)

    assert cut.experts == pytest.approx(experts, abs=1e-6)
    assert cut.theta == pytest.approx(float(np.median(meant)), abs=1e-6)
    assert cut.sd == pytest.approx(float(np.std(meant, ddof=1)), abs=1e-6)
    assert max(cut.inconsistency.values()) < 1e-6


def test_items_with_several_scores_count_with_their_points() -> None:
    items = {"essay": ESSAY, "map": ItemParameters(1.0, 0.0)}
    share = float(np.exp(log_probability_table([ESSAY], [0.4])[0, :, 0]) @ [0, 1, 2, 3] / 3)
    right = float(probability(0.4, 1.0, 0.0))
    sheet = AngoffSheet("Basic", ("essay", "map"), {"Grace": (share, right), "Olu": (share, right)})

    assert angoff_cut(sheet, items).theta == pytest.approx(0.4, abs=1e-6)


def test_an_item_that_an_expert_left_out_does_not_count_for_them() -> None:
    grace = judged(0.5)
    grace[0] = grace[4] = None
    sheet = AngoffSheet("Basic", tuple(ITEMS), {"Grace": grace, "Olu": judged(0.5)})

    assert angoff_cut(sheet, ITEMS).experts == pytest.approx({"Grace": 0.5, "Olu": 0.5}, abs=1e-6)


def test_items_that_experts_see_differently_are_named_by_their_spread() -> None:
    grace, olu = judged(0.0), judged(0.0)
    olu[3] = 0.1
    sheet = AngoffSheet("Basic", tuple(ITEMS), {"Grace": grace, "Olu": olu})

    spread = sheet.spread_of_items

    assert max(spread, key=lambda item: spread[item]) == "i3"
    assert angoff_cut(sheet, ITEMS).inconsistency["Olu"] > 0.05


def test_judgements_below_guessing_are_refused_with_the_experts_name() -> None:
    items = {"map": ItemParameters(1.0, 0.0, c=0.25), "mail": ItemParameters(1.0, 1.0, c=0.25)}
    sheet = AngoffSheet("Basic", ("map", "mail"), {"Grace": (0.5, 0.5), "Olu": (0.2, 0.2)})

    with pytest.raises(JudgementsNotUsable, match="Olu asks for"):
        angoff_cut(sheet, items)


@pytest.mark.parametrize(
    ("judgements", "message"),
    [
        ({}, "no judgements"),
        ({"Olu": (0.5,)}, "Olu judged 1 items"),
        ({"Olu": (0.5, 1.2)}, "Olu gave a probability outside"),
        ({"Olu": (0.5, float("nan"))}, "Olu gave a probability outside"),
        ({"Olu": (None, None)}, "Olu judged nothing"),
    ],
)
def test_a_sheet_that_cannot_be_read_is_refused(judgements: dict[str, tuple[float, ...]], message: str) -> None:
    with pytest.raises(JudgementsNotUsable, match=message):
        AngoffSheet("Basic", ("map", "mail"), judgements)


def test_a_cut_needs_calibrated_items_and_two_experts() -> None:
    with pytest.raises(JudgementsNotUsable, match="no parameters for i0"):
        angoff_cut(AngoffSheet("Basic", ("i0",), {"Grace": (0.5,), "Olu": (0.6,)}), {})
    with pytest.raises(JudgementsNotUsable, match="two experts"):
        angoff_cut(AngoffSheet("Basic", ("i0",), {"Grace": (0.5,)}), ITEMS)


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(st.sampled_from("abcdef"), any_items, min_size=1))
def test_each_page_of_a_booklet_lies_where_the_chance_is_two_thirds(items: dict[str, ItemParameters]) -> None:
    pages = booklet(items)

    assert len(pages) == sum(item.highest_score for item in items.values())
    assert list(pages) == sorted(pages, key=lambda page: page.theta)
    for page in pages:
        shares = np.exp(log_probability_table([items[page.item]], [page.theta], uncertain=False)[0, :, 0])
        assert shares[page.score :].sum() == pytest.approx(0.67, abs=1e-6)


def test_an_item_that_is_guessed_too_often_has_no_page() -> None:
    with pytest.raises(JudgementsNotUsable, match="item coin never crosses"):
        booklet({"coin": ItemParameters(1.0, 0.0, c=0.7)})


def test_a_bookmark_cuts_halfway_between_mastered_and_not() -> None:
    pages = booklet(ITEMS)

    cut = bookmark_cut("Basic", pages, {"Grace": 3, "Olu": 5, "Ada": 4})

    assert cut.experts["Grace"] == pytest.approx((pages[2].theta + pages[3].theta) / 2)
    assert cut.theta == cut.experts["Ada"]
    with pytest.raises(JudgementsNotUsable, match="Eve's bookmark"):
        bookmark_cut("Basic", pages, {"Grace": 3, "Eve": 9})
    with pytest.raises(JudgementsNotUsable, match="Eve's bookmark"):
        bookmark_cut("Basic", pages, {"Grace": 3, "Eve": 0})


def test_one_stubborn_expert_is_named_and_does_not_move_the_median() -> None:
    experts = {"Grace": 0.0, "Olu": 0.1, "Ada": -0.1, "Ben": 0.05, "Eve": 2.5}

    median, mean = panel_cut("Basic", experts), panel_cut("Basic", experts, Centre.MEAN)

    assert median.outliers == ("Eve",)
    assert median.theta == 0.05
    assert mean.theta == pytest.approx(0.51)
    assert median.standard_error == pytest.approx(mean.standard_error * 1.2533)
    assert mean.standard_error == pytest.approx(mean.sd / np.sqrt(5))


def test_cuts_in_order_stay_as_the_panel_set_them() -> None:
    cuts = rising_cuts("1.1", [cut_at(-1.0), cut_at(0.1), cut_at(0.2, 0.3)])

    assert cuts.cuts == (-1.0, 0.1, 0.2)
    assert cuts.standard_errors == (0.1, 0.1, 0.3)
    assert cuts.moved == (0, 0, 0)


def test_crossing_cuts_are_moved_and_say_so() -> None:
    cuts = rising_cuts("1.1", [cut_at(-1.0), cut_at(0.4), cut_at(0.0), cut_at(1.5)])

    assert cuts.cuts == pytest.approx((-1.0, 0.15, 0.25, 1.5))
    assert cuts.moved == pytest.approx((0, -0.25, 0.25, 0))
    assert cuts.standard_errors == pytest.approx((0.1, np.hypot(0.1, 0.25), np.hypot(0.1, 0.25), 0.1))
    assert cuts.sds == pytest.approx((0.2, np.hypot(0.2, 0.25), np.hypot(0.2, 0.25), 0.2))


def test_the_less_certain_cut_gives_way() -> None:
    cuts = rising_cuts("1.1", [cut_at(0.4, 0.1), cut_at(0.0, 0.4)])

    assert abs(cuts.moved[0]) < abs(cuts.moved[1])


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.floats(-3, 3), st.floats(0, 1)), min_size=1, max_size=6), st.floats(0.01, 0.5))
def test_cuts_always_rise_and_moving_them_again_changes_nothing(panel: list[tuple[float, float]], gap: float) -> None:
    once = rising_cuts("1.1", [cut_at(*values) for values in panel], minimum_gap=gap)

    again = rising_cuts("1.1", [cut_at(theta) for theta in once.cuts], minimum_gap=gap)

    assert np.all(np.diff(once.cuts) >= gap - 1e-9)
    assert again.cuts == pytest.approx(once.cuts)
    assert all(error >= before[1] - 1e-12 for error, before in zip(once.standard_errors, panel, strict=True))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(-3, 3), min_size=2, max_size=5), st.floats(-1, 1))
def test_cuts_move_with_the_scale(thetas: list[float], shift: float) -> None:
    assume(len(set(thetas)) > 1)

    here = rising_cuts("1.1", [cut_at(theta) for theta in thetas])
    there = rising_cuts("1.1", [cut_at(theta + shift) for theta in thetas])

    assert there.cuts == pytest.approx([cut + shift for cut in here.cuts], abs=1e-6)


def test_a_panel_can_be_asked_to_meet_again() -> None:
    panel = [cut_at(0.4, level="Basic"), cut_at(0.0, level="Advanced")]

    with pytest.raises(CutsDoNotRise, match=r"In 1.1 cuts do not rise by 0.1: Advanced \(0.00\) after Basic \(0.40\)"):
        rising_cuts("1.1", panel, disorder=Disorder.REFUSE)
    with pytest.raises(CutsDoNotRise, match="at least one cut"):
        rising_cuts("1.1", [])


def test_the_cuts_of_a_panel_become_bands_that_know_how_far_its_experts_differ() -> None:
    panel = [cut_at(theta, standard_error=0.15) for theta in (-2.1, -0.9, 0.2, 1.3)]

    cuts, cut_sds = rising_cuts("1.1", panel).for_bands
    bands = Bands(cuts, cut_sds=cut_sds)

    assert bands.cuts == (-2.1, -0.9, 0.2, 1.3)
    assert bands.cut_sds == pytest.approx((0.3, 0.3, 0.3, 0.3))
