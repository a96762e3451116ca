"""What goes in and out when a response is recorded."""

from datetime import date, datetime
from typing import Annotated

import msgspec

from platformlink.requests.schemas import FindingOut
from platformlink.responses.rules import ItemIn


class ResponseIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """
    One thing that the platform did. Codes are those of `responses.codes`.

    `until` is a day (2026-12-01) or an instant with an offset; what ends then depends
    on the kind. `reasons` hold for every item that names none of its own; `wanted` is
    what more they ask for. `corrects` names the response that this one replaces.
    `sender` is the mail address from which it came. `arrived` is when they say that
    the request reached them, written as `until` is: their time counts from it.
    """

    kind: str
    received_at: Annotated[datetime, msgspec.Meta(tz=True)]
    channel: str = ""
    sender: str = ""
    platform_reference: str = ""
    items: tuple[ItemIn, ...] = ()
    until: str = ""
    arrived: str = ""
    note: str = ""
    reasons: tuple[str, ...] = ()
    wanted: tuple[str, ...] = ()
    corrects: int | None = None


class ItemOut(msgspec.Struct, frozen=True):
    """What a response says of one account in one category."""

    target: int
    category: str
    outcome: str
    reasons: list[str]


class AnswerOut(msgspec.Struct, frozen=True, kw_only=True):
    """One response, as it was recorded."""

    id: int
    kind: str
    received_at: datetime
    recorded_at: datetime
    channel: str
    sender: str
    platform_reference: str
    until_on: date | None
    until_at: datetime | None
    arrived_on: date | None
    arrived_at: datetime | None
    note: str
    reasons: list[str]
    wanted: list[str]
    items: list[ItemOut]
    corrects: int | None


class ResponseOut(AnswerOut, frozen=True, kw_only=True):
    """One response, and what it moved the request to."""

    state: str
    outcome: str
    findings: list[FindingOut]  # what is amiss with its sender


class FollowIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which of the proposals is taken."""

    key: str
