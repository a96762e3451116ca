"""Cases and their members."""

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

from platformlink.columns import Instant, words_index


class Case(SQLModel, table=True):
    """One investigation that requests belong to."""

    __tablename__ = "case_file"
    __table_args__ = (
        # A taken reference must not tell a stranger of a restricted case.
        Index(
            "uq_case_file_reference",
            "reference",
            unique=True,
            postgresql_where=text("not is_restricted"),
        ),
        Index("ix_case_file_reference", "reference"),
        words_index("ix_case_file_words", "reference", "title", "offence"),
        CheckConstraint(
            "urgency in ('routine', 'urgent', 'emergency')", name="urgency"
        ),
    )

    id: int = Field(
        default=None, sa_column=Column(BigInteger, Identity(), primary_key=True)
    )
    reference: str
    title: str = ""
    offence: str
    offence_article: str = ""
    offence_penalty: str = ""
    urgency: str
    unit_id: int = Field(
        sa_column=Column(BigInteger, ForeignKey("unit.id"), nullable=False, index=True)
    )
    lead_id: int = Field(
        sa_column=Column(
            BigInteger, ForeignKey("app_user.id"), nullable=False, index=True
        )
    )
    is_restricted: bool = False
    opened_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    closed_at: datetime | None = Field(default=None, sa_column=Column(Instant))
    version: int = 1


class CaseMember(SQLModel, table=True):
    """One person who may see a restricted case."""

    __tablename__ = "case_member"

    case_id: int = Field(
        sa_column=Column(
            BigInteger, ForeignKey("case_file.id", ondelete="CASCADE"), primary_key=True
        )
    )
    user_id: int = Field(
        sa_column=Column(
            BigInteger, ForeignKey("app_user.id"), primary_key=True, index=True
        )
    )
