"""The versions of protocols that requests are pinned to."""

from datetime import datetime

from sqlalchemy import CHAR, Column, Index, Text
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
