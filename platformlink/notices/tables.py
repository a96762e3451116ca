"""Notices."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, ForeignKey, Identity, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from platformlink.columns import Instant


class Notice(SQLModel, table=True):
    """One sentence for one person; what is urgent is mailed at any hour."""

    __tablename__ = "notice"
    __table_args__ = (
        Index("uq_notice_user_id_key", "user_id", "key", unique=True),
        Index("ix_notice_unread", "user_id", postgresql_where=text("read_at is null")),
        Index("ix_notice_unmailed", "id", postgresql_where=text("mailed_at is null")),
    )

    id: int = Field(
        default=None, sa_column=Column(BigInteger, Identity(), primary_key=True)
    )
    user_id: int = Field(
        sa_column=Column(BigInteger, ForeignKey("app_user.id"), nullable=False)
    )
    key: str
    phrase: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    path: str
    is_urgent: bool = Field(
        default=False, sa_column_kwargs={"server_default": text("false")}
    )
    told_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    read_at: datetime | None = Field(default=None, sa_column=Column(Instant))
    mailed_at: datetime | None = Field(default=None, sa_column=Column(Instant))
