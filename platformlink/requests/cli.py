"""What of a protocol has changed, and which open requests rest on older versions."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import click
import msgspec

from platformlink.errors import Refusal
from platformlink.ports import Runtime
from platformlink.protocols import changes, shelf
from platformlink.protocols import queries as protocols
from platformlink.protocols.changes import Change
from platformlink.protocols.cli import as_text, in_folder, in_json, library_of
from platformlink.protocols.shelf import Library
from platformlink.requests import queries

Opened = Callable[[], AbstractAsyncContextManager[Runtime]]
FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


class Difference(msgspec.Struct, frozen=True):
    """What changed since a version, and the open requests that rest on it."""

    version: str
    changes: list[Change]
    requests: list[str]


async def _in_use(opened: Opened, library: Library, slug: str) -> list[Difference]:
    """Return the difference to each other version that requests were filed under."""
    current = library.version(slug)
    async with opened() as runtime, runtime.sessions() as session:
        resting = await queries.resting_on(session, slug)
        return [
            Difference(
                row.version,
                changes.changes(shelf.decode(row.content), library.get(slug)),
                resting.get(row.version, []),
            )
            for row in await protocols.versions(session, slug)
            if row.version != current
        ]


def _against(library: Library, slug: str, file: Path) -> list[Difference]:
    older = file.read_bytes().decode("utf-8", errors="replace")
    before = shelf.decode(older, file=file.name)
    found = changes.changes(before, library.get(slug))
    return [Difference(shelf.version_of(older), found, [])]


@click.command()
@click.argument("slug")
@click.option("--against", type=FILE, help="An older copy of the file.")
@in_folder
@in_json
@click.pass_obj
def diff(
    opened: Opened, slug: str, against: Path | None, folder: Path, *, as_json: bool
) -> None:
    """Say what changed since the versions in use, and which requests rest on them."""
    library = library_of(folder)
    try:
        library.get(slug)
        found = (
            _against(library, slug, against)
            if against
            else asyncio.run(_in_use(opened, library, slug))
        )
    except Refusal as refusal:
        raise click.ClickException(str(refusal)) from None
    if as_json:
        click.echo(as_text(found))
        return
    for one in found:
        click.echo(f"since {one.version[:12]}:")
        for change in one.changes:
            click.echo(f"  {change}")
        for request in one.requests:
            click.echo(f"  rests on it: {request}")
