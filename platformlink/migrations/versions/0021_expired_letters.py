"""A letter whose hold is over is genuine, but asks no more."""

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

BEFORE = ("genuine", "withdrawn", "superseded", "added_to")
AFTER = ("altered", "foreign", "unknown")


def allow(*findings: str) -> None:
    listed = ", ".join(f"'{one}'" for one in findings)
    op.drop_constraint("ck_letter_check_found", "letter_check", type_="check")
    op.create_check_constraint(
        "ck_letter_check_found", "letter_check", f"found in ({listed})"
    )


def upgrade() -> None:
    allow(*BEFORE, "expired", *AFTER)


def downgrade() -> None:
    allow(*BEFORE, *AFTER)
