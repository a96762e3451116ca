"""What a package tells of a case and its requests; `record.json` has this shape."""

from datetime import date, datetime
from typing import Any

import msgspec

from platformlink.dispatch.schemas import DispatchOut
from platformlink.evidence.schemas import CustodyOut, ItemOut
from platformlink.requests.schemas import CommentOut, EventOut, TargetOut
from platformlink.responses.schemas import AnswerOut


class CaseOut(msgspec.Struct, frozen=True, kw_only=True):
    """The case to which the requests belong."""

    id: int
    reference: str
    title: str
    offence: str
    offence_article: str
    urgency: str
    is_restricted: bool
    lead: str
    opened_at: datetime
    closed_at: datetime | None


class RequestOut(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked of whom, on what footing, and what came of it."""

    id: str
    reference: str | None
    state: str
    kind: str
    platform: str
    platform_name: str
    protocol_version: str
    entity: str
    instrument: str
    authorisation: dict[str, Any] | None
    urgency: str
    period: dict[str, datetime | None]
    data: list[str]
    non_disclosure: bool
    non_disclosure_until_on: date | None
    narrative: str
    nexus: str
    necessity: str
    danger: str
    language: str
    author: str
    approver: str
    created_at: datetime
    approved_at: datetime | None
    sent_at: datetime | None
    closed_at: datetime | None
    platform_reference: str
    outcome: str | None
    outcome_reasons: list[str]

    @property
    def name(self) -> str:
        """Return what the request is called."""
        return self.reference or self.id


class HoldOut(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of the copy that the platform keeps of one account's data."""

    target: int
    state: str
    is_assumed: bool
    snapshot_at: datetime | None
    until_at: datetime
    renewals: int


class LetterOut(msgspec.Struct, frozen=True, kw_only=True):
    """
    One sealed letter, and the file that it is in.

    `sha256` is of the letter as it was issued; `file_sha256` of the file, which has
    after it what proof of its seal, or what signatures, were added since.
    """

    id: int
    version: int | None
    reference: str
    kind: str
    sealed_at: datetime
    is_in_force: bool
    sha256: str
    file: str
    file_sha256: str


class ClockOut(msgspec.Struct, frozen=True, kw_only=True):
    """One clock, and in sentences why it is due then."""

    kind: str
    state: str
    duty: str
    source: str
    started_at: datetime
    legal_due_at: datetime
    safe_due_at: datetime
    ended_at: datetime | None
    ended_as: str | None
    sentences: list[str]


class EvidenceOut(msgspec.Struct, frozen=True, kw_only=True):
    """One item with its custody; `file` is empty where its bytes are not here."""

    item: ItemOut
    custody: list[CustodyOut]
    file: str


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """All that there is of one request."""

    schema: int = 1
    case: CaseOut
    request: RequestOut
    targets: list[TargetOut]
    holds: list[HoldOut]
    letters: list[LetterOut]
    dispatches: list[DispatchOut]
    answers: list[AnswerOut]
    clocks: list[ClockOut]
    evidence: list[EvidenceOut]
    events: list[EventOut]
    comments: list[CommentOut]
