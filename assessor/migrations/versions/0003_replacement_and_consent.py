"""A badge keeps its address when it is replaced, says the name only with consent, and can be put on hold."""

import json
import uuid
from collections.abc import Mapping

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

REPLACEMENT = "replacement of "
Place = tuple[uuid.UUID, uuid.UUID]  # organisation and id of an award


def upgrade() -> None:
    """Go one step forward."""
    # No batch: it would copy the table that others refer to.
    op.add_column("award", sa.Column("first_award", sa.Uuid(), nullable=True))
    op.create_index(op.f("ix_award_first_award"), "award", ["first_award"])
    op.add_column("award", sa.Column("replaced_by", sa.Uuid(), nullable=True))
    op.add_column("award", sa.Column("named_in_badge", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("award", sa.Column("suspended_at", sa.DateTime(timezone=True), nullable=True))
    _tell_who_is_named()
    _join_replacements()


def downgrade() -> None:
    """Go one step back."""
    op.drop_column("award", "suspended_at")
    op.drop_column("award", "named_in_badge")
    op.drop_column("award", "replaced_by")
    op.drop_index(op.f("ix_award_first_award"), "award")
    op.drop_column("award", "first_award")


def _tell_who_is_named() -> None:
    """The stored badge itself tells: nobody is taken to have agreed to more than it says already."""
    credential = sa.table(
        "credential",
        sa.column("organisation_id", sa.Uuid()),
        sa.column("award_id", sa.Uuid()),
        sa.column("body", sa.LargeBinary()),
    )
    stored = op.get_bind().execute(sa.select(credential).execution_options(yield_per=100))
    _set({(owner, award): {"named_in_badge": True} for owner, award, body in stored if _names_its_holder(body)})


def _names_its_holder(body: bytes) -> bool:
    subject = json.loads(body).get("credentialSubject")
    identifiers = subject.get("identifier") if isinstance(subject, dict) else None
    entries = identifiers if isinstance(identifiers, list) else [identifiers]
    return any(
        isinstance(entry, dict) and entry.get("identityType") == "name" and entry.get("hashed") is False
        for entry in entries
    )


def _join_replacements() -> None:
    """A replacement of before this step went back says in its source what it replaced."""
    award = _awards()
    known = sa.select(award.c.organisation_id, award.c.id, award.c.source)
    sources = {(owner, found): source for owner, found, source in op.get_bind().execute(known)}
    replaced = {
        place: old
        for place, source in sources.items()
        if (old := _replaced(place, source)) is not None and old in sources
    }
    _set({place: {"first_award": _first(place, replaced)[1]} for place in replaced})
    _set({old: {"replaced_by": new} for (_owner, new), old in replaced.items()})


def _replaced(place: Place, source: str) -> Place | None:
    if not source.startswith(REPLACEMENT):
        return None
    try:
        return place[0], uuid.UUID(source.removeprefix(REPLACEMENT))
    except ValueError:
        return None  # somebody else's words


def _first(place: Place, replaced: Mapping[Place, Place]) -> Place:
    while place in replaced:
        place = replaced[place]
    return place


def _set(values: Mapping[Place, Mapping[str, object]]) -> None:
    """Write these columns of these awards."""
    award = _awards()
    for (owner, found), changed in values.items():
        mine = award.c.organisation_id == owner, award.c.id == found
        op.execute(sa.update(award).where(*mine).values(**changed))


def _awards() -> sa.TableClause:
    return sa.table(
        "award",
        sa.column("organisation_id", sa.Uuid()),
        sa.column("id", sa.Uuid()),
        sa.column("source", sa.String()),
        sa.column("first_award", sa.Uuid()),
        sa.column("replaced_by", sa.Uuid()),
        sa.column("named_in_badge", sa.Boolean()),
    )
