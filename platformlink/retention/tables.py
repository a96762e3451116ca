"""Decisions on the records of cases."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Identity, Index
from sqlmodel import Field, SQLModel

from platformlink.columns import Instant


class CaseReview(SQLModel, table=True):
    """Why the records of a case are kept, and until when; the last one counts."""

    __tablename__ = "case_review"
    __table_args__ = (
        CheckConstraint("reason <> ''", name="reason"),
        Index("ix_case_review_case_id", "case_id", "keep_until_on"),
    )

    id: int = Field(
        default=None, sa_column=Column(BigInteger, Identity(), primary_key=True)
    )
    case_id: int = Field(
        sa_column=Column(BigInteger, ForeignKey("case_file.id"), nullable=False)
    )
    decided_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    decided_by_id: int = Field(
        sa_column=Column(BigInteger, ForeignKey("app_user.id"), nullable=False)
    )
    reason: str
    keep_until_on: date
