"""
Reports from the shell.

Each command is given a way to open the runtime (`click`'s object).
"""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import date, datetime
from typing import BinaryIO

import click

from platformlink.errors import Refusal
from platformlink.permissions import Actor, Role
from platformlink.ports import Runtime
from platformlink.protocols.shelf import Library
from platformlink.reports import queries
from platformlink.reports.files import FORMATS
from platformlink.reports.period import period_of
from platformlink.reports.rules import KEYS
from platformlink.reports.shown import Shown
from platformlink.web.words import Words

Opened = Callable[[], AbstractAsyncContextManager[Runtime]]
DAY = click.DateTime(formats=["%Y-%m-%d"])
# Whoever has the shell counts everything but restricted cases.
SHELL = Actor(id=0, unit_id=0, name="shell", roles=frozenset({Role.AUDITOR}))


@click.group()
def report() -> None:
    """Count what happened."""


async def _made(
    opened: Opened,
    asked: tuple[date | None, date | None],
    by: tuple[str, ...],
    form: str,
    language: str,
) -> bytes:
    async with opened() as runtime, runtime.sessions() as session:
        authority = runtime.authority
        period = period_of(authority, runtime.clock(), *asked)
        found = await queries.responsiveness(
            session, authority, period, by=by, actor=SHELL
        )
        words = Words(language or authority.languages[0], authority.tz)
        library = Library.load(runtime.protocols)
        shown = Shown(words, library, authority, found)
        return await FORMATS[form](shown, runtime)


@report.command()
@click.option("--from", "from_at", type=DAY, help="First day; else half a year back.")
@click.option("--to", "to_at", type=DAY, help="Last day, included; else today.")
@click.option("--by", multiple=True, type=click.Choice(KEYS), default=("platform",))
@click.option("--format", "form", type=click.Choice(list(FORMATS)), default="csv")
@click.option("--output", type=click.File("wb"), default="-", help="Else the screen.")
@click.option("--language", default="", help="Else the authority's first.")
@click.pass_obj
def responsiveness(
    opened: Opened,
    from_at: datetime | None,
    to_at: datetime | None,
    by: tuple[str, ...],
    form: str,
    output: BinaryIO,
    language: str,
) -> None:
    """Write how platforms answered what was sent in a period."""
    asked = (from_at.date() if from_at else None, to_at.date() if to_at else None)
    by = ("platform",) if form == "pdf" else by
    try:
        made = asyncio.run(_made(opened, asked, by, form, language))
    except Refusal as refusal:
        raise click.ClickException(str(refusal)) from None
    output.write(made)
