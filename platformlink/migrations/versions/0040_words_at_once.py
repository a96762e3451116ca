"""
Words go into their indexes at once, a millisecond for each change of a request.

PostgreSQL would keep what is new in a list beside each index (up to 4 MB by default),
which every search reads through and some unlucky change has to clear.

Source: PostgreSQL 18, 65.4.4.1 GIN Fast Update Technique.
"""

from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

INDEXES = "ix_case_file_words", "ix_platform_request_words", "ix_target_words"


def upgrade() -> None:
    for name in INDEXES:
        op.execute(f"alter index {name} set (fastupdate = off)")
        op.execute(f"select gin_clean_pending_list('{name}')")


def downgrade() -> None:
    for name in INDEXES:
        op.execute(f"alter index {name} reset (fastupdate)")
