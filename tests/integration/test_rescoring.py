"""Finished sittings are scored again from what they stored, and every difference is told."""

import json
from collections.abc import Callable
from dataclasses import asdict

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from assessor.psychometrics import adaptive
from assessor.sittings import conditions, delivery, rescoring
from assessor.sittings.finishing import Outcome
from assessor.sittings.models import Presentation, Response, Result, Sitting
from tests import factories
from tests.console import Run
from tests.factories import right_answer, unknown, wrong_answer

HOW = {
    "everything right": right_answer,
    "everything wrong": wrong_answer,
    "nothing known": unknown,
    "something known": lambda item: right_answer(item) if len(item.stem) % 3 else wrong_answer(item),
}


def finished(session: Session, *, seed: int = 7) -> Sitting:
    """A sitting in which some was known, with its result."""
    sitting = factories.sitting(session, seed=seed)
    factories.finish(session, sitting, HOW["something known"])
    return sitting


def answers(session: Session, sitting: Sitting) -> list[Response]:
    """The stored answers in order."""
    rows = (
        select(Response)
        .join(Presentation, Presentation.id == Response.presentation_id)
        .where(Presentation.sitting_id == sitting.id)
        .order_by(Presentation.position)
    )
    return list(session.scalars(rows))


def result_of(session: Session, sitting: Sitting) -> Result:
    """The stored result."""
    return session.get_one(Result, (sitting.organisation_id, sitting.id))


@pytest.mark.parametrize("how", HOW)
def test_a_sitting_is_scored_again_to_the_same_bytes(how: str, session: Session) -> None:
    for seed in (7, 8, 9):
        sitting = factories.sitting(session, seed=seed)
        factories.finish(session, sitting, HOW[how])
    session.commit()
    session.expunge_all()

    for sitting in session.scalars(select(Sitting)):
        design, result = delivery.design_of(session, sitting), result_of(session, sitting)
        final = adaptive.settled(
            design, adaptive.replay(design, conditions.of(sitting), delivery.administered(session, sitting))
        )
        again = asdict(Outcome.of(design, final))
        assert json.dumps(again) == json.dumps({name: getattr(result, name) for name in again})

        rescored = rescoring.rescore(session, sitting)
        assert (rescored.differences, rescored.identical, rescored.path_checked) == ((), True, True)


def test_the_order_of_the_answers_changes_no_result(session: Session) -> None:
    sitting = finished(session)
    design, given = delivery.design_of(session, sitting), delivery.administered(session, sitting)

    backwards = adaptive.settled(design, adaptive.replay(design, conditions.of(sitting), given[::-1]))

    stored = result_of(session, sitting)
    assert (backwards.estimate.theta, backwards.estimate.standard_error) == (stored.theta, stored.standard_error)


def other_points(session: Session, sitting: Sitting) -> None:
    changed = answers(session, sitting)[4]
    changed.points = 1 - changed.points


def other_result(session: Session, sitting: Sitting) -> None:
    result_of(session, sitting).theta += 1e-6


def other_level(session: Session, sitting: Sitting) -> None:
    result_of(session, sitting).level = 8


def other_standing(session: Session, sitting: Sitting) -> None:
    result = result_of(session, sitting)
    assert result.standing is not None
    result.standing = {**result.standing, "borderline": [4]}


def other_seed(session: Session, sitting: Sitting) -> None:
    del session
    sitting.seed += 1


def other_eligibility(session: Session, sitting: Sitting) -> None:
    shown = session.scalars(select(Presentation.item_id).where(Presentation.sitting_id == sitting.id)).first()
    held_back = {**sitting.conditions["eligibility"], "ineligible": {shown: [0, 1, 2, 3, 4]}}
    sitting.conditions = {**sitting.conditions, "eligibility": held_back}


def other_reason(session: Session, sitting: Sitting) -> None:
    result_of(session, sitting).reason = "exhausted"


def another_item(session: Session, sitting: Sitting) -> None:
    shown = session.scalars(select(Presentation).where(Presentation.sitting_id == sitting.id)).first()
    assert shown is not None
    shown.item_id = "no such item"


CHANGES: dict[str, tuple[Callable[[Session, Sitting], None], str]] = {
    "an answer": (other_points, "theta"),
    "the result": (other_result, "theta"),
    "the level": (other_level, "level"),
    "the standing": (other_standing, "standing borderline"),
    "the seed": (other_seed, "item"),
    "what was held back": (other_eligibility, "item"),
    "the reason": (other_reason, "reason"),
    "an item": (another_item, "replay"),
}


@pytest.mark.parametrize("what", CHANGES)
def test_what_was_changed_afterwards_is_found(what: str, session: Session) -> None:
    sitting = finished(session)
    change, told = CHANGES[what]
    change(session, sitting)
    session.flush()

    again = rescoring.rescore(session, sitting)

    assert not again.is_equal
    assert any(difference.what.startswith(told) for difference in again.differences)


def test_a_difference_in_the_last_bits_is_none(session: Session) -> None:
    sitting = finished(session)
    result_of(session, sitting).theta += 1e-12
    session.flush()

    again = rescoring.rescore(session, sitting)

    assert again.is_equal
    assert not again.identical


def test_parameters_that_were_others_are_named_and_used(session: Session) -> None:
    sitting = finished(session)
    changed = answers(session, sitting)[2]
    changed.b += 0.5
    session.flush()

    again = rescoring.rescore(session, sitting)

    item = session.get_one(Presentation, (sitting.organisation_id, changed.presentation_id)).item_id
    assert again.other_parameters == (item,)
    assert any(difference.what == "theta" for difference in again.differences)


def test_every_sitting_is_scored_again_by_the_command(session: Session, run: Run) -> None:
    sittings = [finished(session, seed=seed) for seed in (7, 8)]
    factories.sitting(session)  # not finished
    session.commit()

    told, document = run("rescore", "--all"), run("rescore", "--all", "--json").document

    assert told.code == 0
    assert told.out.endswith("2 of 2 sittings are equal.\n")
    assert (document["sittings"], document["equal"]) == (2, 2)
    assert {one["sitting_id"] for one in document["results"]} == {str(sitting.id) for sitting in sittings}
    assert all(one["identical"] and one["path_checked"] and not one["differences"] for one in document["results"])


def test_the_command_names_a_difference_and_ends_with_1(session: Session, run: Run) -> None:
    sitting = finished(session)
    result_of(session, sitting).level = 8
    session.commit()

    told, document = run("rescore", sitting.id), run("rescore", sitting.id, "--json")

    assert (told.code, document.code) == (1, 1)
    assert "level: stored 8, now" in told.out
    assert document.document["results"][0]["differences"][0]["what"] == "level"


def test_a_sitting_that_is_not_finished_cannot_be_compared(session: Session, run: Run) -> None:
    sitting = factories.sitting(session)
    session.commit()

    ended = run("rescore", sitting.id)

    assert (ended.code, ended.out) == (2, "")
    assert "not finished" in ended.err


@pytest.mark.parametrize(
    "words", [(), ("00000000-0000-4000-8000-000000000000",), ("x",), ("--all", "00000000-0000-4000-8000-000000000000")]
)
def test_an_unknown_sitting_is_wrong_usage(words: tuple[str, ...], run: Run) -> None:
    ended = run("rescore", *words)

    assert (ended.code, ended.out) == (64, "")
    assert ended.err


def test_the_service_goes_on_while_sittings_are_scored_again(session: Session, run: Run) -> None:
    finished(session)
    session.commit()
    session.execute(select(Sitting))  # this session writes now: on SQLite nobody else could

    assert run("rescore", "--all").code == 0
