"""The log itself, and its head."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index
from sqlmodel import Field, SQLModel

from platformlink.columns import Instant


class AuditEntry(SQLModel, table=True):
    """One link of the chain; `seq` has no gaps."""

    __tablename__ = "audit_entry"
    __table_args__ = (Index("ix_audit_entry_subject", "subject", "seq"),)

    seq: int = Field(
        sa_column=Column(BigInteger, primary_key=True, autoincrement=False)
    )
    at: datetime = Field(sa_column=Column(Instant, nullable=False))
    actor_id: int | None = Field(
        default=None,
        sa_column=Column(BigInteger, ForeignKey("app_user.id"), nullable=True),
    )
    verb: str
    subject: str
    purpose: str = ""
    detail_sha256: str = ""
    trace: str = ""
    hash: str


class AuditHead(SQLModel, table=True):
    """One row: the number and the hash of the last link."""

    __tablename__ = "audit_head"
    __table_args__ = (CheckConstraint("only_row = 1", name="only_row"),)

    only_row: int = Field(default=1, primary_key=True)
    seq: int = Field(sa_column=Column(BigInteger, nullable=False))
    hash: str
