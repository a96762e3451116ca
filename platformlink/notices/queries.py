"""Reading one's own notices."""

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.notices.tables import Notice
from platformlink.permissions import Actor


async def of_actor(
    session: AsyncSession, actor: Actor, *, limit: int = 100
) -> list[Notice]:
    """Return a person's own notices, newest first."""
    query = (
        select(Notice)
        .where(Notice.user_id == actor.id)
        .order_by(col(Notice.id).desc())
        .limit(limit)
    )
    return list((await session.exec(query)).all())


async def unread(session: AsyncSession, user_id: int) -> int:
    """Return how many notices a person has not read."""
    query = (
        select(func.count())
        .select_from(Notice)
        .where(Notice.user_id == user_id, col(Notice.read_at).is_(None))
    )
    return (await session.exec(query)).one()
