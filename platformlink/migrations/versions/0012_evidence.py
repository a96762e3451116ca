"""Evidence: items, parts that arrive, custody, and who may open."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
ROLE = "platformlink_app"
WAYS = "'vaulted', 'registered'"
STATES = "'arriving', 'arrived', 'kept', 'damaged'"
VERBS = "'received', 'registered', 'opened', 'handed_over', 'checked', 'damaged'"


def key(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*columns, name=f"pk_{table}")


def known(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_{column}_{other}"
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=name)


def number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=False)


def text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(), nullable=False)


def items() -> None:
    op.create_table(
        "evidence_item",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        number("request_id"),
        *(text("way"), text("state"), text("name")),
        number("size_bytes"),
        *(text("sha256"), text("kept_sha256"), text("upload_key")),
        *(text("place"), text("custodian"), text("note")),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        number("recorded_by_id"),
        sa.Column("checked_at", INSTANT, nullable=True),
        sa.CheckConstraint(f"way in ({WAYS})", name="ck_evidence_item_way"),
        sa.CheckConstraint(f"state in ({STATES})", name="ck_evidence_item_state"),
        sa.CheckConstraint("size_bytes >= 0", name="ck_evidence_item_size"),
        sa.CheckConstraint(
            "state in ('arriving', 'arrived') or (sha256 <> '' and upload_key = '')",
            name="ck_evidence_item_kept",
        ),
        known("evidence_item", "request_id", "platform_request"),
        known("evidence_item", "recorded_by_id", "app_user"),
        key("evidence_item", "id"),
    )
    op.create_index("ix_evidence_item_request_id", "evidence_item", ["request_id"])
    op.create_index(
        "ix_evidence_item_arrived",
        "evidence_item",
        ["id"],
        postgresql_where=sa.text("state = 'arrived'"),
    )
    op.create_index(
        "ix_evidence_item_checked_at",
        "evidence_item",
        ["checked_at"],
        postgresql_where=sa.text("way = 'vaulted' and state = 'kept'"),
    )


def upgrade() -> None:
    items()
    op.create_table(
        "evidence_part",
        number("item_id"),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.CHAR(64), nullable=False),
        known("evidence_part", "item_id", "evidence_item"),
        key("evidence_part", "item_id", "number"),
    )
    op.create_table(
        "custody_event",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        number("item_id"),
        text("verb"),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        *(text("purpose"), text("to_whom"), text("authority")),
        sa.CheckConstraint(f"verb in ({VERBS})", name="ck_custody_event_verb"),
        known("custody_event", "item_id", "evidence_item"),
        known("custody_event", "actor_id", "app_user"),
        key("custody_event", "id"),
    )
    op.create_index("ix_custody_event_item_id", "custody_event", ["item_id", "id"])
    for event in ("update or delete", "truncate"):
        level = "statement" if event == "truncate" else "row"
        op.execute(
            f"create trigger custody_event_{event.split()[0]} before {event} "
            f"on custody_event for each {level} execute function only_grows()"
        )
    op.execute(f"revoke update, delete, truncate on custody_event from {ROLE}")
    op.create_table(
        "evidence_grant",
        *(number("request_id"), number("user_id"), number("granted_by_id")),
        sa.Column("granted_at", INSTANT, nullable=False),
        known("evidence_grant", "request_id", "platform_request"),
        known("evidence_grant", "user_id", "app_user"),
        known("evidence_grant", "granted_by_id", "app_user"),
        key("evidence_grant", "request_id", "user_id"),
    )


def downgrade() -> None:
    for table in ("evidence_grant", "custody_event", "evidence_part", "evidence_item"):
        op.drop_table(table)
