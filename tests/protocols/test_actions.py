from datetime import datetime

import pytest
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.protocols import actions, queries
from platformlink.protocols.shelf import Library, UnknownPlatform

pytestmark = pytest.mark.anyio


async def test_what_was_pinned_is_read_again(
    session: AsyncSession, library: Library, now: datetime
) -> None:
    version = await actions.pin(session, library, "tiktok", now)

    assert await queries.pinned(session, version) == library.get("tiktok")
    assert await queries.content(session, version) == library.content("tiktok")


async def test_pinning_twice_keeps_one(
    session: AsyncSession, library: Library, now: datetime
) -> None:
    first = await actions.pin(session, library, "twitch", now)
    second = await actions.pin(session, library, "twitch", now)

    rows = await queries.versions(session, "twitch")
    assert [row.version for row in rows] == [first]
    assert first == second


async def test_a_version_that_nobody_knows_is_missing(session: AsyncSession) -> None:
    with pytest.raises(UnknownPlatform):
        await queries.pinned(session, "0" * 64)
