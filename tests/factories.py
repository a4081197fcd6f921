"""Honest defaults for tests: a group with learners, a sitting that has begun, answers right, wrong and unknown.

Everything happens in the organisation that `assessor demo` makes; a test states only what matters to it.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from random import Random
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from assessor import demo
from assessor.accounts import cards
from assessor.accounts.models import Account, Learner
from assessor.assessments import designing
from assessor.assessments.models import Design
from assessor.banks import releases
from assessor.config import Settings
from assessor.credentials import awarding, issuing
from assessor.credentials.models import Award, Credential
from assessor.database import Base
from assessor.items.item import Item
from assessor.items.simulations import START
from assessor.organisations import groups, roles
from assessor.organisations.models import Group, Organisation
from assessor.sittings import awarding as sitting_awards
from assessor.sittings import delivery, invigilation, starting
from assessor.sittings.models import Invigilation, Presentation, Result, Sitting

#: When the installation was filled; activities of tests happen then or later.
NOW = datetime.now(UTC).replace(microsecond=0)

Form = MultiDict[str, str]
Learning = Callable[[Item], Form]


def organisation(session: Session) -> Organisation:
    """The organisation of the demonstration."""
    return session.scalars(select(Organisation).where(Organisation.code == "demo")).one()


def olu(session: Session) -> Account:
    """Olu, who has every role in it."""
    return session.scalars(select(Account).where(Account.login == "olu")).one()


def staff(session: Session, login: str, *granted: str) -> Account:
    """A member of staff with these roles. Nobody can sign in with this password; see `signed_in_client`."""
    account = Account(login=login, name=login.title(), password_hash="none", must_change_password=False, created_at=NOW)
    session.add(account)
    session.flush()
    roles.grant(session, organisation(session).id, account.id, granted)
    return account


def design(session: Session) -> Design:
    """The test of the demonstration."""
    return designing.designs_of(session, organisation(session).id)[0]


def edition(session: Session) -> releases.Edition:
    """Its questions."""
    return releases.edition(session, design(session).release_id)


def group(
    session: Session, names: Sequence[str] = ("Ada",), key: str = "key", language: str = "en", seed: int = 2
) -> Group:
    """A group with a card for everybody. ``key``: the installation's, where cards are scanned in the test."""
    title = groups.free_title(session, organisation(session).id, "Morning")
    return groups.create_group(session, organisation(session).id, title, names, language, key, NOW, Random(seed))


def people(session: Session, group: Group) -> list[Learner]:
    """The learners of a group, in the order of their names on the list."""
    return [place.learner for place in groups.places(session, group)]


def card_secret(session: Session, learner: Learner, key: str = "key") -> str:
    """What the QR code of the learner's newest card holds."""
    return cards.secret_of(cards.living_cards(session, learner.organisation_id, [learner.id])[learner.id], key)


def open_session(session: Session, group: Group, *, supervised: bool = True, now: datetime = NOW) -> Invigilation:
    """A test that is open for the group."""
    return invigilation.open_for(
        session, group.organisation_id, group.id, design(session).id, olu(session).id, supervised, now
    )


def sitting(
    session: Session,
    learner: Learner | None = None,
    *,
    language: str = "en",
    seed: int = 7,
    now: datetime = NOW,
    practised: bool = True,
) -> Sitting:
    """A sitting of Ada (or of ``learner``, whose group has an open session), at its first question that counts."""
    if learner is None:
        new = group(session)
        open_session(session, new, now=now)
        [learner] = people(session, new)
    opened = starting.open_invigilation(session, learner)
    assert opened is not None
    begun = starting.start(session, learner, opened, language, "phone", now, Random(seed))
    while practised and (item := delivery.practice_item(session, begun)) is not None:
        delivery.practise(session, begun, item.id, unknown(item), now)
    return begun


def shown(session: Session, sitting: Sitting) -> Presentation:
    """The presentation that waits for its answer."""
    found = delivery.open_presentation(session, sitting)
    assert found is not None
    return found


def item_of(session: Session, presentation: Presentation) -> Item:
    """The question that was shown."""
    sitting = session.get_one(Sitting, (presentation.organisation_id, presentation.sitting_id))
    return releases.edition(session, sitting.release_id).item(presentation.item_id)


