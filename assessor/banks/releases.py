"""Load a bank folder as a release, and read releases as values that a process keeps.

A release never changes, so an `Edition` is built once in a process and shared by all its sittings.
"""

import hashlib
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from assessor.banks import pools
from assessor.banks.models import (
    Media,
    Release,
    ReleaseItem,
    ReleaseMedia,
    ReleaseTranslation,
    TranslationApproval,
)
from assessor.errors import NotFound
from assessor.items import bank as bank_values
from assessor.items import item as items
from assessor.items.bank import Bank
from assessor.items.item import Item
from assessor.items.speech import sound_name
from assessor.psychometrics.adaptive import Pool
from assessor.psychometrics.measuring.response_models import ItemParameters

CONTENT_TYPES = {".svg": "image/svg+xml", ".mp3": "audio/mpeg"}


class UnknownRelease(NotFound):
    """There is no release with this id."""


@dataclass(frozen=True)
class ScoredItem:
    """An item that counts, with the parameters it is scored with."""

    item: Item
    parameters: ItemParameters


@dataclass(frozen=True)
class Translated:
    """The texts of one item in one language, with the digest by which they are approved."""

    messages: Mapping[str, str]
    complete: bool
    approved: bool
    digest: str


@dataclass(frozen=True, eq=False)
class Edition:
    """A release as a value. ``translations``: language → item id → texts. ``media``: name → SHA-256."""

    id: uuid.UUID
    bank_code: str
    number: int
    title: str
    source_language: str
    competences: tuple[str, ...]
    languages: tuple[str, ...]
    scored: Mapping[str, ScoredItem]
    practice: tuple[Item, ...]
    translations: Mapping[str, Mapping[str, Translated]]
    media: Mapping[str, str]
    pool: Pool = field(repr=False)

    def item(self, item_id: str) -> Item:
        """An item in the source language, scored or practice."""
        if scored := self.scored.get(item_id):
            return scored.item
        return next(item for item in self.practice if item.id == item_id)

    def item_in(self, item_id: str, language: str) -> Item | None:
        """An item in a language, or None where its translation is not complete."""
        item = self.item(item_id)
        if language == self.source_language:
            return item
        found = self.translations.get(language, {}).get(item_id)
        return items.translated(item, found.messages) if found is not None and found.complete else None

    def sound(self, language: str, text: str) -> str | None:
        """The SHA-256 of the shipped sound of a text, or None."""
        return self.media.get(sound_name(language, text))


_editions: dict[uuid.UUID, Edition] = {}


def load(session: Session, bank: Bank, now: datetime) -> tuple[Release, bool]:
    """Store a bank as a release. The same content gives the release that is there already, and False."""
    digest = bank_values.bank_digest(bank)
    known = session.scalar(select(Release).where(Release.bank_code == bank.code, Release.digest == digest))
    if known is not None:
        return known, False
    newest = session.scalar(select(func.max(Release.number)).where(Release.bank_code == bank.code))
    release = Release(
        bank_code=bank.code,
        number=(newest or 0) + 1,
        digest=digest,
        title=bank.title,
        framework=bank.framework,
        source_language=bank.source_language,
        licence=bank.licence,
        competences=list(bank.competences),
        languages=list(bank.languages),
        loaded_at=now,
    )
    session.add(release)
    session.flush()
    _store_items(session, release, bank)
    _store_translations(session, release, bank)
    _store_media(session, release, bank)
    session.flush()
    return release, True


def latest(session: Session, bank_code: str) -> Release:
    """The newest release of a bank. Raises `UnknownRelease`."""
    release = session.scalar(
        select(Release).where(Release.bank_code == bank_code).order_by(Release.number.desc()).limit(1)
    )
    if release is None:
        raise UnknownRelease("The bank “%(code)s” is not loaded. Run: assessor banks load DIR", code=bank_code)
    return release


def edition(session: Session, release_id: uuid.UUID) -> Edition:
    """The release as a value, read once in a process."""
    if (known := _editions.get(release_id)) is not None:
        return known
    release = session.get(Release, release_id)
    if release is None:
        raise UnknownRelease("This edition of the questions does not exist.")
    return _editions.setdefault(release_id, _read(session, release))


