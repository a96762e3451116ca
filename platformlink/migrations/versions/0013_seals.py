"""How far a seal's proof reaches, what was added to letters, and revoked seals."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
LEVELS = ("B-B", "B-T", "B-LT", "B-LTA")
GROWING = ("letter_version", "revoked_seal")


def one_of(table: str, column: str, *codes: str) -> sa.CheckConstraint:
    listed = ", ".join(f"'{code}'" for code in codes)
    return sa.CheckConstraint(f"{column} in ({listed})", name=f"ck_{table}_{column}")


def of_letter(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["letter_id"], ["letter.id"], name=f"fk_{table}_letter_id_letter"
    )


def seals() -> None:
    op.create_table(
        "letter_seal",
        sa.Column("letter_id", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("letter_id", name="pk_letter_seal"),
        of_letter("letter_seal"),
        one_of("letter_seal", "level", *LEVELS),
    )
    op.create_index("ix_letter_seal_due_at", "letter_seal", ["level", "due_at"])
    # How far earlier seals reach was not kept: the next run finds out.
    op.execute("insert into letter_seal select id, 'B-B', sealed_at from letter")


def versions() -> None:
    op.create_table(
        "letter_version",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("letter_id", sa.BigInteger(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("addition", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.CHAR(64), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("made_by_id", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_letter_version"),
        of_letter("letter_version"),
        sa.ForeignKeyConstraint(
            ["made_by_id"],
            ["app_user.id"],
            name="fk_letter_version_made_by_id_app_user",
        ),
        sa.UniqueConstraint("sha256", name="uq_letter_version_sha256"),
        one_of("letter_version", "origin", "completed", "countersigned"),
        sa.CheckConstraint(
            "octet_length(addition) > 0", name="ck_letter_version_addition"
        ),
    )
    op.create_index(
        "ix_letter_version_letter_id", "letter_version", ["letter_id", "id"]
    )
    op.execute("alter table letter_version alter column addition set storage external")
    op.execute(
        """
        create function letter_version_is_its_letter() returns trigger
        language plpgsql as $$
        begin
            if new.sha256 is distinct from encode(sha256(
                (select pdf from letter where id = new.letter_id) || new.addition), 'hex')
            then
                raise exception 'a version begins with the letter as it was issued'
                    using errcode = 'integrity_constraint_violation';
            end if;
            return new;
        end $$
        """
    )
    op.execute(
        "create trigger letter_version_is_its_letter before insert on letter_version "
        "for each row execute function letter_version_is_its_letter()"
    )


def revocations() -> None:
    op.create_table(
        "revoked_seal",
        sa.Column("fingerprint", sa.CHAR(64), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("revoked_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("fingerprint", name="pk_revoked_seal"),
        sa.CheckConstraint("reason <> ''", name="ck_revoked_seal_reason"),
        sa.CheckConstraint(
            "fingerprint ~ '^[0-9a-f]{64}$'", name="ck_revoked_seal_fingerprint"
        ),
    )


def upgrade() -> None:
    for make in (seals, versions, revocations):
        make()
    for table in GROWING:
        op.execute(
            f"create trigger {table}_only_grows before update or delete or truncate "
            f"on {table} for each statement execute function only_grows()"
        )
        op.execute(f"revoke update, delete, truncate on {table} from platformlink_app")
    op.execute("revoke delete, truncate on letter_seal from platformlink_app")


def downgrade() -> None:
    for table in ("revoked_seal", "letter_version", "letter_seal"):
        op.drop_table(table)
    op.execute("drop function letter_version_is_its_letter")
