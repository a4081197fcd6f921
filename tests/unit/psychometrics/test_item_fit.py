"""S-X² and posterior-weighted residuals: right for items that follow their curve, loud for those that do not."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from assessor.psychometrics.care.item_fit import NotOneForm, s_x2
from assessor.psychometrics.care.item_residuals import FEWEST_ANSWERS, residual_fit
from assessor.psychometrics.measuring.response_models import (
    FURTHEST,
    SLOPES,
    SMALLEST_GAP,
    Curve,
    ItemParameters,
    log_probability_table,
)
from assessor.psychometrics.measuring.responses import MISSING, ItemsDoNotMatch, Responses, Scores
from tests.unit.psychometrics.item_strategies import any_items
from tests.unit.psychometrics.simulated_answers import adaptive_answers, answers, bank

STEPS = ItemParameters.stepwise(Curve.PARTIAL_CREDIT, 1.1, [-0.5, 0.7])


def share_below(level: float, values: list[float | None]) -> float:
    """Share of p-values below a level, of those there are."""
    known = np.array([value for value in values if value is not None])
    return float((known < level).mean())


def test_s_x2_equals_the_definition_where_no_cell_is_small() -> None:
    items = [ItemParameters(1.0, -0.5), ItemParameters(1.5, 0.0), ItemParameters(0.8, 0.4)]
    scores = answers(items, np.random.default_rng(1).normal(size=500), np.random.default_rng(2))
    theta = np.linspace(-6, 6, 61)
    density = np.exp(-0.5 * theta**2) / np.exp(-0.5 * theta**2).sum()
    chance = np.exp(log_probability_table(items, theta))
    patterns = list(product((0, 1), repeat=3))
    likely = [float((chance[0, p[0]] * chance[1, p[1]] * chance[2, p[2]]) @ density) for p in patterns]

    statistic = 0.0
    for total in (1, 2):
        group = scores[scores.sum(axis=1) == total]
        right = sum(share for p, share in zip(patterns, likely, strict=True) if sum(p) == total and p[0])
        expected = right / sum(share for p, share in zip(patterns, likely, strict=True) if sum(p) == total)
        observed = group[:, 0].mean()
        statistic += len(group) * (observed - expected) ** 2 / (expected * (1 - expected))

    fit = s_x2(Responses.from_matrix(scores), items, free_parameters=0)[0]

    assert fit.statistic == pytest.approx(statistic, rel=1e-9)
    assert fit.df == 2


def test_s_x2_of_items_that_follow_their_curves_is_seldom_significant() -> None:
    rng = np.random.default_rng(3)
    items = [*bank(10, rng), STEPS, ItemParameters.stepwise(Curve.GRADED, 1.3, [-1.0, 0.2, 1.0])]
    p: list[float | None] = []

    for _ in range(25):
        sheet = Responses.from_matrix(answers(items, rng.normal(size=600), rng))
        p += [fit.p for fit in s_x2(sheet, items, free_parameters=0)]

    assert 0.02 < share_below(0.05, p) < 0.09
    assert 0.3 < share_below(0.5, p) < 0.65


def test_s_x2_finds_the_item_that_many_guess() -> None:
    rng = np.random.default_rng(4)
    items = [ItemParameters(1.2, b) for b in np.linspace(-1.5, 1.5, 12)]
    real = [replace(item, c=0.3) if number == 9 else item for number, item in enumerate(items)]

    fits = s_x2(Responses.from_matrix(answers(real, rng.normal(size=2000), rng)), items, free_parameters=0)

    p = [fit.p for fit in fits if fit.p is not None]
    assert p.index(min(p)) == 9
    assert p[9] < 1e-6
    assert (fits[9].rmsea or 0) > 0.05


@settings(max_examples=25, deadline=None)
@given(st.lists(any_items, min_size=1, max_size=6), st.integers(1, 80), st.integers(0, 2**32 - 1))
def test_s_x2_has_an_answer_for_every_complete_table(items: list[ItemParameters], people: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    sheet = Responses.from_matrix(answers(items, rng.normal(size=people), rng))

    for fit in s_x2(sheet, items, free_parameters=0):
        if fit.df == 0:
            assert (fit.statistic, fit.rmsea, fit.p) == (None, None, None)
        else:
            assert fit.statistic is not None
            assert fit.p is not None
            assert fit.statistic >= 0
            assert 0 <= fit.p <= 1


def test_s_x2_needs_everybodys_answer_to_every_item() -> None:
    sheet = Responses.from_matrix([[1, MISSING], [0, 1]])

    with pytest.raises(NotOneForm, match="item_residuals"):
        s_x2(sheet, [ItemParameters(1, 0), ItemParameters(1, 0)], free_parameters=0)


def test_parameters_of_another_test_are_refused() -> None:
    sheet = Responses.from_matrix([[2, 1], [0, 1]], ["essay", "map"])

    with pytest.raises(ItemsDoNotMatch, match="2 items with answers and 1"):
        s_x2(sheet, [ItemParameters(1, 0)], free_parameters=0)
    with pytest.raises(ItemsDoNotMatch, match="essay has a score of 2"):
        residual_fit(sheet, [ItemParameters(1, 0), ItemParameters(1, 0)])
    with pytest.raises(ItemsDoNotMatch, match="names another"):
        residual_fit(sheet, [STEPS, ItemParameters(1, 0)], free=("g",))


def test_residuals_of_an_adaptive_test_are_close_to_nominal_when_the_model_is_true() -> None:
    rng = np.random.default_rng(5)
    items = bank(40, rng)
    p: list[float | None] = []

    for _ in range(10):
        would = answers(items, rng.normal(size=1000), rng)
        seen, _ = adaptive_answers(items, would, 12, rng)
        p += [fit.p for fit in residual_fit(Responses.from_matrix(seen), items)]

    assert len([value for value in p if value is not None]) > 250
    assert 0.02 < share_below(0.05, p) < 0.08
    assert 0.4 < share_below(0.5, p) < 0.6


def test_residuals_of_polytomous_items_are_close_to_nominal_when_the_model_is_true() -> None:
    rng = np.random.default_rng(6)
    items = [*bank(8, rng), *(STEPS, ItemParameters.stepwise(Curve.GRADED, 1.3, [-1.0, 0.2, 1.0])) * 4]
    p: list[float | None] = []

    for _ in range(15):
        scores = answers(items, rng.normal(size=600), rng)
        scores[rng.random(scores.shape) < 0.3] = MISSING
        p += [fit.p for fit in residual_fit(Responses.from_matrix(scores), items)]

    assert 0.02 < share_below(0.05, p) < 0.09


def test_residuals_count_what_was_estimated_from_the_same_answers() -> None:
    # One item at a time is fitted to the answers while the others are known, many times over.
    rng = np.random.default_rng(7)
    items = bank(15, rng)
    known: list[float | None] = []
    estimated: list[float | None] = []

    for _ in range(60):
        scores = answers(items, rng.normal(size=500), rng)
        fitted = [fitted_item(items, scores), *items[1:]]
        sheet = Responses.from_matrix(scores)
        known.append(residual_fit(sheet, fitted)[0].p)
        estimated.append(residual_fit(sheet, fitted, free=("a", "b"))[0].p)

    assert share_below(0.5, known) < 0.35  # as if nothing had been fitted, it looks too good
    assert 0.35 < share_below(0.5, estimated) < 0.65
    assert share_below(0.05, estimated) < 0.15


def fitted_item(items: list[ItemParameters], scores: Scores) -> ItemParameters:
    """The first item by maximum likelihood, the others' parameters known."""
    theta = np.linspace(-5, 5, 41)
    log = log_probability_table(items[1:], theta)
    others = np.exp(scores[:, 1:] @ (log[:, 1] - log[:, 0]) + log[:, 0].sum(axis=0) - 0.5 * theta**2)

    def misfit(values: np.ndarray) -> float:
        own = np.exp(log_probability_table([ItemParameters(float(np.exp(values[0])), float(values[1]))], theta)[0])
        return -float(np.log((others * own[scores[:, 0]]).sum(axis=1)).sum())

    best = minimize(misfit, [np.log(items[0].a), items[0].b], method="Nelder-Mead")
    return ItemParameters(float(np.exp(best.x[0])), float(best.x[1]))


