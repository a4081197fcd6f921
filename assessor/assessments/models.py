"""Designs: what a test asks, by which rules it runs, and which achievement it can lead to."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from assessor.database import Base, new_id


class Design(Base):
    """A test's content and rules. A sitting keeps its own copy of the rules it was begun with."""

    __tablename__ = "design"

    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    title: Mapped[str]
    release_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("release.id"))
    rules: Mapped[dict[str, Any]]
    achievement_code: Mapped[str] = mapped_column(ForeignKey("achievement.code"))
    created_at: Mapped[datetime]
