"""Finding people."""

from datetime import datetime

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.identity.rules import (
    NotSignedIn,
    SignInFacts,
    holds,
    last_worked,
)
from platformlink.identity.tables import CalendarKey, SignIn, Unit, User
from platformlink.identity.tokens import Claims, fingerprint
from platformlink.permissions import Actor, Role

LATEST = 100  # sign-ins: more than anybody has in a day


def as_actor(user: User) -> Actor:
    """Return the person as the one who acts."""
    return Actor(
        id=user.id,
        unit_id=user.unit_id,
        name=user.name,
        roles=frozenset(Role(role) for role in user.roles),
        language=user.language,
    )


async def by_email(
    session: AsyncSession, email: str, *, is_to_change: bool = False
) -> User | None:
    """
    Return the person with an address, whatever its case.

    With `is_to_change` the row is locked until the transaction ends.
    """
    query = select(User).where(func.lower(col(User.email)) == email.strip().lower())
    if is_to_change:
        query = query.with_for_update()
    return (await session.exec(query)).one_or_none()


async def signed_in(
    session: AsyncSession, claims: Claims, now: datetime
) -> tuple[User, SignIn]:
    """
    Return who a token stands for, and the sign-in it names.

    Raises: NotSignedIn, if it was ended, idled, or the person is disabled.
    """
    query = (
        select(User, SignIn)
        .join(SignIn, col(SignIn.user_id) == col(User.id))
        .where(SignIn.id == claims.sign_in, User.id == claims.user_id)
    )
    row = (await session.exec(query)).one_or_none()
    if row is None:
        raise NotSignedIn
    user, entry = row
    facts = SignInFacts(
        entry.started_at, entry.last_seen_at, entry.ended_at, user.is_active
    )
    if not holds(facts, now):
        raise NotSignedIn
    return user, entry


async def last_here(
    session: AsyncSession, user_id: int, *, now: datetime
) -> datetime | None:
    """Return when a person worked here last, before the work of now; None: never."""
    query = (
        select(SignIn.started_at, SignIn.last_seen_at)
        .where(SignIn.user_id == user_id)
        .order_by(col(SignIn.last_seen_at).desc())
        .limit(LATEST)
    )
    return last_worked((await session.exec(query)).all(), now)


async def by_calendar_token(session: AsyncSession, token: str) -> User | None:
    """Return the active person whose calendar a token opens."""
    query = (
        select(User)
        .join(CalendarKey, col(CalendarKey.user_id) == col(User.id))
        .where(CalendarKey.token_sha256 == fingerprint(token), col(User.is_active))
    )
    return (await session.exec(query)).one_or_none()


async def people(session: AsyncSession, *, role: Role | None = None) -> list[User]:
    """Return all active people, or those with a role, by name."""
    query = select(User).where(col(User.is_active)).order_by(User.name)
    if role is not None:
        query = query.where(col(User.roles).contains([role]))
    return list((await session.exec(query)).all())


async def units(session: AsyncSession) -> list[Unit]:
    """Return all units by code."""
    return list((await session.exec(select(Unit).order_by(Unit.code))).all())


async def names(session: AsyncSession, ids: set[int]) -> dict[int, str]:
    """Return the names of people by id."""
    query = select(User.id, User.name).where(col(User.id).in_(ids))
    return dict((await session.exec(query)).all())
