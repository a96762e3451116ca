"""Requests are listed by when they last changed."""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_platform_request_changed_at", "platform_request", ["changed_at", "id"]
    )


def downgrade() -> None:
    op.drop_index("ix_platform_request_changed_at", "platform_request")
