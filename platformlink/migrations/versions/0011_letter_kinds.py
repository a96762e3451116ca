"""Corrections, escalations, acknowledgements and hand-over receipts are letters."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

BEFORE = (
    *("preservation", "preservation_extension", "disclosure", "emergency_disclosure"),
    *("reminder_1", "reminder_2", "reminder_3", "withdrawal", "supplement"),
)
ADDED = ("correction", "escalation", "acknowledgement", "handover")


def allow(*kinds: str) -> None:
    listed = ", ".join(f"'{kind}'" for kind in kinds)
    op.drop_constraint("ck_letter_kind", "letter", type_="check")
    op.create_check_constraint("ck_letter_kind", "letter", f"kind in ({listed})")


def upgrade() -> None:
    allow(*BEFORE, *ADDED)


def downgrade() -> None:
    allow(*BEFORE)
