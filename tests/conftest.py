"""What tests stand on: a real PostgreSQL, one database for each file of tests."""

import asyncio
import contextlib
import gc
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient
from psycopg import sql
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlmodel.ext.asyncio.session import AsyncSession
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

from platformlink.adapters import (
    db,
    files,
    litter,
    pdf,
    postgres,
    schema,
    seal,
    vault,
)
from platformlink.adapters.imap import NoMailbox
from platformlink.adapters.mail import NoMailer
from platformlink.adapters.opening import BoundedReader
from platformlink.adapters.posting import HttpPoster
from platformlink.adapters.workers import Workers
from platformlink.audit import actions as audit
from platformlink.migrations.metadata import METADATA
from platformlink.ports import Ports, Runtime
from platformlink.protocols.shelf import Library
from platformlink.settings import Settings
from tests import desks, pki
from tests.desks import Building, Desk
from tests.pki import Pki
from tests.shipped import AUTHORITY
from tests.standins import SilentBell

ROOT = Path(__file__).parent.parent
SERVER = Path(os.environ.get("PLATFORMLINK_TEST_DIR", "/tmp/platformlink-tests"))  # noqa: S108 - must be reachable for the server's own user
assert METADATA.tables, "no table was found"
NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


STORIES = "tests/stories/"
LONGEST = ("stories", "faults")


def _order(item: pytest.Item) -> int:
    folder = item.path.parent.name
    return LONGEST.index(folder) if folder in LONGEST else len(LONGEST)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the longest begin first: no process waits for them at the end."""
    items.sort(key=_order)


class Sharing(LoadFileScheduling):
    """A file stays with one process, and so do all stories: they share one desk."""

    def _split_scope(self, nodeid: str) -> str:
        return STORIES if nodeid.startswith(STORIES) else super()._split_scope(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Sharing:
    """Share the tests out so."""
    return Sharing(config, log)


def pytest_collection_finish() -> None:
    """Look for litter seldom: nearly all there is stays until the end."""
    litter.settle()
    gc.set_threshold(50_000)


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def server_url() -> str:
    """
    The embedded server, joined by all test processes and left running.

    It never waits for the disk: what it holds need not outlive the machine.
    """
    with files.alone(SERVER / "lock"):
        url = postgres.start(SERVER, "template_for_tests")
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("alter system set fsync = off")
            connection.execute("select pg_reload_conf()")
    return url


@contextlib.contextmanager
def _database(server_url: str, name: str, template: str) -> Iterator[str]:
    with psycopg.connect(server_url, autocommit=True) as connection:
        statement = sql.SQL("create database {} template {}")
        names = sql.Identifier(name), sql.Identifier(template)
        connection.execute(statement.format(*names))
        yield server_url.replace("/template_for_tests", f"/{name}")
        statement = sql.SQL("drop database {} with (force)")
        connection.execute(statement.format(sql.Identifier(name)))


@pytest.fixture(scope="session")
def migrated(server_url: str, worker_id: str) -> Iterator[str]:
    """The name of a migrated and empty database, from which others are copied."""
    name = f"test_{worker_id}_{os.getpid()}"
    with _database(server_url, name, "template0") as url:
        schema.upgrade(url)
        yield name


@pytest.fixture(scope="module")
def database_url(server_url: str, migrated: str) -> Iterator[str]:
    """A database of this file alone: what other files leave behind disturbs nobody."""
    with _database(server_url, f"{migrated}_file", migrated) as url:
        yield url


@pytest.fixture(scope="module")
def engine(database_url: str) -> Iterator[AsyncEngine]:
    """
    Connections that act as the application's role.

    All tests of a file share them: to connect costs more than most tests.
    """
    made = create_async_engine(
        db.psycopg_url(database_url),
        pool_size=20,
        connect_args={"options": f"-c role={db.APP_ROLE} -c timezone=UTC"},
    )
    yield made
    asyncio.run(made.dispose())


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


@pytest.fixture(scope="session")
def library() -> Library:
    """The protocol files as they stand."""
    return Library.load(ROOT / "protocols", requester="AL")


@pytest.fixture(scope="session")
def workers() -> Iterator[Workers]:
    """One process that renders and seals, kept warm for all tests."""
    made = Workers(count=1)
    yield made
    made.close()


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A desk of this test process alone, its seal made when the tests play."""
    made = Settings(
        secret="a secret that only tests use, long enough",
        data_dir=tmp_path_factory.mktemp("desk"),
        base_url="http://desk.example",
        is_demonstration=True,
    )
    path = seal.demonstration_path(made)
    seal.make_demonstration_seal(path, made.secret, name="PlatformLink", now=NOW)
    return made


@pytest.fixture(scope="session")
def shared_pki(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pki]:
    with pki.opened(tmp_path_factory.mktemp("pki")) as made:
        yield made


@pytest.fixture
def services(shared_pki: Pki) -> Iterator[Pki]:
    """A PKI on loopback, all of its services on."""
    shared_pki.asked.clear()
    yield shared_pki
    shared_pki.mend()


@pytest.fixture(scope="session")
def sealer(settings: Settings, workers: Workers) -> Iterator[seal.PadesSealer]:
    """A demonstration seal; its process for checks is kept warm for all tests."""
    made = seal.from_settings(settings, workers)
    yield made
    made.close()


@pytest.fixture(scope="session")
def reader() -> Iterator[BoundedReader]:
    """The process that reads dropped files; it starts with the first one."""
    made = BoundedReader()
    yield made
    made.close()


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """
    An authority's own letters, plain and quick to lay out.

    Whoever tests what happens with a letter seals these; tests/letters has our own.
    """
    folder = tmp_path_factory.mktemp("letters") / "letter_templates"
    shutil.copytree(ROOT / "letter_templates", folder)
    shutil.copy(ROOT / "tests" / "plain" / "_base.html", folder)
    return folder


@pytest.fixture
def runtime(
    engine: AsyncEngine,
    settings: Settings,
    templates: Path,
    workers: Workers,
    sealer: seal.PadesSealer,
    reader: BoundedReader,
) -> Runtime:
    """The real thing: renderer, seal, database; only the mail server is missing."""
    return Runtime(
        settings=settings,
        authority=AUTHORITY,
        sessions=db.sessions(
            engine, before_commit=audit.chain, after_rollback=audit.forget
        ),
        ports=Ports(
            renderer=pdf.WeasyRenderer(templates, workers),
            sealer=sealer,
            mailer=NoMailer(),
            vault=vault.from_settings(settings, ()),
            mailbox=NoMailbox(),
            bell=SilentBell(),
            poster=HttpPoster(),
            reader=reader,
        ),
        clock=lambda: NOW,
        templates=templates,
        protocols=ROOT / "protocols",
    )


@pytest.fixture(scope="session")
def building() -> Building:
    return Building()


@pytest.fixture
async def client(
    runtime: Runtime, library: Library, building: Building
) -> AsyncIterator[AsyncTestClient[Litestar]]:
    """The whole web application, on the test database."""
    async with AsyncTestClient(building.on(runtime, library)) as made:
        yield made


@pytest.fixture
async def desk(
    runtime: Runtime, library: Library, building: Building
) -> AsyncIterator[Desk]:
    """The whole desk with Ann, Bob and Lea at it, and a clock that the test sets."""
    async with desks.opened(runtime, library, building) as made:
        yield made
