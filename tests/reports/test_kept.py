"""A report of many is counted once an hour, and never for whom it was not counted."""

import html
import re
from datetime import date, datetime, timedelta
from typing import Any

import msgspec
import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient
from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.cases.tables import Case, CaseMember
from platformlink.identity.tables import User
from platformlink.permissions import Actor, MayNot, Role
from platformlink.ports import Runtime
from platformlink.reports import jobs, kept
from platformlink.reports.kept import FIGURES, REPORT, Count
from platformlink.reports.opening import Opened
from platformlink.reports.period import Period, period_of
from platformlink.reports.rules import Report
from platformlink.reports.tables import KeptReport
from tests.responses import given
from tests.responses.given import person
from tests.seats import bearer
from tests.shipped import AUTHORITY

pytestmark = pytest.mark.anyio

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SECOND = timedelta(seconds=1)
# A month in which no other test sends anything.
SENT_AT = datetime.fromisoformat("2022-05-11T15:30+02:00")
NOW = SENT_AT + 30 * DAY
THEN = NOW - 365 * DAY  # what the job counts is committed, a year before


def month(now: datetime = NOW) -> Period:
    return Period(date(2022, 5, 1), date(2022, 5, 31), now)


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "FEW", 0)


@pytest.fixture
async def lea(session: AsyncSession) -> Actor:
    return await person(session)


async def count(session: AsyncSession, actor: Actor, now: datetime = NOW) -> int:
    """How many were sent in the month, as somebody reads it at an instant."""
    found = await kept.read(session, AUTHORITY, REPORT, month(now), actor=actor)
    return found.total.sent


async def send(session: AsyncSession, author: Actor, at: datetime = SENT_AT) -> None:
    await given.sent(session, author, at=at)


async def test_it_is_counted_again_an_hour_later(
    session: AsyncSession, lea: Actor
) -> None:
    await send(session, lea)
    assert await count(session, lea) == 1
    await send(session, lea)

    assert await count(session, lea, NOW + HOUR - SECOND) == 1
    assert await count(session, lea, NOW + HOUR) == 2


async def test_few_are_counted_whenever_they_are_read(
    session: AsyncSession, lea: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "FEW", 1)
    await send(session, lea)
    assert await count(session, lea) == 1
    await send(session, lea)

    assert await count(session, lea) == 2


@pytest.mark.parametrize("what", [REPORT, FIGURES], ids=lambda one: one.name)
async def test_it_is_read_as_it_was_counted(
    session: AsyncSession, lea: Actor, what: Count[object]
) -> None:
    await send(session, lea)
    counted = await kept.read(session, AUTHORITY, what, month(), actor=lea)

    again = await kept.read(session, AUTHORITY, what, month(NOW + HOUR / 2), actor=lea)

    assert again == counted


async def test_it_is_counted_anew_once_it_is_forgotten(
    session: AsyncSession, lea: Actor
) -> None:
    await send(session, lea)
    assert await count(session, lea) == 1
    await send(session, lea)

    await kept.forget(session, AUTHORITY, REPORT, month(), actor=lea)

    assert await count(session, lea) == 2


SENT = kept.behind(Opened("sent", {}))


async def test_a_list_stays_as_long_as_its_figure(
    session: AsyncSession, lea: Actor
) -> None:
    await send(session, lea)
    figure = await count(session, lea)
    first = await kept.read(session, AUTHORITY, SENT, month(), actor=lea)
    await send(session, lea)

    soon = month(NOW + HOUR / 2)
    again = await kept.read(session, AUTHORITY, SENT, soon, actor=lea)
    other = kept.behind(Opened("answered", {}))
    answered = await kept.read(session, AUTHORITY, other, soon, actor=lea)

    assert len(first.ids) == figure == 1
    assert again == first
    assert (answered.ids, answered.among) == ((), 2)


async def test_whoever_counts_anew_is_given_new_lists_too(
    session: AsyncSession, lea: Actor
) -> None:
    await send(session, lea)
    await kept.read(session, AUTHORITY, SENT, month(), actor=lea)
    await send(session, lea)

    await kept.forget(session, AUTHORITY, REPORT, month(), actor=lea)

    found = await kept.read(session, AUTHORITY, SENT, month(), actor=lea)
    assert len(found.ids) == 2