def answer(session: Session, sitting: Sitting, how: Learning, now: datetime = NOW) -> Presentation:
    """Answer the open question; gives the presentation that was answered."""
    presentation = shown(session, sitting)
    delivery.answer(session, sitting, presentation.id, how(item_of(session, presentation)), now)
    return presentation


def finish(session: Session, sitting: Sitting, how: Learning, now: datetime = NOW) -> Result:
    """Answer until the test is over."""
    while sitting.finished_at is None:
        answer(session, sitting, how, now)
    return session.get_one(Result, (sitting.organisation_id, sitting.id))


def confirmed_sitting(session: Session, learner: Learner | None = None, now: datetime = NOW) -> Sitting:
    """A sitting in which everything was right, finished and confirmed by Olu."""
    done = sitting(session, learner, now=now)
    finish(session, done, right_answer, now)
    done.confirmed_at, done.confirmed_by = now, olu(session).id
    session.flush()
    return done


def award_of_sitting(
    session: Session, settings: Settings, sitting: Sitting, name: str = "Ada Lovelace", now: datetime = NOW
) -> Award:
    """The award of a confirmed sitting."""
    return sitting_awards.award(session, sitting, awarding.Holder(name), settings, now)


def award(session: Session, settings: Settings, now: datetime = NOW, **changes: Any) -> Award:
    """An award for results from elsewhere.

    ``changes``: name, second, named_in_badge, source, level, language, results, conditions.
    """
    name, second = changes.pop("name", "Ada Lovelace"), changes.pop("second", "")
    holder = awarding.Holder(name, second, changes.pop("named_in_badge", False))
    return awarding.award(session, organisation(session).id, holder, grounds(**changes), settings, now)


def signed_award(session: Session, settings: Settings, **changes: Any) -> tuple[Award, Credential]:
    """The same, signed at once instead of by the worker."""
    made = award(session, settings, **changes)
    credential = issuing.sign(session, made, settings, NOW)
    session.add(credential)
    session.flush()
    return made, credential


def grounds(**changes: Any) -> awarding.Grounds:
    """What led to an award: level 3 with one competence, supervised, on a phone, in English."""
    conditions: Mapping[str, Any] = {
        **dict.fromkeys(("helper", "paper", "home_language_help", "sound"), False),
        **{"supervised": True, "device": "phone", "items": 12, "test_language": "en", "help_language": ""},
    }
    ordinary: dict[str, Any] = {
        "source": "a test",
        "achievement_code": demo.ACHIEVEMENT,
        "language": "en",
        "level": 3,
        "results": {"4.1": {"mean": 0.1, "low": -0.5, "high": 0.7, "items": 4, "score": 52}},
        "conditions": conditions,
    }
    return awarding.Grounds(**(ordinary | changes))


def right_answer(item: Item) -> Form:
    """What a phone posts for the right answer."""
    if item.simulation is not None:
        return MultiDict((f"place-{message.id}", str(message.goal)) for message in item.simulation.messages)
    return MultiDict(("option", option) for option in sorted(item.key))


def wrong_answer(item: Item) -> Form:
    """What a phone posts for a wrong answer that can be given."""
    if item.simulation is not None:
        form = right_answer(item)
        moved = next(message for message in item.simulation.messages if message.goal != START)
        form[f"place-{moved.id}"] = "keep" if moved.goal != "keep" else "junk"
        return form
    wrong_first = sorted(item.options, key=lambda option: option.id in item.key)
    return MultiDict(("option", option.id) for option in wrong_first[: len(item.key)])


def unknown(item: Item) -> Form:  # noqa: ARG001  # one of the three ways to answer any item
    """What a phone posts for "I don't know yet"."""
    return MultiDict({"unknown": "1"})


def everything_in(session: Session) -> bytes:
    """Every value of every table, one after the other."""
    values = []
    for table in Base.metadata.sorted_tables:
        for row in session.execute(select(table)):
            values += [value if isinstance(value, bytes) else str(value).encode() for value in row]
    return b"\n".join(values)
