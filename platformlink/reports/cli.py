"""
Reports from the shell.

Each command is given a way to open the runtime (`click`'s object).
"""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import date, datetime

import click
import msgspec

from platformlink.errors import Refusal
from platformlink.permissions import Actor, Role
from platformlink.ports import Runtime
from platformlink.reports import queries, schemas
from platformlink.reports.rules import KEYS, Report

Opened = Callable[[], AbstractAsyncContextManager[Runtime]]
DAY = click.DateTime(formats=["%Y-%m-%d"])
# Whoever has the shell counts everything but restricted cases.
SHELL = Actor(id=0, unit_id=0, name="shell", roles=frozenset({Role.AUDITOR}))


@click.group()
def report() -> None:
    """Count what happened."""


async def _responsiveness(
    opened: Opened, from_on: date | None, to_on: date | None, by: tuple[str, ...]
) -> Report:
    async with opened() as runtime, runtime.sessions() as session:
        period = queries.period_of(runtime.authority, runtime.clock(), from_on, to_on)
        return await queries.responsiveness(
            session, runtime.authority, period, by=by, actor=SHELL
        )


@report.command()
@click.option("--from", "from_at", type=DAY, help="First day; else half a year back.")
@click.option("--to", "to_at", type=DAY, help="Last day, included; else today.")
@click.option("--by", multiple=True, type=click.Choice(KEYS), default=("platform",))
@click.option("--format", "form", type=click.Choice(["json", "csv"]), default="csv")
@click.pass_obj
def responsiveness(
    opened: Opened,
    from_at: datetime | None,
    to_at: datetime | None,
    by: tuple[str, ...],
    form: str,
) -> None:
    """Print how platforms answered what was sent in a period."""
    from_on = from_at.date() if from_at else None
    to_on = to_at.date() if to_at else None
    try:
        found = asyncio.run(_responsiveness(opened, from_on, to_on, by))
    except Refusal as refusal:
        raise click.ClickException(str(refusal)) from None
    if form == "csv":
        click.echo(schemas.as_csv(found), nl=False)
        return
    shown = schemas.report_out(found, lambda text: text)
    click.echo(msgspec.json.format(msgspec.json.encode(shown)).decode())