async def test_a_list_is_only_of_what_its_reader_may_count(
    session: AsyncSession, lea: Actor
) -> None:
    await send(session, lea)
    await kept.read(session, AUTHORITY, SENT, month(), actor=lea)
    there = await person(session, Role.INVESTIGATOR, unit_code="other", name="Bob")

    found = await kept.read(session, AUTHORITY, SENT, month(), actor=there)

    assert found.ids == ()


async def test_what_an_older_release_kept_is_counted_anew(
    session: AsyncSession, lea: Actor
) -> None:
    await send(session, lea)
    await count(session, lea)
    await send(session, lea)
    older = msgspec.msgpack.encode({"total": {}})
    await session.exec(update(KeptReport).values(content=older))

    assert await count(session, lea) == 2


async def test_other_days_or_groups_are_another_count(
    session: AsyncSession, lea: Actor
) -> None:
    await send(session, lea)
    await count(session, lea)
    day = Period(date(2022, 5, 12), date(2022, 5, 12), NOW)

    grouped = await kept.read(
        session, AUTHORITY, REPORT, month(), by=("kind",), actor=lea
    )
    other = await kept.read(session, AUTHORITY, REPORT, day, actor=lea)

    assert [row.key for row in grouped.rows] == [{"kind": "disclosure"}]
    assert other.total.sent == 0


async def test_people_who_may_count_the_same_share_it(
    session: AsyncSession, lea: Actor
) -> None:
    await send(session, lea)
    await count(session, lea)
    await send(session, lea)

    assert await count(session, await person(session, name="Max")) == 1


async def test_who_may_count_other_requests_is_given_a_count_of_their_own(
    session: AsyncSession, lea: Actor
) -> None:
    await send(session, lea)
    await count(session, lea)
    here = await person(session, Role.INVESTIGATOR, name="Ana")
    there = await person(session, Role.INVESTIGATOR, unit_code="other", name="Bob")

    assert await count(session, here) == 1
    assert await count(session, there) == 0


async def test_who_moves_to_another_unit_takes_no_count_along(
    session: AsyncSession, lea: Actor
) -> None:
    await send(session, lea)
    ana = await person(session, Role.INVESTIGATOR, name="Ana")
    assert await count(session, ana) == 1

    there = (await given.unit(session, "other")).id

    assert await count(session, msgspec.structs.replace(ana, unit_id=there)) == 0


async def test_a_case_that_is_restricted_is_counted_no_more_at_once(
    session: AsyncSession, lea: Actor
) -> None:
    max_ = await person(session, name="Max")
    await send(session, lea)
    assert await count(session, max_) == 1

    case = (await session.exec(select(Case).where(Case.lead_id == lea.id))).one()
    case.is_restricted = True
    session.add_all([case, CaseMember(case_id=case.id, user_id=lea.id)])
    await session.flush()

    assert await count(session, max_) == 0
    assert await count(session, lea) == 1


async def test_who_may_not_count_is_given_nothing(session: AsyncSession) -> None:
    with pytest.raises(MayNot):
        await count(session, await person(session, Role.ADMINISTRATOR, name="Ada"))


async def read_at(runtime: Runtime, actor: Actor, now: datetime) -> Report:
    async with runtime.sessions.begin() as session:
        period = period_of(runtime.authority, now, None, None)
        return await kept.read(session, runtime.authority, REPORT, period, actor=actor)


async def rows_of(runtime: Runtime, actor: Actor) -> list[datetime]:
    async with runtime.sessions() as session:
        query = select(KeptReport.counted_at).where(KeptReport.reader_id == actor.id)
        return list(await session.exec(query))


@pytest.fixture
async def ira(runtime: Runtime) -> Actor:
    """Somebody of a unit of their own, who read a report of one request."""
    async with runtime.sessions.begin() as session:
        found = await person(
            session, Role.INVESTIGATOR, name="Ira", unit_code=f"unit{id(session)}"
        )
        await send(session, found, THEN - DAY)
    assert (await read_at(runtime, found, THEN)).total.sent == 1
    return found


