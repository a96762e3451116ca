"""Reviews, proposals, confirmed channels, changes told, and guideline texts."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
GROWING = (
    "protocol_review",
    "channel_confirmation",
    "protocol_change",
    "guideline_text",
)


def key(table: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint("id", name=f"pk_{table}")


def known(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_{column}_{other.partition('.')[0]}"
    return sa.ForeignKeyConstraint([column], [other], name=name)


def number() -> sa.Column[int]:
    return sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False)


def text(name: str, kind: type[sa.String] = sa.String) -> sa.Column[str]:
    return sa.Column(name, kind(), nullable=False)


def reviews() -> None:
    op.create_table(
        "protocol_review",
        number(),
        text("slug"),
        sa.Column("version", sa.CHAR(64), nullable=False),
        *(text("pointer"), text("source")),
        sa.Column("reviewed_at", INSTANT, nullable=False),
        sa.Column("reviewed_by_id", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "pointer = '' or pointer like '/%'", name="ck_protocol_review_pointer"
        ),
        sa.CheckConstraint("source <> ''", name="ck_protocol_review_source"),
        known("protocol_review", "version", "protocol_version.version"),
        known("protocol_review", "reviewed_by_id", "app_user.id"),
        key("protocol_review"),
    )
    op.create_index(
        "ix_protocol_review_version", "protocol_review", ["version", "reviewed_at"]
    )


def proposals() -> None:
    op.create_table(
        "protocol_proposal",
        number(),
        text("slug"),
        sa.Column("version", sa.CHAR(64), nullable=False),
        text("pointer"),
        *(text("before", sa.Text), text("after", sa.Text)),
        *(text("source"), text("why")),
        sa.Column("proposed_at", INSTANT, nullable=False),
        sa.Column("proposed_by_id", sa.BigInteger(), nullable=False),
        sa.Column("decided_at", INSTANT, nullable=True),
        sa.Column("decided_by_id", sa.BigInteger(), nullable=True),
        sa.Column("is_accepted", sa.Boolean(), nullable=True),
        text("decision"),
        sa.CheckConstraint(
            "decided_by_id <> proposed_by_id", name="ck_protocol_proposal_four_eyes"
        ),
        sa.CheckConstraint(
            "(decided_at is null) = (decided_by_id is null)"
            " and (decided_at is null) = (is_accepted is null)",
            name="ck_protocol_proposal_decided",
        ),
        known("protocol_proposal", "version", "protocol_version.version"),
        known("protocol_proposal", "proposed_by_id", "app_user.id"),
        known("protocol_proposal", "decided_by_id", "app_user.id"),
        key("protocol_proposal"),
    )
    op.create_index("ix_protocol_proposal_slug", "protocol_proposal", ["slug", "id"])
    op.create_index(
        "ix_protocol_proposal_waiting",
        "protocol_proposal",
        ["id"],
        postgresql_where=sa.text("decided_at is null"),
    )


def confirmations() -> None:
    op.create_table(
        "channel_confirmation",
        number(),
        *(text("slug"), text("channel"), text("address"), text("how")),
        sa.Column("confirmed_at", INSTANT, nullable=False),
        sa.Column("confirmed_by_id", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("how <> ''", name="ck_channel_confirmation_how"),
        known("channel_confirmation", "confirmed_by_id", "app_user.id"),
        key("channel_confirmation"),
    )
    op.create_index(
        "uq_channel_confirmation_address",
        "channel_confirmation",
        ["slug", "channel", "address", "confirmed_by_id"],
        unique=True,
    )


def changes() -> None:
    op.create_table(
        "protocol_change",
        sa.Column("version", sa.CHAR(64), nullable=False),
        text("slug"),
        sa.Column("noted_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("version", name="pk_protocol_change"),
    )


def guidelines() -> None:
    op.create_table(
        "guideline_text",
        number(),
        *(text("slug"), text("source")),
        sa.Column("dated_on", sa.Date(), nullable=False),
        sa.Column("sha256", sa.CHAR(64), nullable=False),
        text("content", sa.Text),
        sa.Column("imported_at", INSTANT, nullable=False),
        sa.Column("imported_by_id", sa.BigInteger(), nullable=True),
        known("guideline_text", "imported_by_id", "app_user.id"),
        key("guideline_text"),
    )
    op.create_index(
        "uq_guideline_text_content",
        "guideline_text",
        ["slug", "source", "dated_on", "sha256"],
        unique=True,
    )


def upgrade() -> None:
    for make in (reviews, proposals, confirmations, changes, guidelines):
        make()
    for table in GROWING:
        op.execute(f"revoke update, delete on {table} from platformlink_app")
    op.execute("revoke delete on protocol_proposal from platformlink_app")


def downgrade() -> None:
    for table in (*GROWING, "protocol_proposal"):
        op.drop_table(table)
