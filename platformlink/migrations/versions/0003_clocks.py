"""Clocks, and the days that an authority changed in a calendar."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

KINDS = (
    "acknowledgement",
    "response",
    "hold_expiry",
    "renewal",
    "legal_process",
    "ratification",
    "supplement",
    "notice_delay",
    "download_expiry",
    "agreement_review",
    "protocol_review",
    "retention_review",
)


def one_of(column: str, *codes: str) -> sa.CheckConstraint:
    listed = ", ".join(f"'{code}'" for code in codes)
    return sa.CheckConstraint(f"{column} in ({listed})", name=f"ck_clock_{column}")


def upgrade() -> None:
    instant = sa.DateTime(timezone=True)
    op.create_table(
        "clock",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("request_id", sa.BigInteger(), nullable=True),
        sa.Column("target_id", sa.BigInteger(), nullable=True),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("duty", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("started_at", instant, nullable=False),
        sa.Column("start_evidence", sa.String(), nullable=False),
        sa.Column("legal_due_at", instant, nullable=False),
        sa.Column("safe_due_at", instant, nullable=False),
        sa.Column("ingredients", postgresql.JSONB(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("paused_at", instant, nullable=True),
        sa.Column("ended_at", instant, nullable=True),
        sa.Column("ended_as", sa.String(), nullable=True),
        sa.Column("notice_hours", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("next_notice_at", instant, nullable=True),
        sa.Column("noticed_at", instant, nullable=True),
        sa.Column("warned_level", sa.Integer(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("replaces_id", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_clock"),
        sa.ForeignKeyConstraint(
            ["replaces_id"], ["clock.id"], name="fk_clock_replaces_id_clock"
        ),
        one_of("kind", *KINDS),
        one_of("duty", "ours", "theirs"),
        one_of("source", "agreed", "stated", "own", "law", "promised"),
        one_of(
            "start_evidence", "event", "sent", "automatic", "acknowledged", "stated"
        ),
        one_of("state", "running", "paused", "ended"),
        one_of("ended_as", "met", "missed", "replaced", "void"),
        sa.CheckConstraint(
            "(state = 'paused') = (paused_at is not null)", name="ck_clock_paused"
        ),
        sa.CheckConstraint(
            "(state = 'ended') = (ended_at is not null)", name="ck_clock_ended"
        ),
        sa.CheckConstraint(
            "(ended_at is null) = (ended_as is null)", name="ck_clock_ended_somehow"
        ),
        sa.CheckConstraint("safe_due_at <= legal_due_at", name="ck_clock_safe_first"),
        sa.CheckConstraint(
            "legal_due_at > started_at", name="ck_clock_ends_after_its_start"
        ),
        sa.CheckConstraint(
            "next_notice_at is null or state = 'running'",
            name="ck_clock_only_running_ring",
        ),
    )
    op.create_index(
        "ix_clock_next_notice_at",
        "clock",
        ["next_notice_at"],
        postgresql_where=sa.text("next_notice_at is not null"),
    )
    op.create_index(
        "ix_clock_safe_due_at",
        "clock",
        ["safe_due_at"],
        postgresql_where=sa.text("state <> 'ended'"),
    )
    op.create_index(
        "uq_clock_open",
        "clock",
        ["request_id", "kind", sa.text("coalesce(target_id, 0)"), "subject"],
        unique=True,
        postgresql_where=sa.text("state <> 'ended'"),
    )
    op.create_index("ix_clock_request_id", "clock", ["request_id"])
    op.create_index(
        "uq_clock_replaces_id",
        "clock",
        ["replaces_id"],
        unique=True,
        postgresql_where=sa.text("replaces_id is not null"),
    )
    op.create_table(
        "calendar_day",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("calendar", sa.String(), nullable=False),
        sa.Column("day_on", sa.Date(), nullable=False),
        sa.Column("is_rest", sa.Boolean(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("changed_by_id", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", instant, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_calendar_day"),
        sa.ForeignKeyConstraint(
            ["changed_by_id"],
            ["app_user.id"],
            name="fk_calendar_day_changed_by_id_app_user",
        ),
    )
    op.create_index("ix_calendar_day_calendar", "calendar_day", ["calendar", "id"])


def downgrade() -> None:
    op.drop_table("calendar_day")
    op.drop_table("clock")
