"""
Importing a platform's guidelines from the shell: what changed and what rests on it.

`click`'s object is a way to open the runtime.
"""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from pathlib import Path

import click
import msgspec

from platformlink.errors import Refusal
from platformlink.ports import Runtime
from platformlink.protocols import actions, caring, guidelines, queries
from platformlink.protocols.cli import FOLDER, as_text, in_folder, in_json, library_of
from platformlink.protocols.guidelines import Dated, Line, Touched
from platformlink.protocols.shelf import Library

Opened = Callable[[], AbstractAsyncContextManager[Runtime]]


class Given(msgspec.Struct, frozen=True):
    """Whose text is imported, and which source of the file it is."""

    library: Library
    slug: str
    source: str


class Watched(msgspec.Struct, frozen=True):
    """How many texts were new, what the newest changed, and which facts rest on it."""

    kept: int
    changed: list[Line]
    touched: list[Touched]


async def _watched(opened: Opened, given: Given, found: list[Dated]) -> Watched:
    """Keep texts; return what the newest changed against the one before it."""
    async with opened() as runtime, runtime.sessions.begin() as session:
        kept = await actions.keep_texts(
            session,
            given.library,
            given.slug,
            given.source,
            found,
            actor_id=None,
            now=runtime.clock(),
        )
        known = await queries.texts(session, given.slug, source=given.source)
        changed: list[Line] = []
        if known:
            after, before = await queries.text_of(session, given.slug, known[0].id)
            changed = guidelines.changed(
                before.content if before else None, after.content
            )
    protocol = given.library.get(given.slug)
    touched = guidelines.touched(protocol, given.source, changed)
    return Watched(kept, changed, touched)


@click.command()
@click.argument("path", type=FOLDER)
@click.option("--slug", required=True, help="Whose text it is.")
@click.option("--source", default="", help="Which source of the file it is; its id.")
@in_folder
@in_json
@click.pass_obj
def watch(
    opened: Opened, path: Path, slug: str, source: str, folder: Path, *, as_json: bool
) -> None:
    """Import a platform's guidelines; say what changed and what rests on it."""
    library = library_of(folder)
    try:
        chosen = caring.source_id(library.get(slug), source)
        found = guidelines.read(path, datetime.now(UTC).date())
        given = Given(library, slug, chosen)
        watched = asyncio.run(_watched(opened, given, found))
    except Refusal as refusal:
        raise click.ClickException(str(refusal)) from None
    if as_json:
        click.echo(as_text(watched))
        return
    for line in watched.changed:
        click.echo(f"{line.sign} {line.text}")
    for one in watched.touched:
        click.echo(f"rests on it: {one.pointer}: {one.text[:200]}")
    click.echo(f"{watched.kept} texts were new", err=True)
