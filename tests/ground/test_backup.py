"""A backup holds everything, is checked before it is used, and makes the desk anew."""

import os
from collections.abc import Iterator
from pathlib import Path

import msgspec
import psycopg
import pytest
from psycopg import sql

from platformlink import backup
from platformlink.adapters.dump import NotDumped, NotEmpty
from platformlink.backup import BackupWrong
from platformlink.evidence.jobs import keep_arrived
from platformlink.settings import Settings
from tests.conftest import NOW
from tests.desks import Desk

pytestmark = pytest.mark.anyio


@pytest.fixture
def mine(settings: Settings, database_url: str) -> Settings:
    return msgspec.structs.replace(settings, database_url=database_url)


@pytest.fixture
def anew(settings: Settings, server_url: str, tmp_path: Path) -> Iterator[Settings]:
    """A desk with an empty database and an empty data directory."""
    name = f"restored_{os.getpid()}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        made = sql.SQL("create database {} template template0")
        connection.execute(made.format(sql.Identifier(name)))
    yield msgspec.structs.replace(
        settings,
        database_url=server_url.replace("/template_for_tests", f"/{name}"),
        data_dir=tmp_path / "anew",
    )
    with psycopg.connect(server_url, autocommit=True) as connection:
        dropped = sql.SQL("drop database {} with (force)")
        connection.execute(dropped.format(sql.Identifier(name)))


def rows(url: str, query: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute(query.encode()).fetchall()


async def test_everything_comes_back_and_the_log_still_holds(
    desk: Desk, mine: Settings, anew: Settings, tmp_path: Path
) -> None:
    name = await desk.sent()
    path = f"/api/v1/requests/{name}/evidence"
    item = (await desk.lea.post(path, {"name": "a.zip", "size_bytes": 4})).json()
    part = f"{path}/{item['id']}/parts/1"
    await desk.lea.call("PUT", part, content=b"data")
    await keep_arrived(desk.runtime, desk.clock.now)

    backup.make(mine, tmp_path / "backup", version="1", now=NOW)
    backup.restore(anew, tmp_path / "backup")

    letters = "select reference, sha256, encode(sha256(pdf), 'hex') from letter"
    assert rows(anew.database_url, letters) == rows(mine.database_url, letters)
    heads = "select seq, hash from audit_head"
    assert rows(anew.database_url, heads) == rows(mine.database_url, heads)
    kept = Path("vault") / "evidence" / f"{item['id']}.age"
    assert same(anew.data_dir / kept, mine.data_dir / kept)


def same(one: Path, other: Path) -> bool:
    return one.read_bytes() == other.read_bytes()


@pytest.mark.parametrize("harm", ["changed", "gone", "strange"])
def test_a_backup_that_is_not_as_it_was_is_not_restored(
    mine: Settings, anew: Settings, tmp_path: Path, harm: str
) -> None:
    folder = tmp_path / "backup"
    backup.make(mine, folder, version="1", now=NOW)
    file = folder / backup.DATABASE
    if harm == "changed":
        file.write_bytes(file.read_bytes()[:-1] + b"x")
    elif harm == "gone":
        file.unlink()
    else:
        (folder / "strange").write_text("x")

    with pytest.raises(BackupWrong):
        backup.restore(anew, folder)

    tables = "select count(*) from pg_tables where schemaname = 'public'"
    assert rows(anew.database_url, tables) == [(0,)]


def test_nothing_is_written_over(mine: Settings, tmp_path: Path) -> None:
    folder = tmp_path / "backup"
    backup.make(mine, folder, version="1", now=NOW)

    with pytest.raises(NotEmpty):
        backup.make(mine, folder, version="1", now=NOW)
    with pytest.raises(NotEmpty):
        backup.restore(mine, folder)


def test_a_database_that_is_away_is_named(mine: Settings, tmp_path: Path) -> None:
    away = msgspec.structs.replace(
        mine, database_url="postgresql://nobody@127.0.0.1:9/none"
    )

    with pytest.raises(NotDumped):
        backup.make(away, tmp_path / "backup", version="1", now=NOW)
