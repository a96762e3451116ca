"""Requests, targets, holds, history, reminders; notices."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
ROLE = "platformlink_app"


def upgrade() -> None:
    op.create_table(
        "platform_request",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("draft_id", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("state_before", sa.String(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=False),
        sa.Column("parent_id", sa.BigInteger(), nullable=True),
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("protocol_version", sa.Text(), nullable=False),
        sa.Column("agreement", postgresql.JSONB(), nullable=True),
        sa.Column("holder_country", sa.String(), nullable=False),
        sa.Column("entity", sa.String(), nullable=False),
        sa.Column("entity_reason", sa.String(), nullable=False),
        sa.Column("instrument", sa.String(), nullable=False),
        sa.Column("urgency", sa.String(), nullable=False),
        sa.Column("urgency_reason", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("narrative", sa.String(), nullable=False),
        sa.Column("narrative_local", sa.String(), nullable=False),
        sa.Column("nexus", sa.String(), nullable=False),
        sa.Column("necessity", sa.String(), nullable=False),
        sa.Column("report_number", sa.String(), nullable=False),
        sa.Column("danger", sa.String(), nullable=False),
        sa.Column("averts", sa.String(), nullable=False),
        sa.Column("period_from_at", INSTANT, nullable=True),
        sa.Column("period_to_at", INSTANT, nullable=True),
        sa.Column("data", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("non_disclosure", sa.Boolean(), nullable=False),
        sa.Column("non_disclosure_until_on", sa.Date(), nullable=True),
        sa.Column("non_disclosure_reason", sa.String(), nullable=False),
        sa.Column("authorisation", postgresql.JSONB(), nullable=True),
        sa.Column(
            "needs_ratification",
            sa.Boolean(),
            server_default=sa.false(),
            nullable=False,
        ),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("submitted_at", INSTANT, nullable=True),
        sa.Column("approved_at", INSTANT, nullable=True),
        sa.Column("approver_id", sa.BigInteger(), nullable=True),
        sa.Column("ratified_at", INSTANT, nullable=True),
        sa.Column("ratifier_id", sa.BigInteger(), nullable=True),
        sa.Column("sent_at", INSTANT, nullable=True),
        sa.Column("platform_reference", sa.String(), nullable=False),
        sa.Column("escalation", sa.Integer(), nullable=False),
        sa.Column("closed_at", INSTANT, nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("outcome_reasons", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("usefulness", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "kind in ('preservation', 'preservation_extension', 'disclosure', 'emergency_disclosure')",
            name="ck_platform_request_kind",
        ),
        sa.CheckConstraint(
            "state <> 'closed' or outcome is not null",
            name="ck_platform_request_closed_has_outcome",
        ),
        sa.CheckConstraint(
            "state in ('draft', 'in_review', 'ready', 'sent', 'acknowledged', 'needs_us', 'partly_answered', 'answered', 'closed', 'cancelled', 'withdrawn')",
            name="ck_platform_request_state",
        ),
        sa.CheckConstraint(
            "state not in ('sent', 'acknowledged', 'partly_answered', 'answered') or (sent_at is not null and reference is not null)",
            name="ck_platform_request_sent_has_evidence",
        ),
        sa.CheckConstraint(
            "period_from_at < period_to_at", name="ck_platform_request_period"
        ),
        sa.ForeignKeyConstraint(
            ["approver_id"],
            ["app_user.id"],
            name="fk_platform_request_approver_id_app_user",
        ),
        sa.ForeignKeyConstraint(
            ["author_id"],
            ["app_user.id"],
            name="fk_platform_request_author_id_app_user",
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["case_file.id"], name="fk_platform_request_case_id_case_file"
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"],
            ["platform_request.id"],
            name="fk_platform_request_parent_id_platform_request",
        ),
        sa.ForeignKeyConstraint(
            ["protocol_version"],
            ["protocol_version.version"],
            name="fk_platform_request_protocol_version_protocol_version",
        ),
        sa.ForeignKeyConstraint(
            ["ratifier_id"],
            ["app_user.id"],
            name="fk_platform_request_ratifier_id_app_user",
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["unit.id"], name="fk_platform_request_unit_id_unit"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_platform_request"),
        sa.UniqueConstraint("draft_id", name="uq_platform_request_draft_id"),
        sa.UniqueConstraint("reference", name="uq_platform_request_reference"),
    )
    op.create_index(
        "ix_platform_request_author_id", "platform_request", ["author_id"], unique=False
    )
    op.create_index(
        "ix_platform_request_case_id", "platform_request", ["case_id"], unique=False
    )
    op.create_index(
        "ix_platform_request_open",
        "platform_request",
        ["id"],
        unique=False,
        postgresql_where=sa.text("state not in ('closed', 'cancelled', 'withdrawn')"),
    )
    op.create_index(
        "ix_platform_request_parent_id", "platform_request", ["parent_id"], unique=False
    )
    op.create_index(
        "ix_platform_request_platform",
        "platform_request",
        ["platform", "id"],
        unique=False,
    )
    op.create_index(
        "ix_platform_request_sent_at", "platform_request", ["sent_at"], unique=False
    )
    op.create_index(
        "ix_platform_request_unit_id", "platform_request", ["unit_id"], unique=False
    )
    op.create_index(
        "ix_platform_request_unratified",
        "platform_request",
        ["id"],
        unique=False,
        postgresql_where=sa.text("needs_ratification"),
    )
    op.create_table(
        "target",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("typed", sa.String(), nullable=False),
        sa.Column("normalised", sa.String(), nullable=False),
        sa.Column("seen_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["request_id"],
            ["platform_request.id"],
            name="fk_target_request_id_platform_request",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_target"),
    )
    op.create_index(
        "ix_target_normalised", "target", ["kind", "normalised"], unique=False
    )
    op.create_index("ix_target_request_id", "target", ["request_id"], unique=False)
    op.create_table(
        "hold",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.Column("target_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("is_assumed", sa.Boolean(), nullable=False),
        sa.Column("snapshot_at", INSTANT, nullable=True),
        sa.Column("until_at", INSTANT, nullable=False),
        sa.Column("renewals", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state in ('requested', 'confirmed', 'renewal_due', 'renewed', 'served', 'released', 'lapsed')",
            name="ck_hold_state",
        ),
        sa.ForeignKeyConstraint(
            ["request_id"],
            ["platform_request.id"],
            name="fk_hold_request_id_platform_request",
        ),
        sa.ForeignKeyConstraint(
            ["target_id"], ["target.id"], name="fk_hold_target_id_target"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_hold"),
        sa.UniqueConstraint("target_id", name="uq_hold_target_id"),
    )
    op.create_index("ix_hold_request_id", "hold", ["request_id"], unique=False)
    op.create_index(
        "ix_hold_until",
        "hold",
        ["until_at"],
        unique=False,
        postgresql_where=sa.text("is_open"),
    )
    op.create_table(
        "request_event",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.Column("occurred_at", INSTANT, nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.Column("verb", sa.String(), nullable=False),
        sa.Column("phrase", postgresql.JSONB(), nullable=False),
        sa.Column("proof", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["app_user.id"], name="fk_request_event_actor_id_app_user"
        ),
        sa.ForeignKeyConstraint(
            ["request_id"],
            ["platform_request.id"],
            name="fk_request_event_request_id_platform_request",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_request_event"),
    )
    op.create_index(
        "ix_request_event_request_id",
        "request_event",
        ["request_id", "id"],
        unique=False,
    )
    op.create_table(
        "reminder",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("drafted_at", INSTANT, nullable=False),
        sa.Column("letter_id", sa.BigInteger(), nullable=True),
        sa.Column("sent_at", INSTANT, nullable=True),
        sa.Column("dropped_at", INSTANT, nullable=True),
        sa.CheckConstraint("level between 1 and 3", name="ck_reminder_level"),
        sa.ForeignKeyConstraint(
            ["letter_id"], ["letter.id"], name="fk_reminder_letter_id_letter"
        ),
        sa.ForeignKeyConstraint(
            ["request_id"],
            ["platform_request.id"],
            name="fk_reminder_request_id_platform_request",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_reminder"),
    )
    op.create_index(
        "ix_reminder_waiting",
        "reminder",
        ["request_id"],
        unique=False,
        postgresql_where=sa.text("sent_at is null and dropped_at is null"),
    )
    op.create_index(
        "uq_reminder_request_id_level", "reminder", ["request_id", "level"], unique=True
    )
    op.create_table(
        "notice",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("phrase", postgresql.JSONB(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("told_at", INSTANT, nullable=False),
        sa.Column("read_at", INSTANT, nullable=True),
        sa.Column("mailed_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["app_user.id"], name="fk_notice_user_id_app_user"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_notice"),
    )
    op.create_index(
        "ix_notice_unmailed",
        "notice",
        ["id"],
        unique=False,
        postgresql_where=sa.text("mailed_at is null"),
    )
    op.create_index(
        "ix_notice_unread",
        "notice",
        ["user_id"],
        unique=False,
        postgresql_where=sa.text("read_at is null"),
    )
    op.create_index("uq_notice_user_id_key", "notice", ["user_id", "key"], unique=True)
    for table, column, other in (
        ("clock", "request_id", "platform_request"),
        ("clock", "target_id", "target"),
        ("letter", "request_id", "platform_request"),
    ):
        op.create_foreign_key(
            f"fk_{table}_{column}_{other}",
            table,
            other,
            [column],
            ["id"],
            deferrable=True,
            initially="DEFERRED",
        )
    for event in ("update or delete", "truncate"):
        level = "statement" if event == "truncate" else "row"
        op.execute(
            f"create trigger request_event_{event.split()[0]} before {event} "
            f"on request_event for each {level} execute function only_grows()"
        )
    op.execute(f"revoke update, delete, truncate on request_event from {ROLE}")


def downgrade() -> None:
    op.drop_constraint("fk_letter_request_id_platform_request", "letter")
    op.drop_constraint("fk_clock_target_id_target", "clock")
    op.drop_constraint("fk_clock_request_id_platform_request", "clock")
    for table in (
        "notice",
        "reminder",
        "request_event",
        "hold",
        "target",
        "platform_request",
    ):
        op.drop_table(table)
