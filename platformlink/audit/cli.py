"""
The audit log from the shell.

Each command is given a way to open the runtime (`click`'s object).
"""

import asyncio
import sys
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import click

from platformlink.audit import queries
from platformlink.ports import Runtime

Opened = Callable[[], AbstractAsyncContextManager[Runtime]]


@click.group()
def audit() -> None:
    """Check the log of who did what."""


async def _first_broken(opened: Opened) -> tuple[int, int | None]:
    async with opened() as runtime, runtime.sessions() as session:
        return await queries.first_broken(session)


@audit.command()
@click.pass_obj
def verify(opened: Opened) -> None:
    """Walk the hash chain; exit 1 and name the first broken line if there is one."""
    count, broken = asyncio.run(_first_broken(opened))
    if broken is not None:
        click.echo(f"broken at entry {broken}; {count} entries before it hold")
        sys.exit(1)
    click.echo(f"{count} entries hold")
