"""Protocols from the shell: check, list, show, and the JSON Schema."""

import sys
from datetime import UTC, datetime
from pathlib import Path

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
        click.echo(as_text({"files": len(files), "problems": problems}))
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
