"""A seal of ours on a letter outside the register is neither genuine nor altered."""

from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

BEFORE = ("genuine", "withdrawn", "superseded", "expired", "added_to")
AFTER = ("altered", "foreign", "unknown")


def allow(*findings: str) -> None:
    listed = ", ".join(f"'{one}'" for one in findings)
    op.drop_constraint("ck_letter_check_found", "letter_check", type_="check")
    op.create_check_constraint(
        "ck_letter_check_found", "letter_check", f"found in ({listed})"
    )


def upgrade() -> None:
    allow(*BEFORE, "unregistered", *AFTER)


def downgrade() -> None:
    allow(*BEFORE, *AFTER)
