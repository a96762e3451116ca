"""Which accounts are held for us, and what of them is asked for by legal process."""

from datetime import datetime, timedelta

import msgspec
from sqlalchemy import ColumnElement, and_, func, literal
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.cases.tables import Case
from platformlink.clocks.tables import Clock
from platformlink.clocks.terms import EndedAs
from platformlink.clocks.terms import Kind as ClockKind
from platformlink.lists import Place, Sort
from platformlink.permissions import Actor
from platformlink.requests.queries import seen_by
from platformlink.requests.tables import Hold, PlatformRequest, Target

MOST = 100  # of one part of the list
WEEK = timedelta(days=7)  # a hold that lapsed stays in sight for so long
# Asked for each request by itself: of all clocks at once it would read the whole table.
PROCESS = (
    select(literal(1))
    .where(
        col(Clock.request_id) == col(PlatformRequest.id),
        col(Clock.kind) == ClockKind.LEGAL_PROCESS,
        col(Clock.ended_as) == EndedAs.MET,
    )
    .limit(1)
    .correlate(PlatformRequest)
    .scalar_subquery()
)


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """One account whose data is held somewhere."""

    id: int
    request: str  # its reference
    case: str
    platform: str
    account: str
    since: datetime
    until_at: datetime
    is_assumed: bool
    has_process: bool


class Tally(msgspec.Struct, frozen=True):
    """How many accounts are held, however many a page shows."""

    held: int
    ending: int  # within a week, or over since
    without_process: int


def _open(actor: Actor, now: datetime) -> ColumnElement[bool]:
    in_sight = col(Hold.until_at) > now - WEEK
    return and_(col(Hold.is_open), in_sight, seen_by(actor))


async def soonest(
    session: AsyncSession, *, actor: Actor, now: datetime, cursor: str = ""
) -> list[Held]:
    """
    Return the open holds, soonest end first; lapsed ones of the last week too.

    Raises: BadCursor.
    """
    place = Place(Sort.CHANGED_FIRST, cursor)
    keys = col(Hold.id), col(Hold.until_at)
    query = (
        select(  # type: ignore[call-overload]  # SQLModel types four
            col(Hold.id),
            col(PlatformRequest.reference),
            col(Case.reference).label("case_reference"),
            col(PlatformRequest.platform),
            col(Target.normalised),
            func.coalesce(
                Hold.snapshot_at, PlatformRequest.sent_at, PlatformRequest.created_at
            ),
            col(Hold.until_at),
            col(Hold.is_assumed),
            PROCESS.is_not(None),
        )
        .join(Target, col(Target.id) == col(Hold.target_id))
        .join(PlatformRequest, col(PlatformRequest.id) == col(Hold.request_id))
        .join(Case, col(Case.id) == col(PlatformRequest.case_id))
        .where(_open(actor, now), *place.rest(*keys))
        .order_by(*place.order(*keys))
        .limit(MOST)
    )
    names = Held.__struct_fields__
    rows = await session.exec(query)
    return [Held(**dict(zip(names, one, strict=True))) for one in rows]


def cursor_after(found: list[Held]) -> str:
    """Return where the next part begins, or "" after the last one."""
    if len(found) < MOST:
        return ""
    last = found[-1]
    return Place(Sort.CHANGED_FIRST, "").cursor(last.id, last.until_at)


async def tally(session: AsyncSession, *, actor: Actor, now: datetime) -> Tally:
    """Return how many open holds there are in all."""
    query = (
        select(
            func.count(),
            func.count().filter(col(Hold.until_at) < now + WEEK),
            func.count().filter(PROCESS.is_(None)),
        )
        .select_from(Hold)
        .join(PlatformRequest, col(PlatformRequest.id) == col(Hold.request_id))
        .join(Case, col(Case.id) == col(PlatformRequest.case_id))
        .where(_open(actor, now))
    )
    return Tally(*(await session.exec(query)).one())
