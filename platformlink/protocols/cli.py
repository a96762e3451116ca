"""
Protocols from the shell: check, list, show, diff, and the JSON Schema.

Only `diff` needs the database: `click`'s object is a way to open the runtime.
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
from platformlink.protocols import changes as protocol_changes
from platformlink.protocols import queries, review, shelf
from platformlink.protocols.shelf import Library

Opened = Callable[[], AbstractAsyncContextManager[Runtime]]
FOLDER = click.Path(path_type=Path, exists=True)
FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
in_folder = click.option(
    "--folder",
    type=FOLDER,
    envvar="PLATFORMLINK_PROTOCOLS",
    default=shelf.shipped,
    help="Where the protocol files stand; else those that come with the program.",
)
in_json = click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")


def _json(value: object) -> str:
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode()


def _library(folder: Path) -> Library:
    try:
        return Library.load(folder).on(datetime.now(UTC).date())
    except DocumentWrong as wrong:
        raise click.ClickException("\n".join(map(str, wrong.problems))) from None


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
    problems = [problem for file in files for problem in review.problems(file)]
    if as_json:
        click.echo(_json({"files": len(files), "problems": problems}))
    else:
        for problem in problems:
            click.echo(problem)
        click.echo(f"{len(files)} files, {len(problems)} problems", err=True)
    sys.exit(1 if problems or not files else 0)


@protocols.command(name="list")
@in_folder
@in_json
def list_all(folder: Path, *, as_json: bool) -> None:
    """List the platforms with their version and how far they can be trusted."""
    library = _library(folder)
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
        click.echo(_json(rows))
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
    library = _library(folder)
    try:
        click.echo(_json(library.get(slug)) if as_json else library.content(slug))
    except Refusal as refusal:
        raise click.ClickException(str(refusal)) from None


async def _in_use(opened: Opened, library: Library, slug: str) -> str | None:
    """Return the text of the newest other version that a request was filed under."""
    async with opened() as runtime, runtime.sessions() as session:
        rows = await queries.versions(session, slug)
    current = library.version(slug)
    return next((row.content for row in rows if row.version != current), None)


@protocols.command()
@click.argument("slug")
@click.option("--against", type=FILE, help="An older copy of the file.")
@in_folder
@in_json
@click.pass_obj
def diff(
    opened: Opened, slug: str, against: Path | None, folder: Path, *, as_json: bool
) -> None:
    """Say what changed since the version that requests were last filed under."""
    library = _library(folder)
    try:
        now = library.get(slug)
        older = (
            against.read_text(encoding="utf-8")
            if against
            else asyncio.run(_in_use(opened, library, slug))
        )
        before = shelf.decode(older, file=str(against or slug)) if older else now
    except Refusal as refusal:
        raise click.ClickException(str(refusal)) from None
    found = protocol_changes.changes(before, now)
    if as_json:
        click.echo(_json(found))
        return
    for change in found:
        click.echo(change)


@protocols.command()
def schema() -> None:
    """Print the JSON Schema of a protocol file, for editors."""
    click.echo(_json(review.schema()))
