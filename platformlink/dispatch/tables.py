"""Sendings."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Identity,
    Index,
    text,
)
from sqlmodel import Field, SQLModel

from platformlink.columns import Instant


class Dispatch(SQLModel, table=True):
    """One sending of one letter through one channel."""

    __tablename__ = "dispatch"
    __table_args__ = (
        CheckConstraint(
            "status in ('queued', 'sending', 'delivered', 'failed', 'uncertain')",
            name="status",
        ),
        CheckConstraint(
            "status <> 'delivered' or (delivered_at is not null and proof <> '')",
            name="delivered_has_proof",
        ),
        Index(
            "ix_dispatch_waiting",
            "next_try_at",
            postgresql_where=text("status = 'queued'"),
        ),
        Index(
            "ix_dispatch_in_flight",
            "claimed_at",
            postgresql_where=text("status in ('sending', 'uncertain')"),
        ),
        Index(
            "ix_dispatch_unsent",
            "queued_at",
            postgresql_where=text("status in ('uncertain', 'failed')"),
        ),
        # One letter goes through one channel once, unless a person says otherwise.
        Index(
            "uq_dispatch_letter_id",
            "letter_id",
            unique=True,
            postgresql_where=text("status <> 'failed'"),
        ),
    )

    id: int = Field(
        default=None, sa_column=Column(BigInteger, Identity(), primary_key=True)
    )
    request_id: int = Field(
        sa_column=Column(
            BigInteger,
            ForeignKey("platform_request.id"),
            nullable=False,
            index=True,
        )
    )
    letter_id: int = Field(
        sa_column=Column(BigInteger, ForeignKey("letter.id"), nullable=False)
    )
    reminder_id: int | None = Field(
        default=None, sa_column=Column(BigInteger, ForeignKey("reminder.id"))
    )
    channel: str
    channel_kind: str
    address: str = ""
    status: str
    queued_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    queued_by_id: int = Field(
        sa_column=Column(BigInteger, ForeignKey("app_user.id"), nullable=False)
    )
    next_try_at: datetime | None = Field(default=None, sa_column=Column(Instant))
    claimed_at: datetime | None = Field(default=None, sa_column=Column(Instant))
    attempts: int = 0
    message_id: str = ""
    proof: str = ""
    note: str = ""
    delivered_at: datetime | None = Field(default=None, sa_column=Column(Instant))
    resolved_by_id: int | None = Field(
        default=None, sa_column=Column(BigInteger, ForeignKey("app_user.id"))
    )
