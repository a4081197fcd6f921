"""The state of the simulated inbox."""

import pytest
from hypothesis import given

from assessor.items.simulations import Inbox, UnknownPlace, final_state, misplaced, start_state
from tests.unit.items.strategies import inboxes


@given(inboxes())
def test_at_the_start_exactly_the_goal_messages_are_misplaced(inbox: Inbox) -> None:
    wrong = misplaced(inbox, start_state(inbox))

    assert {message.id for message in wrong} == inbox.goal.keys()


@given(inboxes())
def test_moving_the_goal_messages_finishes_the_task(inbox: Inbox) -> None:
    state = final_state(inbox, inbox.goal.items())

    assert misplaced(inbox, state) == ()
    assert [name for name, _ in state] == [message.id for message in inbox.messages]


@given(inboxes())
def test_nothing_moved_is_the_start(inbox: Inbox) -> None:
    assert final_state(inbox, ()) == start_state(inbox)


@pytest.mark.parametrize("moved", [[("?", "junk")], [("", "")]])
@given(inbox=inboxes())
def test_unknown_messages_are_refused(inbox: Inbox, moved: list[tuple[str, str]]) -> None:
    with pytest.raises(UnknownPlace):
        final_state(inbox, moved)


@pytest.mark.parametrize("folder", ["answered", "Junk", "", "../junk"])
@given(inbox=inboxes())
def test_unknown_folders_are_refused(inbox: Inbox, folder: str) -> None:
    with pytest.raises(UnknownPlace):
        final_state(inbox, [(inbox.messages[0].id, folder)])


@given(inboxes())
def test_one_message_has_one_place(inbox: Inbox) -> None:
    first = inbox.messages[0].id

    with pytest.raises(UnknownPlace):
        final_state(inbox, [(first, "junk"), (first, "junk")])
