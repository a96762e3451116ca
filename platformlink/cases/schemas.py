"""What goes out of the cases' doors."""

from datetime import datetime

import msgspec


class CaseOut(msgspec.Struct, frozen=True, kw_only=True):
    """One case."""

    reference: str
    title: str
    offence: str
    offence_article: str
    urgency: str
    is_restricted: bool
    opened_at: datetime
    closed_at: datetime | None
    version: int


class Listed(msgspec.Struct, frozen=True):
    """A part of the list, and where the next part begins."""

    items: list[CaseOut]
    next_cursor: str | None
