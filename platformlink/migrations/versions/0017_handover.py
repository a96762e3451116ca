"""What one shift leaves to the next."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def number() -> sa.Column[int]:
    return sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False)


def person(table: str, column: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_{column}_app_user"
    return sa.ForeignKeyConstraint([column], ["app_user.id"], name=name)


def upgrade() -> None:
    op.create_table(
        "shift_note",
        number(),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("written_at", INSTANT, nullable=False),
        sa.Column("written_by_id", sa.BigInteger(), nullable=False),
        sa.Column("settled_at", INSTANT, nullable=True),
        sa.Column("settled_by_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("text <> ''", name="ck_shift_note_text"),
        person("shift_note", "written_by_id"),
        person("shift_note", "settled_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_shift_note"),
    )
    op.create_index(
        "ix_shift_note_open",
        "shift_note",
        ["written_at"],
        postgresql_where=sa.text("settled_at is null"),
    )
    op.create_table(
        "handover",
        number(),
        sa.Column("handed_at", INSTANT, nullable=False),
        sa.Column("handed_by_id", sa.BigInteger(), nullable=False),
        sa.Column("taken_at", INSTANT, nullable=True),
        sa.Column("taken_by_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "(taken_at is null) = (taken_by_id is null)", name="ck_handover_taken"
        ),
        sa.CheckConstraint(
            "taken_by_id <> handed_by_id", name="ck_handover_two_people"
        ),
        person("handover", "handed_by_id"),
        person("handover", "taken_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_handover"),
    )
    op.create_index(
        "uq_handover_waiting",
        "handover",
        [sa.text("(taken_at is null)")],
        unique=True,
        postgresql_where=sa.text("taken_at is null"),
    )
    op.create_table(
        "shift_seen",
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", INSTANT, nullable=False),
        person("shift_seen", "user_id"),
        sa.PrimaryKeyConstraint("user_id", name="pk_shift_seen"),
    )


def downgrade() -> None:
    for table in ("shift_seen", "handover", "shift_note"):
        op.drop_table(table)