def test_residuals_find_the_item_that_many_guess_on_an_adaptive_test() -> None:
    rng = np.random.default_rng(8)
    items = [ItemParameters(1.3, b) for b in np.linspace(-2, 2, 30)]
    real = [replace(item, c=0.3) if number == 18 else item for number, item in enumerate(items)]
    seen, _ = adaptive_answers(items, answers(real, rng.normal(size=2500), rng), 12, rng)

    fits = residual_fit(Responses.from_matrix(seen), items)

    guessed = fits[18]
    assert guessed.p is not None
    assert guessed.p < 1e-6
    assert guessed.rmsd > 2 * float(np.median([fit.rmsd for fit in fits]))
    lowest = guessed.bins[0]
    assert lowest.observed > lowest.expected
    assert lowest.z > 2


def test_residuals_do_not_depend_on_how_answers_are_kept() -> None:
    rng = np.random.default_rng(9)
    items = bank(6, rng)
    scores = answers(items, rng.normal(size=200), rng)
    scores[rng.random(scores.shape) < 0.2] = MISSING
    person, item = np.nonzero(scores != MISSING)
    dense = Responses.from_matrix(scores)
    rows = Responses.from_rows(person, item, scores[person, item], dense.items)

    fits = [residual_fit(kept, items, free=("a", "b")) for kept in (dense, rows, dense.patterns())]

    for one, other in (fits[:2], fits[1:]):
        assert [fit.df for fit in one] == [fit.df for fit in other]
        np.testing.assert_allclose(
            [fit.statistic or 0 for fit in one], [fit.statistic or 0 for fit in other], rtol=1e-8
        )
        np.testing.assert_allclose([fit.rmsd for fit in one], [fit.rmsd for fit in other], rtol=1e-9)


