"""Cases and their members."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    instant = sa.DateTime(timezone=True)
    op.create_table(
        "case_file",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("offence", sa.String(), nullable=False),
        sa.Column("offence_article", sa.String(), nullable=False),
        sa.Column("urgency", sa.String(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("lead_id", sa.BigInteger(), nullable=False),
        sa.Column("is_restricted", sa.Boolean(), nullable=False),
        sa.Column("opened_at", instant, nullable=False),
        sa.Column("closed_at", instant, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_case_file"),
        sa.CheckConstraint(
            "urgency in ('routine', 'urgent', 'emergency')", name="ck_case_file_urgency"
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["unit.id"], name="fk_case_file_unit_id_unit"
        ),
        sa.ForeignKeyConstraint(
            ["lead_id"], ["app_user.id"], name="fk_case_file_lead_id_app_user"
        ),
    )
    op.create_index("ix_case_file_unit_id", "case_file", ["unit_id"])
    op.create_index("ix_case_file_lead_id", "case_file", ["lead_id"])
    op.create_index("ix_case_file_reference", "case_file", ["reference"])
    op.create_index(
        "uq_case_file_reference",
        "case_file",
        ["reference"],
        unique=True,
        postgresql_where=sa.text("not is_restricted"),
    )
    op.create_table(
        "case_member",
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", "user_id", name="pk_case_member"),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["case_file.id"],
            name="fk_case_member_case_id_case_file",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["app_user.id"], name="fk_case_member_user_id_app_user"
        ),
    )
    op.create_index("ix_case_member_user_id", "case_member", ["user_id"])


def downgrade() -> None:
    op.drop_table("case_member")
    op.drop_table("case_file")
