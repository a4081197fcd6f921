"""From a list of first names to a group with cards."""

import unicodedata
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from assessor.accounts import cards
from assessor.accounts.models import Card, Learner
from assessor.database import new_id
from assessor.errors import Invalid, NotFound
from assessor.organisations.models import Group, GroupMember

LARGEST_GROUP = 60
LONGEST_NAME = 40
LONGEST_LIST = 8000  # characters: sixty names of forty, and generous white space
JOINERS = "\u200c\u200d"  # Persian and Indic names need them


@dataclass(frozen=True)
class Place:
    """A learner in a group, with the card that works now."""

    learner: Learner
    card: Card
    position: int


def read_names(text: str) -> list[str]:
    """Names from a pasted list: one a line, or separated by commas. Equal names get a number, so cards differ.

    Raises `Invalid` for an empty or too long list, or a name too long for a card.
    """
    if len(text) > LONGEST_LIST:
        raise Invalid("This list is too long. Paste first names only, at most %(most)s.", most=LARGEST_GROUP)
    names = [_clean(part) for line in text.splitlines() for part in line.replace(";", ",").split(",")]
    names = [name for name in names if name]
    if not names:
        raise Invalid("Write one name or more, each on its own line.")
    if len(names) > LARGEST_GROUP:
        raise Invalid("A group has at most %(most)s people. Make two groups.", most=LARGEST_GROUP)
    if long := next((name for name in names if len(name) > LONGEST_NAME), None):
        raise Invalid("“%(name)s” is too long for a card. Write a first name or a nickname.", name=long[:LONGEST_NAME])
    return _distinct(names)


def read_title(text: str) -> str:
    """The name of a group, cleaned. Raises `Invalid` for an empty or too long one."""
    title = _clean(text)
    if not title or len(title) > LONGEST_NAME:
        raise Invalid("Give the group a short name, such as “Thursday evening”.")
    return title


def part_of_day(moment: datetime) -> str:
    """morning, afternoon or evening, for the name that a new group is offered; in the zone of ``moment``."""
    return "morning" if moment.hour < 12 else "afternoon" if moment.hour < 17 else "evening"


def free_title(session: Session, organisation_id: uuid.UUID, title: str) -> str:
    """``title``, with a number when the organisation has a group of this name."""
    alike = Group.name.istartswith(title, autoescape=True)
    taken = session.scalars(select(Group.name).where(Group.organisation_id == organisation_id, alike))
    return _distinct([*taken, title])[-1]


def create_group(
    session: Session,
    organisation_id: uuid.UUID,
    name: str,
    names: Sequence[str],
    language: str,
    key: str,
    now: datetime,
    rng: Random,
    form_id: uuid.UUID | None = None,
) -> Group:
    """Create a group, its learners and a card for each. ``language`` is the home language printed on the cards.

    ``form_id``: the form that asks for it; sent a second time, it gets the group of the first.
    """
    form_id = form_id or new_id()
    group = Group(
        organisation_id=organisation_id,
        name=read_title(name),
        code=_free_code(session, rng),
        form_id=form_id,
        created_at=now,
    )
    try:
        with session.begin_nested():
            session.add(group)
    except IntegrityError:
        made = select(Group).where(Group.organisation_id == organisation_id, Group.form_id == form_id)
        if known := session.scalar(made):
            return known
        raise
    _add(session, group, names, language, key, now, rng, form_id)
    return group


def add_learners(
    session: Session,
    group: Group,
    names: Sequence[str],
    language: str,
    key: str,
    now: datetime,
    rng: Random,
    form_id: uuid.UUID | None = None,
) -> list[str]:
    """Add people to a group that exists, and give their names back; those that are there already get a number.

    ``form_id``: the form that asks for it; sent a second time, it adds nobody and gets the names of the first.
    """
    form_id = form_id or new_id()
    session.refresh(group, with_for_update=True)  # of two forms at a time, the second sees what the first did
    if known := _added_by(session, group, form_id):
        return known
    present = [place.learner.nickname for place in places(session, group)]
    if len(present) + len(names) > LARGEST_GROUP:
        raise Invalid("A group has at most %(most)s people. Make two groups.", most=LARGEST_GROUP)
    added = _distinct([*present, *names])[len(present) :]
    _add(session, group, added, language, key, now, rng, form_id)
    return added


def replace_card(session: Session, group: Group, learner_id: uuid.UUID, key: str, now: datetime, rng: Random) -> Card:
    """Print a lost card again: a new one, and the old one is dead at once."""
    everyone = places(session, group)
    mine = _place_of(everyone, learner_id)
    taken = [place.card.picture_words for place in everyone]
    return cards.issue(session, mine.learner, taken, key, now, rng)