def test_people_in_the_bins_are_those_who_answered() -> None:
    rng = np.random.default_rng(10)
    items = bank(5, rng)
    scores = answers(items, rng.normal(size=300), rng)
    scores[:120, 2] = MISSING

    fit = residual_fit(Responses.from_matrix(scores), items)[2]

    assert fit.answers == pytest.approx(180)
    assert sum(one.people for one in fit.bins) == pytest.approx(180)
    assert list(fit.bins) == sorted(fit.bins, key=lambda one: one.theta)
    mean = sum(one.people * one.observed for one in fit.bins) / 180
    assert mean == pytest.approx(scores[120:, 2].mean())


def test_few_answers_are_shown_and_not_tested() -> None:
    rng = np.random.default_rng(11)
    items = bank(4, rng)
    scores = answers(items, rng.normal(size=FEWEST_ANSWERS - 1), rng)
    scores[:, 3] = MISSING

    fits = residual_fit(Responses.from_matrix(scores), items)

    assert fits[0].p is None
    assert fits[0].df == 0
    assert fits[0].bins
    assert (fits[3].answers, fits[3].bins, fits[3].rmsd) == (0, (), 0)


@settings(max_examples=20, deadline=None)
@given(
    st.lists(any_items, min_size=1, max_size=5),
    st.sampled_from([(), ("b",), ("a", "b"), ("a", "b", "c", "d")]),
    st.integers(1, 150),
    st.integers(0, 2**32 - 1),
)
def test_residuals_have_an_answer_for_every_table(
    items: list[ItemParameters], free: tuple[str, ...], people: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    scores = answers(items, rng.normal(size=people), rng)
    scores[rng.random(scores.shape) < 0.3] = MISSING

    for fit in residual_fit(Responses.from_matrix(scores), items, free=free):
        assert fit.p is None or 0 <= fit.p <= 1
        assert fit.rmsd >= 0
        assert all(np.isfinite([one.theta, one.people, one.observed, one.expected, one.z]).all() for one in fit.bins)


@pytest.mark.parametrize(
    "item",
    [
        ItemParameters(SLOPES[1], 0.0, c=0.5, d=0.500001),
        ItemParameters(SLOPES[0], FURTHEST),
        ItemParameters.stepwise(Curve.GRADED, 1.0, (0.0, 2 * SMALLEST_GAP)),
    ],
)
def test_an_item_at_the_end_of_what_is_possible_can_be_looked_at(item: ItemParameters) -> None:
    rng = np.random.default_rng(8)
    scores = rng.integers(0, 2, (80, 3))

    first, *_ = residual_fit(
        Responses.from_matrix(scores),
        [item, ItemParameters(1.0, 0.0), ItemParameters(1.2, 0.5)],
        free=("a", "b", "c", "d"),
    )

    assert first.answers == 80
    assert np.isfinite(first.rmsd)
