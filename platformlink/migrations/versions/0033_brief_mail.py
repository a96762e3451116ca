"""To whom the brief of which month was mailed, and how far that came."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0036"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "brief_mail",
        sa.Column("month_on", sa.Date(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("tried_at", INSTANT, nullable=False),
        sa.CheckConstraint(
            "status in ('sending', 'sent', 'not_taken', 'turned_away')",
            name="ck_brief_mail_status",
        ),
        sa.PrimaryKeyConstraint("month_on", "address", name="pk_brief_mail"),
    )


def downgrade() -> None:
    op.drop_table("brief_mail")
