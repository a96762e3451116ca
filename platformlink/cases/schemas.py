"""What goes out of the cases' doors."""

from datetime import datetime

import msgspec


class CaseOut(msgspec.Struct, frozen=True, kw_only=True):
    """One case."""

    reference: str
    title: str
    offence: str
    offence_article: str
    offence_penalty: str
    urgency: str
    is_restricted: bool
    opened_at: datetime
    closed_at: datetime | None
    version: int


class MemberIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who may see a restricted case as well: the address of their account."""

    email: str


class MemberOut(msgspec.Struct, frozen=True):
    """One person who may see a restricted case."""

    name: str
    email: str


class Listed(msgspec.Struct, frozen=True):
    """A part of the list, where the next part begins, and how many there are in all."""

    items: list[CaseOut]
    next_cursor: str | None
    total: int | None = None  # told with the first part
