"""What opens a person's calendar."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "calendar_key",
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("token_sha256", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["app_user.id"], name="fk_calendar_key_user_id_app_user"
        ),
        sa.PrimaryKeyConstraint("user_id", name="pk_calendar_key"),
        sa.UniqueConstraint("token_sha256", name="uq_calendar_key_token_sha256"),
    )


def downgrade() -> None:
    op.drop_table("calendar_key")
