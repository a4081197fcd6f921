"""Items of every kind, drawn at random for laws that must hold for all of them."""

from __future__ import annotations

from hypothesis import strategies as st

from assessor.items.item import ICONS, KINDS, SETTINGS, Box, Item, Option, Picture
from assessor.items.simulations import FOLDERS, START, Inbox, Message

ids = st.from_regex(r"[a-z][a-z0-9-]{0,8}", fullmatch=True)
words = st.text(min_size=1, max_size=30)
numbers = st.floats(0, 300, allow_nan=False)
boxes: st.SearchStrategy[Box] = st.tuples(numbers, numbers, numbers, numbers)


@st.composite
def options(draw: st.DrawFn, right: bool, name: str) -> Option:
    """Draw an option; a wrong one has a reason."""
    return Option(
        id=name,
        text=draw(words),
        icon=draw(st.sampled_from([None, *sorted(ICONS)])),
        why_wrong=None if right else draw(words),
        box=draw(st.none() | boxes),
    )


@st.composite
def inboxes(draw: st.DrawFn) -> Inbox:
    """Draw an inbox with at least one message to move."""
    names = draw(st.lists(ids, min_size=2, max_size=5, unique=True))
    goals = [draw(st.sampled_from(FOLDERS[1:])), *(draw(st.sampled_from(FOLDERS)) for _ in names[1:])]
    return Inbox(
        tuple(
            Message(
                id=name,
                sender=draw(words),
                address=draw(words),
                time=draw(words),
                subject=draw(words),
                body=draw(words),
                attachment=draw(st.none() | words),
                goal=goal,
                why_wrong=draw(words) if goal == START else None,
            )
            for name, goal in zip(names, goals, strict=True)
        )
    )


@st.composite
def all_items(draw: st.DrawFn) -> Item:
    """Draw an item of any kind."""
    kind = draw(st.sampled_from(KINDS))
    names = [] if kind == "simulation" else draw(st.lists(ids, min_size=3, max_size=6, unique=True))
    right = names[: 2 if kind == "choices" else 1]
    return Item(
        id=draw(ids),
        kind=kind,
        competence="4.1",
        outcome="LO4.1.03",
        can=draw(words),
        cannot=draw(words),
        level=draw(st.integers(1, 8)),
        complexity=draw(st.integers(-1, 1)),
        agreed=draw(st.booleans()),
        reading_load=draw(st.integers(0, 3)),
        setting=draw(st.sampled_from(sorted(SETTINGS))),
        family=draw(st.none() | ids),
        enemies=draw(st.frozensets(ids, max_size=3)),
        practice=draw(st.booleans()),
        stem=draw(words),
        picture=draw(st.none() | st.builds(Picture, file=words, alt=words)),
        shuffled=draw(st.booleans()),
        options=tuple(draw(options(name in right, name)) for name in names),
        key=frozenset(right),
        simulation=draw(inboxes()) if kind == "simulation" else None,
        note=draw(words),
    )
