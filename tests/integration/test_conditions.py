"""What is fixed when a sitting begins, and what earlier sittings have to do with it."""

from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from assessor import demo
from assessor.accounts.models import Learner
from assessor.assessments import designing
from assessor.assessments.models import Design
from assessor.psychometrics import adaptive
from assessor.psychometrics.adaptive.exposure_counts import ExposureCounts
from assessor.sittings import conditions, delivery, exposure, invigilation
from assessor.sittings.models import Exposure, Invigilation, Sitting
from tests import factories
from tests.databases import meanwhile
from tests.factories import NOW, right_answer, unknown


def group_of(session: Session, *names: str) -> list[Learner]:
    """Learners of one group, with an open session."""
    group = factories.group(session, names)
    factories.open_session(session, group)
    return factories.people(session, group)


def stored(session: Session) -> Exposure:
    """The counts of the one design that has some."""
    return session.scalars(select(Exposure).execution_options(populate_existing=True)).one()


def met(session: Session) -> dict[str, float]:
    """Item → how many people met it, as far as it is counted."""
    counts = ExposureCounts.from_json(stored(session).counts)
    return {item: float(people) for item, people in zip(counts.items, counts.met[-1], strict=True) if people}


def test_the_first_sitting_of_a_design_may_use_every_item(session: Session) -> None:
    sitting = factories.sitting(session)

    assert sitting.conditions["engine"] == conditions.ENGINE
    assert sitting.conditions["language"] == "en"
    assert sitting.conditions["device"] == "phone"
    assert sitting.conditions["eligibility"]["ineligible"] == {}


def test_a_device_that_nobody_knows_restricts_nothing(session: Session) -> None:
    fixed = conditions.fixed_now(session, factories.design(session), 7, "en", conditions.UNKNOWN_DEVICE)

    assert fixed.device is None


def test_the_conditions_are_read_back_as_they_were_drawn(session: Session) -> None:
    ada, eve = group_of(session, "Ada", "Eve")
    factories.finish(session, factories.sitting(session, ada), right_answer)

    drawn = conditions.fixed_now(session, factories.design(session), 5, "en", "phone")
    sitting = factories.sitting(session, eve)
    sitting.seed, sitting.conditions = 5, conditions.to_json(drawn)
    session.flush()
    session.refresh(sitting)

    assert conditions.of(sitting) == drawn
    assert drawn.eligibility is not None
    assert any(drawn.eligibility.ineligible)


def test_what_a_finished_sitting_met_is_counted_once(session: Session) -> None:
    sitting = factories.sitting(session)
    while sitting.finished_at is None:
        last = factories.answer(session, sitting, right_answer)
    items = {one.item_id for one in delivery.administered(session, sitting)}

    delivery.answer(session, sitting, last.id, right_answer(factories.item_of(session, last)), NOW)

    assert met(session) == dict.fromkeys(items, 1.0)
    assert stored(session).updated_at == NOW


def test_those_who_come_later_meet_other_items(session: Session) -> None:
    ada, eve = group_of(session, "Ada", "Eve")
    first = factories.sitting(session, ada, seed=3)
    factories.finish(session, first, right_answer)

    second = factories.sitting(session, eve, seed=3)
    factories.finish(session, second, right_answer)

    items = [{one.item_id for one in delivery.administered(session, sitting)} for sitting in (first, second)]
    held_back = second.conditions["eligibility"]["ineligible"].keys()
    assert held_back <= items[0]
    assert len(held_back) > len(items[0]) / 2
    assert len(items[0] & items[1]) < len(items[0]) / 2


def test_a_sitting_that_was_broken_off_is_not_counted(session: Session) -> None:
    sitting = factories.sitting(session)
    factories.answer(session, sitting, right_answer)

    invigilation.end(session.get_one(Invigilation, (sitting.organisation_id, sitting.invigilation_id)), NOW)
    session.flush()

    assert session.scalars(select(Exposure)).all() == []


