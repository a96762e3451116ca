"""To whom the brief was mailed, and reports that took long to count."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    LargeBinary,
    Text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from platformlink.columns import Instant


class BriefMail(SQLModel, table=True):
    """
    The brief of one month to one address.

    `sending` is claimed: what stays so was broken off, nobody knows whether it went
    out, and it is never sent again. Only `not_taken` is tried again.
    """

    __tablename__ = "brief_mail"
    __table_args__ = (
        CheckConstraint(
            "status in ('sending', 'sent', 'not_taken', 'turned_away')", name="status"
        ),
    )

    month_on: date = Field(sa_column=Column(Date, primary_key=True))  # its first day
    address: str = Field(sa_column=Column(Text, primary_key=True))
    status: str = Field(sa_column=Column(Text, nullable=False))
    tried_at: datetime = Field(sa_column=Column(Instant, nullable=False))


class KeptReport(SQLModel, table=True):
    """
    One count of many requests, as it stood at `counted_at`: numbers alone.

    `asked` and whoever read it last say how to count it again.
    """

    __tablename__ = "kept_report"

    key: str = Field(sa_column=Column(Text, primary_key=True))
    asked: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    reader_id: int = Field(
        sa_column=Column(BigInteger, ForeignKey("app_user.id"), nullable=False)
    )
    counted_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    read_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    content: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
