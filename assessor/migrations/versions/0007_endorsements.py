"""What partners say about the issuer and its achievements, and who assessed."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

OF_ORGANISATIONS = ("url", "email", "description")
OF_AWARDS = ("issuer_details", "assessed_by")


def upgrade() -> None:
    """Go one step forward."""
    # No batch: it would copy the tables that others refer to.
    for name in OF_ORGANISATIONS:
        op.add_column("organisation", sa.Column(name, sa.String(), nullable=False, server_default=sa.text("''")))
    for name in OF_AWARDS:
        op.add_column("award", sa.Column(name, sa.JSON(), nullable=False, server_default="{}"))
    op.create_table(
        "endorsement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("credential", sa.String(), nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("endorser", sa.String(), nullable=False),
        sa.Column("endorser_name", sa.String(), nullable=False),
        sa.Column("endorser_document", sa.JSON(), nullable=False),
        sa.Column("comment", sa.String(), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("form", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("form IN ('json', 'jwt')", name=op.f("ck_endorsement_form")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_endorsement")),
        sa.UniqueConstraint("credential", name=op.f("uq_endorsement_credential")),
    )
    op.create_index(op.f("ix_endorsement_about"), "endorsement", ["about"])
    op.create_table(
        "hosted_copy",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("award_id", sa.Uuid(), nullable=False),
        sa.Column("recipient_kind", sa.String(), nullable=False),
        sa.Column("recipient_hash", sa.String(), nullable=False),
        sa.Column("recipient_salt", sa.String(), nullable=False),
        sa.Column("hosted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "award_id"],
            ["award.organisation_id", "award.id"],
            name=op.f("fk_hosted_copy_organisation_id_award_id"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "award_id", name=op.f("pk_hosted_copy")),
    )


def downgrade() -> None:
    """Go one step back."""
    op.drop_table("hosted_copy")
    op.drop_table("endorsement")
    for name in OF_AWARDS:
        op.drop_column("award", name)
    for name in OF_ORGANISATIONS:
        op.drop_column("organisation", name)
