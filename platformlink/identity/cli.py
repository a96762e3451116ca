"""
Accounts from the shell.

Each command is given a way to open the runtime (`click`'s object).
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager

import click
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.errors import Refusal
from platformlink.identity import actions
from platformlink.identity.actions import NewUser
from platformlink.permissions import Role
from platformlink.ports import Runtime

Opened = Callable[[], AbstractAsyncContextManager[Runtime]]
ROLES = click.Choice([role.value for role in Role])


@click.group()
def user() -> None:
    """Make, mend and close accounts."""


async def _run(
    opened: Opened, act: Callable[[AsyncSession, Runtime], Awaitable[object]]
) -> None:
    async with opened() as runtime, runtime.sessions.begin() as session:
        await act(session, runtime)


def _do(
    opened: Opened, act: Callable[[AsyncSession, Runtime], Awaitable[object]]
) -> None:
    try:
        asyncio.run(_run(opened, act))
    except Refusal as refusal:
        raise click.ClickException(str(refusal)) from None


@user.command()
@click.argument("email")
@click.option("--name", required=True)
@click.option("--unit", required=True, help="A code of the authority's file.")
@click.option("--role", "roles", type=ROLES, multiple=True, required=True)
@click.option("--rank", default="")
@click.option("--badge", default="")
@click.option("--phone", default="")
@click.option("--language", type=click.Choice(["en", "sq"]), default="en")
@click.password_option()
@click.pass_obj
def add(opened: Opened, /, roles: tuple[str, ...], **given: str) -> None:
    """Make an account for EMAIL."""

    async def act(session: AsyncSession, runtime: Runtime) -> None:
        codes = [unit.code for unit in runtime.authority.units]
        await actions.ensure_units(session, codes)
        new = NewUser(roles=tuple(Role(role) for role in roles), **given)
        await actions.add_user(session, new, actor_id=None, now=runtime.clock())

    _do(opened, act)
    click.echo(f"made {given['email']}")


@user.command()
@click.argument("email")
@click.password_option()
@click.pass_obj
def reset(opened: Opened, email: str, password: str) -> None:
    """Give EMAIL a new password, and end its sign-ins."""

    async def act(session: AsyncSession, runtime: Runtime) -> None:
        now = runtime.clock()
        await actions.reset_password(session, email, password, actor_id=None, now=now)

    _do(opened, act)
    click.echo(f"reset {email}")


@user.command()
@click.argument("email")
@click.pass_obj
def disable(opened: Opened, email: str) -> None:
    """Close the account of EMAIL, and end its sign-ins."""

    async def act(session: AsyncSession, runtime: Runtime) -> None:
        await actions.disable(session, email, actor_id=None, now=runtime.clock())

    _do(opened, act)
    click.echo(f"disabled {email}")
