"""
Letters from the shell: previews, a gallery, a check of the templates and of a PDF.

Each command is given a way to open the runtime (`click`'s object); a check of a seal
alone needs none.
"""

import asyncio
import sys
from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import click
import msgspec

from platformlink.errors import Refusal
from platformlink.letters import actions, archive, codes, queries, samples
from platformlink.letters.rules import (
    LetterFields,
    LetterKind,
    Means,
)
from platformlink.letters.schemas import IN_FORCE
from platformlink.ports import Runtime, SealCheck, SealInfo
from platformlink.values import Phrase

Opened = Callable[[], AbstractAsyncContextManager[Runtime]]
FORM = "form-"
Check = Callable[[bytes], Coroutine[Any, Any, SealCheck]]
CHECK = "platformlink.check"  # where the commands find the check of bytes alone
KINDS = click.Choice([kind.value for kind in LetterKind])


@click.group()
def letter() -> None:
    """Look at letters before they are sealed."""


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
            else samples.of_kind(runtime, LetterKind(kind), slug)
        )
        return await actions.preview(runtime, fields, now=runtime.clock())


@letter.command()
@click.argument("reference", default="")
@click.option("--protocol", "slug", default="", help="The platform's protocol.")
@click.option("--kind", type=KINDS, default=LetterKind.PRESERVATION.value)
@click.option("--output", type=click.Path(path_type=Path), default=Path("preview.pdf"))
@click.pass_obj
def preview(opened: Opened, reference: str, slug: str, kind: str, output: Path) -> None:
    """
    Write a watermarked preview: of REFERENCE, or of invented fields of a kind.

    With --protocol, addressee, accounts and data are of its file; all else is invented.
    """
    if output.exists():
        click.confirm(f"{output} is there. Write over it?", abort=True, err=True)
    try:
        output.write_bytes(asyncio.run(_preview(opened, reference, slug, kind)))
    except Refusal as refusal:
        raise click.ClickException(str(refusal)) from None
    click.echo(f"{output}")


async def _gallery(opened: Opened, folder: Path) -> None:
    async with opened() as runtime:
        for name in samples.names(runtime.templates):
            fields = samples.invented(runtime, name)
            pdf = await actions.preview(runtime, fields, now=runtime.clock())
            (folder / f"{name}.pdf").write_bytes(pdf)
            click.echo(f"{folder / name}.pdf")


@letter.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.pass_obj
def gallery(opened: Opened, folder: Path) -> None:
    """Write a preview of every template, with invented fields, into FOLDER."""
    folder.mkdir(parents=True, exist_ok=True)
    asyncio.run(_gallery(opened, folder))


SHEET = """<!doctype html>
<meta charset="utf-8">
<title>All letters</title>
<h1>All letters, in all languages, with invented fields</h1>
{strips}
"""
STRIP = '<h2 id="{name}">{name}</h2>\n<p><img src="{name}.png" alt="{name}"></p>'


async def _draw(runtime: Runtime, fields: LetterFields) -> bytes:
    pdf = await actions.specimen(runtime, fields, now=runtime.clock())
    return await runtime.ports.renderer.strip(pdf)


async def _strips(opened: Opened) -> dict[str, bytes]:
    """Return one picture a letter and language, by name."""
    async with opened() as runtime:
        wanted = {
            f"{name}.{look}": fields
            for name in samples.names(runtime.templates)
            for look, fields in samples.looks(samples.invented(runtime, name)).items()
        }
        drawn = await asyncio.gather(
            *(_draw(runtime, fields) for fields in wanted.values())
        )
    return dict(zip(wanted, drawn, strict=True))


@letter.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.pass_obj
def sheet(opened: Opened, folder: Path) -> None:
    """Write a contact sheet into FOLDER: every template, in every language, by fax."""
    folder.mkdir(parents=True, exist_ok=True)
    found = asyncio.run(_strips(opened))
    for name, drawn in found.items():
        (folder / f"{name}.png").write_bytes(drawn)
    strips = "\n".join(STRIP.format(name=name) for name in found)
    page = folder / "index.html"
    page.write_text(SHEET.format(strips=strips), encoding="utf-8")
    click.echo(f"{page}")


