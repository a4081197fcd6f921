"""Invigilations, sittings, and everything that happens in a sitting."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from assessor.database import Base, new_id

#: What a sitting of version 0.1 has: that version fixed nothing but the seed.
OF_ENGINE_1 = '{"engine": 1, "language": null, "device": null, "eligibility": null}'


class Invigilation(Base):
    """A design opened for one group by one member of staff, with its conditions (pages say "session")."""

    __tablename__ = "invigilation"
    __table_args__ = (
        ForeignKeyConstraint(["organisation_id", "group_id"], ["learner_group.organisation_id", "learner_group.id"]),
        ForeignKeyConstraint(["organisation_id", "design_id"], ["design.organisation_id", "design.id"]),
        # One open session a group, so that a scanned card leads to one place.
        Index(
            "uq_invigilation_open",
            "organisation_id",
            "group_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    group_id: Mapped[uuid.UUID]
    design_id: Mapped[uuid.UUID]
    opened_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    supervised: Mapped[bool]
    opened_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class Sitting(Base):
    """One learner's attempt: the rules, seed and languages it was begun with, and where it stands."""

    __tablename__ = "sitting"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organisation_id", "invigilation_id"], ["invigilation.organisation_id", "invigilation.id"]
        ),
        ForeignKeyConstraint(["organisation_id", "learner_id"], ["learner.organisation_id", "learner.id"]),
        UniqueConstraint("organisation_id", "invigilation_id", "learner_id"),
        CheckConstraint("device IN ('phone', 'tablet', 'computer', 'unknown')", name="device"),
    )

    organisation_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    invigilation_id: Mapped[uuid.UUID]
    learner_id: Mapped[uuid.UUID] = mapped_column(index=True)
    release_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("release.id"))
    rules: Mapped[dict[str, Any]]
    seed: Mapped[int] = mapped_column(BigInteger)
    # {engine, language, device, eligibility}: what else was fixed at the start. The default serves the release before.
    conditions: Mapped[dict[str, Any]] = mapped_column(server_default=OF_ENGINE_1)
    test_language: Mapped[str]
    help_language: Mapped[str]  # equal to the test language when there is no other
    device: Mapped[str]
    practised: Mapped[int] = mapped_column(default=0)  # practice items done
    begun_at: Mapped[datetime]
    resting_since: Mapped[datetime | None]
    help_called_at: Mapped[datetime | None]
    help_coming_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    confirmed_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))
    confirmed_at: Mapped[datetime | None]


class Presentation(Base):
    """An item shown at a position. It is stored before the item is shown, so it is the same on every phone."""

    __tablename__ = "presentation"
    __table_args__ = (
        ForeignKeyConstraint(["organisation_id", "sitting_id"], ["sitting.organisation_id", "sitting.id"]),
        UniqueConstraint("organisation_id", "sitting_id", "position"),
        UniqueConstraint("organisation_id", "sitting_id", "item_id"),
    )

    organisation_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    sitting_id: Mapped[uuid.UUID]
    position: Mapped[int]
    item_id: Mapped[str]
    shown_at: Mapped[datetime]
    help_language: Mapped[str] = mapped_column(default="")  # the language beside the test's that was shown
    sound_used: Mapped[bool] = mapped_column(default=False)


class Response(Base):
    """The one answer to a presentation, with the points and the parameters it was scored with."""

    __tablename__ = "response"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organisation_id", "presentation_id"], ["presentation.organisation_id", "presentation.id"]
        ),
        CheckConstraint("points IN (0, 1)", name="points"),
    )

    organisation_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    presentation_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    answer: Mapped[dict[str, Any]]
    points: Mapped[int]
    a: Mapped[float]
    b: Mapped[float]
    se_a: Mapped[float]
    se_b: Mapped[float]
    c: Mapped[float]  # the chance of a blind choice
    answered_at: Mapped[datetime]


class Result(Base):
    """What a finished sitting showed.

    ``band`` and ``level`` are empty when no award rule was met, ``standing`` and ``areas`` in results of version 0.1;
    ``areas`` also where the design has one ability behind all competences.
    """

    __tablename__ = "result"
    __table_args__ = (
        ForeignKeyConstraint(["organisation_id", "sitting_id"], ["sitting.organisation_id", "sitting.id"]),
    )

    organisation_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    sitting_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    reason: Mapped[str]
    items: Mapped[int]
    theta: Mapped[float]
    standard_error: Mapped[float]
    band: Mapped[int | None]
    level: Mapped[int | None]
    competences: Mapped[dict[str, Any]]  # code → {mean, low, high, items, score}, only with 3 items or more
    areas: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))  # the same of areas, and "general"
    standing: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))  # `Standing.to_json`
    finished_at: Mapped[datetime]


class Exposure(Base):
    """How often the items of a design were met, by all its sittings together: no person can be told from it."""

    __tablename__ = "exposure"
    __table_args__ = (ForeignKeyConstraint(["organisation_id", "design_id"], ["design.organisation_id", "design.id"]),)

    organisation_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    design_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    counts: Mapped[dict[str, Any]]  # `ExposureCounts.to_json`
    updated_at: Mapped[datetime]
