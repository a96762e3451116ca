"""A view of the board narrows it by age and by state as well."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("age", "state"):
        op.add_column(
            "desk_view",
            sa.Column(name, sa.String(), nullable=False, server_default=""),
        )
        op.alter_column("desk_view", name, server_default=None)


def downgrade() -> None:
    op.drop_column("desk_view", "state")
    op.drop_column("desk_view", "age")
