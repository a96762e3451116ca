"""Messages that came, and how far the mailbox has been read."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    CHAR,
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.types import Text
from sqlmodel import Field, SQLModel

from platformlink.columns import Instant
from platformlink.mailbox.rules import State, Trust
from platformlink.responses.codes import Kind


def _listed(codes: type[Kind] | type[State] | type[Trust]) -> str:
    return ", ".join(f"'{code}'" for code in codes)


class ReceivedMail(SQLModel, table=True):
    """
    One message, or one file that a person dropped here in its place.

    `raw` is emptied when it goes into the vault. `file_name` is empty for what came by
    mail.
    """

    __tablename__ = "received_mail"
    __table_args__ = (
        CheckConstraint(f"state in ({_listed(State)})", name="state"),
        CheckConstraint(f"kind in ({_listed(Kind)})", name="kind"),
        CheckConstraint(f"trust in ({_listed(Trust)})", name="trust"),
        Index("uq_received_mail_sha256", "sha256", unique=True),
        Index(
            "ix_received_mail_waiting",
            "received_at",
            postgresql_where=text("state = 'waiting'"),
        ),
        Index("ix_received_mail_request_id", "request_id"),
    )

    id: int = Field(
        default=None, sa_column=Column(BigInteger, Identity(), primary_key=True)
    )
    sha256: str = Field(sa_column=Column(CHAR(64), nullable=False))
    received_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    recorded_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    message_id: str
    sender: str
    subject: str
    text: str
    files: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    trust: str
    is_forged: bool
    kind: str
    why: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    request_id: int | None = Field(
        default=None, sa_column=Column(BigInteger, ForeignKey("platform_request.id"))
    )
    is_certain: bool
    reasons: list[dict[str, Any]] = Field(sa_column=Column(JSONB, nullable=False))
    state: str
    settled_at: datetime | None = Field(default=None, sa_column=Column(Instant))
    settled_by_id: int | None = Field(
        default=None, sa_column=Column(BigInteger, ForeignKey("app_user.id"))
    )
    file_name: str = Field(default="", sa_column=Column(Text, nullable=False))
    dropped_by_id: int | None = Field(
        default=None, sa_column=Column(BigInteger, ForeignKey("app_user.id"))
    )
    raw: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class MailboxPosition(SQLModel, table=True):
    """How far the mailbox has been read; one row. Source: RFC 9051, 2.3.1.1."""

    __tablename__ = "mailbox_position"
    __table_args__ = (CheckConstraint("id = 1", name="one"),)

    id: int = Field(default=1, primary_key=True)
    validity: int = Field(sa_column=Column(BigInteger, nullable=False))
    uid: int = Field(sa_column=Column(BigInteger, nullable=False))
    read_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    newest_at: datetime | None = Field(default=None, sa_column=Column(Instant))
