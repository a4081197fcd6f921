"""The points of an answer. Pure: the same item and answer always give the same score.

>>> score(item, Chosen(("later",)))                       # doctest: +SKIP
Score(points=0, reason='later: The phone keeps its old weak points.', maximum=1)
"""

from __future__ import annotations

from dataclasses import dataclass

from .interactions import NOT_ON_THE_PAGE, Answer, Chosen, InvalidAnswer, Placed, Unknown
from .item import Item
from .simulations import Inbox, UnknownPlace, final_state, misplaced


@dataclass(frozen=True, slots=True)
class Score:
    """0 or 1 points, and for staff the reason, in the words of the item's author."""

    points: int
    reason: str
    maximum: int = 1


def score(item: Item, answer: Answer) -> Score:
    """Score an answer: 1 for exactly the key or exactly the goal state, else 0; "I don't know yet" is 0.

    Raises InvalidAnswer for an answer that does not belong to this item.
    """
    match answer:
        case Unknown():
            return Score(0, "The learner does not know this yet.")
        case Chosen(options) if item.simulation is None:
            return _score_options(item, options)
        case Placed() if item.simulation is not None:
            return _score_state(item.simulation, answer)
    raise InvalidAnswer(NOT_ON_THE_PAGE)


def _score_options(item: Item, options: tuple[str, ...]) -> Score:
    by_id = {option.id: option for option in item.options}
    if not by_id.keys() >= set(options):
        raise InvalidAnswer(NOT_ON_THE_PAGE)
    if set(options) == item.key:
        return Score(1, "This is the right answer.")
    wrong = [by_id[option] for option in options if option not in item.key]
    reasons = [f"{option.id}: {option.why_wrong or 'not the key.'}" for option in wrong]
    return Score(0, " ".join(reasons) or "Something that belongs to the answer is missing.")


def _score_state(inbox: Inbox, answer: Placed) -> Score:
    try:
        places = final_state(inbox, answer.places)
    except UnknownPlace as error:
        raise InvalidAnswer(NOT_ON_THE_PAGE) from error
    wrong = misplaced(inbox, places)
    if not wrong:
        return Score(1, "Every message is where it belongs.")
    where = dict(places)
    return Score(
        0,
        " ".join(f"{m.id}: {m.why_wrong or f'belongs in {m.goal}, is in {where[m.id]}.'}" for m in wrong),
    )
