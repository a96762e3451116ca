"""Signing in and out; making, mending and disabling accounts."""

import asyncio
from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, delete, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.audit import actions as audit
from platformlink.errors import Refusal
from platformlink.identity import queries, tokens
from platformlink.identity.rules import (
    AccountRests,
    EmailTaken,
    NoSuchUser,
    WrongPassword,
    check_password,
    rest_until,
)
from platformlink.identity.tables import CalendarKey, SignIn, Unit, User
from platformlink.permissions import Role

SEEN_EVERY = timedelta(minutes=1)


class NewUser(msgspec.Struct, frozen=True, kw_only=True):
    """What an account is made from."""

    email: str
    name: str
    password: str
    unit: str
    roles: tuple[Role, ...]
    rank: str = ""
    badge: str = ""
    phone: str = ""
    language: str = "en"


async def sign_in(
    session: AsyncSession, email: str, password: str, *, now: datetime
) -> SignIn | Refusal:
    """
    Return the new sign-in, or the refusal.

    The refusal is returned, not raised, because the count of wrong passwords must
    be kept: the door raises it after the commit. Guesses at one account stand in
    line, so that each of them counts; hashing keeps nobody else waiting.
    """
    user = await queries.by_email(session, email, is_to_change=True)
    if user is None or not user.is_active:
        await asyncio.to_thread(tokens.is_password, tokens.decoy(), password)
        return WrongPassword()
    if user.rests_until_at is not None and now < user.rests_until_at:
        return AccountRests()
    if not await asyncio.to_thread(tokens.is_password, user.password_hash, password):
        user.failed_attempts += 1
        user.rests_until_at = rest_until(user.failed_attempts, now)
        audit.record(
            session,
            actor_id=user.id,
            verb="identity.sign_in_failed",
            subject=f"user/{user.id}",
            now=now,
        )
        return WrongPassword()
    user.failed_attempts, user.rests_until_at = 0, None
    entry = SignIn(
        id=tokens.new_sign_in(), user_id=user.id, started_at=now, last_seen_at=now
    )
    session.add(entry)
    audit.record(
        session,
        actor_id=user.id,
        verb="identity.signed_in",
        subject=f"user/{user.id}",
        now=now,
    )
    return entry


async def touch(session: AsyncSession, entry: SignIn, now: datetime) -> None:
    """Note that a person is still there, at most once a minute."""
    if now - entry.last_seen_at >= SEEN_EVERY:
        entry.last_seen_at = now
        session.add(entry)


async def sign_out(session: AsyncSession, entry_id: str, *, now: datetime) -> None:
    """End a sign-in: its tokens are dead at once."""
    entry = await session.get(SignIn, entry_id)
    if entry is not None and entry.ended_at is None:
        entry.ended_at = now
        audit.record(
            session,
            actor_id=entry.user_id,
            verb="identity.signed_out",
            subject=f"user/{entry.user_id}",
            now=now,
        )


async def ensure_units(session: AsyncSession, codes: Iterable[str]) -> dict[str, int]:
    """Return the ids of units by code; new ones are made."""
    found = {unit.code: unit.id for unit in await queries.units(session)}
    for code in codes:
        if code not in found:
            unit = Unit(code=code)
            session.add(unit)
            await session.flush()
            found[code] = unit.id
    return found


async def add_user(
    session: AsyncSession,
    new: NewUser,
    *,
    actor_id: int | None,
    now: datetime,
    hashed: str = "",
) -> User:
    """
    Return the new account; `hashed` is the password's hash, if made before.

    Raises: PasswordWeak, EmailTaken, NoSuchUser for an unknown unit.
    """
    check_password(new.password)
    if await queries.by_email(session, new.email):
        raise EmailTaken
    unit = (await session.exec(select(Unit).where(Unit.code == new.unit))).one_or_none()
    if unit is None:
        raise NoSuchUser("No unit has the code %(unit)s.", params={"unit": new.unit})
    hashed = hashed or await asyncio.to_thread(tokens.hash_password, new.password)
    user = User(
        email=new.email.strip(),
        name=new.name,
        rank=new.rank,
        badge=new.badge,
        phone=new.phone,
        unit_id=unit.id,
        roles=[str(role) for role in new.roles],
        language=new.language,
        password_hash=hashed,
        created_at=now,
    )
    session.add(user)
    await session.flush()
    _record(session, user, "identity.user_added", actor_id, now)
    return user


async def reset_password(
    session: AsyncSession,
    email: str,
    password: str,
    *,
    actor_id: int | None,
    now: datetime,
) -> None:
    """
    Give an account a new password; end its sign-ins, and close its calendar.

    Raises: NoSuchUser, PasswordWeak.
    """
    check_password(password)
    user = await _known(session, email)
    user.password_hash = await asyncio.to_thread(tokens.hash_password, password)
    user.failed_attempts, user.rests_until_at = 0, None
    await _end_all(session, user, now)
    _record(session, user, "identity.password_reset", actor_id, now)


async def disable(
    session: AsyncSession, email: str, *, actor_id: int | None, now: datetime
) -> None:
    """
    Close an account; end its sign-ins, and close its calendar.

    Raises: NoSuchUser.
    """
    user = await _known(session, email)
    user.is_active = False
    await _end_all(session, user, now)
    _record(session, user, "identity.user_disabled", actor_id, now)


async def open_calendar(session: AsyncSession, user: User, *, now: datetime) -> str:
    """Return a new token for a person's calendar; the one before it is dead at once."""
    token = tokens.new_calendar_token()
    kept = {"token_sha256": tokens.fingerprint(token), "made_at": now}
    statement = insert(CalendarKey).values(user_id=user.id, **kept)
    await session.exec(
        statement.on_conflict_do_update(index_elements=["user_id"], set_=kept)
    )
    _record(session, user, "identity.calendar_opened", user.id, now)
    return token


async def close_calendar(session: AsyncSession, user: User, *, now: datetime) -> None:
    """Take a person's calendar away from whoever has its address."""
    await _drop_calendar(session, user)
    _record(session, user, "identity.calendar_closed", user.id, now)


async def _drop_calendar(session: AsyncSession, user: User) -> None:
    await session.exec(delete(CalendarKey).where(col(CalendarKey.user_id) == user.id))


async def _known(session: AsyncSession, email: str) -> User:
    user = await queries.by_email(session, email)
    if user is None:
        raise NoSuchUser
    return user


async def _end_all(session: AsyncSession, user: User, now: datetime) -> None:
    await _drop_calendar(session, user)
    await session.exec(
        update(SignIn)
        .where(col(SignIn.user_id) == user.id, col(SignIn.ended_at).is_(None))
        .values(ended_at=now)
    )


def _record(
    session: AsyncSession, user: User, verb: str, actor_id: int | None, now: datetime
) -> None:
    audit.record(
        session, actor_id=actor_id, verb=verb, subject=f"user/{user.id}", now=now
    )
