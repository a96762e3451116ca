import asyncio
import dataclasses
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import col, select

from platformlink.notices.tables import Notice
from platformlink.permissions import Actor
from platformlink.ports import Runtime
from platformlink.protocols.shelf import Library
from platformlink.requests import news
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.anyio


def folder_with(tmp_path: Path, runtime: Runtime, text: str, name: str) -> Runtime:
    """A library in which TikTok alone has changed."""
    (tmp_path / name).write_text(text, encoding="utf-8")
    return dataclasses.replace(runtime, protocols=tmp_path)


async def filed(runtime: Runtime, library: Library) -> tuple[Actor, str]:
    async with runtime.sessions.begin() as session:
        ann = await factories.person(session, "ann")
        await factories.person(session, "lea")
        request, _ = await factories.filed(session, library, ann)
        return ann, request.draft_id


async def told(runtime: Runtime, actor: Actor) -> list[Notice]:
    query = select(Notice).where(
        Notice.user_id == actor.id, col(Notice.key).startswith("protocol/")
    )
    async with runtime.sessions() as session:
        return list((await session.exec(query)).all())


async def test_a_shorter_hold_is_told_once_to_whom_it_concerns(
    tmp_path: Path, runtime: Runtime, library: Library
) -> None:
    ann, draft_id = await filed(runtime, library)
    text = library.content("tiktok").replace("days: 90", "days: 30", 1)
    changed = folder_with(tmp_path, runtime, text, "tiktok.yaml")

    for _ in range(2):
        await asyncio.gather(*(news.notice_changed(changed, NOW) for _ in range(2)))

    (one,) = await told(runtime, ann)
    assert one.path == f"/requests/{draft_id}"
    assert "holds data for" in one.phrase["text"]


async def test_a_change_of_words_is_told_to_nobody(
    tmp_path: Path, runtime: Runtime, library: Library
) -> None:
    ann, _ = await filed(runtime, library)
    text = library.content("tiktok") + "# read again\n"
    changed = folder_with(tmp_path, runtime, text, "tiktok.yaml")

    await news.notice_changed(changed, NOW)

    assert await told(runtime, ann) == []


async def test_a_file_that_waits_is_told_on_its_day(
    tmp_path: Path, runtime: Runtime, library: Library
) -> None:
    ann, _ = await filed(runtime, library)
    text = library.content("tiktok")
    folder_with(tmp_path, runtime, text, "tiktok.yaml")
    later = text.replace("days: 90", "days: 45", 1)
    later = later.replace("\nreview:", "\neffective_on: 2026-12-01\nreview:", 1)
    changed = folder_with(tmp_path, runtime, later, "tiktok@2026-12-01.yaml")

    await news.notice_changed(changed, NOW)
    assert await told(runtime, ann) == []
    await news.notice_changed(changed, NOW + timedelta(days=7))

    assert len(await told(runtime, ann)) == 1
