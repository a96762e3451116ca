"""Requests by what somebody remembers of them: a name, an account, a word."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Select, func, union_all
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.cases.tables import Case
from platformlink.likeness import Columns, near, score
from platformlink.permissions import Actor
from platformlink.requests.queries import Line, accounts_of, seen_by
from platformlink.requests.tables import PlatformRequest, Target

MOST_WEIGHED = 400  # of each sort: a word that all have is no way to find one
NAMES: Columns = PlatformRequest.reference, PlatformRequest.platform_reference
TEXTS: Columns = PlatformRequest.narrative, PlatformRequest.narrative_local
ACCOUNTS: Columns = Target.normalised, Target.typed
OF_TEXT = 0.8  # a name that is like it is nearer than a text that has it


def _weighed(
    nearness: ColumnElement[float], condition: ColumnElement[bool], actor: Actor
) -> Select[Any]:
    """Return requests that a person may see, each with how near it is."""
    columns: list[ColumnElement[Any]] = [
        col(PlatformRequest.id).label("id"),
        nearness.label("nearness"),
    ]
    return (
        sa.select(*columns)
        .join(Case, col(Case.id) == col(PlatformRequest.case_id))
        .where(condition, seen_by(actor))
        .limit(MOST_WEIGHED)
    )


def _candidates(sought: str, actor: Actor) -> list[Select[Any]]:
    handle = sought.lstrip("@") or sought
    by_account = _weighed(score(ACCOUNTS, handle), near(ACCOUNTS, handle), actor)
    return [
        _weighed(score(NAMES, sought), near(NAMES, sought), actor),
        by_account.join(Target, col(Target.request_id) == col(PlatformRequest.id)),
        _weighed(score(TEXTS, sought) * OF_TEXT, near(TEXTS, sought), actor),
    ]


async def found(
    session: AsyncSession, sought: str, *, actor: Actor, limit: int
) -> list[Line]:
    """Return the requests that a person may see and may mean, the nearest first."""
    parts = [one.subquery() for one in _candidates(sought, actor)]
    every = union_all(
        *(sa.select(one.c.id, one.c.nearness) for one in parts)
    ).subquery()
    best = (
        sa.select(every.c.id, func.max(every.c.nearness).label("nearness"))
        .group_by(every.c.id)
        .order_by(func.max(every.c.nearness).desc(), every.c.id.desc())
        .limit(limit)
        .subquery()
    )
    query = (
        select(PlatformRequest, Case)
        .join(best, best.c.id == col(PlatformRequest.id))
        .join(Case, col(Case.id) == col(PlatformRequest.case_id))
        .order_by(best.c.nearness.desc(), col(PlatformRequest.id).desc())
    )
    rows = (await session.exec(query)).all()
    accounts = await accounts_of(session, [request.id for request, _ in rows])
    return [Line(request, case, accounts.get(request.id, [])) for request, case in rows]
