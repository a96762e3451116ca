"""To whom the brief was mailed: all that reports keep."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Column, Date, Text
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
