"""Templates of drafts: what is alike from case to case, by unit and kind."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "draft_template",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("fields", JSONB(), nullable=False),
        sa.Column("written_by_id", sa.BigInteger(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_draft_template"),
        sa.UniqueConstraint(
            "unit_id", "kind", "name", name="uq_draft_template_unit_id_kind_name"
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["unit.id"], name="fk_draft_template_unit_id_unit"
        ),
        sa.ForeignKeyConstraint(
            ["written_by_id"],
            ["app_user.id"],
            name="fk_draft_template_written_by_id_app_user",
        ),
    )


def downgrade() -> None:
    op.drop_table("draft_template")
