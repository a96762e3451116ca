"""Reading cases, with the caller's permission in the WHERE."""

import msgspec
from sqlalchemy import ColumnElement, and_, exists, false, func, literal, or_, true
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.cases.rules import NoSuchCase
from platformlink.cases.tables import Case, CaseMember
from platformlink.identity.tables import Unit, User
from platformlink.likeness import (
    EXACT,
    HAS,
    Weighed,
    has,
    is_all,
    is_like,
    is_numbered_like,
    nearest,
    score,
    weighed,
)
from platformlink.lists import Place, Sort
from platformlink.permissions import Actor, Reach, Right, Subject, reach


def seen_by(actor: Actor, right: Right = Right.READ) -> ColumnElement[bool]:
    """
    Return the condition under which a person may see a case.

    The same rule as `permissions.may`, as SQL; a test walks both over every role.
    """
    within: dict[Reach | None, ColumnElement[bool]] = {
        Reach.ALL: true(),
        Reach.UNIT: or_(
            col(Case.unit_id) == actor.unit_id, col(Case.lead_id) == actor.id
        ),
        Reach.OWN: col(Case.lead_id) == actor.id,
    }
    is_member = exists().where(
        col(CaseMember.case_id) == col(Case.id), col(CaseMember.user_id) == actor.id
    )
    open_to_all = col(Case.is_restricted).is_(False)
    return and_(within.get(reach(actor, right), false()), or_(open_to_all, is_member))


async def by_reference(
    session: AsyncSession, reference: str, *, actor: Actor, is_to_change: bool = False
) -> Case:
    """
    Return a case that the caller may see.

    With `is_to_change` the row is locked until the transaction ends.

    Raises: NoSuchCase, also where it exists but is not theirs to know.
    """
    query = (
        select(Case)
        .where(Case.reference == reference, seen_by(actor))
        .order_by(col(Case.is_restricted).desc())
    )
    if is_to_change:
        query = query.with_for_update(of=Case)
    case = (await session.exec(query)).first()
    if case is None:
        raise NoSuchCase
    return case


async def member_ids(session: AsyncSession, case: Case) -> frozenset[int] | None:
    """Return who may see a restricted case; None for one that is open to all."""
    if not case.is_restricted:
        return None
    query = select(CaseMember.user_id).where(CaseMember.case_id == case.id)
    return frozenset((await session.exec(query)).all())


async def members(session: AsyncSession, case: Case) -> list[User]:
    """Return the people who were named for a case, by name."""
    query = (
        select(User)
        .join(CaseMember, col(CaseMember.user_id) == col(User.id))
        .where(CaseMember.case_id == case.id)
        .order_by(User.name)
    )
    return list((await session.exec(query)).all())


async def subject(session: AsyncSession, case: Case) -> Subject:
    """Return a case as a subject of permissions."""
    members = await member_ids(session, case)
    return Subject(case.unit_id, case.lead_id, members)


class Filter(msgspec.Struct, frozen=True, kw_only=True):
    """What a list is narrowed by; empty means any."""

    q: str = ""
    unit: str = ""  # its code
    sort: Sort = Sort.NEWEST
    cursor: str = ""
    limit: int = 50


def _wanted(wanted: Filter, actor: Actor) -> list[ColumnElement[bool]]:
    conditions = [seen_by(actor)]
    if wanted.unit:
        unit = select(Unit.id).where(Unit.code == wanted.unit).scalar_subquery()
        conditions.append(col(Case.unit_id) == unit)
    if wanted.q.strip():
        like = f"%{wanted.q.strip()}%"
        texts = (Case.reference, Case.title, Case.offence)
        conditions.append(or_(*(col(one).ilike(like) for one in texts)))
    return conditions


async def listed(session: AsyncSession, wanted: Filter, *, actor: Actor) -> list[Case]:
    """
    Return one part of the cases that a person may see, in order.

    Raises: BadCursor.
    """
    place = Place(wanted.sort, wanted.cursor)
    keys = col(Case.id), col(Case.opened_at)
    query = (
        select(Case)
        .where(*_wanted(wanted, actor), *place.rest(*keys))
        .order_by(*place.order(*keys))
    )
    return list((await session.exec(query.limit(wanted.limit))).all())


async def counted(session: AsyncSession, wanted: Filter, *, actor: Actor) -> int:
    """Return how many cases a list has in all its parts."""
    query = select(func.count()).select_from(Case).where(*_wanted(wanted, actor))
    return (await session.exec(query)).one()


async def found(
    session: AsyncSession, sought: str, *, actor: Actor, limit: int
) -> list[Case]:
    """Return the cases that a person may see and may mean, the nearest first."""
    columns = Case.reference, Case.title, Case.offence
    nearness = score(columns, sought)
    is_numbered = is_numbered_like(Case.reference, sought)

    def those(condition: ColumnElement[bool], near: ColumnElement[float]) -> Weighed:
        return weighed(Case.id, near).where(condition, seen_by(actor))

    ids = await nearest(
        session,
        [
            those(is_all(columns, sought), literal(EXACT)),
            those(has(columns, sought), nearness + HAS),
        ],
        [
            those(or_(is_numbered, is_like([Case.title], sought)), nearness),
            those(is_like([Case.offence], sought), nearness),
        ],
        limit,
    )
    query = select(Case).where(col(Case.id).in_(ids), seen_by(actor))
    cases = {one.id: one for one in (await session.exec(query)).all()}
    return [cases[one] for one in ids if one in cases]
