"""Keys are made, published, used, retired and destroyed; a key may live in a token of hardware."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

BEFORE = "state IN ('active', 'retired', 'compromised', 'destroyed')"
AFTER = "state IN ('created', 'published', 'active', 'retired', 'compromised', 'destroyed')"
USES = "use IN ('badge', 'jwt', 'certificate', 'status', 'seal', 'root')"
MOMENTS = ("published_at", "activated_at", "destroyed_at", "reported_at", "speaks_from")


def upgrade() -> None:
    """Go one step forward."""
    # SQLite changes a check by copying the table, which nothing refers to. Alembic does not read checks: all are named.
    with op.batch_alter_table("signing_key", copy_from=_table(BEFORE)) as batch:
        batch.drop_constraint(op.f("ck_signing_key_state"), type_="check")
        batch.create_check_constraint(op.f("ck_signing_key_state"), AFTER)
        batch.add_column(sa.Column("token_object", sa.String(), nullable=True))
        for name in MOMENTS:
            batch.add_column(sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    # Until now a key was published and used as soon as it was made; one that was never used was never retired.
    op.execute(
        sa.text(
            "UPDATE signing_key SET published_at = created_at, activated_at = created_at"
            " WHERE state != 'destroyed' OR retired_at IS NOT NULL"
        )
    )
    # What the way back called otherwise: without its private half a key is destroyed.
    op.execute(
        sa.text(
            "UPDATE signing_key SET state = 'destroyed', destroyed_at = retired_at"
            " WHERE state IN ('retired', 'compromised') AND sealed_key IS NULL"
        )
    )


def downgrade() -> None:
    """Go one step back."""
    # The release before shows no destroyed keys, but what this one signed must stay genuine.
    op.execute(
        sa.text(
            "UPDATE signing_key"
            " SET state = CASE WHEN compromised_since IS NULL THEN 'retired' ELSE 'compromised' END"
            " WHERE state = 'destroyed' AND published_at IS NOT NULL"
        )
    )
    # What never signed is kept and not shown: the release before knows no such states.
    op.execute(sa.text("UPDATE signing_key SET state = 'destroyed' WHERE state IN ('created', 'published')"))
    with op.batch_alter_table("signing_key", copy_from=_table(AFTER, later=True)) as batch:
        for name in (*MOMENTS, "token_object"):
            batch.drop_column(name)
        batch.drop_constraint(op.f("ck_signing_key_state"), type_="check")
        batch.create_check_constraint(op.f("ck_signing_key_state"), BEFORE)


def _table(states: str, *, later: bool = False) -> sa.Table:
    """The table as it is before a step."""
    active = sa.text("state = 'active'")
    table: sa.Table = sa.Table(
        "signing_key",
        sa.MetaData(),
        sa.Column("kid", sa.String(), nullable=False),
        sa.Column("use", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_key", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("compromised_since", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(states, name=op.f("ck_signing_key_state")),
        sa.CheckConstraint(USES, name=op.f("ck_signing_key_use")),
        sa.PrimaryKeyConstraint("kid", name=op.f("pk_signing_key")),
        sa.Index("ix_signing_key_active_use", "use", unique=True, sqlite_where=active, postgresql_where=active),
        sa.Index("ix_signing_key_use", "use"),
    )
    if later:
        table.append_column(sa.Column("token_object", sa.String(), nullable=True))
        for name in MOMENTS:
            table.append_column(sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    return table
