"""The radar: every held account with its end, and what nobody has asked for yet."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import text

from platformlink.desk.held import MOST
from tests.desks import Desk
from tests.seats import Seat, seat

pytestmark = pytest.mark.anyio

MORE = """
with made as (
    insert into target (request_id, position, kind, typed, normalised)
    select id, n, 'username', '@more' || n, 'more' || n
    from platform_request, generate_series(1, :most) n where reference = :reference
    returning id, request_id, position)
insert into hold (request_id, target_id, state, is_open, is_assumed, until_at, renewals)
select made.request_id, made.id, one.state, true, true,
    one.until_at + made.position * interval '1 hour', 0
from made join hold one on one.request_id = made.request_id
"""
ENDS = """
update hold set until_at = :until_at where request_id = (select id from platform_request
    where reference = :reference)
"""
PROCESS = """
update clock set state = 'ended', ended_at = :now, ended_as = 'met',
    next_notice_at = null
where kind = 'legal_process' and request_id = (select id from platform_request
    where reference = :reference)
"""


async def run(desk: Desk, statement: str, **values: object) -> None:
    async with desk.runtime.sessions.begin() as session:
        await session.exec(text(statement), params=values)  # type: ignore[call-overload]


async def said(by: Seat) -> tuple[int, int]:
    """How many holds end within a week, and how many have no legal process yet."""
    page = (await by.page("/radar")).text
    found = re.search(
        r"<h1>(\d+) holds? ends? within a week; (\d+) ha(s|ve) no legal process", page
    )
    return (int(found[1]), int(found[2])) if found else (0, 0)


async def test_a_held_account_stands_on_the_radar(desk: Desk) -> None:
    name = await desk.sent()

    page = (await desk.ann.page("/radar")).text

    row = next(one for one in page.split("<tr>") if f">{name}</a>" in one)
    assert "not yet" in row
    assert "held until" in row


async def test_the_radar_counts_all_holds_and_shows_those_that_end_first(
    desk: Desk,
) -> None:
    name = await desk.sent()
    ending, without = await said(desk.lea)
    await run(desk, MORE, reference=name, most=MOST + 20)

    first = (await desk.lea.page("/radar")).text
    path = re.search(r'href="(/radar\?cursor=[^"]+)"', first)
    assert path
    rest = (await desk.lea.page(path[1])).text

    accounts = r'"identifier" dir="auto">([^<]+)'
    shown, later = (re.findall(accounts, one) for one in (first, rest))
    assert len(shown) == MOST
    assert {one for one in shown if one.startswith("more")}.isdisjoint(later)
    assert f"more{MOST + 20}" in later
    assert await said(desk.lea) == (ending, without + MOST + 20)


async def test_what_legal_process_was_sent_for_is_told_from_the_rest(
    desk: Desk,
) -> None:
    name = await desk.sent()
    _, before = await said(desk.lea)

    await run(desk, PROCESS, reference=name, now=desk.clock.now)

    page = (await desk.lea.page("/radar")).text
    row = next(one for one in page.split("<tr>") if f">{name}</a>" in one)
    assert "not yet" not in row
    assert (await said(desk.lea))[1] == before - 1


async def test_the_radar_neither_shows_nor_counts_what_its_reader_may_not_see(
    desk: Desk,
) -> None:
    stranger = await seat(desk.client, desk.runtime, "stranger")
    before = await said(stranger)
    name = await desk.sent()

    page = (await stranger.page("/radar")).text

    assert name not in page
    assert await said(stranger) == before


async def test_a_cursor_that_no_radar_gave_is_refused(desk: Desk) -> None:
    assert (await desk.ann.page("/radar?cursor=yesterday")).status_code == 422


async def test_the_radar_says_of_a_hold_what_the_board_says(desk: Desk) -> None:
    name = await desk.sent()
    until_at = desk.clock.now + timedelta(hours=33, minutes=18)
    await run(desk, ENDS, reference=name, until_at=until_at)

    page = (await desk.ann.page("/radar")).text

    row = next(one for one in page.split("<tr>") if f">{name}</a>" in one)
    assert "33 h 18 min left" in row
