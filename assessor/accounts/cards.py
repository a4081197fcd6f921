"""A learner's paper login: a secret in the QR code, and three picture words for those without a camera.

The secret is derived from the card's id and the installation's key, so a sheet can be printed again while nothing that
opens a door is stored. The database knows only its digest. A replaced card is another card: the old one is dead.
"""

import base64
import hashlib
import hmac
import json
import uuid
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from random import Random

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from assessor.accounts import visits
from assessor.accounts.models import Card, Learner
from assessor.database import new_id
from assessor.errors import Conflict, NotFound

#: Ends, in the caller's transaction, something that the finder of a learner's card may have begun.
End = Callable[[Session, Learner, datetime], None]

WORDS_ON_A_CARD = 3
_pictures = Path(__file__).parent.parent / "static" / "pictures" / "words.json"
_ends: dict[End, None] = {}  # in the order in which they were registered, each once


class UnknownCard(NotFound):
    """No card has this secret."""

    title = "We do not know this card"


class CardOfAnotherKey(Conflict):
    """The card's secret was made with another ``secret_key``; it still opens the door, and cannot be printed again."""

    title = "This card cannot be printed again"


class ReplacedCard(NotFound):
    """This card was printed again; only the newest works."""

    title = "This card is old"


@cache
def picture_words() -> tuple[str, ...]:
    """The names of the 64 pictures, in their fixed order."""
    return tuple(json.loads(_pictures.read_text(encoding="utf-8")))


@cache
def picture_word_names() -> dict[str, dict[str, str]]:
    """Picture word → language → its name in that language."""
    names: dict[str, dict[str, str]] = json.loads(_pictures.read_text(encoding="utf-8"))
    return names


@cache
def picture_svg(name: str) -> str:
    """The drawing of a picture word (SVG, 24 × 24), or nothing for a word that is none."""
    if name not in picture_words():
        return ""
    return (_pictures.parent / f"{name}.svg").read_text(encoding="utf-8")


def when_replaced(end: End) -> None:
    """Register what else ends with a card. Those who know it stand above and cannot be called by their names here."""
    _ends[end] = None


def issue(
    session: Session, learner: Learner, taken: Sequence[Sequence[str]], key: str, now: datetime, rng: Random
) -> Card:
    """Give the learner a new card and kill the old one, with all that somebody who found it may have begun.

    ``taken``: word triples that others of the group have.
    """
    session.execute(
        update(Card)
        .where(
            Card.organisation_id == learner.organisation_id,
            Card.learner_id == learner.id,
            Card.replaced_at.is_(None),
        )
        .values(replaced_at=now)
    )
    visits.end_of_learner(session, learner.organisation_id, learner.id)
    for end in _ends:
        end(session, learner, now)
    card_id = new_id()
    card = Card(
        organisation_id=learner.organisation_id,
        id=card_id,
        learner_id=learner.id,
        secret_digest=_digest(_secret(card_id, key)),
        picture_words=_draw_words(taken, rng),
        created_at=now,
    )
    session.add(card)
    session.flush()
    return card


def secret_of(card: Card, key: str) -> str:
    """The 26 characters of the card's QR code, for printing it (again). Raises `CardOfAnotherKey`."""
    secret = _secret(card.id, key)
    if _digest(secret) != card.secret_digest:
        raise CardOfAnotherKey(
            "This card was made before the secret key of this installation changed. Make a new card and print that."
        )
    return secret


def find_learner(session: Session, secret: str) -> Learner:
    """The learner of a scanned card. Raises `UnknownCard` or `ReplacedCard`."""
    card = session.scalar(select(Card).where(Card.secret_digest == _digest(secret.lower())))
    if card is None:
        raise UnknownCard("We do not know this card. Scan it again, or ask the staff.")
    if card.replaced_at is not None:
        raise ReplacedCard("This card is old. There is a newer one with your name. Ask the staff.")
    return session.get_one(Learner, (card.organisation_id, card.learner_id))


def living_cards(session: Session, organisation_id: uuid.UUID, learners: Sequence[uuid.UUID]) -> dict[uuid.UUID, Card]:
    """The card that works now, for each of these learners that has one."""
    found = session.scalars(
        select(Card).where(
            Card.organisation_id == organisation_id, Card.learner_id.in_(learners), Card.replaced_at.is_(None)
        )
    )
    return {card.learner_id: card for card in found}


def _draw_words(taken: Sequence[Sequence[str]], rng: Random) -> list[str]:
    used = {frozenset(words) for words in taken}  # they are tapped in any order
    while True:
        words = rng.sample(picture_words(), WORDS_ON_A_CARD)
        if frozenset(words) not in used:
            return words


def _secret(card_id: uuid.UUID, key: str) -> str:
    raw = hmac.new(key.encode(), b"card " + card_id.bytes, hashlib.sha256).digest()[:16]
    return base64.b32encode(raw).decode().rstrip("=").lower()


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
