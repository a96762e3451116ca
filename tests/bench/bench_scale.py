"""
A desk with a million requests, ten million events and a million open clocks.

    python tests/bench/bench_scale.py --requests 1000000

It takes about 6 GB of disk while it runs, and gives them back. Without the option it
runs small.
"""

import asyncio
import statistics
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent.parent))

import click
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from platformlink.adapters import logs
from platformlink.permissions import Actor
from platformlink.ports import Runtime
from platformlink.requests import jobs
from tests.bench.bench_board import NOW, analyze, fill, page, running, sealing
from tests.bench.bench_clocks import TICKS, database, tick

SMALL = 10_000
EVENTS = 10  # of each request
DUE = 10_000  # at once
DAYS = 90  # over which the ends of the small desk's clocks are spread

RING = """
update clock set notice_hours = '{48,0}',
    next_notice_at = safe_due_at - interval '48 hours'
"""
HISTORY = """
insert into request_event (request_id, occurred_at, recorded_at, verb, phrase, proof,
    state)
select id, created_at, created_at, 'note',
    '{"text": "Sent to %(address)s", "params": {"address": "le@one.example"}}',
    '', state
from platform_request, generate_series(1, :events)
"""
FALL_DUE = """
update clock set safe_due_at = :now, legal_due_at = :now, next_notice_at = :now
where id in (select id from clock where next_notice_at > :now order by id limit :due)
"""


async def ran(engine: AsyncEngine, statement: str, **values: object) -> None:
    """Run a statement as the owner of the tables; keys are valid, so not looked up."""
    async with engine.begin() as connection:
        await connection.exec_driver_sql("set local role none")
        await connection.exec_driver_sql("set local session_replication_role = replica")
        await connection.execute(text(statement), values)


@asynccontextmanager
async def desk(requests: int) -> AsyncIterator[tuple[AsyncEngine, Runtime, Actor]]:
    """
    Yield a desk with open requests, whose notices of today are told.

    A larger desk looks further ahead: as much is due in a week at each.
    """
    async with database() as engine, sealing() as (settings, sealer):
        runtime = running(engine, settings, sealer)
        days = DAYS * max(1, requests // SMALL)
        async with runtime.sessions.begin() as session:
            actor = await fill(
                session, runtime, count=requests, still_open=requests, days=days
            )
        await ran(engine, RING)
        await ran(engine, HISTORY, events=EVENTS)
        await analyze(engine)
        await jobs.notice_due(runtime, NOW)
        yield engine, runtime, actor


async def pages(runtime: Runtime, actor: Actor, requests: int) -> dict[str, float]:
    """Return the median milliseconds of the board and of a request's page."""
    paths = {"board": "/board", "request": f"/requests/BB-2026-{requests // 2}"}
    return {
        name: statistics.median(await page(runtime, actor, path)) * 1000
        for name, path in paths.items()
    }


async def ticking(engine: AsyncEngine, requests: int) -> None:
    """Print the tick with nothing due."""
    await tick(engine, NOW)
    ticks = [await tick(engine, NOW) for _ in range(TICKS)]
    assert not any(rung for _, rung in ticks), "something was due"
    taken = [seconds * 1000 for seconds, _ in ticks]
    print(
        f"  tick, {requests:,} open clocks, none due:"
        f" median {statistics.median(taken):.1f} ms,"
        f" worst {max(taken):.1f} ms (below 10)"
    )


async def handling(engine: AsyncEngine, runtime: Runtime) -> None:
    """Print how fast many that fall due at once are told of and drafted for."""
    await ran(engine, FALL_DUE, now=NOW, due=DUE)
    began = time.perf_counter()
    found = await jobs.notice_due(runtime, NOW)
    rate = found / (time.perf_counter() - began)
    print(f"  {found:,} due at once: {rate:,.0f} a second (at least 500)")


async def measure(requests: int) -> None:
    """Print the figures."""
    async with desk(SMALL) as (_, runtime, actor):
        small = await pages(runtime, actor, SMALL)
    began = time.perf_counter()
    async with desk(requests) as (engine, runtime, actor):
        taken = time.perf_counter() - began
        print(
            f"scale: {requests:,} requests, {requests * EVENTS:,} events,"
            f" {requests:,} open clocks (filled in {taken:.0f} s)",
            flush=True,
        )
        large = await pages(runtime, actor, requests)
        for name, before in small.items():
            print(
                f"  {name} page: {large[name]:.0f} ms, {before:.0f} ms at {SMALL:,}:"
                f" {large[name] / before:.2f} times (at most 2)"
            )
        await ticking(engine, requests)
        await handling(engine, runtime)


@click.command()
@click.option("--requests", default=20_000, show_default=True)
def main(requests: int) -> None:
    """Run the benchmark."""
    logs.set_up("warning")
    asyncio.run(measure(requests))


if __name__ == "__main__":
    main()
