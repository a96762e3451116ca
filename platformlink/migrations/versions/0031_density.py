"""How closely a person wants rows to stand."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "app_user",
        sa.Column("density", sa.String(), server_default="comfortable", nullable=False),
    )
    op.create_check_constraint(
        "ck_app_user_density", "app_user", "density in ('comfortable', 'compact')"
    )


def downgrade() -> None:
    op.drop_constraint("ck_app_user_density", "app_user")
    op.drop_column("app_user", "density")
