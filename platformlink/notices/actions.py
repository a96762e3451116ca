"""Telling people, and noting that they have read."""

from collections.abc import Iterable
from datetime import datetime

import msgspec
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, update
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.notices.tables import Notice
from platformlink.permissions import Actor
from platformlink.values import Phrase


async def tell(
    session: AsyncSession,
    user_ids: Iterable[int],
    phrase: Phrase,
    *,
    key: str,
    path: str,
    now: datetime,
    is_urgent: bool = False,
) -> int:
    """Tell each person once for each key; return how many were told now."""
    said = msgspec.to_builtins(phrase)
    same = {"key": key, "phrase": said, "path": path, "told_at": now}
    rows = [
        {"user_id": one, "is_urgent": is_urgent, **same}
        for one in sorted(set(user_ids))
    ]
    if not rows:
        return 0
    statement = (
        insert(Notice).values(rows).on_conflict_do_nothing().returning(col(Notice.id))
    )
    return len((await session.exec(statement)).all())


async def read_all(session: AsyncSession, *, actor: Actor, now: datetime) -> None:
    """Note that a person has read all that they were told."""
    await session.exec(
        update(Notice)
        .where(col(Notice.user_id) == actor.id, col(Notice.read_at).is_(None))
        .values(read_at=now)
    )
