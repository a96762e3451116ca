"""Which drafts nobody works on, and which cases wait for a decision."""

from collections.abc import Sequence
from datetime import date, datetime

import msgspec
from sqlalchemy import ColumnElement, and_, exists, false, func, or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.cases.tables import Case
from platformlink.clocks.queries import IS_OPEN
from platformlink.clocks.tables import Clock
from platformlink.evidence.tables import EvidenceItem
from platformlink.identity.tables import User
from platformlink.letters.tables import Letter
from platformlink.permissions import Actor, Right, may
from platformlink.requests.queries import seen_by
from platformlink.requests.rules import OVER, State
from platformlink.requests.tables import PlatformRequest
from platformlink.retention.tables import CaseReview

MOST = 200  # shown at once


class Due(msgspec.Struct, frozen=True):
    """A case that waits for a decision: since when it is over, and what it holds."""

    case: Case
    over_at: datetime
    letters: int
    items: int


def _is_abandoned(before_at: datetime) -> ColumnElement[bool]:
    """Return the condition of a draft that was never sealed, and rests."""
    clock = exists().where(col(Clock.request_id) == col(PlatformRequest.id), IS_OPEN)
    return and_(
        col(PlatformRequest.state) == State.DRAFT,
        col(PlatformRequest.reference).is_(None),
        col(PlatformRequest.changed_at) < before_at,
        ~clock,
    )


IS_ANNOUNCED = and_(
    col(PlatformRequest.announced_at).is_not(None),
    col(PlatformRequest.announced_at) >= col(PlatformRequest.changed_at),
)


async def to_announce(
    session: AsyncSession, before_at: datetime, *, limit: int
) -> Sequence[PlatformRequest]:
    """Return drafts that rest since then, unannounced; another worker's are left."""
    query = (
        select(PlatformRequest)
        .where(
            _is_abandoned(before_at),
            or_(
                col(PlatformRequest.announced_at).is_(None),
                col(PlatformRequest.announced_at) < col(PlatformRequest.changed_at),
            ),
        )
        .order_by(col(PlatformRequest.id))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return (await session.exec(query)).all()


async def to_empty(
    session: AsyncSession,
    before_at: datetime,
    *,
    announced_by_at: datetime,
    limit: int,
) -> Sequence[PlatformRequest]:
    """Return announced drafts whose time is over; another worker's are left."""
    query = (
        select(PlatformRequest)
        .where(
            _is_abandoned(before_at),
            IS_ANNOUNCED,
            col(PlatformRequest.announced_at) <= announced_by_at,
        )
        .order_by(col(PlatformRequest.id))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return (await session.exec(query)).all()


async def announced(
    session: AsyncSession, *, actor: Actor
) -> Sequence[tuple[PlatformRequest, str]]:
    """Return the announced drafts that an administrator may know of, with authors."""
    query = (
        select(PlatformRequest, User.name)
        .join(Case, col(Case.id) == col(PlatformRequest.case_id))
        .join(User, col(User.id) == col(PlatformRequest.author_id))
        .where(
            col(PlatformRequest.state) == State.DRAFT,
            col(PlatformRequest.reference).is_(None),
            IS_ANNOUNCED,
            seen_by(actor, Right.ADMINISTER),
        )
        .order_by(col(PlatformRequest.announced_at), col(PlatformRequest.id))
        .limit(MOST)
    )
    return [(one, name) for one, name in await session.exec(query)]


def is_due(before_at: datetime, today: date) -> ColumnElement[bool]:
    """
    Return the condition of a case that waits for a decision.

    It is over since then: no request of it has a move left, no clock runs, and no
    decision keeps it.
    """
    of_case = col(PlatformRequest.case_id) == col(Case.id)
    alive = exists().where(
        of_case,
        or_(
            col(PlatformRequest.state).not_in(OVER),
            col(PlatformRequest.changed_at) >= before_at,
        ),
    )
    clock = exists().where(
        of_case, col(Clock.request_id) == col(PlatformRequest.id), IS_OPEN
    )
    kept = exists().where(
        col(CaseReview.case_id) == col(Case.id), col(CaseReview.keep_until_on) > today
    )
    return and_(col(Case.opened_at) < before_at, ~alive, ~clock, ~kept)


def decided_by(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that a person decides on a case."""
    is_any = may(actor, Right.ADMINISTER)
    is_open = col(Case.is_restricted).is_(False) if is_any else false()
    return or_(is_open, col(Case.lead_id) == actor.id)


async def due(
    session: AsyncSession, before_at: datetime, today: date, *, actor: Actor
) -> list[Due]:
    """Return the cases that a person is asked to decide on, the oldest first."""
    of_case = col(PlatformRequest.case_id) == col(Case.id)
    over_at = select(func.max(col(PlatformRequest.changed_at))).where(of_case)
    letters = select(func.count(col(Letter.id))).where(
        of_case, col(Letter.request_id) == col(PlatformRequest.id)
    )
    items = select(func.count(col(EvidenceItem.id))).where(
        of_case, col(EvidenceItem.request_id) == col(PlatformRequest.id)
    )
    query = (
        select(
            Case,
            func.coalesce(over_at.scalar_subquery(), col(Case.opened_at)),
            letters.scalar_subquery(),
            items.scalar_subquery(),
        )
        .where(is_due(before_at, today), decided_by(actor))
        .order_by(col(Case.id))
        .limit(MOST)
    )
    return [Due(*row) for row in await session.exec(query)]


async def lock_due(
    session: AsyncSession,
    case_ids: Sequence[int],
    before_at: datetime,
    today: date,
    *,
    actor: Actor,
) -> Sequence[Case]:
    """Return those of some cases that wait for this person's decision, locked."""
    locked = select(Case).where(col(Case.id).in_(case_ids), decided_by(actor))
    await session.exec(locked.order_by(col(Case.id)).with_for_update())
    # Asked anew: whoever was faster has decided meanwhile.
    query = select(Case).where(
        col(Case.id).in_(case_ids), decided_by(actor), is_due(before_at, today)
    )
    return (await session.exec(query.order_by(col(Case.id)))).all()


async def due_by_lead(
    session: AsyncSession, before_at: datetime, today: date
) -> tuple[int, set[int]]:
    """Return how many open cases are due, and who leads restricted ones that are."""
    is_ripe = is_due(before_at, today)
    counted = select(func.count(col(Case.id))).where(
        is_ripe, col(Case.is_restricted).is_(False)
    )
    leads = select(Case.lead_id).where(is_ripe, col(Case.is_restricted))
    count = (await session.exec(counted)).one()
    return count, set((await session.exec(leads)).all())


async def kept(
    session: AsyncSession, *, actor: Actor
) -> Sequence[tuple[CaseReview, Case, str]]:
    """Return what was decided last on cases that are this person's to decide on."""
    query = (
        select(CaseReview, Case, User.name)
        .join(Case, col(Case.id) == col(CaseReview.case_id))
        .join(User, col(User.id) == col(CaseReview.decided_by_id))
        .where(decided_by(actor))
        .order_by(col(CaseReview.id).desc())
        .limit(MOST)
    )
    return [(one, case, name) for one, case, name in await session.exec(query)]
