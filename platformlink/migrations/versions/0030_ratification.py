"""The emergency that waits for its ratification is found among a million clocks."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_clock_ratification",
        "clock",
        ["id"],
        postgresql_where=sa.text("kind = 'ratification' and state <> 'ended'"),
    )


def downgrade() -> None:
    op.drop_index("ix_clock_ratification", "clock")
