from datetime import timedelta

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from platformlink.permissions import Actor
from platformlink.ports import Runtime
from platformlink.protocols.shelf import Library
from tests import factories
from tests.factories import NOW
from tests.responses import given
from tests.seats import bearer

pytestmark = pytest.mark.anyio


async def sent(
    runtime: Runtime, *, days_ago: int, is_restricted: bool = False
) -> Actor:
    """Two clocks of theirs, running since some days; the liaison comes with it."""
    async with runtime.sessions.begin() as session:
        ann = await factories.person(session, "ann")
        await given.sent(
            session, ann, at=NOW - timedelta(days=days_ago), is_restricted=is_restricted
        )
        return await factories.person(session, "lea")


async def test_the_board_tells_what_is_overdue_with_its_reasons(
    client: AsyncTestClient[Litestar], runtime: Runtime, library: Library
) -> None:
    lea = await sent(runtime, days_ago=60)
    headers = await bearer(runtime, lea)

    answer = await client.get("/api/v1/clocks?state=overdue", headers=headers)

    items = answer.json()["items"]
    assert answer.status_code == 200
    assert items
    assert {one["urgency"] for one in items} == {"late"}
    assert all(one["sentences"] for one in items)


async def test_the_board_goes_on_where_its_last_part_ended(
    client: AsyncTestClient[Litestar], runtime: Runtime, library: Library
) -> None:
    lea = await sent(runtime, days_ago=10)
    headers = await bearer(runtime, lea)

    seen: list[int] = []
    cursor = ""
    while True:
        answer = await client.get(
            "/api/v1/clocks", params={"limit": 1, "cursor": cursor}, headers=headers
        )
        seen += [one["id"] for one in answer.json()["items"]]
        cursor = answer.json()["next_cursor"]
        if not cursor:
            break

    assert len(seen) == len(set(seen)) >= 2


async def test_a_restricted_case_is_not_on_a_strangers_board(
    client: AsyncTestClient[Litestar], runtime: Runtime, library: Library
) -> None:
    lea = await sent(runtime, days_ago=70, is_restricted=True)
    headers = await bearer(runtime, lea)
    before = await client.get("/api/v1/clocks?limit=200", headers=headers)
    await sent(runtime, days_ago=70, is_restricted=True)

    after = await client.get("/api/v1/clocks?limit=200", headers=headers)

    assert after.json() == before.json()


@pytest.mark.parametrize("query", ["state=late", "cursor=nonsense"])
async def test_a_wrong_filter_is_named(
    client: AsyncTestClient[Litestar], runtime: Runtime, library: Library, query: str
) -> None:
    lea = await sent(runtime, days_ago=1)

    answer = await client.get(
        f"/api/v1/clocks?{query}", headers=await bearer(runtime, lea)
    )

    assert answer.status_code == 422
    name, _, _ = query.partition("=")
    assert answer.json()["errors"][0]["pointer"] == f"/{name}"


@pytest.mark.parametrize("view", ["month", "list"])
async def test_the_calendar_shows_a_month(
    client: AsyncTestClient[Litestar], runtime: Runtime, library: Library, view: str
) -> None:
    lea = await sent(runtime, days_ago=3)
    headers = await bearer(runtime, lea) | {"Accept": "text/html"}

    answer = await client.get(f"/calendar?month=2026-11&view={view}", headers=headers)

    assert answer.status_code == 200
    assert "November 2026" in answer.text
    assert "Acknowledgement" in answer.text
