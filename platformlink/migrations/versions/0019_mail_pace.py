"""How often mails come, and what does not wait for the morning."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "app_user",
        sa.Column("mail_pace", sa.String(), server_default="at_once", nullable=False),
    )
    op.create_check_constraint(
        "ck_app_user_mail_pace", "app_user", "mail_pace in ('at_once', 'daily')"
    )
    op.add_column(
        "notice",
        sa.Column(
            "is_urgent", sa.Boolean(), server_default=sa.text("false"), nullable=False
        ),
    )


def downgrade() -> None:
    op.drop_column("notice", "is_urgent")
    op.drop_constraint("ck_app_user_mail_pace", "app_user")
    op.drop_column("app_user", "mail_pace")
