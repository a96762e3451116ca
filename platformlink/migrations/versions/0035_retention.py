"""Drafts that are emptied, and decisions on the records of cases."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("platform_request", sa.Column("announced_at", INSTANT))
    op.create_index(
        "ix_platform_request_draft",
        "platform_request",
        ["changed_at"],
        postgresql_where=sa.text("state = 'draft' and reference is null"),
    )
    op.create_table(
        "case_review",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("decided_at", INSTANT, nullable=False),
        sa.Column("decided_by_id", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("keep_until_on", sa.Date(), nullable=False),
        sa.CheckConstraint("reason <> ''", name="ck_case_review_reason"),
        sa.ForeignKeyConstraint(
            ["case_id"], ["case_file.id"], name="fk_case_review_case_id_case_file"
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"],
            ["app_user.id"],
            name="fk_case_review_decided_by_id_app_user",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_case_review"),
    )
    op.create_index(
        "ix_case_review_case_id", "case_review", ["case_id", "keep_until_on"]
    )
    op.execute("revoke update, delete on case_review from platformlink_app")


def downgrade() -> None:
    op.drop_table("case_review")
    op.drop_index("ix_platform_request_draft", "platform_request")
    op.drop_column("platform_request", "announced_at")
