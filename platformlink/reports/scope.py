"""Which requests a report counts: what went out, as far as its reader may count."""

from sqlalchemy import ColumnElement, exists, false, or_, true
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from platformlink.authority import Authority
from platformlink.cases.tables import Case, CaseMember
from platformlink.permissions import Actor, Reach, Right, reach
from platformlink.reports.period import Period, bounds
from platformlink.requests.tables import PlatformRequest


def counted_by(actor: Actor) -> ColumnElement[bool]:
    """
    Return the condition under which a person may count a request; joins Case.

    Numbers show nobody a restricted case: those are counted for its members alone.
    """
    is_own = col(PlatformRequest.author_id) == actor.id
    within: dict[Reach | None, ColumnElement[bool]] = {
        Reach.ALL: true(),
        Reach.COUNTS: true(),
        Reach.UNIT: or_(col(PlatformRequest.unit_id) == actor.unit_id, is_own),
        Reach.OWN: is_own,
    }
    is_member = exists().where(
        col(CaseMember.case_id) == col(Case.id), col(CaseMember.user_id) == actor.id
    )
    is_open = or_(col(Case.is_restricted).is_(False), is_member)
    return is_open & within.get(reach(actor, Right.REPORT), false())


def of_kind(period: Period) -> ColumnElement[bool]:
    """Return the condition that a request is of the kind that a report is of."""
    return col(PlatformRequest.kind) == period.kind if period.kind else true()


def sent_in(authority: Authority, period: Period, actor: Actor) -> SelectOfScalar[int]:
    """Return the ids of what was sent in the period, in the authority's days."""
    start, end = bounds(authority, period)
    return (
        select(PlatformRequest.id)
        .join(Case, col(Case.id) == col(PlatformRequest.case_id))
        .where(
            col(PlatformRequest.sent_at) >= start,
            col(PlatformRequest.sent_at) < min(end, period.as_of),
            counted_by(actor),
            of_kind(period),
            col(PlatformRequest.platform) == period.platform
            if period.platform
            else true(),
        )
    )


async def scope_of(session: AsyncSession, actor: Actor) -> tuple[object, ...]:
    """
    Return what tells apart whom `counted_by` lets count what.

    Two people of one scope count the same requests; restricting a case, or letting
    somebody into one, makes another scope.
    """
    extent = reach(actor, Right.REPORT)
    is_narrow = extent in {Reach.UNIT, Reach.OWN}
    is_member = exists().where(
        col(CaseMember.case_id) == col(Case.id), col(CaseMember.user_id) == actor.id
    )
    query = select(Case.id, is_member).where(col(Case.is_restricted))
    restricted = (await session.exec(query.order_by(col(Case.id)))).all()
    return (
        extent,
        actor.unit_id if extent is Reach.UNIT else None,
        actor.id if is_narrow else None,
        [tuple(one) for one in restricted],
    )
