"""Which clocks rang at a time that has not come yet is found through an index."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_clock_noticed_at",
        "clock",
        ["noticed_at"],
        postgresql_where=sa.text("noticed_at is not null"),
    )


def downgrade() -> None:
    op.drop_index("ix_clock_noticed_at", "clock")
