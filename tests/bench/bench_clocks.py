"""One tick of the deadline job: 100,000 running clocks with none due, and 1,000 due."""

import asyncio
import os
import statistics
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import psycopg
from psycopg import sql
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.adapters import db, postgres, schema
from platformlink.clocks import actions, calendars, rules
from platformlink.clocks.terms import Duty, Source, Term, parse
from platformlink.migrations.metadata import METADATA

SERVER = Path(os.environ.get("PLATFORMLINK_TEST_DIR", "/tmp/platformlink-tests"))  # noqa: S108 - where the tests keep theirs
NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
assert METADATA.tables, "no table was found"
RUNNING = int(os.environ.get("BENCH_CLOCKS", "100000"))
DUE = 1_000
TICKS = 50
INSERT = """
insert into clock (subject, kind, duty, source, started_at,
                   start_evidence, legal_due_at, safe_due_at, ingredients, state,
                   notice_hours, next_notice_at, number)
select 'bench/' || n, 'protocol_review', 'theirs', 'stated', :started, 'sent',
       due_at, due_at,
       cast(:ingredients as jsonb), 'running', '{48,0}',
       due_at - interval '48 hours', 1
from (select n, cast(:due as timestamptz) + (n % 1000) * interval '1 second' as due_at
      from generate_series(cast(:first as int), cast(:last as int)) n) made
"""


@asynccontextmanager
async def database() -> AsyncIterator[AsyncEngine]:
    """Yield an engine on a database of its own."""
    server = postgres.start(SERVER, "template_for_tests")
    name = f"bench_{os.getpid()}"
    with psycopg.connect(server, autocommit=True) as connection:
        made = sql.SQL("create database {} template template0")
        connection.execute(made.format(sql.Identifier(name)))
    url = server.replace("/template_for_tests", f"/{name}")
    schema.upgrade(url)
    engine = db.connect(url)
    try:
        yield engine
    finally:
        await engine.dispose()
        with psycopg.connect(server, autocommit=True) as connection:
            dropped = sql.SQL("drop database {} with (force)")
            connection.execute(dropped.format(sql.Identifier(name)))


def ingredients() -> str:
    """Return what a ten-day answer was computed from, as JSON."""
    term = Term(
        length=parse("P10D"),
        zone="Europe/Dublin",
        calendar="IE",
        duty=Duty.THEIRS,
        source=Source.STATED,
    )
    calendar = calendars.covering(term, NOW)
    found = rules.compute(term, NOW, calendar=calendar)
    return msgspec.json.encode(found.ingredients).decode()


async def fill(engine: AsyncEngine, first: int, last: int, due_at: datetime) -> None:
    """Insert running clocks whose ends follow an instant within 1,000 s."""
    values = {
        "started": NOW - timedelta(days=60),
        "due": due_at,
        "ingredients": ingredients(),
        "first": first,
        "last": last,
    }
    async with engine.begin() as connection:
        await connection.execute(text(INSERT), values)


async def settle(engine: AsyncEngine) -> None:
    """Let the database clean up, as its own daemon would."""
    async with engine.connect() as connection:
        clean = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await clean.execute(text("reset role"))
        await clean.execute(text("vacuum analyze clock"))
        await clean.execute(text(f"set role {db.APP_ROLE}"))


async def tick(engine: AsyncEngine, now: datetime) -> tuple[float, int]:
    """Return how long one tick took, in seconds, and how many clocks rang."""
    began = time.perf_counter()
    async with AsyncSession(engine) as session, session.begin():
        await actions.turn_back(session, now)
        rung = await actions.claim_due(session, now)
    return time.perf_counter() - began, len(rung)


async def bare(engine: AsyncEngine) -> float:
    """Return how long a transaction with nothing in it takes, in seconds."""
    began = time.perf_counter()
    async with AsyncSession(engine) as session, session.begin():
        await (await session.connection()).execute(text("select 1"))
    return time.perf_counter() - began


async def idle(engine: AsyncEngine) -> None:
    """Print the tick with nothing due, beside an empty transaction."""
    await tick(engine, NOW)
    ticks = [(await tick(engine, NOW))[0] for _ in range(TICKS)]
    empty = [await bare(engine) for _ in range(TICKS)]
    median, worst = statistics.median(ticks) * 1000, max(ticks) * 1000
    ratio = statistics.median(ticks) / statistics.median(empty)
    print(
        f"clocks: tick, {RUNNING:,} running, none due: median {median:.1f} ms,"
        f" worst {worst:.1f} ms (aim 10); {ratio:.1f} times an empty transaction"
    )


async def busy(engine: AsyncEngine) -> None:
    """Print how many due clocks a second are claimed."""
    await fill(engine, RUNNING + 1, RUNNING + DUE, NOW - timedelta(days=1))
    began, total = time.perf_counter(), 0
    while found := (await tick(engine, NOW))[1]:
        total += found
    rate = total / (time.perf_counter() - began)
    print(f"clocks: {total:,} due: {rate:,.0f} a second (aim 500)")


async def run() -> None:
    """Measure on a database that is thrown away."""
    async with database() as engine:
        await fill(engine, 1, RUNNING, NOW + timedelta(days=30))
        await settle(engine)
        await idle(engine)
        await busy(engine)


def main() -> None:
    """Print the figures."""
    asyncio.run(run())


if __name__ == "__main__":
    main()
