"""What tests stand on: a real PostgreSQL, one database for each test process."""

import os
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import NullPool
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.adapters import db, postgres, schema
from platformlink.audit import actions as audit
from platformlink.migrations.metadata import METADATA

ROOT = Path(__file__).parent.parent
SERVER = Path(os.environ.get("PLATFORMLINK_TEST_DIR", "/tmp/platformlink-tests"))  # noqa: S108 - must be reachable for the server's own user
assert METADATA.tables, "no table was found"
NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def server_url() -> str:
    """The embedded server, joined by all test processes and left running."""
    return postgres.start(SERVER, "template_for_tests")


@pytest.fixture(scope="session")
def database_url(server_url: str, worker_id: str) -> Iterator[str]:
    """An own, freshly migrated database for this test process."""
    name = f"test_{worker_id}_{os.getpid()}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        statement = sql.SQL("create database {} template template0")
        connection.execute(statement.format(sql.Identifier(name)))
    url = server_url.replace("/template_for_tests", f"/{name}")
    schema.upgrade(url)
    yield url
    with psycopg.connect(server_url, autocommit=True) as connection:
        statement = sql.SQL("drop database {} with (force)")
        connection.execute(statement.format(sql.Identifier(name)))


@pytest.fixture
def engine(database_url: str) -> AsyncEngine:
    """Connections that act as the application's role; none outlives its loop."""
    return create_async_engine(
        db.psycopg_url(database_url),
        poolclass=NullPool,
        connect_args={"options": f"-c role={db.APP_ROLE} -c timezone=UTC"},
    )


@pytest.fixture
async def session(engine: AsyncEngine) -> AsyncIterator[AsyncSession]:
    """A session whose work is undone afterwards, even if it says commit."""
    async with engine.connect() as connection:
        outer = await connection.begin()
        maker = db.sessions(
            engine, before_commit=audit.chain, after_rollback=audit.forget
        )
        async with maker(
            bind=connection, join_transaction_mode="create_savepoint"
        ) as opened:
            yield opened
        await outer.rollback()


@pytest.fixture
def now() -> datetime:
    """The moment at which all tests play: Tuesday 24 November 2026, 10:30 in Tirana."""
    return NOW
