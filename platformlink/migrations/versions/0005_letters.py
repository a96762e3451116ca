"""The register of sealed letters, which never change; who checked one."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

KINDS = (
    "preservation",
    "preservation_extension",
    "disclosure",
    "emergency_disclosure",
    "reminder_1",
    "reminder_2",
    "reminder_3",
    "withdrawal",
    "supplement",
)
FINDINGS = (
    "genuine",
    "withdrawn",
    "superseded",
    "added_to",
    "altered",
    "foreign",
    "unknown",
)


def one_of(table: str, column: str, *codes: str) -> sa.CheckConstraint:
    listed = ", ".join(f"'{code}'" for code in codes)
    return sa.CheckConstraint(f"{column} in ({listed})", name=f"ck_{table}_{column}")


def upgrade() -> None:
    instant = sa.DateTime(timezone=True)
    op.create_table(
        "letter",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("code_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("template", sa.String(), nullable=False),
        sa.Column("template_sha256", sa.String(), nullable=False),
        sa.Column("protocol_version", sa.String(), nullable=False),
        sa.Column("content", postgresql.JSONB(), nullable=False),
        sa.Column("pdf", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("sealed_at", instant, nullable=False),
        sa.Column("sealed_by_id", sa.BigInteger(), nullable=False),
        sa.Column("certificate_fingerprint", sa.String(), nullable=False),
        sa.Column("is_demonstration", sa.Boolean(), nullable=False),
        sa.Column("supersedes_id", sa.BigInteger(), nullable=True),
        sa.Column("superseded_at", instant, nullable=True),
        sa.Column("withdrawn_at", instant, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_letter"),
        sa.ForeignKeyConstraint(
            ["sealed_by_id"], ["app_user.id"], name="fk_letter_sealed_by_id_app_user"
        ),
        sa.ForeignKeyConstraint(
            ["supersedes_id"], ["letter.id"], name="fk_letter_supersedes_id_letter"
        ),
        one_of("letter", "kind", *KINDS),
        sa.UniqueConstraint("reference", name="uq_letter_reference"),
        sa.UniqueConstraint("year", "number", name="uq_letter_year_number"),
        sa.UniqueConstraint("code_sha256", name="uq_letter_code_sha256"),
        sa.UniqueConstraint("sha256", name="uq_letter_sha256"),
        sa.CheckConstraint("number > 0", name="ck_letter_number_from_one"),
        sa.CheckConstraint(
            "octet_length(code_sha256) = 32", name="ck_letter_code_sha256"
        ),
        sa.CheckConstraint(
            "sha256 = encode(sha256(pdf), 'hex')", name="ck_letter_sha256"
        ),
    )
    op.create_index("ix_letter_request_id", "letter", ["request_id"])
    op.create_index(
        "ix_letter_certificate_fingerprint", "letter", ["certificate_fingerprint"]
    )
    # PDFs are compressed inside already.
    op.execute("alter table letter alter column pdf set storage external")
    op.execute(
        """
        create function letter_stays_as_sealed() returns trigger language plpgsql as $$
        declare
            ends constant text[] := array['superseded_at', 'withdrawn_at'];
        begin
            if to_jsonb(new) - ends is distinct from to_jsonb(old) - ends
                or (old.superseded_at is not null
                    and new.superseded_at is distinct from old.superseded_at)
                or (old.withdrawn_at is not null
                    and new.withdrawn_at is distinct from old.withdrawn_at)
            then
                raise exception 'a sealed letter never changes'
                    using errcode = 'integrity_constraint_violation';
            end if;
            return new;
        end $$
        """
    )
    op.execute(
        "create trigger letter_stays_as_sealed before update on letter "
        "for each row execute function letter_stays_as_sealed()"
    )
    op.execute(
        "create trigger letter_is_never_removed before delete or truncate on letter "
        "for each statement execute function only_grows()"
    )
    # A number is taken by a lock that ends with its transaction, so that two letters
    # can be sealed at once and one that fails leaves no gap: the next one takes it.
    op.execute(
        """
        create function take_letter_number(of_year integer) returns integer
        language plpgsql as $$
        declare
            highest integer := coalesce(
                (select max(number) from letter where year = of_year), 0);
            candidate integer;
        begin
            for candidate in
                select n from generate_series(greatest(1, highest - 1000), highest + 1000) n
                where not exists (
                    select from letter where year = of_year and number = n)
                order by n
            loop
                if pg_try_advisory_xact_lock(hashtext('letter ' || of_year), candidate)
                    and not exists (
                        select from letter where year = of_year and number = candidate)
                then
                    return candidate;
                end if;
            end loop;
            raise exception 'a thousand letters are being sealed at once';
        end $$
        """
    )
    op.create_table(
        "letter_check",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("at", instant, nullable=False),
        sa.Column("means", sa.String(), nullable=False),
        sa.Column("found", sa.String(), nullable=False),
        sa.Column("letter_id", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_letter_check"),
        sa.ForeignKeyConstraint(
            ["letter_id"], ["letter.id"], name="fk_letter_check_letter_id_letter"
        ),
        one_of("letter_check", "means", "code", "upload", "shell"),
        one_of("letter_check", "found", *FINDINGS),
    )
    op.create_index("ix_letter_check_at", "letter_check", ["at"])
    op.execute(
        "create trigger letter_check_only_grows before update or delete or truncate "
        "on letter_check for each statement execute function only_grows()"
    )


def downgrade() -> None:
    op.drop_table("letter_check")
    op.drop_table("letter")
    op.execute("drop function take_letter_number")
    op.execute("drop function letter_stays_as_sealed")
