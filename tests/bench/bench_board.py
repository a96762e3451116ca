"""100,000 requests, 5,000 of them open: the board, and who asked before."""

import asyncio
import os
import statistics
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent.parent))

import msgspec
from litestar.testing import AsyncTestClient
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink import app, wiring
from platformlink.adapters import db, litter, logs, seal
from platformlink.adapters.seal import PadesSealer
from platformlink.adapters.workers import Workers
from platformlink.audit import actions as audit
from platformlink.clocks import rules
from platformlink.clocks.terms import Duty, Length, Source, Term, Unit
from platformlink.demo import people
from platformlink.desk import queries
from platformlink.identity import tokens
from platformlink.identity.tables import SignIn
from platformlink.permissions import Actor
from platformlink.ports import Ports, Runtime
from platformlink.protocols import actions as protocols
from platformlink.requests import queries as requests
from platformlink.settings import Settings
from tests.bench.bench_clocks import database
from tests.standins import SilentBell, TakingMailer

NOW = datetime.now(UTC)
REQUESTS = int(os.environ.get("BENCH_REQUESTS", "100000"))
OPEN = REQUESTS // 20
ROUNDS = 40

FILL = """
insert into case_file (reference, title, offence, offence_article, offence_penalty,
                       urgency, unit_id,
                       lead_id, is_restricted, opened_at, version)
select 'B-' || n, 'bench', 'fraud', '', '', 'routine', :unit, :user, n % 50 = 0, :now, 1
from generate_series(1, 500) n;

insert into platform_request (draft_id, reference, state, kind, case_id, unit_id,
    author_id, platform, protocol_version, holder_country, entity, entity_reason,
    instrument, urgency, urgency_reason, language, narrative, narrative_local, nexus,
    necessity, report_number, danger, averts, data, non_disclosure,
    non_disclosure_reason, created_at, changed_at, sent_at, platform_reference,
    escalation, outcome, outcome_reasons, usefulness, version)
select 'b' || n, 'BB-2026-' || n, case when n <= :open then 'sent' else 'closed' end,
    'disclosure', (select min(id) from case_file) + n % 500, :unit, :user, 'tiktok',
    :version, 'AL', 'singapore', '', 'national-order', 'routine', '', 'en', '', '', '',
    '', '', '', '', '{}', false, '', :now, :now, :now, '', 0,
    case when n <= :open then null else 'full' end, '{}', '', 1
from generate_series(1, :count) n;

insert into target (request_id, position, kind, typed, normalised)
select id, 0, 'username', '@user' || id, 'user' || id from platform_request;

insert into clock (request_id, subject, kind, duty, source, started_at, start_evidence,
    legal_due_at, safe_due_at, ingredients, state, notice_hours, next_notice_at,
    ended_at, ended_as, number)
select id, '', 'response', 'theirs', 'own', :started, 'sent',
    cast(:now as timestamptz) + (id % :days - 5) * interval '1 day',
    cast(:now as timestamptz) + (id % :days - 5) * interval '1 day',
    cast(:ingredients as jsonb),
    case when state = 'closed' then 'ended' else 'running' end, '{0}', null,
    case when state = 'closed' then cast(:now as timestamptz) end,
    case when state = 'closed' then 'met' end, 1
from platform_request;
"""


async def fill(
    session: AsyncSession,
    runtime: Runtime,
    *,
    count: int = REQUESTS,
    still_open: int = OPEN,
    days: int = 90,
) -> Actor:
    """Fill the database, with ends spread over days; return a liaison officer."""
    cast = await people.settle(session, runtime, "a password for the bench", NOW)
    actor = cast["luan"]
    library = wiring.library_of(runtime.settings, requester=runtime.authority.country)
    version = await protocols.pin(session, library, "tiktok", NOW)
    started = NOW - timedelta(days=40)
    term = Term(
        length=Length(20, Unit.DAYS),
        zone="Asia/Singapore",
        duty=Duty.THEIRS,
        source=Source.OWN,
    )
    found = rules.compute(term, started)
    values = {
        "unit": actor.unit_id,
        "user": actor.id,
        "now": NOW,
        "open": still_open,
        "count": count,
        "days": days,
        "version": version,
        "started": started,
        "ingredients": msgspec.json.encode(found.ingredients).decode(),
    }
    for statement in FILL.split(";\n"):
        if statement.strip():
            named = {k: v for k, v in values.items() if f":{k}" in statement}
            await session.exec(text(statement), params=named)  # type: ignore[call-overload]
    return actor


