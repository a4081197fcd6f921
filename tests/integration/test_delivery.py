"""Questions and answers: nothing is lost, nothing asked twice, whatever arrives twice or from elsewhere."""

from collections.abc import Sequence
from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from assessor.accounts.models import Learner
from assessor.assessments import designing
from assessor.banks import releases
from assessor.database import new_id
from assessor.errors import NotFound
from assessor.items import interactions, scoring
from assessor.items.item import Item
from assessor.psychometrics import adaptive
from assessor.sittings import conditions, delivery, invigilation, starting
from assessor.sittings.models import Invigilation, Presentation, Response, Sitting
from tests import factories
from tests.factories import NOW, Form, Learning, right_answer, unknown, wrong_answer


def asked(session: Session, sitting: Sitting) -> Sequence[str]:
    """The questions of a sitting in the order in which they were shown."""
    return session.scalars(
        select(Presentation.item_id).where(Presentation.sitting_id == sitting.id).order_by(Presentation.position)
    ).all()


def answers(session: Session) -> int:
    """How many answers are stored at all."""
    return session.scalar(select(func.count()).select_from(Response)) or 0


def test_the_question_is_stored_before_it_is_shown(session: Session) -> None:
    sitting = factories.sitting(session)

    waiting = delivery.open_presentation(session, sitting)

    assert waiting is not None
    assert waiting.position == 0
    assert waiting.shown_at == NOW


def test_an_unanswered_item_is_shown_again(session: Session) -> None:
    sitting = factories.sitting(session)
    first = factories.shown(session, sitting)

    again = factories.shown(session, sitting)

    assert again.id == first.id
    assert len(asked(session, sitting)) == 1


def test_on_another_phone_the_same_question_waits(session: Session) -> None:
    sitting = factories.sitting(session)
    factories.answer(session, sitting, right_answer)
    waiting = factories.shown(session, sitting).item_id
    opened = session.get_one(Invigilation, (sitting.organisation_id, sitting.invigilation_id))
    ada = session.get_one(Learner, (sitting.organisation_id, sitting.learner_id))

    resumed = starting.start(session, ada, opened, "en", "tablet", NOW + timedelta(hours=1), Random(99))

    assert resumed.id == sitting.id
    assert factories.shown(session, resumed).item_id == waiting
    assert answers(session) == 1


def test_no_question_is_asked_twice(session: Session) -> None:
    sitting = factories.sitting(session)

    factories.finish(session, sitting, unknown)

    questions = asked(session, sitting)
    assert len(set(questions)) == len(questions)
    assert answers(session) == len(questions)


def test_the_same_answer_sent_twice_counts_once(session: Session) -> None:
    sitting = factories.sitting(session)
    answered = factories.answer(session, sitting, right_answer)
    item = factories.item_of(session, answered)

    delivery.answer(session, sitting, answered.id, wrong_answer(item), NOW)

    stored = session.get_one(Response, (sitting.organisation_id, answered.id))
    assert stored.points == 1
    assert answers(session) == 1
    assert len(asked(session, sitting)) == 2


def test_an_answer_keeps_the_parameters_it_was_scored_with(session: Session) -> None:
    sitting = factories.sitting(session)

    answered = factories.answer(session, sitting, wrong_answer)

    stored = session.get_one(Response, (sitting.organisation_id, answered.id))
    parameters = releases.edition(session, sitting.release_id).scored[answered.item_id].parameters
    assert (stored.a, stored.b, stored.se_a, stored.se_b) == (
        *(parameters.a, parameters.b),
        *(parameters.se_a, parameters.se_b),
    )
    assert stored.points == 0


def test_every_question_of_the_bank_can_be_answered_right_wrong_and_not_at_all(session: Session) -> None:
    items = [scored.item for scored in factories.edition(session).scored.values()]

    worth = [{points(item, how) for item in items} for how in (right_answer, wrong_answer, unknown)]

    assert worth == [{1}, {0}, {0}]


def test_an_answer_to_a_question_of_another_sitting_is_refused(session: Session) -> None:
    group = factories.group(session, ("Ada", "Eve"))
    factories.open_session(session, group)
    ada, eve = (factories.sitting(session, learner) for learner in factories.people(session, group))
    of_ada = factories.shown(session, ada)

    with pytest.raises(NotFound):
        delivery.answer(session, eve, of_ada.id, MultiDict({"unknown": "1"}), NOW)

    assert answers(session) == 0


def test_an_answer_to_a_question_that_was_never_shown_is_refused(session: Session) -> None:
    sitting = factories.sitting(session)

    with pytest.raises(NotFound):
        delivery.answer(session, sitting, new_id(), MultiDict({"unknown": "1"}), NOW)


@pytest.mark.parametrize("text", ["", "1", "practice", "x" * 5000, "00000000-0000-0000-0000-00000000000g"])
def test_what_is_no_id_of_a_question_is_refused(text: str) -> None:
    with pytest.raises(NotFound):
        delivery.presentation_id(text)


