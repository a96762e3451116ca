"""Pinning: a request keeps the protocol that it was filed under."""

from datetime import datetime

from sqlalchemy.dialects.postgresql import insert
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.protocols.shelf import Library
from platformlink.protocols.tables import ProtocolVersion


async def pin(session: AsyncSession, library: Library, slug: str, now: datetime) -> str:
    """
    Return the version of a platform's present protocol, kept for good.

    Raises: UnknownPlatform.
    """
    version = library.version(slug)
    statement = (
        insert(ProtocolVersion)
        .values(
            version=version,
            slug=slug,
            content=library.content(slug),
            first_seen_at=now,
        )
        .on_conflict_do_nothing()
    )
    await session.exec(statement)
    return version
