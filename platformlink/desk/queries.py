"""What stands on board and front page, with the caller's permission in the WHERE."""

from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, and_, case, func, text, true, tuple_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.cases.tables import Case
from platformlink.clocks.tables import Clock
from platformlink.clocks.terms import Kind as ClockKind
from platformlink.clocks.terms import State as ClockState
from platformlink.desk.rules import AGE_DAYS, Age
from platformlink.dispatch.rules import Status
from platformlink.dispatch.tables import Dispatch
from platformlink.identity.tables import Unit, User
from platformlink.permissions import Actor, Reach, Right, may, reach
from platformlink.requests.queries import accounts_of, seen_by
from platformlink.requests.rules import OVER, NoSuchRequest, State
from platformlink.requests.tables import PlatformRequest, Reminder, listed
from platformlink.values import in_utc

ALL: ColumnElement[bool] = true()  # no further condition
# In the words of the partial index, so that only what is open is looked at.
IS_OPEN = text(f"platform_request.state not in ({listed(OVER)})")
MOST_ROWS = 60  # of the board: nobody works through more at once
MOST_CALM = 500  # counted of those that end later: a million would take a second


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What a board is narrowed by; empty means all."""

    platform: str = ""
    unit: str = ""
    kind: str = ""
    state: str = ""
    clock_kind: str = ""
    from_at: datetime | None = None
    after: tuple[datetime, int] | None = None  # of the last clock seen


class Row(msgspec.Struct, frozen=True):
    """One clock with its request."""

    clock: Clock
    request: PlatformRequest
    case: Case
    unit: str
    author: str
    accounts: list[str]
    reminders: list[int]


def cursor_of(row: Row) -> str:
    """Return the place of a row, after which the next part begins."""
    return f"{row.clock.safe_due_at.isoformat()}~{row.clock.id}"


def read_cursor(text: str) -> tuple[datetime, int] | None:
    """
    Return the place that a cursor names, or None for the beginning.

    Raises: ValueError.
    """
    if not text:
        return None
    moment, _, number = text.partition("~")
    found = datetime.fromisoformat(moment)
    return in_utc(found), int(number)


def age_at(now: datetime) -> ColumnElement[str]:
    """Return the Age of a request, as an expression."""
    begun = func.coalesce(PlatformRequest.submitted_at, PlatformRequest.created_at)
    younger = [(begun > now - timedelta(days=n), age) for age, n in AGE_DAYS.items()]
    return case(*younger, else_=Age.LONGER)


def ending(actor: Actor, until_at: datetime) -> ColumnElement[bool]:
    """Return the condition of open clocks that end before an instant; joins Case."""
    is_open = col(Clock.state) != ClockState.ENDED
    return and_(is_open, col(Clock.safe_due_at) < until_at, seen_by(actor))


async def running(
    session: AsyncSession,
    wanted: Wanted,
    *,
    actor: Actor,
    until_at: datetime,
    limit: int = MOST_ROWS,
    only: ColumnElement[bool] = ALL,
) -> list[Row]:
    """Return the open clocks that end before an instant, the most urgent first."""
    query = (
        select(Clock, PlatformRequest, Case, Unit.code, User.name)  # type: ignore[call-overload]  # SQLModel types four
        .join(PlatformRequest, col(PlatformRequest.id) == col(Clock.request_id))
        .join(Case, col(Case.id) == col(PlatformRequest.case_id))
        .join(Unit, col(Unit.id) == col(PlatformRequest.unit_id))
        .join(User, col(User.id) == col(PlatformRequest.author_id))
        .where(ending(actor, until_at), only)
        .order_by(col(Clock.safe_due_at), col(Clock.id))
        .limit(limit)
    )
    if wanted.platform:
        query = query.where(PlatformRequest.platform == wanted.platform)
    if wanted.unit:
        query = query.where(Unit.code == wanted.unit)
    if wanted.kind:
        query = query.where(PlatformRequest.kind == wanted.kind)
    if wanted.state:
        query = query.where(PlatformRequest.state == wanted.state)
    if wanted.clock_kind:
        query = query.where(Clock.kind == wanted.clock_kind)
    if wanted.from_at is not None:
        query = query.where(col(Clock.safe_due_at) >= wanted.from_at)
    if wanted.after is not None:
        place = tuple_(col(Clock.safe_due_at), col(Clock.id))
        query = query.where(place > wanted.after)
    found = (await session.exec(query)).all()
    ids = list({request.id for _, request, _, _, _ in found})
    accounts = await accounts_of(session, ids)
    reminders = await _reminders(session, ids)
    return [
        Row(
            clock,
            request,
            case,
            unit,
            author,
            accounts.get(request.id, []),
            reminders.get(request.id, []),
        )
        for clock, request, case, unit, author in found
    ]


async def _reminders(session: AsyncSession, ids: list[int]) -> dict[int, list[int]]:
    """Return the levels of drafted reminders that wait, by request."""
    query = select(Reminder.request_id, Reminder.level).where(
        col(Reminder.request_id).in_(ids),
        col(Reminder.sent_at).is_(None),
        col(Reminder.letter_id).is_(None),
    )
    found: dict[int, list[int]] = {}
    for request_id, level in (await session.exec(query)).all():
        found.setdefault(request_id, []).append(level)
    return found


async def count_running(
    session: AsyncSession, *, actor: Actor, until_at: datetime, now: datetime
) -> list[tuple[tuple[str, ...], int]]:
    """Return how many open clocks end before an instant, by FIELDS in their order."""
    query = (
        select(  # type: ignore[call-overload]  # SQLModel types four
            col(PlatformRequest.platform),
            col(Unit.code),
            col(PlatformRequest.kind),
            age_at(now).label("age"),
            col(PlatformRequest.state),
            func.count(),
        )
        .select_from(Clock)
        .join(PlatformRequest, col(PlatformRequest.id) == col(Clock.request_id))
        .join(Case, col(Case.id) == col(PlatformRequest.case_id))
        .join(Unit, col(Unit.id) == col(PlatformRequest.unit_id))
        .where(ending(actor, until_at))
        .group_by(text("1, 2, 3, 4, 5"))
    )
    found = (await session.exec(query)).all()
    return [(tuple(codes), count) for *codes, count in found]


async def next_calm(
    session: AsyncSession, *, actor: Actor, after_at: datetime
) -> tuple[int, datetime | None]:
    """Return how many open clocks end later (MOST_CALM: or more), and the first end."""
    query = (
        select(Clock.safe_due_at)
        .join(PlatformRequest, col(PlatformRequest.id) == col(Clock.request_id))
        .join(Case, col(Case.id) == col(PlatformRequest.case_id))
        .where(
            col(Clock.state) != ClockState.ENDED,
            col(Clock.safe_due_at) >= after_at,
            IS_OPEN,
            seen_by(actor),
        )
        .order_by(col(Clock.safe_due_at))
        .limit(MOST_CALM)
    )
    ends = (await session.exec(query)).all()
    return len(ends), min(ends, default=None)


async def newest_emergency(session: AsyncSession, *, actor: Actor) -> int:
    """Return the latest emergency of others that waits for its ratification, or 0."""
    query = (
        select(func.max(Clock.id))
        .select_from(Clock)
        .join(PlatformRequest, col(PlatformRequest.id) == col(Clock.request_id))
        .join(Case, col(Case.id) == col(PlatformRequest.case_id))
        .where(
            Clock.kind == ClockKind.RATIFICATION,
            col(Clock.state) != ClockState.ENDED,
            col(PlatformRequest.author_id) != actor.id,
            seen_by(actor),
        )
    )
    return (await session.exec(query)).one() or 0


async def known_names(
    session: AsyncSession, ids: set[int], *, actor: Actor
) -> dict[int, str]:
    """
    Return the names of requests that an administrator may know of, by id.

    A restricted case is known to its members only.
    """
    query = (
        select(PlatformRequest)
        .join(Case, col(Case.id) == col(PlatformRequest.case_id))
        .where(col(PlatformRequest.id).in_(ids), seen_by(actor, Right.ADMINISTER))
    )
    rows = await session.exec(query)
    return {one.id: one.reference or one.draft_id for one in rows}


class Doubt(msgspec.Struct, frozen=True):
    """A sending of which nobody knows, or one that was refused."""

    dispatch: Dispatch
    request: PlatformRequest
    case: Case


async def doubtful(session: AsyncSession, *, actor: Actor) -> list[Doubt]:
    """Return the sendings that a person must look at, the oldest first."""
    query = (
        select(Dispatch, PlatformRequest, Case)
        .join(PlatformRequest, col(PlatformRequest.id) == col(Dispatch.request_id))
        .join(Case, col(Case.id) == col(PlatformRequest.case_id))
        .where(Dispatch.status == Status.UNCERTAIN, seen_by(actor))
        .order_by(col(Dispatch.claimed_at))
    )
    return [Doubt(d, r, c) for d, r, c in (await session.exec(query)).all()]


class Part(msgspec.Struct, frozen=True):
    """The first requests of a list, each with its case, and how many it has in all."""

    count: int = 0
    rows: list[tuple[PlatformRequest, Case]] = []


async def _part(
    session: AsyncSession,
    order: Any,  # noqa: ANN401 - what a column is, mapped or not
    *conditions: ColumnElement[bool],
    actor: Actor,
    most: int,
) -> Part:
    query = (
        select(PlatformRequest, Case, func.count().over())
        .join(Case, col(Case.id) == col(PlatformRequest.case_id))
        .where(*conditions, seen_by(actor))
        .order_by(order)
        .limit(most)
    )
    found = (await session.exec(query)).all()
    return Part(found[0][2] if found else 0, [(r, c) for r, c, _ in found])


async def to_review(session: AsyncSession, *, actor: Actor, most: int) -> Part:
    """Return what the caller may approve and did not write, the oldest first."""
    if not may(actor, Right.APPROVE):
        return Part()
    is_others = col(PlatformRequest.author_id) != actor.id
    is_waiting = col(PlatformRequest.state) == State.IN_REVIEW
    order = col(PlatformRequest.submitted_at)
    return await _part(session, order, is_waiting, is_others, actor=actor, most=most)


async def own_open(session: AsyncSession, *, actor: Actor, most: int) -> Part:
    """Return the caller's own requests that are not over, the latest changed first."""
    is_own = col(PlatformRequest.author_id) == actor.id
    is_open = col(PlatformRequest.state).not_in(OVER)
    order = col(PlatformRequest.changed_at).desc()
    return await _part(session, order, is_own, is_open, actor=actor, most=most)


