"""What an officer remembers is found, also misspelt: trigrams of names and texts."""

from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

WORDS = {
    "case_file": ("reference", "title", "offence"),
    "platform_request": (
        "reference",
        "platform_reference",
        "narrative",
        "narrative_local",
    ),
    "target": ("normalised", "typed"),
}


def upgrade() -> None:
    op.execute("create extension if not exists pg_trgm")
    for table, columns in WORDS.items():
        op.create_index(
            f"ix_{table}_words",
            table,
            list(columns),
            postgresql_using="gin",
            postgresql_ops=dict.fromkeys(columns, "gin_trgm_ops"),
        )


def downgrade() -> None:
    for table in WORDS:
        op.drop_index(f"ix_{table}_words", table)
    op.execute("drop extension pg_trgm")
