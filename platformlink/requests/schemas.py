"""What goes in and out of the requests' doors."""

from datetime import date, datetime
from typing import Any

import msgspec


class ReasonIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why a request is returned, withdrawn or edited."""

    reason: str = ""


class TargetOut(msgspec.Struct, frozen=True):
    """One account or item, as typed and as normalised."""

    id: int
    kind: str
    value: str
    normalised: str
    seen_on: date | None


class FindingOut(msgspec.Struct, frozen=True):
    """What the protocol says of a draft: field, why, and what to do."""

    severity: str
    pointer: str
    code: str
    message: str
    mend: str
    source: str


class RequestOut(msgspec.Struct, frozen=True, kw_only=True):
    """The whole request."""

    id: str
    reference: str | None
    state: str
    whose_move: str
    kind: str
    case: str
    platform: str
    protocol_version: str
    entity: str
    holder_country: str
    targets: list[TargetOut]
    period: dict[str, datetime | None]
    data: list[str]
    instrument: str
    urgency: str
    confidentiality: dict[str, Any]
    narrative: str
    nexus: str
    necessity: str
    language: str
    author: str
    created_at: datetime
    changed_at: datetime
    approved_at: datetime | None
    sent_at: datetime | None
    needs_ratification: bool
    platform_reference: str
    outcome: str | None
    outcome_reasons: list[str]
    steps: list[str]
    findings: list[FindingOut]
    version: int


class RequestLine(msgspec.Struct, frozen=True, kw_only=True):
    """A request in a list."""

    id: str
    reference: str | None
    state: str
    kind: str
    case: str
    platform: str
    accounts: list[str]
    changed_at: datetime
    sent_at: datetime | None


class Listed(msgspec.Struct, frozen=True):
    """A part of a list, where the next part begins, and how many there are in all."""

    items: list[RequestLine]
    next_cursor: str | None
    total: int | None = None  # told with the first part


class EventOut(msgspec.Struct, frozen=True):
    """One line of the history."""

    occurred_at: datetime
    recorded_at: datetime
    actor: str
    verb: str
    text: str
    proof: str
    state: str


class CommentIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What somebody writes to colleagues; who is mentioned by @name is told."""

    text: str


class CommentOut(msgspec.Struct, frozen=True):
    """One comment; it stays as written."""

    id: int
    author: str
    written_at: datetime
    text: str


class LetterOut(msgspec.Struct, frozen=True):
    """One letter, without its bytes."""

    reference: str
    kind: str
    code: str
    sha256: str
    sealed_at: datetime
    is_in_force: bool


class ClockOut(msgspec.Struct, frozen=True, kw_only=True):
    """One clock: when it is due, literally and safely, and why."""

    kind: str
    state: str
    duty: str
    source: str
    started_at: datetime
    legal_due_at: datetime
    safe_due_at: datetime
    ended_at: datetime | None
    ended_as: str | None
    urgency: str
    words: str
    sentences: list[str]
