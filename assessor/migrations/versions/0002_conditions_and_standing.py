"""What a sitting was begun with, what its result says of levels and areas, and how often items were met."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

#: Sittings of version 0.1, and those it begins while it still serves.
OF_ENGINE_1 = '{"engine": 1, "language": null, "device": null, "eligibility": null}'


def upgrade() -> None:
    """Go one step forward."""
    op.add_column("sitting", sa.Column("conditions", sa.JSON(), nullable=False, server_default=OF_ENGINE_1))
    op.add_column("result", sa.Column("areas", sa.JSON(), nullable=True))
    op.add_column("result", sa.Column("standing", sa.JSON(), nullable=True))
    op.create_table(
        "exposure",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("design_id", sa.Uuid(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "design_id"],
            ["design.organisation_id", "design.id"],
            name=op.f("fk_exposure_organisation_id_design_id"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "design_id", name=op.f("pk_exposure")),
    )


def downgrade() -> None:
    """Go one step back."""
    # No batch: it would copy the tables, which the answers refer to.
    op.drop_table("exposure")
    op.drop_column("result", "standing")
    op.drop_column("result", "areas")
    op.drop_column("sitting", "conditions")
