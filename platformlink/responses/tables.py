"""What came back: responses, and what each says of each item."""

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Identity,
    Index,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from platformlink.columns import Instant
from platformlink.requests.rules import Outcome
from platformlink.responses.codes import Kind

KINDS = ", ".join(f"'{kind}'" for kind in Kind)
OUTCOMES = ", ".join(f"'{outcome}'" for outcome in Outcome)


class Response(SQLModel, table=True):
    """
    One thing that the platform did; it is never changed.

    A correction names the response that it `corrects_id`, which counts no more.
    `arrived` is when the platform says that the request reached it.
    """

    __tablename__ = "response"
    __table_args__ = (
        CheckConstraint(f"kind in ({KINDS})", name="kind"),
        CheckConstraint("received_at <= recorded_at", name="received_first"),
        CheckConstraint("until_on is null or until_at is null", name="one_until"),
        CheckConstraint("arrived_on is null or arrived_at is null", name="one_arrival"),
        Index("ix_response_request_id", "request_id", "received_at"),
        Index("ix_response_recorded_at", "recorded_at", postgresql_using="brin"),
        Index(
            "uq_response_corrects_id",
            "corrects_id",
            unique=True,
            postgresql_where=text("corrects_id is not null"),
        ),
    )

    id: int = Field(
        default=None, sa_column=Column(BigInteger, Identity(), primary_key=True)
    )
    request_id: int = Field(
        sa_column=Column(BigInteger, ForeignKey("platform_request.id"), nullable=False)
    )
    kind: str
    received_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    recorded_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    recorded_by_id: int | None = Field(
        default=None, sa_column=Column(BigInteger, ForeignKey("app_user.id"))
    )
    channel: str = ""
    sender: str = ""
    platform_reference: str = ""
    until_on: date | None = None
    until_at: datetime | None = Field(default=None, sa_column=Column(Instant))
    arrived_on: date | None = None
    arrived_at: datetime | None = Field(default=None, sa_column=Column(Instant))
    note: str = ""
    reasons: list[str] = Field(
        default_factory=list, sa_column=Column(ARRAY(Text), nullable=False)
    )
    wanted: list[str] = Field(
        default_factory=list, sa_column=Column(ARRAY(Text), nullable=False)
    )
    corrects_id: int | None = Field(
        default=None, sa_column=Column(BigInteger, ForeignKey("response.id"))
    )


class ResponseItem(SQLModel, table=True):
    """What a response says of one account in one category ("" for the account)."""

    __tablename__ = "response_item"
    __table_args__ = (
        CheckConstraint(f"outcome in ({OUTCOMES})", name="outcome"),
        Index("ix_response_item_target_id", "target_id"),
    )

    response_id: int = Field(
        sa_column=Column(BigInteger, ForeignKey("response.id"), primary_key=True)
    )
    target_id: int = Field(
        sa_column=Column(BigInteger, ForeignKey("target.id"), primary_key=True)
    )
    category: str = Field(sa_column=Column(Text, primary_key=True))
    outcome: str
    reasons: list[str] = Field(
        default_factory=list, sa_column=Column(ARRAY(Text), nullable=False)
    )
