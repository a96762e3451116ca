"""What the commands that put everything together do."""

import asyncio
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

import click
import msgspec
import uvicorn
from sqlalchemy.exc import OperationalError

from platformlink import app, backup, doctor, embedded, wiring, worker
from platformlink.adapters import listening, litter, logs, schema
from platformlink.audit.queries import first_broken
from platformlink.demo import run as demonstration
from platformlink.settings import Settings
from platformlink.simulation import run as simulation
from platformlink.simulation.rules import NoDemonstration


@contextmanager
def _until_stopped() -> Iterator[None]:
    """
    Let SIGTERM do what Ctrl-C does: end in order.

    Whoever was started in the background of a script was born deaf to Ctrl-C.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    with suppress(KeyboardInterrupt):
        yield


def show(
    found: Settings, *, port: int, data_dir: Path, is_empty: bool, is_fresh: bool
) -> None:
    """Run the demonstration on servers and a directory of its own."""
    found = msgspec.structs.replace(
        found, data_dir=data_dir, database_url="", redis_url=""
    )
    with _until_stopped():
        demonstration.main(found, port=port, is_empty=is_empty, is_fresh=is_fresh)


def simulate(
    found: Settings,
    *,
    seed: int,
    speed: float,
    for_seconds: float | None,
    port: int,
    data_dir: Path,
    is_empty: bool,
    is_fresh: bool,
) -> None:
    """
    Run the demonstration among simulated platforms.

    Raises: NoDemonstration, where the desk has a database or an authority of its own.
    """
    if found.database_url or found.authority:
        raise NoDemonstration
    options = simulation.Options(seed, speed, for_seconds)
    with _until_stopped():
        demonstration.main(
            msgspec.structs.replace(found, data_dir=data_dir, redis_url=""),
            port=port,
            is_empty=is_empty,
            is_fresh=is_fresh,
            beside=partial(simulation.answering, options=options),
        )


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
        await wiring.look_at_mail_key(found, runtime.authority.sender, wiring.now())
        library = wiring.library_of(found, requester=runtime.authority.country)
        built = app.build(runtime, library)
        config = uvicorn.Config(
            built,
            log_config=None,
            access_log=False,
            proxy_headers=bool(found.trusted_proxies),
            forwarded_allow_ips=found.trusted_proxies or None,
        )
        server = listening.Server(config, built.state.watch.end)
        await server.serve(sockets=[door])


def serve(found: Settings, host: str, port: int) -> None:
    """Run the web process until it is told to stop."""
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
        await wiring.look_at_mail_key(found, runtime.authority.sender, wiring.now())
        litter.settle()
        await worker.keep_going(runtime, found.redis_url)


def work(found: Settings) -> None:
    """Run the job process until it is told to stop."""
    logs.set_up(found.log_format)
    with _until_stopped(), embedded.servers(found) as settled:
        asyncio.run(_work(settled))


def migrate(found: Settings) -> None:
    """Bring the database to the current schema."""
    with embedded.servers(found, has_queue=False) as settled:
        schema.upgrade(settled.database_url)
    click.echo("the schema is current")


def back_up(found: Settings, folder: Path, version: str) -> None:
    """Write everything into an empty folder."""
    with embedded.servers(found, has_queue=False) as settled:
        made = backup.make(settled, folder, version=version, now=wiring.now())
    click.echo(f"{len(made.files)} files; `platformlink restore` checks them first")


async def _count_held(found: Settings) -> tuple[int, int | None]:
    async with wiring.opened(found) as runtime, runtime.sessions() as session:
        return await first_broken(session)


def restore(found: Settings, folder: Path) -> None:
    """
    Fill an empty database and vault from a folder.

    Raises: click.ClickException if the audit log that it brought is broken.
    """
    with embedded.servers(found, has_queue=False, is_new=True) as settled:
        made = backup.restore(settled, folder)
        schema.upgrade(settled.database_url)
        count, broken = asyncio.run(_count_held(settled))
    if broken is not None:
        raise click.ClickException(f"the audit log is broken at entry {broken}")
    click.echo(f"restored as of {made.made_at}; {count} entries of the audit log hold")


def examine(found: Settings, *, as_json: bool) -> bool:
    """Print what a run needs and what was found; say whether nothing is missing."""
    checks = asyncio.run(doctor.examine(found))
    if as_json:
        click.echo(msgspec.json.encode(checks).decode())
    else:
        for one in checks:
            click.echo(f"{one.verdict:<9} {one.name:<16} {one.found}")
            if one.mend:
                click.echo(f"{'':<26} {one.mend}")
    return all(one.verdict != "missing" for one in checks)
