"""Requests, their targets, holds, history, and drafted reminders."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Identity,
    Index,
    Text,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field, SQLModel

from platformlink.columns import Instant, words_index
from platformlink.requests.rules import OVER, HoldState, Kind, State


def listed(values: object) -> str:
    """Return the values of an enumeration, as SQL lists them."""
    return ", ".join(f"'{value}'" for value in values)  # type: ignore[attr-defined]


class PlatformRequest(SQLModel, table=True):
    """One request to one platform. Only `actions.take` assigns `state`."""

    __tablename__ = "platform_request"
    __table_args__ = (
        CheckConstraint(f"state in ({listed(State)})", name="state"),
        CheckConstraint(f"kind in ({listed(Kind)})", name="kind"),
        CheckConstraint("period_from_at < period_to_at", name="period"),
        CheckConstraint(
            "state not in ('sent', 'acknowledged', 'partly_answered', 'answered')"
            " or (sent_at is not null and reference is not null)",
            name="sent_has_evidence",
        ),
        CheckConstraint(
            "state <> 'closed' or outcome is not null", name="closed_has_outcome"
        ),
        Index(
            "ix_platform_request_open",
            "id",
            postgresql_where=text(f"state not in ({listed(OVER)})"),
        ),
        Index(
            "ix_platform_request_unratified",
            "id",
            postgresql_where=text("needs_ratification"),
        ),
        # What nobody works on is looked for each night.
        Index(
            "ix_platform_request_draft",
            "changed_at",
            postgresql_where=text("state = 'draft' and reference is null"),
        ),
        Index("ix_platform_request_platform", "platform", "id"),
        Index("ix_platform_request_changed_at", "changed_at", "id"),
        words_index(
            "ix_platform_request_words",
            *("reference", "platform_reference", "narrative", "narrative_local"),
        ),
    )

    id: int = Field(
        default=None, sa_column=Column(BigInteger, Identity(), primary_key=True)
    )
    draft_id: str = Field(unique=True)
    reference: str | None = Field(default=None, unique=True)
    state: str = State.DRAFT
    state_before: str | None = None
    kind: str
    case_id: int = Field(
        sa_column=Column(
            BigInteger, ForeignKey("case_file.id"), nullable=False, index=True
        )
    )
    unit_id: int = Field(
        sa_column=Column(BigInteger, ForeignKey("unit.id"), nullable=False, index=True)
    )
    author_id: int = Field(
        sa_column=Column(
            BigInteger, ForeignKey("app_user.id"), nullable=False, index=True
        )
    )
    parent_id: int | None = Field(
        default=None,
        sa_column=Column(BigInteger, ForeignKey("platform_request.id"), index=True),
    )
    platform: str
    protocol_version: str = Field(
        sa_column=Column(Text, ForeignKey("protocol_version.version"), nullable=False)
    )
    agreement: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB))
    holder_country: str = ""
    entity: str = ""
    entity_reason: str = ""
    instrument: str = ""
    urgency: str = "routine"
    urgency_reason: str = ""
    language: str = "en"
    narrative: str = ""
    narrative_local: str = ""
    nexus: str = ""
    necessity: str = ""
    report_number: str = ""
    danger: str = ""
    averts: str = ""
    period_from_at: datetime | None = Field(default=None, sa_column=Column(Instant))
    period_to_at: datetime | None = Field(default=None, sa_column=Column(Instant))
    data: list[str] = Field(
        default_factory=list, sa_column=Column(ARRAY(Text), nullable=False)
    )
    non_disclosure: bool = True
    non_disclosure_until_on: date | None = None
    non_disclosure_reason: str = ""
    authorisation: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB))
    needs_ratification: bool = Field(
        default=False,
        sa_column=Column(Boolean, nullable=False, server_default=false()),
    )
    created_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    changed_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    # When it was said that this draft will be emptied; saving it takes that back.
    announced_at: datetime | None = Field(default=None, sa_column=Column(Instant))
    submitted_at: datetime | None = Field(default=None, sa_column=Column(Instant))
    approved_at: datetime | None = Field(default=None, sa_column=Column(Instant))
    approver_id: int | None = Field(
        default=None, sa_column=Column(BigInteger, ForeignKey("app_user.id"))
    )
    ratified_at: datetime | None = Field(default=None, sa_column=Column(Instant))
    ratifier_id: int | None = Field(
        default=None, sa_column=Column(BigInteger, ForeignKey("app_user.id"))
    )
    sent_at: datetime | None = Field(
        default=None, sa_column=Column(Instant, index=True)
    )
    platform_reference: str = ""
    escalation: int = 0
    closed_at: datetime | None = Field(default=None, sa_column=Column(Instant))
    outcome: str | None = None
    outcome_reasons: list[str] = Field(
        default_factory=list, sa_column=Column(ARRAY(Text), nullable=False)
    )
    usefulness: str = ""
    version: int = 1


class Target(SQLModel, table=True):
    """One account or item asked about: as typed and as normalised."""

    __tablename__ = "target"
    __table_args__ = (
        Index("ix_target_normalised", "kind", "normalised"),
        words_index("ix_target_words", "normalised", "typed"),
    )

    id: int = Field(
        default=None, sa_column=Column(BigInteger, Identity(), primary_key=True)
    )
    request_id: int = Field(
        sa_column=Column(
            BigInteger,
            ForeignKey("platform_request.id", ondelete="CASCADE"),
            nullable=False,
            index=True,
        )
    )
    position: int
    kind: str
    typed: str
    normalised: str
    seen_on: date | None = None


class Hold(SQLModel, table=True):
    """The copy that the platform keeps of one account's data."""

    __tablename__ = "hold"
    __table_args__ = (
        CheckConstraint(f"state in ({listed(HoldState)})", name="state"),
        Index("ix_hold_until", "until_at", postgresql_where=text("is_open")),
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
    target_id: int = Field(
        sa_column=Column(
            BigInteger, ForeignKey("target.id"), nullable=False, unique=True
        )
    )
    state: str = HoldState.REQUESTED
    is_open: bool = True
    is_assumed: bool = True
    snapshot_at: datetime | None = Field(default=None, sa_column=Column(Instant))
    until_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    renewals: int = 0


class RequestEvent(SQLModel, table=True):
    """One line of the history; it only grows."""

    __tablename__ = "request_event"
    __table_args__ = (
        Index("ix_request_event_request_id", "request_id", "id"),
        # It grows in the order of time: what happened lately lies together.
        Index("ix_request_event_recorded_at", "recorded_at", postgresql_using="brin"),
    )

    id: int = Field(
        default=None, sa_column=Column(BigInteger, Identity(), primary_key=True)
    )
    request_id: int = Field(
        sa_column=Column(BigInteger, ForeignKey("platform_request.id"), nullable=False)
    )
    occurred_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    recorded_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    actor_id: int | None = Field(
        default=None, sa_column=Column(BigInteger, ForeignKey("app_user.id"))
    )
    verb: str
    phrase: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    proof: str = ""
    state: str


class RequestComment(SQLModel, table=True):
    """What somebody wrote to colleagues beside a request; it stays as written."""

    __tablename__ = "request_comment"
    __table_args__ = (
        CheckConstraint("text <> ''", name="text"),
        Index("ix_request_comment_request_id", "request_id", "id"),
        Index("ix_request_comment_written_at", "written_at", postgresql_using="brin"),
    )

    id: int = Field(
        default=None, sa_column=Column(BigInteger, Identity(), primary_key=True)
    )
    request_id: int = Field(
        sa_column=Column(BigInteger, ForeignKey("platform_request.id"), nullable=False)
    )
    author_id: int = Field(
        sa_column=Column(BigInteger, ForeignKey("app_user.id"), nullable=False)
    )
    written_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    text: str = Field(sa_column=Column(Text, nullable=False))


class Reminder(SQLModel, table=True):
    """A reminder that a job drafted and a liaison officer sends."""

    __tablename__ = "reminder"
    __table_args__ = (
        CheckConstraint("level between 1 and 3", name="level"),
        # The job that drafts it may run twice, late, or in two workers.
        Index("uq_reminder_request_id_level", "request_id", "level", unique=True),
        Index(
            "ix_reminder_waiting",
            "request_id",
            postgresql_where=text("sent_at is null"),
        ),
    )

    id: int = Field(
        default=None, sa_column=Column(BigInteger, Identity(), primary_key=True)
    )
    request_id: int = Field(
        sa_column=Column(BigInteger, ForeignKey("platform_request.id"), nullable=False)
    )
    level: int
    drafted_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    letter_id: int | None = Field(
        default=None, sa_column=Column(BigInteger, ForeignKey("letter.id"))
    )
    sent_at: datetime | None = Field(default=None, sa_column=Column(Instant))


class DraftTemplate(SQLModel, table=True):
    """What a unit's drafts of one kind have alike, from case to case, by name."""

    __tablename__ = "draft_template"
    __table_args__ = (UniqueConstraint("unit_id", "kind", "name"),)

    id: int = Field(
        default=None, sa_column=Column(BigInteger, Identity(), primary_key=True)
    )
    unit_id: int = Field(
        sa_column=Column(BigInteger, ForeignKey("unit.id"), nullable=False)
    )
    kind: str
    name: str
    fields: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    written_by_id: int = Field(
        sa_column=Column(BigInteger, ForeignKey("app_user.id"), nullable=False)
    )
    written_at: datetime = Field(sa_column=Column(Instant, nullable=False))
