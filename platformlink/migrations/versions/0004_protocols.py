"""The versions of protocols that requests are pinned to."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "protocol_version",
        sa.Column("version", sa.CHAR(64), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("version", name="pk_protocol_version"),
    )
    op.create_index(
        "ix_protocol_version_slug", "protocol_version", ["slug", "first_seen_at"]
    )
    op.execute("revoke update, delete on protocol_version from platformlink_app")


def downgrade() -> None:
    op.drop_table("protocol_version")
