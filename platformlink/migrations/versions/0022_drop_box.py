"""Files that a person dropped into the inbox."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    name = sa.Column("file_name", sa.Text(), nullable=False, server_default="")
    op.add_column("received_mail", name)
    op.alter_column("received_mail", "file_name", server_default=None)
    op.add_column(
        "received_mail", sa.Column("dropped_by_id", sa.BigInteger(), nullable=True)
    )
    op.create_foreign_key(
        "fk_received_mail_dropped_by_id_app_user",
        "received_mail",
        "app_user",
        ["dropped_by_id"],
        ["id"],
    )


def downgrade() -> None:
    op.drop_column("received_mail", "dropped_by_id")
    op.drop_column("received_mail", "file_name")
