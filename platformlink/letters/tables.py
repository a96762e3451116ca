"""The register of letters, and of who asked whether one is genuine."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec
from sqlalchemy import (
    CHAR,
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from platformlink.columns import Instant
from platformlink.letters.rules import Finding, LetterFields, LetterKind, Means, Origin
from platformlink.ports import Level


def _one_of(column: str, codes: type[StrEnum]) -> CheckConstraint:
    listed = ", ".join(f"'{code}'" for code in codes)
    return CheckConstraint(f"{column} in ({listed})", name=column)


class Letter(SQLModel, table=True):
    """
    A sealed letter. Its bytes and all that was printed never change.

    A trigger refuses every change but one: that it stops being in force, once.
    ``code`` is looked up by its hash, so that the time of an answer tells nothing.
    """

    __tablename__ = "letter"
    __table_args__ = (
        _one_of("kind", LetterKind),
        UniqueConstraint("reference", name="uq_letter_reference"),
        UniqueConstraint("year", "number", name="uq_letter_year_number"),
        UniqueConstraint("code_sha256", name="uq_letter_code_sha256"),
        UniqueConstraint("sha256", name="uq_letter_sha256"),
        CheckConstraint("number > 0", name="number_from_one"),
        CheckConstraint("octet_length(code_sha256) = 32", name="code_sha256"),
        CheckConstraint("sha256 = encode(sha256(pdf), 'hex')", name="sha256"),
        Index("ix_letter_request_id", "request_id"),
        Index("ix_letter_certificate_fingerprint", "certificate_fingerprint"),
    )

    id: int = Field(
        default=None,
        sa_column=Column(BigInteger, Identity(), primary_key=True),
    )
    request_id: int = Field(
        sa_column=Column(
            BigInteger,
            ForeignKey("platform_request.id", deferrable=True, initially="DEFERRED"),
            nullable=False,
        )
    )
    kind: str
    language: str
    reference: str
    year: int = Field(sa_column=Column(Integer, nullable=False))
    number: int = Field(sa_column=Column(Integer, nullable=False))
    code: str
    code_sha256: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    template: str
    template_sha256: str
    protocol_version: str
    content: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    pdf: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    sha256: str
    sealed_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    sealed_by_id: int = Field(
        sa_column=Column(BigInteger, ForeignKey("app_user.id"), nullable=False)
    )
    certificate_fingerprint: str
    is_demonstration: bool
    supersedes_id: int | None = Field(
        default=None, sa_column=Column(BigInteger, ForeignKey("letter.id"))
    )
    superseded_at: datetime | None = Field(default=None, sa_column=Column(Instant))
    withdrawn_at: datetime | None = Field(default=None, sa_column=Column(Instant))

    @property
    def is_in_force(self) -> bool:
        """Say whether the letter still stands: neither withdrawn nor superseded."""
        return self.withdrawn_at is None and self.superseded_at is None

    @property
    def ended_at(self) -> datetime | None:
        """Return when it was withdrawn or superseded."""
        return self.withdrawn_at or self.superseded_at

    @property
    def fields(self) -> LetterFields:
        """Return what the letter says."""
        return msgspec.convert(self.content, LetterFields)


class LetterCheck(SQLModel, table=True):
    """One question whether a letter is genuine, and what was found. No asker."""

    __tablename__ = "letter_check"
    __table_args__ = (
        _one_of("means", Means),
        _one_of("found", Finding),
        Index("ix_letter_check_at", "at"),
    )

    id: int = Field(
        default=None,
        sa_column=Column(BigInteger, Identity(), primary_key=True),
    )
    at: datetime = Field(sa_column=Column(Instant, nullable=False))
    means: str
    found: str
    letter_id: int | None = Field(
        default=None, sa_column=Column(BigInteger, ForeignKey("letter.id"))
    )


class LetterSeal(SQLModel, table=True):
    """How far the proof of a letter's seal reaches, and when it is looked at again."""

    __tablename__ = "letter_seal"
    __table_args__ = (
        _one_of("level", Level),
        Index("ix_letter_seal_due_at", "level", "due_at"),
    )

    letter_id: int = Field(
        sa_column=Column(
            BigInteger, ForeignKey("letter.id"), primary_key=True, autoincrement=False
        )
    )
    level: str
    due_at: datetime = Field(sa_column=Column(Instant, nullable=False))


class LetterVersion(SQLModel, table=True):
    """
    A letter with something after it: more proof for its seal, or further signatures.

    The letter's own bytes stand in its own row, so that no version can change them; a
    trigger compares the hash of both together.
    """

    __tablename__ = "letter_version"
    __table_args__ = (
        _one_of("origin", Origin),
        UniqueConstraint("sha256", name="uq_letter_version_sha256"),
        CheckConstraint("octet_length(addition) > 0", name="addition"),
        Index("ix_letter_version_letter_id", "letter_id", "id"),
    )

    id: int = Field(
        default=None,
        sa_column=Column(BigInteger, Identity(), primary_key=True),
    )
    letter_id: int = Field(
        sa_column=Column(BigInteger, ForeignKey("letter.id"), nullable=False)
    )
    origin: str
    addition: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    sha256: str = Field(sa_column=Column(CHAR(64), nullable=False))
    made_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    made_by_id: int | None = Field(
        default=None, sa_column=Column(BigInteger, ForeignKey("app_user.id"))
    )


class RevokedSeal(SQLModel, table=True):
    """A certificate whose seals are no longer made, since when and why."""

    __tablename__ = "revoked_seal"
    __table_args__ = (
        CheckConstraint("reason <> ''", name="reason"),
        CheckConstraint("fingerprint ~ '^[0-9a-f]{64}$'", name="fingerprint"),
    )

    fingerprint: str = Field(sa_column=Column(CHAR(64), primary_key=True))
    reason: str
    revoked_at: datetime = Field(sa_column=Column(Instant, nullable=False))
