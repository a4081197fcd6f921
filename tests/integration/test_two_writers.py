"""Two at the same moment: one of them waits, and nothing of either is lost."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from random import Random
from threading import Barrier
from typing import TypeVar

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from assessor import jobs
from assessor.accounts.models import Learner
from assessor.config import Settings
from assessor.credentials import awarding, status
from assessor.credentials.models import Award, Credential
from assessor.database import new_id
from assessor.jobs import Job
from assessor.openbadges.status_list import BitstringStatusList
from assessor.organisations import groups
from assessor.organisations.models import Group
from assessor.sittings import awarding as sitting_awards
from assessor.sittings import delivery
from assessor.sittings.models import Presentation, Response, Sitting
from tests import factories
from tests.databases import meanwhile
from tests.factories import NOW, right_answer

Value = TypeVar("Value")
Sessions = sessionmaker[Session]


def at_once(*acts: Callable[[], Value]) -> list[Value]:
    """Begin all of them at the same moment, each in a thread of its own."""
    barrier = Barrier(len(acts))

    def begin(act: Callable[[], Value]) -> Value:
        barrier.wait()
        return act()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(begin, acts))


def count(session: Session, model: type[Award] | type[Response] | type[Credential]) -> int:
    """How many rows there are."""
    return session.scalar(select(func.count()).select_from(model)) or 0


def sittings(session: Session, names: Sequence[str]) -> list[Sitting]:
    """A sitting for everybody, at the first question."""
    group = factories.group(session, names)
    factories.open_session(session, group)
    begun = [
        factories.sitting(session, learner, seed=at) for at, learner in enumerate(factories.people(session, group))
    ]
    session.commit()
    return begun


def test_learners_who_answer_at_the_same_moment_lose_nothing(session: Session, sessions: Sessions) -> None:
    begun = sittings(session, ("Ada", "Grace", "Olu", "Eve"))

    def answer_five_times(key: tuple[object, object]) -> int:
        for _ in range(5):
            with sessions.begin() as own:
                factories.answer(own, own.get_one(Sitting, key), right_answer)
        return 5

    done = at_once(*(lambda one=one: answer_five_times((one.organisation_id, one.id)) for one in begun))

    assert count(session, Response) == sum(done) == 20
    waiting = [delivery.open_presentation(session, one) for one in begun]
    assert [one and one.position for one in waiting] == [5, 5, 5, 5]


def test_the_same_answer_at_the_same_moment_is_one_answer(session: Session, sessions: Sessions) -> None:
    [sitting] = sittings(session, ("Ada",))
    waiting = factories.shown(session, sitting)
    form = right_answer(factories.item_of(session, waiting))
    session.commit()

    def post() -> bool:
        try:
            with sessions.begin() as own:
                mine = own.get_one(Sitting, (sitting.organisation_id, sitting.id))
                delivery.answer(own, mine, waiting.id, form, NOW)
        except IntegrityError:  # the page answers as the first one did
            return False
        return True

    done = at_once(post, post, post)

    assert True in done
    assert count(session, Response) == 1
    shown = session.scalars(select(Presentation.position).where(Presentation.sitting_id == sitting.id))
    assert sorted(shown) == [0, 1]


def test_starting_on_two_phones_is_one_sitting(session: Session, sessions: Sessions) -> None:
    group = factories.group(session)
    factories.open_session(session, group)
    [ada] = factories.people(session, group)
    session.commit()

    def start() -> bool:
        try:
            with sessions.begin() as own:
                mine = own.get_one(Learner, (ada.organisation_id, ada.id))
                factories.sitting(own, mine, practised=False)
        except IntegrityError:
            return False
        return True

    done = at_once(start, start)

    assert True in done
    assert session.scalar(select(func.count()).select_from(Sitting)) == 1


def test_a_name_that_is_sent_twice_at_the_same_moment_is_one_award(
    session: Session, sessions: Sessions, settings: Settings
) -> None:
    sitting = factories.confirmed_sitting(session)
    session.commit()

    def give(name: str) -> Callable[[Session], str]:
        def act(own: Session) -> str:
            mine = own.get_one(Sitting, (sitting.organisation_id, sitting.id))
            return sitting_awards.award(own, mine, awarding.Holder(name), settings, NOW).holder_name

        return act

    second = meanwhile(sessions, give("Ada Lovelace"), give("Ada King"))

    assert second == "Ada Lovelace"
    assert count(session, Award) == 1


def test_two_withdrawals_at_the_same_moment_both_stay(session: Session, sessions: Sessions, settings: Settings) -> None:
    awards = [factories.award(session, settings, source=source) for source in ("one", "two")]
    session.commit()

    def withdraw(award: Award) -> Callable[[Session], None]:
        return lambda own: awarding.revoke(own, awarding.find(own, award.id), "other", settings, NOW)

    meanwhile(sessions, withdraw(awards[0]), withdraw(awards[1]))

    listed = BitstringStatusList(status.find(session, awards[0].status_list).bits)
    assert [listed.bit(award.status_index) for award in awards] == [True, True]


def test_two_workers_do_every_job_once(session: Session, sessions: Sessions, settings: Settings) -> None:
    for source in ("one", "two", "three", "four"):
        factories.award(session, settings, source=source)
    session.commit()

    tried = at_once(*[lambda: jobs.run_all(sessions, settings, NOW)] * 2)

    assert sum(tried) == 4
    assert count(session, Credential) == 4
    assert set(session.execute(select(Job.state, Job.attempts))) == {("done", 1)}


def test_a_double_click_makes_one_group(session: Session, sessions: Sessions) -> None:
    form_id = new_id()

    def make(own: Session) -> Group:
        home = factories.organisation(own).id
        return groups.create_group(own, home, "Monday", ["Ada", "Eve"], "en", "key", NOW, Random(), form_id)

    second = meanwhile(sessions, make, make)

    made = session.scalars(select(Group).where(Group.name == "Monday")).one()
    assert second.id == made.id
    assert len(groups.places(session, made)) == 2


def test_a_double_click_adds_carla_once(session: Session, sessions: Sessions) -> None:
    group = factories.group(session, ("Ada",))
    session.commit()
    form_id = new_id()

    def add(own: Session) -> list[str]:
        return groups.add_learners(own, own.merge(group), ["Carla"], "en", "key", NOW, Random(), form_id)

    assert meanwhile(sessions, add, add) == ["Carla"]
    assert [place.learner.nickname for place in groups.places(session, group)] == ["Ada", "Carla"]


def test_two_teachers_who_add_people_at_the_same_moment_both_succeed(session: Session, sessions: Sessions) -> None:
    group = factories.group(session, ("Ada",))
    session.commit()

    def add(own: Session) -> list[str]:
        return groups.add_learners(own, own.merge(group), ["Carla"], "en", "key", NOW, Random())

    assert meanwhile(sessions, add, add) == ["Carla 2"]