async def ready_to_send(session: AsyncSession, *, actor: Actor, most: int) -> Part:
    """Return the sealed requests that nobody has sent yet, and the caller may send."""
    is_ready = col(PlatformRequest.state) == State.READY
    is_own = col(PlatformRequest.author_id) == actor.id
    may_send = ALL if reach(actor, Right.SEND) is Reach.ALL else is_own
    order = col(PlatformRequest.approved_at)
    return await _part(session, order, is_ready, may_send, actor=actor, most=most)


async def count_all(
    session: AsyncSession, *, now: datetime
) -> list[tuple[str, str, int]]:
    """Return how many open clocks are late, by platform and kind; numbers only."""
    query = (
        select(PlatformRequest.platform, col(Clock.kind), func.count())
        .select_from(Clock)
        .join(PlatformRequest, col(PlatformRequest.id) == col(Clock.request_id))
        .join(Case, col(Case.id) == col(PlatformRequest.case_id))
        .where(
            col(Clock.state) != ClockState.ENDED,
            col(Clock.safe_due_at) <= now,
            # A number must not betray a restricted case.
            col(Case.is_restricted).is_(False),
        )
        .group_by(col(PlatformRequest.platform), col(Clock.kind))
    )
    return [(p, k, n) for p, k, n in (await session.exec(query)).all()]


async def clock_seen(session: AsyncSession, clock_id: int, *, actor: Actor) -> Clock:
    """
    Return a clock of a request that the caller may see.

    Raises: NoSuchRequest.
    """
    query = (
        select(Clock)
        .join(PlatformRequest, col(PlatformRequest.id) == col(Clock.request_id))
        .join(Case, col(Case.id) == col(PlatformRequest.case_id))
        .where(Clock.id == clock_id, seen_by(actor))
    )
    found = (await session.exec(query)).first()
    if found is None:
        raise NoSuchRequest
    return found
