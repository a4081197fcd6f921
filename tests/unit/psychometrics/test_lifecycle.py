"""An item moves on when enough is known of it, and back when something is wrong."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessor.psychometrics.calibration.item_model import Model
from assessor.psychometrics.care.dif.verdicts import DifClass
from assessor.psychometrics.care.lifecycle import (
    Evidence,
    GroupDif,
    LifecycleRules,
    State,
    concerns,
    expert_prior,
    guessing_prior,
    model_for,
    next_state,
)
from assessor.psychometrics.measuring.response_models import Curve
from assessor.psychometrics.rules import RuleNotUnderstood

LARGE_DIF = GroupDif("ar", DifClass.LARGE, n_reference=400, n_focal=120)
GOOD = Evidence((3, 3), answers=150, new_answers=60, is_calibrated=True, fits=True, shift_in_sd=0.4)

EVIDENCE = st.builds(
    Evidence,
    expert_levels=st.lists(st.integers(1, 8), max_size=3).map(tuple),
    is_settled=st.booleans(),
    answers=st.integers(0, 2000),
    new_answers=st.integers(0, 200),
    is_calibrated=st.booleans(),
    fits=st.sampled_from([None, True, False]),
    shift_in_sd=st.none() | st.floats(-6, 6),
    dif=st.lists(
        st.builds(
            GroupDif,
            st.sampled_from(["ar", "phone"]),
            st.none() | st.sampled_from(DifClass),
            st.integers(0, 500),
            st.integers(0, 500),
        ),
        max_size=2,
    ).map(tuple),
    withdrawn=st.sampled_from(["", "it was printed in a newspaper"]),
)


def why(state: State, evidence: Evidence) -> tuple[State, str]:
    """The next state, and the reasons in one text."""
    transition = next_state(state, evidence)
    return transition.state, " ".join(transition.reasons)


@pytest.mark.parametrize(
    ("evidence", "state", "reason"),
    [
        (Evidence(), State.DRAFT, "0 of 2 experts"),
        (Evidence((3,)), State.DRAFT, "1 of 2 experts"),
        (Evidence((3, 4)), State.DRAFT, "different levels (3, 4)"),
        (Evidence((3, 4), is_settled=True), State.SEEDED, "2 experts have settled"),
        (Evidence((3, 3)), State.SEEDED, "2 experts agree"),
    ],
)
def test_a_draft_is_tried_out_once_two_experts_have_placed_it(evidence: Evidence, state: State, reason: str) -> None:
    found, reasons = why(State.DRAFT, evidence)

    assert found is state
    assert reason in reasons


def test_a_tryout_is_scored_from_thirty_answers_once_it_is_calibrated() -> None:
    assert why(State.SEEDED, Evidence(answers=29, is_calibrated=True)) == (
        State.SEEDED,
        "29 of 30 answers for a first estimate.",
    )
    assert why(State.SEEDED, Evidence(answers=30)) == (
        State.SEEDED,
        "It has 30 answers and waits for the next calibration.",
    )
    assert why(State.SEEDED, Evidence(answers=30, is_calibrated=True))[0] is State.PROVISIONAL


def test_an_item_becomes_an_anchor_with_a_hundred_answers_that_fit() -> None:
    calibrated = Evidence(answers=99, is_calibrated=True, fits=True)

    assert why(State.PROVISIONAL, calibrated) == (State.PROVISIONAL, "99 of 100 answers for its slope.")
    assert why(State.PROVISIONAL, replace(calibrated, answers=100))[0] is State.OPERATIONAL
    state, reason = why(State.PROVISIONAL, replace(calibrated, answers=100, fits=None))
    assert state is State.PROVISIONAL
    assert "fit has not been checked" in reason


def test_many_answers_at_once_take_an_item_all_the_way() -> None:
    assert next_state(State.SEEDED, GOOD).state is State.OPERATIONAL


@pytest.mark.parametrize("state", [State.SEEDED, State.PROVISIONAL, State.OPERATIONAL])
@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"shift_in_sd": 3.2}, "It has become harder: its difficulty has moved by 3.2 SD"),
        ({"shift_in_sd": -3.2}, "It has become easier"),
        ({"dif": (LARGE_DIF,)}, "DIF of class C, 120 against 400 people"),
        ({"fits": False}, "check the key"),
    ],
)
def test_an_item_with_something_wrong_is_watched(state: State, wrong: dict[str, object], reason: str) -> None:
    found, reasons = why(state, replace(GOOD, **wrong))  # type: ignore[arg-type]  # any field of the evidence

    assert found is State.WATCHED
    assert reason in reasons


@pytest.mark.parametrize(
    "fine",
    [
        {"shift_in_sd": 3.0},
        {"dif": (replace(LARGE_DIF, n_focal=99),)},
        {"dif": (replace(LARGE_DIF, n_reference=99),)},
        {"dif": (replace(LARGE_DIF, dif_class=DifClass.MODERATE),)},
        {"dif": (replace(LARGE_DIF, dif_class=None),)},
        {"fits": None},
    ],
)
def test_what_is_within_the_limits_or_cannot_be_judged_is_left_alone(fine: dict[str, object]) -> None:
    evidence = replace(GOOD, **fine)  # type: ignore[arg-type]  # any field of the evidence

    assert next_state(State.OPERATIONAL, evidence).state is State.OPERATIONAL


def test_a_watched_item_is_cleared_or_retired_after_a_second_look() -> None:
    early = replace(GOOD, new_answers=49)

    assert next_state(State.WATCHED, early).state is State.WATCHED
    assert next_state(State.WATCHED, replace(early, fits=False)).state is State.WATCHED
    assert next_state(State.WATCHED, replace(early, new_answers=50)).state is State.OPERATIONAL
    state, reasons = why(State.WATCHED, replace(early, new_answers=50, fits=False))
    assert state is State.RETIRED
    assert "50 new answers have not changed that" in reasons


def test_a_watched_item_with_few_answers_returns_to_where_they_carry_it() -> None:
    few = replace(GOOD, answers=60, new_answers=50, fits=None)

    assert next_state(State.WATCHED, few).state is State.PROVISIONAL


@pytest.mark.parametrize("state", State)
def test_a_person_can_withdraw_an_item_at_any_time(state: State) -> None:
    assert next_state(state, replace(GOOD, withdrawn="it was printed in a newspaper")).state is State.RETIRED


@given(EVIDENCE)
def test_a_retired_item_stays_retired(evidence: Evidence) -> None:
    assert next_state(State.RETIRED, evidence).state is State.RETIRED


@given(st.sampled_from(State), EVIDENCE)
def test_every_decision_has_a_reason_and_only_changes_when_the_evidence_does(state: State, evidence: Evidence) -> None:
    first = next_state(state, evidence)

    # What is new about an item is counted from its last change.
    again = next_state(first.state, replace(evidence, new_answers=0) if first.is_change else evidence)

    assert all(reason.endswith((".", "newspaper")) for reason in first.reasons)
    assert first.reasons
    if state is not State.DRAFT:
        assert not again.is_change


@given(st.sampled_from(State), EVIDENCE)
def test_no_item_is_scored_while_something_is_wrong(state: State, evidence: Evidence) -> None:
    found = next_state(state, evidence)

    assert not (found.state.is_scored and concerns(evidence))
    assert not (found.state.is_anchor and not found.state.is_scored)
    assert not (found.state.is_scored and found.state.is_tried_out)


@given(EVIDENCE, st.integers(0, 500))
def test_more_answers_never_take_an_item_back(evidence: Evidence, more: int) -> None:
    order = list(State)
    before = next_state(State.SEEDED, evidence)
    after = next_state(State.SEEDED, replace(evidence, answers=evidence.answers + more))

    assert order.index(after.state) >= order.index(before.state)


@pytest.mark.parametrize(
    ("answers", "model"),
    [(0, Model.RASCH), (99, Model.RASCH), (100, Model.TWO_PL), (1000, Model.TWO_PL), (1001, Model.THREE_PL)],
)
def test_a_parameter_is_estimated_when_there_are_answers_for_it(answers: int, model: Model) -> None:
    assert model_for(answers) is model


def test_stepwise_items_have_their_own_models() -> None:
    assert model_for(50, curve=Curve.PARTIAL_CREDIT) is Model.PCM
    assert model_for(150, curve=Curve.PARTIAL_CREDIT) is Model.GPCM
    assert model_for(50, curve=Curve.GRADED) is Model.GRM


def test_two_experts_who_agree_are_trusted_more() -> None:
    assert (expert_prior([0.5]).mean, expert_prior([0.5]).deviation) == (0.5, 0.5)
    assert (expert_prior([0.5, 0.5]).mean, expert_prior([0.5, 0.5]).deviation) == (0.5, 0.35)
    assert (expert_prior([0.5, 1.5]).mean, expert_prior([0.5, 1.5]).deviation) == (1.0, 0.5)
    with pytest.raises(ValueError, match="No expert"):
        expert_prior([])


def test_who_guesses_is_right_as_often_as_options_allow() -> None:
    assert guessing_prior(4).mode == pytest.approx(0.25)
    with pytest.raises(ValueError, match="cannot be guessed"):
        guessing_prior(1)


def test_rules_are_written_and_read_and_must_make_sense() -> None:
    rules = LifecycleRules(provisional_from=50, operational_from=200)

    assert LifecycleRules.from_json(rules.to_json()) == rules
    with pytest.raises(RuleNotUnderstood, match="operational_from"):
        LifecycleRules(provisional_from=200)
    with pytest.raises(RuleNotUnderstood, match="agreed_sd"):
        LifecycleRules(agreed_sd=0.6)