def percentile(values: list[float], share: float) -> float:
    """Return a percentile in milliseconds."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))] * 1000


async def timed(rounds: int, act: object) -> list[float]:
    """Return how long each round of an awaitable took, in seconds."""
    found = []
    for _ in range(rounds):
        started = time.perf_counter()
        await act()  # type: ignore[operator]
        found.append(time.perf_counter() - started)
    return found


async def bare(engine: AsyncEngine, actor: Actor, until: datetime) -> list[float]:
    """Time the same statements, sent to the driver without our code."""
    sent: list[tuple[str, Any]] = []

    def keep(*given: Any) -> None:  # noqa: ANN401 - SQLAlchemy's own event
        sent.append((given[2], given[3]))

    event.listen(engine.sync_engine, "before_cursor_execute", keep)
    async with AsyncSession(engine) as session:
        await ours(session, actor, until)
    event.remove(engine.sync_engine, "before_cursor_execute", keep)

    async def once() -> None:
        async with engine.connect() as connection:
            for statement, values in sent:
                rows = await connection.exec_driver_sql(statement, values)
                rows.all()

    await timed(5, once)
    return await timed(ROUNDS, once)


async def ours(session: AsyncSession, actor: Actor, until: datetime) -> None:
    """Ask what the board asks."""
    await queries.running(session, queries.Wanted(), actor=actor, until_at=until)
    await queries.doubtful(session, actor=actor)
    await queries.count_running(session, actor=actor, until_at=until, now=NOW)
    await queries.next_calm(session, actor=actor, after_at=until)


async def asked(runtime: Runtime, actor: Actor, count: int) -> list[float]:
    """Time who asked before about accounts, half of which somebody asked about."""
    step = max(1, 2 * REQUESTS // count)
    known = [("tiktok", f"user{number}") for number in range(1, REQUESTS, step)]
    strange = [("tiktok", f"nobody{number}") for number in range(count // 2)]

    async def once() -> None:
        async with runtime.sessions() as session:
            await requests.asked_before(session, known + strange, actor=actor)

    await timed(5, once)
    return await timed(ROUNDS, once)


async def page(runtime: Runtime, actor: Actor, path: str = "/board") -> list[float]:
    """Time a whole page through the application."""
    async with runtime.sessions.begin() as session:
        entry = SignIn(
            id=tokens.new_sign_in(), user_id=actor.id, started_at=NOW, last_seen_at=NOW
        )
        session.add(entry)
    token, _ = tokens.issue(runtime.settings.secret, entry.id, actor.id, NOW)
    headers = {"Authorization": f"Bearer {token}", "Accept": "text/html"}
    built = app.build(
        runtime,
        wiring.library_of(runtime.settings, requester=runtime.authority.country),
    )
    litter.settle()  # as the server does before it answers
    async with AsyncTestClient(built) as client:

        async def once() -> None:
            answer = await client.get(path, headers=headers)
            assert answer.status_code == 200, answer.text[:500]

        await timed(5, once)
        return await timed(ROUNDS, once)


@asynccontextmanager
async def sealing() -> AsyncIterator[tuple[Settings, PadesSealer]]:
    """Yield a demonstration's settings and its seal, whose end the board warns of."""
    with TemporaryDirectory() as folder:
        settings = Settings(
            secret="x" * 40, data_dir=Path(folder), is_demonstration=True
        )
        workers = Workers(count=1)
        yield settings, seal.from_settings(settings, workers)
        workers.close()


def running(engine: AsyncEngine, settings: Settings, sealer: PadesSealer) -> Runtime:
    """Return a runtime on a database."""
    none: Any = None  # a port that the board never asks
    return Runtime(
        settings=settings,
        authority=wiring.authority_of(settings),
        sessions=db.sessions(
            engine, before_commit=audit.chain, after_rollback=audit.forget
        ),
        ports=Ports(
            *(none, sealer, TakingMailer(), none, none, SilentBell(), none, none)
        ),
        clock=lambda: NOW,
        templates=wiring.shipped("letter_templates"),
        protocols=wiring.protocols_of(settings),
    )


async def analyze(engine: AsyncEngine) -> None:
    """Let the planner know what was filled in, as the database's own daemon would."""
    as_owner = engine.execution_options(isolation_level="AUTOCOMMIT")
    async with as_owner.connect() as connection:
        await connection.exec_driver_sql("set role none")
        await connection.exec_driver_sql("vacuum analyze")


async def measure() -> None:
    """Print the figures."""
    async with database() as engine, sealing() as (settings, sealer):
        runtime = running(engine, settings, sealer)
        async with runtime.sessions.begin() as session:
            actor = await fill(session, runtime)
        await analyze(engine)
        until = NOW + timedelta(days=4)

        async def once() -> None:
            async with runtime.sessions() as session:
                await ours(session, actor, until)

        await timed(5, once)
        own = await timed(ROUNDS, once)
        plain = await bare(engine, actor, until)
        ratio = statistics.median(own) / statistics.median(plain)
        one, many = await asked(runtime, actor, 2), await asked(runtime, actor, 100)
        whole = await page(runtime, actor)
        print(f"board, {REQUESTS:,} requests, {OPEN:,} open")
        print(
            f"  queries: {statistics.median(own) * 1000:.1f} ms ours,"
            f" {statistics.median(plain) * 1000:.1f} ms bare SQL: {ratio:.2f} times"
            " (at most 3)"
        )
        print(
            f"  who asked before: median {percentile(one, 0.5):.1f} ms about 2 accounts"
            f" (at most 5), {percentile(many, 0.5):.1f} ms about 100"
        )
        print(
            f"  whole page: median {percentile(whole, 0.5):.0f} ms,"
            f" p95 {percentile(whole, 0.95):.0f} ms (at most 60)"
        )


def main() -> None:
    """Run the benchmark."""
    logs.set_up("warning")
    asyncio.run(measure())


if __name__ == "__main__":
    main()
