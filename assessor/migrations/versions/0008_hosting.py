"""Applications that a holder lets read or bring badges, and badges that came from elsewhere."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go one step forward."""
    op.create_table(
        "application",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("secret_digest", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("uri", sa.String(), nullable=False),
        sa.Column("policy_uri", sa.String(), nullable=False),
        sa.Column("terms_uri", sa.String(), nullable=False),
        sa.Column("redirect_uris", sa.JSON(), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("may_refresh", sa.Boolean(), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("permitted_until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application")),
    )
    op.create_index(op.f("ix_application_permitted_until"), "application", ["permitted_until"])
    op.create_table(
        "permission",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("learner_id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.String(), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("profile", sa.JSON(), nullable=True),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "learner_id"],
            ["learner.organisation_id", "learner.id"],
            name=op.f("fk_permission_organisation_id_learner_id"),
        ),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_permission_application_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_permission")),
        sa.UniqueConstraint(
            "organisation_id",
            "learner_id",
            "application_id",
            name=op.f("uq_permission_organisation_id_learner_id_application_id"),
        ),
    )
    op.create_index(op.f("ix_permission_application_id"), "permission", ["application_id"])
    op.create_index(op.f("ix_permission_expires_at"), "permission", ["expires_at"])
    op.create_table(
        "authorization_code",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("permission_id", sa.Uuid(), nullable=False),
        sa.Column("redirect_uri", sa.String(), nullable=False),
        sa.Column("code_challenge", sa.String(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        _of_permission("authorization_code"),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_authorization_code")),
    )
    op.create_index(op.f("ix_authorization_code_expires_at"), "authorization_code", ["expires_at"])
    op.create_index(op.f("ix_authorization_code_permission_id"), "authorization_code", ["permission_id"])
    op.create_table(
        "token",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("permission_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('access', 'refresh')", name=op.f("ck_token_kind")),
        _of_permission("token"),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_token")),
    )
    op.create_index(op.f("ix_token_expires_at"), "token", ["expires_at"])
    op.create_index(op.f("ix_token_permission_id"), "token", ["permission_id"])
    op.create_table(
        "held_credential",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("learner_id", sa.Uuid(), nullable=False),
        sa.Column("identity", sa.String(), nullable=False),
        sa.Column("form", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("result", sa.Integer(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("form IN ('json', 'jwt')", name=op.f("ck_held_credential_form")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "learner_id"],
            ["learner.organisation_id", "learner.id"],
            name=op.f("fk_held_credential_organisation_id_learner_id"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "learner_id", "identity", name=op.f("pk_held_credential")),
    )


def downgrade() -> None:
    """Go one step back."""
    for table in ("held_credential", "token", "authorization_code", "permission", "application"):
        op.drop_table(table)


def _of_permission(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["organisation_id", "permission_id"],
        ["permission.organisation_id", "permission.id"],
        name=op.f(f"fk_{table}_organisation_id_permission_id"),
        ondelete="CASCADE",
    )
