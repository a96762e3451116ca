"""Which clocks run, and which days are changed. The caller's right is checked above."""

from collections.abc import Collection
from datetime import UTC, date, datetime, time

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.clocks import calendars
from platformlink.clocks.calendars import Change
from platformlink.clocks.rules import DAY
from platformlink.clocks.tables import CalendarDay, Clock
from platformlink.clocks.terms import Calendar, Duty, Kind, Pause, State, Term

IS_OPEN = col(Clock.state) != State.ENDED


async def of_requests(
    session: AsyncSession, request_ids: Collection[int]
) -> list[Clock]:
    """Return all clocks of some requests, ended ones too, the most urgent first."""
    wanted = select(Clock).where(col(Clock.request_id).in_(request_ids))
    ordered = wanted.order_by(col(Clock.safe_due_at), col(Clock.id))
    return list((await session.exec(ordered)).all())


async def open_of(
    session: AsyncSession,
    request_id: int,
    *,
    kinds: Collection[Kind] = tuple(Kind),
    duties: Collection[Duty] = tuple(Duty),
) -> list[Clock]:
    """Return the clocks of a request that have not ended, the most urgent first."""
    wanted = select(Clock).where(
        col(Clock.request_id) == request_id,
        IS_OPEN,
        col(Clock.kind).in_(kinds),
        col(Clock.duty).in_(duties),
    )
    return list((await session.exec(wanted.order_by(col(Clock.safe_due_at)))).all())


async def movable(session: AsyncSession, calendar: str, day_on: date) -> list[Clock]:
    """Return the open clocks of a calendar that a day of it may move, by id."""
    wanted = select(Clock).where(
        IS_OPEN,
        col(Clock.ingredients)["term"]["calendar"].astext == calendar,
        # A day that is over before the last one is counted in no zone any more.
        col(Clock.legal_due_at) >= datetime.combine(day_on, time(), UTC) - DAY,
    )
    return list((await session.exec(wanted.order_by(col(Clock.id)))).all())


async def changed_days(session: AsyncSession, calendar: str) -> list[CalendarDay]:
    """Return what an authority changed in a calendar, the newest first."""
    wanted = select(CalendarDay).where(col(CalendarDay.calendar) == calendar)
    rows = await session.exec(wanted.order_by(col(CalendarDay.id).desc()))
    return list(rows.all())


async def changes(session: AsyncSession, calendar: str) -> list[Change]:
    """Return what an authority changed in a calendar, the oldest first."""
    wanted = select(CalendarDay).where(col(CalendarDay.calendar) == calendar)
    rows = await session.exec(wanted.order_by(col(CalendarDay.id)))
    return [Change(row.day_on, is_rest=row.is_rest, name=row.name) for row in rows]


async def calendar_of(
    session: AsyncSession,
    term: Term,
    start_at: datetime,
    pauses: tuple[Pause, ...] = (),
) -> Calendar | None:
    """
    Return the calendar that a term names, with the authority's changes, or None.

    Raises: TermWrong, CalendarUnknown.
    """
    changed = await changes(session, term.calendar) if term.calendar else []
    return calendars.covering(term, start_at, changed, pauses)
