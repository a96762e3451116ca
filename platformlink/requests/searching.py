"""Requests by what somebody remembers of them: a name, an account, a word."""

import sqlalchemy as sa
from sqlalchemy import ColumnElement, literal, or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.cases.tables import Case
from platformlink.likeness import (
    EXACT,
    HAS,
    MOST_LIKE,
    Columns,
    Weighed,
    has,
    is_all,
    is_like,
    is_numbered_like,
    nearest,
    score,
    weighed,
)
from platformlink.permissions import Actor
from platformlink.requests.queries import Line, accounts_of, seen_by, within_reach
from platformlink.requests.tables import PlatformRequest, Target

NAMES: Columns = PlatformRequest.reference, PlatformRequest.platform_reference
TEXTS: Columns = PlatformRequest.narrative, PlatformRequest.narrative_local
ACCOUNTS: Columns = Target.normalised, Target.typed
# A name that is like it is nearer than a text that has it. How near a text is that is
# like it is not asked: of a long one that takes half a millisecond.
TEXT_HAS, TEXT_IS_LIKE = 0.8 * HAS, 0.4 * HAS
MOST_TEXTS = 50  # that are like it: for that each is read through


def _seen(nearness: ColumnElement[float], actor: Actor) -> Weighed:
    """Return requests that a person may see, each with how near it is."""
    return (
        weighed(PlatformRequest.id, nearness)
        .join(Case, col(Case.id) == col(PlatformRequest.case_id))
        .where(seen_by(actor))
    )


def _of_account(nearness: ColumnElement[float], actor: Actor) -> Weighed:
    is_its = col(Target.request_id) == col(PlatformRequest.id)
    return _seen(nearness, actor).join(Target, is_its)


def _known(sought: str, actor: Actor) -> list[Weighed]:
    handle = sought.lstrip("@") or sought
    is_it, of_text = literal(EXACT), literal(TEXT_HAS)
    account, name = score(ACCOUNTS, handle) + HAS, score(NAMES, sought) + HAS
    is_named = or_(
        col(PlatformRequest.reference) == sought.upper(),
        is_all([PlatformRequest.platform_reference], sought),
    )
    return [
        _seen(is_it, actor).where(is_named),
        _of_account(is_it, actor).where(is_all(ACCOUNTS, handle)),
        _seen(name, actor).where(has(NAMES, sought)),
        _of_account(account, actor).where(has(ACCOUNTS, handle)),
        _seen(of_text, actor).where(has(TEXTS, sought)),
    ]


def _guesses(sought: str, actor: Actor) -> list[Weighed]:
    """Return what is like it; each goes through so many of one table and no more."""
    handle = sought.lstrip("@") or sought
    is_named = or_(
        is_numbered_like(PlatformRequest.reference, sought),
        is_like([PlatformRequest.platform_reference], sought),
    )
    own = sa.select(col(PlatformRequest.id)).where(within_reach(actor))
    names = own.where(is_named).limit(MOST_LIKE).subquery()
    texts = own.where(is_like(TEXTS, sought)).limit(MOST_TEXTS).subquery()
    accounts = (
        sa.select(col(Target.id))
        .where(is_like(ACCOUNTS, handle))
        .limit(MOST_LIKE)
        .subquery()
    )
    return [
        _seen(score(NAMES, sought), actor).join(
            names, names.c.id == col(PlatformRequest.id)
        ),
        _of_account(score(ACCOUNTS, handle), actor).join(
            accounts, accounts.c.id == col(Target.id)
        ),
        _seen(literal(TEXT_IS_LIKE), actor).join(
            texts, texts.c.id == col(PlatformRequest.id)
        ),
    ]


async def found(
    session: AsyncSession, sought: str, *, actor: Actor, limit: int
) -> list[Line]:
    """Return the requests that a person may see and may mean, the nearest first."""
    ids = await nearest(session, _known(sought, actor), _guesses(sought, actor), limit)
    query = (
        select(PlatformRequest, Case)
        .join(Case, col(Case.id) == col(PlatformRequest.case_id))
        .where(col(PlatformRequest.id).in_(ids), seen_by(actor))
    )
    rows = {one.id: (one, case) for one, case in (await session.exec(query)).all()}
    accounts = await accounts_of(session, ids)
    return [Line(*rows[one], accounts.get(one, [])) for one in ids if one in rows]