async def test_the_job_counts_it_again_before_anybody_waits(
    runtime: Runtime, ira: Actor
) -> None:
    async with runtime.sessions.begin() as session:
        await send(session, ira, THEN - DAY)
    soon = THEN + timedelta(minutes=55)

    await jobs.recount(runtime, THEN + timedelta(minutes=49))
    assert await rows_of(runtime, ira) == [THEN]
    await jobs.recount(runtime, soon)

    assert await rows_of(runtime, ira) == [soon]
    found = await read_at(runtime, ira, THEN + timedelta(minutes=56))
    assert (found.as_of, found.total.sent) == (soon, 2)


async def test_the_job_counts_no_list_again(runtime: Runtime, ira: Actor) -> None:
    async with runtime.sessions.begin() as session:
        period = period_of(runtime.authority, THEN + DAY, None, None)
        await kept.read(session, runtime.authority, SENT, period, actor=ira)

    await jobs.recount(runtime, THEN + DAY + HOUR)

    assert await rows_of(runtime, ira) == [THEN + DAY + HOUR]  # the report's


async def test_the_usual_days_move_on_at_midnight(runtime: Runtime, ira: Actor) -> None:
    midnight = datetime.fromisoformat("2021-06-11T00:00+02:00")
    await read_at(runtime, ira, midnight - timedelta(minutes=9))

    await jobs.recount(runtime, midnight + timedelta(minutes=1))

    found = await read_at(runtime, ira, midnight + timedelta(minutes=2))
    assert found.to_on == date(2021, 6, 11)
    assert found.as_of == midnight + timedelta(minutes=1)


async def test_what_nobody_reads_is_counted_no_more(
    runtime: Runtime, ira: Actor
) -> None:
    await jobs.recount(runtime, THEN + 3 * DAY + HOUR)

    assert await rows_of(runtime, ira) == []


@pytest.mark.parametrize(
    "change", [{"what": "gone"}, {"by": None}], ids=["another count", "another shape"]
)
async def test_what_an_older_release_asked_for_goes_and_stops_nothing(
    runtime: Runtime, ira: Actor, change: dict[str, Any]
) -> None:
    async with runtime.sessions.begin() as session:
        mine = col(KeptReport.reader_id) == ira.id
        old = (await session.exec(select(KeptReport).where(mine))).one()
        old.asked = old.asked | change
        session.add(old)

    await jobs.recount(runtime, THEN + HOUR)

    assert await rows_of(runtime, ira) == []


async def test_it_is_not_counted_again_for_who_has_left(
    runtime: Runtime, ira: Actor
) -> None:
    async with runtime.sessions.begin() as session:
        gone = update(User).where(col(User.id) == ira.id).values(is_active=False)
        await session.exec(gone)

    await jobs.recount(runtime, THEN + HOUR)

    assert await rows_of(runtime, ira) == []


async def test_the_page_says_when_it_was_counted_and_counts_again(
    client: AsyncTestClient[Litestar], runtime: Runtime
) -> None:
    async with runtime.sessions.begin() as session:
        reader = await person(session)
        await send(session, reader, THEN - 365 * DAY)
        early = runtime.clock() - timedelta(minutes=5)
        period = Period(date(2020, 6, 1), date(2020, 6, 30), early, "disclosure")
        await kept.read(
            session,
            runtime.authority,
            REPORT,
            period,
            by=("platform",),
            actor=reader,
        )
    headers = await bearer(runtime, reader) | {"accept": "text/html"}
    days = {"from": "2020-06-01", "to": "2020-06-30"}

    old = await client.get("/reports/responsiveness", params=days, headers=headers)
    (path,) = re.findall(r'action="([^"]*/again[^"]*)"', old.text)
    again = await client.post(html.unescape(path), headers=headers)

    assert "Counted" in old.text
    assert again.status_code == 200
    assert "/again" not in again.text
    assert again.url.params["to"] == "2020-06-30"
