"""What colleagues write to each other beside a request."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "request_comment",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.CheckConstraint("text <> ''", name="ck_request_comment_text"),
        sa.ForeignKeyConstraint(
            ["request_id"],
            ["platform_request.id"],
            name="fk_request_comment_request_id_platform_request",
        ),
        sa.ForeignKeyConstraint(
            ["author_id"],
            ["app_user.id"],
            name="fk_request_comment_author_id_app_user",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_request_comment"),
    )
    op.create_index(
        "ix_request_comment_request_id", "request_comment", ["request_id", "id"]
    )


def downgrade() -> None:
    op.drop_table("request_comment")
