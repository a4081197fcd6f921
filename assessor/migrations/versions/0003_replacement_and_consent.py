"""A badge keeps its address when it is replaced, says the name only with consent, and can be put on hold."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go one step forward."""
    # No batch: it would copy the table that others refer to.
    op.add_column("award", sa.Column("first_award", sa.Uuid(), nullable=True))
    op.create_index(op.f("ix_award_first_award"), "award", ["first_award"])
    op.add_column("award", sa.Column("replaced_by", sa.Uuid(), nullable=True))
    op.add_column("award", sa.Column("named_in_badge", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute(sa.text("UPDATE award SET named_in_badge = true"))  # every badge of before says the name
    op.add_column("award", sa.Column("suspended_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Go one step back."""
    op.drop_column("award", "suspended_at")
    op.drop_column("award", "named_in_badge")
    op.drop_column("award", "replaced_by")
    op.drop_index(op.f("ix_award_first_award"), "award")
    op.drop_column("award", "first_award")
