"""Approve translations: a person read the texts of an item in a language beside the source."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from assessor.banks import releases
from assessor.banks.models import Release, TranslationApproval
from assessor.banks.releases import Edition
from assessor.errors import Invalid, NotFound
from assessor.items import item as items
from assessor.items.item import Item, Picture


class NotComplete(Invalid):
    """A text of the item is missing in this language, so there is nothing to approve yet."""


@dataclass(frozen=True)
class Text:
    """One text of an item beside its translation; ``translated`` is empty where it is missing."""

    field: str
    source: str
    translated: str


@dataclass(frozen=True)
class Reading:
    """One item to be read in two languages. ``state``: approved, to read, not complete.

    ``picture`` None: words only.
    """

    item_id: str
    competence: str
    band: str
    state: str
    texts: tuple[Text, ...]
    picture: Picture | None


@dataclass(frozen=True)
class Progress:
    """How far a language is: of ``items`` that count, ``approved`` may be certified with."""

    language: str
    items: int
    approved: int

    @property
    def certified(self) -> bool:
        """Whether a test in this language may lead to a certificate."""
        return self.approved == self.items


def newest_editions(session: Session) -> list[Edition]:
    """The newest release of every bank, by title."""
    newest = select(Release.bank_code, func.max(Release.number)).group_by(Release.bank_code)
    found = session.scalars(select(Release.id).where(tuple_(Release.bank_code, Release.number).in_(newest)))
    return sorted((releases.edition(session, release_id) for release_id in found), key=lambda one: one.title)


def progress(session: Session, edition: Edition) -> list[Progress]:
    """Every language of a release beside its source language."""
    return [
        Progress(language, len(edition.scored), len(edition.scored) - len(missing))
        for language in edition.languages
        if language != edition.source_language
        for missing in [releases.unapproved_items(session, edition, language)]
    ]


def side_by_side(session: Session, edition: Edition, language: str, competence: str) -> list[Reading]:
    """The items of a competence that count, with every text in both languages. Raises `NotFound`."""
    if language == edition.source_language or language not in edition.languages:
        raise NotFound("This edition has no translation into this language.")
    unapproved = set(releases.unapproved_items(session, edition, language))
    return [
        _reading(edition, language, one.item, approved=one.item.id not in unapproved)
        for one in edition.scored.values()
        if one.item.competence == competence
    ]


def approve(
    session: Session,
    edition: Edition,
    language: str,
    item_ids: Sequence[str],
    account_id: uuid.UUID,
    now: datetime,
) -> int:
    """Approve the present texts of these items in a language. Returns how many are newly approved.

    An approval is for exactly these texts: when one of them changes in a later release, it is asked for again.
    Raises `NotFound` for an item or language that the release does not have, `NotComplete` for missing texts.
    """
    count = 0
    for item_id in item_ids:
        found = edition.translations.get(language, {}).get(item_id)
        if found is None:
            raise NotFound("This question has no translation in this language.")
        if not found.complete:
            raise NotComplete("Some texts of this question are not translated yet.")
        key = (edition.bank_code, language, item_id, found.digest)
        if session.get(TranslationApproval, key) is None:
            session.add(
                TranslationApproval(
                    bank_code=edition.bank_code,
                    language=language,
                    item_id=item_id,
                    digest=found.digest,
                    approved_by=account_id,
                    approved_at=now,
                )
            )
            count += 1
    session.flush()
    return count


def _reading(edition: Edition, language: str, item: Item, approved: bool) -> Reading:
    found = edition.translations.get(language, {}).get(item.id)
    messages = found.messages if found else {}
    state = "approved" if approved else "to read" if found and found.complete else "not complete"
    texts = tuple(Text(name, source, messages.get(name, "")) for name, source in items.texts(item).items())
    return Reading(item.id, item.competence, item.band, state, texts, item.picture)
