"""A reminder is not dropped: it waits for as long as the answer is late."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

NAME, TABLE = "ix_reminder_waiting", "reminder"


def index(where: str) -> None:
    op.drop_index(NAME, TABLE)
    op.create_index(NAME, TABLE, ["request_id"], postgresql_where=sa.text(where))


def upgrade() -> None:
    index("sent_at is null")
    op.drop_column(TABLE, "dropped_at")


def downgrade() -> None:
    instant = sa.DateTime(timezone=True)
    op.add_column(TABLE, sa.Column("dropped_at", instant, nullable=True))
    index("sent_at is null and dropped_at is null")
