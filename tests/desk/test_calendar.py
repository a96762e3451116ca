"""The calendar: what ends on which day, and where the rest of a full day is."""

import re
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from platformlink.desk.calendar import MOST
from tests.desks import Desk
from tests.seats import Seat, seat

pytestmark = pytest.mark.anyio

MORE = """
insert into clock (request_id, subject, kind, duty, source, started_at, start_evidence,
    legal_due_at, safe_due_at, ingredients, state, notice_hours, number)
select request_id, 'more/' || n, kind, duty, source, started_at, start_evidence,
    cast(:due as timestamptz), cast(:due as timestamptz), ingredients, 'running',
    '{0}', 1
from (select * from clock where request_id = (select id from platform_request
      where reference = :reference) limit 1) one, generate_series(1, :most) n
"""
MANY = 14


async def full(desk: Desk, due: datetime, **changes: object) -> str:
    """The reference of a request of which many clocks end at an instant."""
    name = await desk.sent(**changes)
    values = {"reference": name, "due": due, "most": MANY}
    async with desk.runtime.sessions.begin() as session:
        await session.exec(text(MORE), params=values)  # type: ignore[call-overload]
    return name


def at(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}+01:00")


async def ends(by: Seat, query: str) -> int:
    """How many ends a page counts at its head."""
    page = (await by.page(f"/calendar?{query}")).text
    found = re.search(r"(\d+) clocks? ends? (in these weeks|on this day)", page)
    assert found
    return int(found[1])


async def test_a_full_day_shows_the_first_ends_and_where_all_are(desk: Desk) -> None:
    name = await full(desk, at("2027-03-17T12:00"))

    month = (await desk.ann.page("/calendar?month=2027-03")).text
    rows = (await desk.ann.page("/calendar?month=2027-03&view=list")).text
    day = (await desk.ann.page("/calendar?day=2027-03-17")).text

    (cell,) = (x for x in month.split("<td") if 'datetime="2027-03-17"' in x)
    assert cell.count(f'href="/requests/{name}"') == MOST["month"]
    assert f'href="/calendar?day=2027-03-17">{MANY - MOST["month"]} more<' in cell
    assert rows.count(f'class="reference" href="/requests/{name}"') == MOST["list"]
    assert f'href="/calendar?day=2027-03-17">{MANY - MOST["list"]} more<' in rows
    assert day.count(f'class="reference" href="/requests/{name}"') == MANY
    assert " more<" not in day


async def test_a_week_shows_its_seven_days_and_leads_to_those_beside_it(
    desk: Desk,
) -> None:
    name = await full(desk, at("2027-09-15T12:00"))

    page = (await desk.ann.page("/calendar?day=2027-09-15&view=week")).text

    days = re.findall(r'<time datetime="([^"]+)"', page)
    assert days == [f"2027-09-{number}" for number in range(13, 20)]
    assert page.count(f'href="/requests/{name}"') == MANY
    assert "day=2027-09-06&amp;view=week" in page
    assert "day=2027-09-20&amp;view=week" in page
    assert '<td class="pale' not in page


async def test_a_day_leads_to_its_own_week(desk: Desk) -> None:
    first = desk.clock.now.date().replace(day=1)

    page = (await desk.ann.page(f"/calendar?day={first}")).text

    assert f'href="/calendar?day={first}&amp;view=week"' in page


async def test_an_end_at_midnight_stands_on_the_day_that_it_closes(
    desk: Desk,
) -> None:
    before = [await ends(desk.ann, f"day=2027-05-{n}") for n in (30, 31)]
    month = await ends(desk.ann, "month=2027-06")

    await full(desk, at("2027-05-31T00:00") - timedelta(hours=1))  # summer time

    after = [await ends(desk.ann, f"day=2027-05-{n}") for n in (30, 31)]
    assert after == [before[0] + MANY, before[1]]
    assert await ends(desk.ann, "month=2027-06") == month


async def test_nobodys_calendar_counts_what_they_may_not_see(desk: Desk) -> None:
    stranger = await seat(desk.client, desk.runtime, "stranger")
    name = await full(desk, at("2027-04-14T12:00"))

    page = (await stranger.page("/calendar?day=2027-04-14")).text

    assert name not in page
    assert await ends(stranger, "month=2027-04") == 0
    assert await ends(desk.ann, "day=2027-04-14") == MANY


@pytest.mark.parametrize(
    "query", ["month=0001-01", "month=9999-12", "day=9999-12-31", "day=tomorrow"]
)
async def test_a_day_beyond_all_calendars_is_this_month(desk: Desk, query: str) -> None:
    answer = await desk.ann.page(f"/calendar?{query}")

    assert answer.status_code == 200
    assert "November 2026" in answer.text
