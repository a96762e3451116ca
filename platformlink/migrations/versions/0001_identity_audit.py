"""Units, people, sign-ins; the audit log that only grows."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ROLE = "platformlink_app"
GENESIS = "0" * 64


def upgrade() -> None:
    op.execute(
        f"""
        do $$ begin
            create role {ROLE} nologin;
        exception when duplicate_object or unique_violation then null;
        end $$;
        """
    )
    op.execute(f"grant {ROLE} to current_user")
    op.execute(f"grant usage on schema public to {ROLE}")
    op.execute(
        f"alter default privileges in schema public "
        f"grant select, insert, update, delete on tables to {ROLE}"
    )
    op.execute(
        f"alter default privileges in schema public grant usage on sequences to {ROLE}"
    )
    op.execute(
        """
        create function only_grows() returns trigger language plpgsql as $$
        begin
            raise exception '% only grows: rows are neither changed nor removed',
                tg_table_name using errcode = 'integrity_constraint_violation';
        end $$
        """
    )
    instant = sa.DateTime(timezone=True)
    op.create_table(
        "unit",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_unit"),
        sa.UniqueConstraint("code", name="uq_unit_code"),
    )
    op.create_table(
        "app_user",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("rank", sa.String(), nullable=False),
        sa.Column("badge", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("roles", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("theme", sa.String(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("failed_attempts", sa.Integer(), nullable=False),
        sa.Column("rests_until_at", instant, nullable=True),
        sa.Column("created_at", instant, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_app_user"),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["unit.id"], name="fk_app_user_unit_id_unit"
        ),
    )
    op.create_index("ix_app_user_unit_id", "app_user", ["unit_id"])
    op.create_index(
        "uq_app_user_email", "app_user", [sa.text("lower(email)")], unique=True
    )
    op.create_table(
        "sign_in",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("started_at", instant, nullable=False),
        sa.Column("last_seen_at", instant, nullable=False),
        sa.Column("ended_at", instant, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_sign_in"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["app_user.id"], name="fk_sign_in_user_id_app_user"
        ),
    )
    op.create_index("ix_sign_in_user_id", "sign_in", ["user_id"])
    op.create_table(
        "answered_key",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("body_sha256", sa.String(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("answer", postgresql.JSONB(), nullable=False),
        sa.Column("answered_at", instant, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_answered_key"),
        sa.UniqueConstraint("user_id", "key", name="uq_answered_key_user_id_key"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["app_user.id"], name="fk_answered_key_user_id_app_user"
        ),
    )
    op.create_index("ix_answered_key_answered_at", "answered_key", ["answered_at"])
    op.create_table(
        "audit_entry",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", instant, nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.Column("verb", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("detail_sha256", sa.String(), nullable=False),
        sa.Column("trace", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_audit_entry"),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["app_user.id"], name="fk_audit_entry_actor_id_app_user"
        ),
    )
    op.create_index("ix_audit_entry_subject", "audit_entry", ["subject", "seq"])
    op.create_table(
        "audit_head",
        sa.Column("only_row", sa.Integer(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("only_row", name="pk_audit_head"),
        sa.CheckConstraint("only_row = 1", name="ck_audit_head_only_row"),
    )
    op.execute(f"insert into audit_head values (1, 0, '{GENESIS}')")
    for event in ("update or delete", "truncate"):
        level = "row" if event != "truncate" else "statement"
        op.execute(
            f"create trigger audit_entry_{event.split()[0]} before {event} on audit_entry "
            f"for each {level} execute function only_grows()"
        )
    op.execute(f"revoke update, delete, truncate on audit_entry from {ROLE}")
    op.execute(f"revoke insert, delete, truncate on audit_head from {ROLE}")


def downgrade() -> None:
    for table in (
        "audit_head",
        "audit_entry",
        "answered_key",
        "sign_in",
        "app_user",
        "unit",
    ):
        op.drop_table(table)
    op.execute("drop function only_grows()")
