"""What goes out of the dispatches' doors."""

from datetime import datetime

import msgspec


class DispatchOut(msgspec.Struct, frozen=True, kw_only=True):
    """One sending."""

    id: int
    letter: str
    channel: str
    channel_kind: str
    status: str
    queued_at: datetime
    delivered_at: datetime | None
    proof: str
    message_id: str
    note: str


class VersionOut(msgspec.Struct, frozen=True):
    """A letter that others signed after us: the version to send."""

    letter: str
    sha256: str
    made_at: datetime


class ResolutionIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a person found out: went_out, send_again or give_up."""

    resolution: str


class ReminderIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which drafted reminder is sealed: 1, 2 or 3; else the lowest that waits."""

    level: int | None = None


class ReminderOut(msgspec.Struct, frozen=True):
    """A drafted reminder; `letter` is its reference once it is sealed."""

    level: int
    drafted_at: datetime
    letter: str | None


class SupplementIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Our answer, and what the platform had asked."""

    answer: str
    question: str = ""
