"""Responses, and what each says of each item."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

KINDS = (
    "auto_reply",
    "undelivered",
    "ack",
    "preservation_confirmed",
    "preservation_renewed",
    "preservation_refused",
    "preservation_ended",
    "need_more_info",
    "delay_notice",
    "delivery",
    "no_data",
    "refusal",
    "redirect",
    "cost_notice",
    "challenge",
    "user_notice",
    "verification_call",
    "other",
)
OUTCOMES = (
    "full",
    "partial",
    "no_data",
    "refused",
    "redirected",
    "preserved_only",
    "voluntary_emergency",
    "not_assessed",
)


def one_of(table: str, column: str, codes: tuple[str, ...]) -> sa.CheckConstraint:
    listed = ", ".join(f"'{code}'" for code in codes)
    return sa.CheckConstraint(f"{column} in ({listed})", name=f"ck_{table}_{column}")


def upgrade() -> None:
    instant = sa.DateTime(timezone=True)
    op.create_table(
        "response",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("received_at", instant, nullable=False),
        sa.Column("recorded_at", instant, nullable=False),
        sa.Column("recorded_by_id", sa.BigInteger(), nullable=True),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("platform_reference", sa.String(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("until_at", instant, nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("reasons", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("wanted", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("corrects_id", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_response"),
        sa.ForeignKeyConstraint(
            ["request_id"],
            ["platform_request.id"],
            name="fk_response_request_id_platform_request",
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"],
            ["app_user.id"],
            name="fk_response_recorded_by_id_app_user",
        ),
        sa.ForeignKeyConstraint(
            ["corrects_id"], ["response.id"], name="fk_response_corrects_id_response"
        ),
        one_of("response", "kind", KINDS),
        sa.CheckConstraint(
            "received_at <= recorded_at", name="ck_response_received_first"
        ),
        sa.CheckConstraint(
            "until_on is null or until_at is null", name="ck_response_one_until"
        ),
    )
    op.create_index("ix_response_request_id", "response", ["request_id", "received_at"])
    op.create_index(
        "uq_response_corrects_id",
        "response",
        ["corrects_id"],
        unique=True,
        postgresql_where=sa.text("corrects_id is not null"),
    )
    op.create_table(
        "response_item",
        sa.Column("response_id", sa.BigInteger(), nullable=False),
        sa.Column("target_id", sa.BigInteger(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("reasons", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint(
            "response_id", "target_id", "category", name="pk_response_item"
        ),
        sa.ForeignKeyConstraint(
            ["response_id"],
            ["response.id"],
            name="fk_response_item_response_id_response",
        ),
        sa.ForeignKeyConstraint(
            ["target_id"], ["target.id"], name="fk_response_item_target_id_target"
        ),
        one_of("response_item", "outcome", OUTCOMES),
    )
    op.create_index("ix_response_item_target_id", "response_item", ["target_id"])
    for table in ("response", "response_item"):
        # A correction is a new row: what was recorded stays as it was.
        op.execute(
            f"create trigger {table}_only_grows before update or delete on {table} "
            f"for each row execute function only_grows()"
        )


def downgrade() -> None:
    op.drop_table("response_item")
    op.drop_table("response")
