"""100,000 requests: what somebody remembers of one, spelt right or not."""

import asyncio
import dataclasses
import statistics
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent.parent))

from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, select

from platformlink import wiring
from platformlink.adapters import db
from platformlink.audit import actions as audit
from platformlink.cases import queries as cases
from platformlink.desk.searching import MOST
from platformlink.permissions import Actor
from platformlink.requests import searching
from platformlink.requests.tables import Target
from platformlink.settings import Settings
from tests.bench.bench_board import REQUESTS, ROUNDS, fill, percentile, timed
from tests.bench.bench_clocks import database

# Names and texts as people make them: syllables, and words that all texts have.
SPREAD = """
create function pg_temp.made(number bigint, length int) returns text
language sql immutable as $$
  select string_agg((array['ba','le','mi','ro','du','ka','shi','ten','vor','zu','an',
    'el','qu','fy','gri','xo'])[1 + mod(get_byte(decode(md5(number::text), 'hex'),
    part), 16)], '') from generate_series(0, length - 1) part
$$;
update target set normalised = pg_temp.made(id, 3) || '.' || pg_temp.made(-id, 3);
update target set typed = '@' || normalised;
update platform_request set narrative = 'The account asked for money and ' ||
  pg_temp.made(id * 7, 4) || ' sent pictures of ' || pg_temp.made(id * 11, 5) ||
  repeat('. He wrote to her every evening and told nobody of it', 20);
analyze
"""


@dataclasses.dataclass
class Desk:
    """What the bench takes of a runtime."""

    sessions: Any
    settings: Settings
    authority: Any
    protocols: Path


async def once(desk: Desk, actor: Actor, sought: str) -> int:
    """Search as the page does; return how many requests were found."""
    async with desk.sessions() as session:
        lines = await searching.found(session, sought, actor=actor, limit=MOST)
        await cases.found(session, sought, actor=actor, limit=MOST)
        return len(lines)


async def spread(engine: AsyncEngine) -> None:
    """Give the accounts and texts their words."""
    as_owner = engine.execution_options(isolation_level="AUTOCOMMIT")
    async with as_owner.connect() as connection:
        await connection.exec_driver_sql("set role none")
        for statement in SPREAD.split(";\n"):
            await connection.exec_driver_sql(statement)


async def measure() -> None:
    """Print the figures."""
    settings = Settings(secret="x" * 40, is_demonstration=True)
    async with database() as engine:
        sessions = db.sessions(
            engine, before_commit=audit.chain, after_rollback=audit.forget
        )
        authority = wiring.authority_of(settings)
        protocols = wiring.protocols_of(settings)
        desk: Any = Desk(sessions, settings, authority, protocols)
        async with sessions.begin() as session:
            actor = await fill(session, desk)
        await spread(engine)
        async with sessions() as session:
            query = select(Target.normalised).order_by(col(Target.id)).offset(777)
            handle = (await session.exec(query.limit(1))).one()
        sought = {
            "an account": handle,
            "an account, misspelt": handle[:4] + handle[5:],
            "a reference": f"BB-2026-{REQUESTS // 2}",
            "a word of all texts": "money",
            "what nobody wrote": "helicopter",
        }
        print(f"search, {REQUESTS:,} requests (p95 at most 100 ms)")
        for what, words in sought.items():
            found = await once(desk, actor, words)
            taken = await timed(ROUNDS, lambda words=words: once(desk, actor, words))
            middle = statistics.median(taken) * 1000
            late = percentile(taken, 0.95)
            print(f"  {what}: median {middle:.0f} ms, p95 {late:.0f} ms, {found} found")


if __name__ == "__main__":
    asyncio.run(measure())
