"""
Pinned versions, and what people did about the library.

Only a proposal ever changes, once, when it is decided; the rest is only added to.
"""

from datetime import date, datetime

from sqlalchemy import (
    CHAR,
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Identity,
    Index,
    Text,
    text,
)
from sqlmodel import Field, SQLModel

from platformlink.columns import Instant


class ProtocolVersion(SQLModel, table=True):
    """One protocol file as it once was; its key is the SHA-256 of its text."""

    __tablename__ = "protocol_version"
    __table_args__ = (Index("ix_protocol_version_slug", "slug", "first_seen_at"),)

    version: str = Field(sa_column=Column(CHAR(64), primary_key=True))
    slug: str
    content: str = Field(sa_column=Column(Text, nullable=False))
    first_seen_at: datetime = Field(sa_column=Column(Instant, nullable=False))


class ProtocolReview(SQLModel, table=True):
    """
    Somebody's word that a fact still holds; only added to.

    ``pointer`` is a JSON pointer into the version, or "" for the whole file.
    """

    __tablename__ = "protocol_review"
    __table_args__ = (
        Index("ix_protocol_review_version", "version", "reviewed_at"),
        CheckConstraint("pointer = '' or pointer like '/%'", name="pointer"),
        CheckConstraint("source <> ''", name="source"),
    )

    id: int = Field(
        default=None, sa_column=Column(BigInteger, Identity(), primary_key=True)
    )
    slug: str
    version: str = Field(
        sa_column=Column(
            CHAR(64), ForeignKey("protocol_version.version"), nullable=False
        )
    )
    pointer: str
    source: str
    reviewed_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    reviewed_by_id: int = Field(
        sa_column=Column(BigInteger, ForeignKey("app_user.id"), nullable=False)
    )


class Proposal(SQLModel, table=True):
    """A change to one place of a file: what stands there, what should, and why."""

    __tablename__ = "protocol_proposal"
    __table_args__ = (
        CheckConstraint("decided_by_id <> proposed_by_id", name="four_eyes"),
        CheckConstraint(
            "(decided_at is null) = (decided_by_id is null)"
            " and (decided_at is null) = (is_accepted is null)",
            name="decided",
        ),
        Index("ix_protocol_proposal_slug", "slug", "id"),
        Index(
            "ix_protocol_proposal_waiting",
            "id",
            postgresql_where=text("decided_at is null"),
        ),
    )

    id: int = Field(
        default=None, sa_column=Column(BigInteger, Identity(), primary_key=True)
    )
    slug: str
    version: str = Field(
        sa_column=Column(
            CHAR(64), ForeignKey("protocol_version.version"), nullable=False
        )
    )
    pointer: str
    before: str = Field(sa_column=Column(Text, nullable=False))
    after: str = Field(sa_column=Column(Text, nullable=False))
    source: str
    why: str
    proposed_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    proposed_by_id: int = Field(
        sa_column=Column(BigInteger, ForeignKey("app_user.id"), nullable=False)
    )
    decided_at: datetime | None = Field(default=None, sa_column=Column(Instant))
    decided_by_id: int | None = Field(
        default=None, sa_column=Column(BigInteger, ForeignKey("app_user.id"))
    )
    is_accepted: bool | None = None
    decision: str = ""


class ChannelConfirmation(SQLModel, table=True):
    """Somebody's word that an address is the platform's own; only added to."""

    __tablename__ = "channel_confirmation"
    __table_args__ = (
        Index(
            "uq_channel_confirmation_address",
            *("slug", "channel", "address", "confirmed_by_id"),
            unique=True,
        ),
        CheckConstraint("how <> ''", name="how"),
    )

    id: int = Field(
        default=None, sa_column=Column(BigInteger, Identity(), primary_key=True)
    )
    slug: str
    channel: str
    address: str
    how: str
    confirmed_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    confirmed_by_id: int = Field(
        sa_column=Column(BigInteger, ForeignKey("app_user.id"), nullable=False)
    )


class ProtocolChange(SQLModel, table=True):
    """A version that came into force, noted once, when those concerned were told."""

    __tablename__ = "protocol_change"

    version: str = Field(sa_column=Column(CHAR(64), primary_key=True))
    slug: str
    noted_at: datetime = Field(sa_column=Column(Instant, nullable=False))


class GuidelineText(SQLModel, table=True):
    """A platform's published text as it stood on a day; only added to."""

    __tablename__ = "guideline_text"
    __table_args__ = (
        Index(
            "uq_guideline_text_content",
            *("slug", "source", "dated_on", "sha256"),
            unique=True,
        ),
    )

    id: int = Field(
        default=None, sa_column=Column(BigInteger, Identity(), primary_key=True)
    )
    slug: str
    source: str
    dated_on: date
    sha256: str = Field(sa_column=Column(CHAR(64), nullable=False))
    content: str = Field(sa_column=Column(Text, nullable=False))
    imported_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    imported_by_id: int | None = Field(
        default=None, sa_column=Column(BigInteger, ForeignKey("app_user.id"))
    )