async def _faults(opened: Opened) -> list[str]:
    async with opened() as runtime:
        every = samples.names(runtime.templates)
        found = {name: samples.fault(runtime, name) for name in every}
    return [f"{name}: {text}" for name, text in found.items() if text]


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


def _said(reason: Phrase | str) -> str:
    """Return a reason in English, its instants in UTC."""
    return reason if isinstance(reason, str) else reason.text % reason.params


def _tell(told: dict[str, object], *, as_json: bool) -> None:
    if as_json:
        click.echo(msgspec.json.encode(told).decode())
    else:
        click.echo(" ".join(str(one) for one in told.values() if one))


def _alone(check: Check, certificate: Path, content: bytes) -> actions.Verdict:
    """Return what a seal alone tells, to whoever has its public certificate."""
    try:
        fingerprint = codes.fingerprint_of(certificate.read_bytes())
    except ValueError:
        message = f"{certificate} is not a certificate"
        raise click.ClickException(message) from None
    return actions.judge_alone(asyncio.run(check(content)), fingerprint)


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--certificate",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="The public certificate (PEM or DER): then no register is asked.",
)
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
@click.pass_context
def verify(
    context: click.Context, file: Path, certificate: Path | None, *, as_json: bool
) -> None:
    """
    Check a PDF: seal, register entry, hash; exit 0 if in force, else 1.

    With --certificate only the seal is checked: whether the letter is still in force
    the register alone knows.
    """
    content = file.read_bytes()
    if certificate:
        verdict = _alone(context.meta[CHECK], certificate, content)
    else:
        verdict = asyncio.run(_verdict(context.obj, content))
    out = queries.public(verdict.letter) if verdict.letter else None
    told: dict[str, object] = {
        "finding": verdict.finding,
        "letter": out if as_json else out and out.reference,
        "reason": _said(verdict.reason),
    }
    _tell(told, as_json=as_json)
    sys.exit(0 if verdict.finding in IN_FORCE else 1)


@click.group()
def seal() -> None:
    """Look at the seal, and end one."""


async def _info(opened: Opened) -> SealInfo:
    async with opened() as runtime:
        return await runtime.ports.sealer.info()


@seal.command()
@click.pass_obj
def show(opened: Opened) -> None:
    """Show the certificate in use: whose it is, its fingerprint, when it ends."""
    found = asyncio.run(_info(opened))
    click.echo(f"{found.subject}\n{found.fingerprint}\n{found.expires_at.date()}")


async def _letters(opened: Opened, fingerprint: str) -> list[str]:
    async with opened() as runtime, runtime.sessions() as session:
        return [
            f"{one.reference} {one.sealed_at:%Y-%m-%d}"
            for one in await queries.sealed_by(session, fingerprint)
        ]


@seal.command()
@click.argument("fingerprint")
@click.pass_obj
def letters(opened: Opened, fingerprint: str) -> None:
    """Name every letter that the certificate of a FINGERPRINT sealed."""
    for line in asyncio.run(_letters(opened, codes.read_fingerprint(fingerprint))):
        click.echo(line)


async def _revoke(opened: Opened, fingerprint: str, reason: str) -> None:
    async with opened() as runtime, runtime.sessions.begin() as session:
        await archive.revoke(session, fingerprint, reason, now=runtime.clock())


@seal.command()
@click.argument("fingerprint")
@click.option("--reason", required=True, help="Why, for the log.")
@click.pass_obj
def revoke(opened: Opened, fingerprint: str, reason: str) -> None:
    """Note that a certificate is revoked, and name every letter that it sealed."""
    known = codes.read_fingerprint(fingerprint)
    asyncio.run(_revoke(opened, known, reason))
    for line in asyncio.run(_letters(opened, known)):
        click.echo(line)
