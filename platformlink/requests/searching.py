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
ACCOUNT = ACCOUNTS[:1]  # what it is compared with; what was typed differs by its signs
# A name that is like it is nearer than a text that has it. How near a text is that is
# like it is not asked: of a long one that takes half a millisecond.
TEXT_HAS, TEXT_IS_LIKE = 0.8 * HAS, 0.4 * HAS
MOST_TEXTS = 50  # that are like it: for that each is read through


def _seen(nearness: ColumnElement[float], seen: ColumnElement[bool]) -> Weighed:
    """Return requests that somebody may see, each with how near it is."""
    return (
        weighed(PlatformRequest.id, nearness)
        .join(Case, col(Case.id) == col(PlatformRequest.case_id))
        .where(seen)
    )


def _of_account(nearness: ColumnElement[float], seen: ColumnElement[bool]) -> Weighed:
    is_its = col(Target.request_id) == col(PlatformRequest.id)
    return _seen(nearness, seen).join(Target, is_its)


def _known(sought: str, handle: str, seen: ColumnElement[bool]) -> list[Weighed]:
    is_it, of_text = literal(EXACT), literal(TEXT_HAS)
    account, name = score(ACCOUNT, handle) + HAS, score(NAMES, sought) + HAS
    is_named = or_(
        col(PlatformRequest.reference) == sought.upper(),
        is_all([PlatformRequest.platform_reference], sought),
    )
    return [
        _seen(is_it, seen).where(is_named),
        _of_account(is_it, seen).where(is_all(ACCOUNTS, handle)),
        _seen(name, seen).where(has(NAMES, sought)),
        _of_account(account, seen).where(has(ACCOUNTS, handle)),
        _seen(of_text, seen).where(has(TEXTS, sought)),
    ]


def _guesses(
    sought: str, handle: str, seen: ColumnElement[bool], within: ColumnElement[bool]
) -> list[Weighed]:
    """Return what is like it; each goes through so many of one table and no more."""
    is_named = or_(
        is_numbered_like(PlatformRequest.reference, sought),
        is_like([PlatformRequest.platform_reference], sought),
    )
    own = sa.select(col(PlatformRequest.id)).where(within)
    names = own.where(is_named).limit(MOST_LIKE).subquery()
    texts = own.where(is_like(TEXTS, sought)).limit(MOST_TEXTS).subquery()
    is_account = is_like(ACCOUNT, handle)
    accounts = sa.select(col(Target.id)).where(is_account).limit(MOST_LIKE).subquery()
    name, account, text = score(NAMES, sought), score(ACCOUNT, handle), TEXT_IS_LIKE
    return [
        _seen(name, seen).join(names, names.c.id == col(PlatformRequest.id)),
        _of_account(account, seen).join(accounts, accounts.c.id == col(Target.id)),
        _seen(literal(text), seen).join(texts, texts.c.id == col(PlatformRequest.id)),
    ]


async def found(
    session: AsyncSession, sought: str, *, actor: Actor, limit: int
) -> list[Line]:
    """Return the requests that a person may see and may mean, the nearest first."""
    handle, seen = sought.lstrip("@") or sought, seen_by(actor)
    known = _known(sought, handle, seen)
    guesses = _guesses(sought, handle, seen, within_reach(actor))
    ids = await nearest(session, known, guesses, limit)
    query = (
        select(PlatformRequest, Case)
        .join(Case, col(Case.id) == col(PlatformRequest.case_id))
        .where(col(PlatformRequest.id).in_(ids), seen)
    )
    rows = {one.id: (one, case) for one, case in (await session.exec(query)).all()}
    accounts = await accounts_of(session, ids)
    return [Line(*rows[one], accounts.get(one, [])) for one in ids if one in rows]
