"""Each person keeps views of the board by name; one may be where it opens."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "desk_view",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_desk_view"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["app_user.id"], name="fk_desk_view_user_id_app_user"
        ),
        sa.UniqueConstraint("user_id", "name", name="uq_desk_view_user_id_name"),
        sa.CheckConstraint(
            "char_length(name) between 1 and 60", name="ck_desk_view_name"
        ),
    )
    op.create_index(
        "uq_desk_view_default",
        "desk_view",
        ["user_id"],
        unique=True,
        postgresql_where=sa.text("is_default"),
    )


def downgrade() -> None:
    op.drop_table("desk_view")