def find_place(session: Session, group: Group, learner_id: uuid.UUID) -> Place:
    """One person of a group with the card that works now. Raises `NotFound`."""
    return _place_of(places(session, group), learner_id)


def groups_of(session: Session, organisation_id: uuid.UUID, most: int, after: int = 0) -> Sequence[Group]:
    """Up to ``most`` groups of an organisation, newest first, without the ``after`` newest."""
    return session.scalars(
        select(Group)
        .where(Group.organisation_id == organisation_id)
        .order_by(Group.created_at.desc(), Group.name, Group.id)
        .offset(after)
        .limit(most)
    ).all()


def sizes(session: Session, organisation_id: uuid.UUID, group_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, int]:
    """Group → number of people in it, for those of these groups that have any."""
    rows = session.execute(
        select(GroupMember.group_id, func.count())
        .where(GroupMember.organisation_id == organisation_id, GroupMember.group_id.in_(group_ids))
        .group_by(GroupMember.group_id)
    )
    return dict(rows.all())


def find_group(session: Session, organisation_id: uuid.UUID, group_id: uuid.UUID) -> Group:
    """A group of this organisation. Raises `NotFound`."""
    group = session.get(Group, (organisation_id, group_id))
    if group is None:
        raise NotFound("This group does not exist.")
    return group


def places(session: Session, group: Group) -> list[Place]:
    """The learners of a group with their cards, in the order in which they were written."""
    rows = session.execute(
        select(Learner, Card, GroupMember.position)
        .join(
            GroupMember,
            (GroupMember.organisation_id == Learner.organisation_id) & (GroupMember.learner_id == Learner.id),
        )
        .join(Card, (Card.organisation_id == Learner.organisation_id) & (Card.learner_id == Learner.id))
        .where(
            GroupMember.organisation_id == group.organisation_id,
            GroupMember.group_id == group.id,
            Card.replaced_at.is_(None),
        )
        .order_by(GroupMember.position)
    )
    return [Place(learner, card, position) for learner, card, position in rows]


def _place_of(everyone: Sequence[Place], learner_id: uuid.UUID) -> Place:
    mine = next((place for place in everyone if place.learner.id == learner_id), None)
    if mine is None:
        raise NotFound("This person is not in the group.")
    return mine


def _added_by(session: Session, group: Group, form_id: uuid.UUID) -> list[str]:
    return list(
        session.scalars(
            select(Learner.nickname)
            .join(
                GroupMember,
                (GroupMember.organisation_id == Learner.organisation_id) & (GroupMember.learner_id == Learner.id),
            )
            .where(
                GroupMember.organisation_id == group.organisation_id,
                GroupMember.group_id == group.id,
                GroupMember.form_id == form_id,
            )
            .order_by(GroupMember.position)
        )
    )


def _add(
    session: Session,
    group: Group,
    names: Sequence[str],
    language: str,
    key: str,
    now: datetime,
    rng: Random,
    form_id: uuid.UUID,
) -> None:
    present = places(session, group)
    taken: list[Sequence[str]] = [place.card.picture_words for place in present]
    for position, nickname in enumerate(names, start=1 + max((place.position for place in present), default=0)):
        learner = Learner(organisation_id=group.organisation_id, nickname=nickname, language=language, created_at=now)
        session.add(learner)
        session.flush()
        session.add(
            GroupMember(
                organisation_id=group.organisation_id,
                group_id=group.id,
                learner_id=learner.id,
                position=position,
                form_id=form_id,
            )
        )
        taken.append(cards.issue(session, learner, taken, key, now, rng).picture_words)
    session.flush()


def _free_code(session: Session, rng: Random) -> str:
    used = set(session.scalars(select(Group.code)))
    free = [code for code in (f"{number:04d}" for number in range(1000, 10000)) if code not in used]
    if not free:
        raise Invalid("There are no free group codes left. Delete old groups first.")
    return rng.choice(free)


def _clean(text: str) -> str:
    """One line of visible characters; control and direction characters could disturb a page or a card."""
    spaced = "".join(" " if character.isspace() else character for character in text)
    kept = "".join(c for c in spaced if c in JOINERS or unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co"))
    return unicodedata.normalize("NFC", " ".join(kept.split()))


def _distinct(names: Sequence[str]) -> list[str]:
    seen: set[str] = set()
    result: list[str] = []
    for name in names:
        candidate, count = name, 1
        while candidate.casefold() in seen:
            count += 1
            suffix = f" {count}"
            candidate = name[: LONGEST_NAME - len(suffix)].rstrip() + suffix
        seen.add(candidate.casefold())
        result.append(candidate)
    return result
