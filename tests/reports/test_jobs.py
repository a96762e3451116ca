"""Management is told of the brief, once a month and as soon as the office opens."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import col, select

from platformlink.notices.tables import Notice
from platformlink.permissions import Role
from platformlink.ports import Runtime
from platformlink.reports import jobs
from tests.responses.given import person

pytestmark = pytest.mark.anyio

# The office opens at eight in Tirana, which is seven UTC in winter.
OPENS_AT = datetime(2026, 12, 1, 7, tzinfo=UTC)


async def told(runtime: Runtime, role: Role, *moments: datetime) -> list[str]:
    """The ways that somebody new was told, after the job ran at these moments."""
    async with runtime.sessions.begin() as session:
        somebody = await person(session, role)
    for at in moments:
        await jobs.tell_of_brief(runtime, at)
    async with runtime.sessions() as session:
        query = select(Notice.path).where(col(Notice.user_id) == somebody.id)
        return list((await session.exec(query)).all())


async def test_managers_are_told_once_of_the_whole_month_before(
    runtime: Runtime,
) -> None:
    (path,) = await told(
        runtime, Role.MANAGER, OPENS_AT, OPENS_AT, OPENS_AT + timedelta(days=20)
    )

    assert path.startswith("/reports/responsiveness.pdf?")
    assert "from=2026-11-01&to=2026-11-30" in path


async def test_nobody_is_told_before_the_office_opens(runtime: Runtime) -> None:
    early = OPENS_AT - timedelta(minutes=1)

    assert await told(runtime, Role.MANAGER, early) == []


async def test_who_reads_no_reports_is_not_told(runtime: Runtime) -> None:
    assert await told(runtime, Role.INVESTIGATOR, OPENS_AT) == []
