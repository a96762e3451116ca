"""Which clocks end: on which day how many and which first, and which ones soon."""

from datetime import date, datetime
from typing import Any

import msgspec
from sqlalchemy import Boolean, ColumnElement, Date, Row, cast, func, text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.cases.tables import Case
from platformlink.clocks.sentences import Facts
from platformlink.clocks.tables import Clock
from platformlink.clocks.terms import Kind
from platformlink.clocks.terms import State as ClockState
from platformlink.desk.queries import ending
from platformlink.permissions import Actor
from platformlink.requests.queries import seen_by
from platformlink.requests.tables import PlatformRequest, Reminder


class End(msgspec.Struct, frozen=True):
    """The end of one clock, and whose it is."""

    kind: Kind
    facts: Facts
    platform: str
    reference: str  # of the request, or the id of a draft
    due_at: datetime


class Pressing(msgspec.Struct, frozen=True):
    """An end that somebody must see to."""

    end: End
    case: str  # its title, or its reference
    reminders: list[int]  # the lowest level of those that were drafted and wait


class DayEnds(msgspec.Struct, frozen=True):
    """What ends on one day: the first ends, and how many there are in all."""

    count: int
    first: list[End]


# What an end is made of: rows of all columns would be ten times as wide.
SHOWN = (
    col(Clock.kind),
    col(Clock.state),
    col(Clock.safe_due_at),
    cast(col(Clock.ingredients)["term"]["is_embargo"].astext, Boolean).label(
        "is_embargo"
    ),
    col(PlatformRequest.platform),
    func.coalesce(PlatformRequest.reference, PlatformRequest.draft_id).label("name"),
)


def _end(row: Row[Any]) -> End:
    state = ClockState(row.state)
    facts = Facts(state, row.safe_due_at, is_embargo=row.is_embargo)
    return End(Kind(row.kind), facts, row.platform, row.name, row.safe_due_at)


async def by_day(
    session: AsyncSession,
    *,
    actor: Actor,
    begin_at: datetime,
    end_at: datetime,
    zone: str,
    most: int,
) -> dict[date, DayEnds]:
    """
    Return what ends in a span, by the days of a zone; at most so many of each day.

    An end at midnight belongs to the day that it closes.
    """
    # A microsecond before: what ends at midnight has ended the day before.
    moment = col(Clock.safe_due_at) - text("interval '1 microsecond'")
    on = cast(func.timezone(zone, moment), Date)
    order = col(Clock.safe_due_at), col(Clock.id)
    ends = (
        select(  # type: ignore[call-overload]  # SQLModel types four
            on.label("on"),
            func.count().over(partition_by=on).label("total"),
            func.row_number().over(partition_by=on, order_by=order).label("place"),
            *SHOWN,
        )
        .join(PlatformRequest, col(PlatformRequest.id) == col(Clock.request_id))
        .join(Case, col(Case.id) == col(PlatformRequest.case_id))
        .where(
            col(Clock.state) != ClockState.ENDED,
            col(Clock.safe_due_at) > begin_at,
            col(Clock.safe_due_at) <= end_at,
            seen_by(actor),
        )
        .subquery()
    )
    first = ends.c.place <= most
    query = select(*ends.c).where(first).order_by(ends.c.on, ends.c.place)
    found: dict[date, DayEnds] = {}
    for row in await session.exec(query):
        day = found.setdefault(row.on, DayEnds(row.total, []))
        day.first.append(_end(row))
    return found


async def soon(
    session: AsyncSession,
    *,
    actor: Actor,
    until_at: datetime,
    only: ColumnElement[bool],
    most: int,
) -> list[Pressing]:
    """Return the open clocks that end before an instant, the most urgent first."""
    lowest = (
        select(func.min(Reminder.level))
        .where(
            col(Reminder.request_id) == col(PlatformRequest.id),
            col(Reminder.sent_at).is_(None),
            col(Reminder.letter_id).is_(None),
        )
        .correlate(PlatformRequest)
        .scalar_subquery()
    )
    query = (
        select(  # type: ignore[call-overload]  # SQLModel types four
            *SHOWN,
            func.coalesce(func.nullif(Case.title, ""), Case.reference).label("case"),
            lowest.label("level"),
        )
        .join(PlatformRequest, col(PlatformRequest.id) == col(Clock.request_id))
        .join(Case, col(Case.id) == col(PlatformRequest.case_id))
        .where(ending(actor, until_at), only)
        .order_by(col(Clock.safe_due_at), col(Clock.id))
        .limit(most)
    )
    return [
        Pressing(_end(row), row.case, [row.level] if row.level else [])
        for row in await session.exec(query)
    ]
