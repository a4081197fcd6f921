"""Releases: immutable editions of a question bank, with their texts, pictures, sounds and parameters."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from assessor.database import Base, new_id


class Release(Base):
    """An edition of a bank. Loading the same folder again finds the same digest and changes nothing."""

    __tablename__ = "release"
    __table_args__ = (UniqueConstraint("bank_code", "number"), UniqueConstraint("bank_code", "digest"))

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    bank_code: Mapped[str]
    number: Mapped[int]
    digest: Mapped[str]
    title: Mapped[str]
    framework: Mapped[str]
    source_language: Mapped[str]
    licence: Mapped[str]
    competences: Mapped[list[Any]]
    languages: Mapped[list[Any]]
    loaded_at: Mapped[datetime]


class ReleaseItem(Base):
    """An item as released, with the parameters it is scored with: neither changes under a sitting."""

    __tablename__ = "release_item"

    release_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("release.id"), primary_key=True)
    item_id: Mapped[str] = mapped_column(primary_key=True)
    document: Mapped[dict[str, Any]]
    a: Mapped[float | None]  # empty for practice items, which are never scored
    b: Mapped[float | None]
    se_a: Mapped[float | None]
    se_b: Mapped[float | None]
    parameters_source: Mapped[str]


class ReleaseTranslation(Base):
    """The texts of one item in one language. ``approved``: the file says a person approved them."""

    __tablename__ = "release_translation"

    release_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("release.id"), primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    item_id: Mapped[str] = mapped_column(primary_key=True)
    messages: Mapped[dict[str, Any]]
    complete: Mapped[bool]
    approved: Mapped[bool]
    digest: Mapped[str]


class TranslationApproval(Base):
    """A person read the texts of one item in one language and approved exactly these (by digest)."""

    __tablename__ = "translation_approval"

    bank_code: Mapped[str] = mapped_column(primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    item_id: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(primary_key=True)
    approved_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    approved_at: Mapped[datetime]


class Media(Base):
    """A picture or sound, kept once, addressed by its content."""

    __tablename__ = "media"

    sha256: Mapped[str] = mapped_column(primary_key=True)
    content_type: Mapped[str]
    content: Mapped[bytes]


class ReleaseMedia(Base):
    """The name by which a release's items and sounds know a piece of media."""

    __tablename__ = "release_media"

    release_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("release.id"), primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(ForeignKey("media.sha256"))
