"""Messages that came by mail, and how far the mailbox has been read."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
KINDS = (
    *("auto_reply", "undelivered", "ack", "preservation_confirmed"),
    *("preservation_renewed", "preservation_refused", "preservation_ended"),
    *("need_more_info", "delay_notice", "delivery", "no_data", "refusal"),
    *("redirect", "cost_notice", "challenge", "user_notice", "verification_call"),
    "other",
)
STATES = ("waiting", "filed", "set_aside")
TRUSTS = ("proven", "failed", "unknown")


def one_of(column: str, codes: tuple[str, ...]) -> sa.CheckConstraint:
    listed = ", ".join(f"'{code}'" for code in codes)
    return sa.CheckConstraint(
        f"{column} in ({listed})", name=f"ck_received_mail_{column}"
    )


def text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(), nullable=False)


def known(column: str, other: str) -> sa.ForeignKeyConstraint:
    name = f"fk_received_mail_{column}_{other}"
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=name)


def upgrade() -> None:
    op.create_table(
        "received_mail",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("sha256", sa.CHAR(64), nullable=False),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        *(text("message_id"), text("sender"), text("subject"), text("text")),
        sa.Column("files", postgresql.ARRAY(sa.Text()), nullable=False),
        text("trust"),
        sa.Column("is_forged", sa.Boolean(), nullable=False),
        text("kind"),
        sa.Column("why", postgresql.JSONB(), nullable=False),
        sa.Column("request_id", sa.BigInteger(), nullable=True),
        sa.Column("is_certain", sa.Boolean(), nullable=False),
        sa.Column("reasons", postgresql.JSONB(), nullable=False),
        text("state"),
        sa.Column("settled_at", INSTANT, nullable=True),
        sa.Column("settled_by_id", sa.BigInteger(), nullable=True),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        one_of("kind", KINDS),
        one_of("state", STATES),
        one_of("trust", TRUSTS),
        known("request_id", "platform_request"),
        known("settled_by_id", "app_user"),
        sa.PrimaryKeyConstraint("id", name="pk_received_mail"),
    )
    op.create_index("uq_received_mail_sha256", "received_mail", ["sha256"], unique=True)
    op.create_index(
        "ix_received_mail_waiting",
        "received_mail",
        ["received_at"],
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_index("ix_received_mail_request_id", "received_mail", ["request_id"])
    op.create_table(
        "mailbox_position",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("validity", sa.BigInteger(), nullable=False),
        sa.Column("uid", sa.BigInteger(), nullable=False),
        sa.Column("read_at", INSTANT, nullable=False),
        sa.Column("newest_at", INSTANT, nullable=True),
        sa.CheckConstraint("id = 1", name="ck_mailbox_position_one"),
        sa.PrimaryKeyConstraint("id", name="pk_mailbox_position"),
    )


def downgrade() -> None:
    op.drop_table("mailbox_position")
    op.drop_table("received_mail")
