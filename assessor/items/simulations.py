"""A simulated phone screen: an inbox whose messages are put where they belong.

Only the final state is scored. A message may be moved, moved back and opened as often as the learner likes:
looking around is what a careful person does.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args

Folder = Literal["inbox", "junk", "delete", "keep"]
FOLDERS: tuple[Folder, ...] = get_args(Folder)
START: Folder = "inbox"

Places = tuple[tuple[str, Folder], ...]
"""(message id, folder) for every message of an inbox, in the inbox's order; `dict(places)` looks one up."""


class UnknownPlace(ValueError):
    """A message or a folder is named that this inbox does not have."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message. `goal` is the folder it belongs in; "inbox" means that it must be left alone.

    `attachment` None: nothing is attached. `why_wrong` says why moving it is wrong, and is None exactly for
    the messages that have to be moved.
    """

    id: str
    sender: str
    address: str
    time: str
    subject: str
    body: str
    attachment: str | None = None
    goal: Folder = START
    why_wrong: str | None = None


@dataclass(frozen=True, slots=True)
class Inbox:
    """The messages, newest first as the learner sees them."""

    messages: tuple[Message, ...]

    @property
    def goal(self) -> dict[str, Folder]:
        """Message id → folder, of the messages that have to be moved."""
        return {message.id: message.goal for message in self.messages if message.goal != START}


def start_state(inbox: Inbox) -> Places:
    """Give the state before the learner touched anything: every message in the inbox."""
    return tuple((message.id, START) for message in inbox.messages)


def final_state(inbox: Inbox, moved: Iterable[tuple[str, str]]) -> Places:
    """Complete what was moved into a state of every message; what is not named has stayed in the inbox.

    Raises UnknownPlace for a message or folder that does not exist, and for two places of one message.
    """
    places: dict[str, Folder] = dict(start_state(inbox))
    named: set[str] = set()
    for message_id, place in moved:
        folder = next((known for known in FOLDERS if known == place), None)
        if message_id not in places or folder is None:
            raise UnknownPlace(f"There is no message {message_id!r} with a place {place!r} here.")
        if message_id in named:
            raise UnknownPlace(f"The message {message_id!r} has two places.")
        named.add(message_id)
        places[message_id] = folder
    return tuple(places.items())


def misplaced(inbox: Inbox, places: Places) -> tuple[Message, ...]:
    """Give the messages that are not where they belong; none means that the task is done."""
    where = dict(places)
    return tuple(message for message in inbox.messages if where.get(message.id, START) != message.goal)
