"""The commands: each slice's own, and those that put everything together."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import metadata
from pathlib import Path
from typing import Any

import click
import msgspec
import uvicorn
from sqlalchemy.exc import OperationalError

from platformlink import app, backup, doctor, embedded, settings, wiring, worker
from platformlink.adapters import listening, logs, schema
from platformlink.adapters.seal import check_apart
from platformlink.audit.cli import audit
from platformlink.audit.queries import first_broken
from platformlink.demo import run as demonstration
from platformlink.errors import Refusal
from platformlink.identity.cli import user
from platformlink.letters.cli import CHECK, letter, seal, verify
from platformlink.protocols.cli import protocols
from platformlink.reports.cli import report
from platformlink.requests.cli import diff
from platformlink.settings import Settings

DATA_DIR = click.Path(path_type=Path, file_okay=False)


class Commands(click.Group):
    """Commands that say in words what stands in their way; they exit with 1."""

    def invoke(self, context: click.Context) -> Any:  # noqa: ANN401 - as click has it
        """Run one."""
        try:
            return super().invoke(context)
        except Refusal as refusal:
            raise click.ClickException(_told(refusal)) from None
        except PermissionError as error:
            text = f"{error.filename} may not be read or written by this user"
            raise click.ClickException(text) from None
        except OperationalError as error:
            text = f"The database does not answer: {error.orig}"
            raise click.ClickException(text) from None


def _told(refusal: Refusal) -> str:
    detail = refusal.detail % refusal.params if refusal.params else refusal.detail
    fields = [
        f"  {one.pointer.strip('/')}: {one.message % one.params}"
        for one in refusal.errors
    ]
    return "\n".join([detail, *fields])


def _settings() -> Settings:
    return settings.load(os.environ)


def _version() -> str:
    try:
        return metadata.version("platformlink")
    except metadata.PackageNotFoundError:
        return "of a checkout"


@contextmanager
def _until_stopped() -> Iterator[None]:
    """Let SIGTERM do what Ctrl-C does: end in order."""
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    with suppress(KeyboardInterrupt):
        yield


@click.group(cls=Commands)
@click.version_option(_version())
@click.pass_context
def main(context: click.Context) -> None:
    """Run the desk between a police cybercrime unit and the online platforms."""
    logs.set_up("warning")
    # Else each process that renders would run a console script anew, imports and all.
    vars(sys.modules["__main__"]).pop("__file__", None)
    context.obj = lambda: embedded.opened(_settings())
    context.meta[CHECK] = check_apart


@main.command()
@click.option("--port", default=8000, show_default=True)
@click.option("--data-dir", type=DATA_DIR, help="Else PLATFORMLINK_DATA_DIR, or data/.")
@click.option("--empty", "is_empty", is_flag=True, help="People, but no requests.")
@click.option("--fresh", "is_fresh", is_flag=True, help="Throw the last one away.")
def demo(port: int, data_dir: Path | None, *, is_empty: bool, is_fresh: bool) -> None:
    """Show everything on invented data: servers, web and jobs in one process."""
    found = _settings()
    folder = (data_dir or found.data_dir).resolve()
    found = msgspec.structs.replace(
        found, data_dir=folder, database_url="", redis_url=""
    )
    with _until_stopped():
        demonstration.main(found, port=port, is_empty=is_empty, is_fresh=is_fresh)


def _require_schema(found: Settings) -> None:
    """See that the schema is ours; a database that is away may come later."""
    with suppress(OperationalError):
        if not schema.is_current(found.database_url):
            text = "The database has another schema. Run: platformlink migrate"
            raise click.ClickException(text)


async def _serve(found: Settings, door: socket.socket) -> None:
    _require_schema(found)
    async with wiring.opened(found, is_eager=True) as runtime:
        await wiring.look_at_clock(runtime)
        config = uvicorn.Config(
            app.build(runtime, wiring.library_of(found)),
            log_config=None,
            access_log=False,
            proxy_headers=bool(found.trusted_proxies),
            forwarded_allow_ips=found.trusted_proxies or None,
        )
        await uvicorn.Server(config).serve(sockets=[door])


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
def serve(host: str, port: int) -> None:
    """Run the web process."""
    found = _settings()
    logs.set_up(found.log_format)
    with (
        _until_stopped(),
        listening.take(host, port) as door,
        embedded.servers(found) as settled,
    ):
        asyncio.run(_serve(settled, door))


async def _work(found: Settings) -> None:
    _require_schema(found)
    async with wiring.opened(found) as runtime:
        await wiring.look_at_clock(runtime)
        await worker.keep_going(runtime, found.redis_url)


@main.command(name="worker")
def work() -> None:
    """Run the job process."""
    found = _settings()
    logs.set_up(found.log_format)
    with _until_stopped(), embedded.servers(found) as settled:
        asyncio.run(_work(settled))


@main.command()
def migrate() -> None:
    """Bring the database to the current schema."""
    found = _settings()
    with embedded.servers(found, has_queue=False) as settled:
        schema.upgrade(settled.database_url)
    click.echo("the schema is current")


FOLDER = click.argument("folder", type=click.Path(path_type=Path, file_okay=False))


@main.command(name="backup")
@FOLDER
def back_up(folder: Path) -> None:
    """Write everything into an empty FOLDER: database, vault, agreements."""
    found = _settings()
    with embedded.servers(found, has_queue=False) as settled:
        made = backup.make(settled, folder, version=_version(), now=wiring.now())
    click.echo(f"{len(made.files)} files; `platformlink restore` checks them first")


async def _count_held(found: Settings) -> tuple[int, int | None]:
    async with wiring.opened(found) as runtime, runtime.sessions() as session:
        return await first_broken(session)


@main.command()
@FOLDER
def restore(folder: Path) -> None:
    """Fill an empty database and vault from FOLDER; check hashes and the audit log."""
    found = _settings()
    with embedded.servers(found, has_queue=False, is_new=True) as settled:
        made = backup.restore(settled, folder)
        schema.upgrade(settled.database_url)
        count, broken = asyncio.run(_count_held(settled))
    if broken is not None:
        raise click.ClickException(f"the audit log is broken at entry {broken}")
    click.echo(f"restored as of {made.made_at}; {count} entries of the audit log hold")


@main.command(name="doctor")
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
def examine(*, as_json: bool) -> None:
    """Check everything that a run needs, and say how to mend what is amiss."""
    checks = asyncio.run(doctor.examine(_settings()))
    if as_json:
        click.echo(msgspec.json.encode(checks).decode())
    else:
        for one in checks:
            click.echo(f"{one.verdict:<9} {one.name:<16} {one.found}")
            if one.mend:
                click.echo(f"{'':<26} {one.mend}")
    raise SystemExit(any(one.verdict == "missing" for one in checks))


protocols.add_command(diff)
for group in (protocols, letter, seal, verify, audit, user, report):
    main.add_command(group)
