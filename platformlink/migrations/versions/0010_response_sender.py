"""From whom a response came."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    sender = sa.Column("sender", sa.String(), nullable=False, server_default="")
    op.add_column("response", sender)
    op.alter_column("response", "sender", server_default=None)


def downgrade() -> None:
    op.drop_column("response", "sender")
