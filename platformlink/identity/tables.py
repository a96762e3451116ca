"""Units, people, sign-ins, and keys of answered writes."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Identity,
    Index,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field, SQLModel

from platformlink.columns import Instant
from platformlink.identity.rules import Pace


class Unit(SQLModel, table=True):
    """One unit of the issuing authority; its name stands in the authority's file."""

    __tablename__ = "unit"

    id: int = Field(
        default=None, sa_column=Column(BigInteger, Identity(), primary_key=True)
    )
    code: str = Field(unique=True)


class User(SQLModel, table=True):
    """A person with an account."""

    __tablename__ = "app_user"
    __table_args__ = (
        Index("uq_app_user_email", text("lower(email)"), unique=True),
        CheckConstraint("mail_pace in ('at_once', 'daily')", name="mail_pace"),
        CheckConstraint("density in ('comfortable', 'compact')", name="density"),
    )

    id: int = Field(
        default=None, sa_column=Column(BigInteger, Identity(), primary_key=True)
    )
    email: str
    name: str
    rank: str = ""
    badge: str = ""
    phone: str = ""
    unit_id: int = Field(
        sa_column=Column(BigInteger, ForeignKey("unit.id"), nullable=False, index=True)
    )
    roles: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    language: str = "en"
    theme: str = "auto"
    density: str = Field(
        default="comfortable", sa_column_kwargs={"server_default": "comfortable"}
    )
    mail_pace: str = Field(
        default=Pace.AT_ONCE, sa_column_kwargs={"server_default": "at_once"}
    )
    password_hash: str
    is_active: bool = True
    failed_attempts: int = 0
    rests_until_at: datetime | None = Field(default=None, sa_column=Column(Instant))
    created_at: datetime = Field(sa_column=Column(Instant, nullable=False))


class SignIn(SQLModel, table=True):
    """One sign-in, which a token names; ended at once by signing out."""

    __tablename__ = "sign_in"

    id: str = Field(primary_key=True)
    user_id: int = Field(
        sa_column=Column(
            BigInteger, ForeignKey("app_user.id"), nullable=False, index=True
        )
    )
    started_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    last_seen_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    ended_at: datetime | None = Field(default=None, sa_column=Column(Instant))


class CalendarKey(SQLModel, table=True):
    """What opens a person's calendar to their calendar program; kept as a hash."""

    __tablename__ = "calendar_key"

    user_id: int = Field(
        sa_column=Column(BigInteger, ForeignKey("app_user.id"), primary_key=True)
    )
    token_sha256: str = Field(unique=True)
    made_at: datetime = Field(sa_column=Column(Instant, nullable=False))


class AnsweredKey(SQLModel, table=True):
    """An `Idempotency-Key` with the hash of its body and the answer it got."""

    __tablename__ = "answered_key"
    __table_args__ = (UniqueConstraint("user_id", "key"),)

    id: int = Field(
        default=None, sa_column=Column(BigInteger, Identity(), primary_key=True)
    )
    user_id: int = Field(
        sa_column=Column(BigInteger, ForeignKey("app_user.id"), nullable=False)
    )
    key: str
    body_sha256: str
    status: int
    answer: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    answered_at: datetime = Field(sa_column=Column(Instant, nullable=False, index=True))
