"""Who was told what."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Identity,
    Index,
    String,
    UniqueConstraint,
    text,
)
from sqlmodel import Field, SQLModel

from platformlink.columns import Instant


class WebhookPlace(SQLModel, table=True):
    """Up to which event the history was read for a receiver."""

    __tablename__ = "webhook_place"

    url: str = Field(sa_column=Column(String, primary_key=True))
    event_id: int = Field(sa_column=Column(BigInteger, nullable=False))
    since_at: datetime = Field(sa_column=Column(Instant, nullable=False))


class WebhookDelivery(SQLModel, table=True):
    """One event for one receiver: taken, waiting for its next try, or given up."""

    __tablename__ = "webhook_delivery"
    __table_args__ = (
        UniqueConstraint("url", "event_id"),
        Index(
            "ix_webhook_delivery_waiting",
            "url",
            "id",
            postgresql_where=text("next_try_at is not null"),
        ),
    )

    id: int = Field(
        default=None, sa_column=Column(BigInteger, Identity(), primary_key=True)
    )
    url: str
    event_id: int = Field(
        sa_column=Column(
            BigInteger,
            ForeignKey("request_event.id", ondelete="CASCADE"),
            nullable=False,
            index=True,
        )
    )
    tries: int = 0
    next_try_at: datetime | None = Field(default=None, sa_column=Column(Instant))
    taken_at: datetime | None = Field(default=None, sa_column=Column(Instant))
