"""What a holder shows to others, and badges on their way into a wallet."""

import uuid

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

KINDS_BEFORE = "kind IN ('card', 'password', 'words', 'number')"
KINDS = "kind IN ('card', 'password', 'words', 'number', 'share', 'wallet')"
SITTING = "sitting "


def upgrade() -> None:
    """Go one step forward."""
    # No batch: it would copy the table that others refer to.
    op.add_column("award", sa.Column("learner_id", sa.Uuid(), nullable=True))
    op.create_index(op.f("ix_award_learner_id"), "award", ["learner_id"])
    _give_awards_to_their_learners()
    _count_misses_of(KINDS)
    op.create_table(
        "share",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("credential_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("secret_digest", sa.String(), nullable=False),
        sa.Column("shows_name", sa.Boolean(), nullable=False),
        sa.Column("shows_level", sa.Boolean(), nullable=False),
        sa.Column("shows_areas", sa.Boolean(), nullable=False),
        sa.Column("shows_conditions", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('link', 'linkedin')", name=op.f("ck_share_kind")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "credential_id"],
            ["award.organisation_id", "award.id"],
            name=op.f("fk_share_organisation_id_credential_id"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_share")),
        sa.UniqueConstraint("secret_digest", name=op.f("uq_share_secret_digest")),
    )
    op.create_index(op.f("ix_share_organisation_id_credential_id"), "share", ["organisation_id", "credential_id"])
    op.create_table(
        "wallet_offer",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("award_id", sa.Uuid(), nullable=False),
        sa.Column("address_digest", sa.String(), nullable=False),
        sa.Column("code_digest", sa.String(), nullable=False),
        sa.Column("asks_digits", sa.Boolean(), nullable=False),
        sa.Column("misses", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("redeemed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("token_digest", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id", "award_id"],
            ["award.organisation_id", "award.id"],
            name=op.f("fk_wallet_offer_organisation_id_award_id"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_wallet_offer")),
        sa.UniqueConstraint("address_digest", name=op.f("uq_wallet_offer_address_digest")),
        sa.UniqueConstraint("code_digest", name=op.f("uq_wallet_offer_code_digest")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_wallet_offer_token_digest")),
    )
    op.create_index(op.f("ix_wallet_offer_organisation_id_award_id"), "wallet_offer", ["organisation_id", "award_id"])
    op.create_table(
        "wallet_copy",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("offer_id", sa.Uuid(), nullable=False),
        sa.Column("format", sa.String(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("format IN ('ldp_vc', 'jwt_vc_json')", name=op.f("ck_wallet_copy_format")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "offer_id"],
            ["wallet_offer.organisation_id", "wallet_offer.id"],
            name=op.f("fk_wallet_copy_organisation_id_offer_id"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "offer_id", "format", name=op.f("pk_wallet_copy")),
    )
    op.create_table(
        "used_nonce",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_used_nonce")),
    )
    op.create_index(op.f("ix_used_nonce_expires_at"), "used_nonce", ["expires_at"])


def downgrade() -> None:
    """Go one step back."""
    for table in ("used_nonce", "wallet_copy", "wallet_offer", "share"):
        op.drop_table(table)
    op.execute(sa.text("DELETE FROM miss WHERE kind IN ('share', 'wallet')"))
    _count_misses_of(KINDS_BEFORE)
    op.drop_index(op.f("ix_award_learner_id"), "award")
    op.drop_column("award", "learner_id")


def _count_misses_of(kinds: str) -> None:
    with op.batch_alter_table("miss") as batch:  # nothing refers to this table
        batch.drop_constraint(op.f("ck_miss_kind"), type_="check")
        batch.create_check_constraint(op.f("ck_miss_kind"), kinds)


def _give_awards_to_their_learners() -> None:
    """An award of before names its sitting, and the sitting its learner; or it replaces such an award."""
    award = sa.table(
        "award",
        sa.column("organisation_id", sa.Uuid()),
        sa.column("id", sa.Uuid()),
        sa.column("first_award", sa.Uuid()),
        sa.column("source", sa.String()),
        sa.column("learner_id", sa.Uuid()),
    )
    sitting = sa.table(
        "sitting",
        sa.column("organisation_id", sa.Uuid()),
        sa.column("id", sa.Uuid()),
        sa.column("learner_id", sa.Uuid()),
    )
    connection = op.get_bind()
    found = connection.execute(
        sa.select(award.c.organisation_id, award.c.source).where(award.c.source.startswith(SITTING))
    ).all()
    for organisation_id, source in found:
        whose = sa.select(sitting.c.learner_id).where(
            sitting.c.organisation_id == organisation_id, sitting.c.id == uuid.UUID(source.removeprefix(SITTING))
        )
        connection.execute(
            sa.update(award)
            .where(award.c.organisation_id == organisation_id, award.c.source == source)
            .values(learner_id=whose.scalar_subquery())
        )
    # A replacement belongs to whom the first belongs; step 0003 has joined them.
    first = award.alias("first")
    owner = sa.select(first.c.learner_id).where(
        first.c.organisation_id == award.c.organisation_id, first.c.id == award.c.first_award
    )
    connection.execute(
        sa.update(award).where(award.c.first_award.is_not(None)).values(learner_id=owner.scalar_subquery())
    )
