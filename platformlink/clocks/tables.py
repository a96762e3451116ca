"""Running clocks, and the days that an authority changed in a calendar."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

import msgspec
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Identity,
    Index,
    Integer,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field, SQLModel

from platformlink.clocks.calendars import in_language
from platformlink.clocks.rules import Computation, Ingredients, recompute
from platformlink.clocks.sentences import Facts, explain
from platformlink.clocks.terms import Duty, EndedAs, Evidence, Kind, Source, State
from platformlink.columns import Instant
from platformlink.values import Phrase


def _one_of(column: str, codes: type[StrEnum]) -> CheckConstraint:
    listed = ", ".join(f"'{code}'" for code in codes)
    return CheckConstraint(f"{column} in ({listed})", name=column)


class Clock(SQLModel, table=True):
    """
    One running deadline: what starts it, when it is due, how it ended.

    `next_notice_at` is when somebody must hear of it next; only a running clock has
    one. A clock that better evidence replaced stays, and the new one names it.
    """

    __tablename__ = "clock"
    __table_args__ = (
        _one_of("kind", Kind),
        _one_of("duty", Duty),
        _one_of("source", Source),
        _one_of("start_evidence", Evidence),
        _one_of("state", State),
        _one_of("ended_as", EndedAs),
        CheckConstraint("(state = 'paused') = (paused_at is not null)", name="paused"),
        CheckConstraint("(state = 'ended') = (ended_at is not null)", name="ended"),
        CheckConstraint(
            "(ended_at is null) = (ended_as is null)", name="ended_somehow"
        ),
        CheckConstraint("safe_due_at <= legal_due_at", name="safe_first"),
        CheckConstraint("legal_due_at > started_at", name="ends_after_its_start"),
        CheckConstraint(
            "next_notice_at is null or state = 'running'", name="only_running_ring"
        ),
        Index(
            "ix_clock_next_notice_at",
            "next_notice_at",
            postgresql_where=text("next_notice_at is not null"),
        ),
        # Which rang at a time that has not come yet, is asked at each look.
        Index(
            "ix_clock_noticed_at",
            "noticed_at",
            postgresql_where=text("noticed_at is not null"),
        ),
        Index(
            "ix_clock_safe_due_at",
            "safe_due_at",
            postgresql_where=text("state <> 'ended'"),
        ),
        Index(
            "uq_clock_open",
            "request_id",
            "kind",
            text("coalesce(target_id, 0)"),
            "subject",
            unique=True,
            postgresql_where=text("state <> 'ended'"),
        ),
        # An open board asks for the newest one again and again.
        Index(
            "ix_clock_ratification",
            "id",
            postgresql_where=text("kind = 'ratification' and state <> 'ended'"),
        ),
        Index("ix_clock_request_id", "request_id"),
        Index(
            "uq_clock_replaces_id",
            "replaces_id",
            unique=True,
            postgresql_where=text("replaces_id is not null"),
        ),
    )

    id: int = Field(
        default=None, sa_column=Column(BigInteger, Identity(), primary_key=True)
    )
    request_id: int | None = Field(
        default=None,
        sa_column=Column(
            BigInteger,
            ForeignKey("platform_request.id", deferrable=True, initially="DEFERRED"),
        ),
    )
    target_id: int | None = Field(
        default=None,
        sa_column=Column(
            BigInteger,
            ForeignKey("target.id", deferrable=True, initially="DEFERRED"),
        ),
    )
    subject: str = ""
    kind: str
    duty: str
    source: str
    started_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    start_evidence: str
    legal_due_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    safe_due_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    ingredients: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    state: str = State.RUNNING
    paused_at: datetime | None = Field(default=None, sa_column=Column(Instant))
    ended_at: datetime | None = Field(default=None, sa_column=Column(Instant))
    ended_as: str | None = None
    notice_hours: list[int] = Field(sa_column=Column(ARRAY(Integer), nullable=False))
    next_notice_at: datetime | None = Field(default=None, sa_column=Column(Instant))
    noticed_at: datetime | None = Field(default=None, sa_column=Column(Instant))
    warned_level: int | None = None  # hours before the end; negative: after it
    number: int = 1
    replaces_id: int | None = Field(
        default=None, sa_column=Column(BigInteger, ForeignKey("clock.id"))
    )

    @property
    def computation(self) -> Computation:
        """Return the end, computed anew from the ingredients."""
        return recompute(msgspec.convert(self.ingredients, Ingredients))

    def sentences(self, language: str) -> list[Phrase]:
        """Return why it is due then, with the names of holidays in a language."""
        return explain(in_language(self.computation, language))

    @property
    def facts(self) -> Facts:
        """Return what a chip shows of it."""
        return Facts(
            state=State(self.state),
            due_at=self.safe_due_at,
            ended_as=EndedAs(self.ended_as) if self.ended_as else None,
            is_embargo=bool(self.ingredients["term"]["is_embargo"]),
        )


class CalendarDay(SQLModel, table=True):
    """One day that an authority made a rest day or a working day; the last one wins."""

    __tablename__ = "calendar_day"
    __table_args__ = (Index("ix_calendar_day_calendar", "calendar", "id"),)

    id: int = Field(
        default=None, sa_column=Column(BigInteger, Identity(), primary_key=True)
    )
    calendar: str
    day_on: date
    is_rest: bool
    name: str = ""
    changed_by_id: int = Field(
        sa_column=Column(BigInteger, ForeignKey("app_user.id"), nullable=False)
    )
    changed_at: datetime = Field(sa_column=Column(Instant, nullable=False))
