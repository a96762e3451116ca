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


async def told(desk: Desk, name: str) -> list[tuple[int, int]]:
    """What Ann was told of a request: of which clock, at how many hours left."""
    query = select(Notice.key).where(
        Notice.path == f"/requests/{name}", Notice.user_id == desk.ann.actor.id
    )
    async with desk.runtime.sessions() as session:
        keys = [key.split("/") for key in await session.exec(query)]
    return sorted((int(clock), int(level)) for _, clock, level in keys)


async def open_clocks(desk: Desk, name: str) -> set[int]:
    query = (
        select(Clock.id)
        .join(PlatformRequest, col(PlatformRequest.id) == col(Clock.request_id))
        .where(PlatformRequest.reference == name, Clock.state == "running")
    )
    async with desk.runtime.sessions() as session:
        return set(await session.exec(query))


@pytest.mark.parametrize("jump", [timedelta(hours=1), timedelta(days=365)])
async def test_a_whole_machine_that_jumps_ahead_and_back_misses_no_clock(
    desk: Desk, jump: timedelta
) -> None:
    """The database's clock jumps with it: nothing can tell that it is wrong."""
    name, now, all_due = await desk.sent(), desk.clock.now, timedelta(days=365)

    for after in (jump, timedelta(0), all_due, all_due + jump, all_due):
        await notice_due(desk.runtime, now + after)

    found = await told(desk, name)
    assert {clock for clock, level in found if level <= 0} == await open_clocks(
        desk, name
    )
    assert len(found) == len(set(found))
