"""A case says how its offence is punished, as some forms ask."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    column = sa.Column(
        "offence_penalty", sa.String(), nullable=False, server_default=""
    )
    op.add_column("case_file", column)
    op.alter_column("case_file", "offence_penalty", server_default=None)


def downgrade() -> None:
    op.drop_column("case_file", "offence_penalty")
