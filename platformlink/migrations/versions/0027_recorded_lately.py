"""What was recorded lately is found without reading all that ever was."""

from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

TABLES = ("request_event", "response")


def upgrade() -> None:
    for table in TABLES:
        op.create_index(
            f"ix_{table}_recorded_at", table, ["recorded_at"], postgresql_using="brin"
        )


def downgrade() -> None:
    for table in TABLES:
        op.drop_index(f"ix_{table}_recorded_at", table)
