"""Reports that took long to count are kept for an hour."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0038"
down_revision = "0033"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "kept_report",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("asked", JSONB(), nullable=False),
        sa.Column("reader_id", sa.BigInteger(), nullable=False),
        sa.Column("counted_at", INSTANT, nullable=False),
        sa.Column("read_at", INSTANT, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_kept_report"),
        sa.ForeignKeyConstraint(
            ["reader_id"], ["app_user.id"], name="fk_kept_report_reader_id_app_user"
        ),
    )
    # Packed already as tightly as numbers are: to press it more takes time and gains none.
    op.execute("alter table kept_report alter column content set storage external")


def downgrade() -> None:
    op.drop_table("kept_report")
