"""Sendings."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "dispatch",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.Column("letter_id", sa.BigInteger(), nullable=False),
        sa.Column("reminder_id", sa.BigInteger(), nullable=True),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("channel_kind", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("queued_at", INSTANT, nullable=False),
        sa.Column("queued_by_id", sa.BigInteger(), nullable=False),
        sa.Column("next_try_at", INSTANT, nullable=True),
        sa.Column("claimed_at", INSTANT, nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("proof", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("delivered_at", INSTANT, nullable=True),
        sa.Column("resolved_by_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "status <> 'delivered' or (delivered_at is not null and proof <> '')",
            name="ck_dispatch_delivered_has_proof",
        ),
        sa.CheckConstraint(
            "status in ('queued', 'sending', 'delivered', 'failed', 'uncertain')",
            name="ck_dispatch_status",
        ),
        sa.ForeignKeyConstraint(
            ["letter_id"], ["letter.id"], name="fk_dispatch_letter_id_letter"
        ),
        sa.ForeignKeyConstraint(
            ["queued_by_id"], ["app_user.id"], name="fk_dispatch_queued_by_id_app_user"
        ),
        sa.ForeignKeyConstraint(
            ["reminder_id"], ["reminder.id"], name="fk_dispatch_reminder_id_reminder"
        ),
        sa.ForeignKeyConstraint(
            ["request_id"],
            ["platform_request.id"],
            name="fk_dispatch_request_id_platform_request",
        ),
        sa.ForeignKeyConstraint(
            ["resolved_by_id"],
            ["app_user.id"],
            name="fk_dispatch_resolved_by_id_app_user",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_dispatch"),
    )
    op.create_index(
        "ix_dispatch_in_flight",
        "dispatch",
        ["claimed_at"],
        unique=False,
        postgresql_where=sa.text("status in ('sending', 'uncertain')"),
    )
    op.create_index("ix_dispatch_request_id", "dispatch", ["request_id"], unique=False)
    op.create_index(
        "ix_dispatch_waiting",
        "dispatch",
        ["next_try_at"],
        unique=False,
        postgresql_where=sa.text("status = 'queued'"),
    )
    op.create_index(
        "uq_dispatch_letter_id",
        "dispatch",
        ["letter_id"],
        unique=True,
        postgresql_where=sa.text("status <> 'failed'"),
    )


def downgrade() -> None:
    op.drop_table("dispatch")
