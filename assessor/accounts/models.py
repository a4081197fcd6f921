"""Staff who sign in, learners with their cards, and the visits of both."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from assessor.database import Base, new_id


class Account(Base):
    """A member of staff. What they may do is said by memberships in organisations."""

    __tablename__ = "account"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    login: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    password_hash: Mapped[str]
    must_change_password: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]


class Learner(Base):
    """A person who takes tests, known by a nickname in the group and nothing else."""

    __tablename__ = "learner"

    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    nickname: Mapped[str]
    language: Mapped[str]  # the home language on the card; the learner may choose another
    created_at: Mapped[datetime]


class Card(Base):
    """A learner's paper login. Only a digest of its secret is kept; a replaced card is dead at once."""

    __tablename__ = "card"
    __table_args__ = (
        ForeignKeyConstraint(["organisation_id", "learner_id"], ["learner.organisation_id", "learner.id"]),
        UniqueConstraint("secret_digest"),
        # One living card a learner; the printed sheet always holds the newest.
        Index(
            "uq_card_living",
            "organisation_id",
            "learner_id",
            unique=True,
            sqlite_where=text("replaced_at IS NULL"),
            postgresql_where=text("replaced_at IS NULL"),
        ),
    )

    organisation_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    learner_id: Mapped[uuid.UUID]
    secret_digest: Mapped[str]
    picture_words: Mapped[list[Any]]
    created_at: Mapped[datetime]
    replaced_at: Mapped[datetime | None]


class Visit(Base):
    """One browser that is signed in: the server's side of its cookie, found by a digest of the cookie's token.

    A learner has at most one: scanning the card on another phone ends the visit of the older phone.
    """

    __tablename__ = "visit"
    __table_args__ = (
        ForeignKeyConstraint(["organisation_id", "learner_id"], ["learner.organisation_id", "learner.id"]),
        Index("uq_visit_learner", "organisation_id", "learner_id", unique=True),
    )

    token_digest: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"), index=True)
    organisation_id: Mapped[uuid.UUID | None]
    learner_id: Mapped[uuid.UUID | None]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class Miss(Base):
    """A guess that was wrong: a card, a password, picture words, a certificate number, a link to a certificate, a code
    for a wallet. Only misses are counted.
    """

    __tablename__ = "miss"
    __table_args__ = (
        Index("ix_miss_kind_key_at", "kind", "key", "at"),
        CheckConstraint("kind IN ('card', 'password', 'words', 'number', 'share', 'wallet')", name="kind"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    key: Mapped[str]
    at: Mapped[datetime]
