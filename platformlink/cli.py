"""
The commands: each slice's own, and those that put everything together.

A command's modules are imported when it runs, so that checking a file does not wait
for the web framework.
"""

import os
import sys
from importlib import import_module, metadata
from pathlib import Path
from typing import Any

import click

from platformlink import settings
from platformlink.adapters import litter, logs, workers
from platformlink.errors import Refusal
from platformlink.settings import Settings

DATA_DIR = click.Path(path_type=Path, file_okay=False)
# The commands of the slices, and where each stands.
OF_SLICES = {
    "audit": "platformlink.audit.cli",
    "letter": "platformlink.letters.cli",
    "protocols": "platformlink.protocols.cli",
    "report": "platformlink.reports.cli",
    "seal": "platformlink.letters.cli",
    "user": "platformlink.identity.cli",
    "verify": "platformlink.letters.cli",
}


def _away(error: Exception) -> bool:
    """Say whether a database did not answer; whoever never asked one has no driver."""
    driver = sys.modules.get("sqlalchemy.exc")
    return driver is not None and isinstance(error, driver.OperationalError)


class Commands(click.Group):
    """Commands that say in words what stands in their way; they exit with 1."""

    def list_commands(self, context: click.Context) -> list[str]:
        """Return the names of all."""
        return sorted([*super().list_commands(context), *OF_SLICES])

    def get_command(
        self, context: click.Context, cmd_name: str
    ) -> click.Command | None:
        """Return one, imported now if it is a slice's."""
        if cmd_name not in OF_SLICES:
            return super().get_command(context, cmd_name)
        module = import_module(OF_SLICES[cmd_name])
        found: click.Command = getattr(module, cmd_name)
        if cmd_name == "protocols":  # it names requests, which stand above
            module.Commands.later["diff"] = "platformlink.requests.cli"
        return found

    def invoke(self, context: click.Context) -> Any:  # noqa: ANN401 - as click has it
        """Run one."""
        try:
            return super().invoke(context)
        except Refusal as refusal:
            raise click.ClickException(_told(refusal)) from None
        except PermissionError as error:
            text = f"{error.filename} may not be read or written by this user"
            raise click.ClickException(text) from None
        except Exception as error:
            if not _away(error):
                raise
            text = f"The database does not answer: {getattr(error, 'orig', error)}"
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


async def _check_apart(content: bytes) -> Any:  # noqa: ANN401 - the seal's own
    """Check the seal on any bytes."""
    return await import_module("platformlink.adapters.seal").check_apart(content)


def _running() -> Any:  # noqa: ANN401 - a module
    """Return what does the work, and everything with it."""
    with litter.left():
        return import_module("platformlink.running")


@click.group(cls=Commands)
@click.version_option(_version())
@click.pass_context
def main(context: click.Context) -> None:
    """Run the desk between a police cybercrime unit and the online platforms."""
    logs.set_up("warning")
    # Else each process that renders would run a console script anew, imports and all.
    vars(sys.modules["__main__"]).pop("__file__", None)
    context.obj = lambda: import_module("platformlink.embedded").opened(_settings())
    context.meta["platformlink.check"] = _check_apart


@main.command()
@click.option("--port", default=8000, show_default=True)
@click.option("--data-dir", type=DATA_DIR, help="Else PLATFORMLINK_DATA_DIR, or data/.")
@click.option("--empty", "is_empty", is_flag=True, help="People, but no requests.")
@click.option("--fresh", "is_fresh", is_flag=True, help="Throw the last one away.")
def demo(port: int, data_dir: Path | None, *, is_empty: bool, is_fresh: bool) -> None:
    """Show everything on invented data: servers, web and jobs in one process."""
    found = _settings()
    workers.preload()  # it loads the renderer while this process loads all the rest
    folder = (data_dir or found.data_dir).resolve()
    _running().show(
        found, port=port, data_dir=folder, is_empty=is_empty, is_fresh=is_fresh
    )


@main.command()
@click.option("--port", default=8000, show_default=True)
@click.option("--data-dir", type=DATA_DIR, help="Else PLATFORMLINK_DATA_DIR, or data/.")
@click.option("--empty", "is_empty", is_flag=True, help="People, but no requests.")
@click.option("--fresh", "is_fresh", is_flag=True, help="Throw the last one away.")
@click.option("--seed", default=7, show_default=True, help="The same does the same.")
@click.option("--speed", default=86400.0, show_default=True, help="How much faster.")
@click.option("--for", "for_seconds", type=float, help="Seconds; else until stopped.")
def simulate(data_dir: Path | None, **how: Any) -> None:  # noqa: ANN401 - the options
    """Run the demonstration among platforms that take its letters and answer."""
    found = _settings()
    workers.preload()
    folder = (data_dir or found.data_dir).resolve()
    _running().simulate(found, data_dir=folder, **how)


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
def serve(host: str, port: int) -> None:
    """Run the web process."""
    found = _settings()
    workers.preload()
    _running().serve(found, host, port)


@main.command()
def worker() -> None:
    """Run the job process."""
    _running().work(_settings())


@main.command()
def migrate() -> None:
    """Bring the database to the current schema."""
    _running().migrate(_settings())


FOLDER = click.argument("folder", type=click.Path(path_type=Path, file_okay=False))


@main.command()
@FOLDER
def backup(folder: Path) -> None:
    """Write everything into an empty FOLDER: database, vault, agreements."""
    _running().back_up(_settings(), folder, _version())


@main.command()
@FOLDER
def restore(folder: Path) -> None:
    """Fill an empty database and vault from FOLDER; check hashes and the audit log."""
    _running().restore(_settings(), folder)


@main.command()
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
def doctor(*, as_json: bool) -> None:
    """Check everything that a run needs, and say how to mend what is amiss."""
    raise SystemExit(not _running().examine(_settings(), as_json=as_json))