def test_after_the_end_of_the_session_no_answer_is_taken(session: Session) -> None:
    sitting = factories.sitting(session)
    opened = session.get_one(Invigilation, (sitting.organisation_id, sitting.invigilation_id))
    invigilation.end(opened, NOW)

    with pytest.raises(delivery.SittingClosed):
        factories.answer(session, sitting, right_answer)

    assert answers(session) == 0


def test_an_answer_that_is_there_gets_the_same_reply_after_the_end(session: Session) -> None:
    sitting = factories.sitting(session)
    answered = factories.answer(session, sitting, right_answer)
    opened = session.get_one(Invigilation, (sitting.organisation_id, sitting.invigilation_id))
    invigilation.end(opened, NOW)

    delivery.answer(session, sitting, answered.id, MultiDict({"unknown": "1"}), NOW)

    assert answers(session) == 1


UNUSABLE = {
    "nothing": MultiDict[str, str](),
    "an option that is not there": MultiDict({"option": "no such option"}),
    "a thousand options": MultiDict([("option", str(number)) for number in range(1000)]),
    "a place that is not there": MultiDict({"place-nobody": "junk"}),
    "another form": MultiDict({"name": "Eve"}),
}


@pytest.mark.parametrize("what", UNUSABLE)
def test_what_cannot_be_an_answer_changes_nothing(what: str, session: Session) -> None:
    sitting = factories.sitting(session)
    waiting = factories.shown(session, sitting)

    with pytest.raises(delivery.AnswerNotUsable):
        delivery.answer(session, sitting, waiting.id, UNUSABLE[what], NOW)

    assert answers(session) == 0
    assert factories.shown(session, sitting).id == waiting.id


def test_practice_is_not_stored(session: Session) -> None:
    sitting = factories.sitting(session, practised=False)
    practice = factories.edition(session).practice

    for item in practice:
        assert delivery.practice_item(session, sitting) == item
        assert delivery.open_presentation(session, sitting) is None
        delivery.practise(session, sitting, item.id, wrong_answer(item), NOW)

    assert delivery.practice_item(session, sitting) is None
    assert answers(session) == 0
    assert factories.shown(session, sitting).position == 0


def test_a_practice_answer_sent_twice_skips_nothing(session: Session) -> None:
    sitting = factories.sitting(session, practised=False)
    first, second, *_ = factories.edition(session).practice
    delivery.practise(session, sitting, first.id, right_answer(first), NOW)

    delivery.practise(session, sitting, first.id, right_answer(first), NOW)

    assert delivery.practice_item(session, sitting) == second


def test_the_same_seed_and_answers_give_the_same_questions(session: Session) -> None:
    begun = [factories.sitting(session, seed=11) for _ in range(2)]

    for sitting in begun:
        factories.finish(session, sitting, by_length_of_the_stem)

    first, second = (asked(session, sitting) for sitting in begun)
    assert first == second
    assert len(first) >= 8


def test_another_seed_gives_other_questions(session: Session) -> None:
    walks = []
    for seed in (11, 12):
        sitting = factories.sitting(session, seed=seed)
        factories.finish(session, sitting, right_answer)
        walks.append(asked(session, sitting))

    assert walks[0] != walks[1]


def test_a_sitting_follows_from_its_rules_conditions_and_answers_alone(session: Session) -> None:
    sitting = factories.sitting(session, seed=11)
    result = factories.finish(session, sitting, by_length_of_the_stem)
    given = delivery.administered(session, sitting)

    design = designing.adaptive_design(session, sitting.release_id, sitting.rules)
    states = [adaptive.replay(design, conditions.of(sitting), given[:position]) for position in range(len(given) + 1)]
    steps = [adaptive.next_step(design, state) for state in states]

    assert steps[:-1] == [adaptive.Administer(one.item_id) for one in given]
    assert isinstance(steps[-1], adaptive.Finish)
    assert steps[-1].estimate.theta == result.theta


def test_rest_and_help_change_no_answer(session: Session) -> None:
    sitting = factories.sitting(session)
    waiting = factories.shown(session, sitting)

    delivery.rest(session, sitting, NOW)
    delivery.call_help(session, sitting, NOW)
    delivery.call_help(session, sitting, NOW + timedelta(minutes=1))

    assert sitting.help_called_at == NOW
    assert factories.shown(session, sitting).id == waiting.id
    factories.answer(session, sitting, right_answer)
    assert sitting.resting_since is None


def by_length_of_the_stem(item: Item) -> Form:
    """A learner who always answers the same question in the same way."""
    return right_answer(item) if len(item.stem) % 3 else wrong_answer(item)


def points(item: Item, how: Learning) -> int:
    """What an answer is worth."""
    return scoring.score(item, interactions.read_answer(item, how(item))).points
