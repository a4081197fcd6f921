"""First tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go one step forward."""
    op.create_table(
        "account",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("login", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=False),
        sa.Column("must_change_password", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("login", name=op.f("uq_account_login")),
    )
    op.create_table(
        "achievement",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("folder", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("achievement_json", sa.LargeBinary(), nullable=False),
        sa.Column("certificate_toml", sa.LargeBinary(), nullable=False),
        sa.Column("pictures", sa.JSON(), nullable=False),
        sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_achievement")),
    )
    op.create_table(
        "job",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("run_after", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.String(), nullable=True),
        sa.CheckConstraint("state IN ('waiting', 'leased', 'done', 'dead')", name=op.f("ck_job_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
        sa.UniqueConstraint("kind", "key", name=op.f("uq_job_kind_key")),
    )
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_job_state"), ["state"], unique=False)

    op.create_table(
        "media",
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("content_type", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_media")),
    )
    op.create_table(
        "miss",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('card', 'password', 'words', 'number')", name=op.f("ck_miss_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_miss")),
    )
    with op.batch_alter_table("miss", schema=None) as batch_op:
        batch_op.create_index("ix_miss_kind_key_at", ["kind", "key", "at"], unique=False)

    op.create_table(
        "organisation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("country", sa.String(), nullable=False),
        sa.Column("project", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(country) = 2", name=op.f("ck_organisation_country")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
        sa.UniqueConstraint("code", name=op.f("uq_organisation_code")),
    )
    op.create_table(
        "release",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("bank_code", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("framework", sa.String(), nullable=False),
        sa.Column("source_language", sa.String(), nullable=False),
        sa.Column("licence", sa.String(), nullable=False),
        sa.Column("competences", sa.JSON(), nullable=False),
        sa.Column("languages", sa.JSON(), nullable=False),
        sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_release")),
        sa.UniqueConstraint("bank_code", "digest", name=op.f("uq_release_bank_code_digest")),
        sa.UniqueConstraint("bank_code", "number", name=op.f("uq_release_bank_code_number")),
    )
    op.create_table(
        "signing_key",
        sa.Column("kid", sa.String(), nullable=False),
        sa.Column("use", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_key", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("compromised_since", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('active', 'retired', 'compromised', 'destroyed')", name=op.f("ck_signing_key_state")
        ),
        sa.CheckConstraint(
            "use IN ('badge', 'jwt', 'certificate', 'status', 'seal', 'root')", name=op.f("ck_signing_key_use")
        ),
        sa.PrimaryKeyConstraint("kid", name=op.f("pk_signing_key")),
    )
    with op.batch_alter_table("signing_key", schema=None) as batch_op:
        batch_op.create_index(
            "ix_signing_key_active_use",
            ["use"],
            unique=True,
            sqlite_where=sa.text("state = 'active'"),
            postgresql_where=sa.text("state = 'active'"),
        )
        batch_op.create_index(batch_op.f("ix_signing_key_use"), ["use"], unique=False)

    op.create_table(
        "status_list",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("bits", sa.LargeBinary(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("signed_json", sa.LargeBinary(), nullable=True),
        sa.Column("signed_jwt", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_status_list")),
    )
    op.create_table(
        "award",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("number", sa.LargeBinary(), nullable=False),
        sa.Column("achievement_code", sa.String(), nullable=False),
        sa.Column("holder_name", sa.String(), nullable=False),
        sa.Column("second_name", sa.String(), nullable=True),
        sa.Column("title", sa.String(), nullable=True),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("area_scores", sa.JSON(), nullable=False),
        sa.Column("results", sa.JSON(), nullable=False),
        sa.Column("conditions", sa.JSON(), nullable=False),
        sa.Column("issuer_name", sa.String(), nullable=False),
        sa.Column("project", sa.String(), nullable=False),
        sa.Column("public_url", sa.String(), nullable=False),
        sa.Column("status_list", sa.Integer(), nullable=False),
        sa.Column("status_index", sa.Integer(), nullable=False),
        sa.Column("awarded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("awarded_by", sa.Uuid(), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_reason", sa.String(), nullable=True),
        sa.CheckConstraint("level BETWEEN 1 AND 8", name=op.f("ck_award_level")),
        sa.ForeignKeyConstraint(["achievement_code"], ["achievement.code"], name=op.f("fk_award_achievement_code")),
        sa.ForeignKeyConstraint(["awarded_by"], ["account.id"], name=op.f("fk_award_awarded_by")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_award_organisation_id")),
        sa.ForeignKeyConstraint(["status_list"], ["status_list.number"], name=op.f("fk_award_status_list")),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_award")),
        sa.UniqueConstraint("number", name=op.f("uq_award_number")),
        sa.UniqueConstraint("organisation_id", "source", name=op.f("uq_award_organisation_id_source")),
        sa.UniqueConstraint("status_list", "status_index", name=op.f("uq_award_status_list_status_index")),
    )
    with op.batch_alter_table("award", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_award_revoked_at"), ["revoked_at"], unique=False)

    op.create_table(
        "design",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("release_id", sa.Uuid(), nullable=False),
        sa.Column("rules", sa.JSON(), nullable=False),
        sa.Column("achievement_code", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["achievement_code"], ["achievement.code"], name=op.f("fk_design_achievement_code")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_design_organisation_id")),
        sa.ForeignKeyConstraint(["release_id"], ["release.id"], name=op.f("fk_design_release_id")),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_design")),
    )
    op.create_table(
        "learner",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("nickname", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_learner_organisation_id")),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_learner")),
    )
    op.create_table(
        "learner_group",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("form_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(code) = 4", name=op.f("ck_learner_group_code")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_learner_group_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_learner_group")),
        sa.UniqueConstraint("code", name=op.f("uq_learner_group_code")),
        sa.UniqueConstraint("organisation_id", "form_id", name=op.f("uq_learner_group_organisation_id_form_id")),
    )
    op.create_table(
        "membership",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.CheckConstraint(
            "role IN ('author', 'reviewer', 'invigilator', 'issuer', 'manager')", name=op.f("ck_membership_role")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_membership_account_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_membership_organisation_id")),
        sa.PrimaryKeyConstraint("organisation_id", "account_id", "role", name=op.f("pk_membership")),
    )
    op.create_table(
        "release_item",
        sa.Column("release_id", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.String(), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("a", sa.Double(), nullable=True),
        sa.Column("b", sa.Double(), nullable=True),
        sa.Column("se_a", sa.Double(), nullable=True),
        sa.Column("se_b", sa.Double(), nullable=True),
        sa.Column("parameters_source", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["release_id"], ["release.id"], name=op.f("fk_release_item_release_id")),
        sa.PrimaryKeyConstraint("release_id", "item_id", name=op.f("pk_release_item")),
    )
    op.create_table(
        "release_media",
        sa.Column("release_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["release_id"], ["release.id"], name=op.f("fk_release_media_release_id")),
        sa.ForeignKeyConstraint(["sha256"], ["media.sha256"], name=op.f("fk_release_media_sha256")),
        sa.PrimaryKeyConstraint("release_id", "name", name=op.f("pk_release_media")),
    )
    op.create_table(
        "release_translation",
        sa.Column("release_id", sa.Uuid(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("item_id", sa.String(), nullable=False),
        sa.Column("messages", sa.JSON(), nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("approved", sa.Boolean(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["release_id"], ["release.id"], name=op.f("fk_release_translation_release_id")),
        sa.PrimaryKeyConstraint("release_id", "language", "item_id", name=op.f("pk_release_translation")),
    )
    op.create_table(
        "translation_approval",
        sa.Column("bank_code", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("item_id", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("approved_by", sa.Uuid(), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["approved_by"], ["account.id"], name=op.f("fk_translation_approval_approved_by")),
        sa.PrimaryKeyConstraint("bank_code", "language", "item_id", "digest", name=op.f("pk_translation_approval")),
    )
    op.create_table(
        "card",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("learner_id", sa.Uuid(), nullable=False),
        sa.Column("secret_digest", sa.String(), nullable=False),
        sa.Column("picture_words", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id", "learner_id"],
            ["learner.organisation_id", "learner.id"],
            name=op.f("fk_card_organisation_id_learner_id"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_card")),
        sa.UniqueConstraint("secret_digest", name=op.f("uq_card_secret_digest")),
    )
    with op.batch_alter_table("card", schema=None) as batch_op:
        batch_op.create_index(
            "uq_card_living",
            ["organisation_id", "learner_id"],
            unique=True,
            sqlite_where=sa.text("replaced_at IS NULL"),
            postgresql_where=sa.text("replaced_at IS NULL"),
        )

    op.create_table(
        "credential",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("award_id", sa.Uuid(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("summary", sa.LargeBinary(), nullable=False),
        sa.Column("png", sa.LargeBinary(), nullable=False),
        sa.Column("svg", sa.LargeBinary(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "award_id"],
            ["award.organisation_id", "award.id"],
            name=op.f("fk_credential_organisation_id_award_id"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "award_id", name=op.f("pk_credential")),
    )
    op.create_table(
        "group_member",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("learner_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("form_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "group_id"],
            ["learner_group.organisation_id", "learner_group.id"],
            name=op.f("fk_group_member_organisation_id_group_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "learner_id"],
            ["learner.organisation_id", "learner.id"],
            name=op.f("fk_group_member_organisation_id_learner_id"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "group_id", "learner_id", name=op.f("pk_group_member")),
        sa.UniqueConstraint(
            "organisation_id", "group_id", "position", name=op.f("uq_group_member_organisation_id_group_id_position")
        ),
    )
    op.create_table(
        "invigilation",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("design_id", sa.Uuid(), nullable=False),
        sa.Column("opened_by", sa.Uuid(), nullable=False),
        sa.Column("supervised", sa.Boolean(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["opened_by"], ["account.id"], name=op.f("fk_invigilation_opened_by")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "design_id"],
            ["design.organisation_id", "design.id"],
            name=op.f("fk_invigilation_organisation_id_design_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "group_id"],
            ["learner_group.organisation_id", "learner_group.id"],
            name=op.f("fk_invigilation_organisation_id_group_id"),
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_invigilation_organisation_id")),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_invigilation")),
    )
    with op.batch_alter_table("invigilation", schema=None) as batch_op:
        batch_op.create_index(
            "uq_invigilation_open",
            ["organisation_id", "group_id"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    op.create_table(
        "visit",
        sa.Column("token_digest", sa.String(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("learner_id", sa.Uuid(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_visit_account_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "learner_id"],
            ["learner.organisation_id", "learner.id"],
            name=op.f("fk_visit_organisation_id_learner_id"),
        ),
        sa.PrimaryKeyConstraint("token_digest", name=op.f("pk_visit")),
    )
    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_visit_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_visit_expires_at"), ["expires_at"], unique=False)
        batch_op.create_index("uq_visit_learner", ["organisation_id", "learner_id"], unique=True)

    op.create_table(
        "sitting",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("invigilation_id", sa.Uuid(), nullable=False),
        sa.Column("learner_id", sa.Uuid(), nullable=False),
        sa.Column("release_id", sa.Uuid(), nullable=False),
        sa.Column("rules", sa.JSON(), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("test_language", sa.String(), nullable=False),
        sa.Column("help_language", sa.String(), nullable=False),
        sa.Column("device", sa.String(), nullable=False),
        sa.Column("practised", sa.Integer(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resting_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("help_called_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("help_coming_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_by", sa.Uuid(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("device IN ('phone', 'tablet', 'computer', 'unknown')", name=op.f("ck_sitting_device")),
        sa.ForeignKeyConstraint(["confirmed_by"], ["account.id"], name=op.f("fk_sitting_confirmed_by")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "invigilation_id"],
            ["invigilation.organisation_id", "invigilation.id"],
            name=op.f("fk_sitting_organisation_id_invigilation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "learner_id"],
            ["learner.organisation_id", "learner.id"],
            name=op.f("fk_sitting_organisation_id_learner_id"),
        ),
        sa.ForeignKeyConstraint(["release_id"], ["release.id"], name=op.f("fk_sitting_release_id")),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_sitting")),
        sa.UniqueConstraint(
            "organisation_id",
            "invigilation_id",
            "learner_id",
            name=op.f("uq_sitting_organisation_id_invigilation_id_learner_id"),
        ),
    )
    with op.batch_alter_table("sitting", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sitting_learner_id"), ["learner_id"], unique=False)

    op.create_table(
        "presentation",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sitting_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.String(), nullable=False),
        sa.Column("shown_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("help_language", sa.String(), nullable=False),
        sa.Column("sound_used", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "sitting_id"],
            ["sitting.organisation_id", "sitting.id"],
            name=op.f("fk_presentation_organisation_id_sitting_id"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_presentation")),
        sa.UniqueConstraint(
            "organisation_id", "sitting_id", "item_id", name=op.f("uq_presentation_organisation_id_sitting_id_item_id")
        ),
        sa.UniqueConstraint(
            "organisation_id",
            "sitting_id",
            "position",
            name=op.f("uq_presentation_organisation_id_sitting_id_position"),
        ),
    )
    op.create_table(
        "result",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("sitting_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("items", sa.Integer(), nullable=False),
        sa.Column("theta", sa.Double(), nullable=False),
        sa.Column("standard_error", sa.Double(), nullable=False),
        sa.Column("band", sa.Integer(), nullable=True),
        sa.Column("level", sa.Integer(), nullable=True),
        sa.Column("competences", sa.JSON(), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "sitting_id"],
            ["sitting.organisation_id", "sitting.id"],
            name=op.f("fk_result_organisation_id_sitting_id"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "sitting_id", name=op.f("pk_result")),
    )
    op.create_table(
        "response",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("presentation_id", sa.Uuid(), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("a", sa.Double(), nullable=False),
        sa.Column("b", sa.Double(), nullable=False),
        sa.Column("se_a", sa.Double(), nullable=False),
        sa.Column("se_b", sa.Double(), nullable=False),
        sa.Column("c", sa.Double(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("points IN (0, 1)", name=op.f("ck_response_points")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "presentation_id"],
            ["presentation.organisation_id", "presentation.id"],
            name=op.f("fk_response_organisation_id_presentation_id"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "presentation_id", name=op.f("pk_response")),
    )


def downgrade() -> None:
    """Go one step back."""
    op.drop_table("response")
    op.drop_table("result")
    op.drop_table("presentation")
    with op.batch_alter_table("sitting", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sitting_learner_id"))

    op.drop_table("sitting")
    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.drop_index("uq_visit_learner")
        batch_op.drop_index(batch_op.f("ix_visit_expires_at"))
        batch_op.drop_index(batch_op.f("ix_visit_account_id"))

    op.drop_table("visit")
    with op.batch_alter_table("invigilation", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_invigilation_open",
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    op.drop_table("invigilation")
    op.drop_table("group_member")
    op.drop_table("credential")
    with op.batch_alter_table("card", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_card_living",
            sqlite_where=sa.text("replaced_at IS NULL"),
            postgresql_where=sa.text("replaced_at IS NULL"),
        )

    op.drop_table("card")
    op.drop_table("translation_approval")
    op.drop_table("release_translation")
    op.drop_table("release_media")
    op.drop_table("release_item")
    op.drop_table("membership")
    op.drop_table("learner_group")
    op.drop_table("learner")
    op.drop_table("design")
    with op.batch_alter_table("award", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_award_revoked_at"))

    op.drop_table("award")
    op.drop_table("status_list")
    with op.batch_alter_table("signing_key", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_signing_key_use"))
        batch_op.drop_index(
            "ix_signing_key_active_use",
            sqlite_where=sa.text("state = 'active'"),
            postgresql_where=sa.text("state = 'active'"),
        )

    op.drop_table("signing_key")
    op.drop_table("release")
    op.drop_table("organisation")
    with op.batch_alter_table("miss", schema=None) as batch_op:
        batch_op.drop_index("ix_miss_kind_key_at")

    op.drop_table("miss")
    op.drop_table("media")
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_job_state"))

    op.drop_table("job")
    op.drop_table("achievement")
    op.drop_table("account")
