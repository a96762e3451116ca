"""A machine whose clock is wrong: nothing is dated by it."""

import dataclasses
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from litestar.testing import AsyncTestClient

from platformlink import wiring, worker
from platformlink.app import build
from platformlink.audit import actions as audit
from platformlink.ports import Runtime
from platformlink.protocols.shelf import Library

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


async def test_a_job_does_nothing_by_a_wrong_clock(runtime: Runtime) -> None:
    asked = []

    async def job(runtime: Runtime, now: datetime) -> int:
        asked.append(now)
        return 1

    run = worker.as_arq
    wrong = await run(at_clock(runtime, off_by(hours=2)), job)({})
    right = await run(at_clock(runtime, off_by(hours=0)), job)({})

    assert (wrong, right, len(asked)) == (0, 1, 1)
