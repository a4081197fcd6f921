"""Organisations, who works there in which roles, and the groups they teach."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from assessor.database import Base, new_id


class Organisation(Base):
    """A partner: an adult education centre, a project. Every tenant row carries its id in the key."""

    __tablename__ = "organisation"
    __table_args__ = (CheckConstraint("length(country) = 2", name="country"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(unique=True)  # in addresses: /staff/<code>/…
    name: Mapped[str]
    country: Mapped[str]
    project: Mapped[str]
    # what badges and its public page say of it, as the one that assessed; each may be empty:
    url: Mapped[str] = mapped_column(server_default=text("''"))
    email: Mapped[str] = mapped_column(server_default=text("''"))
    description: Mapped[str] = mapped_column(server_default=text("''"))
    created_at: Mapped[datetime]


class Membership(Base):
    """One role of one person in one organisation."""

    __tablename__ = "membership"
    __table_args__ = (
        CheckConstraint("role IN ('author', 'reviewer', 'invigilator', 'issuer', 'manager')", name="role"),
    )

    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), primary_key=True)
    role: Mapped[str] = mapped_column(primary_key=True)


class Group(Base):
    """Learners taught together. Its code of four digits stands on the board for those without a camera."""

    __tablename__ = "learner_group"
    __table_args__ = (
        CheckConstraint("length(code) = 4", name="code"),
        UniqueConstraint("organisation_id", "form_id"),
    )

    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str]
    code: Mapped[str] = mapped_column(unique=True)
    form_id: Mapped[uuid.UUID]  # the form that made it: sent twice, it makes one group
    created_at: Mapped[datetime]


class GroupMember(Base):
    """A learner's place in a group."""

    __tablename__ = "group_member"
    __table_args__ = (
        ForeignKeyConstraint(["organisation_id", "group_id"], ["learner_group.organisation_id", "learner_group.id"]),
        ForeignKeyConstraint(["organisation_id", "learner_id"], ["learner.organisation_id", "learner.id"]),
        UniqueConstraint("organisation_id", "group_id", "position"),
    )

    organisation_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    group_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    learner_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    position: Mapped[int]
    form_id: Mapped[uuid.UUID]  # the form that named this person: sent twice, it adds nobody twice
