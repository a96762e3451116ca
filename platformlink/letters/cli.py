"""
Letters from the shell: previews, a gallery, a check of the templates and of a PDF.

Each command is given a way to open the runtime (`click`'s object).
"""

import asyncio
import sys
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import click
import jinja2
import msgspec

from platformlink.errors import Refusal
from platformlink.letters import actions, paper, queries
from platformlink.letters.rules import LetterFields, LetterKind, Means, sender_of
from platformlink.letters.schemas import IN_FORCE
from platformlink.ports import Runtime
from platformlink.protocols.shelf import Library

Opened = Callable[[], AbstractAsyncContextManager[Runtime]]
KINDS = click.Choice([kind.value for kind in LetterKind])


@click.group()
def letter() -> None:
    """Look at letters before they are sealed."""


def _sample(runtime: Runtime, kind: LetterKind, slug: str) -> LetterFields:
    """Return invented fields in our own name, to a platform if one is named."""
    fields = paper.sample(runtime.templates, kind)
    unit = runtime.authority.units[0].code
    fields = msgspec.structs.replace(fields, sender=sender_of(runtime.authority, unit))
    if not slug:
        return fields
    protocol = Library.load(runtime.protocols).get(slug)
    addressee = msgspec.structs.replace(
        fields.addressee, name=protocol.entities[0].name, lines=(), channel={}
    )
    return msgspec.structs.replace(fields, service=protocol.name, addressee=addressee)


async def _fields_of(runtime: Runtime, reference: str) -> LetterFields:
    async with runtime.sessions.begin() as session:
        found = await queries.by_reference(session, reference)
    if found is None:
        message = f"no letter has the reference {reference}"
        raise click.ClickException(message)
    return found.fields


async def _preview(opened: Opened, reference: str, slug: str, kind: str) -> bytes:
    async with opened() as runtime:
        fields = (
            await _fields_of(runtime, reference)
            if reference
            else _sample(runtime, LetterKind(kind), slug)
        )
        return await actions.preview(runtime, fields, now=runtime.clock())


@letter.command()
@click.argument("reference", default="")
@click.option("--protocol", "slug", default="", help="The platform's protocol.")
@click.option("--kind", type=KINDS, default=LetterKind.PRESERVATION.value)
@click.option("--output", type=click.Path(path_type=Path), default=Path("preview.pdf"))
@click.pass_obj
def preview(opened: Opened, reference: str, slug: str, kind: str, output: Path) -> None:
    """Write a watermarked preview: of REFERENCE, or of invented fields of a kind."""
    try:
        output.write_bytes(asyncio.run(_preview(opened, reference, slug, kind)))
    except Refusal as refusal:
        raise click.ClickException(str(refusal)) from None
    click.echo(f"{output}")


async def _gallery(opened: Opened, folder: Path) -> None:
    async with opened() as runtime:
        for kind in LetterKind:
            fields = _sample(runtime, kind, "")
            pdf = await actions.preview(runtime, fields, now=runtime.clock())
            (folder / f"{kind}.pdf").write_bytes(pdf)
            click.echo(f"{folder / kind}.pdf")


@letter.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.pass_obj
def gallery(opened: Opened, folder: Path) -> None:
    """Write a preview of every template, with invented fields, into FOLDER."""
    folder.mkdir(parents=True, exist_ok=True)
    asyncio.run(_gallery(opened, folder))


async def _faults(opened: Opened) -> list[str]:
    """Return what is wrong with the templates, one line for each kind."""
    found: list[str] = []
    async with opened() as runtime:
        for kind in LetterKind:
            try:
                fields = _sample(runtime, kind, "")
                paper.compose(runtime.templates, fields, now=runtime.clock())
            except (jinja2.TemplateError, Refusal) as error:
                found.append(f"{kind}.html: {error}")
    return found


@letter.command()
@click.pass_obj
def check(opened: Opened) -> None:
    """Try every template on the data of its kind; exit 0, or 1 with the faults."""
    faults = asyncio.run(_faults(opened))
    for fault in faults:
        click.echo(fault, err=True)
    sys.exit(1 if faults else 0)


async def _verdict(opened: Opened, content: bytes) -> actions.Verdict:
    async with opened() as runtime, runtime.sessions.begin() as session:
        return await actions.verify_pdf(
            session, runtime, content, means=Means.SHELL, now=runtime.clock()
        )


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
@click.pass_obj
def verify(opened: Opened, file: Path, *, as_json: bool) -> None:
    """Check a PDF: seal, register entry, hash; exit 0 if in force, else 1."""
    verdict = asyncio.run(_verdict(opened, file.read_bytes()))
    out = queries.public(verdict.letter) if verdict.letter else None
    if as_json:
        told = {"finding": verdict.finding, "reason": verdict.reason, "letter": out}
        click.echo(msgspec.json.encode(told).decode())
    else:
        reference = f" {out.reference}" if out else ""
        click.echo(f"{verdict.finding}{reference} {verdict.reason}".rstrip())
    sys.exit(0 if verdict.finding in IN_FORCE else 1)