def certified_languages(session: Session, edition: Edition) -> set[str]:
    """The languages in which a test of this release may lead to a certificate.

    The source language, and every language in which each scored item is complete and approved: in the file, or by a
    person on the staff page.
    """
    return {edition.source_language} | {
        language
        for language in edition.languages
        if language != edition.source_language and not unapproved_items(session, edition, language)
    }


def unapproved_items(session: Session, edition: Edition, language: str) -> list[str]:
    """The scored items that cannot be certified with in a language yet."""
    approved = set(
        session.scalars(
            select(TranslationApproval.digest).where(
                TranslationApproval.bank_code == edition.bank_code, TranslationApproval.language == language
            )
        )
    )
    texts = edition.translations.get(language, {})
    return [
        item_id
        for item_id in edition.scored
        if (found := texts.get(item_id)) is None
        or not found.complete
        or not (found.approved or found.digest in approved)
    ]


def _store_items(session: Session, release: Release, bank: Bank) -> None:
    for item in bank.items:
        parameters = bank.parameters.get(item.id)
        session.add(
            ReleaseItem(
                release_id=release.id,
                item_id=item.id,
                document=items.to_json(item),
                a=parameters and parameters.a,
                b=parameters and parameters.b,
                se_a=parameters and parameters.se_a,
                se_b=parameters and parameters.se_b,
                parameters_source=parameters.source if parameters else "",
            )
        )


def _store_translations(session: Session, release: Release, bank: Bank) -> None:
    for language, of_items in bank.translations.items():
        for item in bank.items:
            found = of_items.get(item.id, {})
            messages = {name: one.text for name, one in found.items()}
            fields = items.texts(item)
            session.add(
                ReleaseTranslation(
                    release_id=release.id,
                    language=language,
                    item_id=item.id,
                    messages=messages,
                    complete=set(messages) >= set(fields),
                    approved=bank_values.is_approved(bank, item, language),
                    digest=_translation_digest(item.id, language, fields, messages),
                )
            )


def _store_media(session: Session, release: Release, bank: Bank) -> None:
    everything = {**bank.media, **bank.sounds}
    known = set(session.scalars(select(Media.sha256).where(Media.sha256.in_(m.sha256 for m in everything.values()))))
    for name, media in everything.items():
        if media.sha256 not in known:
            known.add(media.sha256)
            kind = CONTENT_TYPES["." + name.rpartition(".")[2]]
            session.add(Media(sha256=media.sha256, content_type=kind, content=media.content))
    session.flush()
    session.add_all(
        ReleaseMedia(release_id=release.id, name=name, sha256=media.sha256) for name, media in everything.items()
    )


def _translation_digest(item_id: str, language: str, source: Mapping[str, str], messages: Mapping[str, str]) -> str:
    """What an approval is for: these translated texts of these source texts."""
    content = json.dumps([item_id, language, dict(source), dict(messages)], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(content.encode()).hexdigest()


def _read(session: Session, release: Release) -> Edition:
    rows = session.scalars(
        select(ReleaseItem).where(ReleaseItem.release_id == release.id).order_by(ReleaseItem.item_id)
    ).all()
    scored = {
        row.item_id: ScoredItem(item, pools.parameters(item, row.a, row.b, row.se_a, row.se_b))
        for row in rows
        if row.a is not None and row.b is not None and row.se_a is not None and row.se_b is not None
        for item in [items.from_json(row.document)]
    }
    practice = [items.from_json(row.document) for row in rows if row.item_id not in scored]
    translations: dict[str, dict[str, Translated]] = {}
    for text in session.scalars(select(ReleaseTranslation).where(ReleaseTranslation.release_id == release.id)):
        translations.setdefault(text.language, {})[text.item_id] = Translated(
            text.messages, text.complete, text.approved, text.digest
        )
    media = session.execute(select(ReleaseMedia.name, ReleaseMedia.sha256).where(ReleaseMedia.release_id == release.id))
    return Edition(
        id=release.id,
        bank_code=release.bank_code,
        number=release.number,
        title=release.title,
        source_language=release.source_language,
        competences=tuple(release.competences),
        languages=tuple(release.languages),
        scored=scored,
        practice=tuple(sorted(practice, key=lambda item: items.KINDS.index(item.kind))),
        translations=translations,
        media={row.name: row.sha256 for row in media},
        pool=Pool(pools.pool_item(one.item, one.parameters) for one in scored.values()),
    )
