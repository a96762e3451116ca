"""The commands: each slice's own, and those that put everything together."""

import asyncio
import os
from pathlib import Path

import click
import msgspec
import uvicorn

from platformlink import app, doctor, embedded, settings, wiring, worker
from platformlink.adapters import schema
from platformlink.audit.cli import audit
from platformlink.demo import run as demonstration
from platformlink.errors import Refusal
from platformlink.identity.cli import user
from platformlink.letters.cli import letter, verify
from platformlink.protocols.cli import protocols
from platformlink.reports.cli import report
from platformlink.settings import Settings

DATA_DIR = click.Path(path_type=Path, file_okay=False)


def _settings() -> Settings:
    try:
        return settings.load(os.environ)
    except Refusal as refusal:
        lines = [str(refusal)]
        lines += [
            f"  {one.pointer.strip('/')}: {one.message}" for one in refusal.errors
        ]
        raise click.ClickException("\n".join(lines)) from None


@click.group()
@click.version_option(package_name="platformlink")
@click.pass_context
def main(context: click.Context) -> None:
    """The desk between a police cybercrime unit and the online platforms."""
    context.obj = lambda: embedded.opened(_settings())


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
    if is_fresh:
        demonstration.fresh(folder)
    wiring.set_up_logs("warning")
    demonstration.main(found, port=port, is_empty=is_empty)


async def _serve(found: Settings, host: str, port: int) -> None:
    found = embedded.with_queue(embedded.with_database(found))
    async with wiring.opened(found) as runtime:
        config = uvicorn.Config(
            app.build(runtime, wiring.library_of(found)),
            host=host,
            port=port,
            log_config=None,
            access_log=False,
            proxy_headers=bool(found.trusted_proxies),
            forwarded_allow_ips=found.trusted_proxies or None,
        )
        await uvicorn.Server(config).serve()


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
def serve(host: str, port: int) -> None:
    """Run the web process."""
    found = _settings()
    wiring.set_up_logs(found.log_format)
    asyncio.run(_serve(found, host, port))


async def _work(found: Settings) -> None:
    found = embedded.with_queue(embedded.with_database(found))
    async with wiring.opened(found) as runtime:
        await worker.keep_going(runtime, found.redis_url)


@main.command(name="worker")
def work() -> None:
    """Run the job process."""
    found = _settings()
    wiring.set_up_logs(found.log_format)
    asyncio.run(_work(found))


@main.command()
def migrate() -> None:
    """Bring the database to the current schema."""
    found = _settings()
    if found.database_url:
        schema.upgrade(found.database_url)
    else:
        embedded.with_database(found)
    click.echo("the schema is current")


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


for group in (protocols, letter, verify, audit, user, report):
    main.add_command(group)
