"""The certificates of a seal, and certificates to be printed by the thousand."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go one step forward."""
    # No batch: it would copy tables that others refer to.
    op.add_column("signing_key", sa.Column("certificates", sa.LargeBinary(), nullable=True))
    op.create_table(
        "print_order",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("form", sa.String(), nullable=False),
        sa.Column("asked_for", sa.JSON(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken", sa.JSON(), nullable=False),
        sa.CheckConstraint("form IN ('pdf', 'zip')", name=op.f("ck_print_order_form")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_print_order_organisation_id")),
        sa.ForeignKeyConstraint(["asked_by"], ["account.id"], name=op.f("fk_print_order_asked_by")),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_print_order")),
    )
    op.create_table(
        "print_chunk",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("awards", sa.JSON(), nullable=False),
        sa.Column("left_out", sa.JSON(), nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id", "order_id"],
            ["print_order.organisation_id", "print_order.id"],
            name=op.f("fk_print_chunk_organisation_id_order_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organisation_id", "order_id", "place", name=op.f("pk_print_chunk")),
    )


def downgrade() -> None:
    """Go one step back."""
    op.drop_table("print_chunk")
    op.drop_table("print_order")
    op.drop_column("signing_key", "certificates")
