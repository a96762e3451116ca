"""What did not go out, and what was written or came lately, is found at once."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

LATELY = {"request_comment": "written_at", "evidence_item": "recorded_at"}
UNSENT = "status in ('uncertain', 'failed')"


def upgrade() -> None:
    op.create_index(
        "ix_dispatch_unsent",
        "dispatch",
        ["queued_at"],
        postgresql_where=sa.text(UNSENT),
    )
    for table, column in LATELY.items():
        op.create_index(
            f"ix_{table}_{column}", table, [column], postgresql_using="brin"
        )


def downgrade() -> None:
    for table, column in LATELY.items():
        op.drop_index(f"ix_{table}_{column}", table)
    op.drop_index("ix_dispatch_unsent", "dispatch")
