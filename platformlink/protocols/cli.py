"""
Protocols from the shell: check, list, show, watch, and the JSON Schema.

Only `watch` needs the database: `click`'s object is a way to open the runtime.
"""

import asyncio
import sys
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from pathlib import Path

import click
import msgspec

from platformlink.documents import DocumentWrong
from platformlink.errors import Refusal
from platformlink.ports import Runtime
from platformlink.protocols import actions, caring, guidelines, queries, review, shelf
from platformlink.protocols.guidelines import Dated, Line, Touched
from platformlink.protocols.shelf import Library

Opened = Callable[[], AbstractAsyncContextManager[Runtime]]
FOLDER = click.Path(path_type=Path, exists=True)
in_folder = click.option(
    "--folder",
    type=FOLDER,
    envvar="PLATFORMLINK_PROTOCOLS",
    default=shelf.shipped,
    help="Where the protocol files stand; else those that come with the program.",
)
in_json = click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")


def as_text(value: object) -> str:
    """Return a value as JSON that people can read."""
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode()


def library_of(folder: Path) -> Library:
    """Return the library of a folder as it is in force today, or end the command."""
    try:
        return Library.load(folder).on(datetime.now(UTC).date())
    except DocumentWrong as wrong:
        raise click.ClickException("\n".join(map(str, wrong.problems))) from None


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


@click.group()
def protocols() -> None:
    """Read and check how platforms cooperate."""


@protocols.command()
@click.argument("path", type=FOLDER, required=False)
@in_folder
@in_json
def check(path: Path | None, folder: Path, *, as_json: bool) -> None:
    """Check a file or a folder; exit 0, or 1 with file, line and what is allowed."""
    target = path or folder
    files = sorted(target.glob("*.yaml")) if target.is_dir() else [target]
    looked = [review.look(file) for file in files]
    problems = [one for found in looked for one in found.problems]
    hints = [one for found in looked for one in found.hints]
    if as_json:
        told = {"files": len(files), "problems": problems, "hints": hints}
        click.echo(as_text(told))
    else:
        for hint in hints:
            click.echo(f"{hint} (a hint)", err=True)
        for problem in problems:
            click.echo(problem)
        click.echo(f"{len(files)} files, {len(problems)} problems", err=True)
    sys.exit(1 if problems or not files else 0)


@protocols.command(name="list")
@in_folder
@in_json
def list_all(folder: Path, *, as_json: bool) -> None:
    """List the platforms with their version and how far they can be trusted."""
    library = library_of(folder)
    rows = [
        {
            "slug": one.slug,
            "name": one.name,
            "status": one.lifecycle.status,
            "reliability": one.reliability.grade,
            "next_review_on": str(one.review.next_on),
            "version": library.version(one.slug),
        }
        for one in library.all()
    ]
    if as_json:
        click.echo(as_text(rows))
        return
    for row in rows:
        click.echo(
            f"{row['slug']:<16}{row['name']:<22}{row['status']:<12}"
            f"{row['reliability']:<8}{row['next_review_on']}  {row['version'][:12]}"
        )


@protocols.command()
@click.argument("slug")
@in_folder
@in_json
def show(slug: str, folder: Path, *, as_json: bool) -> None:
    """Show one protocol: its file, or everything in JSON."""
    library = library_of(folder)
    try:
        click.echo(as_text(library.get(slug)) if as_json else library.content(slug))
    except Refusal as refusal:
        raise click.ClickException(str(refusal)) from None


@protocols.command()
def schema() -> None:
    """Print the JSON Schema of a protocol file, for editors."""
    click.echo(as_text(review.schema()))


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


@protocols.command()
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
