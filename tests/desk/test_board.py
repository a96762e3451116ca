"""The board says what would stop everybody."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from platformlink.desk.queries import MOST_CALM
from tests.desks import Desk

pytestmark = pytest.mark.anyio

MORE = """
insert into clock (request_id, subject, kind, duty, source, started_at, start_evidence,
    legal_due_at, safe_due_at, ingredients, state, notice_hours, number)
select request_id, 'more/' || n, kind, duty, source, started_at, start_evidence,
    legal_due_at + interval '1 year', safe_due_at + interval '1 year', ingredients,
    'running', '{0}', 1
from (select * from clock where request_id = (select id from platform_request
      where reference = :reference) limit 1) one, generate_series(1, :most) n
"""
WARNING = "The certificate of our seal ends at"


async def test_a_seal_that_ends_soon_stands_on_the_board(desk: Desk) -> None:
    ends_at = (await desk.runtime.ports.sealer.info()).expires_at
    at_first = (await desk.lea.page("/board")).text

    await desk.later(seconds=(ends_at - desk.clock.now - timedelta(20)).total_seconds())
    shown = (await desk.lea.page("/board")).text

    assert WARNING not in at_first
    assert WARNING in shown


async def test_of_very_many_calm_clocks_the_board_says_at_least_so_many(
    desk: Desk,
) -> None:
    values = {"reference": await desk.sent(), "most": MOST_CALM}
    async with desk.runtime.sessions.begin() as session:
        await session.exec(text(MORE), params=values)  # type: ignore[call-overload]

    shown = (await desk.lea.page("/board")).text

    assert f"At least {MOST_CALM} more are calm." in shown
    assert "The next one is due on" in shown


async def test_the_board_is_narrowed_by_the_age_and_the_state_of_requests(
    desk: Desk,
) -> None:
    name = await desk.sent()

    async def shows(narrowed: str) -> bool:
        page = await desk.lea.page(f"/board?{narrowed}&all_of_it=true")
        assert page.status_code == 200
        return f'class="reference" href="/requests/{name}"' in page.text

    assert await shows("state=sent&age=days")
    assert not await shows("state=answered")
    assert not await shows("age=weeks")
    assert not await shows("age=of-stone")
    await desk.later(days=8)
    assert await shows("age=weeks")
    assert not await shows("age=days")


async def test_calm_rows_are_shown_as_the_board_is_narrowed(desk: Desk) -> None:
    await desk.sent()

    shown = (await desk.lea.page("/board?state=sent&age=days")).text

    assert 'href="/board?age=days&amp;state=sent&amp;all_of_it=true"' in shown
