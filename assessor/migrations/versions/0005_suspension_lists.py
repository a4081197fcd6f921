"""A second list of the same places says what is on hold, some places are decoys, and what happens to awards is kept."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go one step forward."""
    # No batch: it would copy tables that others refer to.
    for name in ("suspended", "decoy_secret", "suspension_json", "suspension_jwt"):
        op.add_column("status_list", sa.Column(name, sa.LargeBinary(), nullable=True))
    op.create_index(op.f("ix_award_id"), "award", ["id"])
    op.create_table(
        "award_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("award_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("done_by", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('withdrawn', 'replaced', 'suspended', 'reinstated')", name=op.f("ck_award_event_kind")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "award_id"],
            ["award.organisation_id", "award.id"],
            name=op.f("fk_award_event_organisation_id_award_id"),
        ),
        sa.ForeignKeyConstraint(["done_by"], ["account.id"], name=op.f("fk_award_event_done_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_award_event")),
    )
    op.create_index("ix_award_event_award", "award_event", ["organisation_id", "award_id"])
    op.execute(
        sa.text(
            "INSERT INTO award_event (organisation_id, award_id, kind, reason, at)"
            " SELECT organisation_id, id, 'withdrawn', revoked_reason, revoked_at FROM award"
            " WHERE revoked_at IS NOT NULL ORDER BY revoked_at"
        )
    )


def downgrade() -> None:
    """Go one step back."""
    op.drop_table("award_event")
    op.drop_index(op.f("ix_award_id"), "award")
    for name in ("suspension_jwt", "suspension_json", "decoy_secret", "suspended"):
        op.drop_column("status_list", name)
