"""One suite of laws over every estimator, every way to choose and every reason to stop."""

import json
import pickle
from dataclasses import replace

import numpy as np
import pytest

from assessor.psychometrics.adaptive import (
    Administer,
    Administered,
    Conditions,
    Design,
    Finish,
    Pool,
    PoolItem,
    State,
    answered,
    begin,
    criteria,
    next_step,
    replay,
    settled,
)
from assessor.psychometrics.adaptive.constraints import Constraints
from assessor.psychometrics.adaptive.exposure import Eligibility
from assessor.psychometrics.adaptive.selection import Selection
from assessor.psychometrics.adaptive.stopping import LikelihoodRatio, Reason, Stopping
from assessor.psychometrics.measuring.hierarchy import Hierarchy
from assessor.psychometrics.measuring.response_models import Curve, ItemParameters
from assessor.psychometrics.standards.bands import Band

CODES = ("1.1", "1.2", "4.1")
MEDIA = ("text", "picture", "simulation")
ABILITIES = {"one ability": None, "a hierarchy": Hierarchy({code: code[0] for code in CODES})}
CHOICES = {
    **{f"by {name}": Selection(criterion=name) for name in criteria.CRITERIA},
    "the best alone": Selection(best_of=1, opening_items=0),
    "for a success": Selection(success=0.7),
    "by certainty": Selection(next_competence="certainty"),
    "by risk": Selection(next_competence="risk"),
    "any competence": Selection(next_competence="any"),
    "by shares": Selection(shares={"1.1": 0.5, "4.1": 0.5}),
    "sharp items last": Selection(criterion="nearest difficulty", strata=3),
}
NEVER = Stopping(minimum_items=3, maximum_items=14, when_decided=False, standard_error=None)
REASONS = {
    "decided": replace(NEVER, when_decided=True),
    "level": replace(NEVER, level_certainty=0.8),
    "generalised ratio": replace(NEVER, likelihood_ratio=LikelihoodRatio(delta=0.3)),
    "ratio": replace(NEVER, likelihood_ratio=LikelihoodRatio(delta=0.5, generalised=False)),
    "precise": replace(NEVER, standard_error=0.5),
    "curtailed": replace(NEVER, curtailment=0.8),
    "content": replace(NEVER, minimum_per_competence=3, maximum_per_competence=4, standard_error=0.6),
    "never": NEVER,
}


def item(number: int) -> PoolItem:
    """One of a bank that has everything: guessing, slipping, several scores, families, enemies, media."""
    rng = np.random.default_rng(number)
    a, b = float(rng.uniform(0.7, 2)), float(rng.normal(-0.3, 1))
    kinds = (
        ItemParameters(a, b, 0.3, 0.4),
        ItemParameters(a, b, c=0.25, d=0.98),
        ItemParameters.stepwise(Curve.PARTIAL_CREDIT, a, [b - 0.5, b + 0.6]),
        ItemParameters.stepwise(Curve.GRADED, a, [b - 0.8, b, b + 0.7]),
    )
    return PoolItem(
        f"item-{number:02}",
        kinds[number % 4],
        CODES[number % 3],
        Band(number % 4 + 1),
        family=f"family-{number // 5}" if number % 5 < 2 else None,
        enemies=frozenset({f"item-{number + 7:02}"} if number % 6 == 0 else ()),
        reading_load=number % 4,
        media=MEDIA[number % 3],
        devices=frozenset({"phone"}) if number % 11 else frozenset({"computer"}),
    )


POOL = Pool(item(number) for number in range(60))
LIMITS = Constraints(media_maximum={"simulation": 4}, reading_load_cap=2, competence_minimum={"4.1": 2})
HELD_BACK = Eligibility((0.0,), (frozenset({"item-01", "item-10"}), frozenset({"item-20"})))
CONDITIONS = Conditions(seed=11, device="phone", eligibility=HELD_BACK)


def design(hierarchy: Hierarchy | None, selection: Selection, stopping: Stopping) -> Design:
    return Design(POOL, selection=selection, stopping=stopping, hierarchy=hierarchy, constraints=LIMITS)


def score_of(item_id: str) -> int:
    highest = POOL.items[POOL.position[item_id]].parameters.highest_score
    return int(item_id[-2:]) % (highest + 1)


def sit(test: Design, conditions: Conditions = CONDITIONS) -> tuple[list[Administered], Finish]:
    state, administered = begin(test, conditions), []
    while isinstance(step := next_step(test, state), Administer):
        administered.append(Administered(step.item_id, score_of(step.item_id)))
        state = answered(test, state, administered[-1])
    assert isinstance(step, Finish)
    return administered, step


def numbers(state: State) -> bytes:
    return np.array([state.estimate.theta, state.estimate.standard_error]).tobytes()


EVERY_CHOICE = [(a, c, "decided") for a in ABILITIES for c in CHOICES]
EVERY_REASON = [(a, "the best alone", r) for a in ABILITIES for r in REASONS]


