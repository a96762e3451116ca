"""A machine whose clock is wrong: nothing is dated by it."""

import dataclasses
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from litestar.testing import AsyncTestClient
from sqlmodel import col, select

from platformlink import wiring, worker
from platformlink.app import build
from platformlink.audit import actions as audit
from platformlink.clocks.tables import Clock
from platformlink.notices.tables import Notice
from platformlink.ports import Runtime
from platformlink.protocols.shelf import Library
from platformlink.requests.jobs import notice_due
from platformlink.requests.tables import PlatformRequest
from tests.desks import Desk

pytestmark = pytest.mark.anyio


def off_by(**span: float) -> Callable[[], datetime]:
    return lambda: datetime.now(UTC) + timedelta(**span)


def at_clock(runtime: Runtime, clock: Callable[[], datetime]) -> Runtime:
    return dataclasses.replace(runtime, clock=clock)


@pytest.mark.parametrize("seconds", [-30.0, 0.0, 30.0])
async def test_a_small_skew_is_let_pass(runtime: Runtime, seconds: float) -> None:
    desk = at_clock(runtime, off_by(seconds=seconds))

    await wiring.look_at_clock(desk)

    assert abs(await wiring.skew_seconds(desk) - seconds) < 5


@pytest.mark.parametrize("hours", [-1.0, 1.0, 24.0 * 365])
async def test_a_large_skew_is_refused_at_start(runtime: Runtime, hours: float) -> None:
    desk = at_clock(runtime, off_by(hours=hours))

    with pytest.raises(wiring.ClockWrong, match="Set it, best by NTP"):
        await wiring.look_at_clock(desk)


async def test_readyz_tells_a_wrong_clock(runtime: Runtime, library: Library) -> None:
    desk = at_clock(runtime, off_by(days=-2))

    async with AsyncTestClient(build(desk, library)) as client:
        answer = await client.get("/readyz")
        alive = await client.get("/healthz")

    assert (answer.status_code, alive.status_code) == (503, 200)
    assert answer.json()["type"] == "/problems/clock-wrong"


async def test_a_clock_behind_what_was_done_last_is_warned_of_but_works(
    runtime: Runtime, capsys: pytest.CaptureFixture[str]
) -> None:
    desk = at_clock(runtime, off_by(seconds=0))
    far = datetime.now(UTC) + timedelta(days=4000)
    async with desk.sessions.begin() as session:
        audit.record(session, actor_id=None, verb="test", subject="test/1", now=far)

    await wiring.look_at_clock(desk)

    assert await wiring.seconds_back(desk) > 3600
    assert "clock.off" in capsys.readouterr().out


@pytest.mark.parametrize("hours", [-1.0, 1.0, 24.0 * 365])
async def test_a_job_does_nothing_by_a_wrong_clock(
    runtime: Runtime, hours: float
) -> None:
    asked = []

    async def job(runtime: Runtime, now: datetime) -> int:
        asked.append(now)
        return 1

    run = worker.as_arq
    wrong = await run(at_clock(runtime, off_by(hours=hours)), job)({})
    right = await run(at_clock(runtime, off_by(hours=0)), job)({})

    assert (wrong, right, len(asked)) == (0, 1, 1)


async def told(desk: Desk, name: str) -> list[tuple[str, datetime]]:
    """What Ann was told of a request: of which clock at how many hours left, when."""
    query = select(Notice).where(
        Notice.path == f"/requests/{name}", Notice.user_id == desk.ann.actor.id
    )
    async with desk.runtime.sessions() as session:
        return [(one.key, one.told_at) for one in await session.exec(query)]


async def due(desk: Desk, name: str) -> dict[str, datetime]:
    """When each running clock of a request ends, by the key of what is told then."""
    query = (
        select(Clock)
        .join(PlatformRequest, col(PlatformRequest.id) == col(Clock.request_id))
        .where(PlatformRequest.reference == name, Clock.state == "running")
    )
    async with desk.runtime.sessions() as session:
        found = [one for one in await session.exec(query) if 0 in one.notice_hours]
    return {f"clock/{one.id}/0": one.safe_due_at for one in found}


@pytest.mark.parametrize("jump", [timedelta(hours=1), timedelta(days=365)])
async def test_a_whole_machine_that_jumps_ahead_and_back_rings_again_at_the_true_time(
    desk: Desk, jump: timedelta
) -> None:
    """The database's clock jumps with it: nothing can tell that it is wrong."""
    name, now = await desk.sent(), desk.clock.now
    ends = await due(desk, name)
    assert ends
    for after in (jump, timedelta(0), timedelta(seconds=30)):
        await notice_due(desk.runtime, now + after)

    for end in sorted(ends.values()):
        await notice_due(desk.runtime, end - timedelta(minutes=1))
        await notice_due(desk.runtime, end)

    found = await told(desk, name)
    on_time = {key: at for key, at in found if "early" not in key and key in ends}
    assert on_time == ends
    assert len(found) == len(set(found))


async def test_what_was_told_before_a_jump_is_not_told_again_after_it(
    desk: Desk,
) -> None:
    name = await desk.sent()
    first = min((await due(desk, name)).values())
    await notice_due(desk.runtime, first)
    before = await told(desk, name)

    for after in (timedelta(days=365), timedelta(seconds=30), timedelta(minutes=1)):
        await notice_due(desk.runtime, first + after)

    found = await told(desk, name)
    assert [one for one in found if one[1] < first + timedelta(days=1)] == before


async def test_two_machines_a_minute_apart_tell_once(desk: Desk) -> None:
    name = await desk.sent()
    first = min((await due(desk, name)).values())

    for seconds in (59, -59, 0, 59, 120):
        await notice_due(desk.runtime, first + timedelta(seconds=seconds))

    keys = [key for key, _ in await told(desk, name)]
    assert (len(keys), [one for one in keys if "early" in one]) == (len(set(keys)), [])
