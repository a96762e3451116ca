"""An answer may name when the platform received the request."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("response", sa.Column("arrived_on", sa.Date()))
    op.add_column("response", sa.Column("arrived_at", sa.DateTime(timezone=True)))
    op.create_check_constraint(
        "ck_response_one_arrival",
        "response",
        "arrived_on is null or arrived_at is null",
    )


def downgrade() -> None:
    op.drop_constraint("ck_response_one_arrival", "response", type_="check")
    op.drop_column("response", "arrived_at")
    op.drop_column("response", "arrived_on")