def test_of_two_who_finish_at_the_same_moment_both_are_counted(
    session: Session, sessions: sessionmaker[Session]
) -> None:
    begun = [factories.sitting(session, learner, seed=4) for learner in group_of(session, "Ada", "Eve", "Grace")]
    factories.finish(session, begun[2], unknown)
    before = met(session)
    session.commit()

    def finish(sitting: Sitting) -> Callable[[Session], object]:
        key = sitting.organisation_id, sitting.id
        return lambda own: factories.finish(own, own.get_one(Sitting, key), right_answer)

    meanwhile(sessions, finish(begun[0]), finish(begun[1]))

    people = [{one.item_id for one in delivery.administered(session, sitting)} for sitting in begun[:2]]
    assert people[0] == people[1]
    assert all(met(session)[item] > before.get(item, 0) * 0.99 + 1.99 for item in people[0])


def test_of_the_first_two_who_finish_at_the_same_moment_both_are_counted(
    session: Session, sessions: sessionmaker[Session]
) -> None:
    begun = [factories.sitting(session, learner, seed=4) for learner in group_of(session, "Ada", "Eve")]
    session.commit()

    def finish(sitting: Sitting) -> Callable[[Session], object]:
        key = sitting.organisation_id, sitting.id
        return lambda own: factories.finish(own, own.get_one(Sitting, key), right_answer)

    meanwhile(sessions, finish(begun[0]), finish(begun[1]))

    assert set(met(session).values()) == {1.999}  # the second leaves .999 of the first


def test_a_sitting_of_rules_that_are_no_longer_those_of_the_design_is_not_counted(session: Session) -> None:
    sitting = factories.sitting(session)
    design = factories.design(session)
    design.rules = {**design.rules, "stopping": {"maximum_items": 30}}
    session.flush()

    factories.finish(session, sitting, right_answer)

    assert session.scalars(select(Exposure)).all() == []


def test_counts_of_other_intervals_begin_anew(session: Session) -> None:
    factories.finish(session, factories.sitting(session), right_answer)
    design = factories.design(session)
    design.rules = {**design.rules, "exposure": {"edges": [0.0]}}
    session.flush()

    sitting = factories.sitting(session)
    factories.finish(session, sitting, right_answer)

    assert sitting.conditions["eligibility"] == {"edges": [0.0], "ineligible": {}}
    assert set(met(session).values()) == {1.0}
    assert stored(session).counts["edges"] == [0.0]


def test_a_design_without_exposure_control_draws_and_counts_nothing(session: Session) -> None:
    design = factories.design(session)
    design.rules = {**design.rules, "exposure": None}
    session.flush()

    sitting = factories.sitting(session)
    factories.finish(session, sitting, right_answer)

    assert sitting.conditions["eligibility"] is None
    assert session.scalars(select(Exposure)).all() == []


def test_the_path_has_the_estimate_before_each_answer(session: Session) -> None:
    sitting = factories.sitting(session)
    factories.finish(session, sitting, right_answer)
    design, given = delivery.design_of(session, sitting), delivery.administered(session, sitting)
    final = adaptive.replay(design, conditions.of(sitting), given)

    path = exposure.path(design, final)

    assert [visit.item_id for visit in path] == [one.item_id for one in given]
    assert path[0].theta == pytest.approx(design.estimator.prior_mean)
    assert path[-1].theta > 0


@pytest.fixture
def plain(session: Session) -> Design:
    """A design for which nothing was wished."""
    demonstration = factories.design(session)
    return designing.create(
        session, demonstration.organisation_id, "Plain", demonstration.release_id, demo.ACHIEVEMENT, NOW
    )


def test_a_new_design_knows_the_areas_and_keeps_items_to_a_quarter_of_the_people(plain: Design) -> None:
    assert plain.rules["hierarchy"]["areas"] == {"1.1": "1", "2.1": "2", "4.1": "4", "4.2": "4"}
    assert plain.rules["exposure"]["maximum"] == 0.25


def test_what_is_wished_for_a_design_goes_before_what_is_usual(session: Session, plain: Design) -> None:
    rules = {"hierarchy": None, "exposure": {"maximum": 0.5}}

    made = designing.create(session, plain.organisation_id, "Wished", plain.release_id, demo.ACHIEVEMENT, NOW, rules)

    assert made.rules["hierarchy"] is None
    assert made.rules["exposure"]["maximum"] == 0.5