@pytest.mark.parametrize(("ability", "choice", "reason"), EVERY_CHOICE + EVERY_REASON)
def test_every_design_keeps_the_laws_of_a_sitting(ability: str, choice: str, reason: str) -> None:
    test = design(ABILITIES[ability], CHOICES[choice], REASONS[reason])
    administered, _ = sit(test)
    asked = [POOL.items[POOL.position[answer.item_id]] for answer in administered]

    assert test.stopping.minimum_items <= len(asked) <= test.stopping.maximum_items
    assert len({one.id for one in asked}) == len(asked)
    families = [one.family for one in asked if one.family]
    assert len(set(families)) == len(families)
    assert not {enemy for one in asked for enemy in one.enemies} & {one.id for one in asked}
    assert sum(one.media == "simulation" for one in asked) <= 4
    assert all(one.reading_load <= 2 and "computer" not in one.devices for one in asked)
    assert {one.competence for one in asked} <= set(test.selection.shares or CODES)


@pytest.mark.parametrize(("ability", "choice", "reason"), EVERY_CHOICE + EVERY_REASON)
def test_every_sitting_can_be_stored_left_resumed_and_scored_again(ability: str, choice: str, reason: str) -> None:
    test = design(ABILITIES[ability], CHOICES[choice], REASONS[reason])
    administered, finish = sit(test)

    stored = json.loads(json.dumps({"rules": test.rules_to_json(), "conditions": CONDITIONS.to_json()}))
    elsewhere = Design.from_rules(pickle.loads(pickle.dumps(POOL)), stored["rules"])
    conditions = Conditions.from_json(stored["conditions"])

    for part in Design.known_parts():
        assert getattr(elsewhere, part) == getattr(test, part)
    for left_at in range(len(administered)):
        step = next_step(elsewhere, replay(elsewhere, conditions, administered[:left_at]))
        assert step == Administer(administered[left_at].item_id)
    again = next_step(elsewhere, replay(elsewhere, conditions, administered))
    assert isinstance(again, Finish)
    assert again.reason == finish.reason
    assert numbers(again.state) == numbers(finish.state)


@pytest.mark.parametrize("ability", ABILITIES)
def test_the_result_forgets_the_order_of_the_answers_to_the_last_bit(ability: str) -> None:
    test = design(ABILITIES[ability], CHOICES["the best alone"], NEVER)
    administered, finish = sit(test)

    backwards = settled(test, replay(test, CONDITIONS, reversed(administered)))

    assert numbers(backwards) == numbers(finish.state)


@pytest.mark.parametrize("ability", ABILITIES)
@pytest.mark.parametrize("at", range(14))
def test_a_better_answer_never_lowers_the_result(ability: str, at: int) -> None:
    test = design(ABILITIES[ability], CHOICES["the best alone"], NEVER)
    administered, _ = sit(test)
    item_id = administered[at].item_id
    highest = POOL.items[POOL.position[item_id]].parameters.highest_score

    thetas = []
    for score in range(highest + 1):
        changed = [*administered[:at], Administered(item_id, score), *administered[at + 1 :]]
        thetas.append(settled(test, replay(test, CONDITIONS, changed)).estimate.theta)

    assert thetas == sorted(thetas)


@pytest.mark.parametrize("ability", ABILITIES)
@pytest.mark.parametrize("reason", REASONS)
def test_every_reason_to_stop_can_be_the_one(ability: str, reason: str) -> None:
    expected = {
        "decided": Reason.DECIDED,
        "level": Reason.LEVEL,
        "generalised ratio": Reason.RATIO,
        "ratio": Reason.RATIO,
        "precise": Reason.PRECISE,
        "curtailed": Reason.CURTAILED,
        "content": Reason.PRECISE,
        "never": Reason.MAXIMUM,
    }[reason]
    test = Design(POOL, stopping=replace(REASONS[reason], maximum_items=40), hierarchy=ABILITIES[ability])

    state = begin(test, Conditions(seed=3))
    while isinstance(step := next_step(test, state), Administer):
        state = answered(test, state, Administered(step.item_id, 1 if state.items else 0))

    assert isinstance(step, Finish)
    if reason != "never":
        assert step.reason == expected
    else:
        assert step.reason in (Reason.MAXIMUM, Reason.EXHAUSTED)


def test_a_test_that_decides_each_competence_goes_on_until_each_is_decided() -> None:
    each = replace(NEVER, maximum_items=60, level_certainty=0.6, each_competence=True)
    by_certainty = Selection(next_competence="certainty")
    test = Design(POOL, stopping=each, hierarchy=ABILITIES["a hierarchy"], selection=by_certainty)

    _, finish = sit(test, Conditions(seed=5))

    assert finish.reason == Reason.LEVEL
    for at in range(len(CODES)):
        assert max(test.bands.level_probabilities(finish.state.knowledge.of_competence(at))) >= 0.6


def test_a_competence_that_cannot_be_decided_ends_with_its_share() -> None:
    each = replace(NEVER, maximum_items=60, maximum_per_competence=4, level_certainty=0.99, each_competence=True)
    test = Design(POOL, stopping=each, hierarchy=ABILITIES["a hierarchy"])

    _, finish = sit(test, Conditions(seed=5))

    assert finish.reason == Reason.EXHAUSTED
    assert finish.state.asked == (4, 4, 4)
