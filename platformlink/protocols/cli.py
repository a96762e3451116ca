"""
Protocols from the shell: check, list, show, and the JSON Schema.

What needs the database (`watch`) is imported when it runs, so that checking a file
does not wait for it.
"""

import sys
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import ClassVar

import click
import msgspec

from platformlink.documents import DocumentWrong
from platformlink.errors import Refusal
from platformlink.protocols import review, shelf
from platformlink.protocols.shelf import Library

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


class Commands(click.Group):
    """Commands of which those that need more than files are imported late."""

    later: ClassVar = {"watch": "platformlink.protocols.watching"}

    def list_commands(self, context: click.Context) -> list[str]:
        """Return the names of all."""
        return sorted([*super().list_commands(context), *self.later])

    def get_command(
        self, context: click.Context, cmd_name: str
    ) -> click.Command | None:
        """Return one, imported now if it is one of those."""
        if cmd_name not in self.later:
            return super().get_command(context, cmd_name)
        found: click.Command = getattr(import_module(self.later[cmd_name]), cmd_name)
        return found


@click.group(cls=Commands)
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
